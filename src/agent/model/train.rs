//! Training of an adapter on pairs.

use super::Model;
use crate::{
    adaptation::{AdaptationConfig, TrainEvent, Trainer, TrainingExample},
    adapter::Adapter,
    agent::TrainingReport,
    error::{Error, Result},
    inference::Cancel,
    task::{Pair, Task, ToolCall},
};

/// What an adapter is trained on, and how.
pub struct Training<'a> {
    /// Prompts with the responses that are learned.
    pub examples: Vec<TrainingExample>,
    /// The adapter that learns on; a fresh one for `None`.
    pub start: Option<&'a Adapter>,
    /// Options.
    pub config: &'a AdaptationConfig,
    /// Seed of a fresh adapter's first weights.
    pub seed: u64,
}

/// A trained adapter.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The adapter.
    pub adapter: Adapter,
    /// What the training did.
    pub report: TrainingReport,
}

impl Model {
    /// A task with its right calls as token ids: its answer prompt, and the calls as the model should have written them.
    ///
    /// # Errors
    /// Errors of [`Model::prompt`].
    pub fn example(&self, task: &Task, calls: &[ToolCall]) -> Result<TrainingExample> {
        let mut response = self.tokenizer.encode_continuation(&self.prompts.answer_text(calls))?;
        response.extend(self.eos.first());
        Ok(TrainingExample { prompt: self.prompt(task)?, response })
    }

    /// Pairs as the model sees them: the menu of the task, the pair's query, the pair's calls.
    ///
    /// # Errors
    /// Errors of [`Model::prompt`].
    pub fn examples(&self, task: &Task, pairs: &[Pair]) -> Result<Vec<TrainingExample>> {
        let example = |pair: &Pair| self.example(&Task::new(pair.query.clone(), task.tools.clone()), &pair.calls);
        pairs.iter().map(example).collect()
    }

    /// Token ids with which a turn of the user begins: from there on an activated adapter is at work.
    ///
    /// # Errors
    /// [`Error::Template`] where the model's template begins turns of the user in no way of their own, and errors of [`Model::prompt`].
    pub fn invocation(&self) -> Result<Vec<u32>> {
        let [first, menu, later] = self.prompts.before_users()?;
        let mut ids = self.tokenizer.encode(&first)?;
        for other in [menu, later] {
            let other = self.tokenizer.encode(&other)?;
            let common = ids.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
            ids = ids.split_off(ids.len() - common);
        }
        // What white space becomes depends on what follows it.
        while let Some(last) = ids.last()
            && self.tokenizer.decode(&[*last], false)?.trim().is_empty()
        {
            ids.pop();
        }
        if ids.is_empty() {
            return Err(Error::Template {
                reason: "it does not mark where the user's turn begins; train without `activated`".into(),
            });
        }
        Ok(ids)
    }

    /// Trains an adapter. `on_step` sees each step.
    ///
    /// # Errors
    /// Errors of [`Trainer::new`] and [`Trainer::next`].
    pub async fn train(
        &self,
        training: Training<'_>,
        cancel: &Cancel,
        mut on_step: impl FnMut(TrainEvent),
    ) -> Result<Trained> {
        self.train_on(training, cancel, &mut on_step).await
    }

    /// One body for all callers: each would add kilobytes to a page.
    async fn train_on(
        &self,
        training: Training<'_>,
        cancel: &Cancel,
        on_step: &mut dyn FnMut(TrainEvent),
    ) -> Result<Trained> {
        let Training { examples, start, config, seed } = training;
        let adapter = match start {
            Some(adapter) => adapter.clone(),
            None => {
                let lora = config.lora.clone();
                let mut adapter = Adapter::init(lora, self.decoder.config(), seed, self.decoder.device())?;
                if config.activated {
                    adapter.weights.invocation = self.invocation()?;
                }
                adapter
            }
        };
        let trainer = Trainer::new(&self.decoder, adapter, examples, config, cancel.clone())?;
        let mut trainer = trainer.keeping(&self.prefixes);
        let mut losses = Vec::new();
        while let Some(event) = trainer.next().await? {
            losses.push(event.loss);
            on_step(event);
        }
        let tokens = trainer.tokens();
        let adapter = trainer.into_adapter();
        let parameters = adapter.weights.count();
        Ok(Trained { adapter, report: TrainingReport { steps: losses.len(), losses, parameters, tokens } })
    }
}
