//! Eight numbers in two registers of ARM's NEON.

use std::arch::aarch64::*;

use super::{LANES, Lanes, MANTISSA, Vector};

/// For 64-bit ARM processors, whose NEON all of the program is compiled for.
#[derive(Clone, Copy)]
pub(crate) struct Neon([float32x4_t; 2]);

impl Vector for Neon {
    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: the target has the instruction.
        Self([unsafe { vdupq_n_f32(x) }; 2])
    }

    #[inline(always)]
    fn load(numbers: &Lanes) -> Self {
        let numbers = numbers.as_ptr();
        // SAFETY: as above; there are two times 4 numbers, and the loads need no alignment.
        Self(unsafe { [vld1q_f32(numbers), vld1q_f32(numbers.add(4))] })
    }

    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        let to = to.as_mut_ptr();
        // SAFETY: as above; there is room for two times 4 numbers, and the stores need no alignment.
        unsafe {
            vst1q_f32(to, self.0[0]);
            vst1q_f32(to.add(4), self.0[1]);
        }
    }

    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { [vfmaq_f32(self.0[0], a.0[0], b.0[0]), vfmaq_f32(self.0[1], a.0[1], b.0[1])] })
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { vaddq_f32(a, b) })
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { vsubq_f32(a, b) })
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { vmulq_f32(a, b) })
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { vdivq_f32(a, b) })
    }

    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { vbslq_f32(vcgtq_f32(b, a), b, a) })
    }

    #[inline(always)]
    fn or_smaller(self, other: Self) -> Self {
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { vbslq_f32(vcltq_f32(b, a), b, a) })
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i16; LANES]) {
        // SAFETY: as above; there is room for 8 words, and the store needs no alignment.
        unsafe {
            let [first, second] = self.0.map(|x| vmovn_s32(vcvtq_s32_f32(x)));
            vst1q_s16(to.as_mut_ptr(), vcombine_s16(first, second));
        }
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        // SAFETY: as above.
        self.with(power, |a, b| unsafe {
            let exponents = vshlq_n_u32::<{ MANTISSA as i32 }>(vreinterpretq_u32_f32(b));
            vreinterpretq_f32_u32(vaddq_u32(vreinterpretq_u32_f32(a), exponents))
        })
    }
}

impl Neon {
    #[inline(always)]
    fn with(self, other: Self, of: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> Self {
        Self([of(self.0[0], other.0[0]), of(self.0[1], other.0[1])])
    }
}
