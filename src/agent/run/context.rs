//! The tier before training: an answer with the examples in the context.

use serde::{Deserialize, Serialize};

use super::{Examples, Outcome, Run, Standing};
use crate::{
    agent::{Answer, AnswerKind, Event, Phase},
    error::{Error, Result},
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

impl Run<'_> {
    /// Answers with the examples as earlier turns, where the options say so. Examples that do not fit the context are no error: training
    /// takes them one by one.
    ///
    /// # Errors
    /// Errors of the template, the tokenizer and the backend.
    pub async fn answer_in_context(&mut self, standing: &Standing, examples: &Examples) -> Result<Outcome> {
        if !self.options.context_first {
            return Ok(Outcome::GoOn);
        }
        self.begin(Phase::AnswerInContext);
        let start = self.start.clone();
        let session = self.session(start.as_deref());
        let tell = |text| self.log.put(Event::Token { answer: AnswerKind::Context, text });
        let (task, writing) = (&standing.task, self.options.writing());
        let response = match self.model().respond_in_context(&session, task, &examples.pairs, writing, tell).await {
            Ok(response) => response,
            Err(Error::ContextOverflow { .. }) => return Ok(Outcome::GoOn),
            Err(error) => return Err(error),
        };
        let (answer, certainty) = (response.answer.clone(), response.certainty());
        self.log.put(Event::Answer { answer: AnswerKind::Context, result: answer.clone() });
        let accepted = answer.error.is_none() && certainty >= self.trace.uncertainty.threshold;
        if accepted {
            self.trace.answer = answer.clone();
        }
        self.trace.context = Some(ContextReport { answer, certainty, accepted });
        Ok(if accepted { Outcome::Stands } else { Outcome::GoOn })
    }
}
