//! Kernels for x86-64 with tile registers (AMX) and AVX-512, over tensors on burn's CPU backend.

mod attention;
mod rows;
mod simd;
mod tiles;

use std::{cell::RefCell, mem::MaybeUninit, sync::OnceLock};

use burn::tensor::{Device, Tensor, TensorData};
use burn_flex::{Flex, FlexTensor};

use self::{
    attention::{Rotary, Saved, Scratch},
    tiles::{Lies, Packed, Product, Registers, Side, View, multiply},
};
use super::{Form, Heads, Matrix, Rotation};

thread_local! {
    /// Packed factors of products, and what attention needs: each thread's own, used again by each call.
    static FACTORS: RefCell<(Packed, Packed)> = const { RefCell::new((Packed::new(), Packed::new())) };
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Proof that this processor, and this process, may use the kernels.
#[derive(Debug, Clone, Copy)]
pub struct Kernels(());

/// What the backward pass of attention needs.
#[derive(Debug, Clone)]
pub struct AttentionSaved {
    /// `[n, (queries + 2 kv) * head_dim]`
    qkv: Matrix,
    /// `[n, queries * head_dim]`
    out: Matrix,
    /// `[queries * n]`
    log_sums: Vec<f32>,
}

/// The numbers of a tensor, row by row; not copied where they lie so.
fn numbers<const D: usize>(tensor: &Tensor<D>) -> FlexTensor {
    match tensor.clone().try_into_primitive::<Flex>() {
        Ok(primitive) => primitive.to_contiguous(),
        Err(_) => FlexTensor::from_data(tensor.clone().into_data()),
    }
}

fn slice(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().unwrap_or_default()
}

/// So many numbers, all of which `write` writes.
///
/// # Safety
/// It must.
unsafe fn written(count: usize, write: impl FnOnce(&mut [MaybeUninit<f32>])) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(count);
    write(&mut numbers.spare_capacity_mut()[..count]);
    // SAFETY: there is room for them, and the caller vouches that they are written.
    unsafe { numbers.set_len(count) };
    numbers
}

fn matrix(numbers: Vec<f32>, shape: [usize; 2], device: &Device) -> Matrix {
    Tensor::from_data(TensorData::new(numbers, shape), device)
}

impl Kernels {
    /// The kernels, where the processor has AVX-512 with bf16 and AMX, and the system lets this process use them.
    pub fn detect() -> Option<Self> {
        static AVAILABLE: OnceLock<bool> = OnceLock::new();
        AVAILABLE.get_or_init(tiles::available).then_some(Self(()))
    }

    /// A product of two matrices, one of them transposed or neither.
    pub fn matmul(self, a: &Matrix, b: &Matrix, form: Form) -> Matrix {
        let ([ar, ac], [br, bc]) = (a.dims(), b.dims());
        let (left, right) = (numbers(a), numbers(b));
        let (left, right) = (View::new(slice(&left), ar, ac), View::new(slice(&right), br, bc));
        let (rows, left_lies) = match form {
            Form::LeftTransposed => (ac, Lies::InnerRows),
            _ => (ar, Lies::OuterRows),
        };
        let (cols, right_lies) = match form {
            Form::RightTransposed => (br, Lies::OuterRows),
            _ => (bc, Lies::InnerRows),
        };
        let out = FACTORS.with_borrow_mut(|(packed_left, packed_right)| {
            let to = Product { rows, cols, stride: cols, add: false };
            // SAFETY: `self` exists only where the processor has the instructions; a product is written whole.
            unsafe {
                packed_left.pack(left, Side::Left, left_lies);
                packed_right.pack(right, Side::Right, right_lies);
                let registers = Registers::configure();
                written(rows * cols, |out| {
                    multiply(&registers, (packed_left, 0), packed_right, packed_left.depth(), out, to);
                })
            }
        });
        matrix(out, [rows, cols], &a.device())
    }

    /// Normalised rows times the gain; the same without it; and the inverse root mean squares, `[n, 1]`.
    pub fn norm_forward(self, x: &Matrix, gain: &Matrix, eps: f64) -> (Matrix, Matrix, Matrix) {
        let [n, d] = x.dims();
        let (mut unit, mut inverse) = (Vec::new(), vec![0.0; n]);
        let (x, gain, device) = (numbers(x), numbers(gain), x.device());
        // SAFETY: `self` exists only where the processor has the instructions; all rows are written.
        let out = unsafe {
            written(n * d, |out| {
                unit = written(n * d, |unit| {
                    rows::norm_forward(slice(&x), slice(&gain), eps as f32, (unit, out), &mut inverse);
                });
            })
        };
        (matrix(out, [n, d], &device), matrix(unit, [n, d], &device), matrix(inverse, [n, 1], &device))
    }

    /// The gradients of the input and of the gain.
    pub fn norm_backward(self, unit: &Matrix, inverse_rms: &Matrix, gain: &Matrix, dy: &Matrix) -> (Matrix, Matrix) {
        let [n, d] = dy.dims();
        let mut dgain = vec![0.0; d];
        let device = dy.device();
        let (unit, inverse_rms, gain, dy) = (numbers(unit), numbers(inverse_rms), numbers(gain), numbers(dy));
        let saved = (slice(&unit), slice(&inverse_rms));
        // SAFETY: `self` exists only where the processor has the instructions; all rows are written.
        let dx = unsafe { written(n * d, |dx| rows::norm_backward(saved, slice(&gain), slice(&dy), dx, &mut dgain)) };
        (matrix(dx, [n, d], &device), matrix(dgain, [1, d], &device))
    }

    /// `silu(gate) up`.
    pub fn gate_forward(self, gate_up: &Matrix) -> Matrix {
        let [n, width] = gate_up.dims();
        let (gate_up, device) = (numbers(gate_up), gate_up.device());
        // SAFETY: `self` exists only where the processor has the instructions; all rows are written.
        let out = unsafe { written(n * (width / 2), |out| rows::gate_forward(slice(&gate_up), width / 2, out)) };
        matrix(out, [n, width / 2], &device)
    }

    /// The gradient of `gate_up`.
    pub fn gate_backward(self, gate_up: &Matrix, dy: &Matrix) -> Matrix {
        let [n, width] = gate_up.dims();
        let (gate_up, dy, device) = (numbers(gate_up), numbers(dy), dy.device());
        // SAFETY: `self` exists only where the processor has the instructions; all rows are written.
        let out = unsafe { written(n * width, |out| rows::gate_backward(slice(&gate_up), slice(&dy), width / 2, out)) };
        matrix(out, [n, width], &device)
    }

    /// Rotation, attention to all positions before and at a token's, and the heads side by side, `[n, queries * head_dim]`.
    pub fn attention_forward(self, qkv: Matrix, rotation: Rotation<'_>, heads: Heads) -> (Matrix, AttentionSaved) {
        let (n, device) = (heads.batch * heads.tokens, qkv.device());
        let width = heads.queries * heads.head_dim;
        let mut log_sums = vec![0.0; heads.queries * n];
        let (numbers_of_qkv, cos, sin) = (numbers(&qkv), numbers(rotation.cos), numbers(rotation.sin));
        let rotary = Rotary { cos: slice(&cos), sin: slice(&sin) };
        let out = SCRATCH.with_borrow_mut(|scratch| {
            // SAFETY: `self` exists only where the processor has the instructions; all heads of all rows are written.
            unsafe {
                written(n * width, |out| {
                    attention::forward(slice(&numbers_of_qkv), rotary, heads, out, &mut log_sums, scratch);
                })
            }
        });
        let out = matrix(out, [n, width], &device);
        (out.clone(), AttentionSaved { qkv, out, log_sums })
    }

    /// The gradient of `qkv`.
    pub fn attention_backward(
        self,
        saved: &AttentionSaved,
        dout: &Matrix,
        rotation: Rotation<'_>,
        heads: Heads,
    ) -> Matrix {
        let shape = saved.qkv.dims();
        let (qkv, out, dout_numbers) = (numbers(&saved.qkv), numbers(&saved.out), numbers(dout));
        let (cos, sin) = (numbers(rotation.cos), numbers(rotation.sin));
        let rotary = Rotary { cos: slice(&cos), sin: slice(&sin) };
        let saved = Saved { qkv: slice(&qkv), out: slice(&out), log_sums: &saved.log_sums };
        let dqkv = SCRATCH.with_borrow_mut(|scratch| {
            // SAFETY: `self` exists only where the processor has the instructions; all heads of all rows are written.
            unsafe {
                written(shape[0] * shape[1], |dqkv| {
                    attention::backward(saved, slice(&dout_numbers), rotary, heads, dqkv, scratch);
                })
            }
        });
        matrix(dqkv, shape, &dout.device())
    }

    /// The weighted sum of the losses, `[1]`, and the gradient of the logits, which takes their place in memory.
    pub fn cross_entropy(self, logits: Matrix, targets: &[u32], weights: &[f32]) -> (Tensor<1>, Matrix) {
        let ([m, vocab], device) = (logits.dims(), logits.device());
        let mut rows = logits.into_data().try_into_vec::<f32>().unwrap_or_default();
        // SAFETY: `self` exists only where the processor has the instructions.
        let loss = unsafe { rows::cross_entropy(&mut rows, vocab, targets, weights) };
        (Tensor::from_data([loss], &device), matrix(rows, [m, vocab], &device))
    }
}
