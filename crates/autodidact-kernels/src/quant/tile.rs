//! What is computed at once.

use super::{Activations, BLOCK, Storage};

/// A group of rows and some tokens.
pub(super) struct Tile<'a> {
    pub(super) storage: Storage,
    /// Blocks of the group.
    pub(super) quants: &'a [u8],
    pub(super) scales: &'a [f32],
    pub(super) minimums: &'a [f32],
    /// All tokens.
    pub(super) x: &'a Activations,
    /// The first of the tokens.
    pub(super) first: usize,
}

impl Tile<'_> {
    pub(super) fn blocks(&self) -> usize {
        self.x.columns() / BLOCK
    }

    /// The activations of a token of the tile, in blocks.
    pub(super) fn words(&self, token: usize) -> &[[i16; BLOCK]] {
        let columns = self.x.columns();
        self.x.words[(self.first + token) * columns..][..columns].as_chunks().0
    }

    /// The quants of all blocks, of so many bytes each.
    #[allow(dead_code, reason = "plain Rust reads them one by one")]
    pub(super) fn quants<const BYTES: usize>(&self) -> &[[u8; BYTES]] {
        self.quants.as_chunks().0
    }

    pub(super) fn scale(&self, token: usize, block: usize) -> f32 {
        self.x.scales[(self.first + token) * self.blocks() + block]
    }

    /// The scaled sum of the activations of a span, of which a block has `spans`.
    pub(super) fn sum(&self, token: usize, block: usize, span: usize, spans: usize) -> f32 {
        let at = ((self.first + token) * self.blocks() + block) * 2;
        if spans == 1 { self.x.sums[at] + self.x.sums[at + 1] } else { self.x.sums[at + span] }
    }
}
