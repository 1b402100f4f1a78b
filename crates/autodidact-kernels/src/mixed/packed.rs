//! Factors of matrix products as bf16, in tiles.
//!
//! A factor is packed into tiles of 16 outer indices by 32 inner ones, 1 KiB each, in the two layouts that the instruction
//! `TDPBF16PS` reads: the left factor has a row per outer index, the right one a row per pair of inner indices. Where a
//! layout needs the other direction than the memory has, tiles are transposed as 16 by 16 words of one pair each.
//! (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.)

use std::arch::x86_64::*;

/// Outer indices of a tile.
pub const OUTER: usize = 16;
/// Inner indices of a tile.
pub const INNER: usize = 32;
/// bf16 numbers of a tile.
pub const TILE: usize = OUTER * INNER;
/// Rows and columns of what one pass of the inner loop computes: two tiles each way.
pub const BLOCK: usize = 2 * OUTER;

/// One cache line, so that tiles never straddle two.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Line([u16; 32]);

/// A matrix in memory: `rows` rows of `cols` numbers, `stride` apart.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Numbers.
    pub data: &'a [f32],
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    /// Distance of two rows.
    pub stride: usize,
}

impl<'a> View<'a> {
    /// A matrix without gaps.
    pub fn new(data: &'a [f32], rows: usize, cols: usize) -> Self {
        Self::strided(data, rows, cols, cols)
    }

    /// # Panics
    /// When the numbers are too few.
    pub fn strided(data: &'a [f32], rows: usize, cols: usize, stride: usize) -> Self {
        assert!(rows == 0 || (stride >= cols && data.len() >= (rows - 1) * stride + cols), "a view beyond its data");
        Self { data, rows, cols, stride }
    }
}

/// A factor in tiles: groups of 16 outer indices, an even number of them, each with all its inner indices.
#[derive(Default)]
pub struct Packed {
    pub(super) lines: Vec<Line>,
    pub(super) depth: usize,
}

/// How a factor stands in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A row per outer index.
    RowPerOuter,
    /// A row per inner index.
    RowPerInner,
}

/// Which side of the product a factor is on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The left factor.
    Left,
    /// The right factor.
    Right,
}

impl Packed {
    /// An empty factor, whose memory serves again and again.
    pub const fn new() -> Self {
        Self { lines: Vec::new(), depth: 0 }
    }

    /// Inner tiles.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Makes room for `outer` by `inner` numbers without filling it.
    pub(super) fn reserve(&mut self, outer: usize, inner: usize) {
        self.depth = inner.div_ceil(INNER);
        self.lines.resize(outer.div_ceil(BLOCK) * 2 * self.depth * OUTER, Line([0; 32]));
    }

    /// The tile of outer group `group` and inner group `step`.
    pub(super) fn tile(&mut self, group: usize, step: usize) -> &mut [Line] {
        let start = (group * self.depth + step) * OUTER;
        &mut self.lines[start..start + OUTER]
    }

    /// Fills this with a matrix.
    ///
    /// # Safety
    /// The processor must have AVX-512 with bf16 conversions.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]
    pub unsafe fn pack(&mut self, view: View<'_>, side: Side, layout: Layout) {
        let (outer, inner) = match layout {
            Layout::RowPerOuter => (view.rows, view.cols),
            Layout::RowPerInner => (view.cols, view.rows),
        };
        self.reserve(outer, inner);
        let turned = (side == Side::Right) == (layout == Layout::RowPerOuter);
        let groups = outer.div_ceil(BLOCK) * 2;
        // Along the rows of the memory, which the processor foresees.
        let (lines, places) = match layout {
            Layout::RowPerOuter => (groups, self.depth),
            Layout::RowPerInner => (self.depth, groups),
        };
        for line in 0..lines {
            for place in 0..places {
                let (group, step) = match layout {
                    Layout::RowPerOuter => (line, place),
                    Layout::RowPerInner => (place, line),
                };
                let (first, from) = (group * OUTER, step * INNER);
                let (row, column, height, width) = match layout {
                    Layout::RowPerOuter => (first, from, OUTER, INNER),
                    Layout::RowPerInner => (from, first, INNER, OUTER),
                };
                let mut edge = [0.0f32; OUTER * INNER];
                let (source, stride) = if row + height <= view.rows && column + width <= view.cols {
                    (&view.data[row * view.stride + column..], view.stride)
                } else {
                    for r in row..view.rows.min(row + height) {
                        let line = &view.data[r * view.stride..];
                        let end = view.cols.min(column + width);
                        if column < end {
                            let at = (r - row) * width;
                            edge[at..at + end - column].copy_from_slice(&line[column..end]);
                        }
                    }
                    (&edge[..], width)
                };
                assert!(source.len() >= (height - 1) * stride + width);
                let tile = self.tile(group, step);
                // SAFETY: the source holds `height` rows of `width` numbers, and the tile 16 lines.
                unsafe {
                    match layout {
                        Layout::RowPerOuter => rows_tile(source.as_ptr(), stride, tile.as_mut_ptr().cast()),
                        Layout::RowPerInner => pairs_tile(source.as_ptr(), stride, tile.as_mut_ptr().cast()),
                    }
                    if turned {
                        transpose(tile.as_mut_ptr().cast());
                    }
                }
            }
        }
    }
}

/// The order that puts the numbers of two halves side by side.
#[target_feature(enable = "avx512f")]
pub(super) fn pairs() -> __m512i {
    let order: [u16; 32] = std::array::from_fn(|i| (i / 2 + 16 * (i % 2)) as u16);
    // SAFETY: the array has 64 bytes.
    unsafe { _mm512_loadu_si512(order.as_ptr().cast()) }
}

/// Both as bf16, one after the other.
#[target_feature(enable = "avx512f,avx512bf16")]
pub(super) fn rounded(low: __m512, high: __m512) -> __m512i {
    // SAFETY: both are 512 bits.
    unsafe { std::mem::transmute(_mm512_cvtne2ps_pbh(high, low)) }
}

/// 16 rows of 32 numbers, as they lie.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn rows_tile(source: *const f32, stride: usize, tile: *mut __m512i) {
    for row in 0..OUTER {
        // SAFETY: the caller vouches for 16 rows of 32 numbers and 16 lines.
        unsafe {
            let at = source.add(row * stride);
            let (low, high) = (_mm512_loadu_ps(at), _mm512_loadu_ps(at.add(16)));
            _mm512_store_si512(tile.add(row), rounded(low, high));
        }
    }
}

/// 32 rows of 16 numbers, two rows to a line of pairs.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn pairs_tile(source: *const f32, stride: usize, tile: *mut __m512i) {
    let order = pairs();
    // SAFETY: the caller vouches for 32 rows of 16 numbers and 16 lines.
    unsafe {
        for pair in 0..OUTER {
            let at = source.add(2 * pair * stride);
            let (low, high) = (_mm512_loadu_ps(at), _mm512_loadu_ps(at.add(stride)));
            _mm512_store_si512(tile.add(pair), _mm512_permutexvar_epi16(order, rounded(low, high)));
        }
    }
}

/// Transposes 16 by 16 words of 32 bits in place.
#[target_feature(enable = "avx512f")]
pub unsafe fn transpose(tile: *mut __m512i) {
    // SAFETY: the caller vouches for 16 lines.
    unsafe {
        let r: [__m512i; 16] = std::array::from_fn(|i| _mm512_load_si512(tile.add(i)));
        let mut t = r;
        for i in 0..8 {
            t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
            t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
        }
        let mut u = t;
        for i in 0..4 {
            u[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
            u[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
            u[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
            u[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
        }
        // Now each 128-bit lane of u[4 i + j] holds column 4 lane + j of rows 4 i to 4 i + 3.
        for j in 0..4 {
            let a = _mm512_shuffle_i32x4(u[j], u[4 + j], 0x88);
            let b = _mm512_shuffle_i32x4(u[8 + j], u[12 + j], 0x88);
            let c = _mm512_shuffle_i32x4(u[j], u[4 + j], 0xdd);
            let d = _mm512_shuffle_i32x4(u[8 + j], u[12 + j], 0xdd);
            _mm512_store_si512(tile.add(j), _mm512_shuffle_i32x4(a, b, 0x88));
            _mm512_store_si512(tile.add(4 + j), _mm512_shuffle_i32x4(c, d, 0x88));
            _mm512_store_si512(tile.add(8 + j), _mm512_shuffle_i32x4(a, b, 0xdd));
            _mm512_store_si512(tile.add(12 + j), _mm512_shuffle_i32x4(c, d, 0xdd));
        }
    }
}
