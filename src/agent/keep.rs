//! Adapters between the model and the store.

use super::{Agent, TrainingReport};
use crate::{
    adapter::{Adapter, PeftAdapter},
    error::{Error, Result},
    platform::now_ms,
    storage::{AdapterMeta, AdapterRecord, AdapterStore, Lesson, archive},
    task::Task,
};

/// How an adapter is imported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// In place of one of that name; else a name that is taken is refused.
    pub replace: bool,
    /// For as long as the agent, and stored nowhere: what a program brings along for its users.
    pub session: bool,
}

impl Agent {
    /// A stored adapter, ready to apply.
    ///
    /// # Errors
    /// [`Error::AdapterNotFound`], [`Error::BaseMismatch`], and those of the store and the files.
    pub async fn stored_adapter(&self, name: &str) -> Result<Adapter> {
        self.adapter_of(&self.record(name).await?)
    }

    /// A record, wherever it is.
    async fn record(&self, name: &str) -> Result<AdapterRecord> {
        match self.store.get(name).await {
            Err(Error::AdapterNotFound { .. }) => self.session_store.get(name).await,
            other => other,
        }
    }

    /// The adapter of a record, ready to apply.
    pub(super) fn adapter_of(&self, record: &AdapterRecord) -> Result<Adapter> {
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

    /// Checks the adapter in a PEFT zip against the loaded model and takes it in.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a name that is taken; those of the archive, of PEFT's files, [`Error::BaseMismatch`], and those of the store.
    pub async fn import_adapter(&self, name: &str, zip: &[u8], options: ImportOptions) -> Result<AdapterMeta> {
        let ImportOptions { replace, session } = options;
        let record = archive::import_zip(name, zip)?;
        let (home, other): (&dyn AdapterStore, &dyn AdapterStore) =
            if session { (&*self.session_store, &*self.store) } else { (&*self.store, &*self.session_store) };
        // Of two with one name, one could not be reached.
        if (!replace && home.has(name).await?) || other.has(name).await? {
            return Err(Error::invalid(
                format!("name `{name}`"),
                "an adapter of that name is stored; choose another, or say `replace`",
            ));
        }
        let peft = PeftAdapter::from_bytes(&record.config, &record.weights)?;
        Adapter::from_peft(&peft, self.decoder.config(), &self.model.fingerprint, self.decoder.device())?;
        home.put(&record).await?;
        Ok(record.meta)
    }

    /// A stored adapter as a zip that unpacks to a PEFT directory.
    ///
    /// # Errors
    /// [`Error::AdapterNotFound`] and those of the store.
    pub async fn export_adapter(&self, name: &str) -> Result<Vec<u8>> {
        archive::export(&self.record(name).await?)
    }

    /// What there is to say about an adapter that was learned for a task; its name is still missing.
    pub(super) fn describe(
        &self,
        task: &Task,
        (lessons, training): (Vec<Lesson>, &TrainingReport),
        (margin_before, margin_after): (Option<f32>, Option<f32>),
    ) -> AdapterMeta {
        AdapterMeta {
            base_fingerprint: self.model.fingerprint.clone(),
            created_ms: now_ms(),
            task: task.query().to_owned(),
            pairs: lessons.len(),
            steps: training.steps,
            margin_before,
            margin_after,
            lessons,
            ..AdapterMeta::default()
        }
    }

    /// An adapter as it is stored.
    pub(super) async fn record_of(&self, meta: AdapterMeta, adapter: &Adapter) -> Result<AdapterRecord> {
        let peft = adapter.to_peft(self.decoder.config(), &self.model.name, &self.model.fingerprint).await?;
        let (config, weights) = peft.to_bytes()?;
        let meta = AdapterMeta {
            rank: adapter.config.rank,
            alpha: adapter.config.alpha as f32,
            targets: adapter.config.targets.clone(),
            ..meta
        };
        AdapterRecord::new(meta, config, weights)
    }

    /// Stores an adapter under a name.
    pub(super) async fn keep(&self, name: &str, adapter: &Adapter, meta: AdapterMeta) -> Result<AdapterMeta> {
        let record = self.record_of(AdapterMeta { name: name.to_owned(), ..meta }, adapter).await?;
        self.store.put(&record).await?;
        Ok(record.meta)
    }
}
