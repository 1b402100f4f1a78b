//! The product on the tile registers of AMX, for many tokens at once.
//!
//! A tile holds bytes, and an activation has 16 bits. It is `256 * high + low` with a signed and an unsigned byte, so
//! that
//!
//! ```text
//! sum(q * x) = 256 * sum(q * high) + sum(q * low)
//! ```
//!
//! which has no rounding. One tile holds a span of columns of 16 tokens, another the same span of 16 rows of the
//! matrix. The sums of integers are folded into those of f32 in the order of the product with VNNI, and are rounded as
//! there: both products are the same to the last bit.

mod activations;
mod fold;
mod line;
mod registers;
mod weights;

use std::cell::RefCell;

pub(super) use self::activations::Packed;
use self::{
    fold::Fold,
    registers::{Dots, SpanRegisters},
    weights::Weights,
};
use super::{Activations, QuantizedMatrix, Storage, x86::Vnni};
use crate::tile_registers::{Products, available};

/// Tokens of a tile, and rows of the matrix.
pub(super) const SIDE: usize = 16;
/// Spans whose sums of integers are folded at once.
const SPANS: usize = 4;

thread_local! {
    /// Weights in tiles: each thread's own, used again for all rows.
    static WEIGHTS: RefCell<Weights> = const { RefCell::new(Weights::new()) };
}

/// Proof that the processor has AVX-512 (F, BW, VL, VNNI), and that something executes the instructions of AMX-TILE and
/// AMX-INT8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmxInt8(Vnni);

impl AmxInt8 {
    pub(super) fn detect() -> Option<Self> {
        Self::with_vectors().filter(|_| available(Products::Int8))
    }

    /// Asks only for the vectors.
    ///
    /// # Safety
    /// Something must execute the instructions of AMX-TILE and AMX-INT8.
    pub(super) unsafe fn assume_tiles() -> Option<Self> {
        Self::with_vectors()
    }

    fn with_vectors() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
        Vnni::detect().filter(|_| has).map(Self)
    }

    /// What such a processor has too.
    pub(super) fn vnni(self) -> Vnni {
        self.0
    }

    /// Activations in tiles, for matrices of that storage.
    pub(super) fn pack(self, x: &Activations, storage: Storage) -> Packed {
        // SAFETY: `self` exists only where the processor has the instructions.
        unsafe { Packed::new(x, storage.span()) }
    }

    /// Adds the products of some rows of the matrix with all tokens: of two groups of rows, `part` counts those. `sums`
    /// has a place for each token. Rows that the matrix does not have get numbers without a meaning.
    pub(super) fn part(self, matrix: &QuantizedMatrix, part: usize, x: &Packed, sums: &mut [[f32; SIDE]]) {
        // No work for other threads is started in here, so that no other part comes between.
        WEIGHTS.with_borrow_mut(|weights| {
            // SAFETY: `self` exists only where the processor has the instructions.
            unsafe {
                weights.unpack(matrix, part);
                let registers = SpanRegisters::configure(matrix.storage);
                multiply(&registers, weights, x, sums);
            }
        });
    }
}

#[target_feature(enable = "avx512f")]
fn multiply(registers: &SpanRegisters, weights: &Weights, x: &Packed, sums: &mut [[f32; SIDE]]) {
    let mut dots = [[Dots::ZERO; 2]; SPANS];
    for (pair, sums) in sums.chunks_mut(2 * SIDE).enumerate() {
        let tokens = 2 * pair;
        let (first, second) = sums.split_at_mut(SIDE.min(sums.len()));
        for from in (0..weights.spans()).step_by(SPANS) {
            let count = SPANS.min(weights.spans() - from);
            for (span, dots) in (from..).zip(&mut dots[..count]) {
                if second.is_empty() {
                    registers.one(weights.tile(span), x.tile(tokens, span), &mut dots[0]);
                } else {
                    registers.two(weights.tile(span), [x.tile(tokens, span), x.tile(tokens + 1, span)], dots);
                }
            }
            let fold = |half| Fold { weights, x, dots: &dots[..count], tokens: tokens + half, half, from };
            fold(0).add_to(first);
            if !second.is_empty() {
                fold(1).add_to(second);
            }
        }
    }
}
