//! Pairs before the task, nothing trained.

use super::{Outcome, Progress, Runner, Written, counts};
use crate::evaluation::{modes::Source, neighbours::nearest, plan::Setting};
use autodidact::{
    error::{Error, Result},
    platform::Stopwatch,
    task::Pair,
};

impl Runner<'_> {
    pub(super) async fn in_context_own(
        &self,
        progress: &mut Progress<'_>,
        seed: u64,
        setting: &Setting,
    ) -> Result<Outcome> {
        let written = self.pairs(progress, (seed, Source::Own), setting).await?;
        let Written { synthesis, note, seconds: taken } = written;
        let mut outcome = self.in_context(progress, synthesis.pairs.clone()).await?;
        outcome.synthesis = Some(counts(&synthesis));
        outcome.note = note.or(outcome.note);
        outcome.seconds.insert("synthesize".into(), taken);
        Ok(outcome)
    }

    pub(super) async fn in_context_training(&self, progress: &Progress<'_>, setting: &Setting) -> Result<Outcome> {
        let wanted = self.plan.synthesis_for(setting).pairs;
        let near = nearest(progress.item.task.query(), self.train, wanted);
        // The nearest stands last, next to the task.
        let pairs = near.into_iter().rev();
        let pairs = pairs.map(|item| Pair { query: item.task.query().to_owned(), calls: item.gold.clone() }).collect();
        self.in_context(progress, pairs).await
    }

    /// Answers with the pairs before the task, leaving out the first ones until the prompt fits the context.
    async fn in_context(&self, progress: &Progress<'_>, mut pairs: Vec<Pair>) -> Result<Outcome> {
        let task = &progress.item.task;
        let wanted = pairs.len();
        let mut seconds = progress.base.seconds();
        let watch = Stopwatch::start();
        let session = self.model().session(None, self.cancel);
        let writing = self.plan.greedy();
        while !pairs.is_empty() {
            match self.model().respond_in_context(&session, task, &pairs, writing, |_| {}).await {
                Ok(response) => {
                    seconds.insert("answer_again".into(), watch.seconds());
                    let left = wanted - pairs.len();
                    let note = (left > 0).then(|| format!("{left} of {wanted} pairs did not fit the context"));
                    let answers = vec![response.answer];
                    return Ok(Outcome { answers, learned: true, pairs, note, seconds, ..Outcome::default() });
                }
                Err(Error::ContextOverflow { .. }) => pairs.remove(0),
                Err(error) => return Err(error),
            };
        }
        let note = (wanted > 0).then(|| "no pair fits the context".to_owned());
        Ok(Outcome { answers: vec![progress.base.answer().clone()], note, seconds, ..Outcome::default() })
    }
}
