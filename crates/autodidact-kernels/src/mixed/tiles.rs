//! Products on the tile registers (AMX).

use std::{
    arch::{asm, x86_64::__cpuid_count},
    marker::PhantomData,
};

use super::{block::Block, packed::OUTER};

/// The configuration of the tile registers: all eight of 16 rows of 64 bytes.
#[repr(C, align(64))]
struct TileConfig([u8; 64]);

const CONFIG: TileConfig = {
    let mut bytes = [0; 64];
    bytes[0] = 1;
    let mut tile = 0;
    while tile < 8 {
        bytes[16 + 2 * tile] = 64;
        bytes[48 + tile] = 16;
        tile += 1;
    }
    TileConfig(bytes)
};

/// The tile registers of this thread, configured; released when dropped. They stay on their thread: not `Send`.
pub struct Registers(PhantomData<*const ()>);

impl Registers {
    /// # Safety
    /// The processor and the system must offer the tile registers.
    pub unsafe fn configure() -> Self {
        // SAFETY: reads 64 bytes; the caller vouches for the instruction.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &CONFIG, options(nostack, readonly)) };
        Self(PhantomData)
    }

    /// A block of a product.
    ///
    /// # Safety
    /// As [`super::engine::Unit::block`].
    pub unsafe fn block(&self, block: Block) {
        let Block { left: a, left_next, right: b, right_next, depth, out, stride, add, .. } = block;
        let bytes = stride * 4;
        // SAFETY: the caller vouches for the factors' tiles and for 32 rows of 32 numbers of output; the registers are configured.
        unsafe {
            let (right, below) = (out.add(OUTER), out.add(OUTER * stride));
            let corner = below.add(OUTER);
            if add {
                asm!(
                    "tileloadd tmm0, [{o} + {s}*1]", "tileloadd tmm1, [{r} + {s}*1]",
                    "tileloadd tmm2, [{b} + {s}*1]", "tileloadd tmm3, [{c} + {s}*1]",
                    o = in(reg) out, r = in(reg) right, b = in(reg) below, c = in(reg) corner, s = in(reg) bytes,
                    options(nostack, readonly),
                );
            } else {
                asm!("tilezero tmm0", "tilezero tmm1", "tilezero tmm2", "tilezero tmm3", options(nostack, nomem));
            }
            if depth > 0 {
                asm!(
                    "2:",
                    "tileloadd tmm4, [{a} + {s}*1]", "tileloadd tmm6, [{b} + {s}*1]",
                    "tdpbf16ps tmm0, tmm4, tmm6",
                    "tileloadd tmm7, [{b1} + {s}*1]",
                    "tdpbf16ps tmm1, tmm4, tmm7",
                    "tileloadd tmm5, [{a1} + {s}*1]",
                    "tdpbf16ps tmm2, tmm5, tmm6",
                    "tdpbf16ps tmm3, tmm5, tmm7",
                    "add {a}, 1024", "add {a1}, 1024", "add {b}, 1024", "add {b1}, 1024",
                    "dec {n}", "jnz 2b",
                    a = inout(reg) a => _, a1 = inout(reg) a.add(left_next) => _,
                    b = inout(reg) b => _, b1 = inout(reg) b.add(right_next) => _,
                    n = inout(reg) depth => _, s = in(reg) 64usize,
                    options(nostack, readonly),
                );
            }
            asm!(
                "tilestored [{o} + {s}*1], tmm0", "tilestored [{r} + {s}*1], tmm1",
                "tilestored [{b} + {s}*1], tmm2", "tilestored [{c} + {s}*1], tmm3",
                o = in(reg) out, r = in(reg) right, b = in(reg) below, c = in(reg) corner, s = in(reg) bytes,
                options(nostack),
            );
        }
    }
}

impl Drop for Registers {
    fn drop(&mut self) {
        // SAFETY: the registers are configured, so the instruction exists.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }
}

/// True when the processor has the tile registers and their product of bf16, and the system lets this process use them.
pub fn available() -> bool {
    /// `arch_prctl`, and its request for the use of a register state that is off by default.
    const ARCH_PRCTL: usize = 158;
    const REQUEST_STATE: usize = 0x1023;
    const TILE_DATA: usize = 18;
    // Leaf 7: bit 22 of EDX is AMX-BF16, bit 24 AMX-TILE.
    let tiles = __cpuid_count(7, 0).edx & (1 << 22 | 1 << 24) == (1 << 22 | 1 << 24);
    if !tiles {
        return false;
    }
    let answer: isize;
    // SAFETY: a system call with two numbers, which touches no memory of this process.
    unsafe {
        asm!("syscall", inlateout("rax") ARCH_PRCTL as isize => answer, in("rdi") REQUEST_STATE, in("rsi") TILE_DATA,
            out("rcx") _, out("r11") _, options(nostack));
    }
    answer == 0
}
