//! Options of a question.

use serde::{Deserialize, Serialize};

use super::{Facts, Learn, MemoryOptions, Writing};
use crate::{
    adaptation::AdaptationConfig,
    error::{Error, Result},
    storage::LessonSource,
    synthesis::SynthesisConfig,
    task::Pair,
    uncertainty::{Estimator, ScoreConfig},
};

/// How a task is treated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
#[serde(default, deny_unknown_fields)]
pub struct AskOptions {
    /// The number by which the agent decides whether it is sure. The perplexity of the answer costs nothing and recognizes wrong answers
    /// of the seed model best; the margin is the published method's.
    pub estimator: Estimator,
    /// Decide whether to act, to ask back or to decline (the default). Off, the calls of the answer count as decided, whatever they are.
    pub decide: bool,
    /// What the program knows beside the request; none unless the caller gives some.
    pub facts: Facts,
    /// When the agent learns.
    pub learn: Learn,
    /// Decide and search as `learn` says, but stop before any example is written: nothing is learned.
    pub dry_run: bool,
    /// When unsure, answer with other probable tools too: the most probable of those answers whose values stand in the dialogue stands, and
    /// when it is sure, nothing is learned. Only when `constrained`.
    pub search: bool,
    /// Orders of the menu in which the agent asks itself when it is unsure, the given one included, from 1 to 16; each costs an answer.
    /// The surest answer stands, and when it is sure, nothing is learned.
    pub orders: usize,
    /// Score the candidates of tasks too of which the agent is sure without them, so that they can be shown.
    pub candidates: bool,
    /// Store what was learned under this name.
    pub keep: Option<String>,
    /// Storing may replace an adapter of that name. One that the run started from is always replaced.
    pub replace: bool,
    /// Apply this stored adapter from the start; it learns on, with the rank and the modules that it has. Where the memory has something
    /// for the task that passes the gate against it, that is applied instead.
    pub adapter: Option<String>,
    /// What outlives the task without a name. Not with `keep`; what it keeps always passes the gate.
    pub memory: MemoryOptions,
    /// Learn from these pairs instead of writing some.
    pub examples: Vec<Pair>,
    /// Who wrote them.
    pub examples_from: LessonSource,
    /// Before training, answer with the examples in the context; that answer stands when it is sure.
    pub context_first: bool,
    /// Seconds after the first answer within which training may begin; later, the best answer so far stands.
    pub learn_within: Option<f64>,
    /// Seed of the sampling and of the adapter's first weights.
    pub seed: u64,
    /// Most tokens of an answer.
    pub max_answer_tokens: usize,
    /// Answers and pairs can only be written as calls of the menu's tools that fit their schemas (constrained decoding).
    pub constrained: bool,
    /// The base answer stands, and nothing is stored, unless a further example, not learned from, has become likelier by learning and
    /// the last tasks that the agent was sure of keep their answers ([`GateReport`](super::GateReport)).
    pub gate: bool,
    /// How candidates are scored.
    pub score: ScoreConfig,
    /// How examples are written.
    pub synthesis: SynthesisConfig,
    /// How adapters are trained.
    pub adaptation: AdaptationConfig,
}

impl Default for AskOptions {
    fn default() -> Self {
        Self {
            estimator: Estimator::Perplexity,
            candidates: false,
            decide: true,
            facts: Facts::default(),
            learn: Learn::default(),
            dry_run: false,
            search: true,
            orders: 1,
            keep: None,
            replace: false,
            adapter: None,
            memory: MemoryOptions::default(),
            examples: Vec::new(),
            examples_from: LessonSource::User,
            context_first: false,
            learn_within: None,
            seed: 0,
            max_answer_tokens: 256,
            constrained: true,
            gate: false,
            score: ScoreConfig::default(),
            synthesis: SynthesisConfig::default(),
            adaptation: AdaptationConfig::default(),
        }
    }
}

impl AskOptions {
    /// Whether examples are written and learned once the agent is unsure.
    pub(super) fn learns(&self) -> bool {
        !self.dry_run && self.learn != Learn::Never
    }

    /// Options of the synthesis, constrained where answers are.
    pub(super) fn pairs(&self) -> SynthesisConfig {
        SynthesisConfig { constrained: self.constrained, ..self.synthesis }
    }

    /// Whether other tools are tried: their calls have to be written by the grammar.
    pub(super) fn searches(&self) -> bool {
        self.search && self.constrained
    }

    /// How answers are written.
    pub fn writing(&self) -> Writing {
        Writing::greedy(self.max_answer_tokens, self.constrained)
    }

    /// Whether an update must pass the gate: what the memory keeps must.
    pub fn is_gated(&self) -> bool {
        self.gate || self.memory.is_on()
    }

    /// # Errors
    /// [`Error::InvalidInput`] for a value out of its range.
    pub fn check(&self) -> Result<()> {
        self.learn.check()?;
        if self.max_answer_tokens == 0 {
            return Err(Error::invalid("max_answer_tokens", "must be at least 1"));
        }
        if !(1..=16).contains(&self.orders) {
            return Err(Error::invalid("orders", format!("{} is not between 1 and 16", self.orders)));
        }
        if self.synthesis.pairs == 0
            || self.synthesis.pairs > 64
            || self.synthesis.tries == 0
            || self.synthesis.tries > 64
        {
            return Err(Error::invalid("pairs and tries", "must be between 1 and 64"));
        }
        self.facts.check()?;
        self.memory.check()?;
        if self.memory.is_on() && self.keep.is_some() {
            let reason = "the memory names what it keeps by itself; say either `memory` or `keep`";
            return Err(Error::invalid("memory", reason));
        }
        if let Some(seconds) = self.learn_within.filter(|seconds| seconds.is_nan() || *seconds < 0.0) {
            return Err(Error::invalid("learn_within", format!("{seconds} is not a number of seconds")));
        }
        if let Some(name) = &self.keep {
            crate::storage::validate_name(name)?;
        }
        self.adaptation.check()
    }
}
