//! The cheaper tier: an answer with the examples in the context, before anything is trained.

use serde::{Deserialize, Serialize};

use super::{
    Agent, Answer, AskOptions,
    steps::{answer_certainty, perplexity},
};
use crate::{
    error::Result,
    inference::Session,
    task::{Pair, Task},
};

/// What came of the examples in the context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContextReport {
    /// The answer.
    pub answer: Answer,
    /// How sure it is, in [0, 1]: the inverse of the answer's perplexity, whatever the estimator of the question.
    pub certainty: f32,
    /// The answer stands: its certainty reaches the threshold.
    pub accepted: bool,
}

impl Agent {
    /// Answers a task with pairs as earlier turns. `on_text` sees the answer as it is written.
    ///
    /// # Errors
    /// [`crate::Error::ContextOverflow`] when the pairs do not fit, and those of the template, the tokenizer and the backend.
    pub(super) async fn answer_in_context(
        &self,
        session: &Session<'_>,
        task: &Task,
        pairs: &[Pair],
        options: &AskOptions,
        threshold: f32,
        on_text: &mut dyn FnMut(String),
    ) -> Result<ContextReport> {
        let prompt = self.tokenizer.encode(&self.prompts.icl_prompt(task, pairs)?)?;
        let prefix = session.prefill(&prompt).await?;
        let how = options.writing();
        let (answer, generation) = self.respond(session, &prefix, task, how, on_text).await?;
        let certainty = answer_certainty(Some(perplexity(&generation.log_probs)));
        let accepted = answer.error.is_none() && certainty >= threshold;
        Ok(ContextReport { answer, certainty, accepted })
    }
}
