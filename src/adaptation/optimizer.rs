//! AdamW with decoupled weight decay (Loshchilov and Hutter, 2019, arXiv 1711.05101), in PyTorch's order of operations.

use burn::tensor::Tensor;

use crate::nn::Matrix;

/// Constants of the optimizer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamWConfig {
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub eps: f64,
    /// Decoupled weight decay, per unit of learning rate.
    pub weight_decay: f64,
    /// Whether vectors (`[1, n]`) decay too. Gains and biases should not; `B` of a LoRA of rank 1 should, as in PyTorch.
    pub decay_vectors: bool,
    /// Gradients are scaled down to this global norm; none when `None`.
    pub max_norm: Option<f64>,
}

impl Default for AdamWConfig {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, decay_vectors: false, max_norm: Some(1.0) }
    }
}

/// State of the optimizer.
#[derive(Debug, Clone)]
pub struct AdamW {
    config: AdamWConfig,
    /// First and second moment of each parameter.
    pub moments: Vec<(Matrix, Matrix)>,
    /// Steps taken.
    pub steps: usize,
}

impl AdamW {
    /// Moments at zero.
    pub fn new(config: AdamWConfig, parameters: &[Matrix]) -> Self {
        let moments = parameters.iter().map(|p| (p.zeros_like(), p.zeros_like())).collect();
        Self { config, moments, steps: 0 }
    }

    /// The parameters after one step, and the gradients' global norm before clipping, `[1]`.
    pub fn step(
        &mut self,
        parameters: Vec<Matrix>,
        mut gradients: Vec<Matrix>,
        learning_rate: f64,
    ) -> (Vec<Matrix>, Tensor<1>) {
        let c = self.config;
        let norm = global_norm(&gradients);
        if let Some(max_norm) = c.max_norm {
            // As torch.nn.utils.clip_grad_norm_; stays on the device, nothing is read back.
            let factor = norm.clone().add_scalar(1e-6).recip().mul_scalar(max_norm).clamp_max(1.0).reshape([1, 1]);
            gradients = gradients.into_iter().map(|g| g.mul(factor.clone())).collect();
        }
        self.steps += 1;
        let correction1 = 1.0 - c.beta1.powi(self.steps as i32);
        let correction2 = 1.0 - c.beta2.powi(self.steps as i32);
        let step_size = learning_rate / correction1;
        let root2 = correction2.sqrt();
        let updated = parameters.into_iter().zip(gradients).zip(&mut self.moments).map(|((p, g), (m, v))| {
            *m = m.clone().mul_scalar(c.beta1).add(g.clone().mul_scalar(1.0 - c.beta1));
            *v = v.clone().mul_scalar(c.beta2).add(g.square().mul_scalar(1.0 - c.beta2));
            let denominator = v.clone().sqrt().div_scalar(root2).add_scalar(c.eps);
            let decays = c.decay_vectors || p.dims()[0] > 1;
            let p = if c.weight_decay > 0.0 && decays { p.mul_scalar(1.0 - learning_rate * c.weight_decay) } else { p };
            p.sub(m.clone().div(denominator).mul_scalar(step_size))
        });
        (updated.collect(), norm)
    }
}

/// Euclidean norm over all matrices together.
fn global_norm(gradients: &[Matrix]) -> Tensor<1> {
    let squares: Vec<Tensor<1>> = gradients.iter().map(|g| g.clone().square().sum()).collect();
    if squares.is_empty() {
        return Tensor::zeros([1], &crate::backend::cpu());
    }
    Tensor::cat(squares, 0).sum().sqrt()
}
