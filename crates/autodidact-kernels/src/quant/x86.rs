//! The product with AVX2, and with VNNI, on pairs of 16 bits.

use std::arch::x86_64::*;

use super::{BLOCK, FIFTHS, GROUP, Storage, block, tile::Tile};

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
}

impl Vnni {
    pub(super) fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512vnni") && is_x86_feature_detected!("avx512vl");
        Avx2::detect().filter(|_| has).map(|_| Self(()))
    }
}

impl Avx2 {
    /// See [`block::plain`].
    pub(super) fn add(self, tile: &block::Tile<'_>, y: &[[f32; GROUP]], sums: &mut [[f32; BLOCK]]) {
        // SAFETY: `self` exists only where the processor has the instructions.
        unsafe { add(tile, y, sums) }
    }
}

impl Vnni {
    /// See [`block::plain`].
    pub(super) fn add(self, tile: &block::Tile<'_>, y: &[[f32; GROUP]], sums: &mut [[f32; BLOCK]]) {
        // SAFETY: `self` exists only where the processor has AVX2 and FMA too.
        unsafe { add(tile, y, sums) }
    }
}

#[target_feature(enable = "avx2,fma")]
fn add(tile: &block::Tile<'_>, y: &[[f32; GROUP]], sums: &mut [[f32; BLOCK]]) {
    block::plain(tile, y, sums, f32::mul_add);
}

/// 32 bytes of a block.
#[target_feature(enable = "avx2")]
fn load<const BYTES: usize>(bytes: &[u8; BYTES], at: usize) -> __m256i {
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

/// A quad of columns, in all rows of a half of the group.
#[target_feature(enable = "avx2")]
fn columns(x: &[i16; BLOCK], at: usize) -> __m256i {
    let quad: &[i16; 4] = x[at * 4..at * 4 + 4].as_array().unwrap_or(&[0; 4]);
    // SAFETY: the array has 8 bytes, and they are read without an alignment.
    _mm256_set1_epi64x(unsafe { quad.as_ptr().cast::<i64>().read_unaligned() })
}

/// A quad of columns of a block of weights: of rows 0 to 3, and of rows 4 to 7. Of four bits the lower ones are the first half of the block.
#[target_feature(enable = "avx2")]
fn quad<const BYTES: usize>(quants: &[u8; BYTES], at: usize) -> [__m256i; 2] {
    let bytes = if BYTES == Storage::Eight.block_bytes() {
        load(quants, at * 32)
    } else {
        let both = load(quants, at % 4 * 32);
        let both = if at < 4 { both } else { _mm256_srli_epi16::<4>(both) };
        let four = _mm256_and_si256(both, _mm256_set1_epi8(15));
        if BYTES == Storage::Five.block_bytes() {
            let bit = _mm256_set1_epi8(1 << at);
            let is_set = _mm256_cmpeq_epi8(_mm256_and_si256(load(quants, FIFTHS * 32), bit), bit);
            _mm256_or_si256(four, _mm256_and_si256(is_set, _mm256_set1_epi8(16)))
        } else {
            four
        }
    };
    [_mm256_cvtepu8_epi16(_mm256_castsi256_si128(bytes)), _mm256_cvtepu8_epi16(_mm256_extracti128_si256::<1>(bytes))]
}

/// Two pairs of products and a sum, as AVX2 has them.
#[target_feature(enable = "avx2")]
fn dot(sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
    _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))
}

/// The same in one instruction.
#[target_feature(enable = "avx512vnni,avx512vl")]
fn dot_vnni(sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
    _mm256_dpwssd_epi32(sum, a, b)
}

/// The products of one set of instructions. Functions that enable features are not generic over others.
macro_rules! products {
    ($name:ident, $proof:ident, $features:literal, $dot:ident) => {
        impl $proof {
            pub(super) fn tile<const T: usize>(self, tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
                // SAFETY: `self` exists only where the processor has the instructions.
                unsafe {
                    match tile.storage {
                        Storage::Four => $name::<T, 8, { Storage::Four.block_bytes() }>(tile, out),
                        Storage::Five => $name::<T, 8, { Storage::Five.block_bytes() }>(tile, out),
                        Storage::Eight => $name::<T, 8, { Storage::Eight.block_bytes() }>(tile, out),
                        Storage::EightBySixteen => $name::<T, 4, { Storage::EightBySixteen.block_bytes() }>(tile, out),
                    }
                }
            }
        }

        /// `QUADS`: quads of columns of a span. `BYTES`: of a block.
        #[target_feature(enable = $features)]
        fn $name<const T: usize, const QUADS: usize, const BYTES: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
            let spans = 8 / QUADS;
            let words: [&[[i16; BLOCK]]; T] = std::array::from_fn(|token| tile.words(token));
            let mut sums = [_mm256_setzero_ps(); T];
            for (block, quants) in tile.quants::<BYTES>().iter().enumerate() {
                for within in 0..spans {
                    // Pairs of columns of rows 0 to 3, and of rows 4 to 7.
                    let mut pairs = [[_mm256_setzero_si256(); 2]; T];
                    for at in within * QUADS..(within + 1) * QUADS {
                        let [low, high] = quad(quants, at);
                        for (words, pairs) in words.iter().zip(pairs.iter_mut()) {
                            let x = columns(&words[block], at);
                            pairs[0] = $dot(pairs[0], low, x);
                            pairs[1] = $dot(pairs[1], high, x);
                        }
                    }
                    let span = block * spans + within;
                    let scales = load_numbers(tile.scales, span * GROUP);
                    let minimums = load_numbers(tile.minimums, span * GROUP);
                    for (token, (pairs, sums)) in pairs.iter().zip(sums.iter_mut()).enumerate() {
                        // Rows 0 1 4 5, and 2 3 6 7.
                        let dots = _mm256_permute4x64_epi64::<0b1101_1000>(_mm256_hadd_epi32(pairs[0], pairs[1]));
                        let scales = _mm256_mul_ps(scales, _mm256_set1_ps(tile.scale(token, block)));
                        let sum = _mm256_set1_ps(tile.sum(token, block, within, spans));
                        *sums = _mm256_fmadd_ps(scales, _mm256_cvtepi32_ps(dots), *sums);
                        *sums = _mm256_fmadd_ps(minimums, sum, *sums);
                    }
                }
            }
            for (sums, out) in sums.into_iter().zip(out) {
                store_numbers(sums, out);
            }
        }
    };
}

products!(avx2, Avx2, "avx2,fma", dot);
products!(vnni, Vnni, "avx2,fma,avx512vnni,avx512vl", dot_vnni);
