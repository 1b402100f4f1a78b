//! A linear layer whose frozen or trained weight may carry a LoRA pair.

use autodidact_kernels::{Form, Kernels, matmul};

use super::{
    Matrix,
    lora::{LoraGrad, LoraPair},
    weight::{Arithmetic, Weight},
};

/// `y = x W + b`, with `W` stored `[in, out]` (the transpose of PyTorch's).
#[derive(Debug, Clone)]
pub struct Linear {
    /// `[in, out]`
    pub weight: Weight,
    /// `[1, out]`
    pub bias: Option<Matrix>,
}

/// What the backward pass of one linear layer needs.
#[derive(Debug, Clone)]
pub struct LinearTape {
    x: Matrix,
    xa: Option<Matrix>,
    kernels: Option<Kernels>,
}

/// Gradients of one linear layer; each part is there only when it was asked for.
#[derive(Debug, Clone, Default)]
pub struct LinearGrad {
    /// `[in, out]`
    pub weight: Option<Matrix>,
    /// `[1, out]`
    pub bias: Option<Matrix>,
    /// Gradients of the LoRA pair.
    pub lora: Option<LoraGrad>,
}

/// Which gradients a backward pass computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trainable {
    /// The LoRA pairs alone; the base weights are frozen.
    Adapter,
    /// All base weights (pretraining); adapters are frozen.
    Base,
}

impl Linear {
    /// `x W + b + s (x A) B`: the adapter is never merged into the weight.
    ///
    /// # Shapes
    /// - `x`: `[n, in]`
    /// - output: `[n, out]`
    pub fn forward(
        &self,
        x: Matrix,
        lora: Option<&LoraPair>,
        kernels: Option<Kernels>,
        arithmetic: Arithmetic,
        tape: bool,
    ) -> (Matrix, Option<LinearTape>) {
        let mut y = self.weight.product(x.clone(), arithmetic, kernels);
        if let Some(bias) = &self.bias {
            y = y.add(bias.clone());
        }
        let mut saved = None;
        if let Some(lora) = lora {
            let (delta, xa) = lora.forward(x.clone());
            y = y.add(delta);
            saved = Some(xa);
        }
        (y, tape.then_some(LinearTape { x, xa: saved, kernels }))
    }

    /// The gradient of `x` (when `need_x`) and of what is trained.
    ///
    /// # Shapes
    /// - `dy`: `[n, out]`
    /// - gradient of `x`: `[n, in]`
    pub fn backward(
        &self,
        tape: LinearTape,
        dy: Matrix,
        lora: Option<&LoraPair>,
        train: Trainable,
        need_x: bool,
    ) -> (Option<Matrix>, LinearGrad) {
        let mut dx = need_x.then(|| self.weight.product_transposed(dy.clone(), tape.kernels));
        let mut grad = LinearGrad::default();
        match train {
            Trainable::Base => {
                grad.weight = Some(matmul(tape.kernels, tape.x, dy.clone(), Form::LeftTransposed));
                grad.bias = self.bias.as_ref().map(|_| dy.sum_dim(0));
            }
            Trainable::Adapter => {
                if let (Some(lora), Some(xa)) = (lora, tape.xa) {
                    let (extra, lora_grad) = lora.backward(tape.x, xa, dy, need_x);
                    dx = match (dx, extra) {
                        (Some(dx), Some(extra)) => Some(dx.add(extra)),
                        (dx, _) => dx,
                    };
                    grad.lora = Some(lora_grad);
                }
            }
        }
        (dx, grad)
    }
}
