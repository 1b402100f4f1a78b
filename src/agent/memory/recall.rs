//! Finding adapters of similar tasks again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Memory, MemoryMode, MemoryOptions, adapters::adapter_of, gate_cache::Candidate, menu_fingerprint};
use crate::{
    adapter::Adapter,
    agent::{AskOptions, GateReport, model::Model},
    error::{Error, Result},
    identity::{Base, Fit},
    inference::Cancel,
    platform::now_ms,
    storage::{AdapterMeta, AdapterStore, MemoryMeta},
    task::Task,
    words::is_same_request,
};

/// Whether an adapter was trained on the weights of the model, or on the same in another form. One that does not say is not of the memory.
fn is_of(meta: &AdapterMeta, base: &Base) -> bool {
    base.fit(&meta.base()).is_ok_and(|fit| fit != Fit::Unknown)
}

/// An adapter of the memory that was found for a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recalled {
    /// Name of the adapter.
    pub name: String,
    /// Its cluster.
    pub cluster: String,
    /// Its version.
    pub version: u32,
    /// Similarity of the task to the one that it was learned from.
    pub similarity: f32,
    /// What the gate saw of it now.
    pub gate: GateReport,
}

/// Most adapters that are gated for a task.
const CANDIDATES: usize = 3;

/// An adapter of the memory with its home.
struct Alike<'a> {
    store: &'a dyn AdapterStore,
    meta: AdapterMeta,
    /// Similarity of its task to the one at hand, in [0, 1].
    similarity: f32,
}

impl Memory {
    /// The nearest adapter for similar tasks that passes the gate against the one that the run starts from. Where none passes, the report of the nearest one that failed is
    /// given without its adapter.
    ///
    /// # Errors
    /// Errors of the store and of [`Model::gate`]; [`Error::Integrity`] for a damaged adapter.
    pub(in crate::agent) async fn recall(
        &self,
        model: &Model,
        task: &Task,
        start: Option<&Adapter>,
        options: &AskOptions,
        cancel: &Cancel,
    ) -> Result<Option<(Recalled, Option<Adapter>)>> {
        let mut refused = None;
        for candidate in self.alike(model, task, &options.memory).await?.into_iter().take(CANDIDATES) {
            match self.try_recalled(model, task, start, candidate, options, cancel).await? {
                Some((recalled, None)) => refused = refused.or(Some((recalled, None))),
                Some(passed) => return Ok(Some(passed)),
                None => {}
            }
        }
        Ok(refused)
    }

    /// The gate for one adapter of the memory; `None` when the adapter was deleted meanwhile.
    async fn try_recalled(
        &self,
        model: &Model,
        task: &Task,
        start: Option<&Adapter>,
        alike: Alike<'_>,
        options: &AskOptions,
        cancel: &Cancel,
    ) -> Result<Option<(Recalled, Option<Adapter>)>> {
        let Alike { store, meta, similarity } = alike;
        let Some(memory) = meta.memory.clone() else { return Ok(None) };
        let record = store.get(&meta.name).await?;
        let adapter = adapter_of(model, &record)?;
        // What a person taught is its own proof.
        let proof = memory.held_back.clone().or_else(|| meta.lessons.first().map(|lesson| lesson.pair()));
        let candidate = Candidate {
            sha256: &meta.sha256,
            task,
            proof: proof.as_ref(),
            start: options.adapter.as_deref(),
            before: start.map(|adapter| &adapter.weights),
            weights: &adapter.weights,
        };
        let gate = self.gate_again(model, candidate, options.writing(), cancel).await?;
        let MemoryMeta { cluster, version, .. } = memory;
        let recalled = Recalled { name: meta.name, cluster, version, similarity, gate };
        if !gate.passed {
            return Ok(Some((recalled, None)));
        }
        // Another tab may have deleted it while it was checked.
        let mut record = match store.get(&recalled.name).await {
            Err(Error::AdapterNotFound { .. }) => return Ok(None),
            other => other?,
        };
        if let Some(memory) = &mut record.meta.memory {
            (memory.used_ms, memory.uses) = (now_ms(), memory.uses.saturating_add(1));
        }
        match store.replace(&record).await {
            // Deleted this very moment.
            Ok(false) => return Ok(None),
            // That it was used is worth nothing when there is no room to write it.
            Err(error) if !error.is_quota_exceeded() => return Err(error),
            _ => {}
        }
        Ok(Some((recalled, Some(adapter))))
    }

    /// The newest adapter of the memory for the menu of a task that was trained on a lesson for a request, with the place of that lesson.
    pub(in crate::agent) async fn newest_with(
        &self,
        model: &Model,
        task: &Task,
        query: &str,
    ) -> Result<Option<(String, usize)>> {
        let (menu, base) = (menu_fingerprint(&task.tools), model.base());
        let mut newest: Option<(u64, String, usize)> = None;
        for store in self.stores() {
            for meta in store.list().await? {
                let is_of_menu = meta.memory.as_ref().is_some_and(|memory| memory.menu == menu) && is_of(&meta, &base);
                let place = meta.lessons.iter().position(|lesson| is_same_request(&lesson.query, query));
                if let Some(place) = place.filter(|_| is_of_menu)
                    && newest.as_ref().is_none_or(|(created, ..)| meta.created_ms >= *created)
                {
                    newest = Some((meta.created_ms, meta.name, place));
                }
            }
        }
        Ok(newest.map(|(_, name, place)| (name, place)))
    }

    /// The newest adapter of the cluster that is nearest to the task.
    pub(in crate::agent) async fn nearest(
        &self,
        model: &Model,
        task: &Task,
        options: &MemoryOptions,
    ) -> Result<Option<AdapterMeta>> {
        Ok(self.alike(model, task, options).await?.into_iter().next().map(|alike| alike.meta))
    }

    /// The newest adapter of each cluster that is alike, the nearest first; of equally near ones the one learned last.
    async fn alike(&self, model: &Model, task: &Task, options: &MemoryOptions) -> Result<Vec<Alike<'_>>> {
        let (menu, base) = (menu_fingerprint(&task.tools), model.base());
        let mut clusters: BTreeMap<String, (u32, &dyn AdapterStore, AdapterMeta)> = BTreeMap::new();
        let kept = (options.mode == MemoryMode::Keep).then_some(self.store.as_ref());
        for store in kept.into_iter().chain([&self.session as &dyn AdapterStore]) {
            for meta in store.list().await? {
                let Some(memory) = &meta.memory else { continue };
                if memory.menu != menu || !is_of(&meta, &base) {
                    continue;
                }
                let (cluster, version) = (memory.cluster.clone(), memory.version);
                if clusters.get(&cluster).is_none_or(|(newest, ..)| version > *newest) {
                    clusters.insert(cluster, (version, store, meta));
                }
            }
        }
        if clusters.is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<&str> = clusters.values().map(|(.., meta)| meta.task.as_str()).collect();
        let similarities = model.similarities(task.query(), &texts).await?;
        let mut alike: Vec<Alike<'_>> = similarities
            .into_iter()
            .zip(clusters.into_values())
            .filter(|(similarity, _)| *similarity >= options.similarity)
            .map(|(similarity, (_, store, meta))| Alike { store, meta, similarity })
            .collect();
        alike.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(b.meta.created_ms.cmp(&a.meta.created_ms)));
        Ok(alike)
    }
}
