//! Activations in tiles.

use super::{SIDE, line::Line};
use crate::quant::{Activations, BLOCK};

/// Activations in tiles: for 16 tokens and a span of columns a tile of the high bytes, and one of the low ones. Tokens
/// that fill the last tile are zeros.
pub(in crate::quant) struct Packed {
    span: usize,
    spans: usize,
    /// `[tiles of tokens, spans, 2, 16, span]`
    lines: Vec<Line>,
    /// `[tiles of tokens, spans, 16]`
    scales: Vec<[f32; SIDE]>,
    /// The scale times the sum of a span, as `scales`.
    sums: Vec<[f32; SIDE]>,
}

impl Packed {
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn new(x: &Activations, span: usize) -> Self {
        let (tiles, spans) = (x.tokens().div_ceil(SIDE), x.columns() / span);
        let mut packed = Self {
            span,
            spans,
            lines: vec![Line::ZERO; tiles * spans * 2 * SIDE * span / Line::BYTES],
            scales: vec![[0.0; SIDE]; tiles * spans],
            sums: vec![[0.0; SIDE]; tiles * spans],
        };
        for token in 0..x.tokens() {
            packed.set(x, token);
        }
        packed
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    fn set(&mut self, x: &Activations, token: usize) {
        let (tile, within) = (token / SIDE, token % SIDE);
        let blocks = x.columns() / BLOCK;
        let words = &x.words[token * x.columns()..][..x.columns()];
        let scales = &x.scales[token * blocks..][..blocks];
        let sums = &x.sums[token * 2 * blocks..][..2 * blocks];
        for (span, words) in words.chunks_exact(self.span).enumerate() {
            let at = tile * self.spans + span;
            let block = span * self.span / BLOCK;
            self.scales[at][within] = scales[block];
            self.sums[at][within] = if self.span == BLOCK { sums[2 * block] + sums[2 * block + 1] } else { sums[span] };
            let high = (at * 2 * SIDE + within) * self.span;
            let low = high + SIDE * self.span;
            self.bytes(high).iter_mut().zip(words).for_each(|(byte, word)| *byte = (word >> 8) as u8);
            self.bytes(low).iter_mut().zip(words).for_each(|(byte, word)| *byte = *word as u8);
        }
    }

    /// A row of a tile, of which a line has several.
    #[inline(always)]
    fn bytes(&mut self, at: usize) -> &mut [u8] {
        &mut self.lines[at / Line::BYTES].0[at % Line::BYTES..][..self.span]
    }

    /// The tiles of 16 tokens and a span.
    pub(super) fn tile(&self, tokens: usize, span: usize) -> &[Line] {
        let lines = 2 * SIDE * self.span / Line::BYTES;
        &self.lines[(tokens * self.spans + span) * lines..][..lines]
    }

    /// The scales of 16 tokens, span by span.
    pub(super) fn scales(&self, tokens: usize) -> &[[f32; SIDE]] {
        &self.scales[tokens * self.spans..][..self.spans]
    }

    /// The scaled sums of 16 tokens, span by span.
    pub(super) fn sums(&self, tokens: usize) -> &[[f32; SIDE]] {
        &self.sums[tokens * self.spans..][..self.spans]
    }
}
