//! Supervised fine-tuning: one LoRA on labelled tasks.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{Agent, TrainingReport};
use crate::{
    adaptation::{AdaptationConfig, TrainEvent},
    adapter::Adapter,
    error::Result,
    inference::Cancel,
    task::Labelled,
};

/// What [`Agent::fine_tune`] leaves.
#[derive(Debug, Clone)]
pub struct FineTuned {
    /// The trained adapter.
    pub adapter: Adapter,
    /// Losses and sizes.
    pub training: TrainingReport,
    /// Tasks that were trained on.
    pub tasks: usize,
    /// Tasks that do not fit the context, and were left out.
    pub skipped: usize,
}

impl Agent {
    /// Trains a fresh adapter on labelled tasks. `seed` shuffles them and draws the adapter's first weights.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] when no task is left, those of the template and the tokenizer, and those of the
    /// training.
    pub async fn fine_tune(
        &self,
        tasks: &[Labelled],
        (config, seed): (&AdaptationConfig, u64),
        cancel: &Cancel,
        on_step: impl FnMut(TrainEvent),
    ) -> Result<FineTuned> {
        let limit = self.decoder.config().context;
        let mut examples = Vec::with_capacity(tasks.len());
        for Labelled { task, calls } in tasks {
            let example = self.example(task, calls)?;
            if example.prompt.len() + example.response.len() <= limit {
                examples.push(example);
            }
        }
        let (used, skipped) = (examples.len(), tasks.len() - examples.len());
        examples.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let (adapter, training) = self.train(examples, None, (config, seed), cancel, on_step).await?;
        Ok(FineTuned { adapter, training, tasks: used, skipped })
    }
}
