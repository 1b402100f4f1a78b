//! Sixteen numbers at a time.

use std::{arch::x86_64::*, mem::MaybeUninit};

/// Numbers of a vector.
pub const LANES: usize = 16;

/// The lanes of the numbers from `at` on, of `len`.
#[inline]
pub fn lanes(at: usize, len: usize) -> __mmask16 {
    let left = len - at;
    if left >= LANES { 0xffff } else { (1 << left) - 1 }
}

/// The numbers from `at` on; zero beyond the end.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn load(from: &[f32], at: usize) -> __m512 {
    assert!(at < from.len());
    // SAFETY: only lanes within the slice are read.
    unsafe { _mm512_maskz_loadu_ps(lanes(at, from.len()), from.as_ptr().add(at)) }
}

/// Writes the lanes that are within the slice.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn store(to: &mut [f32], at: usize, value: __m512) {
    assert!(at < to.len());
    // SAFETY: only lanes within the slice are written.
    unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr().add(at), lanes(at, to.len()), value) }
}

/// [`store`] where nothing need have been written yet.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn write(to: &mut [MaybeUninit<f32>], at: usize, value: __m512) {
    assert!(at < to.len());
    // SAFETY: only lanes within the slice are written.
    unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr().add(at).cast(), lanes(at, to.len()), value) }
}

/// `e^x`, relative error below 1e-6; zero, to within 1e-37, from -87 down.
///
/// `x = (n + f) ln 2` with an integer `n` and `f` within one half of zero, `e^(f ln 2)` by its Taylor polynomial.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn exp(x: __m512) -> __m512 {
    let x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-87.0)), _mm512_set1_ps(88.0));
    let scaled = _mm512_mul_ps(x, _mm512_set1_ps(std::f32::consts::LOG2_E));
    let whole = _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(scaled);
    // ln 2 in two parts, the first with few bits, so that the difference is exact.
    let rest = _mm512_fnmadd_ps(whole, _mm512_set1_ps(0.693_359_4), x);
    let rest = _mm512_fnmadd_ps(whole, _mm512_set1_ps(-2.121_944_4e-4), rest);
    let mut sum = _mm512_set1_ps(1.0 / 720.0);
    for factor in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(factor));
    }
    _mm512_scalef_ps(sum, whole)
}

/// `1 / (1 + e^-x)`.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn sigmoid(x: __m512) -> __m512 {
    let one = _mm512_set1_ps(1.0);
    _mm512_div_ps(one, _mm512_add_ps(one, exp(_mm512_sub_ps(_mm512_setzero_ps(), x))))
}

/// The largest number; minus infinity for none.
#[target_feature(enable = "avx512f")]
pub fn max(row: &[f32]) -> f32 {
    let mut best = _mm512_set1_ps(f32::NEG_INFINITY);
    for at in (0..row.len()).step_by(LANES) {
        best = _mm512_mask_max_ps(best, lanes(at, row.len()), best, load(row, at));
    }
    _mm512_reduce_max_ps(best)
}

/// Replaces each number `x` by `e^(x - shift)`, and returns their sum.
#[target_feature(enable = "avx512f")]
pub fn exp_in_place(row: &mut [f32], shift: f32) -> f32 {
    let shift = _mm512_set1_ps(shift);
    let mut sum = _mm512_setzero_ps();
    for at in (0..row.len()).step_by(LANES) {
        let e = exp(_mm512_sub_ps(load(row, at), shift));
        sum = _mm512_mask_add_ps(sum, lanes(at, row.len()), sum, e);
        store(row, at, e);
    }
    _mm512_reduce_add_ps(sum)
}

/// Sum of the products.
#[target_feature(enable = "avx512f")]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sum = _mm512_setzero_ps();
    for at in (0..a.len().min(b.len())).step_by(LANES) {
        sum = _mm512_fmadd_ps(load(a, at), load(b, at), sum);
    }
    _mm512_reduce_add_ps(sum)
}
