//! What is computed at once.

use super::{Activations, BLOCK, GROUP, Storage};

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

/// The activations of a token, block by block.
#[allow(dead_code, reason = "some instructions read them one by one")]
#[derive(Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) words: &'a [[i16; BLOCK]],
    pub(super) scales: &'a [f32],
    /// The scaled sums of both halves.
    sums: &'a [[f32; 2]],
}

#[allow(dead_code, reason = "some instructions read them one by one")]
impl Token<'_> {
    /// The scaled sum of the activations of a span, of which a block has `SPANS`.
    #[inline(always)]
    pub(super) fn sum<const SPANS: usize>(&self, block: usize, span: usize) -> f32 {
        let [first, second] = self.sums[block];
        match (SPANS, span) {
            (1, _) => first + second,
            (_, 0) => first,
            _ => second,
        }
    }
}

/// The weights of the group, block by block.
#[allow(dead_code, reason = "some instructions read them one by one")]
pub(super) struct Weights<'a, const SPANS: usize, const BYTES: usize> {
    pub(super) quants: &'a [[u8; BYTES]],
    pub(super) scales: &'a [[[f32; GROUP]; SPANS]],
    pub(super) minimums: &'a [[[f32; GROUP]; SPANS]],
}

/// All slices of tokens and weights have as many places as the tile has blocks. The compiler sees that, and checks hardly
/// any index: therefore these are inlined, and have no closures.
#[allow(dead_code, reason = "some instructions read them one by one")]
impl Tile<'_> {
    /// The tokens of the tile.
    #[inline(always)]
    pub(super) fn tokens<const T: usize>(&self) -> [Token<'_>; T] {
        let mut tokens = [self.token(0); T];
        for (at, token) in tokens.iter_mut().enumerate() {
            *token = self.token(at);
        }
        tokens
    }

    #[inline(always)]
    fn token(&self, token: usize) -> Token<'_> {
        let (blocks, token) = (self.blocks(), self.first + token);
        Token {
            words: &self.x.words.as_chunks().0[token * blocks..][..blocks],
            scales: &self.x.scales[token * blocks..][..blocks],
            sums: &self.x.sums.as_chunks().0[token * blocks..][..blocks],
        }
    }

    #[inline(always)]
    pub(super) fn weights<const SPANS: usize, const BYTES: usize>(&self) -> Weights<'_, SPANS, BYTES> {
        let blocks = self.blocks();
        Weights {
            quants: &self.quants.as_chunks().0[..blocks],
            scales: &self.scales.as_chunks().0.as_chunks().0[..blocks],
            minimums: &self.minimums.as_chunks().0.as_chunks().0[..blocks],
        }
    }
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
    #[allow(dead_code, reason = "others read them one by one")]
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
