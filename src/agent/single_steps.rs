//! G and T one by one, for callers that build a loop of their own.

use super::{Agent, AskOptions, Event, TrainingReport, teach::check_pairs};
use crate::{
    error::{Error, Result},
    inference::Cancel,
    storage::{AdapterMeta, Lesson},
    synthesis::Synthesis,
    task::{Pair, Task},
};

impl Agent {
    /// G: pairs like a task, by `options.synthesis`. `on_event` sees each attempt.
    ///
    /// # Errors
    /// Those of [`Agent::ask`].
    pub async fn write_pairs(
        &self,
        task: &Task,
        options: &AskOptions,
        cancel: &Cancel,
        mut on_event: impl FnMut(Event),
    ) -> Result<Synthesis> {
        options.check()?;
        super::ask::check_task(task)?;
        let stored = self.adapter_named(options.adapter.as_deref()).await?;
        let session = self.session(stored.as_ref().map(|a| &a.weights), cancel);
        let config = options.pairs();
        let calls = if config.same_tools {
            let prefix = session.prefill(&self.answer_ids(task)?).await?;
            let how = options.writing();
            let (answer, generation) = self.respond(&session, &prefix, task, how, |_| {}).await?;
            if options.searches() {
                let scored = self.score(&session, &prefix, task, options).await?;
                let first = (&answer, &generation.log_probs[..]);
                self.search(&session, &prefix, task, first, (&scored.candidates, how)).await?.answer.calls
            } else {
                answer.calls
            }
        } else {
            Vec::new()
        };
        self.synthesizer(session, config)?
            .run(task, &calls, options.seed, |pair, rejection| on_event(Event::attempt(pair, rejection)))
            .await
    }

    /// T: trains an adapter on pairs for the menu of a task and stores it under `options.keep`; `options.adapter` is where it
    /// starts from. The pairs may come from [`Agent::write_pairs`] or from a person. `on_event` sees each step.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without a name, without a pair, or for a call that does not fit the menu; the rest as
    /// [`Agent::ask`].
    pub async fn learn_pairs(
        &self,
        task: &Task,
        pairs: &[Pair],
        options: &AskOptions,
        cancel: &Cancel,
        mut on_event: impl FnMut(Event),
    ) -> Result<(AdapterMeta, TrainingReport)> {
        options.check()?;
        super::ask::check_task(task)?;
        let name = options.keep.as_deref().ok_or_else(|| Error::invalid("keep", "give the adapter a name"))?;
        self.check_name(options).await?;
        if pairs.is_empty() {
            return Err(Error::invalid("pairs", "there is none to learn from"));
        }
        check_pairs(pairs, &task.tools)?;
        let stored = self.adapter_named(options.adapter.as_deref()).await?;
        let examples = self.examples(task, pairs)?;
        let how = (&options.adaptation, options.seed);
        let (adapter, training) =
            self.train(examples, stored.as_ref(), how, cancel, |step| on_event(Event::Train(step))).await?;
        cancel.check()?;
        let lessons = pairs.iter().map(|pair| Lesson::new(pair.clone(), options.examples_from)).collect();
        let meta = self.keep(name, &adapter, self.describe(task, (lessons, &training), (None, None))).await?;
        Ok((meta, training))
    }
}
