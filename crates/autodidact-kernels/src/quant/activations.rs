//! Rows of f32 as signed bytes.

use super::BLOCK;

/// Rows of f32, rounded to `scale * x` with `x` from -127 to 127 and a scale for each block of 32.
#[derive(Debug, Clone, PartialEq)]
pub struct Activations {
    tokens: usize,
    columns: usize,
    /// `[tokens, columns]`
    pub(super) bytes: Vec<i8>,
    /// The same in 16 bits, for instructions that take no bytes.
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
            bytes: vec![0; rows.len()],
            words: vec![0; rows.len()],
            scales: vec![0.0; blocks],
            sums: vec![0.0; 2 * blocks],
        };
        let (numbers, _) = rows.as_chunks::<BLOCK>();
        let bytes = out.bytes.as_chunks_mut::<BLOCK>().0;
        let words = out.words.as_chunks_mut::<BLOCK>().0;
        let sums = out.sums.as_chunks_mut::<2>().0;
        for ((((numbers, bytes), words), scale), sums) in
            numbers.iter().zip(bytes).zip(words).zip(&mut out.scales).zip(sums)
        {
            *scale = block(numbers, bytes, words, sums);
        }
        out
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

fn block(numbers: &[f32; BLOCK], bytes: &mut [i8; BLOCK], words: &mut [i16; BLOCK], sums: &mut [f32; 2]) -> f32 {
    // `max` passes over what is no number; the sum does not.
    let largest = numbers.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    let scale = largest / 127.0;
    let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    for ((x, byte), word) in numbers.iter().zip(bytes.iter_mut()).zip(words.iter_mut()) {
        // At most 127 by the choice of the scale; the conversion saturates in any case.
        let rounded = (x * inverse).round_ties_even() as i8;
        *byte = rounded;
        *word = i16::from(rounded);
    }
    let finite = numbers.iter().all(|x| x.is_finite());
    let scale = if finite { scale } else { f32::NAN };
    let (first, second) = words.split_at(BLOCK / 2);
    let sum = |half: &[i16]| scale * f32::from(half.iter().sum::<i16>());
    *sums = [sum(first), sum(second)];
    scale
}
