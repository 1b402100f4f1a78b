//! Random weights, drawn on the host so that one seed gives the same model on every backend.

use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    config::ModelConfig,
    decoder::Decoder,
    names::Slot,
    weights::{LayerWeights, Weights},
};
use crate::nn::{Matrix, linear::Linear};

/// Standard normal numbers (Box and Muller, 1958).
pub struct Normal {
    rng: ChaCha8Rng,
}

impl Normal {
    /// A stream of its own for each seed.
    pub fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// `count` numbers with mean 0 and the given standard deviation.
    pub fn sample(&mut self, count: usize, deviation: f32) -> Vec<f32> {
        let mut out = Vec::with_capacity(count + 1);
        while out.len() < count {
            let u: f32 = 1.0 - self.rng.random::<f32>();
            let v: f32 = self.rng.random::<f32>();
            let radius = (-2.0 * u.ln()).sqrt() * deviation;
            let angle = std::f32::consts::TAU * v;
            out.push(radius * angle.cos());
            out.push(radius * angle.sin());
        }
        out.truncate(count);
        out
    }
}

/// A decoder with weights from `N(0, deviation)`; the projections back into the residual stream are divided by
/// `sqrt(2 n_layers)` (Radford et al., 2019), gains are one, biases zero.
pub fn random(config: ModelConfig, seed: u64, deviation: f32, device: &Device) -> Decoder {
    let mut normal = Normal::new(seed);
    let mut matrix = |rows: usize, columns: usize, deviation: f32| -> Matrix {
        Tensor::from_data(TensorData::new(normal.sample(rows * columns, deviation), [rows, columns]), device)
    };
    let c = &config;
    let ones = |n: usize| Matrix::ones([1, n], device);
    let residual = deviation / (2.0 * c.n_layers as f32).sqrt();
    let embedding = matrix(c.vocab_size, c.d_model, deviation);
    let layers = (0..c.n_layers)
        .map(|_| {
            let linears = Slot::ALL.map(|slot| {
                let deviation = if matches!(slot, Slot::O | Slot::Down) { residual } else { deviation };
                let weight = matrix(slot.in_features(c), slot.out_features(c), deviation);
                let bias = slot.has_bias(c).then(|| Matrix::zeros([1, slot.out_features(c)], device));
                Linear { weight: weight.into(), bias }
            });
            let qk_norm = c.qk_norm.then(|| (ones(c.head_dim), ones(c.head_dim)));
            LayerWeights::new(ones(c.d_model), ones(c.d_model), linears, qk_norm, c)
        })
        .collect();
    let lm_head = (!c.tied).then(|| matrix(c.vocab_size, c.d_model, deviation).into());
    let weights = Weights { embedding: embedding.into(), layers, final_norm: ones(c.d_model), lm_head };
    Decoder::new(config, weights, device.clone())
}
