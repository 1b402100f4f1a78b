//! The product with WebAssembly's SIMD, on pairs of 16 bits.

use std::arch::wasm32::*;

use super::{BLOCK, GROUP, Storage, tile::Tile};

/// Rows of a half of a group.
const HALF: usize = GROUP / 2;

/// The product of a group of rows with some tokens.
pub(super) fn tile<const T: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
    for half in 0..2 {
        match tile.storage {
            Storage::Four => rows::<T, 1, { Storage::Four.block_bytes() }>(tile, half, out),
            Storage::Eight => rows::<T, 1, { Storage::Eight.block_bytes() }>(tile, half, out),
            Storage::EightBySixteen => rows::<T, 2, { Storage::EightBySixteen.block_bytes() }>(tile, half, out),
        }
    }
}

/// `SPANS`: those of a block. `BYTES`: of a block.
fn rows<const T: usize, const SPANS: usize, const BYTES: usize>(
    tile: &Tile<'_>,
    half: usize,
    out: &mut [[f32; GROUP]; T],
) {
    let quads = 8 / SPANS;
    let tokens = tile.tokens::<T>();
    let weights = tile.weights::<SPANS, BYTES>();
    let mut sums = [f32x4_splat(0.0); T];
    for (block, quants) in weights.quants.iter().enumerate() {
        for span in 0..SPANS {
            // Of pairs of columns: of rows 0 and 1, and of rows 2 and 3 of the half.
            let mut pairs = [[i32x4_splat(0); 2]; T];
            for at in span * quads..(span + 1) * quads {
                let [low, high] = quad(quants, half, at);
                for (token, pairs) in tokens.iter().zip(pairs.iter_mut()) {
                    let x = columns(&token.words[block], at);
                    pairs[0] = i32x4_add(pairs[0], i32x4_dot_i16x8(low, x));
                    pairs[1] = i32x4_add(pairs[1], i32x4_dot_i16x8(high, x));
                }
            }
            let scales = numbers(&weights.scales[block][span], half);
            let minimums = numbers(&weights.minimums[block][span], half);
            for (token, ([low, high], sums)) in tokens.iter().zip(pairs.into_iter().zip(sums.iter_mut())) {
                let even = i32x4_shuffle::<0, 2, 4, 6>(low, high);
                let odd = i32x4_shuffle::<1, 3, 5, 7>(low, high);
                let dots = f32x4_convert_i32x4(i32x4_add(even, odd));
                let scales = f32x4_mul(scales, f32x4_splat(token.scales[block]));
                let sum = f32x4_splat(token.sum::<SPANS>(block, span));
                let new = f32x4_add(f32x4_mul(scales, dots), f32x4_mul(minimums, sum));
                *sums = f32x4_add(*sums, new);
            }
        }
    }
    for (sums, out) in sums.into_iter().zip(out) {
        let numbers = [
            f32x4_extract_lane::<0>(sums),
            f32x4_extract_lane::<1>(sums),
            f32x4_extract_lane::<2>(sums),
            f32x4_extract_lane::<3>(sums),
        ];
        out[half * HALF..][..HALF].copy_from_slice(&numbers);
    }
}

/// A quad of columns in 16 bits, twice.
#[inline(always)]
fn columns(x: &[i16; BLOCK], at: usize) -> v128 {
    let quad: &[i16; 4] = x[at * 4..at * 4 + 4].as_array().unwrap_or(&[0; 4]);
    // SAFETY: the array has 8 bytes, and the load needs no alignment.
    unsafe { v128_load64_splat(quad.as_ptr().cast()) }
}

#[inline(always)]
fn numbers(numbers: &[f32; GROUP], half: usize) -> v128 {
    let numbers: &[f32; HALF] = numbers[half * HALF..][..HALF].as_array().unwrap_or(&[0.0; HALF]);
    // SAFETY: the array has 16 bytes, and the load needs no alignment.
    unsafe { v128_load(numbers.as_ptr().cast()) }
}

#[inline(always)]
fn load<const BYTES: usize>(bytes: &[u8; BYTES], at: usize) -> v128 {
    let bytes: &[u8; 16] = bytes[at..at + 16].as_array().unwrap_or(&[0; 16]);
    // SAFETY: the array has 16 bytes, and the load needs no alignment.
    unsafe { v128_load(bytes.as_ptr().cast()) }
}

/// A quad of columns of a block of weights: of rows 0 and 1, and of rows 2 and 3 of the half. Of four bits the lower ones are the first half
/// of the block.
#[inline(always)]
fn quad<const BYTES: usize>(quants: &[u8; BYTES], half: usize, at: usize) -> [v128; 2] {
    let bytes = if BYTES == Storage::Eight.block_bytes() {
        load(quants, at * 32 + half * 16)
    } else {
        let both = load(quants, at % 4 * 32 + half * 16);
        if at < 4 { v128_and(both, u8x16_splat(15)) } else { u8x16_shr(both, 4) }
    };
    [u16x8_extend_low_u8x16(bytes), u16x8_extend_high_u8x16(bytes)]
}
