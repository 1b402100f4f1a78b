//! Tile registers in software: the instructions of AMX-TILE, AMX-BF16, and AMX-INT8 that a processor refuses are
//! executed by a handler of `SIGILL`, on tiles of the thread that met them.

mod decode;
mod tiles;

use std::{cell::RefCell, io::Write, mem, process::abort, ptr, sync::OnceLock};

use libc::{
    REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RAX, REG_RBP, REG_RBX, REG_RCX, REG_RDI,
    REG_RDX, REG_RIP, REG_RSI, REG_RSP, SA_SIGINFO, SIG_DFL, SIGILL, SYS_arch_prctl, c_int, c_void, greg_t, sigaction,
    siginfo_t, syscall, ucontext_t,
};

use self::{
    decode::{Base, Memory, Operation, decode},
    tiles::Tiles,
};

thread_local! {
    static TILES: RefCell<Tiles> = const { RefCell::new(Tiles::new()) };
}

/// General registers in the order of their numbers in instructions.
const REGISTERS: [c_int; 16] = [
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12,
    REG_R13, REG_R14, REG_R15,
];

/// Lets this process use tile registers: those of the processor, where it has them and the system allows it, otherwise
/// those in software.
///
/// Returns true when they are those in software.
pub fn enable() -> bool {
    static SOFTWARE: OnceLock<bool> = OnceLock::new();
    *SOFTWARE.get_or_init(|| {
        let software = !has_tiles();
        if software {
            set_handler(handle as *const () as usize);
        }
        software
    })
}

/// True when the processor has tile registers with both kinds of products, and the system lets this process use them.
fn has_tiles() -> bool {
    use std::arch::x86_64::{__cpuid, __cpuid_count};
    const REQUEST_STATE: c_int = 0x1023;
    const TILE_DATA: usize = 18;
    let needed = 1 << 22 | 1 << 24 | 1 << 25;
    let has = __cpuid(0).eax >= 7 && __cpuid_count(7, 0).edx & needed == needed;
    // SAFETY: a system call with two numbers, which touches no memory of this process.
    has && unsafe { syscall(SYS_arch_prctl, REQUEST_STATE, TILE_DATA) } == 0
}

fn set_handler(handler: usize) {
    // SAFETY: an action of zeros is one without flags and without other signals to block. The handler is the default
    // one, or `handle`, which has the signature that `SA_SIGINFO` asks for.
    unsafe {
        let mut action: sigaction = mem::zeroed();
        action.sa_sigaction = handler;
        action.sa_flags = SA_SIGINFO;
        assert_eq!(sigaction(SIGILL, &raw const action, ptr::null_mut()), 0, "a handler of SIGILL");
    }
}

/// Executes an instruction on tile registers. After any other one the process ends by the signal, as it would without
/// this.
///
/// An instruction raises this signal where it stands, so nothing is interrupted that could not be called from here.
extern "C" fn handle(_signal: c_int, _info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the system passes the state of the thread, which nothing else reads or writes meanwhile.
    let registers = unsafe { &mut (*context.cast::<ucontext_t>()).uc_mcontext.gregs };
    let at = registers[REG_RIP as usize] as usize;
    let mut next = at;
    let operation = decode(|| {
        let byte = ptr::with_exposed_provenance::<u8>(next);
        next += 1;
        // SAFETY: the processor met the instruction here, and no byte behind it is asked for.
        unsafe { byte.read() }
    });
    let Some(operation) = operation else {
        // The instruction is met again.
        return set_handler(SIG_DFL);
    };
    let done = TILES.with_borrow_mut(|tiles| {
        let addresses = Addresses { registers, next };
        // SAFETY: the program addresses the memory as it would for the processor.
        unsafe { execute(tiles, operation, &addresses) }
    });
    if let Err(fault) = done {
        let _ = writeln!(std::io::stderr(), "a processor would refuse {operation:?}: {fault}");
        abort();
    }
    registers[REG_RIP as usize] = next as greg_t;
}

/// What the operands in memory are relative to.
struct Addresses<'a> {
    registers: &'a [greg_t],
    /// Where the next instruction begins.
    next: usize,
}

impl Addresses<'_> {
    fn register(&self, number: usize) -> usize {
        self.registers[REGISTERS[number] as usize] as usize
    }

    /// The address without the index.
    fn start(&self, memory: Memory) -> usize {
        let base = match memory.base {
            Base::None => 0,
            Base::Register(number) => self.register(number),
            Base::NextInstruction => self.next,
        };
        base.wrapping_add_signed(memory.displacement as isize)
    }

    /// The scaled index.
    fn index(&self, memory: Memory) -> usize {
        memory.index.map_or(0, |index| self.register(index.register).wrapping_mul(index.scale))
    }

    /// The address of row `row` of a tile: for tiles the index is the distance of two rows.
    fn row(&self, memory: Memory, row: usize) -> usize {
        self.start(memory).wrapping_add(self.index(memory).wrapping_mul(row))
    }
}

/// # Safety
/// The operands in memory must be there.
unsafe fn execute(tiles: &mut Tiles, operation: Operation, addresses: &Addresses<'_>) -> Result<(), &'static str> {
    match operation {
        Operation::Configure(memory) => {
            let at = addresses.start(memory).wrapping_add(addresses.index(memory));
            // SAFETY: the caller vouches for 64 bytes.
            let configuration = unsafe { ptr::with_exposed_provenance::<[u8; 64]>(at).read_unaligned() };
            tiles.configure(&configuration)
        }
        Operation::Release => {
            tiles.release();
            Ok(())
        }
        Operation::Zero { tile } => tiles.zero(tile),
        Operation::Load { tile, from } => tiles.load(tile, |row, bytes| {
            let at = ptr::with_exposed_provenance::<u8>(addresses.row(from, row));
            // SAFETY: the caller vouches for the bytes of each row.
            unsafe { ptr::copy_nonoverlapping(at, bytes.as_mut_ptr(), bytes.len()) }
        }),
        Operation::Store { tile, to } => tiles.store(tile, |row, bytes| {
            let at = ptr::with_exposed_provenance_mut::<u8>(addresses.row(to, row));
            // SAFETY: the caller vouches for the bytes of each row.
            unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), at, bytes.len()) }
        }),
        Operation::Multiply { numbers, sums, left, right } => tiles.multiply(numbers, sums, left, right),
    }
}
