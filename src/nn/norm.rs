//! Root-mean-square normalisation (Zhang and Sennrich, 2019, arXiv 1910.07467).

use burn::tensor::Tensor;

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
