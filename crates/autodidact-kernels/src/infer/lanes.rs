//! Eight numbers at a time.

/// Numbers that are computed together.
pub(super) const LANES: usize = 8;
/// Eight numbers in memory.
pub(super) type Lanes = [f32; LANES];

/// Eight numbers in registers.
pub(super) trait Vector: Copy {
    /// The processor multiplies and adds in one instruction.
    const FUSED: bool;

    fn splat(x: f32) -> Self;
    fn load(numbers: &Lanes) -> Self;
    fn store(self, to: &mut Lanes);
    /// `self + a * b`
    fn plus_product(self, a: Self, b: Self) -> Self;
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
pub(super) struct Plain(Lanes);

impl Vector for Plain {
    const FUSED: bool = false;

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
}

/// For processors with AVX2 and FMA. Only functions that enable both may use it, which [`fastest`] makes.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) struct Avx2(std::arch::x86_64::__m256);

#[cfg(target_arch = "x86_64")]
impl Vector for Avx2 {
    const FUSED: bool = true;

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
}

/// For WebAssembly with SIMD, which all of the program is compiled for then.
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
#[derive(Clone, Copy)]
pub(super) struct Simd128([std::arch::wasm32::v128; 2]);

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
impl Vector for Simd128 {
    const FUSED: bool = false;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        Self([std::arch::wasm32::f32x4_splat(x); 2])
    }

    #[inline(always)]
    fn load(numbers: &Lanes) -> Self {
        let halves = numbers.as_ptr().cast::<std::arch::wasm32::v128>();
        // SAFETY: there are two times 4 numbers, and the loads need no alignment.
        Self(unsafe { [std::arch::wasm32::v128_load(halves), std::arch::wasm32::v128_load(halves.add(1))] })
    }

    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        let halves = to.as_mut_ptr().cast::<std::arch::wasm32::v128>();
        // SAFETY: there is room for two times 4 numbers, and the stores need no alignment.
        unsafe {
            std::arch::wasm32::v128_store(halves, self.0[0]);
            std::arch::wasm32::v128_store(halves.add(1), self.0[1]);
        }
    }

    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        use std::arch::wasm32::{f32x4_add, f32x4_mul};
        Self([0, 1].map(|half| f32x4_add(self.0[half], f32x4_mul(a.0[half], b.0[half]))))
    }
}

/// For 64-bit ARM processors, whose NEON all of the program is compiled for.
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
#[derive(Clone, Copy)]
pub(super) struct Neon([std::arch::aarch64::float32x4_t; 2]);

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
impl Vector for Neon {
    const FUSED: bool = true;

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
                    $generic::<$crate::infer::lanes::Avx2>($($argument),*);
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the processor has the instructions.
                    return unsafe { with_avx2($($argument),*) };
                }
            }
            #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
            $generic::<$crate::infer::lanes::Simd128>($($argument),*);
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            $generic::<$crate::infer::lanes::Neon>($($argument),*);
            #[cfg(not(any(
                all(target_family = "wasm", target_feature = "simd128"),
                all(target_arch = "aarch64", target_feature = "neon")
            )))]
            $generic::<$crate::infer::lanes::Plain>($($argument),*);
        }
    };
}
pub(super) use fastest;

/// `a b + sum`
#[inline(always)]
pub(super) fn multiply_add<V: Vector>(a: f32, b: f32, sum: f32) -> f32 {
    // Without the instruction `mul_add` is a call.
    if V::FUSED { a.mul_add(b, sum) } else { a * b + sum }
}

/// The exponential of a number from -87 to 88, within 2 units in the last place; beyond them that of the bound (Cephes' `expf`).
#[inline(always)]
pub(super) fn exp<V: Vector>(x: f32) -> f32 {
    // 1.5 * 2^23: what is added to it is rounded to an integer, which stands in its last bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const POWERS: [f32; 6] = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let x = x.clamp(-87.0, 88.0);
    let shifted = multiply_add::<V>(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let rest = multiply_add::<V>(n, -LN_2[1], multiply_add::<V>(n, -LN_2[0], x));
    let mut sum = POWERS[0];
    for power in &POWERS[1..] {
        sum = multiply_add::<V>(sum, rest, *power);
    }
    let y = multiply_add::<V>(sum * rest, rest, rest) + 1.0;
    f32::from_bits(y.to_bits().wrapping_add(shifted.to_bits() << 23))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_those_of_the_standard_library() {
        for step in -8700..8800 {
            let x = step as f32 * 0.01;
            let (ours, theirs) = (exp::<Plain>(x), x.exp());
            assert!((ours - theirs).abs() <= 3e-7 * theirs, "{x}: {ours} {theirs}");
        }
        assert!(exp::<Plain>(f32::NAN).is_nan());
        assert!(exp::<Plain>(f32::NEG_INFINITY) < 1e-37);
    }
}
