//! Options of the memory.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How long a learned adapter lives.
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
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
#[serde(default, deny_unknown_fields)]
pub struct MemoryOptions {
    /// How long a learned adapter lives.
    pub mode: MemoryMode,
    /// Queries over one menu are alike from this similarity on, in [0, 1]; see [`Model::similarities`](crate::agent::Model::similarities).
    pub similarity: f32,
    /// Most bytes of all adapters of the memory together; the adapter used longest ago makes room.
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

#[cfg(test)]
mod tests {
    use super::*;

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
