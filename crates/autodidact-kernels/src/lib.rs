//! Kernels for a CPU.
//!
//! For training in mixed precision: products of bf16 factors with f32 sums, with quantized weights too, and layers as one kernel each.
//! [`Kernels::detect`] gives them where the processor has AVX-512 with bf16 (and takes AMX where it has that); without them [`matmul`] is
//! burn's own product. All of this crate's unsafe code is described in `SAFETY.md`.
//!
//! For quantized weights: [`quant`]. For what else an answer takes: [`infer`].
//!
//! In mixed precision weights, activations and gradients stay as they are; only the factors of a product are rounded, where they are
//! multiplied. Answers never come here: their numbers are held against other implementations to the last bits.

#![warn(missing_docs)]

pub mod infer;
#[cfg_attr(all(target_arch = "x86_64", target_os = "linux"), path = "mixed/mod.rs")]
#[cfg_attr(not(all(target_arch = "x86_64", target_os = "linux")), path = "none.rs")]
mod kernels;
mod lanes;
mod numbers;
pub mod quant;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod tile_registers;

use serde::{Deserialize, Serialize};

use burn::tensor::Tensor;
pub use kernels::{AttentionSaved, Kernels};
pub use numbers::Numbers;

/// A matrix, row by row.
pub type Matrix = Tensor<2>;

/// How numbers are rounded in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// f32 throughout.
    #[default]
    Full,
    /// Products of bf16 factors with f32 sums, all else f32.
    Mixed,
}

impl Precision {
    /// Mixed where this processor has the kernels, else full.
    pub fn fastest() -> Self {
        if Kernels::detect().is_some() { Self::Mixed } else { Self::Full }
    }
}

impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Full => "full",
            Self::Mixed => "mixed",
        })
    }
}

/// Sizes of one call of attention.
#[derive(Debug, Clone, Copy)]
pub struct Heads {
    /// Sequences.
    pub batch: usize,
    /// Tokens per sequence.
    pub tokens: usize,
    /// Query heads.
    pub queries: usize,
    /// Key/value heads.
    pub kv: usize,
    /// Width of a head.
    pub head_dim: usize,
}

/// Sines and cosines of the rotary position embedding for the rows of one call, each `[n, heads, 2, head_dim / 2]` with the scale of each head;
/// the sine is negative in the first half.
#[derive(Debug, Clone, Copy)]
pub struct Rotation<'a> {
    /// Cosines.
    pub cos: &'a Tensor<4>,
    /// Sines.
    pub sin: &'a Tensor<4>,
}

/// Keys and values of positions before those of a call of attention.
#[derive(Debug, Clone, Default)]
pub struct PastPositions {
    /// Positions.
    pub len: usize,
    /// `[batch, kv, len, head_dim]`, rotated; or those of one sequence, which all of the batch have in common.
    pub keys: Vec<f32>,
    /// The same shape.
    pub values: Vec<f32>,
}

/// Which factor of a product is transposed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `a b`
    Plain,
    /// `a^T b`
    LeftTransposed,
    /// `a b^T`
    RightTransposed,
}

/// The product of two matrices, by the kernels where there are some.
pub fn matmul(kernels: Option<Kernels>, a: Matrix, b: Matrix, form: Form) -> Matrix {
    match (kernels, form) {
        (Some(kernels), _) => kernels.matmul(&a, &b, form),
        (None, Form::Plain) => a.matmul(b),
        (None, Form::LeftTransposed) => a.transpose().matmul(b),
        (None, Form::RightTransposed) => a.matmul(b.transpose()),
    }
}
