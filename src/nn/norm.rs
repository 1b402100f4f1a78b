//! Root-mean-square normalization (Zhang and Sennrich, 2019, arXiv 1910.07467).

use autodidact_kernels::Kernels;
use burn::tensor::Tensor;

use super::Matrix;

/// `y = x / sqrt(mean(x^2) + eps) * gain` over the last axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsNorm {
    /// Added to the mean square.
    pub eps: f64,
}

/// What the backward pass needs: the input scaled to unit root mean square, and `1 / rms`.
#[derive(Debug, Clone)]
pub struct RmsNormTape<const D: usize> {
    unit: Tensor<D>,
    inverse_rms: Tensor<D>,
}

impl RmsNorm {
    /// # Shapes
    /// - `x`: `[..., d]`
    /// - `gain`: broadcastable to `x`, `[1, ..., d]`
    pub fn forward<const D: usize>(&self, x: Tensor<D>, gain: Tensor<D>) -> (Tensor<D>, RmsNormTape<D>) {
        let mean_square = x.clone().square().mean_dim(D - 1);
        let inverse_rms = mean_square.add_scalar(self.eps).sqrt().recip();
        let unit = x.mul(inverse_rms.clone());
        (unit.clone().mul(gain), RmsNormTape { unit, inverse_rms })
    }

    /// [`RmsNorm::forward`] of a matrix, by the kernel where there is one.
    pub fn forward_rows(&self, x: Matrix, gain: Matrix, kernels: Option<Kernels>) -> (Matrix, RmsNormTape<2>) {
        let Some(kernels) = kernels else { return self.forward(x, gain) };
        let (out, unit, inverse_rms) = kernels.norm_forward(&x, &gain, self.eps);
        (out, RmsNormTape { unit, inverse_rms })
    }

    /// The gradients of a matrix, `[n, d]`, and of the gain, `[1, d]`.
    pub fn backward_rows(
        &self,
        tape: RmsNormTape<2>,
        gain: Matrix,
        dy: Matrix,
        need_gain: bool,
        kernels: Option<Kernels>,
    ) -> (Matrix, Option<Matrix>) {
        if let Some(kernels) = kernels {
            let (dx, dgain) = kernels.norm_backward(&tape.unit, &tape.inverse_rms, &gain, &dy);
            return (dx, need_gain.then_some(dgain));
        }
        let (dx, terms) = self.backward(tape, gain, dy, need_gain);
        (dx, terms.map(|terms| terms.sum_dim(0)))
    }

    /// Gradient of the input; and the elementwise product whose sum over rows is the gradient of the gain.
    ///
    /// With `u = x / rms`: `dx = (g dy - u mean(g dy u)) / rms`.
    ///
    /// # Shapes
    /// - `dy`: `[..., d]`; both outputs too
    pub fn backward<const D: usize>(
        &self,
        tape: RmsNormTape<D>,
        gain: Tensor<D>,
        dy: Tensor<D>,
        need_gain: bool,
    ) -> (Tensor<D>, Option<Tensor<D>>) {
        let RmsNormTape { unit, inverse_rms } = tape;
        let gain_terms = need_gain.then(|| dy.clone().mul(unit.clone()));
        let scaled = dy.mul(gain);
        let projection = scaled.clone().mul(unit.clone()).mean_dim(D - 1);
        (scaled.sub(unit.mul(projection)).mul(inverse_rms), gain_terms)
    }
}
