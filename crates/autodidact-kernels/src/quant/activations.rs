//! Rows of f32 as integers of 16 bits.

use super::BLOCK;
use crate::{Matrix, numbers::Numbers};

/// The largest integer that a number becomes. With the largest weight, 255, the sum over a block has 29 bits.
const LARGEST: f32 = 32767.0;

/// 1.5 * 2^23: what is added to it is rounded to an integer.
const ROUND: f32 = 12_582_912.0;

/// Rows of f32, rounded to `scale * x` with `x` from -32767 to 32767 and a scale for each block of 32. Bytes would do for the speed of most
/// instructions, and lose a hundred times as much.
#[derive(Debug, Clone, PartialEq)]
pub struct Activations {
    tokens: usize,
    columns: usize,
    /// `[tokens, columns]`
    pub(super) words: Vec<i16>,
    /// `[tokens, columns / 32]`
    pub(super) scales: Vec<f32>,
    /// The scale times the sum of each half of a block: `[tokens, columns / 16]`.
    pub(super) sums: Vec<f32>,
}

impl Activations {
    /// Rounds rows. Blocks of zeros, and those with numbers that are not finite, have the scale that this gives: 0, or no
    /// number, so that what is no number stays none.
    ///
    /// # Panics
    /// For columns that do not fill whole blocks, and for numbers that do not fill whole rows.
    pub fn new(rows: &[f32], columns: usize) -> Self {
        assert!(columns > 0 && columns.is_multiple_of(BLOCK), "{columns} columns are no whole blocks of {BLOCK}");
        assert!(rows.len().is_multiple_of(columns), "{} numbers are no whole rows of {columns}", rows.len());
        let blocks = rows.len() / BLOCK;
        let mut out = Self {
            tokens: rows.len() / columns,
            columns,
            words: vec![0; rows.len()],
            scales: vec![0.0; blocks],
            sums: vec![0.0; 2 * blocks],
        };
        let (numbers, _) = rows.as_chunks::<BLOCK>();
        let words = out.words.as_chunks_mut::<BLOCK>().0;
        let sums = out.sums.as_chunks_mut::<2>().0;
        for (((numbers, words), scale), sums) in numbers.iter().zip(words).zip(&mut out.scales).zip(sums) {
            *scale = block(numbers, words, sums);
        }
        out
    }

    /// Rounds the rows of a matrix on the CPU.
    ///
    /// # Panics
    /// As [`Activations::new`], and for a tensor that does not hold f32.
    pub fn of(x: &Matrix) -> Self {
        Self::new(Numbers::of(x).slice(), x.dims()[1])
    }

    /// Rows.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Columns.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

fn block(numbers: &[f32; BLOCK], words: &mut [i16; BLOCK], sums: &mut [f32; 2]) -> f32 {
    // `max` passes over what is no number; the sum does not.
    let largest = numbers.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    let scale = largest / LARGEST;
    let inverse = if largest > 0.0 { LARGEST / largest } else { 0.0 };
    for (x, word) in numbers.iter().zip(words.iter_mut()) {
        // At most the largest by the choice of the scale. Not `round_ties_even`, which most processors are asked for by a call.
        *word = ((x * inverse + ROUND) - ROUND) as i16;
    }
    let finite = numbers.iter().all(|x| x.is_finite());
    let scale = if finite { scale } else { f32::NAN };
    let (first, second) = words.split_at(BLOCK / 2);
    let sum = |half: &[i16]| scale * half.iter().map(|x| i32::from(*x)).sum::<i32>() as f32;
    *sums = [sum(first), sum(second)];
    scale
}
