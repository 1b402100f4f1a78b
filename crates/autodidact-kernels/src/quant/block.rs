//! A block of weights written out as f32, and its products with some tokens in plain Rust.

use super::{BLOCK, FIFTHS, GROUP, QUAD, Storage, fifths};

/// Tokens that are computed at once, and columns of them: as many sums as there are registers for.
const AT_ONCE: usize = 2;
const LANES: usize = 32;

/// The weights of a group of rows in a block of columns.
type Weights = [[f32; BLOCK]; GROUP];

/// A group of rows in a block of columns, as it is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile<'a> {
    pub(crate) storage: Storage,
    /// See [`super::QuantizedMatrix::quants`].
    pub(crate) quants: &'a [u8],
    /// Spans of columns, in them rows.
    pub(crate) scales: &'a [f32],
    /// As `scales`.
    pub(crate) minimums: &'a [f32],
}

impl Tile<'_> {
    /// The weights.
    #[inline(always)]
    fn weights(&self) -> Weights {
        let mut weights = [[0.0; BLOCK]; GROUP];
        for (at, quads) in self.quads().iter().enumerate() {
            for (row, quad) in quads.as_chunks::<QUAD>().0.iter().enumerate() {
                let first = at * QUAD;
                let mut write = |first: usize, quad: u32| self.write(&mut weights[row], row, first, quad.to_le_bytes());
                let quad = u32::from_le_bytes(*quad);
                match self.storage {
                    Storage::Four | Storage::Five => {
                        let [low, high] = self.fifths(row, at);
                        write(first, quad & 0x0f0f_0f0f | low);
                        write(first + BLOCK / 2, quad >> 4 & 0x0f0f_0f0f | high);
                    }
                    Storage::Eight | Storage::EightBySixteen => write(first, quad),
                }
            }
        }
        weights
    }

    /// Quads of columns, in them rows; without the fifth bits.
    #[inline(always)]
    pub(super) fn quads(&self) -> &[[u8; GROUP * QUAD]] {
        let quads = self.quants.as_chunks().0;
        if self.storage == Storage::Five { quads.get(..FIFTHS).unwrap_or(quads) } else { quads }
    }

    /// What is added to the lower four bits of a quad in the first half of the block, and of that in the second; nothing where there are no
    /// others.
    #[inline(always)]
    pub(super) fn fifths(&self, row: usize, at: usize) -> [u32; 2] {
        let plane = self.quants.as_chunks::<QUAD>().0.get(FIFTHS * GROUP + row);
        match plane.filter(|_| self.storage == Storage::Five) {
            Some(plane) => [fifths(*plane, at), fifths(*plane, at + FIFTHS)],
            None => [0, 0],
        }
    }

    #[inline(always)]
    fn write(&self, weights: &mut [f32; BLOCK], row: usize, first: usize, quad: [u8; QUAD]) {
        let at = first / self.storage.span() * GROUP + row;
        let (scale, minimum) = (self.scales[at], self.minimums[at]);
        for (weight, quant) in weights[first..first + QUAD].iter_mut().zip(quad) {
            *weight = scale * f32::from(quant) + minimum;
        }
    }
}

/// Adds the products of some tokens with the weights of a tile in plain Rust, to be compiled for the instructions of the caller. `fused(a, b, sum)`: `a * b + sum`.
#[inline(always)]
pub(super) fn plain(
    tile: &Tile<'_>,
    y: &[[f32; GROUP]],
    sums: &mut [[f32; BLOCK]],
    fused: impl Fn(f32, f32, f32) -> f32 + Copy,
) {
    let weights = tile.weights();
    let (several, single) = sums.as_chunks_mut::<AT_ONCE>();
    let (y_several, y_single) = y.as_chunks::<AT_ONCE>();
    for (sums, y) in several.iter_mut().zip(y_several) {
        tokens(&weights, y, sums, fused);
    }
    for (sums, y) in single.iter_mut().zip(y_single) {
        tokens(&weights, &[*y], std::array::from_mut(sums), fused);
    }
}

#[inline(always)]
fn tokens<const T: usize>(
    weights: &Weights,
    y: &[[f32; GROUP]; T],
    sums: &mut [[f32; BLOCK]; T],
    fused: impl Fn(f32, f32, f32) -> f32 + Copy,
) {
    for first in (0..BLOCK).step_by(LANES) {
        let mut lanes = [[0.0; LANES]; T];
        for (lanes, sums) in lanes.iter_mut().zip(sums.iter()) {
            lanes.copy_from_slice(&sums[first..first + LANES]);
        }
        for (row, weights) in weights.iter().enumerate() {
            let weights = &weights[first..first + LANES];
            for (lanes, y) in lanes.iter_mut().zip(y) {
                for (sum, weight) in lanes.iter_mut().zip(weights) {
                    *sum = fused(y[row], *weight, *sum);
                }
            }
        }
        for (lanes, sums) in lanes.iter().zip(sums.iter_mut()) {
            sums[first..first + LANES].copy_from_slice(lanes);
        }
    }
}
