//! The product of rows of f32 with a quantized matrix from the other side, as the backward pass of a product takes it.
//!
//! The weights of 8 rows and 32 columns are written out as f32 where the cache has them, and multiplied with some tokens at once. All is
//! plain Rust, compiled for each set of instructions but that of WebAssembly.

use super::{
    BLOCK, GROUP, Instructions, QuantizedMatrix,
    block::{Tile, plain},
    each_part,
};

/// Tokens whose sums stay in the cache while all rows of a matrix pass.
const TOKENS: usize = 128;

/// Some columns of a matrix, read as a matrix of their own.
#[derive(Debug, Clone, Copy)]
pub struct SomeColumns<'a> {
    /// All numbers of the matrix, row by row.
    pub numbers: &'a [f32],
    /// All its columns.
    pub width: usize,
    /// The first column that is read.
    pub first: usize,
}

impl QuantizedMatrix {
    /// Adds `y W` to `out`: the columns of `y` are as many as the rows of the matrix.
    ///
    /// # Shapes
    /// - `out`: `[tokens, columns]`
    ///
    /// # Panics
    /// For columns that `y` does not have, and for an `out` of another size.
    #[inline(never)]
    pub fn add_transposed(&self, y: SomeColumns<'_>, instructions: Instructions, out: &mut [f32]) {
        let SomeColumns { numbers, width, first } = y;
        let tokens = numbers.len() / width.max(1);
        let fits = first + self.rows <= width && numbers.len() == tokens * width;
        assert!(fits && out.len() == tokens * self.columns, "`y` must have a column for each row of the matrix");
        if tokens == 0 {
            return;
        }
        // Groups of rows, in them tokens.
        let groups = self.rows.div_ceil(GROUP);
        let mut packed = vec![[0.0; GROUP]; groups * tokens];
        for (token, row) in numbers.chunks_exact(width).enumerate() {
            for (group, numbers) in row[first..first + self.rows].chunks(GROUP).enumerate() {
                packed[group * tokens + token][..numbers.len()].copy_from_slice(numbers);
            }
        }
        // Blocks of columns, in them tokens.
        let mut sums = vec![[0.0; BLOCK]; self.columns / BLOCK * tokens];
        let work = |(block, sums): (usize, &mut [[f32; BLOCK]])| {
            for first in (0..tokens).step_by(TOKENS) {
                let range = first..tokens.min(first + TOKENS);
                let sums = &mut sums[range.clone()];
                for group in 0..groups {
                    let y = &packed[group * tokens..][range.clone()];
                    if let Some(tile) = self.block(group, block) {
                        add(&tile, y, sums, instructions);
                    }
                }
            }
        };
        each_part(&mut sums, tokens, BLOCK * self.rows * tokens, work);
        for (block, sums) in sums.chunks_exact(tokens).enumerate() {
            for (sums, row) in sums.iter().zip(out.chunks_exact_mut(self.columns)) {
                row[block * BLOCK..][..BLOCK].iter_mut().zip(sums).for_each(|(out, sum)| *out += sum);
            }
        }
    }
}

/// Adds the products of some tokens with the weights of a tile. Inlined into a crate that is compiled for size, it would be compiled so too.
#[inline(never)]
fn add(tile: &Tile<'_>, y: &[[f32; GROUP]], sums: &mut [[f32; BLOCK]], instructions: Instructions) {
    match instructions {
        #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
        Instructions::Simd128 => super::wasm::add(tile, y, sums),
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2(avx2) => avx2.add(tile, y, sums),
        #[cfg(target_arch = "x86_64")]
        Instructions::Vnni(vnni) => vnni.add(tile, y, sums),
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        Instructions::AmxInt8(amx) => amx.vnni().add(tile, y, sums),
        _ => plain(tile, y, sums, |a, b, sum| a * b + sum),
    }
}
