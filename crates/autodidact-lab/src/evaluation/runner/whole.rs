//! The `search`, `reorder` and `agent` modes: tiers of the agent that train nothing, and the agent as a whole.

use autodidact::{
    agent::{AskEvent, AskOptions, Learn},
    error::{Error, Result},
};

use super::{Outcome, Progress, Runner, counts, learn_below, stage_seconds};
use crate::evaluation::{plan::Setting, seeds::task_seed};

/// Orders of the menu that the `reorder` mode asks in, the task's own included.
const ORDERS: usize = 3;

impl Runner<'_> {
    /// The most probable answer over the tools.
    pub(super) async fn searched(&self, progress: &Progress<'_>) -> Result<Outcome> {
        let mut run = progress.base.run.clone();
        run.search(&mut progress.base.standing.clone()).await?;
        Ok(Outcome {
            answers: vec![run.trace().answer.clone()],
            seconds: stage_seconds(&run.ended()),
            ..Outcome::default()
        })
    }

    /// Of the greedy answers to the task with its menu in three orders, the one with the lowest perplexity.
    pub(super) async fn reordered(&self, progress: &Progress<'_>, seed: u64) -> Result<Outcome> {
        let seed = task_seed(seed, progress.suite, &progress.item.id);
        let options = AskOptions { orders: ORDERS, ..self.options(seed, &Setting::default()) };
        let mut run = progress.base.run.clone().with_options(&options);
        run.reorder(&mut progress.base.standing.clone()).await?;
        Ok(Outcome {
            answers: vec![run.trace().answer.clone()],
            seconds: stage_seconds(&run.ended()),
            ..Outcome::default()
        })
    }

    /// The answer of the agent as a whole, with what the plan says of its tiers.
    pub(super) async fn asked(&self, progress: &Progress<'_>, seed: u64, setting: &Setting) -> Result<Outcome> {
        let plan = self.plan;
        // Where other tasks than the unsure ones are selected, the agent learns from them too.
        let is_unsure = plan.is_unsure(&progress.base.scores);
        let threshold = plan.thresholds.first().copied();
        let learn = if is_unsure { threshold.map_or(Learn::default(), learn_below) } else { Learn::Always };
        let seed = task_seed(seed, progress.suite, &progress.item.id);
        let options = AskOptions { learn, candidates: false, ..self.options(seed, setting) };
        let mut asking = self.agent.ask(&progress.item.task, &options, self.cancel);
        while let Some(event) = asking.next().await {
            if let AskEvent::Done(trace) = event? {
                return Ok(Outcome {
                    answers: vec![trace.answer],
                    learned: trace.adapted,
                    synthesis: trace.synthesis.as_ref().map(counts),
                    pairs: trace.synthesis.map(|synthesis| synthesis.pairs).unwrap_or_default(),
                    note: trace.note,
                    seconds: trace.seconds,
                    ..Outcome::default()
                });
            }
        }
        Err(Error::Aborted)
    }
}
