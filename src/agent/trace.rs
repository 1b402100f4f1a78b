//! The trace of a question: all that happened to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ContextReport, Decision, GateReport, JudgementReport, LessonUse, ModelReport, OrdersReport, Recalled, SearchReport,
};
use crate::{
    backend::BackendReport,
    calls::LeftOut,
    synthesis::Synthesis,
    task::ToolCall,
    uncertainty::{Candidate, Estimator, Scores, Uncertainty},
};

/// The score of a task, with the threshold that it is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
pub struct ScoreReport {
    /// The number by which the agent decides.
    pub estimator: Estimator,
    /// How sure the agent is by that number, in [0, 1].
    pub certainty: f32,
    /// The agent is unsure when the certainty is below it.
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

    /// The numbers that are there.
    pub fn scores(&self) -> Scores {
        Scores {
            margin: self.margin,
            max_probability: self.max_probability,
            entropy: self.entropy,
            perplexity: self.perplexity,
            candidates: self.candidates.len(),
        }
    }

    /// Decides by the numbers that are there.
    pub(super) fn decide(&mut self) {
        self.certainty = self.estimator.certainty(&self.scores());
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
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
pub struct Trace {
    /// `cpu` or `webgpu`.
    pub backend: String,
    /// Name of the model.
    pub model: String,
    /// How sure the agent was of its first answer.
    pub uncertainty: ScoreReport,
    /// The examples that were written; `None` when the agent was sure.
    pub synthesis: Option<Synthesis>,
    /// The training; `None` when the agent was sure, or no valid example was written.
    pub training: Option<TrainingReport>,
    /// Before learning.
    pub base_answer: Answer,
    /// The answer that stands.
    pub answer: Answer,
    /// How the answer ends. Only the calls of [`Decision::Act`] are meant to be carried out.
    pub decision: Decision,
    /// The numbers behind the decision; `None` where the options ask for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<JudgementReport>,
    /// What a person taught that decided; `None` where nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<LessonUse>,
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
    /// Tools of the menu that could not be used, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Something that the reader should know.
    pub note: Option<String>,
}

impl Trace {
    /// The trace of a run that has not begun.
    pub(super) fn new(backend: &BackendReport, model: &ModelReport, uncertainty: ScoreReport) -> Self {
        Self {
            backend: backend.kind.to_string(),
            model: model.name.clone(),
            uncertainty,
            synthesis: None,
            training: None,
            base_answer: Answer::default(),
            answer: Answer::default(),
            decision: Decision::Decline,
            judgement: None,
            lesson: None,
            adapted: false,
            recalled: None,
            search: None,
            orders: None,
            context: None,
            gate: None,
            margin_after: None,
            seconds: BTreeMap::new(),
            restored: false,
            stored: None,
            left_out: Vec::new(),
            note: None,
        }
    }

    /// Adds a note for the reader to those that are there.
    pub(super) fn add_note(&mut self, note: impl Into<String>) {
        let note = note.into();
        self.note = Some(self.note.take().map_or_else(|| note.clone(), |before| format!("{before}; {note}")));
    }
}
