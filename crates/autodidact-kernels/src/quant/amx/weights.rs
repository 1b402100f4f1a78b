//! The weights of two groups of rows, as tiles have them.

use std::arch::x86_64::*;

use super::{SIDE, line::Line};
use crate::quant::{BLOCK, FIFTHS, GROUP, QUAD, QuantizedMatrix, Storage};

/// Quads of a block of columns.
const QUADS: usize = BLOCK / QUAD;
/// Bytes of a quad of a group.
const HALF: usize = GROUP * QUAD;

/// A byte for each weight of 16 rows. Its memory serves again and again.
pub(super) struct Weights {
    span: usize,
    /// Quads of columns, in them rows.
    lines: Vec<Line>,
    /// Spans of columns, in them rows.
    scales: Vec<[f32; SIDE]>,
    /// As `scales`.
    minimums: Vec<[f32; SIDE]>,
}

impl Weights {
    pub(super) const fn new() -> Self {
        Self { span: BLOCK, lines: Vec::new(), scales: Vec::new(), minimums: Vec::new() }
    }

    /// Fills this with groups `2 * part` and `2 * part + 1`. A last group without a second one takes both places.
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn unpack(&mut self, matrix: &QuantizedMatrix, part: usize) {
        let last = matrix.rows.div_ceil(GROUP) - 1;
        let groups = [2 * part, (2 * part + 1).min(last)];
        self.span = matrix.storage.span();
        let spans = matrix.columns / self.span;
        let both = |numbers: &[f32], out: &mut Vec<[f32; SIDE]>| {
            let [first, second] = groups.map(|group| &numbers[group * spans * GROUP..][..spans * GROUP]);
            out.resize(spans, [0.0; SIDE]);
            let halves = first.as_chunks::<GROUP>().0.iter().zip(second.as_chunks::<GROUP>().0);
            for (out, (first, second)) in out.iter_mut().zip(halves) {
                out[..GROUP].copy_from_slice(first);
                out[GROUP..].copy_from_slice(second);
            }
        };
        both(&matrix.scales, &mut self.scales);
        both(&matrix.minimums, &mut self.minimums);

        self.lines.resize(matrix.columns / QUAD, Line::ZERO);
        let bytes = matrix.columns / BLOCK * matrix.storage.block_bytes();
        let [first, second] = groups.map(|group| matrix.quants[group * bytes..][..bytes].as_chunks::<HALF>().0);
        let quads = matrix.storage.block_bytes() / HALF;
        let blocks = first.chunks_exact(quads).zip(second.chunks_exact(quads));
        let lowest = _mm512_set1_epi8(15);
        for (lines, (first, second)) in self.lines.as_chunks_mut::<QUADS>().0.iter_mut().zip(blocks) {
            let mut bytes = first.iter().zip(second).map(|(first, second)| side_by_side(first, second));
            if matches!(matrix.storage, Storage::Eight | Storage::EightBySixteen) {
                lines.iter_mut().zip(bytes).for_each(|(line, bytes)| store(bytes, line));
                continue;
            }
            let (lower, upper) = lines.split_at_mut(FIFTHS);
            for ((lower, upper), bytes) in lower.iter_mut().zip(upper).zip(&mut bytes) {
                store(_mm512_and_si512(bytes, lowest), lower);
                store(_mm512_and_si512(_mm512_srli_epi16::<4>(bytes), lowest), upper);
            }
            // The fifth bits, if there are any.
            if let Some(plane) = bytes.next() {
                for (at, line) in lines.iter_mut().enumerate() {
                    let is_set = _mm512_test_epi8_mask(plane, _mm512_set1_epi8(1 << at));
                    store(_mm512_or_si512(load(line), _mm512_maskz_set1_epi8(is_set, 16)), line);
                }
            }
        }
    }

    /// Spans of columns.
    pub(super) fn spans(&self) -> usize {
        self.scales.len()
    }

    /// The tile of a span.
    pub(super) fn tile(&self, span: usize) -> &[Line] {
        let quads = self.span / QUAD;
        &self.lines[span * quads..][..quads]
    }

    /// The scales of the rows, span by span.
    pub(super) fn scales(&self) -> &[[f32; SIDE]] {
        &self.scales
    }

    /// The minimums of the rows, span by span.
    pub(super) fn minimums(&self) -> &[[f32; SIDE]] {
        &self.minimums
    }
}

/// A quad of two groups.
#[target_feature(enable = "avx512f")]
fn side_by_side(first: &[u8; HALF], second: &[u8; HALF]) -> __m512i {
    // SAFETY: both arrays have 32 bytes, and the loads need no alignment.
    let (first, second) =
        unsafe { (_mm256_loadu_si256(first.as_ptr().cast()), _mm256_loadu_si256(second.as_ptr().cast())) };
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(first), second)
}

#[target_feature(enable = "avx512f")]
fn load(from: &Line) -> __m512i {
    // SAFETY: a line has 64 bytes, and is aligned to as many.
    unsafe { _mm512_load_si512(std::ptr::from_ref(from).cast()) }
}

#[target_feature(enable = "avx512f")]
fn store(bytes: __m512i, to: &mut Line) {
    // SAFETY: a line has 64 bytes, and is aligned to as many.
    unsafe { _mm512_store_si512(std::ptr::from_mut(to).cast(), bytes) }
}
