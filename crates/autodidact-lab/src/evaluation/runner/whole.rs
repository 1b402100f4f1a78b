//! The `search` and `agent` modes: what the agent does with an unsure task before it learns, and all that it does.

use super::{Outcome, Progress, Runner, counts};
use crate::evaluation::{plan::Setting, seeds::task_seed};
use autodidact::{
    agent::{AskEvent, AskOptions},
    error::{Error, Result},
    platform::Stopwatch,
};

/// A threshold that every certainty is below.
const ALWAYS: f32 = 1.01;

impl Runner<'_> {
    /// The most probable answer over the tools.
    pub(super) async fn searched(&self, progress: &Progress<'_>) -> Result<Outcome> {
        let base = &progress.base;
        let watch = Stopwatch::start();
        let session = self.agent.session(None, self.cancel);
        let (first, rest) = ((&base.answer, &base.log_probs[..]), (&base.candidates[..], self.plan.greedy()));
        let found = self.agent.search(&session, &base.prefix, &progress.item.task, first, rest).await?;
        let mut seconds = base.seconds.clone();
        seconds.insert("search".to_owned(), watch.seconds());
        Ok(Outcome { answers: vec![found.answer], seconds, ..Outcome::default() })
    }

    /// The answer of the agent with its defaults, and with what the plan says of the stages.
    pub(super) async fn asked(&self, progress: &Progress<'_>, seed: u64, setting: &Setting) -> Result<Outcome> {
        let plan = self.plan;
        let defaults = AskOptions::default();
        let threshold = plan.thresholds.first().copied().unwrap_or(defaults.threshold);
        let options = AskOptions {
            // Where other tasks than the unsure ones are selected, those are to be learned from too.
            threshold: if plan.is_unsure(&progress.base.scores) { threshold } else { ALWAYS },
            estimator: plan.estimators.first().copied().unwrap_or(defaults.estimator),
            seed: task_seed(seed, progress.suite, &progress.item.id),
            max_answer_tokens: plan.max_answer_tokens,
            constrained: plan.constrained,
            score: plan.score,
            synthesis: plan.synthesis_for(setting),
            adaptation: plan.adaptation_for(setting),
            ..defaults
        };
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
