//! The `reorder` mode: the same task with its menu in other orders.

use super::{Outcome, Progress, Runner};
use crate::evaluation::seeds::task_seed;
use autodidact::{error::Result, platform::Stopwatch};

/// Orders of the menu that are asked, the task's own included.
const ORDERS: usize = 3;

impl Runner<'_> {
    /// Of the greedy answers to the task with its menu in three orders, the one with the lowest perplexity.
    pub(super) async fn reordered(&self, progress: &Progress<'_>, seed: u64) -> Result<Outcome> {
        let mut outcome = Outcome { seconds: progress.base.seconds.clone(), ..Outcome::default() };
        let watch = Stopwatch::start();
        let base = (&progress.base.answer, progress.base.scores.perplexity);
        let seed = task_seed(seed, progress.suite, &progress.item.id);
        let session = self.agent.session(None, self.cancel);
        let how = self.plan.greedy();
        let surest = self.agent.surest_of_orders(&session, &progress.item.task, base, (ORDERS, seed), how).await?;
        outcome.seconds.insert("reorder".to_owned(), watch.seconds());
        outcome.answers = vec![surest.answer];
        Ok(outcome)
    }
}
