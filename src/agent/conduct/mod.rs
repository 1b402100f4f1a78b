//! How an answer ends: the agent acts, asks back, or declines.
//!
//! A call is carried out only when every value that it must have stands in what the user said, and when the agent is as sure of it as
//! [`CertaintyTable::level`] asks. Otherwise the agent asks for what is missing, or which of several calls was meant; and where nothing
//! of the menu fits, it says so.

mod certainty;
mod decide;
mod features;
mod request;
mod review;
mod several;
mod taught;
mod wording;

use serde::{Deserialize, Serialize};

pub use certainty::{CertaintyTable, Logistic};
pub use decide::{Considered, Judgement, JudgementReport, Written, decide, put_right};
pub use features::{FEATURES, Features};
pub use request::Request;
pub use taught::{LessonUse, decide_as_taught};

use crate::{
    task::{Task, ToolCall},
    words::Gap,
};

/// How an answer ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Decision {
    /// The calls are carried out.
    Act {
        /// The calls.
        calls: Vec<ToolCall>,
    },
    /// The user is asked.
    Clarify {
        /// What is asked.
        question: Question,
    },
    /// No tool of the menu fits; the model's text, if it wrote one, is the answer.
    Decline,
}

impl Decision {
    /// `act`, `clarify` or `decline`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Act { .. } => "act",
            Self::Clarify { .. } => "clarify",
            Self::Decline => "decline",
        }
    }

    /// The calls that are carried out; none when the agent asks or declines.
    pub fn calls(&self) -> &[ToolCall] {
        match self {
            Self::Act { calls } => calls,
            Self::Clarify { .. } | Self::Decline => &[],
        }
    }
}

/// What the user is asked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Question {
    /// In words.
    pub text: String,
    /// The tool that is meant, with the arguments that are known; `None` where that is the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<ToolCall>,
    /// The arguments that are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// Calls of which one may be meant, the most probable first. Each has all that it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposals: Vec<Proposal>,
}

impl Proposal {
    /// A proposal of calls, in words.
    pub fn new(task: &Task, calls: Vec<ToolCall>) -> Self {
        Self { text: wording::propose(task, &calls), calls }
    }
}

/// A call that may be meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// In words, as a question: "Set a timer (minutes: 60)?"
    pub text: String,
    /// The calls.
    pub calls: Vec<ToolCall>,
}
