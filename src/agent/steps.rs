//! Synthesis and adaptation one by one, for callers that build a loop of their own.

use super::{
    Agent, AskOptions, Event, TrainingReport,
    checks::{UsableTask, check_pairs},
    memory::Learned,
    model::{Trained, Training},
    run::Found,
};
use crate::{
    error::{Error, Result},
    inference::Cancel,
    storage::{AdapterMeta, Lesson},
    synthesis::Synthesis,
    task::{Pair, Task, ToolCall},
};

impl Agent {
    /// Writes pairs like a task, by `options.synthesis`, and learns nothing. `on_event` sees each attempt.
    ///
    /// # Errors
    /// Errors of [`Agent::ask`].
    pub async fn synthesize(
        &self,
        task: &Task,
        options: &AskOptions,
        cancel: &Cancel,
        mut on_event: impl FnMut(Event),
    ) -> Result<Synthesis> {
        options.check()?;
        let UsableTask { task, .. } = &UsableTask::of(task)?;
        let stored = self.adapter_named(options.adapter.as_deref()).await?;
        let session = self.model().session(stored.as_ref().map(|adapter| &adapter.weights), cancel);
        let config = options.pairs();
        let calls = if config.same_tools { self.first_calls(task, options, cancel).await? } else { Vec::new() };
        self.model()
            .synthesizer(session, config)?
            .run(task, &calls, options.seed, |pair, rejection| on_event(Event::attempt(pair, rejection)))
            .await
    }

    /// The calls that the agent answers with, found as in [`Agent::ask`] before anything is learned.
    async fn first_calls(&self, task: &Task, options: &AskOptions, cancel: &Cancel) -> Result<Vec<ToolCall>> {
        let model = self.model();
        let stored = self.adapter_named(options.adapter.as_deref()).await?;
        let session = model.session(stored.as_ref().map(|adapter| &adapter.weights), cancel);
        let prefix = session.prefill(&model.prompt(task)?).await?;
        let writing = options.writing();
        let first = model.respond(&session, &prefix, task, writing, |_| {}).await?;
        if !options.searches() {
            return Ok(first.answer.calls);
        }
        let scored = model.score(&session, &prefix, task, options.score).await?;
        let Found { response, .. } = model.search(&session, &prefix, task, &first, &scored.candidates, writing).await?;
        Ok(response.answer.calls)
    }

    /// Trains an adapter on pairs for the menu of a task and stores it under `options.keep`; it learns on from `options.adapter`. The pairs
    /// may come from [`Agent::synthesize`] or from a person. `on_event` sees each step.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without a name, without a pair, or for a call that does not fit the menu; the rest as [`Agent::ask`].
    pub async fn adapt(
        &self,
        task: &Task,
        pairs: &[Pair],
        options: &AskOptions,
        cancel: &Cancel,
        mut on_event: impl FnMut(Event),
    ) -> Result<(AdapterMeta, TrainingReport)> {
        options.check()?;
        let UsableTask { task, .. } = &UsableTask::of(task)?;
        let (model, memory) = (self.model(), self.memory());
        let name = options.keep.as_deref().ok_or_else(|| Error::invalid("keep", "give the adapter a name"))?;
        memory.check_name(options).await?;
        if pairs.is_empty() {
            return Err(Error::invalid("pairs", "there is none to learn from"));
        }
        check_pairs(pairs, &task.tools)?;
        let stored = self.adapter_named(options.adapter.as_deref()).await?;
        let training = Training {
            examples: model.examples(task, pairs)?,
            start: stored.as_ref(),
            config: &options.adaptation,
            seed: options.seed,
        };
        let Trained { adapter, report } = model.train(training, cancel, |step| on_event(Event::Train(step))).await?;
        cancel.check()?;
        let lessons = pairs.iter().map(|pair| Lesson::new(pair.clone(), options.examples_from)).collect();
        let learned = Learned { lessons, training: &report, margin_before: None, margin_after: None };
        let meta = memory.keep(model, name, &adapter, memory.describe(model, task, learned)).await?;
        Ok((meta, report))
    }
}
