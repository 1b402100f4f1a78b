//! Adapters in memory: for tests, and where nothing may be written or the disk is full.

use std::cell::RefCell;
use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{AdapterMeta, AdapterRecord, AdapterStore, Lesson, lessons, sort, validate_name};
use crate::error::{Error, Result};

/// Adapters kept until the store is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    records: RefCell<BTreeMap<String, AdapterRecord>>,
    lessons: RefCell<BTreeMap<String, Vec<Lesson>>>,
    /// Bytes that all records together may have.
    budget: Option<u64>,
}

impl MemoryStore {
    /// A store without limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// A store whose records (both files of each) may have `budget` bytes together.
    pub fn with_budget(budget: u64) -> Self {
        Self { budget: Some(budget), ..Self::default() }
    }
}

#[async_trait(?Send)]
impl AdapterStore for MemoryStore {
    async fn put(&self, record: &AdapterRecord) -> Result<()> {
        record.verify()?;
        let mut records = self.records.borrow_mut();
        if let Some(budget) = self.budget {
            let others = records.values().filter(|r| r.meta.name != record.meta.name).map(|r| r.meta.bytes);
            let needed = others.fold(record.meta.bytes, u64::saturating_add);
            if needed > budget {
                return Err(Error::QuotaExceeded { reason: format!("{needed} bytes of {budget}") });
            }
        }
        records.insert(record.meta.name.clone(), record.clone());
        Ok(())
    }

    async fn replace(&self, record: &AdapterRecord) -> Result<bool> {
        let is_stored = self.records.borrow().contains_key(&record.meta.name);
        if is_stored {
            self.put(record).await?;
        }
        Ok(is_stored)
    }

    async fn get(&self, name: &str) -> Result<AdapterRecord> {
        validate_name(name)?;
        let record = self.records.borrow().get(name).cloned();
        let record = record.ok_or_else(|| Error::AdapterNotFound { name: name.to_owned() })?;
        record.verify()?;
        Ok(record)
    }

    async fn list(&self) -> Result<Vec<AdapterMeta>> {
        let mut list: Vec<_> = self.records.borrow().values().map(|r| r.meta.clone()).collect();
        sort(&mut list);
        Ok(list)
    }

    async fn lessons(&self, menu: &str) -> Result<Vec<Lesson>> {
        validate_name(menu)?;
        Ok(self.lessons.borrow().get(menu).cloned().unwrap_or_default())
    }

    async fn put_lessons(&self, menu: &str, lessons: &[Lesson]) -> Result<()> {
        validate_name(menu)?;
        lessons::to_json(lessons)?;
        let mut all = self.lessons.borrow_mut();
        if lessons.is_empty() {
            all.remove(menu);
        } else {
            all.insert(menu.to_owned(), lessons.to_vec());
        }
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<()> {
        validate_name(name)?;
        let removed = self.records.borrow_mut().remove(name);
        removed.map(|_| ()).ok_or_else(|| Error::AdapterNotFound { name: name.to_owned() })
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use futures_lite::future::block_on;

    use super::super::contract;
    use super::*;

    #[test]
    fn keeps_the_contract() {
        let store = MemoryStore::new();
        block_on(contract::check(&store)).unwrap();
        let damage = async |name: &str| store.records.borrow_mut().get_mut(name).unwrap().weights[7] ^= 1;
        block_on(contract::check_damage(&store, damage)).unwrap();
    }

    #[test]
    fn keeps_to_its_budget_and_what_it_had() {
        let store = MemoryStore::with_budget(100);
        block_on(async {
            store.put(&contract::record("a", 1, 60)).await.unwrap();
            let error = store.put(&contract::record("b", 2, 60)).await.unwrap_err();
            assert!(error.is_quota_exceeded(), "{error}");
            assert!(store.put(&contract::record("a", 3, 200)).await.unwrap_err().is_quota_exceeded());
            assert_eq!(store.get("a").await.unwrap(), contract::record("a", 1, 60));
            // A replacement needs no room for what it replaces.
            store.put(&contract::record("a", 4, 90)).await.unwrap();
            assert_eq!(store.list().await.unwrap().len(), 1);
        });
    }
}
