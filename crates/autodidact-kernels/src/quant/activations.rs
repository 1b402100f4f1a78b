//! Rows of f32 as integers of 16 bits.

use super::BLOCK;
use crate::{
    Matrix,
    lanes::{LANES, Vector, fastest, lanes},
    numbers::Numbers,
};

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
        round(rows, &mut out);
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

fastest!(
    /// Rounds rows of whole blocks into places of their size.
    round = round_blocks(rows: &[f32], out: &mut Activations)
);

#[inline(always)]
fn round_blocks<V: Vector>(rows: &[f32], out: &mut Activations) {
    let (numbers, _) = rows.as_chunks::<BLOCK>();
    let words = out.words.as_chunks_mut::<BLOCK>().0;
    let sums = out.sums.as_chunks_mut::<2>().0;
    for (((numbers, words), scale), sums) in numbers.iter().zip(words).zip(&mut out.scales).zip(sums) {
        *scale = block::<V>(numbers, words, sums);
    }
}

#[inline(always)]
fn block<V: Vector>(numbers: &[f32; BLOCK], words: &mut [i16; BLOCK], sums: &mut [f32; 2]) -> f32 {
    let zero = V::splat(0.0);
    // What is no number is passed over by the largest, and not by the sum: that is zero where all are finite.
    let (mut most, mut sum) = (zero, zero);
    let (numbers, _) = numbers.as_chunks::<LANES>();
    for numbers in numbers {
        let x = V::load(numbers);
        most = most.or_larger(x.or_larger(zero.minus(x)));
        sum = sum.plus_product(x, zero);
    }
    let largest = lanes(most).into_iter().fold(0.0, f32::max);
    let scale = if lanes(sum) == [0.0; LANES] { largest / LARGEST } else { f32::NAN };
    let inverse = if largest > 0.0 { LARGEST / largest } else { 0.0 };
    let mut halves = [zero; 2];
    for (at, (numbers, words)) in numbers.iter().zip(words.as_chunks_mut::<LANES>().0).enumerate() {
        // At most the largest by the choice of the scale.
        let rounded = V::load(numbers).times(V::splat(inverse)).plus(V::splat(ROUND)).minus(V::splat(ROUND));
        rounded.store_words(words);
        halves[at / 2] = halves[at / 2].plus(rounded);
    }
    // Sums of 16 integers of 16 bits, which f32 holds.
    *sums = halves.map(|half| scale * lanes(half).into_iter().sum::<f32>());
    scale
}
