//! The `sft` baseline: one LoRA on a training file.

use super::{Outcome, Progress, Runner, Seconds};
use crate::evaluation::{modes::Mode, plan::Setting, seeds::task_seed, suite::SuiteSample};
use autodidact::{adaptation::AdaptationConfig, adapter::Adapter, error::Result, platform::Stopwatch, task::Sample};

impl Runner<'_> {
    pub(super) async fn fine_tuned(
        &mut self,
        progress: &Progress<'_>,
        seed: u64,
        setting: &Setting,
    ) -> Result<Outcome> {
        let name = (seed, setting.hash());
        if !self.sft.contains_key(&name) {
            let adapter = self.fine_tune(seed, setting).await?;
            self.sft.insert(name.clone(), adapter);
        }
        let lora = self.sft.get(&name).map(|adapter| &adapter.weights);
        let watch = Stopwatch::start();
        let session = self.model().session(lora, self.cancel);
        let prefix = session.prefill(&progress.base.standing.prompt).await?;
        let writing = self.plan.greedy();
        let response = self.model().respond(&session, &prefix, &progress.item.task, writing, |_| {}).await?;
        let seconds = Seconds::from([("answer".to_owned(), watch.seconds())]);
        Ok(Outcome { answers: vec![response.answer], learned: true, seconds, ..Outcome::default() })
    }

    /// The `sft` baseline: one LoRA on the training file, shuffled by the seed. Tasks that do not fit the context are left
    /// out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when no task is left, and those of the training.
    pub async fn fine_tune(&self, seed: u64, setting: &Setting) -> Result<Adapter> {
        let sample = |item: &SuiteSample| Sample { task: item.task.clone(), calls: item.gold.clone() };
        let tasks: Vec<Sample> = self.train.iter().map(sample).collect();
        let seed = task_seed(seed, "sft", "");
        let mut config = self.plan.adaptation_for(setting);
        (config.steps, config.epochs, config.batch) = (None, self.plan.sft.epochs, self.plan.sft.batch);
        config.warmup_ratio = AdaptationConfig::fine_tuning().warmup_ratio;
        Ok(self.model().fine_tune(&tasks, &config, seed, self.cancel, &self.watch).await?.adapter)
    }

    /// Gives the runner an adapter that [`Runner::fine_tune`] made earlier; without, it makes its own when it needs one.
    pub fn set_fine_tuned(&mut self, seed: u64, setting: &Setting, adapter: Adapter) {
        self.sft.insert((seed, setting.of_mode(Mode::Sft).hash()), adapter);
    }
}
