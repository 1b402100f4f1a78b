//! The frozen or trained matrix of a linear layer, in f32 or in few bits.

use autodidact_kernels::{Form, Kernels, matmul};

pub use super::arithmetic::Arithmetic;
use super::{Matrix, quantized::Quantized};

/// A matrix that is multiplied with from the right.
#[derive(Debug, Clone)]
pub enum Weight {
    /// `[in, out]` in f32, on the device.
    Full(Matrix),
    /// In few bits.
    Quantized(Quantized),
}

impl Weight {
    /// The matrix in f32, `[in, out]`.
    pub fn full(&self) -> Matrix {
        match self {
            Self::Full(weight) => weight.clone(),
            Self::Quantized(weight) => weight.full().transpose(),
        }
    }

    /// `x W`
    ///
    /// # Shapes
    /// - `x`: `[n, in]`; output: `[n, out]`
    pub fn product(&self, x: Matrix, arithmetic: Arithmetic, kernels: Option<Kernels>) -> Matrix {
        match self {
            Self::Full(weight) => matmul(kernels, x, weight.clone(), Form::Plain),
            Self::Quantized(weight) => weight.product(x, arithmetic, kernels),
        }
    }

    /// `dy W^T`, in f32 or by the kernels.
    ///
    /// # Shapes
    /// - `dy`: `[n, out]`; output: `[n, in]`
    pub fn product_transposed(&self, dy: Matrix, kernels: Option<Kernels>) -> Matrix {
        match self {
            Self::Full(weight) => matmul(kernels, dy, weight.clone(), Form::RightTransposed),
            Self::Quantized(weight) => weight.product_transposed(&dy, kernels),
        }
    }
}

impl From<Matrix> for Weight {
    fn from(weight: Matrix) -> Self {
        Self::Full(weight)
    }
}
