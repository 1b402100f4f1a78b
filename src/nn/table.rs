//! The embedding and the output projection: a vector for each token.

use super::{Matrix, quantized::Quantized, rows, weight::Arithmetic};
use autodidact_kernels::{Form, Kernels, matmul};

/// `[vocab, d]`
#[derive(Debug, Clone)]
pub enum Table {
    /// In f32, on the device.
    Full(Matrix),
    /// In few bits.
    Quantized(Quantized),
}

impl Table {
    /// The table in f32.
    pub fn full(&self) -> Matrix {
        match self {
            Self::Full(table) => table.clone(),
            Self::Quantized(table) => table.full(),
        }
    }

    /// The mean of all vectors, `[1, d]`.
    pub fn mean(&self) -> Matrix {
        match self {
            Self::Full(table) => table.clone().mean_dim(0),
            Self::Quantized(table) => table.mean(),
        }
    }

    /// The vectors of tokens, `[n, d]`.
    pub fn select(&self, ids: &[u32]) -> Matrix {
        match self {
            Self::Full(table) => table.clone().select(0, rows::indices(ids, &table.device())),
            Self::Quantized(table) => table.select(ids),
        }
    }

    /// `x E^T`: a number for each token.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`; output: `[n, vocab]`
    pub fn scores(&self, x: Matrix, arithmetic: Arithmetic, kernels: Option<Kernels>) -> Matrix {
        match self {
            Self::Full(table) => matmul(kernels, x, table.clone(), Form::RightTransposed),
            Self::Quantized(table) => table.product(x, arithmetic, kernels),
        }
    }

    /// `dy E`: the gradient of what was scored.
    ///
    /// # Shapes
    /// - `dy`: `[n, vocab]`; output: `[n, d]`
    pub fn scores_backward(&self, dy: Matrix, kernels: Option<Kernels>) -> Matrix {
        match self {
            Self::Full(table) => matmul(kernels, dy, table.clone(), Form::Plain),
            Self::Quantized(table) => table.product_transposed(&dy, kernels),
        }
    }
}

impl From<Matrix> for Table {
    fn from(table: Matrix) -> Self {
        Self::Full(table)
    }
}
