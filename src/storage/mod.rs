//! Where adapters are kept: one small trait with three homes (memory, files, IndexedDB), and one suite that all pass.
//!
//! This floor knows bytes and metadata, never tensors. A record is the two files of a PEFT adapter with what the agent
//! has to say about them; every home checks the record's hash when it takes it in and when it hands it out.

use async_trait::async_trait;

use crate::error::{Error, Result};

pub mod archive;
pub mod clusters;
pub mod contract;
#[cfg(not(target_family = "wasm"))]
mod fs;
#[cfg(target_family = "wasm")]
mod indexed_db;
mod lessons;
mod ram;
mod record;

#[cfg(not(target_family = "wasm"))]
pub use fs::FolderStore;
#[cfg(target_family = "wasm")]
pub use indexed_db::IndexedDbStore;
pub use lessons::{Lesson, LessonSource, MAX_LESSONS_BYTES};
pub use ram::MemoryStore;
pub use record::{
    AdapterMeta, AdapterRecord, CONFIG_FILE, MAX_CONFIG_BYTES, MAX_NAME_CHARS, MAX_WEIGHTS_BYTES, META_FILE,
    MemoryMeta, WEIGHTS_FILE, validate_name,
};

/// A home for adapters. A name holds one record; a put under a name that is taken replaces the record as a whole, so
/// that a reader, a crash or a full disk finds the old record or the new one.
#[async_trait(?Send)]
pub trait AdapterStore {
    /// Keeps a record under its name. On any error the store holds what it held before.
    ///
    /// # Errors
    /// `InvalidInput` for a bad name, `IntegrityError` for a record that fails [`AdapterRecord::verify`],
    /// `QuotaExceeded` when there is no room, `IoError` or `StorageError` when the home fails.
    async fn put(&self, record: &AdapterRecord) -> Result<()>;

    /// As [`AdapterStore::put`], but only in place of a record of that name: one that was deleted meanwhile stays deleted. False when
    /// there was none.
    ///
    /// # Errors
    /// Errors of [`AdapterStore::put`].
    async fn replace(&self, record: &AdapterRecord) -> Result<bool>;

    /// The record of that name, verified.
    ///
    /// # Errors
    /// `InvalidInput` for a bad name, `AdapterNotFound`, `IntegrityError` for a record damaged since it was stored,
    /// `IoError` or `StorageError` when the home fails.
    async fn get(&self, name: &str) -> Result<AdapterRecord>;

    /// What is stored, newest first; records of the same millisecond by name.
    ///
    /// # Errors
    /// `IntegrityError` when a record's metadata cannot be read (it names the record, which can then be deleted),
    /// `IoError` or `StorageError` when the home fails.
    async fn list(&self) -> Result<Vec<AdapterMeta>>;

    /// Whether a record of that name is stored.
    ///
    /// # Errors
    /// Errors of [`AdapterStore::list`].
    async fn has(&self, name: &str) -> Result<bool> {
        Ok(self.list().await?.iter().any(|meta| meta.name == name))
    }

    /// What people taught for a menu, oldest first; nothing where nobody did.
    ///
    /// # Errors
    /// `InvalidInput` for a bad name of the menu, `IntegrityError` when the lessons cannot be read (writing them replaces them),
    /// `IoError` or `StorageError` when the home fails.
    async fn lessons(&self, menu: &str) -> Result<Vec<Lesson>>;

    /// Replaces what people taught for a menu; no lessons remove it. On any error the store holds what it held before.
    ///
    /// # Errors
    /// `InvalidInput` for a bad name of the menu or lessons over [`MAX_LESSONS_BYTES`], `QuotaExceeded` when there is no room, `IoError`
    /// or `StorageError` when the home fails.
    async fn put_lessons(&self, menu: &str, lessons: &[Lesson]) -> Result<()>;

    /// Removes a record, damaged or not.
    ///
    /// # Errors
    /// `InvalidInput` for a bad name, `AdapterNotFound`, `IoError` or `StorageError` when the home fails.
    async fn delete(&self, name: &str) -> Result<()>;

    /// Gives a record another name, which takes it out of the memory: what has a name of its own is not the memory's to delete. A crash in its middle leaves the record under the old name, the new one, or both; never
    /// under none.
    ///
    /// # Errors
    /// `InvalidInput` for a bad name or one that is taken, and those of [`AdapterStore::get`], [`AdapterStore::put`] and
    /// [`AdapterStore::delete`].
    async fn rename(&self, from: &str, to: &str) -> Result<()> {
        validate_name(to)?;
        let mut record = self.get(from).await?;
        if from == to {
            return Ok(());
        }
        if self.has(to).await? {
            return Err(Error::invalid("name", format!("an adapter `{to}` is stored already; choose another name")));
        }
        record.meta.name = to.to_owned();
        record.meta.memory = None;
        self.put(&record).await?;
        self.delete(from).await
    }
}

/// Newest first, then by name.
fn sort(list: &mut [AdapterMeta]) {
    list.sort_by(|a, b| b.created_ms.cmp(&a.created_ms).then_with(|| a.name.cmp(&b.name)));
}
