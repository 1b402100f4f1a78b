//! Eight numbers at a time.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod exp;
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
mod neon;
#[cfg(not(any(
    all(target_family = "wasm", target_feature = "simd128"),
    all(target_arch = "aarch64", target_feature = "neon")
)))]
mod plain;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod simd128;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Avx2;
pub(crate) use exp::exp;
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
pub(crate) use neon::Neon;
#[cfg(not(any(
    all(target_family = "wasm", target_feature = "simd128"),
    all(target_arch = "aarch64", target_feature = "neon")
)))]
pub(crate) use plain::Plain;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
pub(crate) use simd128::Simd128;

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
