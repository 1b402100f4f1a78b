//! What happened to a task: the events while it runs, and the trace at its end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ContextReport, GateReport, OrdersReport, Recalled, SearchReport};
use crate::{
    adaptation::TrainEvent,
    backend::BackendReport,
    synthesis::{Rejection, Synthesis},
    task::{Pair, ToolCall},
    uncertainty::{Candidate, Estimator, Scores, Uncertainty},
};

/// The stage that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Looking for an adapter of tasks like this, and checking it.
    Recall,
    /// Reading the model.
    Load,
    /// Comparing the backend with the CPU.
    SelfTest,
    /// H
    Score,
    /// Answering with the base.
    Answer,
    /// Answering with other probable tools.
    Search,
    /// Answering with the menu in other orders.
    Reorder,
    /// G
    Synthesize,
    /// T
    Train,
    /// Checking what was learned.
    Gate,
    /// Answering with the examples in the context.
    AnswerInContext,
    /// Answering with the adapter.
    AnswerAgain,
    /// Storing the adapter.
    Store,
    /// Dropping the adapter and checking the base.
    Restore,
}

impl Trace {
    /// Adds something that the reader should know to what is known already.
    pub(super) fn add_note(&mut self, note: impl Into<String>) {
        let note = note.into();
        self.note = Some(self.note.take().map_or_else(|| note.clone(), |before| format!("{before}; {note}")));
    }
}

/// Which answer is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// Before learning.
    Base,
    /// The most probable over several tools.
    Searched,
    /// The surest over several orders of the menu.
    Reordered,
    /// With the examples in the context.
    Context,
    /// After learning.
    Adapted,
}

/// The score of a task, with the threshold that it is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreReport {
    /// By what the agent decides.
    pub estimator: Estimator,
    /// How sure it is by that, in [0, 1].
    pub certainty: f32,
    /// The task is studied when the certainty is below it.
    pub threshold: f32,
    /// `certainty < threshold`
    pub unsure: bool,
    /// Difference of the two best candidates, in [0, 1]. `None`, like the next two, where the candidates were not scored:
    /// an estimator that reads the answer was sure, and [`AskOptions::candidates`](super::AskOptions::candidates) is off.
    pub margin: Option<f32>,
    /// Largest relative score.
    pub max_probability: Option<f32>,
    /// Entropy of the relative scores, in nats.
    pub entropy: Option<f32>,
    /// Perplexity of the base answer; `None` before it was generated.
    pub perplexity: Option<f32>,
    /// The candidates, in the order of the menu.
    pub candidates: Vec<Candidate>,
}

impl ScoreReport {
    /// A report of nothing yet.
    pub(super) fn new(estimator: Estimator, threshold: f32) -> Self {
        Self {
            estimator,
            certainty: 0.0,
            threshold,
            unsure: true,
            margin: None,
            max_probability: None,
            entropy: None,
            perplexity: None,
            candidates: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, scored: Uncertainty) {
        self.margin = Some(scored.margin);
        self.max_probability = Some(scored.max_probability);
        self.entropy = Some(scored.entropy);
        self.candidates = scored.candidates;
    }

    /// Decides by the numbers that are there.
    pub(super) fn decide(&mut self) {
        let missing = f32::NAN;
        let scores = Scores {
            margin: self.margin.unwrap_or(missing),
            max_probability: self.max_probability.unwrap_or(missing),
            entropy: self.entropy.unwrap_or(missing),
            perplexity: self.perplexity,
            candidates: self.candidates.len(),
        };
        self.certainty = self.estimator.certainty(&scores);
        self.unsure = self.certainty < self.threshold;
    }
}

/// An answer of the model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// As the model wrote it.
    pub text: String,
    /// The calls in it; empty for plain text.
    pub calls: Vec<ToolCall>,
    /// Why the calls could not be read, or do not fit the menu.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What the training did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingReport {
    /// Optimizer steps.
    pub steps: usize,
    /// Loss before each step.
    pub losses: Vec<f32>,
    /// Trained numbers.
    pub parameters: usize,
    /// Tokens seen, prompts included.
    pub tokens: usize,
}

/// The whole story of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// `cpu` or `webgpu`.
    pub backend: String,
    /// Name of the model.
    pub model: String,
    /// H
    pub uncertainty: ScoreReport,
    /// G; `None` when the model was sure.
    pub synthesis: Option<Synthesis>,
    /// T; `None` when the model was sure, or nothing valid was written.
    pub training: Option<TrainingReport>,
    /// Before learning.
    pub base_answer: Answer,
    /// The answer that stands.
    pub answer: Answer,
    /// The answer that stands was given after learning.
    pub adapted: bool,
    /// What was found in the memory for the task, used or not; `None` when nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recalled: Option<Recalled>,
    /// What came of other tools; `None` when they were not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchReport>,
    /// What came of other orders of the menu; `None` when they were not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<OrdersReport>,
    /// The answer with the examples in the context; `None` when it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextReport>,
    /// What the gate saw; `None` when it was not asked, or nothing was learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateReport>,
    /// The margin of the task after learning; `None` when nothing was learned, or the store does not ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_after: Option<f32>,
    /// Seconds by stage.
    pub seconds: BTreeMap<String, f64>,
    /// The base weights, read back and compared bit for bit, are what they were when the model was loaded.
    pub restored: bool,
    /// Name under which the adapter was stored.
    pub stored: Option<String>,
    /// Something that the reader should know.
    pub note: Option<String>,
}

/// What happens while a task runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    /// Bytes of a model file came.
    Download {
        /// File.
        file: String,
        /// Bytes so far.
        loaded: u64,
        /// Bytes in all; 0 when unknown.
        total: u64,
    },
    /// The backend was chosen.
    Backend {
        /// Which and why.
        report: BackendReport,
    },
    /// A stage has begun.
    Phase {
        /// Stage.
        phase: Phase,
    },
    /// The task was scored.
    Score {
        /// Result.
        uncertainty: ScoreReport,
    },
    /// A piece of an answer.
    Token {
        /// Which answer.
        answer: Which,
        /// Text to append.
        text: String,
    },
    /// An answer is complete.
    Answer {
        /// Which answer.
        answer: Which,
        /// The answer.
        result: Answer,
    },
    /// An example was written.
    Pair {
        /// The example as far as it could be read.
        pair: Pair,
        /// It passed all checks.
        valid: bool,
        /// Why it was refused.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A training step was taken.
    Train(TrainEvent),
}

impl Event {
    /// What [`crate::synthesis::Synthesizer::run`] tells of an attempt.
    pub(super) fn attempt(pair: Option<&Pair>, rejection: Option<&Rejection>) -> Self {
        let pair = pair.cloned().unwrap_or(Pair { query: String::new(), calls: Vec::new() });
        let reason = rejection.map(|r| r.reason().to_owned());
        Self::Pair { pair, valid: reason.is_none(), reason }
    }
}
