//! Sums of integers into sums of f32.

use std::arch::x86_64::*;

use super::{SIDE, SPANS, activations::Packed, registers::Dots, weights::Weights};

/// The sums of integers of some spans and 16 tokens, and what they are multiplied with.
pub(super) struct Fold<'a> {
    pub(super) weights: &'a Weights,
    pub(super) x: &'a Packed,
    /// For each span: those of 16 tokens, and those of the next 16.
    pub(super) dots: &'a [[Dots; 2]],
    /// Which 16 tokens.
    pub(super) tokens: usize,
    /// 0 for the first 16 of `dots`, 1 for the next.
    pub(super) half: usize,
    /// The first span.
    pub(super) from: usize,
}

impl Fold<'_> {
    /// Adds the products to the sums of the tokens, 16 at most, in the order of the spans.
    #[target_feature(enable = "avx512f")]
    pub(super) fn add_to(&self, sums: &mut [[f32; SIDE]]) {
        if self.dots.len() == SPANS {
            self.spans::<SPANS>(0, sums);
        } else {
            for first in 0..self.dots.len() {
                self.spans::<1>(first, sums);
            }
        }
    }

    /// The spans from `first` on, counted from `from`.
    #[target_feature(enable = "avx512f")]
    fn spans<const N: usize>(&self, first: usize, sums: &mut [[f32; SIDE]]) {
        let (from, dots) = (self.from + first, &self.dots[first..][..N]);
        let scales = load_all::<N>(&self.weights.scales()[from..]);
        let minimums = load_all::<N>(&self.weights.minimums()[from..]);
        let x_scales = &self.x.scales(self.tokens)[from..][..N];
        let x_sums = &self.x.sums(self.tokens)[from..][..N];
        for (token, sums) in sums.iter_mut().enumerate().take(SIDE) {
            let mut sum = load(sums);
            for span in 0..N {
                let Dots { high, low } = &dots[span][self.half];
                let dots = _mm512_add_epi32(_mm512_slli_epi32::<8>(integers(&high[token])), integers(&low[token]));
                // The order and the rounding of the product with VNNI.
                let scales = _mm512_mul_ps(scales[span], _mm512_set1_ps(x_scales[span][token]));
                sum = _mm512_fmadd_ps(scales, _mm512_cvtepi32_ps(dots), sum);
                sum = _mm512_fmadd_ps(minimums[span], _mm512_set1_ps(x_sums[span][token]), sum);
            }
            store(sum, sums);
        }
    }
}

#[target_feature(enable = "avx512f")]
fn load(numbers: &[f32; SIDE]) -> __m512 {
    // SAFETY: the array has 16 numbers, and the load needs no alignment.
    unsafe { _mm512_loadu_ps(numbers.as_ptr()) }
}

/// The first vectors of a slice.
#[target_feature(enable = "avx512f")]
fn load_all<const N: usize>(numbers: &[[f32; SIDE]]) -> [__m512; N] {
    let mut vectors = [_mm512_setzero_ps(); N];
    for (vector, numbers) in vectors.iter_mut().zip(&numbers[..N]) {
        *vector = load(numbers);
    }
    vectors
}

#[target_feature(enable = "avx512f")]
fn integers(numbers: &[i32; SIDE]) -> __m512i {
    // SAFETY: the array has 16 numbers, and the load needs no alignment.
    unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn store(numbers: __m512, to: &mut [f32; SIDE]) {
    // SAFETY: the array has 16 numbers, and the store needs no alignment.
    unsafe { _mm512_storeu_ps(to.as_mut_ptr(), numbers) }
}
