//! Instructions on tile registers, from their bytes: a VEX prefix of three bytes, the code of the operation, and
//! operands. (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.)

/// What an instruction does. Tiles are named by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `ldtilecfg`
    Configure(Memory),
    /// `tilerelease`
    Release,
    /// `tilezero`
    Zero { tile: usize },
    /// `tileloadd`, `tileloaddt1`
    Load { tile: usize, from: Memory },
    /// `tilestored`
    Store { tile: usize, to: Memory },
    /// `tdp...`: adds `left right` to `sums`.
    Multiply { numbers: Numbers, sums: usize, left: usize, right: usize },
}

/// What factors are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// Pairs of bf16 numbers.
    Bf16,
    /// Four bytes each.
    Bytes { left_signed: bool, right_signed: bool },
}

/// An operand in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    pub base: Base,
    pub index: Option<Index>,
    pub displacement: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    None,
    /// The number of a general register.
    Register(usize),
    NextInstruction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// The number of a general register.
    pub register: usize,
    pub scale: usize,
}

/// Tile registers that there are.
const TILES: usize = 8;

/// The prefix that an instruction would have without VEX.
const NO_PREFIX: u8 = 0;
const PREFIX_66: u8 = 1;
const PREFIX_F3: u8 = 2;
const PREFIX_F2: u8 = 3;

/// The fields of a VEX prefix. Extensions are 8 where a register of the upper half is meant.
struct Vex {
    reg: usize,
    index: usize,
    base: usize,
    /// A further register.
    vvvv: usize,
    prefix: u8,
}

impl Vex {
    /// `None` for instructions of other lengths of vectors, other widths and other maps of operations.
    fn read(next: &mut impl FnMut() -> u8) -> Option<Self> {
        if next() != 0xc4 {
            return None;
        }
        let (first, second) = (next(), next());
        let (map, wide, long) = (first & 31, second >> 7, second >> 2 & 1);
        // Extensions and `vvvv` are stored inverted.
        let extension = |bit: u8| usize::from(!first >> bit & 1) * 8;
        let vex = Self {
            reg: extension(7),
            index: extension(6),
            base: extension(5),
            vvvv: usize::from(!second >> 3 & 15),
            prefix: second & 3,
        };
        ((map, wide, long) == (2, 0, 0)).then_some(vex)
    }
}

/// The byte behind the code of the operation.
#[derive(Clone, Copy)]
struct ModRm {
    mode: u8,
    reg: usize,
    rm: usize,
}

impl ModRm {
    const REGISTER: u8 = 3;
    /// The `rm` that announces a scaled index.
    const SCALED: usize = 4;

    fn read(next: &mut impl FnMut() -> u8) -> Self {
        let byte = next();
        Self { mode: byte >> 6, reg: usize::from(byte >> 3 & 7), rm: usize::from(byte & 7) }
    }
}

/// The operation of an instruction, whose bytes `next` gives one by one. `None` for one without tile registers, or with
/// registers that do not exist.
pub fn decode(mut next: impl FnMut() -> u8) -> Option<Operation> {
    let vex = Vex::read(&mut next)?;
    let code = next();
    let operands = ModRm::read(&mut next);
    let (reg, rm) = (operands.reg + vex.reg, operands.rm + vex.base);
    let in_memory = operands.mode != ModRm::REGISTER;
    let alone = vex.vvvv == 0;
    let rows_in_memory = in_memory && operands.rm == ModRm::SCALED;
    let operation = match (code, vex.prefix) {
        (0x49, NO_PREFIX) if in_memory && alone && reg == 0 => Operation::Configure(memory(operands, &vex, &mut next)),
        (0x49, NO_PREFIX) if !in_memory && alone && reg == 0 && rm == 0 => Operation::Release,
        (0x49, PREFIX_F2) if !in_memory && alone && rm == 0 => Operation::Zero { tile: reg },
        (0x4b, PREFIX_F2 | PREFIX_66) if rows_in_memory && alone => {
            Operation::Load { tile: reg, from: memory(operands, &vex, &mut next) }
        }
        (0x4b, PREFIX_F3) if rows_in_memory && alone => {
            Operation::Store { tile: reg, to: memory(operands, &vex, &mut next) }
        }
        (0x5c, PREFIX_F3) if !in_memory => {
            Operation::Multiply { numbers: Numbers::Bf16, sums: reg, left: rm, right: vex.vvvv }
        }
        (0x5e, prefix) if !in_memory => {
            let numbers = Numbers::Bytes {
                left_signed: matches!(prefix, PREFIX_F2 | PREFIX_F3),
                right_signed: matches!(prefix, PREFIX_F2 | PREFIX_66),
            };
            Operation::Multiply { numbers, sums: reg, left: rm, right: vex.vvvv }
        }
        _ => return None,
    };
    let exist = match operation {
        Operation::Configure(_) | Operation::Release => true,
        Operation::Zero { tile } | Operation::Load { tile, .. } | Operation::Store { tile, .. } => tile < TILES,
        Operation::Multiply { sums, left, right, .. } => [sums, left, right].iter().all(|tile| *tile < TILES),
    };
    exist.then_some(operation)
}

/// Reads the rest of an operand in memory.
fn memory(operands: ModRm, vex: &Vex, next: &mut impl FnMut() -> u8) -> Memory {
    /// With mode 0 there is a displacement in the place of this base.
    const NO_BASE: usize = 5;
    /// In the place of an index: there is none.
    const NO_INDEX: usize = 4;
    let without_base = |base: usize| operands.mode == 0 && base == NO_BASE;
    let (base, index, whole) = if operands.rm == ModRm::SCALED {
        let byte = next();
        let (index, base) = (usize::from(byte >> 3 & 7) + vex.index, usize::from(byte & 7));
        let index = (index != NO_INDEX).then_some(Index { register: index, scale: 1 << (byte >> 6) });
        let none = without_base(base);
        (if none { Base::None } else { Base::Register(base + vex.base) }, index, none)
    } else {
        let relative = without_base(operands.rm);
        let base = if relative { Base::NextInstruction } else { Base::Register(operands.rm + vex.base) };
        (base, None, relative)
    };
    let displacement = match operands.mode {
        1 => i32::from(next() as i8),
        2 => i32::from_le_bytes([next(), next(), next(), next()]),
        _ if whole => i32::from_le_bytes([next(), next(), next(), next()]),
        _ => 0,
    };
    Memory { base, index, displacement }
}

/// What the first bytes of some mean.
fn decoded(bytes: &[u8]) -> Option<Operation> {
    let mut bytes = bytes.iter();
    decode(|| *bytes.next().unwrap())
}

/// Forms that no test can execute anywhere.
#[test]
fn operands_without_a_base_and_beside_the_code() {
    // tileloadd tmm1, [rcx*2 + 0x1000]
    let from = Memory { base: Base::None, index: Some(Index { register: 1, scale: 2 }), displacement: 0x1000 };
    let bytes = [0xc4, 0xe2, 0x7b, 0x4b, 0x0c, 0x4d, 0x00, 0x10, 0x00, 0x00];
    assert_eq!(decoded(&bytes), Some(Operation::Load { tile: 1, from }));
    // ldtilecfg [rip - 64]
    let at = Memory { base: Base::NextInstruction, index: None, displacement: -64 };
    let bytes = [0xc4, 0xe2, 0x78, 0x49, 0x05, 0xc0, 0xff, 0xff, 0xff];
    assert_eq!(decoded(&bytes), Some(Operation::Configure(at)));
}

#[test]
fn other_instructions_are_left_alone() {
    // ud2; vpdpbusd xmm0, xmm1, xmm2; andn eax, ecx, edx; tilezero of a ninth tile; tilestored without a scaled index.
    for bytes in [
        &[0x0f, 0x0b][..],
        &[0xc4, 0xe2, 0x71, 0x50, 0xc2],
        &[0xc4, 0xe2, 0x70, 0xf2, 0xc2],
        &[0xc4, 0x62, 0x7b, 0x49, 0xc0],
        &[0xc4, 0xe2, 0x7a, 0x4b, 0x00],
    ] {
        assert_eq!(decoded(bytes), None, "{bytes:x?}");
    }
}
