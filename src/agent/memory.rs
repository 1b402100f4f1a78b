//! What outlives a task, when the caller wants that: adapters that passed the gate, under clusters of tasks alike.
//!
//! A cluster is a menu of tools and queries that are worded alike. Each of its adapters is a version; the newest is found again for the next
//! task of the cluster, gated again, used, and followed by a version that learned more. Older versions stay for rolling back.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Agent, AskOptions, GateReport};
use crate::{
    adapter::Adapter,
    error::{Error, Result},
    inference::Cancel,
    platform::now_ms,
    storage::{
        AdapterMeta, AdapterRecord, AdapterStore, MemoryMeta,
        clusters::{self, Stored},
    },
    task::{Pair, Task, Tool},
};

/// How long what was learned lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemoryMode {
    /// As long as its task: the published method.
    #[default]
    Reset,
    /// As long as the agent.
    Session,
    /// In the store.
    Keep,
}

/// Options of the memory.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemoryOptions {
    /// How long what was learned lives.
    pub mode: MemoryMode,
    /// Queries over one menu are alike from this similarity on ([`Agent::similarities`]), in [0, 1].
    pub similarity: f32,
    /// Bytes that all adapters of the memory may have together; what was used longest ago makes room.
    pub budget_bytes: u64,
    /// Versions of a cluster that are kept.
    pub versions: u32,
}

impl Default for MemoryOptions {
    fn default() -> Self {
        Self { mode: MemoryMode::Reset, similarity: 0.75, budget_bytes: 32 << 20, versions: 3 }
    }
}

impl MemoryOptions {
    /// True when something may outlive a task.
    pub fn is_on(&self) -> bool {
        self.mode != MemoryMode::Reset
    }

    /// # Errors
    /// [`Error::InvalidInput`] for a value out of its range.
    pub fn check(&self) -> Result<()> {
        if !(0.0..=1.0).contains(&self.similarity) {
            return Err(Error::invalid("memory.similarity", format!("{} is not in [0, 1]", self.similarity)));
        }
        if self.versions == 0 {
            return Err(Error::invalid("memory.versions", "must be at least 1"));
        }
        Ok(())
    }
}

/// What was found in the memory for a task.
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

/// How many adapters are asked for a task, at most.
const CANDIDATES: usize = 3;

/// An adapter of the memory with its home, and its similarity to a task.
type Alike<'a> = (&'a dyn AdapterStore, AdapterMeta, f32);

/// What is put into the memory.
pub(super) struct Memory<'a> {
    pub task: &'a Task,
    pub adapter: &'a Adapter,
    /// What was learned, with its place still missing.
    pub meta: AdapterMeta,
    pub held_back: Option<Pair>,
    /// Its cluster; `None` for a new one.
    pub cluster: Option<String>,
}

impl Agent {
    /// The nearest adapter for tasks like this that passes the gate. Where none does, the nearest that failed it is told, and not handed out.
    ///
    /// # Errors
    /// Those of the store and of [`Agent::gate`]; [`Error::IntegrityError`](Error::Integrity) for a damaged adapter.
    pub(super) async fn recall(
        &self,
        task: &Task,
        options: &AskOptions,
        cancel: &Cancel,
    ) -> Result<Option<(Recalled, Option<Adapter>)>> {
        let mut refused = None;
        for candidate in self.alike(task, &options.memory).await?.into_iter().take(CANDIDATES) {
            match self.try_recalled(task, candidate, options, cancel).await? {
                Some((recalled, None)) => refused = refused.or(Some((recalled, None))),
                Some(passed) => return Ok(Some(passed)),
                None => {}
            }
        }
        Ok(refused)
    }

    /// The gate for one adapter of the memory; `None` when it is gone.
    async fn try_recalled(
        &self,
        task: &Task,
        (store, meta, similarity): Alike<'_>,
        options: &AskOptions,
        cancel: &Cancel,
    ) -> Result<Option<(Recalled, Option<Adapter>)>> {
        let Some(memory) = meta.memory.clone() else { return Ok(None) };
        let record = store.get(&meta.name).await?;
        let adapter = self.adapter_of(&record)?;
        // What a person taught is its own proof.
        let proof = memory.held_back.clone().or_else(|| meta.lessons.first().map(|lesson| lesson.pair()));
        let how = options.writing();
        let gate = self.gate_again(&meta.sha256, task, proof.as_ref(), &adapter.weights, how, cancel).await?;
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

    /// Puts an adapter into the memory, as the next version of its cluster, or as the first of a new one. Gives
    /// its name, and a note where it could not be stored and lives in memory only.
    pub(super) async fn remember(&self, new: Memory<'_>, options: &MemoryOptions) -> Result<(String, Option<String>)> {
        let Memory { task, adapter, mut meta, held_back, cluster } = new;
        let now = now_ms();
        let menu = menu_fingerprint(&task.tools);
        let cluster = match cluster {
            Some(cluster) => cluster,
            None => format!("memory-{}-{}", &menu[..8], &hex(format!("{}\n{now}", task.query()).as_bytes())[..8]),
        };
        let newest = self.versions(&cluster).await?.first().and_then(|(_, meta)| Some(meta.memory.as_ref()?.version));
        let version = newest.unwrap_or(0) + 1;
        meta.name = format!("{cluster}.v{version}");
        meta.memory = Some(MemoryMeta {
            cluster: cluster.clone(),
            version,
            menu,
            tools: task.tools.clone(),
            held_back,
            used_ms: now,
            uses: 0,
        });
        let record = self.record_of(meta, adapter).await?;
        let name = record.meta.name.clone();
        let (mut home, mut note): (&dyn AdapterStore, _) = (self.session_store.as_ref(), None);
        if options.mode == MemoryMode::Keep {
            match self.put_within(self.store.as_ref(), &record, options).await {
                Ok(()) => home = self.store.as_ref(),
                Err(error) if error.is_quota_exceeded() => {
                    note = Some(format!("what was learned lives until this agent is closed: {error}"));
                }
                Err(error) => return Err(error),
            }
        }
        if options.mode != MemoryMode::Keep || note.is_some() {
            self.put_within(home, &record, options).await?;
        }
        // In this home alone: what is on the disk outlives what is not.
        for (_, old) in clusters::versions(&[home], &cluster).await?.into_iter().skip(options.versions as usize) {
            home.delete(&old.name).await?;
        }
        Ok((name, note))
    }

    /// Moves an adapter that there was no room for to the disk, where some has been freed since. Gives what should be known where it was not
    /// enough.
    pub(super) async fn settle(&self, name: &str, options: &MemoryOptions) -> Result<Option<String>> {
        let record = self.session_store.get(name).await?;
        match self.put_within(self.store.as_ref(), &record, options).await {
            Ok(()) => self.session_store.delete(name).await.map(|()| None),
            Err(error) if error.is_quota_exceeded() => {
                Ok(Some(format!("the lessons that are left live until this agent is closed: {error}")))
            }
            Err(error) => Err(error),
        }
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
    /// Those of the store.
    pub async fn adapters(&self) -> Result<Vec<AdapterMeta>> {
        let mut all = self.store.list().await?;
        all.extend(self.session_store.list().await?.into_iter().map(|meta| AdapterMeta { session: true, ..meta }));
        Ok(all)
    }

    /// Deletes an adapter, wherever it is.
    ///
    /// # Errors
    /// [`Error::AdapterNotFound`], and those of the store.
    pub async fn delete_adapter(&self, name: &str) -> Result<()> {
        match self.session_store.delete(name).await {
            Err(Error::AdapterNotFound { .. }) => self.store.delete(name).await,
            other => other,
        }
    }

    fn stores(&self) -> [&dyn AdapterStore; 2] {
        [self.store.as_ref(), self.session_store.as_ref()]
    }

    /// The adapters of a cluster with their homes, newest version first.
    pub(super) async fn versions(&self, cluster: &str) -> Result<Vec<Stored<'_>>> {
        clusters::versions(&self.stores(), cluster).await
    }

    /// The newest adapter of the cluster that is nearest to the task.
    pub(super) async fn nearest(&self, task: &Task, options: &MemoryOptions) -> Result<Option<AdapterMeta>> {
        Ok(self.alike(task, options).await?.into_iter().next().map(|(_, meta, _)| meta))
    }

    /// The newest adapter of each cluster that is alike, the nearest first; of equally near ones the one learned last.
    async fn alike(&self, task: &Task, options: &MemoryOptions) -> Result<Vec<Alike<'_>>> {
        let menu = menu_fingerprint(&task.tools);
        let mut clusters: BTreeMap<String, (u32, &dyn AdapterStore, AdapterMeta)> = BTreeMap::new();
        let kept = (options.mode == MemoryMode::Keep).then_some(self.store.as_ref());
        for store in kept.into_iter().chain([self.session_store.as_ref() as &dyn AdapterStore]) {
            for meta in store.list().await? {
                let Some(memory) = &meta.memory else { continue };
                if memory.menu != menu || meta.base_fingerprint != self.model.fingerprint {
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
        let similarities = self.similarities(task.query(), &texts).await?;
        let mut alike: Vec<Alike<'_>> = similarities
            .into_iter()
            .zip(clusters.into_values())
            .filter(|(similarity, _)| *similarity >= options.similarity)
            .map(|(similarity, (_, store, meta))| (store, meta, similarity))
            .collect();
        alike.sort_by(|(_, a, x), (_, b, y)| y.total_cmp(x).then(b.created_ms.cmp(&a.created_ms)));
        Ok(alike)
    }

    /// Puts a record into a store, and then lets the adapters go that were used longest ago, until the memory keeps to its budget. A disk that
    /// is full before loses nothing.
    async fn put_within(
        &self,
        store: &dyn AdapterStore,
        record: &AdapterRecord,
        options: &MemoryOptions,
    ) -> Result<()> {
        let budget = options.budget_bytes;
        if record.meta.bytes > budget {
            let reason = format!("{budget} is less than one adapter; this one has {} bytes", record.meta.bytes);
            return Err(Error::invalid("memory.budget_bytes", reason));
        }
        store.put(record).await?;
        let cluster = |meta: &AdapterMeta| meta.memory.as_ref().map(|memory| memory.cluster.clone());
        let own = cluster(&record.meta);
        let mut others: Vec<AdapterMeta> = store.list().await?;
        others.retain(|meta| meta.memory.is_some() && meta.name != record.meta.name);
        // The last is the first to go.
        others.sort_by_key(|meta| Reverse(meta.memory.as_ref().map(|m| (cluster(meta) == own, m.used_ms, m.version))));
        while others.iter().map(|meta| meta.bytes).sum::<u64>() + record.meta.bytes > budget {
            let Some(oldest) = others.pop() else { break };
            store.delete(&oldest.name).await?;
        }
        Ok(())
    }
}

/// The same for menus of the same tools in any order, 16 hexadecimal digits.
pub(super) fn menu_fingerprint(tools: &[Tool]) -> String {
    let mut texts: Vec<String> = tools
        .iter()
        .map(|tool| format!("{:?}", (&tool.name, &tool.description, tool.parameters.to_string())))
        .collect();
    texts.sort_unstable();
    hex(texts.join("\n").as_bytes())[..16].to_owned()
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_menu_does_not_count_and_its_content_does() {
        let tool = |name: &str, kind: &str| Tool {
            name: name.into(),
            description: String::new(),
            parameters: serde_json::json!({"type": "object", "properties": {"a": {"type": kind}}}),
        };
        let (a, b) = (tool("a", "string"), tool("b", "string"));
        let print = menu_fingerprint(&[a.clone(), b.clone()]);
        assert_eq!(print.len(), 16);
        assert_eq!(print, menu_fingerprint(&[b.clone(), a.clone()]));
        assert_ne!(print, menu_fingerprint(std::slice::from_ref(&a)));
        assert_ne!(print, menu_fingerprint(&[a, tool("b", "number")]));
    }

    #[test]
    fn options_have_ranges() {
        MemoryOptions::default().check().unwrap();
        for bad in [
            MemoryOptions { similarity: 1.5, ..MemoryOptions::default() },
            MemoryOptions { similarity: f32::NAN, ..MemoryOptions::default() },
            MemoryOptions { versions: 0, ..MemoryOptions::default() },
        ] {
            assert_eq!(bad.check().unwrap_err().code(), "InvalidInput");
        }
    }
}
