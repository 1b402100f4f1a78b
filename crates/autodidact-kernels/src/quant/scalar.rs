//! The product in plain Rust: the reference for the others, and what machines without their instructions take.

use super::{BLOCK, FIFTHS, GROUP, QUAD, Storage, tile::Tile};

/// The product of a group of rows with some tokens.
pub(super) fn tile<const T: usize>(tile: &Tile<'_>, out: &mut [[f32; GROUP]; T]) {
    let (storage, blocks) = (tile.storage, tile.blocks());
    let spans = BLOCK / storage.span();
    for block in 0..blocks {
        let quants = &tile.quants[block * storage.block_bytes()..][..storage.block_bytes()];
        for (token, out) in out.iter_mut().enumerate() {
            let x = &tile.words(token)[block];
            for span in 0..spans {
                let width = storage.span();
                let mut dots = [0_i32; GROUP];
                for (column, x) in x.iter().enumerate().skip(span * width).take(width) {
                    for (row, dot) in dots.iter_mut().enumerate() {
                        *dot += i32::from(quant(storage, quants, row, column)) * i32::from(*x);
                    }
                }
                let scale = tile.scale(token, block);
                let sum = tile.sum(token, block, span, spans);
                let at = (block * spans + span) * GROUP;
                for (row, out) in out.iter_mut().enumerate() {
                    *out += tile.scales[at + row] * scale * dots[row] as f32 + tile.minimums[at + row] * sum;
                }
            }
        }
    }
}

/// The number at a place of a block.
fn quant(storage: Storage, block: &[u8], row: usize, column: usize) -> u8 {
    let byte = |quad: usize| block[(quad * GROUP + row) * QUAD + column % QUAD];
    let four = || {
        let both = byte(column % (BLOCK / 2) / QUAD);
        if column < BLOCK / 2 { both & 15 } else { both >> 4 }
    };
    match storage {
        Storage::Four => four(),
        Storage::Five => four() | (byte(FIFTHS) >> (column / QUAD) & 1) << 4,
        Storage::Eight | Storage::EightBySixteen => byte(column / QUAD),
    }
}
