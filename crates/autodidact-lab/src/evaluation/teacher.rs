//! Teachers: who writes the pairs of TT-D.

use async_trait::async_trait;

use autodidact::{
    agent::Agent,
    error::Result,
    inference::Cancel,
    synthesis::{AskedTeacher, Synthesis, SynthesisConfig, TextSource},
    task::Task,
};

/// Writes pairs like a task.
#[async_trait(?Send)]
pub trait Teacher {
    /// Pairs that pass the same checks as self-made ones.
    ///
    /// # Errors
    /// Errors of the teacher. Too few valid pairs are none.
    async fn pairs(&self, task: &Task, config: SynthesisConfig, seed: u64) -> Result<Synthesis>;
}

/// Another model on this machine.
pub struct ModelTeacher {
    /// The model.
    pub agent: Agent,
}

#[async_trait(?Send)]
impl Teacher for ModelTeacher {
    async fn pairs(&self, task: &Task, config: SynthesisConfig, seed: u64) -> Result<Synthesis> {
        let cancel = Cancel::default();
        let model = self.agent.model();
        model.synthesizer(model.session(None, &cancel), config)?.run(task, &[], seed, |_, _| {}).await
    }
}

#[async_trait(?Send)]
impl<C: TextSource> Teacher for AskedTeacher<C> {
    async fn pairs(&self, task: &Task, config: SynthesisConfig, seed: u64) -> Result<Synthesis> {
        Self::pairs(self, task, config, seed).await
    }
}
