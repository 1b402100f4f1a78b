//! Putting learned adapters into the memory, within its budget.

use std::cmp::Reverse;

use super::{
    Memory, MemoryMode, MemoryOptions,
    adapters::record_of,
    menu::{hex, menu_fingerprint},
};
use crate::{
    adapter::Adapter,
    agent::model::Model,
    error::{Error, Result},
    platform::now_ms,
    storage::{AdapterMeta, AdapterRecord, AdapterStore, MemoryMeta, clusters},
    task::{Pair, Task},
};

/// An adapter on its way into the memory.
pub(in crate::agent) struct NewVersion<'a> {
    /// The task that it was learned for.
    pub task: &'a Task,
    /// The adapter.
    pub adapter: &'a Adapter,
    /// What is known of it; name and place are still missing.
    pub meta: AdapterMeta,
    /// A pair that it must make likelier when it is recalled.
    pub held_back: Option<Pair>,
    /// Its cluster; `None` for a new one.
    pub cluster: Option<String>,
}

/// Where an adapter went.
pub(in crate::agent) struct Remembered {
    /// Its name.
    pub name: String,
    /// Why it lives in the session only, where it should have been stored.
    pub note: Option<String>,
}

impl Memory {
    /// Puts an adapter into the memory, as the next version of its cluster or as the first of a new one.
    pub(in crate::agent) async fn remember(
        &self,
        model: &Model,
        new: NewVersion<'_>,
        options: &MemoryOptions,
    ) -> Result<Remembered> {
        let NewVersion { task, adapter, mut meta, held_back, cluster } = new;
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
        let record = record_of(model, meta, adapter).await?;
        let name = record.meta.name.clone();
        let (mut home, mut note): (&dyn AdapterStore, _) = (&self.session, None);
        if options.mode == MemoryMode::Keep {
            match self.put_within(self.store.as_ref(), &record, options).await {
                Ok(()) => home = self.store.as_ref(),
                Err(error) if error.is_quota_exceeded() => {
                    note = Some(format!("the learned adapter lives until this agent is closed: {error}"));
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
        Ok(Remembered { name, note })
    }

    /// Moves an adapter from the session to the store, where room has been freed since. Gives a note when the room was not enough.
    pub(in crate::agent) async fn settle(&self, name: &str, options: &MemoryOptions) -> Result<Option<String>> {
        let record = self.session.get(name).await?;
        match self.put_within(self.store.as_ref(), &record, options).await {
            Ok(()) => self.session.delete(name).await.map(|()| None),
            Err(error) if error.is_quota_exceeded() => {
                Ok(Some(format!("the remaining lessons live until this agent is closed: {error}")))
            }
            Err(error) => Err(error),
        }
    }

    /// Puts a record into a store, then deletes the adapters used longest ago until the memory keeps to its budget. Nothing is deleted
    /// when the record could not be written.
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
