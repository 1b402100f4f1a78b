//! Grouped-query attention over a (possibly cached) sequence.

use burn::tensor::{Tensor, activation::softmax};

/// What the backward pass needs.
#[derive(Debug, Clone)]
pub struct AttentionTape {
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    probabilities: Tensor<4>,
}

/// `softmax(q k^T + mask) v`, with the query heads that share a key/value head laid out as further rows, so that keys
/// and values are never repeated.
///
/// # Shapes
/// - `q`: `[b, kv, g*t, hd]`, already divided by `sqrt(hd)`
/// - `k`, `v`: `[b, kv, s, hd]`
/// - `mask`: `[b or 1, 1, g*t or 1, s]`, 0 where attended, very negative where not
/// - output: `[b, kv, g*t, hd]`
pub fn forward(
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    mask: Option<Tensor<4>>,
    tape: bool,
) -> (Tensor<4>, Option<AttentionTape>) {
    let mut scores = q.clone().matmul(k.clone().transpose());
    if let Some(mask) = mask {
        scores = scores.add(mask);
    }
    let probabilities = softmax(scores, 3);
    let out = probabilities.clone().matmul(v.clone());
    (out, tape.then_some(AttentionTape { q, k, v, probabilities }))
}

/// Gradients of `q`, `k` and `v`, with their shapes. For rows `p` of the probabilities: `ds = p (dp - sum(dp p))`.
pub fn backward(tape: AttentionTape, dout: Tensor<4>) -> (Tensor<4>, Tensor<4>, Tensor<4>) {
    let AttentionTape { q, k, v, probabilities } = tape;
    let dv = probabilities.clone().transpose().matmul(dout.clone());
    let dp = dout.matmul(v.transpose());
    let weighted = dp.mul(probabilities.clone());
    let total = weighted.clone().sum_dim(3);
    let dscores = weighted.sub(probabilities.mul(total));
    let dq = dscores.clone().matmul(k);
    let dk = dscores.transpose().matmul(q);
    (dq, dk, dv)
}
