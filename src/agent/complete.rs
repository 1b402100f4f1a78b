//! Text behind a dialogue, without any learning: what chat interfaces ask for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Agent, Answer, checks::UsableTask, stop_text::StopText};
use crate::{
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
    /// Most calls of one answer.
    pub max_calls: Option<usize>,
    /// Texts before which the answer ends.
    pub stop: Vec<String>,
    /// Apply this stored adapter.
    pub adapter: Option<String>,
}

impl Default for CompletionOptions {
    fn default() -> Self {
        Self {
            form: CompletionForm::Answer,
            sampling: Sampling::GREEDY,
            max_tokens: 256,
            max_calls: None,
            stop: Vec::new(),
            adapter: None,
        }
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
    /// Those of them that were known from an earlier prompt, and not computed again.
    pub known_tokens: usize,
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
        if options.max_calls == Some(0) {
            return Err(Error::invalid("max_calls", "must be at least 1"));
        }
        let UsableTask { task, .. } = &UsableTask::of_dialogue(task)?;
        let model = self.model();
        let format = model.prompts().format();
        let grammar = match &options.form {
            CompletionForm::Json(schema) => Some(Grammar::json(schema)),
            CompletionForm::Calls if task.tools.is_empty() => {
                return Err(Error::invalid("tools", "a call is asked for, and the menu is empty"));
            }
            CompletionForm::Calls => Some(Grammar::calls(format, &task.tools).at_most(options.max_calls)),
            CompletionForm::Answer if !task.tools.is_empty() => {
                Some(Grammar::answer(format, &task.tools).at_most(options.max_calls))
            }
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
        let mut text = StopText::new(&options.stop);
        let tell = &mut |piece: String| {
            let new = text.push(&piece);
            if !new.is_empty() {
                on_text(new);
            }
            text.go_on()
        };
        let generation = model.write(&session, &prefix, options.sampling, &stop, constraint, tell).await?;
        let last = text.finish();
        if !last.is_empty() {
            on_text(last);
        }
        let decode_seconds = watch.lap();
        let text = text.into_text();
        let answer = match options.form {
            // Without tools, and where JSON is asked for, a text that looks like a call is only text.
            CompletionForm::Json(_) => Answer { text, ..Answer::default() },
            _ if task.tools.is_empty() => Answer { text, ..Answer::default() },
            CompletionForm::Answer | CompletionForm::Calls => model.read_answer(text, &task.tools, true),
            CompletionForm::Free => model.read_answer(text, &task.tools, false),
        };
        Ok(Completion {
            answer,
            prompt_tokens: prompt.len(),
            known_tokens: prefix.known,
            completion_tokens: generation.ids.len(),
            cut: generation.finish == Finish::Length,
            prefill_seconds,
            decode_seconds,
        })
    }
}
