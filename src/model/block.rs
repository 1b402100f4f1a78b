//! One transformer block, forward and backward.

use std::sync::Arc;

use autodidact_kernels::{
    AttentionSaved, Heads, Kernels,
    infer::{self, HeadNorm, KeysValues},
};
use burn::tensor::Tensor;

use super::{config::ModelConfig, lora::LayerLora, names::Slot, weights::LayerWeights};
use crate::nn::{
    Matrix,
    attention::{self, AttentionTape},
    cache::KvCache,
    linear::{LinearGrad, LinearTape, Trainable},
    mlp::{self, GateTape},
    norm::{RmsNorm, RmsNormTape},
    rotary::RopeTable,
    weight::Arithmetic,
};

/// What all blocks of one call share.
pub struct Shared<'a> {
    /// Shape of the model.
    pub config: &'a ModelConfig,
    /// Sequences.
    pub batch: usize,
    /// Tokens per sequence.
    pub tokens: usize,
    /// Positions of the cache before them.
    pub past: usize,
    /// Rotary tables of the rows.
    pub rope: RopeTable,
    /// `[b or 1, 1, g*t or 1, s]`
    pub mask: Option<Tensor<4>>,
    /// Kernels of mixed precision, where the call wants them.
    pub kernels: Option<Kernels>,
    /// How products with quantized weights are computed.
    pub arithmetic: Arithmetic,
}

/// What the backward pass of attention, from `qkv` to heads side by side, needs.
#[allow(clippy::large_enum_variant, reason = "one per block and pass, destructured immediately")]
enum HeadsTape {
    /// By burn's operations.
    Parts { qk_norm: Option<RmsNormTape<3>>, attention: AttentionTape },
    /// By the kernel.
    Whole(AttentionSaved, Kernels),
}

/// What the backward pass of one block needs.
pub struct BlockTape {
    input_norm: RmsNormTape<2>,
    qkv: LinearTape,
    heads: HeadsTape,
    o: LinearTape,
    post_norm: RmsNormTape<2>,
    gate_up: LinearTape,
    gate: GateTape,
    down: LinearTape,
}

/// Gradients of one block; parts are there only when they were asked for.
#[derive(Debug, Default)]
pub struct BlockGrad {
    /// `[1, d]`
    pub input_norm: Option<Matrix>,
    /// `[1, d]`
    pub post_norm: Option<Matrix>,
    /// Linear layers, in the order of [`Slot::ALL`].
    pub linears: [LinearGrad; 4],
    /// Gains of queries and keys, `[1, hd]` each.
    pub qk_norm: Option<(Matrix, Matrix)>,
}

impl Shared<'_> {
    /// About how many bytes a block's tape has: what its linear layers, norms and gate read, the keys and values of positions before, and the
    /// probabilities of attention.
    pub fn tape_bytes(&self) -> usize {
        let (c, n) = (self.config, self.batch * self.tokens);
        let (wq, wk) = c.widths();
        let rows = n * (4 * c.d_model + 2 * wq + 2 * wk + 4 * c.d_ff);
        let attention = if self.fuses_attention() {
            // Keys and values of the positions before, which all sequences have in common.
            2 * self.past * wk
        } else {
            2 * self.batch * self.past * wk + n * c.n_heads * (self.past + self.tokens)
        };
        4 * (rows + attention)
    }

    /// True where attention is one kernel, which keeps no probabilities. It normalizes no queries or keys.
    fn fuses_attention(&self) -> bool {
        self.kernels.is_some() && !self.config.qk_norm
    }

    fn heads(&self) -> Heads {
        let c = self.config;
        Heads { batch: self.batch, tokens: self.tokens, queries: c.n_heads, kv: c.n_kv_heads, head_dim: c.head_dim }
    }
}

fn rms(config: &ModelConfig) -> RmsNorm {
    RmsNorm { eps: config.norm_eps }
}

impl LayerWeights {
    /// # Shapes
    /// - `x`, output: `[n, d]`
    pub fn forward(
        &self,
        x: Matrix,
        shared: &Shared<'_>,
        mut cache: Option<(&mut KvCache, usize)>,
        lora: Option<&LayerLora>,
        tape: bool,
    ) -> (Matrix, Option<BlockTape>) {
        let adapter = |slot| lora.and_then(|l| l.get(slot));
        let norm = rms(shared.config);

        let (kernels, arithmetic) = (shared.kernels, shared.arithmetic);
        if let (false, Some((cache, layer))) = (tape, cache.as_mut())
            && let Some(cache) = cache.host()
        {
            return (self.answer(x, shared, cache, *layer, lora), None);
        }
        let (normed, input_norm) = norm.forward_rows(x.clone(), self.input_norm.clone(), kernels);
        let (qkv, qkv_tape) = self.qkv.forward(normed, adapter(Slot::Qkv), kernels, arithmetic, tape);
        let (heads, heads_tape) = self.attend(qkv, shared, cache, tape);
        let (attended, o_tape) = self.o.forward(heads, adapter(Slot::O), kernels, arithmetic, tape);
        let x = x.add(attended);

        let (normed, post_norm) = norm.forward_rows(x.clone(), self.post_norm.clone(), kernels);
        let (gate_up, gate_up_tape) = self.gate_up.forward(normed, adapter(Slot::GateUp), kernels, arithmetic, tape);
        let (gated, gate_tape) = mlp::forward(gate_up, kernels, tape);
        let (out, down_tape) = self.down.forward(gated, adapter(Slot::Down), kernels, arithmetic, tape);
        let x = x.add(out);

        let tape = match (qkv_tape, heads_tape, o_tape, gate_up_tape, gate_tape, down_tape) {
            (Some(qkv), Some(heads), Some(o), Some(gate_up), Some(gate), Some(down)) => {
                Some(BlockTape { input_norm, qkv, heads, o, post_norm, gate_up, gate, down })
            }
            _ => None,
        };
        (x, tape)
    }

    /// [`LayerWeights::forward`] on a CPU, without a tape: whatever is no product with a weight is one kernel.
    fn answer(
        &self,
        x: Matrix,
        shared: &Shared<'_>,
        cache: &mut KeysValues,
        layer: usize,
        lora: Option<&LayerLora>,
    ) -> Matrix {
        let eps = shared.config.norm_eps;
        let product = |slot: Slot, x: Matrix| {
            let adapter = lora.and_then(|l| l.get(slot));
            self.linear(slot).forward(x, adapter, shared.kernels, shared.arithmetic, false).0
        };
        let gain = self.qk_gain();
        let norm = gain.as_ref().map(|gain| HeadNorm { gain, eps });
        let qkv = product(Slot::Qkv, infer::norm(&x, &self.input_norm, eps));
        let heads = cache.attend(layer, &qkv, shared.rope.rotation(), norm, shared.heads());
        let x = x.add(product(Slot::O, heads));
        let gate_up = product(Slot::GateUp, infer::norm(&x, &self.post_norm, eps));
        x.add(product(Slot::Down, infer::gate(&gate_up)))
    }

    /// Gradient of the block's input (none when `need_x` is false) and of what is trained.
    ///
    /// # Shapes
    /// - `dx`: gradient of the output, `[n, d]`
    pub fn backward(
        &self,
        tape: BlockTape,
        dx: Matrix,
        shared: &Shared<'_>,
        lora: Option<&LayerLora>,
        train: Trainable,
        need_x: bool,
    ) -> (Option<Matrix>, BlockGrad) {
        let adapter = |slot| lora.and_then(|l| l.get(slot));
        let norm = rms(shared.config);
        let base = train == Trainable::Base;
        let mut grad = BlockGrad::default();
        let kernels = shared.kernels;

        let (dgated, down) = self.down.backward(tape.down, dx.clone(), adapter(Slot::Down), train, true);
        let Some(dgated) = dgated else { return (None, grad) };
        let dgate_up = mlp::backward(tape.gate, dgated);
        let (dnormed, gate_up) = self.gate_up.backward(tape.gate_up, dgate_up, adapter(Slot::GateUp), train, true);
        let Some(dnormed) = dnormed else { return (None, grad) };
        let (through_norm, gain) = norm.backward_rows(tape.post_norm, self.post_norm.clone(), dnormed, base, kernels);
        grad.post_norm = gain;
        let dx = dx.add(through_norm);

        let (dheads, o) = self.o.backward(tape.o, dx.clone(), adapter(Slot::O), train, true);
        let Some(dheads) = dheads else { return (None, grad) };
        let (dqkv, qk_gain) = match tape.heads {
            HeadsTape::Whole(saved, kernels) => {
                (kernels.attention_backward(&saved, &dheads, shared.rope.rotation(), shared.heads()), None)
            }
            HeadsTape::Parts { qk_norm, attention } => {
                let (dq, dk, dv) = attention::backward(attention, unmerge_heads(dheads, shared));
                // What is cached is no part of what is trained.
                let new = |dx: Tensor<4>| {
                    let whole = dx.dims()[2] == shared.tokens;
                    if whole { dx } else { dx.narrow(2, shared.past, shared.tokens) }
                };
                self.join_heads(dq, new(dk), new(dv), qk_norm, shared, base)
            }
        };
        grad.qk_norm = qk_gain;
        let need_normed = need_x || base;
        let (dnormed, qkv) = self.qkv.backward(tape.qkv, dqkv, adapter(Slot::Qkv), train, need_normed);
        grad.linears = [qkv, o, gate_up, down];
        let Some(dnormed) = dnormed else { return (None, grad) };
        let (through_norm, gain) = norm.backward_rows(tape.input_norm, self.input_norm.clone(), dnormed, base, kernels);
        grad.input_norm = gain;
        (need_x.then(|| dx.add(through_norm)), grad)
    }

    /// `[n, (h + 2 kv) hd]` to the attended heads side by side, `[n, h hd]`.
    fn attend(
        &self,
        qkv: Matrix,
        shared: &Shared<'_>,
        cache: Option<(&mut KvCache, usize)>,
        tape: bool,
    ) -> (Matrix, Option<HeadsTape>) {
        // The kernel sees all positions up to a token's, and normalizes no queries or keys.
        if let (Some(kernels), None) = (shared.kernels, self.qk_gain()) {
            let past = cache.and_then(|(cache, layer)| cache.positions(layer)).map(Arc::new);
            let (heads, saved) = kernels.attention_forward(qkv, past, shared.rope.rotation(), shared.heads());
            return (heads, tape.then_some(HeadsTape::Whole(saved, kernels)));
        }
        let (q, k, v, qk_norm) = self.split_heads(qkv, shared);
        let (k, v) = match cache {
            Some((cache, layer)) => cache.write(layer, k, v),
            None => (k, v),
        };
        let (heads, attention) = attention::forward(q, k, v, shared.mask.clone(), tape);
        (merge_heads(heads, shared), attention.map(|attention| HeadsTape::Parts { qk_norm, attention }))
    }

    /// `[n, (h + 2 kv) hd]` to rotated `q [b, kv, g*t, hd] / sqrt(hd)`, rotated `k` and `v` `[b, kv, t, hd]`.
    #[allow(clippy::type_complexity)]
    fn split_heads(
        &self,
        qkv: Matrix,
        shared: &Shared<'_>,
    ) -> (Tensor<4>, Tensor<4>, Tensor<4>, Option<RmsNormTape<3>>) {
        let c = shared.config;
        let (b, t, kv, g, hd) = (shared.batch, shared.tokens, c.n_kv_heads, c.group(), c.head_dim);
        let (wq, wk) = c.widths();
        let mut qk: Tensor<3> = qkv.clone().narrow(1, 0, wq + wk).reshape([b * t, c.n_heads + kv, hd]);
        let mut saved = None;
        if let Some(gain) = self.qk_gain() {
            let (normed, norm_tape) = rms(c).forward(qk, gain);
            qk = normed;
            saved = Some(norm_tape);
        }
        let qk: Tensor<4> = shared.rope.apply(qk).reshape([b, t, c.n_heads + kv, hd]).permute([0, 2, 1, 3]);
        let q = qk.clone().narrow(1, 0, c.n_heads).reshape([b, kv, g * t, hd]);
        let k = qk.narrow(1, c.n_heads, kv);
        let v = qkv.narrow(1, wq + wk, wk).reshape([b, t, kv, hd]).permute([0, 2, 1, 3]);
        (q, k, v, saved)
    }

    /// The reverse of `split_heads`, for gradients.
    fn join_heads(
        &self,
        dq: Tensor<4>,
        dk: Tensor<4>,
        dv: Tensor<4>,
        norm_tape: Option<RmsNormTape<3>>,
        shared: &Shared<'_>,
        need_gain: bool,
    ) -> (Matrix, Option<(Matrix, Matrix)>) {
        let c = shared.config;
        let (b, t, kv, g, hd) = (shared.batch, shared.tokens, c.n_kv_heads, c.group(), c.head_dim);
        let n = b * t;
        let dq = dq.reshape([b, kv * g, t, hd]);
        let dqk = Tensor::cat(vec![dq, dk], 1).permute([0, 2, 1, 3]).reshape([n, c.n_heads + kv, hd]);
        let mut dqk = shared.rope.backward(dqk);
        let mut gains = None;
        if let (Some(tape), Some(gain)) = (norm_tape, self.qk_gain()) {
            let (through, terms) = rms(c).backward(tape, gain, dqk, need_gain);
            dqk = through;
            gains = terms.map(|terms| {
                let by_head: Matrix = terms.sum_dim(0).reshape([c.n_heads + kv, hd]);
                (by_head.clone().narrow(0, 0, c.n_heads).sum_dim(0), by_head.narrow(0, c.n_heads, kv).sum_dim(0))
            });
        }
        let dv = dv.permute([0, 2, 1, 3]).reshape([n, kv, hd]);
        let dqkv = Tensor::cat(vec![dqk, dv], 1).reshape([n, (c.n_heads + 2 * kv) * hd]);
        (dqkv, gains)
    }
}

/// `[b, kv, g*t, hd]` to `[n, h hd]`.
fn merge_heads(heads: Tensor<4>, shared: &Shared<'_>) -> Matrix {
    let c = shared.config;
    let split: Tensor<5> = heads.reshape([shared.batch, c.n_kv_heads, c.group(), shared.tokens, c.head_dim]);
    split.permute([0, 3, 1, 2, 4]).reshape([shared.batch * shared.tokens, c.n_heads * c.head_dim])
}

/// `[n, h hd]` to `[b, kv, g*t, hd]`.
fn unmerge_heads(rows: Matrix, shared: &Shared<'_>) -> Tensor<4> {
    let c = shared.config;
    let split: Tensor<5> = rows.reshape([shared.batch, shared.tokens, c.n_kv_heads, c.group(), c.head_dim]);
    split.permute([0, 2, 3, 1, 4]).reshape([shared.batch, c.n_kv_heads, c.group() * shared.tokens, c.head_dim])
}
