//! The additive attention mask.

use burn::tensor::{Device, Tensor, TensorData};

use super::decoder::Tokens;
use crate::backend;

/// Added to the score of a position that must not be seen. GPUs may treat infinities as they like; the exponential of this
/// is zero as well.
const HIDDEN: f32 = -1e9;
/// On the CPU, where the exponential has a short way for infinity and a long one for numbers far below zero. No row is
/// hidden as a whole: a position sees itself.
const HIDDEN_ON_CPU: f32 = f32::NEG_INFINITY;

/// Causal mask for `t` new tokens behind `past` cached ones, in a window of `s` positions; rows repeat for the `g` query
/// heads of a group. `None` when every position is seen.
///
/// # Shapes
/// - output: `[b or 1, 1, g*t or 1, s]`
pub fn attention_mask(tokens: &Tokens, past: usize, window: usize, group: usize, device: &Device) -> Option<Tensor<4>> {
    let t = tokens.len();
    if t == 1 && window == past + 1 {
        return None;
    }
    let rows = if t == 1 { 1 } else { group };
    let batch = if tokens.documents.is_some() { tokens.batch } else { 1 };
    let hidden = if *device == backend::cpu() { HIDDEN_ON_CPU } else { HIDDEN };
    let mut mask = Vec::with_capacity(batch * rows * t * window);
    for sequence in 0..batch {
        let start = mask.len();
        for i in 0..t {
            let seen = past + i + 1;
            match &tokens.documents {
                None => mask.extend((0..window).map(|j| if j < seen { 0.0 } else { hidden })),
                Some(documents) => {
                    let row = &documents[sequence * t..(sequence + 1) * t];
                    mask.extend(row.iter().enumerate().map(|(j, d)| if j <= i && *d == row[i] { 0.0 } else { hidden }));
                }
            }
        }
        let one = mask[start..].to_vec();
        for _ in 1..rows {
            mask.extend_from_slice(&one);
        }
    }
    Some(Tensor::from_data(TensorData::new(mask, [batch, 1, rows * t, window]), device))
}
