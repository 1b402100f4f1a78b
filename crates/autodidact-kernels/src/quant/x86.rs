//! The product with AVX2, and with VNNI.

use std::arch::x86_64::*;

use super::{BLOCK, GROUP, Storage, tile::Tile};

/// Proof that the processor has AVX2 and FMA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avx2(());

/// Proof that the processor has AVX2, FMA, and AVX-512 with VNNI and VL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vnni(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }

    pub(super) fn tile<const T: usize>(self, tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
        // SAFETY: `self` exists only where the processor has the instructions.
        unsafe {
            match tile.storage {
                Storage::Four => four::<T>(tile, out),
                Storage::Eight => eight::<T, 8>(tile, out),
                Storage::EightBySixteen => eight::<T, 4>(tile, out),
            }
        }
    }
}

impl Vnni {
    pub(super) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512vnni") && is_x86_feature_detected!("avx512vl");
        Avx2::detect().filter(|_| has).map(|_| Self(()))
    }

    pub(super) fn tile<const T: usize>(self, tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
        // SAFETY: as above.
        unsafe {
            match tile.storage {
                Storage::Four => four_vnni::<T>(tile, out),
                Storage::Eight => eight_vnni::<T, 8>(tile, out),
                Storage::EightBySixteen => eight_vnni::<T, 4>(tile, out),
            }
        }
    }
}

/// 32 bytes of a slice.
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8], at: usize) -> __m256i {
    let bytes: &[u8; 32] = bytes[at..at + 32].as_array().unwrap_or(&[0; 32]);
    // SAFETY: the array has 32 bytes, and the load needs no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// The numbers of a group of rows.
#[target_feature(enable = "avx2")]
fn load_numbers(numbers: &[f32], at: usize) -> __m256 {
    let numbers: &[f32; GROUP] = numbers[at..at + GROUP].as_array().unwrap_or(&[0.0; GROUP]);
    // SAFETY: the array has 8 numbers, and the load needs no alignment.
    unsafe { _mm256_loadu_ps(numbers.as_ptr()) }
}

#[target_feature(enable = "avx2")]
fn store_numbers(numbers: __m256, to: &mut [f32; GROUP]) {
    // SAFETY: the array has 8 numbers, and the store needs no alignment.
    unsafe { _mm256_storeu_ps(to.as_mut_ptr(), numbers) }
}

/// A quad of bytes, in all rows.
#[target_feature(enable = "avx2")]
fn quad(x: &[[i8; 4]; 8], at: usize) -> __m256i {
    _mm256_set1_epi32(i32::from_le_bytes(x[at].map(i8::cast_unsigned)))
}

/// The activations of a block as quads.
fn quads(x: &[i8], block: usize) -> &[[i8; 4]; 8] {
    let (quads, _) = x[block * BLOCK..][..BLOCK].as_chunks::<4>();
    quads.as_array().unwrap_or(&[[0; 4]; 8])
}

/// The quants of a block of four bits: eight quads of columns, each for all rows.
#[target_feature(enable = "avx2")]
fn unpacked(quants: &[u8], block: usize) -> [__m256i; 8] {
    let mask = _mm256_set1_epi8(15);
    let mut out = [_mm256_setzero_si256(); 8];
    for at in 0..4 {
        let both = load(quants, block * 128 + at * 32);
        out[at] = _mm256_and_si256(both, mask);
        out[at + 4] = _mm256_and_si256(_mm256_srli_epi16::<4>(both), mask);
    }
    out
}

/// What a span adds: `scales * s * dots + minimums * sum`.
#[target_feature(enable = "avx2,fma")]
fn scaled(sums: __m256, dots: __m256i, scales: __m256, minimums: __m256, scale: f32, sum: f32) -> __m256 {
    let scales = _mm256_mul_ps(scales, _mm256_set1_ps(scale));
    let sums = _mm256_fmadd_ps(scales, _mm256_cvtepi32_ps(dots), sums);
    _mm256_fmadd_ps(minimums, _mm256_set1_ps(sum), sums)
}

#[target_feature(enable = "avx2,fma")]
fn four<const T: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
    let ones = _mm256_set1_epi16(1);
    let mut sums = [_mm256_setzero_ps(); T];
    for block in 0..tile.blocks() {
        let quants = unpacked(tile.quants, block);
        let scales = load_numbers(tile.scales, block * GROUP);
        let minimums = load_numbers(tile.minimums, block * GROUP);
        for (token, sums) in sums.iter_mut().enumerate() {
            let x = quads(tile.bytes(token), block);
            // Eight pairs of products of at most 15 * 127 are below 2^15.
            let mut pairs = _mm256_setzero_si256();
            for (at, quants) in quants.iter().enumerate() {
                pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(*quants, quad(x, at)));
            }
            let dots = _mm256_madd_epi16(pairs, ones);
            *sums = scaled(*sums, dots, scales, minimums, tile.scale(token, block), tile.sum(token, block, 0, 1));
        }
    }
    for (sums, out) in sums.into_iter().zip(out) {
        store_numbers(sums, out);
    }
}

#[target_feature(enable = "avx2,fma,avx512vnni,avx512vl")]
fn four_vnni<const T: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
    let mut sums = [_mm256_setzero_ps(); T];
    for block in 0..tile.blocks() {
        let quants = unpacked(tile.quants, block);
        let scales = load_numbers(tile.scales, block * GROUP);
        let minimums = load_numbers(tile.minimums, block * GROUP);
        for (token, sums) in sums.iter_mut().enumerate() {
            let x = quads(tile.bytes(token), block);
            let mut dots = _mm256_setzero_si256();
            for (at, quants) in quants.iter().enumerate() {
                dots = _mm256_dpbusd_epi32(dots, *quants, quad(x, at));
            }
            *sums = scaled(*sums, dots, scales, minimums, tile.scale(token, block), tile.sum(token, block, 0, 1));
        }
    }
    for (sums, out) in sums.into_iter().zip(out) {
        store_numbers(sums, out);
    }
}

/// Quads of 16 bits, in all rows of a half of the group.
#[target_feature(enable = "avx2")]
fn wide_quad(x: &[i16], at: usize) -> __m256i {
    let quad: &[i16; 4] = x[at..at + 4].as_array().unwrap_or(&[0; 4]);
    // SAFETY: the array has 8 bytes, and the load needs no alignment.
    _mm256_set1_epi64x(unsafe { quad.as_ptr().cast::<i64>().read_unaligned() })
}

/// `QUADS`: quads of columns of a span.
#[target_feature(enable = "avx2,fma")]
fn eight<const T: usize, const QUADS: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
    let spans = 8 / QUADS;
    let mut sums = [_mm256_setzero_ps(); T];
    for span in 0..tile.blocks() * spans {
        let (block, within) = (span / spans, span % spans);
        let scales = load_numbers(tile.scales, span * GROUP);
        let minimums = load_numbers(tile.minimums, span * GROUP);
        // Pairs of columns of rows 0 to 3, and of rows 4 to 7.
        let mut pairs = [[_mm256_setzero_si256(); 2]; T];
        for at in 0..QUADS {
            let bytes = load(tile.quants, (span * QUADS + at) * 32);
            let low = _mm256_cvtepu8_epi16(_mm256_castsi256_si128(bytes));
            let high = _mm256_cvtepu8_epi16(_mm256_extracti128_si256::<1>(bytes));
            for (token, pairs) in pairs.iter_mut().enumerate() {
                let x = wide_quad(tile.words(token), (span * QUADS + at) * 4);
                pairs[0] = _mm256_add_epi32(pairs[0], _mm256_madd_epi16(low, x));
                pairs[1] = _mm256_add_epi32(pairs[1], _mm256_madd_epi16(high, x));
            }
        }
        for (token, (pairs, sums)) in pairs.iter().zip(sums.iter_mut()).enumerate() {
            // Rows 0 1 4 5, and 2 3 6 7.
            let dots = _mm256_permute4x64_epi64::<0b1101_1000>(_mm256_hadd_epi32(pairs[0], pairs[1]));
            let sum = tile.sum(token, block, within, spans);
            *sums = scaled(*sums, dots, scales, minimums, tile.scale(token, block), sum);
        }
    }
    for (sums, out) in sums.into_iter().zip(out) {
        store_numbers(sums, out);
    }
}

/// `QUADS`: quads of columns of a span.
#[target_feature(enable = "avx2,fma,avx512vnni,avx512vl")]
fn eight_vnni<const T: usize, const QUADS: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
    let spans = 8 / QUADS;
    let mut sums = [_mm256_setzero_ps(); T];
    for span in 0..tile.blocks() * spans {
        let (block, within) = (span / spans, span % spans);
        let scales = load_numbers(tile.scales, span * GROUP);
        let minimums = load_numbers(tile.minimums, span * GROUP);
        let mut dots = [_mm256_setzero_si256(); T];
        for at in 0..QUADS {
            let quants = load(tile.quants, (span * QUADS + at) * 32);
            for (token, dots) in dots.iter_mut().enumerate() {
                let x = quads(tile.bytes(token), block);
                *dots = _mm256_dpbusd_epi32(*dots, quants, quad(x, within * QUADS + at));
            }
        }
        for (token, (dots, sums)) in dots.iter().zip(sums.iter_mut()).enumerate() {
            let sum = tile.sum(token, block, within, spans);
            *sums = scaled(*sums, *dots, scales, minimums, tile.scale(token, block), sum);
        }
    }
    for (sums, out) in sums.into_iter().zip(out) {
        store_numbers(sums, out);
    }
}
