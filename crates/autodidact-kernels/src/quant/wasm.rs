//! The product with WebAssembly's SIMD, on pairs of 16 bits.

use std::arch::wasm32::*;

use super::{BLOCK, GROUP, Storage, tile::Tile};

/// Rows of a half of a group.
const HALF: usize = GROUP / 2;

/// The product of a group of rows with some tokens.
pub(super) fn tile<const T: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
    for half in 0..2 {
        match tile.storage {
            Storage::Four => rows::<T, 8>(tile, half, out, four),
            Storage::Eight => rows::<T, 8>(tile, half, out, eight),
            Storage::EightBySixteen => rows::<T, 4>(tile, half, out, eight),
        }
    }
}

/// Sums of pairs of columns: of rows 0 and 1, and of rows 2 and 3 of a half of a group.
type Pairs = [v128; 2];

/// `QUADS`: quads of columns of a span.
#[inline(always)]
fn rows<const T: usize, const QUADS: usize>(
    tile: &Tile<'_>,
    half: usize,
    out: &mut [[f32; GROUP]; T],
    quad: impl Fn(&[u8], usize, usize, usize) -> Pairs,
) {
    let spans = 8 / QUADS;
    let mut sums = [f32x4_splat(0.0); T];
    for span in 0..tile.blocks() * spans {
        let (block, within) = (span / spans, span % spans);
        let mut pairs = [[i32x4_splat(0); 2]; T];
        for at in within * QUADS..(within + 1) * QUADS {
            let quants = quad(tile.quants, block, half, at);
            for (token, pairs) in pairs.iter_mut().enumerate() {
                let x = columns(tile.words(token), block * BLOCK + at * 4);
                for (pairs, quants) in pairs.iter_mut().zip(quants) {
                    *pairs = i32x4_add(*pairs, i32x4_dot_i16x8(quants, x));
                }
            }
        }
        let at = span * GROUP + half * HALF;
        let (scales, minimums) = (numbers(tile.scales, at), numbers(tile.minimums, at));
        for (token, ([low, high], sums)) in pairs.into_iter().zip(sums.iter_mut()).enumerate() {
            let even = i32x4_shuffle::<0, 2, 4, 6>(low, high);
            let odd = i32x4_shuffle::<1, 3, 5, 7>(low, high);
            let dots = f32x4_convert_i32x4(i32x4_add(even, odd));
            let scales = f32x4_mul(scales, f32x4_splat(tile.scale(token, block)));
            let sum = f32x4_splat(tile.sum(token, block, within, spans));
            let new = f32x4_add(f32x4_mul(scales, dots), f32x4_mul(minimums, sum));
            *sums = f32x4_add(*sums, new);
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
fn columns(x: &[i16], at: usize) -> v128 {
    let quad: &[i16; 4] = x[at..at + 4].as_array().unwrap_or(&[0; 4]);
    // SAFETY: the array has 8 bytes, and the load needs no alignment.
    unsafe { v128_load64_splat(quad.as_ptr().cast()) }
}

#[inline(always)]
fn numbers(numbers: &[f32], at: usize) -> v128 {
    let numbers: &[f32; HALF] = numbers[at..at + HALF].as_array().unwrap_or(&[0.0; HALF]);
    // SAFETY: the array has 16 bytes, and the load needs no alignment.
    unsafe { v128_load(numbers.as_ptr().cast()) }
}

#[inline(always)]
fn load(bytes: &[u8], at: usize) -> v128 {
    let bytes: &[u8; 16] = bytes[at..at + 16].as_array().unwrap_or(&[0; 16]);
    // SAFETY: the array has 16 bytes, and the load needs no alignment.
    unsafe { v128_load(bytes.as_ptr().cast()) }
}

#[inline(always)]
fn wide(bytes: v128) -> Pairs {
    [u16x8_extend_low_u8x16(bytes), u16x8_extend_high_u8x16(bytes)]
}

/// Of four bits: the lower ones are the first half of a block.
#[inline(always)]
fn four(quants: &[u8], block: usize, half: usize, at: usize) -> Pairs {
    let both = load(quants, block * 128 + at % 4 * 32 + half * 16);
    wide(if at < 4 { v128_and(both, u8x16_splat(15)) } else { u8x16_shr(both, 4) })
}

#[inline(always)]
fn eight(quants: &[u8], block: usize, half: usize, at: usize) -> Pairs {
    wide(load(quants, block * 256 + at * 32 + half * 16))
}
