//! Matrix products on the tile registers: bf16 factors, f32 sums.
//!
//! A factor is packed into tiles of 16 outer indices by 32 inner ones, 1 KiB each, in the two layouts that the instruction
//! `TDPBF16PS` reads: the left factor has a row per outer index, the right one a row per pair of inner indices. Where a
//! layout needs the other direction than the memory has, tiles are transposed as 16 by 16 words of one pair each.
//! (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.)

use std::{
    arch::{asm, x86_64::*},
    marker::PhantomData,
    mem::MaybeUninit,
};

use crate::tile_registers;

/// Outer indices of a tile.
const OUTER: usize = 16;
/// Inner indices of a tile.
const INNER: usize = 32;
/// bf16 numbers of a tile.
const TILE: usize = OUTER * INNER;
/// Rows and columns of what one pass of the inner loop computes: two tiles each way.
pub const BLOCK: usize = 2 * OUTER;

/// Inner tiles up to which a block of the output costs more than its factors.
const FEW_STEPS: usize = 24;

/// One cache line, so that tiles never straddle two.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u16; 32]);

/// The configuration of the tile registers: all eight of 16 rows of 64 bytes.
#[repr(C, align(64))]
struct TileConfig([u8; 64]);

const CONFIG: TileConfig = {
    let mut bytes = [0; 64];
    bytes[0] = 1;
    let mut tile = 0;
    while tile < 8 {
        bytes[16 + 2 * tile] = 64;
        bytes[48 + tile] = 16;
        tile += 1;
    }
    TileConfig(bytes)
};

/// The tile registers of this thread, configured; released when dropped. They stay on their thread: not `Send`.
pub struct Registers(PhantomData<*const ()>);

impl Registers {
    /// # Safety
    /// The processor and the system must offer the tile registers.
    pub unsafe fn configure() -> Self {
        // SAFETY: reads 64 bytes; the caller vouches for the instruction.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &CONFIG, options(nostack, readonly)) };
        Self(PhantomData)
    }
}

impl Drop for Registers {
    fn drop(&mut self) {
        // SAFETY: the registers are configured, so the instruction exists.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }
}

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
    lines: Vec<Line>,
    depth: usize,
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
    fn reserve(&mut self, outer: usize, inner: usize) {
        self.depth = inner.div_ceil(INNER);
        self.lines.resize(outer.div_ceil(BLOCK) * 2 * self.depth * OUTER, Line([0; 32]));
    }

    /// The tile of outer group `group` and inner group `step`.
    fn tile(&mut self, group: usize, step: usize) -> &mut [Line] {
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

/// 16 rows of 32 numbers, as they lie.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn rows_tile(source: *const f32, stride: usize, tile: *mut __m512i) {
    for row in 0..OUTER {
        // SAFETY: the caller vouches for 16 rows of 32 numbers and 16 lines.
        unsafe {
            let at = source.add(row * stride);
            let (low, high) = (_mm512_loadu_ps(at), _mm512_loadu_ps(at.add(16)));
            let both: __m512i = std::mem::transmute(_mm512_cvtne2ps_pbh(high, low));
            _mm512_store_si512(tile.add(row), both);
        }
    }
}

/// 32 rows of 16 numbers, two rows to a line of pairs.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn pairs_tile(source: *const f32, stride: usize, tile: *mut __m512i) {
    let order: [u16; 32] = std::array::from_fn(|i| (i / 2 + 16 * (i % 2)) as u16);
    // SAFETY: the caller vouches for 32 rows of 16 numbers and 16 lines.
    unsafe {
        let order = _mm512_loadu_si512(order.as_ptr().cast());
        for pair in 0..OUTER {
            let at = source.add(2 * pair * stride);
            let (low, high) = (_mm512_loadu_ps(at), _mm512_loadu_ps(at.add(stride)));
            let both: __m512i = std::mem::transmute(_mm512_cvtne2ps_pbh(high, low));
            _mm512_store_si512(tile.add(pair), _mm512_permutexvar_epi16(order, both));
        }
    }
}

/// Transposes 16 by 16 words of 32 bits in place.
#[target_feature(enable = "avx512f")]
unsafe fn transpose(tile: *mut __m512i) {
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

/// Where a product goes.
#[derive(Clone, Copy)]
pub struct Product {
    /// Rows that are wanted.
    pub rows: usize,
    /// Columns that are wanted.
    pub cols: usize,
    /// Distance of two rows of the output.
    pub stride: usize,
    /// Add to what is there, which must be written then.
    pub add: bool,
}

/// `out (+)= left right`, for blocks `left_from..` of the left factor's groups and inner tiles up to `depth`.
///
/// # Safety
/// The registers must be those of this thread, and the output must be written where it is added to.
pub unsafe fn multiply(
    _registers: &Registers,
    (left, left_block): (&Packed, usize),
    right: &Packed,
    depth: usize,
    out: &mut [MaybeUninit<f32>],
    to: Product,
) {
    assert!(depth <= left.depth && depth <= right.depth, "factors of different depths");
    assert!(to.rows == 0 || out.len() >= (to.rows - 1) * to.stride + to.cols, "no room for a product");
    let blocks = to.rows.div_ceil(BLOCK);
    assert!(left.lines.len() >= (left_block + blocks) * 2 * left.depth * OUTER, "too few rows");
    assert!(right.lines.len() >= to.cols.div_ceil(BLOCK) * 2 * right.depth * OUTER, "too few columns");
    let mut edge = [0.0f32; BLOCK * BLOCK];
    let columns = to.cols.div_ceil(BLOCK);
    // Few steps a block: what it writes decides, so rows are finished one after the other. Many: what it reads does.
    let by_rows = depth <= FEW_STEPS;
    let (outer, inner) = if by_rows { (blocks, columns) } else { (columns, blocks) };
    for slow in 0..outer {
        for fast in 0..inner {
            let (row, column) = if by_rows { (slow, fast) } else { (fast, slow) };
            let (r, c) = (row * BLOCK, column * BLOCK);
            // SAFETY: both factors hold these blocks to this depth, by the assertions above.
            unsafe {
                let a = left.lines.as_ptr().add((left_block + row) * 2 * left.depth * OUTER).cast::<u16>();
                let b = right.lines.as_ptr().add(column * 2 * right.depth * OUTER).cast::<u16>();
                let strides = (left.depth * TILE, right.depth * TILE);
                if r + BLOCK <= to.rows && c + BLOCK <= to.cols {
                    block(a, b, strides, depth, out.as_mut_ptr().add(r * to.stride + c).cast(), to.stride, to.add);
                    continue;
                }
                block(a, b, strides, depth, edge.as_mut_ptr(), BLOCK, false);
            }
            for i in 0..BLOCK.min(to.rows - r) {
                let width = BLOCK.min(to.cols - c);
                let target = &mut out[(r + i) * to.stride + c..][..width];
                for (t, e) in target.iter_mut().zip(&edge[i * BLOCK..]) {
                    // SAFETY: the caller vouches that what is added to is written.
                    let before = if to.add { unsafe { t.assume_init() } } else { 0.0 };
                    t.write(before + e);
                }
            }
        }
    }
}

/// 32 by 32 numbers of a product.
unsafe fn block(
    a: *const u16,
    b: *const u16,
    (a_next, b_next): (usize, usize),
    depth: usize,
    out: *mut f32,
    stride: usize,
    add: bool,
) {
    let bytes = stride * 4;
    // SAFETY: the caller vouches for the factors' tiles and for 32 rows of 32 numbers of output.
    unsafe {
        let (right, below) = (out.add(OUTER), out.add(OUTER * stride));
        let corner = below.add(OUTER);
        if add {
            asm!(
                "tileloadd tmm0, [{o} + {s}*1]", "tileloadd tmm1, [{r} + {s}*1]",
                "tileloadd tmm2, [{b} + {s}*1]", "tileloadd tmm3, [{c} + {s}*1]",
                o = in(reg) out, r = in(reg) right, b = in(reg) below, c = in(reg) corner, s = in(reg) bytes,
                options(nostack, readonly),
            );
        } else {
            asm!("tilezero tmm0", "tilezero tmm1", "tilezero tmm2", "tilezero tmm3", options(nostack, nomem));
        }
        if depth > 0 {
            asm!(
                "2:",
                "tileloadd tmm4, [{a} + {s}*1]", "tileloadd tmm6, [{b} + {s}*1]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm7, [{b1} + {s}*1]",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tileloadd tmm5, [{a1} + {s}*1]",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                "add {a}, 1024", "add {a1}, 1024", "add {b}, 1024", "add {b1}, 1024",
                "dec {n}", "jnz 2b",
                a = inout(reg) a => _, a1 = inout(reg) a.add(a_next) => _,
                b = inout(reg) b => _, b1 = inout(reg) b.add(b_next) => _,
                n = inout(reg) depth => _, s = in(reg) 64usize,
                options(nostack, readonly),
            );
        }
        asm!(
            "tilestored [{o} + {s}*1], tmm0", "tilestored [{r} + {s}*1], tmm1",
            "tilestored [{b} + {s}*1], tmm2", "tilestored [{c} + {s}*1], tmm3",
            o = in(reg) out, r = in(reg) right, b = in(reg) below, c = in(reg) corner, s = in(reg) bytes,
            options(nostack),
        );
    }
}

/// True when the processor has the tile registers and AVX-512 with bf16, and the system lets this process use them.
pub fn available() -> bool {
    use std::arch::is_x86_feature_detected as has;
    let vectors = has!("avx512f") && has!("avx512bw") && has!("avx512vl") && has!("avx512dq") && has!("avx512bf16");
    vectors && tile_registers::available(tile_registers::Products::Bf16)
}
