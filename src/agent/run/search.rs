//! The most probable answer over the tools. A greedy answer names its tool before it has written one argument;
//! often only how well the arguments can be written shows which tool was meant.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::{Outcome, Run, Standing};
use crate::{
    agent::{
        Answer, AnswerKind, Event, Phase,
        model::{Model, Response, Writing},
    },
    calls::values_grounded,
    error::Result,
    grammar::Grammar,
    inference::{Finish, Prefix, Session, Stop},
    task::{Pair, Task},
    uncertainty::Candidate,
};

/// Tools that are tried, the most probable ones, that of the first answer included.
const BRANCHES: usize = 4;

/// How far log-probabilities of the same tokens may differ, as one pass over several and one after the other compute them.
const SLACK: f32 = 0.01;

/// What came of answering with other tools.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchReport {
    /// The tools whose calls were begun, the most probable one first.
    pub tried: Vec<String>,
    /// Whose calls stand; `None` where the first answer does.
    pub tool: Option<String>,
    /// How sure the answer is, in [0, 1]: the inverse of its perplexity.
    pub certainty: f32,
    /// It is sure enough that nothing is learned: its certainty reaches the threshold, and the estimator of the question is the perplexity.
    pub accepted: bool,
}

/// The best answer of a search.
pub struct Found {
    /// The answer with the probabilities of its tokens.
    pub response: Response,
    /// What came of the search.
    pub report: SearchReport,
}

/// How good an answer is; compared field by field, in this order.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Merit {
    /// It can be read and fits the menu.
    readable: bool,
    /// Its values stand in the dialogue.
    grounded: bool,
    /// The sum over its tokens.
    log_prob: f32,
}

impl Model {
    /// Of the first answer and those that call only one of the other probable tools, the best: first by whether it can be read, then by
    /// whether its values stand in the dialogue, then by log-probability. The prompt is prefilled already, and an answer is abandoned as
    /// soon as it cannot become the most probable one.
    ///
    /// # Errors
    /// Errors of the backend, the tokenizer and the grammar.
    pub async fn search(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        task: &Task,
        first: &Response,
        candidates: &[Candidate],
        writing: Writing,
    ) -> Result<Found> {
        let text = task.messages.iter().map(|message| &message.content[..]).collect::<Vec<_>>().join("\n");
        let merit_of = |answer: &Answer, log_probs: &[f32]| {
            let pair = Pair { query: text.clone(), calls: answer.calls.clone() };
            let grounded = values_grounded(&pair, &task.tools);
            Merit { readable: answer.error.is_none(), grounded, log_prob: log_probs.iter().sum() }
        };
        let mut best = merit_of(&first.answer, &first.log_probs);
        let mut report = SearchReport { tried: Vec::new(), tool: None, certainty: 0.0, accepted: false };
        let mut response = first.clone();
        let mut named: Vec<(&str, f32)> =
            candidates.iter().filter_map(|c| Some((c.name.as_deref()?, c.log_prob))).collect();
        named.sort_by(|one, two| two.1.total_cmp(&one.1));
        let called = first.answer.calls.first().map(|call| &call.name[..]);
        let of_first = named.iter().find(|(name, _)| Some(*name) == called).map(|(_, log_prob)| *log_prob);
        for (name, log_prob) in named.into_iter().take(BRANCHES).filter(|(name, _)| Some(*name) != called) {
            let Some(tool) = task.tool(name) else { continue };
            // Only a more probable answer beats one that can be read and is grounded, and no answer is more probable than the name of
            // its tool. The name counts relative to the first answer's: both pay the same for the tokens that end a name.
            let least = if best.readable && best.grounded { best.log_prob } else { f32::NEG_INFINITY };
            if of_first.is_some_and(|of_first| log_prob - of_first < least - SLACK) {
                continue;
            }
            report.tried.push(name.to_owned());
            let grammar = Grammar::calls(self.prompts().format(), std::slice::from_ref(tool));
            let constraint = Some(self.constrain(&grammar)?);
            let stop = Stop { tokens: self.eos(), max_tokens: writing.max_tokens, least };
            let generation = self
                .write(session, prefix, writing.sampling, &stop, constraint, &mut |_| ControlFlow::Continue(()))
                .await?;
            if generation.finish == Finish::Unlikely {
                continue;
            }
            let text = self.tokenizer().decode(&generation.ids, true)?;
            let answer = self.read_answer(text, &task.tools, true);
            let merit = merit_of(&answer, &generation.log_probs);
            if merit > best {
                best = merit;
                response = Response { answer, log_probs: generation.log_probs };
                report.tool = Some(name.to_owned());
            }
        }
        report.certainty = response.certainty();
        Ok(Found { response, report })
    }
}

impl Run<'_> {
    /// Answers with other probable tools too, where the options say so; the best of the answers is the one that stands so far.
    ///
    /// # Errors
    /// Errors of [`Model::search`].
    pub async fn search(&mut self, standing: &mut Standing) -> Result<Outcome> {
        if !self.options.searches() {
            return Ok(Outcome::GoOn);
        }
        self.begin(Phase::Search);
        let start = self.start.clone();
        let session = self.session(start.as_deref());
        let (first, candidates) = (&standing.response, &self.trace.uncertainty.candidates[..]);
        let writing = self.options.writing();
        let Found { response, mut report } =
            self.model().search(&session, &standing.prefix, self.task, first, candidates, writing).await?;
        report.accepted = self.is_sure_enough(&response.answer, report.certainty);
        self.log.put(Event::Answer { answer: AnswerKind::Searched, result: response.answer.clone() });
        let accepted = report.accepted;
        self.trace.answer = response.answer.clone();
        self.trace.search = Some(report);
        standing.response = response;
        Ok(if accepted { Outcome::Stands } else { Outcome::GoOn })
    }

    /// Whether an answer of a cheap tier makes learning unnecessary. Only an estimator that reads the answer can tell.
    pub(super) fn is_sure_enough(&self, answer: &Answer, certainty: f32) -> bool {
        self.options.estimator.reads_the_answer()
            && certainty >= self.trace.uncertainty.threshold
            && answer.error.is_none()
    }
}
