//! The additive attention mask.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::tokens::Tokens;
use crate::backend;

/// Added to the score of a position that must not be seen. GPUs may treat infinities as they like; the exponential of this
/// is zero as well.
const HIDDEN: f32 = -1e9;
/// On the CPU, where the exponential has a short way for infinity and a long one for numbers far below zero. No row is
/// hidden as a whole: a position sees itself.
const HIDDEN_ON_CPU: f32 = f32::NEG_INFINITY;

/// Tokens from which on a GPU makes the mask itself, which would be megabytes to send.
const LONG: usize = 256;

/// The mask of whole sequences, `[1, 1, g*t, t]`.
fn causal(t: usize, group: usize, device: &Device) -> Tensor<4> {
    let range = || Tensor::<1, Int>::arange(0..t as i64, device);
    let rows = range().reshape([1, t, 1]).repeat_dim(0, group).reshape([1, 1, group * t, 1]);
    let columns: Tensor<4, Int> = range().reshape([1, 1, 1, t]);
    columns.greater(rows).float().mul_scalar(HIDDEN)
}

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
    let whole = past == 0 && window == t && tokens.documents.is_none();
    if whole && t >= LONG && !backend::FEW_KERNELS && *device != backend::cpu() {
        return Some(causal(t, group, device));
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

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::backend::readback;

    #[test]
    fn a_gpu_makes_the_same_mask() {
        let (t, group) = (5, 2);
        let sent = attention_mask(&Tokens::single(&vec![0; t]), 0, t, group, &backend::cpu()).unwrap();
        let made = causal(t, group, &backend::cpu());
        assert_eq!(sent.dims(), made.dims());
        let numbers = |mask| futures_lite::future::block_on(readback(mask)).unwrap();
        for (sent, made) in numbers(sent).into_iter().zip(numbers(made)) {
            assert_eq!(sent.max(HIDDEN), made);
        }
    }
}
