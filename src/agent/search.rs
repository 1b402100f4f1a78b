//! The most probable answer over the tools. A greedy answer names its tool before it has written one argument; which tool was meant often
//! shows only in how well the arguments can be written.

use serde::{Deserialize, Serialize};

use super::{
    Agent, Answer, Writing,
    steps::{answer_certainty, perplexity},
};
use crate::{
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

/// The answer that was found.
pub struct Found {
    /// The answer.
    pub answer: Answer,
    /// Of each token, and of the one that ended it.
    pub log_probs: Vec<f32>,
    /// What came of it.
    pub report: SearchReport,
}

/// What speaks for an answer, the more telling first: it can be read and fits the menu; its values stand in the dialogue; its
/// log-probability, the sum over its tokens.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Merit(bool, bool, f32);

impl Agent {
    /// Of the first answer and those that call only one of the other probable tools, the best (first by what can be read, then by values that
    /// stand in the dialogue, then by log-probability). Behind the prefilled prompt, so that no prompt is read again; and a call is left as
    /// soon as it cannot become the most probable one.
    ///
    /// # Errors
    /// Those of the backend, the tokenizer and the grammar.
    pub async fn search(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        task: &Task,
        (answer, log_probs): (&Answer, &[f32]),
        (candidates, how): (&[Candidate], Writing),
    ) -> Result<Found> {
        let text = task.messages.iter().map(|message| &message.content[..]).collect::<Vec<_>>().join("\n");
        let merit_of = |answer: &Answer, log_probs: &[f32]| {
            let pair = Pair { query: text.clone(), calls: answer.calls.clone() };
            Merit(answer.error.is_none(), values_grounded(&pair, &task.tools), log_probs.iter().sum())
        };
        let mut best = merit_of(answer, log_probs);
        let mut report = SearchReport { tried: Vec::new(), tool: None, certainty: 0.0, accepted: false };
        let mut found = (answer.clone(), log_probs.to_vec());
        let mut named: Vec<(&str, f32)> =
            candidates.iter().filter_map(|c| Some((c.name.as_deref()?, c.log_prob))).collect();
        named.sort_by(|one, two| two.1.total_cmp(&one.1));
        let first = answer.calls.first().map(|call| &call.name[..]);
        let of_first = named.iter().find(|(name, _)| Some(*name) == first).map(|(_, log_prob)| *log_prob);
        for (name, log_prob) in named.into_iter().take(BRANCHES).filter(|(name, _)| Some(*name) != first) {
            let Some(tool) = task.tool(name) else { continue };
            // Nothing outweighs an answer that fits and is grounded but a more probable one; and no answer is more probable than its
            // tool's name. That counts beside the first answer's: how a name ends in tokens of its own costs both of them the same.
            let least = if best.0 && best.1 { best.2 } else { f32::NEG_INFINITY };
            if of_first.is_some_and(|of_first| log_prob - of_first < least - SLACK) {
                continue;
            }
            report.tried.push(name.to_owned());
            let grammar = Grammar::calls(self.prompts.format(), std::slice::from_ref(tool));
            let constraint = Some(self.vocabulary()?.constrain(&grammar)?);
            let stop = Stop { tokens: &self.eos, max_tokens: how.max_tokens, least };
            let generation = self.write(session, prefix, (how.sampling, &stop), constraint, &mut |_| {}).await?;
            if generation.finish == Finish::Unlikely {
                continue;
            }
            let other = self.read_answer(&generation.ids, &task.tools)?;
            let merit = merit_of(&other, &generation.log_probs);
            if merit > best {
                (best, found) = (merit, (other, generation.log_probs));
                report.tool = Some(name.to_owned());
            }
        }
        let (answer, log_probs) = found;
        report.certainty = answer_certainty(Some(perplexity(&log_probs)));
        Ok(Found { answer, log_probs, report })
    }
}
