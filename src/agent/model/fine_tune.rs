//! Supervised fine-tuning: one LoRA on labeled tasks.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{Model, Trained, Training};
use crate::{
    adaptation::{AdaptationConfig, TrainEvent},
    adapter::Adapter,
    agent::TrainingReport,
    error::Result,
    inference::Cancel,
    task::Sample,
};

/// What [`Model::fine_tune`] leaves.
#[derive(Debug, Clone)]
pub struct FineTuned {
    /// The trained adapter.
    pub adapter: Adapter,
    /// Losses and sizes.
    pub training: TrainingReport,
    /// Tasks that were trained on.
    pub tasks: usize,
    /// Tasks that do not fit the context and were left out.
    pub skipped: usize,
}

impl Model {
    /// Trains a fresh adapter on labeled tasks. `seed` shuffles them and draws the adapter's first weights.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] when no task is left, those of the template and the tokenizer, and those of the training.
    pub async fn fine_tune(
        &self,
        samples: &[Sample],
        config: &AdaptationConfig,
        seed: u64,
        cancel: &Cancel,
        on_step: impl FnMut(TrainEvent),
    ) -> Result<FineTuned> {
        let limit = self.decoder.config().context;
        let mut examples = Vec::with_capacity(samples.len());
        for Sample { task, calls } in samples {
            let example = self.example(task, calls)?;
            if example.prompt.len() + example.response.len() <= limit {
                examples.push(example);
            }
        }
        let (tasks, skipped) = (examples.len(), samples.len() - examples.len());
        examples.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let training = Training { examples, start: None, config, seed };
        let Trained { adapter, report } = self.train(training, cancel, on_step).await?;
        Ok(FineTuned { adapter, training: report, tasks, skipped })
    }
}
