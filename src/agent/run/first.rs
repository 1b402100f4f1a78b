//! The first tier: the answer of the model as it is, and how sure it is of it.

use super::Run;
use crate::{
    agent::{AnswerKind, Event, Phase, model::Response},
    error::Result,
    inference::{Prefix, Session},
    task::Task,
};

/// The answer that stands so far, with what the next tier goes on from.
#[derive(Clone)]
pub struct Standing {
    /// The task as it was asked; a tier may put its menu into another order.
    pub task: Task,
    /// Token ids of its prompt.
    pub prompt: Vec<u32>,
    /// The prompt of the task as it came, prefilled.
    pub prefix: Prefix,
    /// The answer with the probabilities of its tokens.
    pub response: Response,
}

impl Run<'_> {
    /// Reads the prompt, answers, and scores the candidates where the estimator or the options need them.
    ///
    /// # Errors
    /// [`crate::Error::ContextOverflow`] for a task that is too long, [`crate::Error::Aborted`], and those of the template, the tokenizer
    /// and the backend.
    pub async fn first_answer(&mut self) -> Result<Standing> {
        let start = self.start.clone();
        let reads_the_answer = self.options.estimator.reads_the_answer();
        let prompt = self.model().prompt_with(self.task, &self.options.facts)?;
        self.begin(if reads_the_answer { Phase::Answer } else { Phase::Score });
        let session = self.model().session(start.as_ref().map(|adapter| &adapter.weights), self.cancel);
        let prefix = session.prefill(&prompt).await?;
        self.lap("prefill");
        if !reads_the_answer {
            self.score_candidates(&session, &prefix).await?;
            self.trace.uncertainty.decide();
            self.tell_score();
            self.begin(Phase::Answer);
        }
        let response = self.respond(&session, &prefix, self.task, AnswerKind::Base).await?;
        self.trace.uncertainty.perplexity = response.perplexity();
        if reads_the_answer {
            self.trace.uncertainty.decide();
            if self.trace.uncertainty.unsure || self.options.candidates {
                self.begin(Phase::Score);
                self.score_candidates(&session, &prefix).await?;
            }
            self.tell_score();
        }
        self.end_first_answer();
        self.trace.base_answer = response.answer.clone();
        self.trace.answer = response.answer.clone();
        Ok(Standing { task: self.task.clone(), prompt, prefix, response })
    }

    async fn score_candidates(&mut self, session: &Session<'_>, prefix: &Prefix) -> Result<()> {
        let scored = self.model().score(session, prefix, self.task, self.options.score).await?;
        self.trace.uncertainty.add(scored);
        Ok(())
    }

    fn tell_score(&self) {
        self.log.put(Event::Score { uncertainty: self.trace.uncertainty.clone() });
    }
}
