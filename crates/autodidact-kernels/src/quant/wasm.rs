//! The product with WebAssembly's SIMD, on pairs of 16 bits.

use std::arch::wasm32::*;

use super::{BLOCK, FIFTHS, GROUP, QUAD, Storage, block, tile::Tile};

/// Rows of a half of a group.
const HALF: usize = GROUP / 2;

/// The product of a group of rows with some tokens.
pub(super) fn tile<const T: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
    if let ([out], 1) = (&mut out[..], T) {
        return match tile.storage {
            Storage::Four => single::<1, { Storage::Four.block_bytes() }>(tile, out),
            Storage::Five => single::<1, { Storage::Five.block_bytes() }>(tile, out),
            Storage::Eight => single::<1, { Storage::Eight.block_bytes() }>(tile, out),
            Storage::EightBySixteen => single::<2, { Storage::EightBySixteen.block_bytes() }>(tile, out),
        };
    }
    for half in 0..2 {
        match tile.storage {
            Storage::Four => rows::<T, 1, { Storage::Four.block_bytes() }>(tile, half, out),
            Storage::Five => rows::<T, 1, { Storage::Five.block_bytes() }>(tile, half, out),
            Storage::Eight => rows::<T, 1, { Storage::Eight.block_bytes() }>(tile, half, out),
            Storage::EightBySixteen => rows::<T, 2, { Storage::EightBySixteen.block_bytes() }>(tile, half, out),
        }
    }
}

/// The product of a group of rows with one token, which is read once for both halves. `SPANS`: those of a block. `BYTES`: of a block.
fn single<const SPANS: usize, const BYTES: usize>(tile: &Tile<'_>, out: &mut [f32; GROUP]) {
    let quads = 8 / SPANS;
    let [token] = tile.tokens::<1>();
    let weights = tile.weights::<SPANS, BYTES>();
    let mut sums = [f32x4_splat(0.0); 2];
    for (block, quants) in weights.quants.iter().enumerate() {
        for span in 0..SPANS {
            let mut pairs = [[i32x4_splat(0); 2]; 2];
            if BYTES < Storage::Eight.block_bytes() {
                let mut add = |at: usize| {
                    let x = [columns(&token.words[block], at), columns(&token.words[block], at + FIFTHS)];
                    for (half, pairs) in pairs.iter_mut().enumerate() {
                        let [first, second] = two_quads(quants, half, at);
                        add_dots(pairs, first, x[0]);
                        add_dots(pairs, second, x[1]);
                    }
                };
                add(0);
                add(1);
                add(2);
                add(3);
            } else {
                for at in span * quads..(span + 1) * quads {
                    let x = columns(&token.words[block], at);
                    for (half, pairs) in pairs.iter_mut().enumerate() {
                        add_dots(pairs, quad(quants, half, at), x);
                    }
                }
            }
            let (scale, sum) = (f32x4_splat(token.scales[block]), f32x4_splat(token.sum::<SPANS>(block, span)));
            for (half, (pairs, sums)) in pairs.into_iter().zip(&mut sums).enumerate() {
                let scales = f32x4_mul(numbers(&weights.scales[block][span], half), scale);
                let minimums = numbers(&weights.minimums[block][span], half);
                let new = f32x4_add(f32x4_mul(scales, by_row(pairs)), f32x4_mul(minimums, sum));
                *sums = f32x4_add(*sums, new);
            }
        }
    }
    for (sums, out) in sums.into_iter().zip(out.as_chunks_mut::<HALF>().0) {
        *out = extracted(sums);
    }
}

/// The product of half a group of rows with several tokens, whose sums fill the registers. `SPANS`: those of a block. `BYTES`: of a block.
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
            let mut add = |weights: [v128; 2], at: usize| {
                for (token, pairs) in tokens.iter().zip(pairs.iter_mut()) {
                    add_dots(pairs, weights, columns(&token.words[block], at));
                }
            };
            if BYTES < Storage::Eight.block_bytes() {
                for at in 0..FIFTHS {
                    let [first, second] = two_quads(quants, half, at);
                    add(first, at);
                    add(second, at + FIFTHS);
                }
            } else {
                (span * quads..(span + 1) * quads).for_each(|at| add(quad(quants, half, at), at));
            }
            let scales = numbers(&weights.scales[block][span], half);
            let minimums = numbers(&weights.minimums[block][span], half);
            for (token, (pairs, sums)) in tokens.iter().zip(pairs.into_iter().zip(sums.iter_mut())) {
                let dots = by_row(pairs);
                let scales = f32x4_mul(scales, f32x4_splat(token.scales[block]));
                let sum = f32x4_splat(token.sum::<SPANS>(block, span));
                let new = f32x4_add(f32x4_mul(scales, dots), f32x4_mul(minimums, sum));
                *sums = f32x4_add(*sums, new);
            }
        }
    }
    for (sums, out) in sums.into_iter().zip(out) {
        out[half * HALF..][..HALF].copy_from_slice(&extracted(sums));
    }
}

/// Adds the products of two rows each with a quad of columns, as pairs.
#[inline(always)]
fn add_dots(pairs: &mut [v128; 2], weights: [v128; 2], x: v128) {
    pairs[0] = i32x4_add(pairs[0], i32x4_dot_i16x8(weights[0], x));
    pairs[1] = i32x4_add(pairs[1], i32x4_dot_i16x8(weights[1], x));
}

/// The sums of pairs of four rows.
#[inline(always)]
fn by_row([low, high]: [v128; 2]) -> v128 {
    let even = i32x4_shuffle::<0, 2, 4, 6>(low, high);
    let odd = i32x4_shuffle::<1, 3, 5, 7>(low, high);
    f32x4_convert_i32x4(i32x4_add(even, odd))
}

#[inline(always)]
fn extracted(sums: v128) -> [f32; HALF] {
    [
        f32x4_extract_lane::<0>(sums),
        f32x4_extract_lane::<1>(sums),
        f32x4_extract_lane::<2>(sums),
        f32x4_extract_lane::<3>(sums),
    ]
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

/// A quad of columns of a block of weights in bytes: of rows 0 and 1, and of rows 2 and 3 of the half.
#[inline(always)]
fn quad<const BYTES: usize>(quants: &[u8; BYTES], half: usize, at: usize) -> [v128; 2] {
    words(load(quants, at * 32 + half * 16))
}

/// Quads `at` and `at + 4` of a block of weights in four or five bits. The lower ones of a byte are the first half of the block.
#[inline(always)]
fn two_quads<const BYTES: usize>(quants: &[u8; BYTES], half: usize, at: usize) -> [[v128; 2]; 2] {
    let both = load(quants, at * 32 + half * 16);
    // There is no shift of bytes on most processors.
    let (mut first, mut second) = (v128_and(both, u8x16_splat(15)), v128_and(u16x8_shr(both, 4), u8x16_splat(15)));
    if BYTES == Storage::Five.block_bytes() {
        let (plane, fifth) = (load(quants, FIFTHS * 32 + half * 16), u8x16_splat(16));
        first = v128_or(first, v128_and(i16x8_shl(plane, (FIFTHS - at) as u32), fifth));
        second = v128_or(second, v128_and(u16x8_shr(plane, at as u32), fifth));
    }
    [words(first), words(second)]
}

#[inline(always)]
fn words(bytes: v128) -> [v128; 2] {
    [u16x8_extend_low_u8x16(bytes), u16x8_extend_high_u8x16(bytes)]
}

/// [`block::plain`] in vectors: what a page links for size is not turned into vectors by the compiler.
pub(super) fn add(tile: &block::Tile<'_>, y: &[[f32; GROUP]], sums: &mut [[f32; BLOCK]]) {
    let weights = written_out(tile);
    let (several, single) = sums.as_chunks_mut::<4>();
    let (y_several, y_single) = y.as_chunks::<4>();
    for (sums, y) in several.iter_mut().zip(y_several) {
        add_tokens(&weights, y, sums);
    }
    for (sums, y) in single.iter_mut().zip(y_single) {
        add_tokens(&weights, &[*y], std::array::from_mut(sums));
    }
}

fn add_tokens<const T: usize>(weights: &[[f32; BLOCK]; GROUP], y: &[[f32; GROUP]; T], sums: &mut [[f32; BLOCK]; T]) {
    for first in (0..BLOCK).step_by(2 * HALF) {
        let mut lanes: [[v128; 2]; T] =
            std::array::from_fn(|token| [four(&sums[token], first), four(&sums[token], first + HALF)]);
        for (row, weights) in weights.iter().enumerate() {
            let (low, high) = (four(weights, first), four(weights, first + HALF));
            for (lanes, y) in lanes.iter_mut().zip(y) {
                let y = f32x4_splat(y[row]);
                lanes[0] = f32x4_add(lanes[0], f32x4_mul(y, low));
                lanes[1] = f32x4_add(lanes[1], f32x4_mul(y, high));
            }
        }
        for (lanes, sums) in lanes.iter().zip(sums.iter_mut()) {
            store(lanes[0], sums, first);
            store(lanes[1], sums, first + HALF);
        }
    }
}

/// The weights of a group of rows in a block of columns.
fn written_out(tile: &block::Tile<'_>) -> [[f32; BLOCK]; GROUP] {
    let mut weights = [[0.0; BLOCK]; GROUP];
    let span = tile.storage.span();
    for (at, quads) in tile.quads().iter().enumerate() {
        for (row, quad) in quads.as_chunks::<QUAD>().0.iter().enumerate() {
            let mut write = |bytes: v128, first: usize| {
                let number = first / span * GROUP + row;
                let (scale, minimum) = (f32x4_splat(tile.scales[number]), f32x4_splat(tile.minimums[number]));
                let quants = f32x4_convert_u32x4(u32x4_extend_low_u16x8(u16x8_extend_low_u8x16(bytes)));
                store(f32x4_add(f32x4_mul(scale, quants), minimum), &mut weights[row], first);
            };
            let bytes = u32x4_splat(u32::from_le_bytes(*quad));
            match tile.storage {
                Storage::Four | Storage::Five => {
                    let [low, high] = tile.fifths(row, at).map(|bits| u32x4_splat(bits));
                    write(v128_or(v128_and(bytes, u8x16_splat(15)), low), at * QUAD);
                    write(v128_or(u8x16_shr(bytes, 4), high), at * QUAD + BLOCK / 2);
                }
                Storage::Eight | Storage::EightBySixteen => write(bytes, at * QUAD),
            }
        }
    }
    weights
}

#[inline(always)]
fn four(from: &[f32; BLOCK], at: usize) -> v128 {
    let from: &[f32; HALF] = from[at..at + HALF].as_array().unwrap_or(&[0.0; HALF]);
    // SAFETY: the array has 16 bytes, and the load needs no alignment.
    unsafe { v128_load(from.as_ptr().cast()) }
}

#[inline(always)]
fn store(lanes: v128, to: &mut [f32; BLOCK], at: usize) {
    if let Some(to) = to[at..at + HALF].as_mut_array::<HALF>() {
        // SAFETY: the array has 16 bytes, and the store needs no alignment.
        unsafe { v128_store(to.as_mut_ptr().cast(), lanes) }
    }
}
