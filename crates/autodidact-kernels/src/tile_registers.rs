//! The tile registers of AMX: whether this process may use them, and their configuration.
//! (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.)

use std::{
    arch::{
        asm,
        x86_64::{__cpuid, __cpuid_count},
    },
    marker::PhantomData,
};

/// Products that a processor may have on its tile registers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Products {
    /// Of bf16 numbers.
    Bf16,
    /// Of bytes.
    Int8,
}

/// True when the processor has the tile registers with these products, and the system lets this process use them.
pub(crate) fn available(products: Products) -> bool {
    // Leaf 7: bit 22 of EDX is AMX-BF16, bit 24 AMX-TILE, bit 25 AMX-INT8.
    let needed = match products {
        Products::Bf16 => 1 << 24 | 1 << 22,
        Products::Int8 => 1 << 24 | 1 << 25,
    };
    __cpuid(0).eax >= 7 && __cpuid_count(7, 0).edx & needed == needed && permitted()
}

/// Asks the system for the tile registers. The permission belongs to the process, not to the thread.
fn permitted() -> bool {
    /// `arch_prctl`, and its request for the use of a register state that is off by default.
    const ARCH_PRCTL: usize = 158;
    const REQUEST_STATE: usize = 0x1023;
    const TILE_DATA: usize = 18;
    let answer: isize;
    // SAFETY: a system call with two numbers, which touches no memory of this process.
    unsafe {
        asm!("syscall", inlateout("rax") ARCH_PRCTL as isize => answer, in("rdi") REQUEST_STATE, in("rsi") TILE_DATA,
            out("rcx") _, out("r11") _, options(nostack));
    }
    answer == 0
}

/// The shape of a tile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Rows, 16 at most.
    pub(crate) rows: u8,
    /// Bytes of a row, 64 at most.
    pub(crate) bytes: u8,
}

/// The shapes of all eight tiles, as the instruction reads them.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Configuration([u8; 64]);

impl Configuration {
    /// A configuration of these shapes.
    pub(crate) const fn new(shapes: [Shape; 8]) -> Self {
        let mut bytes = [0; 64];
        // The palette.
        bytes[0] = 1;
        let mut tile = 0;
        while tile < 8 {
            bytes[16 + 2 * tile] = shapes[tile].bytes;
            bytes[48 + tile] = shapes[tile].rows;
            tile += 1;
        }
        Self(bytes)
    }
}

/// The tile registers of this thread, configured; released when dropped. They stay on their thread: not `Send`.
pub(crate) struct Registers(PhantomData<*const ()>);

impl Registers {
    /// Configures the registers of this thread, and fills them with zeros.
    ///
    /// # Safety
    /// The processor and the system must offer the tile registers.
    pub(crate) unsafe fn configure(configuration: &Configuration) -> Self {
        // SAFETY: reads 64 bytes; the caller vouches for the instruction.
        unsafe { asm!("ldtilecfg [{}]", in(reg) configuration, options(nostack, readonly)) };
        Self(PhantomData)
    }
}

impl Drop for Registers {
    fn drop(&mut self) {
        // SAFETY: the registers are configured, so the instruction exists.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }
}
