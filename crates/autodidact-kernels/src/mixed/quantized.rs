//! Products with quantized weights, which are written out as bf16 where they are multiplied: a strip of 32 outer indices at a time.

use std::{arch::x86_64::*, cell::RefCell};

use super::{
    super::quant::{BLOCK as COLUMNS, BlockTile, FIFTHS, GROUP, QuantizedMatrix, Storage, each_part},
    engine::{Engine, Unit},
    packed::{BLOCK, INNER, Layout, OUTER, Packed, Side, View, pairs, rounded, transpose},
    product::{Blocks, Product, multiply, writable},
};

/// Rows of a matrix that are packed at once as inner indices: what fits the cache.
const ROWS: usize = 2048;

thread_local! {
    /// A strip of weights: each thread's own, used again by each call.
    static STRIP: RefCell<Packed> = const { RefCell::new(Packed::new()) };
}

/// Columns of a product, computed strip by strip.
struct Strip<'a> {
    matrix: &'a QuantizedMatrix,
    /// Its first row.
    row: usize,
    /// Where its columns begin in the output.
    column: usize,
}

/// Rows of a matrix as inner indices, with the other factor.
struct Part<'a> {
    matrix: &'a QuantizedMatrix,
    /// The first row.
    row: usize,
    left: Packed,
}

/// `x W^T` for modules that read the same input, side by side: `[tokens, rows of all]`.
///
/// # Safety
/// The processor must offer what [`Engine::detect`] asks for.
pub unsafe fn product(engine: Engine, x: View<'_>, modules: &[QuantizedMatrix]) -> Vec<f32> {
    assert!(modules.iter().all(|module| module.columns() == x.cols), "`x` must have the columns of the matrices");
    let width: usize = modules.iter().map(QuantizedMatrix::rows).sum();
    let tokens = x.rows;
    let mut out = vec![0.0; tokens * width];
    if tokens == 0 || width == 0 {
        return out;
    }
    let mut left = Packed::new();
    // SAFETY: the caller vouches for the instructions.
    unsafe { left.pack(x, Side::Left, Layout::RowPerOuter) };
    let mut strips = Vec::new();
    let mut first = 0;
    for matrix in modules {
        let rows = (0..matrix.rows()).step_by(BLOCK);
        strips.extend(rows.map(|row| Strip { matrix, row, column: first + row }));
        first += matrix.rows();
    }
    // Strips, in them tokens.
    let mut done = vec![[0.0; BLOCK]; strips.len() * tokens];
    each_part(&mut done, tokens, BLOCK * x.cols * tokens, |(at, done)| {
        let Strip { matrix, row, .. } = strips[at];
        STRIP.with_borrow_mut(|strip| {
            let to = Product { rows: tokens, cols: BLOCK, stride: BLOCK, add: false };
            // SAFETY: the caller vouches for the instructions.
            unsafe {
                strip.pack_rows(matrix, row);
                multiply(
                    &Unit::ready(engine),
                    Blocks::all(&left),
                    strip,
                    strip.depth(),
                    writable(done.as_flattened_mut()),
                    to,
                );
            }
        });
    });
    for (Strip { matrix, row, column }, done) in strips.iter().zip(done.chunks_exact(tokens)) {
        let rows = BLOCK.min(matrix.rows() - row);
        for (done, out) in done.iter().zip(out.chunks_exact_mut(width)) {
            out[*column..][..rows].copy_from_slice(&done[..rows]);
        }
    }
    out
}

/// `dy W` for the same modules: `[tokens, columns]`.
///
/// # Safety
/// The processor must offer what [`Engine::detect`] asks for.
pub unsafe fn product_transposed(engine: Engine, dy: View<'_>, modules: &[QuantizedMatrix]) -> Vec<f32> {
    let width: usize = modules.iter().map(QuantizedMatrix::rows).sum();
    assert_eq!(dy.cols, width, "`dy` must have a column for each row of the matrices");
    let columns = modules.first().map_or(0, QuantizedMatrix::columns);
    assert!(modules.iter().all(|module| module.columns() == columns), "the matrices must have as many columns");
    let tokens = dy.rows;
    let mut out = vec![0.0; tokens * columns];
    if tokens == 0 || columns == 0 {
        return out;
    }
    let mut parts = Vec::new();
    let mut first = 0;
    for matrix in modules {
        for row in (0..matrix.rows()).step_by(ROWS) {
            let rows = ROWS.min(matrix.rows() - row);
            let mut left = Packed::new();
            let some = View::strided(&dy.data[first + row..], tokens, rows, dy.stride);
            // SAFETY: the caller vouches for the instructions.
            unsafe { left.pack(some, Side::Left, Layout::RowPerOuter) };
            parts.push(Part { matrix, row, left });
        }
        first += matrix.rows();
    }
    // Blocks of columns, in them tokens.
    let mut done = vec![[0.0; BLOCK]; columns / COLUMNS * tokens];
    each_part(&mut done, tokens, COLUMNS * width * tokens, |(block, done)| {
        STRIP.with_borrow_mut(|strip| {
            let to = Product { rows: tokens, cols: BLOCK, stride: BLOCK, add: true };
            // SAFETY: the caller vouches for the instructions; `done` is written.
            unsafe {
                let unit = Unit::ready(engine);
                for Part { matrix, row, left } in &parts {
                    strip.pack_columns(matrix, block, *row, ROWS.min(matrix.rows() - row));
                    multiply(&unit, Blocks::all(left), strip, strip.depth(), writable(done.as_flattened_mut()), to);
                }
            }
        });
    });
    for (block, done) in done.chunks_exact(tokens).enumerate() {
        for (done, out) in done.iter().zip(out.chunks_exact_mut(columns)) {
            out[block * COLUMNS..][..COLUMNS].copy_from_slice(done);
        }
    }
    out
}

impl Packed {
    /// Fills this with 32 rows of a matrix as the outer indices of a right factor; rows that there are not are zero.
    ///
    /// # Safety
    /// The processor must have AVX-512 with bf16.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]
    unsafe fn pack_rows(&mut self, matrix: &QuantizedMatrix, first: usize) {
        self.reserve(BLOCK, matrix.columns());
        let order = pairs();
        for half in 0..BLOCK / OUTER {
            let group = (first + half * OUTER) / GROUP;
            for block in 0..matrix.columns() / COLUMNS {
                let weights = weights([matrix.block(group, block), matrix.block(group + 1, block)], matrix.storage());
                let lines = self.tile(half, block).as_mut_ptr().cast::<__m512i>();
                for (pair, [low, high]) in weights.as_chunks::<2>().0.iter().enumerate() {
                    let both = _mm512_permutexvar_epi16(order, rounded(*low, *high));
                    // SAFETY: a tile has 16 lines.
                    unsafe { _mm512_store_si512(lines.add(pair), both) };
                }
            }
        }
    }

    /// Fills this with 32 columns of a matrix as the outer indices of a right factor, for `rows` inner indices from row `first` on.
    ///
    /// # Safety
    /// The processor must have AVX-512 with bf16.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]
    unsafe fn pack_columns(&mut self, matrix: &QuantizedMatrix, block: usize, first: usize, rows: usize) {
        self.reserve(BLOCK, rows);
        for step in 0..rows.div_ceil(INNER) {
            let group = (first + step * INNER) / GROUP;
            let blocks = |at: usize| [matrix.block(group + at, block), matrix.block(group + at + 1, block)];
            let (low, high) = (weights(blocks(0), matrix.storage()), weights(blocks(2), matrix.storage()));
            for half in 0..COLUMNS / OUTER {
                let lines = self.tile(half, step).as_mut_ptr().cast::<__m512i>();
                for line in 0..OUTER {
                    let column = half * OUTER + line;
                    // SAFETY: a tile has 16 lines.
                    unsafe { _mm512_store_si512(lines.add(line), rounded(low[column], high[column])) };
                }
                // SAFETY: as before.
                unsafe { transpose(lines) };
            }
        }
    }
}

/// The weights of two groups of rows in a block of columns: a vector of 16 rows for each column. A group that there is not is zero.
#[target_feature(enable = "avx512f,avx512dq")]
fn weights([first, second]: [Option<BlockTile<'_>>; 2], storage: Storage) -> [__m512; COLUMNS] {
    const LINE: usize = 4 * GROUP;
    let mut weights = [_mm512_setzero_ps(); COLUMNS];
    let numbers = |from: fn(BlockTile<'_>) -> &[f32], span: usize| {
        let half = |tile: Option<_>| {
            tile.and_then(|tile| from(tile).as_chunks::<GROUP>().0.get(span).copied()).unwrap_or_default()
        };
        let (low, high) = (half(first), half(second));
        // SAFETY: the arrays have 8 numbers.
        unsafe {
            let low = _mm512_castps256_ps512(_mm256_loadu_ps(low.as_ptr()));
            _mm512_insertf32x8::<1>(low, _mm256_loadu_ps(high.as_ptr()))
        }
    };
    let bytes = |quad: usize| {
        let half = |tile: Option<BlockTile<'_>>| {
            tile.and_then(|tile| tile.quants.as_chunks::<LINE>().0.get(quad).copied()).unwrap_or([0; LINE])
        };
        let (low, high) = (half(first), half(second));
        // SAFETY: the arrays have 32 bytes.
        unsafe {
            let low = _mm512_castsi256_si512(_mm256_loadu_si256(low.as_ptr().cast()));
            _mm512_inserti64x4::<1>(low, _mm256_loadu_si256(high.as_ptr().cast()))
        }
    };
    let spans = [0, COLUMNS / storage.span() - 1];
    let scales = spans.map(|span| numbers(|tile| tile.scales, span));
    let minimums = spans.map(|span| numbers(|tile| tile.minimums, span));
    let weight = |quants: __m512i, column: usize| {
        let span = column / (COLUMNS / 2);
        _mm512_fmadd_ps(_mm512_cvtepi32_ps(quants), scales[span], minimums[span])
    };
    match storage {
        Storage::Four | Storage::Five => {
            let (four_bits, fifth_bit) = (_mm512_set1_epi32(15), _mm512_set1_epi32(16));
            // Bit `8 i + j`: the fifth one of column `4 j + i`, which becomes bit 4.
            let five = storage == Storage::Five;
            let plane = if five { bytes(FIFTHS) } else { _mm512_setzero_si512() };
            let plane = _mm512_rol_epi32::<4>(plane);
            let fifth = |column: usize| {
                let places = (column % 4 * 8 + column / 4) as i32;
                _mm512_and_si512(_mm512_rorv_epi32(plane, _mm512_set1_epi32(places)), fifth_bit)
            };
            for quad in 0..FIFTHS {
                let mut bytes = bytes(quad);
                for at in 0..4 {
                    for column in [4 * quad + at, COLUMNS / 2 + 4 * quad + at] {
                        let quants = _mm512_and_si512(bytes, four_bits);
                        let quants = if five { _mm512_or_si512(quants, fifth(column)) } else { quants };
                        weights[column] = weight(quants, column);
                        bytes = _mm512_srli_epi32::<4>(bytes);
                    }
                }
            }
        }
        Storage::Eight | Storage::EightBySixteen => {
            let byte = _mm512_set1_epi32(255);
            for quad in 0..COLUMNS / 4 {
                let mut bytes = bytes(quad);
                for at in 0..4 {
                    weights[4 * quad + at] = weight(_mm512_and_si512(bytes, byte), 4 * quad + at);
                    bytes = _mm512_srli_epi32::<8>(bytes);
                }
            }
        }
    }
    weights
}
