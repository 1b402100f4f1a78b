//! Eight numbers at a time.

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
use std::arch::aarch64::float32x4_t;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
use std::arch::wasm32::v128;

/// Numbers that are computed together.
pub(crate) const LANES: usize = 8;
/// Bits of a number of 32 bits below its exponent.
const MANTISSA: u32 = 23;
/// Eight numbers in memory.
pub(crate) type Lanes = [f32; LANES];

/// Eight numbers in registers.
pub(crate) trait Vector: Copy {
    fn splat(x: f32) -> Self;
    fn load(numbers: &Lanes) -> Self;
    fn store(self, to: &mut Lanes);
    /// `self + a * b`
    fn plus_product(self, a: Self, b: Self) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn over(self, other: Self) -> Self;
    /// The other where it is larger, and this where it is not, or where one of both is no number.
    fn or_larger(self, other: Self) -> Self;
    /// The other where it is smaller, and this where it is not, or where one of both is no number.
    fn or_smaller(self, other: Self) -> Self;
    /// Stores integers of 16 bits. What is no number becomes any of them.
    fn store_words(self, to: &mut [i16; LANES]);
    /// `2^n` times this, where the last bits of `power` are the integer `n`. Both must be normal numbers.
    fn times_power_of_two(self, power: Self) -> Self;
}

/// For all processors.
#[cfg_attr(
    any(
        all(target_family = "wasm", target_feature = "simd128"),
        all(target_arch = "aarch64", target_feature = "neon")
    ),
    allow(dead_code, reason = "there is a faster one")
)]
#[derive(Clone, Copy)]
pub(crate) struct Plain(Lanes);

impl Vector for Plain {
    #[inline(always)]
    fn splat(x: f32) -> Self {
        Self([x; LANES])
    }

    #[inline(always)]
    fn load(numbers: &Lanes) -> Self {
        Self(*numbers)
    }

    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        *to = self.0;
    }

    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] + a.0[at] * b.0[at]))
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.with(other, |a, b| a + b)
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.with(other, |a, b| a - b)
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.with(other, |a, b| a * b)
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        self.with(other, |a, b| a / b)
    }

    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        self.with(other, |a, b| if b > a { b } else { a })
    }

    #[inline(always)]
    fn or_smaller(self, other: Self) -> Self {
        self.with(other, |a, b| if b < a { b } else { a })
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i16; LANES]) {
        to.iter_mut().zip(self.0).for_each(|(to, x)| *to = x as i16);
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        self.with(power, |a, b| f32::from_bits(a.to_bits().wrapping_add(b.to_bits() << MANTISSA)))
    }
}

#[allow(dead_code, reason = "there is a faster one on some processors")]
impl Plain {
    #[inline(always)]
    fn with(self, other: Self, of: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|at| of(self.0[at], other.0[at])))
    }
}

/// For processors with AVX2 and FMA. Only functions that enable both may use it, which [`fastest`] makes.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Avx2(std::arch::x86_64::__m256);

#[cfg(target_arch = "x86_64")]
impl Vector for Avx2 {
    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: the function that this is inlined into enables the instruction.
        Self(unsafe { std::arch::x86_64::_mm256_set1_ps(x) })
    }

    #[inline(always)]
    fn load(numbers: &Lanes) -> Self {
        // SAFETY: as above; there are 8 numbers, and the load needs no alignment.
        Self(unsafe { std::arch::x86_64::_mm256_loadu_ps(numbers.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        // SAFETY: as above; there is room for 8 numbers, and the store needs no alignment.
        unsafe { std::arch::x86_64::_mm256_storeu_ps(to.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { std::arch::x86_64::_mm256_fmadd_ps(a.0, b.0, self.0) })
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { std::arch::x86_64::_mm256_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { std::arch::x86_64::_mm256_sub_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { std::arch::x86_64::_mm256_mul_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { std::arch::x86_64::_mm256_div_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        // SAFETY: as above. The instruction gives its second number where one is none.
        Self(unsafe { std::arch::x86_64::_mm256_max_ps(other.0, self.0) })
    }

    #[inline(always)]
    fn or_smaller(self, other: Self) -> Self {
        // SAFETY: as in `or_larger`.
        Self(unsafe { std::arch::x86_64::_mm256_min_ps(other.0, self.0) })
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i16; LANES]) {
        use std::arch::x86_64::*;
        // SAFETY: as above; there is room for 8 words, and the store needs no alignment.
        unsafe {
            let whole = _mm256_cvtps_epi32(self.0);
            let words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
            _mm_storeu_si128(to.as_mut_ptr().cast(), words);
        }
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        use std::arch::x86_64::*;
        // SAFETY: as above.
        Self(unsafe {
            let exponents = _mm256_slli_epi32::<{ MANTISSA as i32 }>(_mm256_castps_si256(power.0));
            _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(self.0), exponents))
        })
    }
}

/// For WebAssembly with SIMD, which all of the program is compiled for then.
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
#[derive(Clone, Copy)]
pub(crate) struct Simd128([v128; 2]);

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
impl Vector for Simd128 {
    #[inline(always)]
    fn splat(x: f32) -> Self {
        Self([std::arch::wasm32::f32x4_splat(x); 2])
    }

    #[inline(always)]
    fn load(numbers: &Lanes) -> Self {
        let halves = numbers.as_ptr().cast::<v128>();
        // SAFETY: there are two times 4 numbers, and the loads need no alignment.
        Self(unsafe { [std::arch::wasm32::v128_load(halves), std::arch::wasm32::v128_load(halves.add(1))] })
    }

    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        let halves = to.as_mut_ptr().cast::<v128>();
        // SAFETY: there is room for two times 4 numbers, and the stores need no alignment.
        unsafe {
            std::arch::wasm32::v128_store(halves, self.0[0]);
            std::arch::wasm32::v128_store(halves.add(1), self.0[1]);
        }
    }

    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        self.plus(a.times(b))
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.with(other, |a, b| std::arch::wasm32::f32x4_add(a, b))
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.with(other, |a, b| std::arch::wasm32::f32x4_sub(a, b))
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.with(other, |a, b| std::arch::wasm32::f32x4_mul(a, b))
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        self.with(other, |a, b| std::arch::wasm32::f32x4_div(a, b))
    }

    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        self.with(other, |a, b| std::arch::wasm32::f32x4_pmax(a, b))
    }

    #[inline(always)]
    fn or_smaller(self, other: Self) -> Self {
        self.with(other, |a, b| std::arch::wasm32::f32x4_pmin(a, b))
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i16; LANES]) {
        use std::arch::wasm32::{i16x8_narrow_i32x4, i32x4_trunc_sat_f32x4, v128_store};
        let [first, second] = self.0.map(|x| i32x4_trunc_sat_f32x4(x));
        // SAFETY: there is room for 8 words, and the store needs no alignment.
        unsafe { v128_store(to.as_mut_ptr().cast(), i16x8_narrow_i32x4(first, second)) }
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        use std::arch::wasm32::{i32x4_add, i32x4_shl};
        self.with(power, |a, b| i32x4_add(a, i32x4_shl(b, MANTISSA)))
    }
}

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
impl Simd128 {
    #[inline(always)]
    fn with(self, other: Self, of: impl Fn(v128, v128) -> v128) -> Self {
        Self([of(self.0[0], other.0[0]), of(self.0[1], other.0[1])])
    }
}

/// For 64-bit ARM processors, whose NEON all of the program is compiled for.
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
#[derive(Clone, Copy)]
pub(crate) struct Neon([float32x4_t; 2]);

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
impl Vector for Neon {
    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: the target has the instruction.
        Self([unsafe { std::arch::aarch64::vdupq_n_f32(x) }; 2])
    }

    #[inline(always)]
    fn load(numbers: &Lanes) -> Self {
        let numbers = numbers.as_ptr();
        // SAFETY: as above; there are two times 4 numbers, and the loads need no alignment.
        Self(unsafe { [std::arch::aarch64::vld1q_f32(numbers), std::arch::aarch64::vld1q_f32(numbers.add(4))] })
    }

    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        let to = to.as_mut_ptr();
        // SAFETY: as above; there is room for two times 4 numbers, and the stores need no alignment.
        unsafe {
            std::arch::aarch64::vst1q_f32(to, self.0[0]);
            std::arch::aarch64::vst1q_f32(to.add(4), self.0[1]);
        }
    }

    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        use std::arch::aarch64::vfmaq_f32;
        // SAFETY: as above.
        Self(unsafe { [vfmaq_f32(self.0[0], a.0[0], b.0[0]), vfmaq_f32(self.0[1], a.0[1], b.0[1])] })
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { std::arch::aarch64::vaddq_f32(a, b) })
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { std::arch::aarch64::vsubq_f32(a, b) })
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { std::arch::aarch64::vmulq_f32(a, b) })
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { std::arch::aarch64::vdivq_f32(a, b) })
    }

    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        use std::arch::aarch64::{vbslq_f32, vcgtq_f32};
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { vbslq_f32(vcgtq_f32(b, a), b, a) })
    }

    #[inline(always)]
    fn or_smaller(self, other: Self) -> Self {
        use std::arch::aarch64::{vbslq_f32, vcltq_f32};
        // SAFETY: as above.
        self.with(other, |a, b| unsafe { vbslq_f32(vcltq_f32(b, a), b, a) })
    }

    #[inline(always)]
    fn store_words(self, to: &mut [i16; LANES]) {
        use std::arch::aarch64::*;
        // SAFETY: as above; there is room for 8 words, and the store needs no alignment.
        unsafe {
            let [first, second] = self.0.map(|x| vmovn_s32(vcvtq_s32_f32(x)));
            vst1q_s16(to.as_mut_ptr(), vcombine_s16(first, second));
        }
    }

    #[inline(always)]
    fn times_power_of_two(self, power: Self) -> Self {
        use std::arch::aarch64::*;
        // SAFETY: as above.
        self.with(power, |a, b| unsafe {
            let exponents = vshlq_n_u32::<{ MANTISSA as i32 }>(vreinterpretq_u32_f32(b));
            vreinterpretq_f32_u32(vaddq_u32(vreinterpretq_u32_f32(a), exponents))
        })
    }
}

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
impl Neon {
    #[inline(always)]
    fn with(self, other: Self, of: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> Self {
        Self([of(self.0[0], other.0[0]), of(self.0[1], other.0[1])])
    }
}

/// Compiles a function that is generic over [`Vector`] alone for the vectors of this target, of which a call takes the fastest.
macro_rules! fastest {
    ($(#[$doc:meta])* $name:ident = $generic:ident ( $($argument:ident : $type:ty),* )) => {
        $(#[$doc])*
        pub(super) fn $name($($argument: $type),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn with_avx2($($argument: $type),*) {
                    $generic::<$crate::lanes::Avx2>($($argument),*);
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the processor has the instructions.
                    return unsafe { with_avx2($($argument),*) };
                }
            }
            #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
            $generic::<$crate::lanes::Simd128>($($argument),*);
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            $generic::<$crate::lanes::Neon>($($argument),*);
            #[cfg(not(any(
                all(target_family = "wasm", target_feature = "simd128"),
                all(target_arch = "aarch64", target_feature = "neon")
            )))]
            $generic::<$crate::lanes::Plain>($($argument),*);
        }
    };
}
pub(crate) use fastest;

/// The exponentials of numbers from -87 to 88, within 2 units in the last place; beyond them those of the bounds (Cephes' `expf`). What is no
/// number stays none.
#[inline(always)]
pub(crate) fn exp<V: Vector>(x: V) -> V {
    // 1.5 * 2^23: what is added to it is rounded to an integer, which stands in its last bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const POWERS: [f32; 6] = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let x = x.or_larger(V::splat(-87.0)).or_smaller(V::splat(88.0));
    let shifted = V::splat(ROUND).plus_product(x, V::splat(std::f32::consts::LOG2_E));
    let n = shifted.minus(V::splat(ROUND));
    let rest = x.plus_product(n, V::splat(-LN_2[0])).plus_product(n, V::splat(-LN_2[1]));
    let mut sum = V::splat(POWERS[0]);
    for power in &POWERS[1..] {
        sum = V::splat(*power).plus_product(sum, rest);
    }
    rest.plus_product(sum.times(rest), rest).plus(V::splat(1.0)).times_power_of_two(shifted)
}

/// The first numbers of a vector, and `fill` behind them.
#[inline(always)]
pub(crate) fn padded(numbers: &[f32], fill: f32) -> Lanes {
    let mut lanes = [fill; LANES];
    lanes.iter_mut().zip(numbers).for_each(|(lane, x)| *lane = *x);
    lanes
}

/// Puts the value that `of` gives for each number in its place.
#[inline(always)]
pub(crate) fn replace<V: Vector>(numbers: &mut [f32], of: impl Fn(V) -> V) {
    let (chunks, rest) = numbers.as_chunks_mut::<LANES>();
    for chunk in chunks {
        of(V::load(chunk)).store(chunk);
    }
    if !rest.is_empty() {
        let mut last = padded(rest, 0.0);
        of(V::load(&last)).store(&mut last);
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// The largest number; negative infinity where there is none. What is no number does not count.
#[inline(always)]
pub(crate) fn largest<V: Vector>(numbers: &[f32]) -> f32 {
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    let most = V::splat(f32::NEG_INFINITY).or_larger(V::load(&padded(rest, f32::NEG_INFINITY)));
    let most = chunks.iter().fold(most, |most, chunk| most.or_larger(V::load(chunk)));
    lanes(most).into_iter().fold(f32::NEG_INFINITY, f32::max)
}

/// The numbers of a vector.
#[inline(always)]
pub(crate) fn lanes<V: Vector>(vector: V) -> Lanes {
    let mut out = [0.0; LANES];
    vector.store(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fastest!(exponentials = exponentials_of(numbers: &mut [f32]));

    #[inline(always)]
    fn exponentials_of<V: Vector>(numbers: &mut [f32]) {
        replace(numbers, exp::<V>);
    }

    #[test]
    fn exponentials_are_those_of_the_standard_library() {
        let mut all: Vec<f32> = (-8700..8800).map(|step| step as f32 * 0.01).collect();
        let numbers = all.clone();
        exponentials(&mut all);
        for (x, ours) in numbers.into_iter().zip(all) {
            let theirs = x.exp();
            assert!((ours - theirs).abs() <= 3e-7 * theirs, "{x}: {ours} {theirs}");
        }
        let mut odd = [f32::NAN, f32::NEG_INFINITY, f32::INFINITY];
        exponentials(&mut odd);
        assert!(odd[0].is_nan() && odd[1] < 1e-37 && odd[2] > 1e38, "{odd:?}");
    }
}
