//! The product on ARM, half a group of rows at a time: what the ways to multiply have in common.

pub(super) mod dotprod;
pub(super) mod neon;

use std::arch::aarch64::*;

use super::{BLOCK, FIFTHS, GROUP, Storage, tile::Tile};

/// Rows of a half of a group.
const HALF: usize = GROUP / 2;

/// The product by one way to multiply: `Factors` are the weights of 16 columns, and `Dots` sums up their products.
/// Functions that enable features are not generic over others. What they call must be small, and no closure, for the
/// compiler to inline it: it cannot be told to.
macro_rules! products {
    ($features:literal) => {
        /// The product of a group of rows with some tokens.
        #[target_feature(enable = $features)]
        fn product<const T: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
            match tile.storage {
                Storage::Four => halves::<T, 1, { Storage::Four.block_bytes() }>(tile, out),
                Storage::Five => halves::<T, 1, { Storage::Five.block_bytes() }>(tile, out),
                Storage::Eight => halves::<T, 1, { Storage::Eight.block_bytes() }>(tile, out),
                Storage::EightBySixteen => halves::<T, 2, { Storage::EightBySixteen.block_bytes() }>(tile, out),
            }
        }

        #[target_feature(enable = $features)]
        fn halves<const T: usize, const SPANS: usize, const BYTES: usize>(
            tile: &Tile<'_>,
            out: &mut [[f32; GROUP]; T],
        ) {
            rows::<T, SPANS, BYTES, 0>(tile, out);
            rows::<T, SPANS, BYTES, 1>(tile, out);
        }

        /// `SPANS`: those of a block. `BYTES`: of a block. `H`: the half of the group.
        #[target_feature(enable = $features)]
        fn rows<const T: usize, const SPANS: usize, const BYTES: usize, const H: usize>(
            tile: &Tile<'_>,
            out: &mut [[f32; GROUP]; T],
        ) {
            let tokens = tile.tokens::<T>();
            let weights = tile.weights::<SPANS, BYTES>();
            let mut sums = [vdupq_n_f32(0.0); T];
            for (block, quants) in weights.quants.iter().enumerate() {
                let mut dots = [Dots::new(); T];
                let factors = Factors::new::<BYTES, H>(quants, 0);
                for (dots, token) in dots.iter_mut().zip(&tokens) {
                    dots.add(&factors, columns(&token.words[block], 0));
                }
                if SPANS == 2 {
                    let span = Span::new::<H>(&weights.scales[block][0], &weights.minimums[block][0]);
                    for ((sums, dots), token) in sums.iter_mut().zip(&mut dots).zip(&tokens) {
                        *sums = span.plus(*sums, dots.sum(), token.scales[block], token.sum::<SPANS>(block, 0));
                        *dots = Dots::new();
                    }
                }
                let factors = Factors::new::<BYTES, H>(quants, 1);
                for (dots, token) in dots.iter_mut().zip(&tokens) {
                    dots.add(&factors, columns(&token.words[block], 1));
                }
                let span = Span::new::<H>(&weights.scales[block][SPANS - 1], &weights.minimums[block][SPANS - 1]);
                for ((sums, dots), token) in sums.iter_mut().zip(&dots).zip(&tokens) {
                    let sum = token.sum::<SPANS>(block, SPANS - 1);
                    *sums = span.plus(*sums, dots.sum(), token.scales[block], sum);
                }
            }
            store::<T, H>(sums, out);
        }
    };
}
use products;

/// Scales and minimums of a span in half a group of rows.
struct Span {
    scales: float32x4_t,
    minimums: float32x4_t,
}

impl Span {
    #[inline]
    #[target_feature(enable = "neon")]
    fn new<const H: usize>(scales: &[f32; GROUP], minimums: &[f32; GROUP]) -> Self {
        Self { scales: numbers::<H>(scales), minimums: numbers::<H>(minimums) }
    }

    /// `sums` and what the span gives. `dots`: the products of integers. `scale`, `sum`: those of the activations.
    #[inline]
    #[target_feature(enable = "neon")]
    fn plus(&self, sums: float32x4_t, dots: int32x4_t, scale: f32, sum: f32) -> float32x4_t {
        let sums = vfmaq_f32(sums, vmulq_n_f32(self.scales, scale), vcvtq_f32_s32(dots));
        vfmaq_n_f32(sums, self.minimums, sum)
    }
}

/// Four quads of columns, the first or the second ones of a block, in half a group of rows. Of four bits the lower ones
/// are the first half of the block.
#[inline]
#[target_feature(enable = "neon")]
fn quads<const BYTES: usize, const H: usize>(quants: &[u8; BYTES], part: usize) -> [uint8x16_t; 4] {
    let four = BYTES < Storage::Eight.block_bytes();
    let first = if four { 0 } else { part * 128 } + H * 16;
    let mut quads = [load(quants, first), load(quants, first + 32), load(quants, first + 64), load(quants, first + 96)];
    if four {
        for quad in &mut quads {
            *quad = if part == 0 { vandq_u8(*quad, vdupq_n_u8(15)) } else { vshrq_n_u8::<4>(*quad) };
        }
    }
    if BYTES == Storage::Five.block_bytes() {
        let plane = load(quants, FIFTHS * 32 + H * 16);
        for (at, quad) in quads.iter_mut().enumerate() {
            let is_set = vtstq_u8(plane, vdupq_n_u8(1 << (part * FIFTHS + at)));
            *quad = vorrq_u8(*quad, vandq_u8(is_set, vdupq_n_u8(16)));
        }
    }
    quads
}

#[inline]
#[target_feature(enable = "neon")]
fn load<const BYTES: usize>(bytes: &[u8; BYTES], at: usize) -> uint8x16_t {
    let bytes: &[u8; 16] = bytes[at..at + 16].as_array().unwrap_or(&[0; 16]);
    // SAFETY: the array has 16 bytes, and the load needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

/// The numbers of half a group of rows.
#[inline]
#[target_feature(enable = "neon")]
fn numbers<const H: usize>(numbers: &[f32; GROUP]) -> float32x4_t {
    let numbers: &[f32; HALF] = numbers[H * HALF..][..HALF].as_array().unwrap_or(&[0.0; HALF]);
    // SAFETY: the array has 4 numbers, and the load needs no alignment.
    unsafe { vld1q_f32(numbers.as_ptr()) }
}

/// The activations of 16 columns, the first or the second ones of a block.
#[inline(always)]
fn columns(x: &[i16; BLOCK], part: usize) -> &[i16; 16] {
    x[part * 16..part * 16 + 16].as_array().unwrap_or(&[0; 16])
}

/// Brings the sums of half a group of rows to their places.
#[inline]
#[target_feature(enable = "neon")]
fn store<const T: usize, const H: usize>(sums: [float32x4_t; T], out: &mut [[f32; GROUP]; T]) {
    for (sums, out) in sums.into_iter().zip(out) {
        if let Some(to) = out[H * HALF..].first_chunk_mut::<HALF>() {
            // SAFETY: there is room for 4 numbers, and the store needs no alignment.
            unsafe { vst1q_f32(to.as_mut_ptr(), sums) };
        }
    }
}
