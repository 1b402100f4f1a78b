//! Versions of what the agent's memory holds: adapters with [`MemoryMeta`](super::MemoryMeta), grouped by their cluster.

use std::cmp::Reverse;

use super::{AdapterMeta, AdapterStore};
use crate::error::{Error, Result};

/// An adapter with its home.
pub type Stored<'a> = (&'a dyn AdapterStore, AdapterMeta);

/// The adapters of a cluster in some stores, newest version first.
///
/// # Errors
/// Errors of [`AdapterStore::list`].
pub async fn versions<'a>(stores: &[&'a dyn AdapterStore], cluster: &str) -> Result<Vec<Stored<'a>>> {
    let mut all = Vec::new();
    for store in stores {
        for meta in store.list().await? {
            if meta.memory.as_ref().is_some_and(|memory| memory.cluster == cluster) {
                all.push((*store, meta));
            }
        }
    }
    all.sort_by_key(|(_, meta)| Reverse(meta.memory.as_ref().map(|memory| memory.version)));
    Ok(all)
}

/// Takes the newest version of a cluster back. Gives the name of the version that is used from now on, if one is left.
///
/// # Errors
/// [`Error::AdapterNotFound`] for an unknown cluster, and those of the store.
pub async fn roll_back(stores: &[&dyn AdapterStore], cluster: &str) -> Result<Option<String>> {
    let mut versions = versions(stores, cluster).await?.into_iter();
    let Some((store, newest)) = versions.next() else {
        return Err(Error::AdapterNotFound { name: cluster.to_owned() });
    };
    store.delete(&newest.name).await?;
    Ok(versions.next().map(|(_, meta)| meta.name))
}

/// Deletes a cluster with all its versions.
///
/// # Errors
/// [`Error::AdapterNotFound`] for an unknown cluster, and those of the store.
pub async fn forget(stores: &[&dyn AdapterStore], cluster: &str) -> Result<()> {
    let versions = versions(stores, cluster).await?;
    if versions.is_empty() {
        return Err(Error::AdapterNotFound { name: cluster.to_owned() });
    }
    for (store, meta) in versions {
        store.delete(&meta.name).await?;
    }
    Ok(())
}
