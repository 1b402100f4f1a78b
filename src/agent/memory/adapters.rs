//! Stored adapters: applied, imported, kept under a name.

use serde::{Deserialize, Serialize};

use super::Memory;
use crate::{
    adapter::{Adapter, PeftAdapter},
    agent::{AskOptions, TrainingReport, model::Model},
    error::{Error, Result},
    identity::Fit,
    platform::now_ms,
    storage::{AdapterMeta, AdapterRecord, AdapterStore, Lesson, archive},
    task::Task,
};

/// How an adapter is imported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportOptions {
    /// Replace an adapter of that name; otherwise a name that is taken is refused.
    pub replace: bool,
    /// Hold the adapter for as long as the agent lives and store it nowhere: for adapters that a program ships with.
    pub session: bool,
}

/// What was learned for a task, for the metadata of the adapter.
pub(in crate::agent) struct Learned<'a> {
    pub lessons: Vec<Lesson>,
    pub training: &'a TrainingReport,
    pub margin_before: Option<f32>,
    pub margin_after: Option<f32>,
}

/// The adapter of a record, ready to apply.
///
/// # Errors
/// [`Error::BaseMismatch`], and those of PEFT's files.
pub(super) fn adapter_of(model: &Model, record: &AdapterRecord) -> Result<Adapter> {
    let peft = PeftAdapter::from_bytes(&record.config, &record.weights)?;
    Adapter::from_peft(&peft, model.decoder().config(), &model.base(), model.decoder().device())
}

/// An adapter as it is stored.
pub(super) async fn record_of(model: &Model, meta: AdapterMeta, adapter: &Adapter) -> Result<AdapterRecord> {
    let report = model.report();
    let peft = adapter.to_peft(model.decoder().config(), &report.name, model.base()).await?;
    let (config, weights) = peft.to_bytes()?;
    let meta = AdapterMeta {
        rank: adapter.config.rank,
        alpha: adapter.config.alpha as f32,
        targets: adapter.config.targets.clone(),
        ..meta
    };
    AdapterRecord::new(meta, config, weights)
}

impl Memory {
    /// A stored adapter, ready to apply.
    ///
    /// # Errors
    /// [`Error::AdapterNotFound`], [`Error::BaseMismatch`], and those of the store and the files.
    pub async fn adapter(&self, model: &Model, name: &str) -> Result<Adapter> {
        adapter_of(model, &self.record(name).await?)
    }

    /// Says it where an adapter was trained on the weights of the model in another form.
    ///
    /// # Errors
    /// As [`Memory::adapter`].
    pub(in crate::agent) async fn note_of_form(&self, model: &Model, name: &str) -> Result<Option<String>> {
        let (own, trained) = (model.base(), self.record(name).await?.meta.base());
        let note = || format!("`{name}` was trained on {trained} and is used on {own}: the same model in another form");
        Ok((own.fit(&trained)? == Fit::OtherForm).then(note))
    }

    /// Refuses a name for a future adapter that belongs to another one, before any work is done.
    pub(in crate::agent) async fn check_name(&self, options: &AskOptions) -> Result<()> {
        let Some(name) = &options.keep else { return Ok(()) };
        let refused = |reason: String| Err(Error::invalid("keep", reason));
        if self.session.has(name).await? {
            return refused(format!("`{name}` is an adapter that lives as long as this agent; choose another name"));
        }
        let may_replace = options.replace || options.adapter.as_ref() == Some(name);
        if !may_replace && self.store.has(name).await? {
            return refused(format!(
                "an adapter `{name}` is stored already; choose another name, or allow to replace it"
            ));
        }
        Ok(())
    }

    /// Checks the adapter in a PEFT zip against the model and puts it into a store.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a name that is taken; those of the archive, of PEFT's files, [`Error::BaseMismatch`], and those of
    /// the store.
    pub async fn import(&self, model: &Model, name: &str, zip: &[u8], options: ImportOptions) -> Result<AdapterMeta> {
        let ImportOptions { replace, session } = options;
        let record = archive::import_zip(name, zip)?;
        let (session_home, store): (&dyn AdapterStore, &dyn AdapterStore) = (&self.session, self.store.as_ref());
        let (home, other) = if session { (session_home, store) } else { (store, session_home) };
        // Of two with one name, one could not be reached.
        if (!replace && home.has(name).await?) || other.has(name).await? {
            return Err(Error::invalid(
                format!("name `{name}`"),
                "an adapter of that name is stored; choose another, or say `replace`",
            ));
        }
        adapter_of(model, &record)?;
        home.put(&record).await?;
        Ok(record.meta)
    }

    /// Metadata of an adapter that was learned for a task; the caller sets the name.
    pub(in crate::agent) fn describe(&self, model: &Model, task: &Task, learned: Learned<'_>) -> AdapterMeta {
        let Learned { lessons, training, margin_before, margin_after } = learned;
        AdapterMeta {
            base_fingerprint: model.report().fingerprint.clone(),
            base_identity: Some(model.report().identity.clone()),
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

    /// Stores an adapter under a name.
    pub(in crate::agent) async fn keep(
        &self,
        model: &Model,
        name: &str,
        adapter: &Adapter,
        meta: AdapterMeta,
    ) -> Result<AdapterMeta> {
        let record = record_of(model, AdapterMeta { name: name.to_owned(), ..meta }, adapter).await?;
        self.store.put(&record).await?;
        Ok(record.meta)
    }
}
