//! The events of a question while it is worked on.

use serde::{Deserialize, Serialize};

use super::{Answer, Decision, ScoreReport};
use crate::{adaptation::TrainEvent, backend::BackendReport, synthesis::Rejection, task::Pair};

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
    /// Scoring the candidates.
    Score,
    /// Answering with the base.
    Answer,
    /// Deciding whether to act, to ask back or to decline.
    Decide,
    /// Answering with other probable tools.
    Search,
    /// Answering with the menu in other orders.
    Reorder,
    /// Writing examples.
    Synthesize,
    /// Training an adapter on them.
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

impl Phase {
    /// Name of the stage in [`Trace::seconds`](super::Trace::seconds).
    pub fn stage(self) -> &'static str {
        match self {
            Self::Recall => "recall",
            Self::Load => "load",
            Self::SelfTest => "self_test",
            Self::Score => "score",
            Self::Answer => "answer",
            Self::Decide => "decide",
            Self::Search => "search",
            Self::Reorder => "reorder",
            Self::Synthesize => "synthesize",
            Self::Train => "train",
            Self::Gate => "gate",
            Self::AnswerInContext => "answer_in_context",
            Self::AnswerAgain => "answer_again",
            Self::Store => "store",
            Self::Restore => "restore",
        }
    }
}

/// Which of the answers of a run is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerKind {
    /// Before learning.
    Base,
    /// With the tool that the model and the words of the request mean together.
    Joined,
    /// The most probable over several tools.
    Searched,
    /// The surest over several orders of the menu.
    Reordered,
    /// With the examples in the context.
    Context,
    /// After learning.
    Adapted,
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
        answer: AnswerKind,
        /// Text to append.
        text: String,
    },
    /// An answer is complete.
    Answer {
        /// Which answer.
        answer: AnswerKind,
        /// The answer.
        result: Answer,
    },
    /// The agent decided to act, to ask back or to decline.
    Decision {
        /// The decision.
        decision: Decision,
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
    /// An attempt of [`crate::synthesis::Synthesizer::run`].
    pub(super) fn attempt(pair: Option<&Pair>, rejection: Option<&Rejection>) -> Self {
        let pair = pair.cloned().unwrap_or(Pair { query: String::new(), calls: Vec::new() });
        let reason = rejection.map(|r| r.reason().to_owned());
        Self::Pair { pair, valid: reason.is_none(), reason }
    }
}
