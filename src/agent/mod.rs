//! The agent: it scores a task, and when it is unsure writes examples, learns from them, answers again and forgets or
//! keeps what it learned.

mod ask;
mod asking;
mod calibration;
mod complete;
mod context;
mod fine_tune;
mod gate;
mod keep;
mod learn;
mod memory;
mod open;
mod options;
mod reorder;
mod search;
mod similarity;
mod single_steps;
mod steps;
mod teach;
mod trace;

use std::{cell::OnceCell, rc::Rc};

use serde::{Deserialize, Serialize};

pub use asking::{AskEvent, Asking};
pub use complete::{Completion, CompletionForm, CompletionOptions};
pub use context::ContextReport;
pub use fine_tune::FineTuned;
pub use gate::{Canary, GateReport};
pub use keep::ImportOptions;
pub use memory::{MemoryMode, MemoryOptions, Recalled};
pub use open::OpenOptions;
pub use options::AskOptions;
pub use reorder::{OrdersReport, Surest};
pub use search::{Found, SearchReport};
pub use steps::{Writing, perplexity};
pub use teach::{Feedback, Taught};
pub use trace::{Answer, Event, Phase, ScoreReport, Trace, TrainingReport, Which};

pub use crate::model::{INDEX, ModelFiles, SINGLE, shard_names, template_text};
use crate::{
    backend::BackendReport,
    grammar::Vocabulary,
    model::Decoder,
    prompt::PromptBuilder,
    storage::{AdapterStore, MemoryStore},
    tokenizer::Tokenizer,
};

/// What the loaded model is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    /// Name.
    pub name: String,
    /// `model_type`.
    pub family: String,
    /// Number of weights.
    pub parameters: u64,
    /// Longest sequence, in tokens.
    pub context: usize,
    /// Rows of the embedding.
    pub vocab: usize,
    /// Fingerprint of the weights.
    pub fingerprint: String,
    /// Bytes of the weight files.
    pub bytes: u64,
}

/// A loaded agent. Clones share everything.
#[derive(Clone)]
pub struct Agent {
    decoder: Decoder,
    tokenizer: Tokenizer,
    prompts: PromptBuilder,
    eos: Vec<u32>,
    /// The one of them that ends a turn in training text.
    end: Option<u32>,
    /// Checksum of the base weights when they were loaded.
    checksum: u64,
    backend: BackendReport,
    model: ModelReport,
    store: Rc<dyn AdapterStore>,
    /// Home of what lives as long as the agent.
    session_store: Rc<MemoryStore>,
    /// What the gate saw of stored adapters.
    checked: gate::Checked,
    /// Made when text is first constrained.
    vocabulary: OnceCell<Rc<Vocabulary>>,
    /// The last tasks that it was sure of.
    canaries: gate::Canaries,
    /// How sure it was of the last tasks.
    certainties: calibration::Certainties,
}

impl Agent {
    /// Which backend serves, and why.
    pub fn backend(&self) -> &BackendReport {
        &self.backend
    }

    /// What the loaded model is.
    pub fn model(&self) -> &ModelReport {
        &self.model
    }

    /// The model itself.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// Its tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Its prompts.
    pub fn prompts(&self) -> &PromptBuilder {
        &self.prompts
    }

    /// Token ids that end a turn.
    pub fn eos(&self) -> &[u32] {
        &self.eos
    }

    /// Where adapters are kept.
    pub fn store(&self) -> &dyn AdapterStore {
        self.store.as_ref()
    }
}
