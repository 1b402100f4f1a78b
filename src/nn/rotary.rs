//! Rotary position embedding (Su et al., 2021, arXiv 2104.09864), in the half-split layout of Hugging Face's models.

use autodidact_kernels::Rotation;
use burn::tensor::{Device, Tensor, TensorData};

/// How the frequencies are stretched for contexts longer than those seen in training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RopeScaling {
    /// None.
    Default,
    /// Every position divided by `factor`.
    Linear {
        /// At least 1.
        factor: f64,
    },
    /// Llama 3: low frequencies divided by `factor`, high ones kept, a smooth band between.
    Llama3 {
        /// At least 1.
        factor: f64,
        /// Wavelengths longer than `original_context / low_freq_factor` are stretched.
        low_freq_factor: f64,
        /// Wavelengths shorter than `original_context / high_freq_factor` are kept.
        high_freq_factor: f64,
        /// Context of the first training, in tokens.
        original_context: usize,
    },
}

/// Inverse frequencies of one model.
#[derive(Debug, Clone)]
pub struct Rope {
    inverse_frequencies: Vec<f64>,
}

/// Sines and cosines of the rows of one call, shared by all layers.
#[derive(Debug, Clone)]
pub struct RopeTable {
    /// `[n, heads, 2, hd/2]`, times the scale of each head
    cos: Tensor<4>,
    /// `[n, heads, 2, hd/2]`, times the scale of each head, negative in the first half
    sin: Tensor<4>,
}

impl Rope {
    /// Frequencies `theta^(-2i / hd)`, scaled.
    pub fn new(head_dim: usize, theta: f64, scaling: RopeScaling) -> Self {
        let inverse_frequencies = (0..head_dim / 2)
            .map(|i| scale_frequency(theta.powf(-2.0 * i as f64 / head_dim as f64), scaling))
            .collect();
        Self { inverse_frequencies }
    }

    /// By how much each frequency of `plain` is larger than the one here.
    pub fn divisors(&self, plain: &Self) -> Vec<f64> {
        plain.inverse_frequencies.iter().zip(&self.inverse_frequencies).map(|(plain, own)| plain / own).collect()
    }

    /// Tables for `batch` sequences whose rows are at the given positions. Each head is scaled as it is rotated (queries by
    /// `1/sqrt(hd)`), which costs nothing then.
    pub fn table(&self, positions: &[usize], batch: usize, scales: &[f32], device: &Device) -> RopeTable {
        let half = self.inverse_frequencies.len();
        let mut cos = Vec::with_capacity(positions.len() * half * 2);
        let mut sin = Vec::with_capacity(positions.len() * half * 2);
        for &position in positions {
            for sign in [-1.0, 1.0] {
                for frequency in &self.inverse_frequencies {
                    // PyTorch computes the angle in f32; so do we, to agree to the last bits at large positions.
                    let angle = (position as f32) * (*frequency as f32);
                    cos.push(angle.cos());
                    sin.push(sign * angle.sin());
                }
            }
        }
        let shape = [positions.len(), 1, 2, half];
        let scales = Tensor::from_data(TensorData::new(scales.to_vec(), [1, scales.len(), 1, 1]), device);
        // Written out for all heads once, so that every layer multiplies tensors of one shape.
        let of_heads = |table: Vec<f32>| {
            let table = Tensor::from_data(TensorData::new(table, shape), device).mul(scales.clone());
            if batch > 1 { table.repeat_dim(0, batch) } else { table }
        };
        RopeTable { cos: of_heads(cos), sin: of_heads(sin) }
    }
}

impl RopeTable {
    /// The tables as the kernels of mixed precision take them.
    pub fn rotation(&self) -> Rotation<'_> {
        Rotation { cos: &self.cos, sin: &self.sin }
    }

    /// Rotates each pair `(x_i, x_{i + hd/2})` and scales it.
    ///
    /// # Shapes
    /// - `x`, output: `[n, heads, hd]`
    pub fn apply(&self, x: Tensor<3>) -> Tensor<3> {
        let [n, heads, head_dim] = x.dims();
        let x: Tensor<4> = x.reshape([n, heads, 2, head_dim / 2]);
        let rotated = x.clone().mul(self.cos.clone()).add(x.flip([2]).mul(self.sin.clone()));
        rotated.reshape([n, heads, head_dim])
    }

    /// The transpose of [`RopeTable::apply`]: rotates the gradient back, and scales it.
    pub fn backward(&self, dy: Tensor<3>) -> Tensor<3> {
        let [n, heads, head_dim] = dy.dims();
        let dy: Tensor<4> = dy.reshape([n, heads, 2, head_dim / 2]);
        let dx = dy.clone().mul(self.cos.clone()).add(dy.mul(self.sin.clone()).flip([2]));
        dx.reshape([n, heads, head_dim])
    }
}

fn scale_frequency(frequency: f64, scaling: RopeScaling) -> f64 {
    match scaling {
        RopeScaling::Default => frequency,
        RopeScaling::Linear { factor } => frequency / factor,
        RopeScaling::Llama3 { factor, low_freq_factor, high_freq_factor, original_context } => {
            let wavelength = std::f64::consts::TAU / frequency;
            let context = original_context as f64;
            if wavelength < context / high_freq_factor {
                frequency
            } else if wavelength > context / low_freq_factor {
                frequency / factor
            } else {
                let smooth = (context / wavelength - low_freq_factor) / (high_freq_factor - low_freq_factor);
                (1.0 - smooth) * frequency / factor + smooth * frequency
            }
        }
    }
}
