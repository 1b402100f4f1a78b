//! The product of a quantized matrix with rows of activations.

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use super::amx::{self, AmxInt8};
use std::cell::RefCell;

use super::{
    Activations, BLOCK, GROUP, Instructions, QuantizedMatrix, Storage, scalar,
    tile::Tile,
    unpack::{unpack, unpacks},
};

/// Tokens that are computed at once.
const TOKENS: usize = 4;
/// Tokens for which a group of rows is unpacked before.
const UNPACKED_FOR: usize = 2 * TOKENS;
/// Bytes of activations that stay in the cache while all rows of a matrix pass.
const CACHED: usize = 128 << 10;

/// Products of numbers that are worth a core of their own.
#[cfg(not(target_family = "wasm"))]
const SPLIT: usize = 1 << 17;

/// A group of rows, as it is in the matrix or unpacked.
#[derive(Clone, Copy)]
struct Stored<'a> {
    storage: Storage,
    quants: &'a [u8],
}

/// Columns of a matrix, for the product of as many rows.
pub struct Columns<'a> {
    /// All numbers of the matrix, row by row.
    pub numbers: &'a mut [f32],
    /// All its columns.
    pub width: usize,
    /// The first column that is written.
    pub first: usize,
}

impl QuantizedMatrix {
    /// `x W^T`: each row of `x` times each row of the matrix.
    ///
    /// # Shapes
    /// - output: `[tokens, rows]`
    ///
    /// # Panics
    /// For activations of another width.
    pub fn product(&self, x: &Activations, instructions: Instructions) -> Vec<f32> {
        let mut out = vec![0.0; x.tokens() * self.rows];
        self.multiply(x, instructions, &mut Columns { numbers: &mut out, width: self.rows, first: 0 });
        out
    }

    /// [`QuantizedMatrix::product`] into some columns of a matrix.
    ///
    /// # Panics
    /// For activations of another width, and for columns that `out` does not have.
    pub fn multiply(&self, x: &Activations, instructions: Instructions, out: &mut Columns<'_>) {
        assert_eq!(x.columns(), self.columns, "the activations must have the columns of the matrix");
        let tokens = x.tokens();
        let fits = out.numbers.len() == tokens * out.width && out.first + self.rows <= out.width;
        assert!(fits, "`out` must have a row for each token, and columns for the rows of the matrix");
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        if let Instructions::AmxInt8(amx) = instructions
            && tokens >= amx::SIDE
        {
            return self.multiply_tiles(x, amx, out);
        }
        // Groups of rows, in them tokens.
        let mut done = vec![[0.0; GROUP]; self.rows.div_ceil(GROUP) * tokens];
        let at_once = (CACHED / (2 * self.columns)).max(UNPACKED_FOR) / TOKENS * TOKENS;
        for first in (0..tokens).step_by(at_once) {
            let range = first..tokens.min(first + at_once);
            let work = |(group, done): (usize, &mut [[f32; GROUP]])| {
                self.group(group, x, first, instructions, &mut done[range.clone()]);
            };
            each_part(&mut done, tokens, self.columns * GROUP * range.len(), work);
        }
        self.write(&done, tokens, out);
    }

    /// [`QuantizedMatrix::multiply`] on tile registers.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    fn multiply_tiles(&self, x: &Activations, amx: AmxInt8, out: &mut Columns<'_>) {
        let tokens = x.tokens();
        let packed = amx.pack(x, self.storage);
        // Two groups of rows each, in them tokens.
        let mut done = vec![[0.0; amx::SIDE]; self.rows.div_ceil(amx::SIDE) * tokens];
        let work = |(part, done): (usize, &mut [[f32; amx::SIDE]])| amx.part(self, part, &packed, done);
        each_part(&mut done, tokens, self.columns * amx::SIDE * tokens, work);
        self.write(&done, tokens, out);
    }

    /// Writes the products of `N` rows at a time, in them tokens, to their columns.
    fn write<const N: usize>(&self, done: &[[f32; N]], tokens: usize, out: &mut Columns<'_>) {
        for (part, done) in done.chunks_exact(tokens.max(1)).enumerate() {
            let rows = N.min(self.rows - part * N);
            for (done, row) in done.iter().zip(out.numbers.chunks_exact_mut(out.width)) {
                let row = &mut row[out.first + part * N..][..rows];
                // Most are whole: a copy of a size that is known takes no call.
                match row.as_mut_array::<N>() {
                    Some(row) => *row = *done,
                    None => row.copy_from_slice(&done[..rows]),
                }
            }
        }
    }

    /// The product of a group of rows with the tokens from `first` on, as many as `done` has places.
    pub(super) fn group(
        &self,
        group: usize,
        x: &Activations,
        first: usize,
        instructions: Instructions,
        done: &mut [[f32; GROUP]],
    ) {
        let bytes = self.columns / BLOCK * self.storage.block_bytes();
        let quants = &self.quants[group * bytes..][..bytes];
        if done.len() < UNPACKED_FOR || !unpacks(self.storage) {
            return self.tiles(group, Stored { storage: self.storage, quants }, x, first, instructions, done);
        }
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.resize(self.columns / BLOCK * Storage::Eight.block_bytes(), 0);
            unpack(self.storage, quants, scratch);
            self.tiles(group, Stored { storage: Storage::Eight, quants: scratch }, x, first, instructions, done);
        });
    }

    fn tiles(
        &self,
        group: usize,
        stored: Stored<'_>,
        x: &Activations,
        first: usize,
        instructions: Instructions,
        done: &mut [[f32; GROUP]],
    ) {
        let spans = self.columns / self.storage.span() * GROUP;
        let tile = |first| Tile {
            storage: stored.storage,
            quants: stored.quants,
            scales: &self.scales[group * spans..][..spans],
            minimums: &self.minimums[group * spans..][..spans],
            x,
            first,
        };
        let (several, single) = done.as_chunks_mut::<TOKENS>();
        let rest = first + several.len() * TOKENS;
        for (at, out) in several.iter_mut().enumerate() {
            *out = compute(&tile(first + at * TOKENS), instructions);
        }
        for (at, out) in single.iter_mut().enumerate() {
            [*out] = compute(&tile(rest + at), instructions);
        }
    }
}

/// Calls `work` with each part of `done`, which has a place for each token, on all cores where that is worth it. `cost`: products of numbers
/// in a part.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn each_part<const N: usize>(
    done: &mut [[f32; N]],
    tokens: usize,
    cost: usize,
    work: impl Fn((usize, &mut [[f32; N]])) + Send + Sync,
) {
    use rayon::prelude::*;

    let parts = SPLIT.div_ceil(cost.max(1));
    done.par_chunks_mut(tokens).enumerate().with_min_len(parts).for_each(work);
}

/// Calls `work` with each part of `done`, which has a place for each token.
#[cfg(target_family = "wasm")]
pub(crate) fn each_part<const N: usize>(
    done: &mut [[f32; N]],
    tokens: usize,
    _cost: usize,
    work: impl Fn((usize, &mut [[f32; N]])),
) {
    done.chunks_mut(tokens).enumerate().for_each(work);
}

thread_local! {
    /// A group of rows that was unpacked: each thread's own, used again by each call.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn compute<const T: usize>(tile: &Tile<'_>, instructions: Instructions) -> [[f32; GROUP]; T] {
    let mut out = [[0.0; GROUP]; T];
    match instructions {
        Instructions::Scalar => scalar::tile(tile, &mut out),
        #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
        Instructions::Simd128 => super::wasm::tile(tile, &mut out),
        #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
        Instructions::Neon => super::arm::neon::tile(tile, &mut out),
        #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
        Instructions::Dotprod(dotprod) => dotprod.tile(tile, &mut out),
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2(avx2) => avx2.tile(tile, &mut out),
        #[cfg(target_arch = "x86_64")]
        Instructions::Vnni(vnni) => vnni.tile(tile, &mut out),
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        Instructions::AmxInt8(amx) => amx.vnni().tile(tile, &mut out),
    }
    out
}
