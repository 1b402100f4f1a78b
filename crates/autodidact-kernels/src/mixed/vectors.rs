//! Products by AVX-512 with bf16, for processors without tile registers.

use std::arch::x86_64::*;

use super::{
    block::Block,
    packed::{OUTER, TILE},
};

/// Rows that are computed at once: with both halves of their columns as many sums as hide the latency of an instruction.
const ROWS: usize = 8;
/// Pairs of inner indices in a row of a tile.
const PAIRS: usize = 16;

/// A block of a product.
///
/// # Safety
/// As [`super::engine::Unit::block`]; and the processor must have the instructions.
#[target_feature(enable = "avx512f,avx512bf16")]
pub unsafe fn block(block: Block) {
    for first in (0..block.rows.min(2 * OUTER)).step_by(ROWS) {
        // SAFETY: by the caller.
        unsafe { rows(block, first) }
    }
}

/// Eight rows of a block, from `first` on.
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn rows(block: Block, first: usize) {
    let Block { left, left_next, right, right_next, depth, out, stride, add, .. } = block;
    // SAFETY: the caller vouches for two groups of `depth` tiles of each factor, and for 32 rows of 32 numbers of output.
    unsafe {
        let left = left.add(first / OUTER * left_next).cast::<i32>().add(first % OUTER * PAIRS);
        let right = [right, right.add(right_next)];
        let out = out.add(first * stride);
        let mut sums = [[_mm512_setzero_ps(); 2]; ROWS];
        if add {
            for (row, sums) in sums.iter_mut().enumerate() {
                let from = out.add(row * stride);
                *sums = [_mm512_loadu_ps(from), _mm512_loadu_ps(from.add(OUTER))];
            }
        }
        for step in 0..depth {
            let left = left.add(step * TILE / 2);
            let right = right.map(|group| group.add(step * TILE).cast::<__m512i>());
            for pair in 0..PAIRS {
                let [low, high] = right.map(|tile| as_bf16(_mm512_load_si512(tile.add(pair))));
                for (row, sums) in sums.iter_mut().enumerate() {
                    let x = as_bf16(_mm512_set1_epi32(*left.add(row * PAIRS + pair)));
                    *sums = [_mm512_dpbf16_ps(sums[0], x, low), _mm512_dpbf16_ps(sums[1], x, high)];
                }
            }
        }
        for (row, [low, high]) in sums.into_iter().enumerate() {
            let to = out.add(row * stride);
            _mm512_storeu_ps(to, low);
            _mm512_storeu_ps(to.add(OUTER), high);
        }
    }
}

#[target_feature(enable = "avx512f")]
fn as_bf16(pairs: __m512i) -> __m512bh {
    // SAFETY: both are 512 bits.
    unsafe { std::mem::transmute(pairs) }
}
