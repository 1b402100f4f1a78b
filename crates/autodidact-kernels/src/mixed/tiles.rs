//! Products on the tile registers (AMX).

use std::arch::asm;

use super::{block::Block, packed::OUTER};
use crate::tile_registers::{self, Configuration, Products, Shape};

/// All eight tiles of 16 rows of 64 bytes.
const CONFIGURATION: Configuration = Configuration::new([Shape { rows: 16, bytes: 64 }; 8]);

/// The tile registers of this thread, configured for products of bf16.
pub struct Registers(#[allow(dead_code, reason = "releases the registers when dropped")] tile_registers::Registers);

impl Registers {
    /// # Safety
    /// The processor and the system must offer the tile registers.
    pub unsafe fn configure() -> Self {
        // SAFETY: by the caller.
        Self(unsafe { tile_registers::Registers::configure(&CONFIGURATION) })
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

/// True when the processor has the tile registers and their product of bf16, and the system lets this process use them.
pub fn available() -> bool {
    tile_registers::available(Products::Bf16)
}
