//! The product with what every 64-bit ARM processor has, on 16 bits.

use std::arch::aarch64::*;

use super::{GROUP, Span, Storage, Tile, columns, products, quads, store};

/// The product of a group of rows with some tokens.
pub(in crate::quant) fn tile<const T: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
    // SAFETY: this module is compiled only for targets with NEON.
    unsafe { product(tile, out) }
}

products!("neon");

/// Weights of 16 columns of four rows, each quad column by column.
struct Factors([[int16x8_t; 2]; 4]);

impl Factors {
    #[inline]
    #[target_feature(enable = "neon")]
    fn new<const BYTES: usize, const H: usize>(quants: &[u8; BYTES], part: usize) -> Self {
        let [a, b, c, d] = quads::<BYTES, H>(quants, part);
        Self([by_column(a), by_column(b), by_column(c), by_column(d)])
    }
}

/// Products of integers of four rows and a token: of the even columns, and of the odd ones.
#[derive(Clone, Copy)]
struct Dots([int32x4_t; 2]);

impl Dots {
    #[inline]
    #[target_feature(enable = "neon")]
    fn new() -> Self {
        Self([vdupq_n_s32(0); 2])
    }

    #[inline]
    #[target_feature(enable = "neon")]
    fn add(&mut self, Factors(weights): &Factors, x: &[i16; 16]) {
        let [first, second] = words(x);
        let sums = plus::<0, 1, 2, 3>(self.0, weights[0], first);
        let sums = plus::<4, 5, 6, 7>(sums, weights[1], first);
        let sums = plus::<0, 1, 2, 3>(sums, weights[2], second);
        self.0 = plus::<4, 5, 6, 7>(sums, weights[3], second);
    }

    #[inline]
    #[target_feature(enable = "neon")]
    fn sum(&self) -> int32x4_t {
        vaddq_s32(self.0[0], self.0[1])
    }
}

/// `sums` and the products of a quad, whose activations are these of `x`.
#[inline]
#[target_feature(enable = "neon")]
fn plus<const A: i32, const B: i32, const C: i32, const D: i32>(
    [even, odd]: [int32x4_t; 2],
    [first, second]: [int16x8_t; 2],
    x: int16x8_t,
) -> [int32x4_t; 2] {
    let even = vmlal_laneq_s16::<A>(even, vget_low_s16(first), x);
    let odd = vmlal_high_laneq_s16::<B>(odd, first, x);
    let even = vmlal_laneq_s16::<C>(even, vget_low_s16(second), x);
    let odd = vmlal_high_laneq_s16::<D>(odd, second, x);
    [even, odd]
}

/// A quad of columns, row by row, as 16 bits, column by column.
#[inline]
#[target_feature(enable = "neon")]
fn by_column(quad: uint8x16_t) -> [int16x8_t; 2] {
    const ORDER: [u8; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
    // SAFETY: the array has 16 bytes, and the load needs no alignment.
    let quad = vqtbl1q_u8(quad, unsafe { vld1q_u8(ORDER.as_ptr()) });
    [vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(quad))), vreinterpretq_s16_u16(vmovl_high_u8(quad))]
}

#[inline]
#[target_feature(enable = "neon")]
fn words(x: &[i16; 16]) -> [int16x8_t; 2] {
    let x = x.as_ptr();
    // SAFETY: the array has two times 8 numbers, and the loads need no alignment.
    unsafe { [vld1q_s16(x), vld1q_s16(x.add(8))] }
}
