//! Text behind a dialogue, without any learning: what chat interfaces ask for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Agent, Answer};
use crate::{
    calls::check_menu,
    error::{Error, Result},
    grammar::Grammar,
    inference::{Cancel, Finish, Sampling, Stop},
    platform::Stopwatch,
    task::Task,
};

/// What may be written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletionForm {
    /// Calls of the menu's tools that fit their schemas, or a text without a call; any text where there are no tools.
    #[default]
    Answer,
    /// Calls of the menu's tools, at least one.
    Calls,
    /// Any text.
    Free,
    /// JSON that fits a schema.
    Json(Value),
}

/// How a dialogue is completed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
#[serde(default)]
pub struct CompletionOptions {
    /// What may be written.
    pub form: CompletionForm,
    /// How tokens are drawn.
    #[serde(flatten)]
    pub sampling: Sampling,
    /// Most tokens.
    pub max_tokens: usize,
    /// Apply this stored adapter.
    pub adapter: Option<String>,
}

impl Default for CompletionOptions {
    fn default() -> Self {
        Self { form: CompletionForm::Answer, sampling: Sampling::GREEDY, max_tokens: 256, adapter: None }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
pub struct Completion {
    /// The text, and the calls in it.
    pub answer: Answer,
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Tokens written.
    pub completion_tokens: usize,
    /// True when the text was cut at the limit of tokens.
    pub cut: bool,
    /// Seconds for reading the prompt.
    pub prefill_seconds: f64,
    /// Seconds for writing.
    pub decode_seconds: f64,
}

impl Agent {
    /// Continues a dialogue. `on_text` sees the text as it is written. Nothing is learned, scored or stored.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for options out of range, an empty dialogue or a menu that does not suit the form;
    /// [`Error::Grammar`] for a schema that cannot be enforced; [`Error::ContextOverflow`], [`Error::Aborted`], and those of
    /// the template, the store and the backend.
    pub async fn complete(
        &self,
        task: &Task,
        options: &CompletionOptions,
        cancel: &Cancel,
        mut on_text: impl FnMut(String),
    ) -> Result<Completion> {
        options.sampling.check()?;
        if options.max_tokens == 0 {
            return Err(Error::invalid("max_tokens", "must be at least 1"));
        }
        if task.messages.is_empty() {
            return Err(Error::invalid("messages", "there is none"));
        }
        check_menu(&task.tools)?;
        let model = self.model();
        let format = model.prompts().format();
        let grammar = match &options.form {
            CompletionForm::Json(schema) => Some(Grammar::json(schema)),
            CompletionForm::Calls if task.tools.is_empty() => {
                return Err(Error::invalid("tools", "a call is asked for, and the menu is empty"));
            }
            CompletionForm::Calls => Some(Grammar::calls(format, &task.tools)),
            CompletionForm::Answer if !task.tools.is_empty() => Some(Grammar::answer(format, &task.tools)),
            CompletionForm::Answer | CompletionForm::Free => None,
        };
        let constraint = grammar.map(|grammar| model.constrain(&grammar)).transpose()?;
        let adapter = self.adapter_named(options.adapter.as_deref()).await?;
        let session = model.session(adapter.as_ref().map(|a| &a.weights), cancel);
        let prompt = model.prompt(task)?;
        let mut watch = Stopwatch::start();
        let prefix = session.prefill(&prompt).await?;
        let prefill_seconds = watch.lap();
        let stop = Stop::at(model.eos(), options.max_tokens);
        let generation = model.write(&session, &prefix, options.sampling, &stop, constraint, &mut on_text).await?;
        let decode_seconds = watch.lap();
        let answer = match options.form {
            // Here a text that looks like a call is only text.
            CompletionForm::Json(_) => {
                Answer { text: model.tokenizer().decode(&generation.ids, true)?, ..Answer::default() }
            }
            _ => model.read_answer(&generation.ids, &task.tools)?,
        };
        Ok(Completion {
            answer,
            prompt_tokens: prompt.len(),
            completion_tokens: generation.ids.len(),
            cut: generation.finish == Finish::Length,
            prefill_seconds,
            decode_seconds,
        })
    }
}
