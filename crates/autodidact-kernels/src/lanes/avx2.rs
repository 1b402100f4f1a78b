//! Eight numbers in a register of AVX2.

use std::arch::x86_64::*;

use super::{LANES, Lanes, MANTISSA, Vector};

/// For processors with AVX2 and FMA. Only functions that enable both may use it, which [`fastest`] makes.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256);

impl Vector for Avx2 {
    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: the function that this is inlined into enables the instruction.
        Self(unsafe { _mm256_set1_ps(x) })
    }

    #[inline(always)]
    fn load(numbers: &Lanes) -> Self {
        // SAFETY: as above; there are 8 numbers, and the load needs no alignment.
        Self(unsafe { _mm256_loadu_ps(numbers.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        // SAFETY: as above; there is room for 8 numbers, and the store needs no alignment.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_fmadd_ps(a.0, b.0, self.0) })
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_sub_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_mul_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_div_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        // SAFETY: as above. The instruction gives its second number where one is none.
        Self(unsafe { _mm256_max_ps(other.0, self.0) })
    }

    #[inline(always)]
    fn or_smaller(self, other: Self) -> Self {
        // SAFETY: as in `or_larger`.
        Self(unsafe { _mm256_min_ps(other.0, self.0) })
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i16; LANES]) {
        // SAFETY: as above; there is room for 8 words, and the store needs no alignment.
        unsafe {
            let whole = _mm256_cvtps_epi32(self.0);
            let words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
            _mm_storeu_si128(to.as_mut_ptr().cast(), words);
        }
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe {
            let exponents = _mm256_slli_epi32::<{ MANTISSA as i32 }>(_mm256_castps_si256(power.0));
            _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(self.0), exponents))
        })
    }
}
