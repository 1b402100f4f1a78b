//! Answers of the model behind a prefilled prompt.

use std::ops::ControlFlow;

use super::Model;
use crate::{
    agent::Answer,
    calls::check_call,
    error::Result,
    grammar::{Constraint, Grammar},
    inference::{Generation, Prefix, Sampling, Session, Stop},
    task::{Pair, Task, Tool},
    uncertainty::{Estimator, Scores},
};

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Writing {
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// Most tokens.
    pub max_tokens: usize,
    /// Only calls of the menu's tools that fit their schemas can be written, or a text without a call.
    pub constrained: bool,
}

impl Writing {
    /// Always the most probable token.
    pub fn greedy(max_tokens: usize, constrained: bool) -> Self {
        Self { sampling: Sampling::GREEDY, max_tokens, constrained }
    }
}

/// An answer with the probabilities of its tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The answer.
    pub answer: Answer,
    /// Log-probability of each token, and of the one that ended the turn.
    pub log_probs: Vec<f32>,
}

impl Response {
    /// Perplexity of the answer; `None` when it is not finite.
    pub fn perplexity(&self) -> Option<f32> {
        Some(perplexity(&self.log_probs)).filter(|perplexity| perplexity.is_finite())
    }

    /// How sure the answer is, in [0, 1]: the inverse of its perplexity.
    pub fn certainty(&self) -> f32 {
        let scores = Scores { perplexity: self.perplexity(), ..Scores::default() };
        Estimator::Perplexity.certainty(&scores)
    }
}

/// `exp` of the negative mean log-probability; 1 for no token.
pub fn perplexity(log_probs: &[f32]) -> f32 {
    (-log_probs.iter().sum::<f32>() / log_probs.len().max(1) as f32).exp()
}

impl Model {
    /// Answers a task behind its prefilled prompt. `on_text` sees the answer as it is written.
    ///
    /// # Errors
    /// Errors of [`Session::generate`] and of the tokenizer.
    pub async fn respond(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        task: &Task,
        writing: Writing,
        mut on_text: impl FnMut(String),
    ) -> Result<Response> {
        self.respond_to(session, prefix, task, writing, &mut on_text).await
    }

    /// One body for all callers: each would add kilobytes to a page.
    async fn respond_to(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        task: &Task,
        writing: Writing,
        on_text: &mut dyn FnMut(String),
    ) -> Result<Response> {
        let stop = Stop::at(&self.eos, writing.max_tokens);
        // Without tools nothing can be called.
        let constraint = match writing.constrained && !task.tools.is_empty() {
            true => Some(self.constrain(&Grammar::answer(self.prompts.format(), &task.tools))?),
            false => None,
        };
        let tell = &mut |text| {
            on_text(text);
            ControlFlow::Continue(())
        };
        let generation = self.write(session, prefix, writing.sampling, &stop, constraint, tell).await?;
        let text = self.tokenizer.decode(&generation.ids, true)?;
        let answer = self.read_answer(text, &task.tools, writing.constrained);
        Ok(Response { answer, log_probs: generation.log_probs })
    }

    /// Answers a task with pairs as earlier turns of its dialogue.
    ///
    /// # Errors
    /// [`Error::ContextOverflow`](crate::Error::ContextOverflow) when the pairs do not fit; those of [`Model::respond`].
    pub async fn respond_in_context(
        &self,
        session: &Session<'_>,
        task: &Task,
        pairs: &[Pair],
        writing: Writing,
        mut on_text: impl FnMut(String),
    ) -> Result<Response> {
        let prompt = self.tokenizer.encode(&self.prompts.icl_prompt(task, pairs)?)?;
        let prefix = session.prefill(&prompt).await?;
        self.respond_to(session, &prefix, task, writing, &mut on_text).await
    }

    /// Writes text behind a prefilled prompt. `on_text` sees it as it is written, and may end it.
    ///
    /// # Errors
    /// Errors of [`Session::generate`] and of the tokenizer.
    pub async fn write(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        sampling: Sampling,
        stop: &Stop<'_>,
        constraint: Option<Constraint>,
        on_text: &mut dyn FnMut(String) -> ControlFlow<()>,
    ) -> Result<Generation> {
        let mut stream = self.tokenizer.stream();
        let generation = session
            .generate_until(prefix, sampling, stop, constraint, |id| {
                let text = stream.push(id)?;
                Ok(text.map_or(ControlFlow::Continue(()), &mut *on_text))
            })
            .await?;
        if let Some(text) = stream.finish()? {
            // Nothing more comes.
            let _ = on_text(text);
        }
        Ok(generation)
    }

    /// The calls in a written text, as far as they can be read. In a `constrained` answer, a call that does not fit the menu
    /// is none: the grammar enforces less than all of JSON Schema, and what it could not rule out is ruled out here.
    pub fn read_answer(&self, text: String, tools: &[Tool], constrained: bool) -> Answer {
        match self.prompts.parse_answer(&text) {
            Ok(mut calls) => {
                let issue = calls.iter().find_map(|call| check_call(call, tools).err());
                if constrained && issue.is_some() {
                    calls.clear();
                }
                Answer { text, calls, error: issue.map(|issue| issue.reason().to_owned()) }
            }
            Err(failure) => Answer { text, calls: Vec::new(), error: Some(failure.reason().to_owned()) },
        }
    }
}
