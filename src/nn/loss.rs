//! Cross-entropy over the vocabulary, forward and backward in one pass.

use burn::tensor::{IndexingUpdateOp, Int, Tensor, activation::log_softmax};

use super::Matrix;

/// Weighted mean negative log-likelihood of the targets, and its gradient by the logits.
///
/// `loss = sum_i w_i * -log softmax(z_i)[y_i]`; the caller divides the weights so that they sum to one.
///
/// # Shapes
/// - `logits`: `[m, vocab]`, `targets`: `[m, 1]`, `weights`: `[m, 1]`
/// - outputs: `[1]`, `[m, vocab]`
pub fn cross_entropy(logits: Matrix, targets: Tensor<2, Int>, weights: Matrix) -> (Tensor<1>, Matrix) {
    let log_p = log_softmax(logits, 1);
    let picked = log_p.clone().gather(1, targets.clone());
    let loss = picked.mul(weights.clone()).sum().neg();
    let minus_one = Matrix::ones(weights.dims(), &weights.device()).neg();
    let gradient = log_p.exp().scatter(1, targets, minus_one, IndexingUpdateOp::Add).mul(weights);
    (loss, gradient)
}
