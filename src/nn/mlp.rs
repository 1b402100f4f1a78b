//! The gate of the MLP: `silu(gate) * up` (Shazeer, 2020, arXiv 2002.05202).

use autodidact_kernels::Kernels;
use burn::tensor::activation::sigmoid;

use super::Matrix;

/// What the backward pass needs.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "one per block and pass, destructured immediately")]
pub enum GateTape {
    /// For burn's operations.
    Parts {
        /// `[n, ff]`
        gate: Matrix,
        /// `[n, ff]`
        sigmoid: Matrix,
        /// `[n, ff]`
        up: Matrix,
    },
    /// For the kernel: gate and up, `[n, 2 ff]`.
    Whole(Matrix, Kernels),
}

/// # Shapes
/// - `gate_up`: `[n, 2 ff]`, gate first
/// - output: `[n, ff]`
pub fn forward(gate_up: Matrix, kernels: Option<Kernels>, tape: bool) -> (Matrix, Option<GateTape>) {
    if let Some(kernels) = kernels {
        let out = kernels.gate_forward(&gate_up);
        return (out, tape.then_some(GateTape::Whole(gate_up, kernels)));
    }
    let ff = gate_up.dims()[1] / 2;
    let gate = gate_up.clone().narrow(1, 0, ff);
    let up = gate_up.narrow(1, ff, ff);
    let sigmoid = sigmoid(gate.clone());
    let out = gate.clone().mul(sigmoid.clone()).mul(up.clone());
    (out, tape.then_some(GateTape::Parts { gate, sigmoid, up }))
}

/// Gradient of `gate_up`. With `c = sigmoid(gate)`: `d silu = c (1 + gate (1 - c))`.
///
/// # Shapes
/// - `dy`: `[n, ff]`
/// - output: `[n, 2 ff]`
pub fn backward(tape: GateTape, dy: Matrix) -> Matrix {
    let (gate, c, up) = match tape {
        GateTape::Whole(gate_up, kernels) => return kernels.gate_backward(&gate_up, &dy),
        GateTape::Parts { gate, sigmoid, up } => (gate, sigmoid, up),
    };
    let silu = gate.mul(c.clone());
    let dup = dy.clone().mul(silu.clone());
    // c (1 + gate (1 - c)) = c + silu (1 - c) = c + silu - silu c
    let slope = c.clone().add(silu.clone()).sub(silu.mul(c));
    let dgate = dy.mul(up).mul(slope);
    Matrix::cat(vec![dgate, dup], 1)
}
