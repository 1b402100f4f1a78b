//! The product with the dot products of bytes that newer ARM processors have (`FEAT_DotProd`): an activation is 256 times
//! its upper byte, which has the sign, and its lower one.

use std::arch::{aarch64::*, asm, is_aarch64_feature_detected};

use super::{GROUP, Span, Storage, Tile, columns, products, quads, store};

/// Proof that the processor has the dot products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dotprod(());

impl Dotprod {
    pub(in crate::quant) fn detect() -> Option<Self> {
        // `planes` takes the first byte of a number for the lower one.
        (cfg!(target_endian = "little") && is_aarch64_feature_detected!("dotprod")).then_some(Self(()))
    }

    /// The product of a group of rows with some tokens.
    pub(in crate::quant) fn tile<const T: usize>(self, tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
        // SAFETY: `self` exists only where the processor has the instructions.
        unsafe { product(tile, out) }
    }
}

products!("neon,dotprod");

/// Weights of 16 columns of four rows.
struct Factors {
    weights: [uint8x16_t; 4],
    /// Weights of four or five bits are the same with and without a sign. There is no product of others, which have no sign, and
    /// bytes that have one: the upper bytes go without it, as 128 more than they are.
    signed: bool,
    /// What that makes too much: 128 times the sum of the weights of each row.
    excess: int32x4_t,
}

impl Factors {
    #[inline]
    #[target_feature(enable = "neon,dotprod")]
    fn new<const BYTES: usize, const H: usize>(quants: &[u8; BYTES], part: usize) -> Self {
        let weights = quads::<BYTES, H>(quants, part);
        let sums = vpadalq_u8(vpadalq_u8(vpaddlq_u8(weights[0]), weights[1]), weights[2]);
        let sums = vpaddlq_u16(vpadalq_u8(sums, weights[3]));
        let signed = BYTES < Storage::Eight.block_bytes();
        Self { weights, signed, excess: vreinterpretq_s32_u32(vshlq_n_u32::<7>(sums)) }
    }
}

/// Products of integers of four rows and a token.
#[derive(Clone, Copy)]
struct Dots {
    /// With the lower bytes.
    low: int32x4_t,
    /// With the upper ones.
    high: int32x4_t,
}

impl Dots {
    #[inline]
    #[target_feature(enable = "neon,dotprod")]
    fn new() -> Self {
        Self { low: vdupq_n_s32(0), high: vdupq_n_s32(0) }
    }

    #[inline]
    #[target_feature(enable = "neon,dotprod")]
    fn add(&mut self, factors: &Factors, x: &[i16; 16]) {
        let [low, high] = planes(x);
        *self = if factors.signed {
            signed(*self, factors.weights, low, high)
        } else {
            // Its sign turned over, a byte is 128 more.
            let less = Self { high: vsubq_s32(self.high, factors.excess), ..*self };
            unsigned(less, factors.weights, low, veorq_u8(high, vdupq_n_u8(128)))
        };
    }

    #[inline]
    #[target_feature(enable = "neon,dotprod")]
    fn sum(&self) -> int32x4_t {
        vaddq_s32(self.low, vshlq_n_s32::<8>(self.high))
    }
}

/// The lower and the upper bytes.
#[inline]
#[target_feature(enable = "neon")]
fn planes(x: &[i16; 16]) -> [uint8x16_t; 2] {
    // SAFETY: the array has 32 bytes, and the load needs no alignment.
    let planes = unsafe { vld2q_u8(x.as_ptr().cast()) };
    [planes.0, planes.1]
}

/// A function that adds the products of 16 columns, with the lower bytes and with the upper ones. The compiler has the
/// instructions, but no stable names for them.
macro_rules! dots {
    ($name:ident, $high:literal) => {
        #[inline]
        #[target_feature(enable = "neon,dotprod")]
        fn $name(mut dots: Dots, weights: [uint8x16_t; 4], low: uint8x16_t, high: uint8x16_t) -> Dots {
            // SAFETY: the function enables the instructions, and they use these registers alone.
            unsafe {
                asm!(
                    "udot {sum_low:v}.4s, {w0:v}.16b, {low:v}.4b[0]",
                    concat!($high, " {sum_high:v}.4s, {w0:v}.16b, {high:v}.4b[0]"),
                    "udot {sum_low:v}.4s, {w1:v}.16b, {low:v}.4b[1]",
                    concat!($high, " {sum_high:v}.4s, {w1:v}.16b, {high:v}.4b[1]"),
                    "udot {sum_low:v}.4s, {w2:v}.16b, {low:v}.4b[2]",
                    concat!($high, " {sum_high:v}.4s, {w2:v}.16b, {high:v}.4b[2]"),
                    "udot {sum_low:v}.4s, {w3:v}.16b, {low:v}.4b[3]",
                    concat!($high, " {sum_high:v}.4s, {w3:v}.16b, {high:v}.4b[3]"),
                    sum_low = inout(vreg) dots.low,
                    sum_high = inout(vreg) dots.high,
                    w0 = in(vreg) weights[0],
                    w1 = in(vreg) weights[1],
                    w2 = in(vreg) weights[2],
                    w3 = in(vreg) weights[3],
                    low = in(vreg) low,
                    high = in(vreg) high,
                    options(pure, nomem, nostack, preserves_flags),
                );
            }
            dots
        }
    };
}

dots!(signed, "sdot");
dots!(unsigned, "udot");
