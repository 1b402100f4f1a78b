//! The second of the agent's owners: what outlives a question. Adapters that passed the gate, under clusters of similar tasks, in two
//! stores; what the gate saw of them; and the last tasks that the agent was sure of.
//!
//! A cluster is a menu of tools with queries that are worded alike. Each of its adapters is a version; the newest is found again for the
//! next task of the cluster, gated again, used, and followed by a version that learned more. Older versions stay for rolling back.

mod adapters;
mod canaries;
mod certainties;
mod export;
mod gate_cache;
mod lessons;
mod menu;
mod options;
mod recall;
mod remember;

use std::rc::Rc;

pub use self::{
    adapters::ImportOptions,
    export::{ExportFormat, ExportOptions, export_peft},
    options::{MemoryMode, MemoryOptions},
    recall::Recalled,
};
pub(super) use self::{adapters::Learned, menu::menu_fingerprint, remember::NewVersion};
use self::{canaries::Canaries, certainties::Certainties, gate_cache::GateCache};
use crate::{
    error::{Error, Result},
    storage::{
        AdapterMeta, AdapterRecord, AdapterStore, MemoryStore,
        clusters::{self, Stored},
    },
};

/// What outlives a question.
pub struct Memory {
    store: Rc<dyn AdapterStore>,
    /// Home of the adapters that live as long as the agent.
    session: MemoryStore,
    gate_cache: GateCache,
    pub(super) canaries: Canaries,
    /// How sure the agent was of the last tasks.
    pub(super) certainties: Certainties,
}

impl Memory {
    pub(super) fn new(store: Rc<dyn AdapterStore>) -> Self {
        Self {
            store,
            session: MemoryStore::new(),
            gate_cache: GateCache::default(),
            canaries: Canaries::default(),
            certainties: Certainties::default(),
        }
    }

    /// The store that outlives the agent.
    pub fn store(&self) -> &dyn AdapterStore {
        self.store.as_ref()
    }

    /// Takes the newest version of a cluster back. Gives the name of the version that is used from now on, if one is left.
    ///
    /// # Errors
    /// [`Error::AdapterNotFound`] for an unknown cluster, and those of the store.
    pub async fn roll_back(&self, cluster: &str) -> Result<Option<String>> {
        clusters::roll_back(&self.stores(), cluster).await
    }

    /// Deletes a cluster with all its versions.
    ///
    /// # Errors
    /// [`Error::AdapterNotFound`] for an unknown cluster, and those of the store.
    pub async fn forget(&self, cluster: &str) -> Result<()> {
        clusters::forget(&self.stores(), cluster).await
    }

    /// All adapters: those of the store, then those that live as long as this agent. Newest first in both.
    ///
    /// # Errors
    /// Errors of the store.
    pub async fn adapters(&self) -> Result<Vec<AdapterMeta>> {
        let mut all = self.store.list().await?;
        all.extend(self.session.list().await?.into_iter().map(|meta| AdapterMeta { session: true, ..meta }));
        Ok(all)
    }

    /// Deletes an adapter, wherever it is.
    ///
    /// # Errors
    /// [`Error::AdapterNotFound`], and those of the store.
    pub async fn delete_adapter(&self, name: &str) -> Result<()> {
        match self.session.delete(name).await {
            Err(Error::AdapterNotFound { .. }) => self.store.delete(name).await,
            other => other,
        }
    }

    fn stores(&self) -> [&dyn AdapterStore; 2] {
        [self.store.as_ref(), &self.session]
    }

    /// The adapters of a cluster with their homes, newest version first.
    pub(super) async fn versions(&self, cluster: &str) -> Result<Vec<Stored<'_>>> {
        clusters::versions(&self.stores(), cluster).await
    }

    /// The metadata of an adapter, with how long it lives.
    pub(super) async fn find(&self, name: &str) -> Result<(MemoryMode, AdapterMeta)> {
        let named = |list: Vec<AdapterMeta>| list.into_iter().find(|meta| meta.name == name);
        if let Some(meta) = named(self.session.list().await?) {
            return Ok((MemoryMode::Session, meta));
        }
        let meta = named(self.store.list().await?).ok_or_else(|| Error::AdapterNotFound { name: name.to_owned() })?;
        Ok((MemoryMode::Keep, meta))
    }

    /// A record, wherever it is.
    async fn record(&self, name: &str) -> Result<AdapterRecord> {
        match self.store.get(name).await {
            Err(Error::AdapterNotFound { .. }) => self.session.get(name).await,
            other => other,
        }
    }
}
