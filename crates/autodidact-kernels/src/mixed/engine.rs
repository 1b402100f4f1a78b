//! What multiplies tiles: the tile registers, or vectors of 512 bits.

use std::arch::is_x86_feature_detected as has;

use super::{
    block::Block,
    tiles::{self, Registers},
    vectors,
};

/// How products are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// By AVX-512 with bf16.
    Vectors,
    /// By the tile registers, and AVX-512 with bf16.
    Tiles,
}

impl Engine {
    /// The faster one of those that the processor has, and that the system lets this process use.
    pub fn detect() -> Option<Self> {
        let vectors = has!("avx512f") && has!("avx512bw") && has!("avx512vl") && has!("avx512dq") && has!("avx512bf16");
        vectors.then(|| if tiles::available() { Self::Tiles } else { Self::Vectors })
    }
}

/// An engine that is ready on this thread, and stays on it: not `Send`.
pub struct Unit {
    registers: Option<Registers>,
}

impl Unit {
    /// # Safety
    /// The processor and the system must offer what [`Engine::detect`] asks for.
    pub unsafe fn ready(engine: Engine) -> Self {
        let registers = match engine {
            Engine::Vectors => None,
            // SAFETY: the caller vouches for the instructions.
            Engine::Tiles => Some(unsafe { Registers::configure() }),
        };
        Self { registers }
    }

    /// Computes a block.
    ///
    /// # Safety
    /// The factors must have two groups of `depth` tiles each, and the output 32 rows of 32 numbers, which are written where they are added
    /// to.
    pub unsafe fn block(&self, block: Block) {
        // SAFETY: the caller vouches for the memory, and `ready` for the instructions.
        unsafe {
            match &self.registers {
                Some(registers) => registers.block(block),
                None => vectors::block(block),
            }
        }
    }
}
