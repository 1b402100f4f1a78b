//! Eight numbers in two vectors of WebAssembly's SIMD.

use std::arch::wasm32::*;

use super::{LANES, Lanes, MANTISSA, Vector};

/// For WebAssembly with SIMD, which all of the program is compiled for then.
#[derive(Clone, Copy)]
pub(crate) struct Simd128([v128; 2]);

impl Vector for Simd128 {
    #[inline(always)]
    fn splat(x: f32) -> Self {
        Self([f32x4_splat(x); 2])
    }

    #[inline(always)]
    fn load(numbers: &Lanes) -> Self {
        let halves = numbers.as_ptr().cast::<v128>();
        // SAFETY: there are two times 4 numbers, and the loads need no alignment.
        Self(unsafe { [v128_load(halves), v128_load(halves.add(1))] })
    }

    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        let halves = to.as_mut_ptr().cast::<v128>();
        // SAFETY: there is room for two times 4 numbers, and the stores need no alignment.
        unsafe {
            v128_store(halves, self.0[0]);
            v128_store(halves.add(1), self.0[1]);
        }
    }

    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        self.plus(a.times(b))
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.with(other, |a, b| f32x4_add(a, b))
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.with(other, |a, b| f32x4_sub(a, b))
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.with(other, |a, b| f32x4_mul(a, b))
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        self.with(other, |a, b| f32x4_div(a, b))
    }

    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        self.with(other, |a, b| f32x4_pmax(a, b))
    }

    #[inline(always)]
    fn or_smaller(self, other: Self) -> Self {
        self.with(other, |a, b| f32x4_pmin(a, b))
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i16; LANES]) {
        let [first, second] = self.0.map(|x| i32x4_trunc_sat_f32x4(x));
        // SAFETY: there is room for 8 words, and the store needs no alignment.
        unsafe { v128_store(to.as_mut_ptr().cast(), i16x8_narrow_i32x4(first, second)) }
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        self.with(power, |a, b| i32x4_add(a, i32x4_shl(b, MANTISSA)))
    }
}

impl Simd128 {
    #[inline(always)]
    fn with(self, other: Self, of: impl Fn(v128, v128) -> v128) -> Self {
        Self([of(self.0[0], other.0[0]), of(self.0[1], other.0[1])])
    }
}
