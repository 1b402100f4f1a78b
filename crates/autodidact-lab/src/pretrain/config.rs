//! Settings of a pretraining run.

use serde::{Deserialize, Serialize};

use crate::taskgen::GeneratorConfig;
use autodidact::{
    error::{Error, Result},
    model::{Family, ModelConfig},
};
use autodidact_kernels::Precision;

/// Everything that a run depends on. A checkpoint goes on only with the same settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PretrainConfig {
    /// Seed of weights, data and order.
    pub seed: u64,
    /// Fingerprint of the model that the run starts from; none: from random weights.
    #[serde(default)]
    pub from: Option<String>,
    /// How numbers are rounded.
    #[serde(default)]
    pub precision: Precision,
    /// Optimizer steps.
    pub steps: usize,
    /// Tokens of documents per step.
    pub step_tokens: usize,
    /// Tokens of one forward and backward pass, padding included.
    pub micro_tokens: usize,
    /// Longer documents are left out.
    pub max_len: usize,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// Steps with a rising learning rate.
    pub warmup_steps: usize,
    /// The learning rate falls to zero over the last of this many equal parts of the run; 1: from the start.
    pub decay_share: usize,
    /// Step from which the learning rate falls with the square root of the steps; 0: it stays constant.
    #[serde(default)]
    pub root_from: usize,
    /// Weight decay of matrices.
    pub weight_decay: f64,
    /// Steps in which menus and requests are learned too; afterwards only responses are.
    pub read_steps: usize,
    /// Steps in which the menus grow from one or two tools to their full size.
    pub ramp_steps: usize,
    /// Share of the turns that teach to write a similar task.
    pub synthesis_rate: f64,
    /// Requests per menu, at most.
    pub max_turns: u32,
    /// Share of the generated documents whose tools have coined or compound names, and descriptions of parameters, more often
    /// than those of the suites.
    #[serde(default)]
    pub strange_rate: f64,
    /// Share of the generated requests that no tool answers; the suites have 0.04.
    #[serde(default = "no_tool_rate")]
    pub no_tool_rate: f64,
    /// Share of the documents that are tasks of files, where some are given.
    pub tasks_rate: f64,
    /// Hash of those files; a run goes on only with the same ones.
    pub tasks_digest: Option<String>,
    /// Probability with which the words of a document are taken apart into the pieces that they were merged from.
    #[serde(default)]
    pub split_rate: f64,
    /// Steps before words are taken apart.
    #[serde(default)]
    pub split_from: usize,
    /// Size of the tokenizer's vocabulary.
    pub vocab_size: usize,
    /// Width.
    pub d_model: usize,
    /// Blocks.
    pub n_layers: usize,
    /// Query heads.
    pub n_heads: usize,
    /// Key/value heads.
    pub n_kv_heads: usize,
    /// Width of the MLP.
    pub d_ff: usize,
    /// Longest sequence.
    pub context: usize,
}

/// What runs had before it could be chosen.
fn no_tool_rate() -> f64 {
    GeneratorConfig::default().no_tool_rate
}

impl Default for PretrainConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            from: None,
            precision: Precision::Full,
            steps: 4000,
            step_tokens: 4096,
            micro_tokens: 2048,
            max_len: 768,
            learning_rate: 4e-3,
            warmup_steps: 50,
            decay_share: 4,
            root_from: 600,
            weight_decay: 0.1,
            read_steps: 300,
            ramp_steps: 1500,
            synthesis_rate: 0.25,
            max_turns: 4,
            strange_rate: 0.0,
            no_tool_rate: no_tool_rate(),
            tasks_rate: 0.08,
            tasks_digest: None,
            split_rate: 0.3,
            split_from: 0,
            vocab_size: 4096,
            d_model: 192,
            n_layers: 6,
            n_heads: 6,
            n_kv_heads: 3,
            d_ff: 512,
            context: 1024,
        }
    }
}

impl PretrainConfig {
    /// # Errors
    /// [`Error::InvalidInput`] for a rate out of its range.
    pub fn check(&self) -> Result<()> {
        let rates = [
            ("synthesis_rate", self.synthesis_rate),
            ("split_rate", self.split_rate),
            ("strange_rate", self.strange_rate),
            ("no_tool_rate", self.no_tool_rate),
        ];
        for (what, rate) in rates {
            if !(0.0..=1.0).contains(&rate) {
                return Err(Error::invalid(what, format!("{rate} is not in [0, 1]")));
            }
        }
        if self.max_turns == 0 {
            return Err(Error::invalid("max_turns", "must be at least 1"));
        }
        // Above, tasks that are all too long would leave nothing to train on.
        if !(0.0..=0.9).contains(&self.tasks_rate) {
            return Err(Error::invalid("tasks_rate", format!("{} is not in [0, 0.9]", self.tasks_rate)));
        }
        Ok(())
    }

    /// Step at which the learning rate starts to fall.
    pub fn decay_start(&self) -> usize {
        self.steps - self.steps / self.decay_share.max(1)
    }

    /// First step with words taken apart.
    fn split_start(&self) -> usize {
        if self.split_rate > 0.0 { self.split_from } else { usize::MAX }
    }

    /// First step below the peak learning rate.
    fn root_start(&self) -> usize {
        if self.root_from > 0 { self.root_from } else { usize::MAX }
    }

    /// True when a run with these settings can go on from `step` of a run with those: they differ in nothing but what has
    /// not begun yet in either, the falling of the learning rate and the splitting of words.
    pub fn continues(&self, other: &Self, step: usize) -> bool {
        let later = Self {
            steps: other.steps,
            split_rate: other.split_rate,
            split_from: other.split_from,
            root_from: other.root_from,
            ..self.clone()
        };
        let split = (self.split_rate, self.split_from) == (other.split_rate, other.split_from);
        later == *other
            && (self.steps == other.steps || step <= self.decay_start().min(other.decay_start()))
            && (self.root_from == other.root_from || step <= self.root_start().min(other.root_start()))
            && (split || step <= self.split_start().min(other.split_start()))
    }

    /// These settings for a run that goes on from a model: nothing that only a model without any knowledge needs, and the
    /// sizes of that model.
    pub fn from_model(self, model: &ModelConfig, fingerprint: &str) -> Self {
        Self {
            from: Some(fingerprint.to_owned()),
            read_steps: 0,
            ramp_steps: 0,
            max_len: self.max_len.min(model.context),
            vocab_size: model.vocab_size,
            d_model: model.d_model,
            n_layers: model.n_layers,
            n_heads: model.n_heads,
            n_kv_heads: model.n_kv_heads,
            d_ff: model.d_ff,
            context: model.context,
            ..self
        }
    }

    /// The model that is trained: Llama's architecture with tied embeddings.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for sizes that do not fit together.
    pub fn model(&self, vocab_size: usize, eos: u32) -> Result<ModelConfig> {
        if self.n_heads == 0 || self.n_kv_heads == 0 || !self.n_heads.is_multiple_of(self.n_kv_heads) {
            return Err(Error::invalid("heads", "the query heads must be a multiple of the key/value heads"));
        }
        let head_dim = self.d_model / self.n_heads;
        if head_dim * self.n_heads != self.d_model || !head_dim.is_multiple_of(2) {
            return Err(Error::invalid(
                "d_model",
                format!("{} is not an even multiple of {} heads", self.d_model, self.n_heads),
            ));
        }
        if self.max_len > self.context {
            return Err(Error::invalid("max_len", format!("{} exceeds the context of {}", self.max_len, self.context)));
        }
        Ok(ModelConfig {
            vocab_size,
            d_model: self.d_model,
            n_layers: self.n_layers,
            n_heads: self.n_heads,
            n_kv_heads: self.n_kv_heads,
            head_dim,
            d_ff: self.d_ff,
            context: self.context,
            eos: vec![eos],
            ..ModelConfig::tiny(Family::Llama)
        })
    }
}
