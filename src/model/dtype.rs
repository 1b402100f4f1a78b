//! How the weights of a model are held in memory.

use autodidact_kernels::quant::{BLOCK, QuantizedMatrix, Row, Storage};
use serde::{Deserialize, Serialize};

/// How the matrices of a model are held in memory. On a GPU they are always f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// As in the file: quantized matrices of GGUF files stay quantized, all others are f32.
    #[default]
    Auto,
    /// f32.
    F32,
    /// Eight bits, with a scale for 32 weights; matrices that are quantized in the file stay as they are.
    Q8,
    /// Four bits, with a scale and a minimum for 32 weights; matrices that are quantized in the file stay as they are.
    Q4,
}

impl Dtype {
    /// How matrices that are floats in the file are stored, if they are rounded.
    pub(super) fn rounded(self) -> Option<Storage> {
        match self {
            Self::Auto | Self::F32 => None,
            Self::Q8 => Some(Storage::Eight),
            Self::Q4 => Some(Storage::Four),
        }
    }
}

/// `[rows, columns]` rounded; `None` where the columns do not fill whole blocks.
///
/// Eight bits: `scale = max |w| / 127` and `w = scale (q - 128)`. Four bits: `scale = (max w - min w) / 15` and
/// `w = scale q + min w`.
pub(super) fn rounded(values: &[f32], [rows, columns]: [usize; 2], storage: Storage) -> Option<QuantizedMatrix> {
    let mut matrix = QuantizedMatrix::zeros(rows, columns, storage)?;
    let mut quants = vec![0; columns];
    let (mut scales, mut minimums) = (vec![0.0; columns / BLOCK], vec![0.0; columns / BLOCK]);
    for (row, values) in values.chunks_exact(columns).enumerate() {
        let blocks = values.chunks_exact(BLOCK).zip(quants.chunks_exact_mut(BLOCK));
        for ((values, quants), (scale, minimum)) in blocks.zip(scales.iter_mut().zip(&mut minimums)) {
            let (low, high) = values.iter().fold((f32::MAX, f32::MIN), |(low, high), w| (low.min(*w), high.max(*w)));
            let most = if storage == Storage::Four {
                (*scale, *minimum) = ((high - low) / 15.0, low);
                15.0
            } else {
                *scale = low.abs().max(high.abs()) / 127.0;
                *minimum = -128.0 * *scale;
                255.0
            };
            let inverse = if *scale > 0.0 { scale.recip() } else { 0.0 };
            for (value, q) in values.iter().zip(quants) {
                // A conversion from f32 saturates.
                *q = ((value - *minimum) * inverse).round_ties_even().clamp(0.0, most) as u8;
            }
        }
        matrix.set_row(row, Row { quants: &quants, scales: &scales, minimums: &minimums });
    }
    Some(matrix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_by_half_a_step_at_most() {
        let values: Vec<f32> = (0..3 * 64).map(|i| (i * 37 % 101) as f32 / 50.0 - 0.7).collect();
        for (storage, step) in [(Storage::Eight, 1.32 / 127.0), (Storage::Four, 2.0 / 15.0)] {
            let matrix = rounded(&values, [3, 64], storage).unwrap();
            let mut row = [0.0; 64];
            for (index, expected) in values.chunks(64).enumerate() {
                matrix.row(index, &mut row);
                let off = row.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(off <= step / 2.0 + 1e-6, "{storage:?}: {off}");
            }
        }
        assert!(rounded(&values, [4, 48], Storage::Four).is_none());
    }

    #[test]
    fn constants_stay_what_they_are() {
        for storage in [Storage::Eight, Storage::Four] {
            for value in [0.0, 0.5, -0.5] {
                let mut row = [1.0; 32];
                rounded(&[value; 32], [1, 32], storage).unwrap().row(0, &mut row);
                assert!(row.iter().all(|x| (x - value).abs() < 1e-6), "{storage:?} {value}: {row:?}");
            }
        }
    }
}
