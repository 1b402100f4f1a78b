//! The agent: it scores a task, and when it is unsure writes examples, learns from them, answers again, and forgets or keeps what it
//! learned.
//!
//! [`Agent`] is a facade over three owners: [`Model`] (reads prompts, answers, scores, trains), [`Memory`] (stored adapters, what the gate
//! saw of them) and [`Run`] (one question). The walk of a question stands in `run/mod.rs`.

mod asking;
mod checks;
mod complete;
mod conduct;
mod event;
mod facts;
mod gate;
mod learn;
mod memory;
mod model;
mod open;
mod options;
mod run;
mod steps;
mod stop_text;
mod teach;
mod trace;

use std::rc::Rc;

pub use asking::{AskEvent, Asking};
pub use complete::{Completion, CompletionForm, CompletionOptions};
pub use conduct::{
    CertaintyTable, Considered, Decision, FEATURES, Features, Judgement, JudgementReport, LessonUse, Logistic,
    Proposal, Question, Request, Written, decide, decide_as_taught,
};
pub use event::{AnswerKind, Event, Phase};
pub use facts::Facts;
pub use gate::{Canary, GateCheck, GateReport};
pub use learn::{DEFAULT_THRESHOLD, Learn};
pub use memory::{
    ExportFormat, ExportOptions, ImportOptions, Memory, MemoryMode, MemoryOptions, Recalled, export_peft,
};
pub use model::{FineTuned, Model, ModelReport, Response, Trained, Training, Writing, perplexity};
pub use open::OpenOptions;
pub use options::AskOptions;
pub use run::{Again, ContextReport, Examples, Found, OrdersReport, Outcome, Run, SearchReport, Standing, Surest};
pub use teach::{Feedback, Taught};
pub use trace::{Answer, ScoreReport, Trace, TrainingReport};

pub use crate::{
    model::{INDEX, ModelFiles, NAMED_TEMPLATES, SINGLE, model_name, part_names, shard_names, template_text},
    prompt::NamedTemplate,
};
use checks::UsableTask;

use crate::{
    adapter::Adapter,
    backend::BackendReport,
    error::Result,
    inference::Cancel,
    storage::{AdapterMeta, AdapterStore},
    task::Task,
};

/// A loaded agent. Clones share everything. It is not `Send`: the queue of a GPU belongs to one thread, and so does the agent.
#[derive(Clone)]
pub struct Agent {
    model: Rc<Model>,
    memory: Rc<Memory>,
    backend: BackendReport,
}

impl Agent {
    /// An agent with the same model and a memory of its own, kept in another store.
    #[must_use]
    pub fn with_store(&self, store: Rc<dyn AdapterStore>) -> Self {
        Self { model: Rc::clone(&self.model), memory: Rc::new(Memory::new(store)), backend: self.backend.clone() }
    }

    /// Which backend serves, and why.
    pub fn backend(&self) -> &BackendReport {
        &self.backend
    }

    /// The loaded model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What outlives a question.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Where adapters are kept.
    pub fn store(&self) -> &dyn AdapterStore {
        self.memory.store()
    }

    /// Answers a task, learning first when unsure. Pull the result to make it go on; drop it to cancel the work.
    pub fn ask<'a>(&'a self, task: &'a Task, options: &'a AskOptions, cancel: &'a Cancel) -> Asking<'a> {
        Asking::new(|log| {
            Box::pin(async move {
                options.check()?;
                let UsableTask { task, left_out } = UsableTask::of(task)?;
                Run::new(self, &task, options, cancel).logged(log).without(left_out).answer_task().await
            })
        })
    }

    /// All adapters: those of the store, then those that live as long as this agent. Newest first in both.
    ///
    /// # Errors
    /// Errors of [`AdapterStore::list`].
    pub async fn adapters(&self) -> Result<Vec<AdapterMeta>> {
        self.memory.adapters().await
    }

    /// A stored adapter, ready to apply.
    ///
    /// # Errors
    /// Errors of [`Memory::adapter`].
    pub async fn stored_adapter(&self, name: &str) -> Result<Adapter> {
        self.memory.adapter(&self.model, name).await
    }

    /// The stored adapter that a call names, if it names one.
    async fn adapter_named(&self, name: Option<&str>) -> Result<Option<Adapter>> {
        match name {
            Some(name) => self.stored_adapter(name).await.map(Some),
            None => Ok(None),
        }
    }

    /// A stored adapter as a file: a PEFT zip, or a GGUF file for llama.cpp.
    ///
    /// # Errors
    /// Errors of [`Memory::export`].
    pub async fn export_adapter(&self, name: &str, options: ExportOptions) -> Result<Vec<u8>> {
        self.memory.export(&self.model, name, options).await
    }

    /// Checks the adapter in a PEFT zip against the loaded model and puts it into a store.
    ///
    /// # Errors
    /// Errors of [`Memory::import`].
    pub async fn import_adapter(&self, name: &str, zip: &[u8], options: ImportOptions) -> Result<AdapterMeta> {
        self.memory.import(&self.model, name, zip, options).await
    }
}
