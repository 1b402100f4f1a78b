//! Adapters between the model and the store.

use super::{Agent, TrainingReport};
use crate::{
    adapter::{Adapter, PeftAdapter},
    error::Result,
    platform::now_ms,
    storage::{AdapterMeta, AdapterRecord, archive},
    synthesis::Synthesis,
    task::Task,
};

impl Agent {
    /// A stored adapter, ready to apply.
    ///
    /// # Errors
    /// [`crate::Error::AdapterNotFound`], [`crate::Error::BaseMismatch`], and those of the store and the files.
    pub async fn stored_adapter(&self, name: &str) -> Result<Adapter> {
        let record = self.store.get(name).await?;
        let peft = PeftAdapter::from_bytes(&record.config, &record.weights)?;
        Adapter::from_peft(&peft, self.decoder.config(), &self.model.fingerprint, self.decoder.device())
    }

    /// The stored adapter that a call names, if it names one.
    pub(super) async fn adapter_named(&self, name: Option<&str>) -> Result<Option<Adapter>> {
        match name {
            Some(name) => self.stored_adapter(name).await.map(Some),
            None => Ok(None),
        }
    }

    /// Checks the adapter in a PEFT zip against the loaded model and stores it.
    ///
    /// # Errors
    /// Those of the archive, of PEFT's files, [`crate::Error::BaseMismatch`], and those of the store.
    pub async fn import_adapter(&self, name: &str, zip: &[u8]) -> Result<AdapterMeta> {
        let record = archive::import_zip(name, zip)?;
        let peft = PeftAdapter::from_bytes(&record.config, &record.weights)?;
        Adapter::from_peft(&peft, self.decoder.config(), &self.model.fingerprint, self.decoder.device())?;
        self.store.put(&record).await?;
        Ok(record.meta)
    }

    /// A stored adapter as a zip that unpacks to a PEFT directory.
    ///
    /// # Errors
    /// [`crate::Error::AdapterNotFound`] and those of the store.
    pub async fn export_adapter(&self, name: &str) -> Result<Vec<u8>> {
        archive::export(&self.store.get(name).await?)
    }

    pub(super) async fn keep(
        &self,
        name: &str,
        adapter: &Adapter,
        task: &Task,
        (synthesis, training): (&Synthesis, &TrainingReport),
        (margin_before, margin_after): (Option<f32>, Option<f32>),
    ) -> Result<AdapterMeta> {
        let peft = adapter.to_peft(self.decoder.config(), &self.model.name, &self.model.fingerprint).await?;
        let (config, weights) = peft.to_bytes()?;
        let meta = AdapterMeta {
            name: name.to_owned(),
            base_fingerprint: self.model.fingerprint.clone(),
            created_ms: now_ms(),
            rank: adapter.config.rank,
            alpha: adapter.config.alpha as f32,
            targets: adapter.config.targets.clone(),
            task: task.query().to_owned(),
            pairs: synthesis.pairs.len(),
            steps: training.steps,
            margin_before,
            margin_after,
            ..AdapterMeta::default()
        };
        let record = AdapterRecord::new(meta, config, weights)?;
        self.store.put(&record).await?;
        Ok(record.meta)
    }
}
