//! The decoder-only transformer: one forward for training, scoring and decoding, and its backward.

use autodidact_kernels::{Form, Kernels, Precision, matmul};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{
    block::{BlockGrad, BlockTape, Shared},
    config::ModelConfig,
    lora::LoraWeights,
    mask::attention_mask,
    tokens::{Targets, Tokens},
    weights::Weights,
};
use crate::{
    backend,
    nn::{
        Matrix, cache::KvCache, linear::Trainable, loss::cross_entropy, norm::RmsNorm, rotary::Rope, rows,
        weight::Arithmetic,
    },
};

/// A loaded model. Clones share the weights.
#[derive(Debug, Clone)]
pub struct Decoder {
    config: ModelConfig,
    weights: Weights,
    rope: Rope,
    /// What queries and keys are multiplied with.
    head_scales: Vec<f32>,
    device: Device,
    kernels: Option<Kernels>,
    arithmetic: Arithmetic,
    most_tape: usize,
}

/// What a pass forward keeps of each block for the pass backward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Nothing,
    /// The input, from which all else is computed once more.
    Inputs,
    Tapes,
}

/// What was kept of a block: one of them.
struct Kept {
    input: Option<Matrix>,
    tape: Option<BlockTape>,
}

/// Bytes of tapes above which inputs alone are kept when an adapter is trained.
const MOST_TAPE: usize = if cfg!(target_family = "wasm") { 256 << 20 } else { 1 << 30 };

/// A loss with the gradients of what was trained, in the order of `parameters()`.
pub struct Gradients {
    /// `[1]`
    pub loss: Tensor<1>,
    /// One matrix per parameter.
    pub parameters: Vec<Matrix>,
}

impl Decoder {
    /// Puts a model together from its parts.
    pub fn new(config: ModelConfig, weights: Weights, device: Device) -> Self {
        let rope = Rope::new(config.head_dim, config.rope_theta, config.rope_scaling);
        let mut head_scales = vec![(config.head_dim as f32).sqrt().recip(); config.n_heads];
        head_scales.resize(config.n_heads + config.n_kv_heads, 1.0);
        let arithmetic = Arithmetic::default();
        Self { config, weights, rope, head_scales, device, kernels: None, arithmetic, most_tape: MOST_TAPE }
    }

    /// Shape of the model.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The base weights. Nothing in this crate changes them in place.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The same model with other weights (pretraining).
    pub fn with_weights(&self, weights: Weights) -> Self {
        Self { weights, ..self.clone() }
    }

    /// The same model, which trains with that precision. [`Precision::Mixed`] takes kernels that this machine must have, and
    /// weights on the CPU; else all is [`Precision::Full`]. What it answers does not depend on it.
    pub fn with_precision(&self, precision: Precision) -> Self {
        let wanted = precision == Precision::Mixed && self.device == backend::cpu();
        Self { kernels: wanted.then(Kernels::detect).flatten(), ..self.clone() }
    }

    /// The same model, whose quantized weights are multiplied with in that way when it answers, and, in full precision, when an adapter is
    /// trained on the way forward. Gradients are never on integers.
    pub fn with_arithmetic(&self, arithmetic: Arithmetic) -> Self {
        Self { arithmetic, ..self.clone() }
    }

    /// The same model, which trains adapters with at most so many bytes of what the pass backward needs of the pass forward, as far as they can be told
    /// before. Where they would be more, each block keeps its input alone, and is computed once more on the way back.
    pub fn with_tape(&self, most_bytes: usize) -> Self {
        Self { most_tape: most_bytes, ..self.clone() }
    }

    /// True where the CPU computes.
    pub fn on_cpu(&self) -> bool {
        self.device == backend::cpu()
    }

    /// The kernels of mixed precision, if they are used.
    pub fn kernels(&self) -> Option<Kernels> {
        self.kernels
    }

    /// Where the weights live.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// An empty cache for one sequence.
    pub fn cache(&self, capacity: usize) -> KvCache {
        let c = &self.config;
        KvCache::new(c.n_layers, 1, c.n_kv_heads, c.head_dim, capacity, &self.device)
    }

    /// Residual stream after the last block, `[n, d]`. With a cache, the tokens follow the cached positions.
    pub fn forward(&self, tokens: &Tokens, cache: Option<&mut KvCache>, lora: Option<&LoraWeights>) -> Matrix {
        let shared = self.shared(tokens, cache.as_deref(), None, self.arithmetic, false);
        self.run(tokens, &shared, cache, lora, Keep::Nothing).0
    }

    /// Next-token logits of some rows of the residual stream.
    ///
    /// # Shapes
    /// - `hidden`: `[n, d]`; output: `[m, vocab]` with `m = rows.len()`
    pub fn logits(&self, hidden: Matrix, rows: &[u32]) -> Matrix {
        let n = hidden.dims()[0];
        let all = rows.len() == n && rows.iter().enumerate().all(|(i, row)| i as u32 == *row);
        let picked = if all {
            hidden
        } else if let [row] = rows {
            hidden.narrow(0, *row as usize, 1)
        } else {
            hidden.select(0, self.indices(rows))
        };
        let (normed, _) = self.norm().forward(picked, self.weights.final_norm.clone());
        self.weights.head().scores(normed, self.arithmetic, None)
    }

    /// Loss over the targets and gradients of the adapter or of the base weights.
    pub fn gradients(
        &self,
        tokens: &Tokens,
        targets: &Targets,
        lora: Option<&LoraWeights>,
        train: Trainable,
    ) -> Gradients {
        self.gradients_of(tokens, targets, None, lora, train)
    }

    /// Loss and gradients of an adapter, for tokens that follow the positions of a cache. No gradient flows into those: they are what the
    /// model without the adapter made of them.
    pub fn gradients_behind(&self, past: KvCache, tokens: &Tokens, targets: &Targets, lora: &LoraWeights) -> Gradients {
        self.gradients_of(tokens, targets, Some(past), Some(lora), Trainable::Adapter)
    }

    fn gradients_of(
        &self,
        tokens: &Tokens,
        targets: &Targets,
        mut past: Option<KvCache>,
        lora: Option<&LoraWeights>,
        train: Trainable,
    ) -> Gradients {
        let base = train == Trainable::Base;
        // The kernels know one document a row.
        let kernels = self.kernels.filter(|_| tokens.documents.is_none());
        let arithmetic = if base { Arithmetic::Floats } else { self.arithmetic };
        let shared = self.shared(tokens, past.as_ref(), kernels, arithmetic, true);
        let is_long = !base && shared.tape_bytes() * self.config.n_layers > self.most_tape;
        let keep = if is_long { Keep::Inputs } else { Keep::Tapes };
        let (hidden, kept) = self.run(tokens, &shared, past.as_mut(), lora, keep);
        let n = hidden.dims()[0];
        let m = targets.rows.len();
        let rows = self.indices(&targets.rows);

        // Head and final norm, on the rows that predict.
        let (gain, head) = (|| self.weights.final_norm.clone(), self.weights.head());
        let (normed, norm_tape) = self.norm().forward_rows(hidden.select(0, rows.clone()), gain(), kernels);
        let logits = head.scores(normed.clone(), arithmetic, kernels);
        let (loss, dlogits) = match kernels {
            Some(kernels) => kernels.cross_entropy(logits, &targets.ids, &targets.weights),
            None => {
                let ids = self.indices(&targets.ids).reshape([m, 1]);
                let weights = Tensor::from_data(TensorData::new(targets.weights.clone(), [m, 1]), &self.device);
                cross_entropy(logits, ids, weights)
            }
        };
        let dhead = base.then(|| matmul(kernels, dlogits.clone(), normed, Form::LeftTransposed));
        let dnormed = head.scores_backward(dlogits, kernels);
        let (dpicked, gain) = self.norm().backward_rows(norm_tape, gain(), dnormed, base, kernels);
        let mut dx = rows::spread(dpicked, &targets.rows, rows, n);

        let mut blocks: Vec<BlockGrad> = Vec::with_capacity(self.weights.layers.len());
        for (i, (layer, kept)) in self.weights.layers.iter().zip(kept).enumerate().rev() {
            let adapter = lora.and_then(|l| l.layers.get(i));
            let again = |x| layer.forward(x, &shared, past.as_mut().map(|c| (c, i)), adapter, true).1;
            // There is one: where none was kept, it is asked for.
            let Some(tape) = kept.tape.or_else(|| kept.input.and_then(again)) else { continue };
            let (next, grad) = layer.backward(tape, dx.clone(), &shared, adapter, train, base || i > 0);
            blocks.push(grad);
            if let Some(next) = next {
                dx = next;
            }
        }
        blocks.reverse();

        let parameters = match train {
            Trainable::Adapter => adapter_parameters(blocks),
            Trainable::Base => {
                let lookup = |table: Matrix| rows::add_rows(table, &tokens.ids, dx);
                let (vocab, d) = (self.config.vocab_size, self.config.d_model);
                let zeros = || Matrix::zeros([vocab, d], &self.device);
                let (embedding, head) = match (&self.weights.lm_head, dhead) {
                    (None, Some(dhead)) => (lookup(dhead), None),
                    (_, dhead) => (lookup(zeros()), dhead),
                };
                base_parameters(embedding, blocks, gain, head)
            }
        };
        Gradients { loss, parameters }
    }

    fn run(
        &self,
        tokens: &Tokens,
        shared: &Shared<'_>,
        mut cache: Option<&mut KvCache>,
        lora: Option<&LoraWeights>,
        keep: Keep,
    ) -> (Matrix, Vec<Kept>) {
        let trains = keep != Keep::Nothing;
        let mut x = self.weights.embedding.select(&tokens.ids);
        let mut kept = Vec::new();
        for (i, layer) in self.weights.layers.iter().enumerate() {
            let adapter = lora.and_then(|l| l.layers.get(i));
            let input = (keep == Keep::Inputs).then(|| x.clone());
            let (next, tape) = layer.forward(x, shared, cache.as_deref_mut().map(|c| (c, i)), adapter, trains);
            x = next;
            if trains {
                kept.push(Kept { tape: tape.filter(|_| input.is_none()), input });
            }
        }
        // What is trained is not kept.
        if let Some(cache) = cache.filter(|_| !trains) {
            cache.advance(tokens.len());
        }
        (x, kept)
    }

    fn shared(
        &self,
        tokens: &Tokens,
        cache: Option<&KvCache>,
        kernels: Option<Kernels>,
        arithmetic: Arithmetic,
        tape: bool,
    ) -> Shared<'_> {
        let (batch, t) = (tokens.batch, tokens.len());
        let past = cache.map_or(0, KvCache::len);
        let window = cache.map_or(t, |c| c.window(t));
        let positions: Vec<usize> = (past..past + t).collect();
        let answers = !tape && cache.is_some_and(KvCache::is_on_host);
        Shared {
            config: &self.config,
            batch,
            tokens: t,
            past,
            rope: self.rope.table(&positions, batch, &self.head_scales, &self.device),
            // The kernel of answers knows what a token sees. So does that of training, which takes no queries and keys that are normalized.
            mask: (!answers && (kernels.is_none() || self.config.qk_norm))
                .then(|| attention_mask(tokens, past, window, self.config.group(), &self.device))
                .flatten(),
            kernels,
            arithmetic,
        }
    }

    fn norm(&self) -> RmsNorm {
        RmsNorm { eps: self.config.norm_eps }
    }

    fn indices(&self, ids: &[u32]) -> Tensor<1, Int> {
        rows::indices(ids, &self.device)
    }
}

fn adapter_parameters(blocks: Vec<BlockGrad>) -> Vec<Matrix> {
    let pairs = blocks.into_iter().flat_map(|block| block.linears).filter_map(|linear| linear.lora);
    pairs.flat_map(|pair| [pair.a, pair.b]).collect()
}

fn base_parameters(
    embedding: Matrix,
    blocks: Vec<BlockGrad>,
    final_norm: Option<Matrix>,
    head: Option<Matrix>,
) -> Vec<Matrix> {
    let mut all = vec![embedding];
    for block in blocks {
        all.extend(block.input_norm);
        all.extend(block.post_norm);
        for linear in block.linears {
            all.extend(linear.weight);
            all.extend(linear.bias);
        }
        if let Some((q, k)) = block.qk_norm {
            all.extend([q, k]);
        }
    }
    all.extend(final_norm);
    all.extend(head);
    all
}
