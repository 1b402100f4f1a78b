//! The instructions themselves, one by one: on a processor with tile registers these tests say whether the others
//! imitate it well.

use std::{arch::asm, env, os::unix::process::ExitStatusExt, process::Command};

use super::emulator;

/// Rows and bytes of a row.
type Shape = (u8, u8);

/// What `ldtilecfg` reads.
#[repr(C, align(64))]
struct Configuration([u8; 64]);

impl Configuration {
    fn new(shapes: &[Shape]) -> Self {
        let mut bytes = [0; 64];
        bytes[0] = 1;
        for (tile, (rows, width)) in shapes.iter().enumerate() {
            bytes[16 + 2 * tile] = *width;
            bytes[48 + tile] = *rows;
        }
        Self(bytes)
    }
}

/// Configured tile registers, released when dropped.
struct Tiles;

impl Tiles {
    fn configure(configuration: &Configuration) -> Self {
        emulator::enable();
        // SAFETY: something executes the instruction, which reads 64 bytes.
        unsafe { asm!("ldtilecfg [{}]", in(reg) configuration, options(nostack, readonly)) };
        Self
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: something executes the instruction.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }
}

/// Bytes that look random.
fn random(count: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..count).map(|_| next()).collect()
}

const WIDTH: usize = 12;

/// Three rows, `stride` apart.
fn rows(memory: &[u8], start: usize, stride: usize) -> Vec<u8> {
    (0..3).flat_map(|row| memory[start + row * stride..][..WIDTH].to_vec()).collect()
}

/// What a tile of three rows holds after a load from an operand, by a store without gaps.
macro_rules! loaded {
    ($instruction:literal, $($registers:tt)*) => {{
        let mut out = [0u8; 3 * WIDTH];
        // SAFETY: the tile is configured, and the memory has its rows.
        unsafe {
            asm!($instruction, "tilestored [{to} + {width}*4], tmm3", to = in(reg) out.as_mut_ptr(),
                width = in(reg) WIDTH / 4, $($registers)*, options(nostack));
        }
        out.to_vec()
    }};
}

#[test]
fn operands_in_memory_have_all_forms() {
    let shape = (3, WIDTH as u8);
    let _tiles = Tiles::configure(&Configuration::new(&[(0, 0), (16, 64), (0, 0), shape]));
    let memory = random(4096, 1);
    let at = |start: usize| memory[start..].as_ptr();
    let plain = loaded!("tileloadd tmm3, [rax + rcx*1]", in("rax") at(5), in("rcx") 100usize);
    assert_eq!(plain, rows(&memory, 5, 100));
    let byte = loaded!("tileloadd tmm3, [r13 + r14*2 + 64]", in("r13") at(9), in("r14") 55usize);
    assert_eq!(byte, rows(&memory, 73, 110));
    let below = loaded!("tileloaddt1 tmm3, [rsi + rdi*1 - 128]", in("rsi") at(400), in("rdi") 12usize);
    assert_eq!(below, rows(&memory, 272, 12));
    let word = loaded!("tileloadd tmm3, [r12 + r15*8 - 300]", in("r12") at(1000), in("r15") 33usize);
    assert_eq!(word, rows(&memory, 700, 264));
    let upper_index = loaded!("tileloadd tmm3, [r9 + r12*1]", in("r9") at(21), in("r12") 64usize);
    assert_eq!(upper_index, rows(&memory, 21, 64));
    let upwards = loaded!("tileloadd tmm3, [r13 + rdx*4]", in("r13") at(2000), in("rdx") -25isize);
    let expected: Vec<u8> = [2000, 1900, 1800].iter().flat_map(|at| memory[*at..][..WIDTH].to_vec()).collect();
    assert_eq!(upwards, expected);
    let one_row = loaded!("tileloadd tmm3, [r8]", in("r8") at(77));
    assert_eq!(one_row, rows(&memory, 77, 0));
}

#[test]
fn a_store_leaves_what_is_between_rows() {
    let _tiles = Tiles::configure(&Configuration::new(&[(0, 0), (0, 0), (2, 4)]));
    let mut memory = [7u8; 32];
    // SAFETY: the tile is configured, and the memory has its rows.
    unsafe {
        asm!("tilezero tmm2", "tilestored [r10 + r11*4 + 3], tmm2", in("r10") memory.as_mut_ptr(), in("r11") 5usize,
            options(nostack));
    }
    let expected: Vec<u8> =
        (0..32).map(|at| if (3..7).contains(&at) || (23..27).contains(&at) { 0 } else { 7 }).collect();
    assert_eq!(memory[..], expected);
}

#[test]
fn a_configuration_sets_tiles_to_zero() {
    let configuration = Configuration::new(&[(1, 8)]);
    let (from, mut to) = ([9u8; 8], [7u8; 8]);
    let _tiles = Tiles::configure(&configuration);
    // SAFETY: the tile is configured, and the memory has its row.
    unsafe {
        asm!("tileloadd tmm0, [{from} + {stride}*1]", "ldtilecfg [{configuration}]",
            "tilestored [{to} + {stride}*1], tmm0",
            from = in(reg) from.as_ptr(), configuration = in(reg) &configuration, to = in(reg) to.as_mut_ptr(),
            stride = in(reg) 8usize, options(nostack));
    }
    assert_eq!(to, [0; 8]);
}

const ROWS: usize = 3;
const COLUMNS: usize = 5;
const WORDS: usize = 7;
/// The sums in tile 6, the left factor in tile 1, the right one in tile 7.
const PRODUCT: [Shape; 8] = [
    (0, 0),
    (ROWS as u8, 4 * WORDS as u8),
    (0, 0),
    (0, 0),
    (0, 0),
    (0, 0),
    (ROWS as u8, 4 * COLUMNS as u8),
    (WORDS as u8, 4 * COLUMNS as u8),
];

/// Adds the product of two tiles to sums, with rows that stand without gaps.
macro_rules! add_product {
    ($instruction:literal, $a:expr, $b:expr, $sums:expr) => {
        // SAFETY: the tiles are configured, and the memory has their rows.
        unsafe {
            asm!("tileloadd tmm1, [{a} + {words}*4]", "tileloadd tmm7, [{b} + {columns}*4]",
                "tileloadd tmm6, [{sums} + {columns}*4]", concat!($instruction, " tmm6, tmm1, tmm7"),
                "tilestored [{sums} + {columns}*4], tmm6", a = in(reg) $a.as_ptr(), b = in(reg) $b.as_ptr(),
                sums = in(reg) $sums.as_mut_ptr(), words = in(reg) WORDS, columns = in(reg) COLUMNS, options(nostack));
        }
    };
}

fn integer(byte: u8, signed: bool) -> i32 {
    if signed { i32::from(byte as i8) } else { i32::from(byte) }
}

#[test]
fn products_of_bytes_have_the_signs_of_their_names() {
    let _tiles = Tiles::configure(&Configuration::new(&PRODUCT));
    let (a, b) = (random(4 * ROWS * WORDS, 2), random(4 * WORDS * COLUMNS, 3));
    let expected = |a_signed: bool, b_signed: bool| -> Vec<i32> {
        let sum = |row: usize, column: usize| -> i32 {
            let of = |word: usize, byte: usize| {
                let x = integer(a[(row * WORDS + word) * 4 + byte], a_signed);
                x * integer(b[(word * COLUMNS + column) * 4 + byte], b_signed)
            };
            (0..WORDS).flat_map(|word| (0..4).map(move |byte| of(word, byte))).sum()
        };
        (0..ROWS * COLUMNS).map(|at| at as i32 + sum(at / COLUMNS, at % COLUMNS)).collect()
    };
    let start: Vec<i32> = (0..(ROWS * COLUMNS) as i32).collect();
    let mut sums = start.clone();
    add_product!("tdpbssd", a, b, sums);
    assert_eq!(sums, expected(true, true));
    sums.clone_from(&start);
    add_product!("tdpbsud", a, b, sums);
    assert_eq!(sums, expected(true, false));
    sums.clone_from(&start);
    add_product!("tdpbusd", a, b, sums);
    assert_eq!(sums, expected(false, true));
    sums.clone_from(&start);
    add_product!("tdpbuud", a, b, sums);
    assert_eq!(sums, expected(false, false));
}

/// Nearest, where no number lies exactly between two.
fn bf16(x: f32) -> u16 {
    ((x.to_bits() + 0x8000) >> 16) as u16
}

#[test]
fn products_of_bf16_numbers() {
    let _tiles = Tiles::configure(&Configuration::new(&PRODUCT));
    // Small integers, whose sums have no rounding.
    let small =
        |count: usize, seed: u32| -> Vec<f32> { random(count, seed).iter().map(|x| f32::from(x % 9) - 4.0).collect() };
    let (x, y) = (small(2 * ROWS * WORDS, 4), small(2 * WORDS * COLUMNS, 5));
    let (a, b): (Vec<u16>, Vec<u16>) = (x.iter().map(|x| bf16(*x)).collect(), y.iter().map(|y| bf16(*y)).collect());
    let mut sums = vec![0.5f32; ROWS * COLUMNS];
    add_product!("tdpbf16ps", a, b, sums);
    for (at, sum) in sums.iter().enumerate() {
        let (row, column) = (at / COLUMNS, at % COLUMNS);
        let of =
            |word: usize, half: usize| x[(row * WORDS + word) * 2 + half] * y[(word * COLUMNS + column) * 2 + half];
        assert_eq!(*sum, 0.5 + (0..WORDS).map(|word| of(word, 0) + of(word, 1)).sum::<f32>());
    }
}

#[test]
fn denormal_numbers_are_zeros() {
    let _tiles = Tiles::configure(&Configuration::new(&PRODUCT));
    let denormal = f32::from_bits(0x0040_0000);
    // A denormal factor, a product that is too small, and sums that are denormal before.
    for (x, y) in [(denormal, 4.0), (f32::MIN_POSITIVE, 0.25)] {
        let (a, b) = (vec![bf16(x); 2 * ROWS * WORDS], vec![bf16(y); 2 * WORDS * COLUMNS]);
        let mut sums = vec![denormal; ROWS * COLUMNS];
        add_product!("tdpbf16ps", a, b, sums);
        assert_eq!(sums, vec![0.0; ROWS * COLUMNS]);
    }
}

#[test]
fn tiles_belong_to_their_thread() {
    let _tiles = Tiles::configure(&Configuration::new(&[(1, 4)]));
    let mut out = [7u8; 4];
    // SAFETY: the tile is configured, and the memory has its row.
    unsafe { asm!("tileloadd tmm0, [{}]", in(reg) [9u8; 4].as_ptr(), options(nostack)) };
    std::thread::spawn(|| drop(Tiles::configure(&Configuration::new(&[(2, 8)])))).join().unwrap();
    // SAFETY: the same.
    unsafe { asm!("tilestored [{}], tmm0", in(reg) out.as_mut_ptr(), options(nostack)) };
    assert_eq!(out, [9; 4]);
}

/// Names a rule for the process that breaks it.
const RULE: &str = "BROKEN_TILE_RULE";

/// What breaks a rule, and what is said of it.
const RULES: [(&str, &str); 6] = [
    ("no configuration", "the tiles are not configured"),
    ("no rows", "the tile has no rows"),
    ("other rows", "as many rows of sums as of the left factor"),
    ("a tile twice", "the tiles must be three"),
    ("a palette", "there is one palette"),
    ("a shape", "16 rows of 64 bytes at most"),
];

/// A rule is broken in a process of its own, which that ends.
fn end_of(rule: &str) -> (Option<i32>, String) {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "instructions::ends_its_process", "--ignored", "--nocapture"])
        .env(RULE, rule)
        .output()
        .unwrap();
    (output.status.signal(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn broken_rules_end_the_process() {
    for (rule, message) in RULES {
        let (signal, said) = end_of(rule);
        assert!(signal.is_some(), "{rule}: {said}");
        assert!(!emulator::enable() || said.contains(message), "{rule}: {said}");
    }
}

#[test]
fn other_instructions_end_the_process_as_ever() {
    assert_eq!(end_of("another instruction").0, Some(libc::SIGILL));
}

#[test]
#[ignore = "ends its process: `broken_rules_end_the_process` starts one for it"]
fn ends_its_process() {
    let Ok(rule) = env::var(RULE) else { return };
    emulator::enable();
    let mut configuration = Configuration::new(&[(3, 20), (4, 28), (7, 20)]);
    match &rule[..] {
        "a palette" => configuration.0[0] = 2,
        "a shape" => configuration.0[48] = 17,
        _ => {}
    }
    let _tiles = (rule != "no configuration").then(|| Tiles::configure(&configuration));
    // SAFETY: something executes the instructions, or ends the process.
    unsafe {
        match &rule[..] {
            "no rows" => asm!("tilezero tmm5", options(nostack, nomem)),
            "other rows" => asm!("tdpbssd tmm0, tmm1, tmm2", options(nostack, nomem)),
            // tdpbssd tmm0, tmm1, tmm1
            "a tile twice" => asm!(".byte 0xc4, 0xe2, 0x73, 0x5e, 0xc1", options(nostack, nomem)),
            "another instruction" => asm!("ud2", options(nostack, nomem)),
            _ => asm!("tilezero tmm0", options(nostack, nomem)),
        }
    }
}
