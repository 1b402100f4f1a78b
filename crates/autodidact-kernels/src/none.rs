//! No kernels for this platform: nothing here can be called.

use std::{convert::Infallible, sync::Arc};

use burn::tensor::Tensor;

use super::{Form, Heads, Matrix, PastPositions, Rotation, quant::QuantizedMatrix};

/// There are none.
#[derive(Debug, Clone, Copy)]
pub struct Kernels(Infallible);

/// What the backward pass of attention needs.
#[derive(Debug, Clone)]
pub struct AttentionSaved;

#[allow(missing_docs)]
impl Kernels {
    pub fn detect() -> Option<Self> {
        None
    }

    pub fn matmul(self, _a: &Matrix, _b: &Matrix, _form: Form) -> Matrix {
        match self.0 {}
    }

    pub fn quantized(self, _x: &Matrix, _modules: &[QuantizedMatrix]) -> Matrix {
        match self.0 {}
    }

    pub fn quantized_transposed(self, _dy: &Matrix, _modules: &[QuantizedMatrix]) -> Matrix {
        match self.0 {}
    }

    pub fn norm_forward(self, _x: &Matrix, _gain: &Matrix, _eps: f64) -> (Matrix, Matrix, Matrix) {
        match self.0 {}
    }

    pub fn norm_backward(
        self,
        _unit: &Matrix,
        _inverse_rms: &Matrix,
        _gain: &Matrix,
        _dy: &Matrix,
    ) -> (Matrix, Matrix) {
        match self.0 {}
    }

    pub fn gate_forward(self, _gate_up: &Matrix) -> Matrix {
        match self.0 {}
    }

    pub fn gate_backward(self, _gate_up: &Matrix, _dy: &Matrix) -> Matrix {
        match self.0 {}
    }

    pub fn attention_forward(
        self,
        _qkv: Matrix,
        _past: Option<Arc<PastPositions>>,
        _rotation: Rotation<'_>,
        _heads: Heads,
    ) -> (Matrix, AttentionSaved) {
        match self.0 {}
    }

    pub fn attention_backward(
        self,
        _saved: &AttentionSaved,
        _dout: &Matrix,
        _rotation: Rotation<'_>,
        _heads: Heads,
    ) -> Matrix {
        match self.0 {}
    }

    pub fn cross_entropy(self, _logits: Matrix, _targets: &[u32], _weights: &[f32]) -> (Tensor<1>, Matrix) {
        match self.0 {}
    }
}
