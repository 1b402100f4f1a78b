//! Low-rank adaptation of fused linear layers (Hu et al., 2021, arXiv 2106.09685).
//!
//! One [`LoraPair`] serves a linear layer whose output columns are several modules side by side (q, k and v; gate and
//! up). `A` holds the modules' `[in, r]` matrices side by side, `B` their `[r, out]` matrices on its block diagonal: two
//! multiplications serve all of them, and each module still learns exactly as if it were alone, because the gradient of
//! `B` is masked to the blocks and AdamW works element by element.

use burn::tensor::Tensor;

use super::Matrix;

/// The trainable pair of one (fused) linear layer.
#[derive(Debug, Clone)]
pub struct LoraPair {
    /// `[in, R]`, where `R` is the sum of the ranks of the adapted modules.
    pub a: Matrix,
    /// `[R, out]`, zero outside the modules' blocks.
    pub b: Matrix,
    /// `[R, out]`, one inside the blocks; `None` where one module fills the layer.
    pub mask: Option<Matrix>,
    /// Trained numbers: all of `A`, and the blocks of `B`.
    pub count: usize,
    /// `s = alpha / r`, or `alpha / sqrt(r)` for rank-stabilised LoRA.
    pub scale: f32,
}

/// Gradients of a [`LoraPair`], with the shapes of its matrices.
#[derive(Debug, Clone)]
pub struct LoraGrad {
    /// `[in, R]`
    pub a: Matrix,
    /// `[R, out]`
    pub b: Matrix,
}

impl LoraPair {
    /// `s (x A) B`, and `x A` for the tape.
    ///
    /// # Shapes
    /// - `x`: `[n, in]`
    /// - outputs: `[n, out]`, `[n, R]`
    pub fn forward(&self, x: Matrix) -> (Matrix, Matrix) {
        let xa = x.matmul(self.a.clone());
        let y = xa.clone().mul_scalar(self.scale).matmul(self.b.clone());
        (y, xa)
    }

    /// Gradients of `A` and `B`, and what the pair adds to the gradient of `x` (none when `need_x` is false).
    ///
    /// # Shapes
    /// - `x`: `[n, in]`, `xa`: `[n, R]`, `dy`: `[n, out]`
    pub fn backward(&self, x: Matrix, xa: Matrix, dy: Matrix, need_x: bool) -> (Option<Matrix>, LoraGrad) {
        let dy = dy.mul_scalar(self.scale);
        let mut db = xa.transpose().matmul(dy.clone());
        if let Some(mask) = &self.mask {
            db = db.mul(mask.clone());
        }
        let dxa: Tensor<2> = dy.matmul(self.b.clone().transpose());
        let da = x.transpose().matmul(dxa.clone());
        let dx = need_x.then(|| dxa.matmul(self.a.clone().transpose()));
        (dx, LoraGrad { a: da, b: db })
    }
}
