//! Random numbers that depend on the run and the task alone.

use sha2::{Digest, Sha256};

/// The seed of all that is drawn for a task: a function of the run's seed and the task alone, so that neither order nor
/// sharding matters.
pub fn task_seed(seed: u64, suite: &str, id: &str) -> u64 {
    let hash = Sha256::digest(format!("{seed}\n{suite}\n{id}"));
    hash.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
