//! Kernels for x86-64 with AVX-512 and bf16, and with tile registers (AMX) where there are some, over tensors on burn's CPU backend.

mod attention;
mod block;
mod engine;
mod packed;
mod product;
mod quantized;
mod rows;
mod simd;
mod tiles;
mod vectors;

use std::{
    cell::RefCell,
    mem::MaybeUninit,
    sync::{Arc, OnceLock},
};

use burn::tensor::Tensor;

use self::{
    attention::{Input, Past, Rotary, Saved, Scratch},
    engine::{Engine, Unit},
    packed::{Layout, Packed, Side, View},
    product::{Blocks, Product, multiply},
};
use super::{
    Form, Heads, Matrix, PastPositions, Rotation,
    numbers::{Numbers, matrix},
    quant::QuantizedMatrix,
};

thread_local! {
    /// Packed factors of products, and what attention needs: each thread's own, used again by each call.
    static FACTORS: RefCell<Factors> = const { RefCell::new(Factors { left: Packed::new(), right: Packed::new() }) };
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The factors of a product.
struct Factors {
    left: Packed,
    right: Packed,
}

/// Proof that this processor, and this process, may use the kernels.
#[derive(Debug, Clone, Copy)]
pub struct Kernels(Engine);

/// What the backward pass of attention needs.
#[derive(Debug, Clone)]
pub struct AttentionSaved {
    /// `[n, (queries + 2 kv) * head_dim]`
    qkv: Matrix,
    past: Option<Arc<PastPositions>>,
    /// `[n, queries * head_dim]`
    out: Matrix,
    /// `[queries * n]`
    log_sums: Vec<f32>,
}

/// A vector of `count` numbers that `write` makes.
///
/// # Safety
/// `write` must initialize all `count` elements.
unsafe fn written(count: usize, write: impl FnOnce(&mut [MaybeUninit<f32>])) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(count);
    write(&mut numbers.spare_capacity_mut()[..count]);
    // SAFETY: there is room for `count` elements, and the caller vouches that `write` initialized them.
    unsafe { numbers.set_len(count) };
    numbers
}

fn numbers_of(past: Option<&PastPositions>) -> Past<'_> {
    past.map_or(Past::default(), |past| Past { keys: &past.keys, values: &past.values, len: past.len })
}

/// # Panics
/// For sizes that do not fit each other.
fn check_heads(qkv: &Matrix, past: Option<&PastPositions>, rotation: Rotation<'_>, heads: Heads) {
    let Heads { batch, tokens, queries, kv, head_dim } = heads;
    let n = batch * tokens;
    assert!(kv > 0 && queries > 0 && queries.is_multiple_of(kv), "the query heads must be a multiple of the others");
    assert!(head_dim > 0 && head_dim.is_multiple_of(2), "a head must have an even width");
    assert_eq!(qkv.dims(), [n, (queries + 2 * kv) * head_dim], "`qkv` must hold all heads of all tokens");
    if let Some(PastPositions { len, keys, values }) = past {
        let each = kv * len * head_dim;
        let fits = keys.len() == each || keys.len() == batch * each;
        assert!(fits && values.len() == keys.len(), "the positions before must fit the heads");
    }
    let table = [n, queries + kv, 2, head_dim / 2];
    assert!(rotation.cos.dims() == table && rotation.sin.dims() == table, "the rotary tables must fit the heads");
}

impl Kernels {
    /// The kernels, where the processor has AVX-512 with bf16. They use the tile registers of AMX where there are some and the system lets
    /// this process use them.
    pub fn detect() -> Option<Self> {
        static ENGINE: OnceLock<Option<Engine>> = OnceLock::new();
        ENGINE.get_or_init(Engine::detect).map(Self)
    }

    /// The kernels on a processor that was not asked for its tile registers, for tests that imitate those.
    ///
    /// # Safety
    /// The processor must have AVX-512 (F, BW, VL, DQ, BF16), and something must execute the instructions of AMX-TILE
    /// and AMX-BF16: the processor, or a handler of `SIGILL`.
    #[doc(hidden)]
    pub unsafe fn assume_tiles() -> Self {
        Self(Engine::Tiles)
    }

    /// A product of two matrices, one of them transposed or neither.
    ///
    /// # Panics
    /// Like all methods: for tensors that do not hold f32, and for shapes that do not fit each other.
    pub fn matmul(self, a: &Matrix, b: &Matrix, form: Form) -> Matrix {
        let ([ar, ac], [br, bc]) = (a.dims(), b.dims());
        let (left, right) = (Numbers::of(a), Numbers::of(b));
        let (left, right) = (View::new(left.slice(), ar, ac), View::new(right.slice(), br, bc));
        let (rows, left_inner, left_layout) = match form {
            Form::LeftTransposed => (ac, ar, Layout::RowPerInner),
            _ => (ar, ac, Layout::RowPerOuter),
        };
        let (cols, right_inner, right_layout) = match form {
            Form::RightTransposed => (br, bc, Layout::RowPerOuter),
            _ => (bc, br, Layout::RowPerInner),
        };
        assert_eq!(left_inner, right_inner, "the factors must have the same inner size");
        if left_inner == 0 {
            return matrix(vec![0.0; rows * cols], [rows, cols], &a.device());
        }
        let out = FACTORS.with_borrow_mut(|packed| {
            let to = Product { rows, cols, stride: cols, add: false };
            // SAFETY: `self` exists only where the processor has the instructions; a product is written whole.
            unsafe {
                packed.left.pack(left, Side::Left, left_layout);
                packed.right.pack(right, Side::Right, right_layout);
                let unit = Unit::ready(self.0);
                written(rows * cols, |out| {
                    multiply(&unit, Blocks::all(&packed.left), &packed.right, packed.left.depth(), out, to);
                })
            }
        });
        matrix(out, [rows, cols], &a.device())
    }

    /// `x W^T` for quantized modules that read the same input, side by side.
    ///
    /// # Shapes
    /// - `x`: `[n, columns]`; output: `[n, rows of all modules]`
    pub fn quantized(self, x: &Matrix, modules: &[QuantizedMatrix]) -> Matrix {
        let ([n, columns], numbers) = (x.dims(), Numbers::of(x));
        // SAFETY: `self` exists only where the processor has the instructions.
        let out = unsafe { quantized::product(self.0, View::new(numbers.slice(), n, columns), modules) };
        matrix(out, [n, modules.iter().map(QuantizedMatrix::rows).sum()], &x.device())
    }

    /// `dy W` for the same modules.
    ///
    /// # Shapes
    /// - `dy`: `[n, rows of all modules]`; output: `[n, columns]`
    pub fn quantized_transposed(self, dy: &Matrix, modules: &[QuantizedMatrix]) -> Matrix {
        let ([n, rows], numbers) = (dy.dims(), Numbers::of(dy));
        // SAFETY: `self` exists only where the processor has the instructions.
        let out = unsafe { quantized::product_transposed(self.0, View::new(numbers.slice(), n, rows), modules) };
        matrix(out, [n, modules.first().map_or(0, QuantizedMatrix::columns)], &dy.device())
    }

    /// Normalized rows times the gain; the same without it; and the inverse root mean squares, `[n, 1]`.
    pub fn norm_forward(self, x: &Matrix, gain: &Matrix, eps: f64) -> (Matrix, Matrix, Matrix) {
        let [n, d] = x.dims();
        assert!(d > 0 && gain.dims() == [1, d], "`gain` must be one row as wide as `x`");
        let (mut unit, mut inverse) = (Vec::new(), vec![0.0; n]);
        let (x, gain, device) = (Numbers::of(x), Numbers::of(gain), x.device());
        // SAFETY: `self` exists only where the processor has the instructions; all rows are written.
        let out = unsafe {
            written(n * d, |out| {
                unit = written(n * d, |unit| {
                    rows::norm_forward(x.slice(), gain.slice(), eps as f32, (unit, out), &mut inverse);
                });
            })
        };
        (matrix(out, [n, d], &device), matrix(unit, [n, d], &device), matrix(inverse, [n, 1], &device))
    }

    /// The gradients of the input and of the gain.
    pub fn norm_backward(self, unit: &Matrix, inverse_rms: &Matrix, gain: &Matrix, dy: &Matrix) -> (Matrix, Matrix) {
        let [n, d] = dy.dims();
        let fits = unit.dims() == [n, d] && inverse_rms.dims() == [n, 1] && gain.dims() == [1, d];
        assert!(d > 0 && fits, "`unit`, `inverse_rms` and `gain` must have the shapes of the forward pass");
        let mut dgain = vec![0.0; d];
        let device = dy.device();
        let (unit, inverse_rms, gain, dy) =
            (Numbers::of(unit), Numbers::of(inverse_rms), Numbers::of(gain), Numbers::of(dy));
        let saved = (unit.slice(), inverse_rms.slice());
        // SAFETY: `self` exists only where the processor has the instructions; all rows are written.
        let dx = unsafe { written(n * d, |dx| rows::norm_backward(saved, gain.slice(), dy.slice(), dx, &mut dgain)) };
        (matrix(dx, [n, d], &device), matrix(dgain, [1, d], &device))
    }

    /// `silu(gate) up`.
    pub fn gate_forward(self, gate_up: &Matrix) -> Matrix {
        let [n, width] = gate_up.dims();
        assert!(width > 0 && width.is_multiple_of(2), "`gate_up` must hold as many gates as values");
        let (gate_up, device) = (Numbers::of(gate_up), gate_up.device());
        // SAFETY: `self` exists only where the processor has the instructions; all rows are written.
        let out = unsafe { written(n * (width / 2), |out| rows::gate_forward(gate_up.slice(), width / 2, out)) };
        matrix(out, [n, width / 2], &device)
    }

    /// The gradient of `gate_up`.
    pub fn gate_backward(self, gate_up: &Matrix, dy: &Matrix) -> Matrix {
        let [n, width] = gate_up.dims();
        assert!(width > 0 && width.is_multiple_of(2), "`gate_up` must hold as many gates as values");
        assert_eq!(dy.dims(), [n, width / 2], "`dy` must have the shape of the gate's output");
        let (gate_up, dy, device) = (Numbers::of(gate_up), Numbers::of(dy), dy.device());
        // SAFETY: `self` exists only where the processor has the instructions; all rows are written.
        let out = unsafe { written(n * width, |out| rows::gate_backward(gate_up.slice(), dy.slice(), width / 2, out)) };
        matrix(out, [n, width], &device)
    }

    /// Rotation, attention to all positions before and at a token's, and the heads side by side, `[n, queries * head_dim]`.
    pub fn attention_forward(
        self,
        qkv: Matrix,
        past: Option<Arc<PastPositions>>,
        rotation: Rotation<'_>,
        heads: Heads,
    ) -> (Matrix, AttentionSaved) {
        let (n, device) = (heads.batch * heads.tokens, qkv.device());
        let width = heads.queries * heads.head_dim;
        check_heads(&qkv, past.as_deref(), rotation, heads);
        let mut log_sums = vec![0.0; heads.queries * n];
        let (numbers_of_qkv, cos, sin) = (Numbers::of(&qkv), Numbers::of(rotation.cos), Numbers::of(rotation.sin));
        let rotary = Rotary { cos: cos.slice(), sin: sin.slice() };
        let input = Input { qkv: numbers_of_qkv.slice(), past: numbers_of(past.as_deref()), rotary, heads };
        let out = SCRATCH.with_borrow_mut(|scratch| {
            // SAFETY: `self` exists only where the processor has the instructions; all heads of all rows are written.
            unsafe { written(n * width, |out| attention::forward(self.0, input, out, &mut log_sums, scratch)) }
        });
        let out = matrix(out, [n, width], &device);
        (out.clone(), AttentionSaved { qkv, past, out, log_sums })
    }

    /// The gradient of `qkv`.
    pub fn attention_backward(
        self,
        saved: &AttentionSaved,
        dout: &Matrix,
        rotation: Rotation<'_>,
        heads: Heads,
    ) -> Matrix {
        let (shape, past) = (saved.qkv.dims(), saved.past.as_deref());
        let (n, width) = (heads.batch * heads.tokens, heads.queries * heads.head_dim);
        check_heads(&saved.qkv, past, rotation, heads);
        let fits = saved.out.dims() == [n, width] && saved.log_sums.len() == heads.queries * n;
        assert!(fits && dout.dims() == [n, width], "the backward pass must get the heads of the forward pass");
        if n == 0 {
            return saved.qkv.clone();
        }
        let (qkv, out, dout_numbers) = (Numbers::of(&saved.qkv), Numbers::of(&saved.out), Numbers::of(dout));
        let (cos, sin) = (Numbers::of(rotation.cos), Numbers::of(rotation.sin));
        let rotary = Rotary { cos: cos.slice(), sin: sin.slice() };
        let input = Input { qkv: qkv.slice(), past: numbers_of(past), rotary, heads };
        let saved = Saved { out: out.slice(), log_sums: &saved.log_sums };
        let dqkv = SCRATCH.with_borrow_mut(|scratch| {
            // SAFETY: `self` exists only where the processor has the instructions; all heads of all rows are written.
            unsafe {
                written(shape[0] * shape[1], |dqkv| {
                    attention::backward(self.0, input, saved, dout_numbers.slice(), dqkv, scratch);
                })
            }
        });
        matrix(dqkv, shape, &dout.device())
    }

    /// The weighted sum of the losses, `[1]`, and the gradient of the logits, which takes their place in memory.
    pub fn cross_entropy(self, logits: Matrix, targets: &[u32], weights: &[f32]) -> (Tensor<1>, Matrix) {
        let ([m, vocab], device) = (logits.dims(), logits.device());
        assert!(targets.len() == m && weights.len() == m, "each row must have a target and a weight");
        let mut rows = logits.into_data().try_into_vec::<f32>().unwrap_or_default();
        // SAFETY: `self` exists only where the processor has the instructions.
        let loss = unsafe { rows::cross_entropy(&mut rows, vocab, targets, weights) };
        (Tensor::from_data([loss], &device), matrix(rows, [m, vocab], &device))
    }
}
