//! What the gate saw of stored adapters: what was checked once is not computed again.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use super::Memory;
use crate::{
    agent::{
        Canary, GateReport,
        gate::GateCheck,
        model::{Model, Writing},
    },
    error::Result,
    inference::Cancel,
    model::LoraWeights,
    task::{Pair, Task},
};

/// Reports by the hash of the adapter's files and the name of the adapter that it was compared with.
#[derive(Default)]
pub(super) struct GateCache(RefCell<BTreeMap<String, Seen>>);

/// A report with the hashes of the canaries that it is about: an agent may live long, and texts of its user need not.
#[derive(Clone, Default)]
struct Seen {
    report: GateReport,
    canaries: BTreeSet<[u8; 32]>,
}

/// A stored adapter that is about to be used.
pub(super) struct Candidate<'a> {
    /// Hash of its files.
    pub sha256: &'a str,
    /// The task that it would be used for.
    pub task: &'a Task,
    /// A pair that it must have made likelier.
    pub proof: Option<&'a Pair>,
    /// Name of the adapter that it would be used in place of, if any.
    pub start: Option<&'a str>,
    /// The weights of that adapter.
    pub before: Option<&'a LoraWeights>,
    /// Its weights.
    pub weights: &'a LoraWeights,
}

impl Memory {
    /// The gate for a stored adapter. Only what it was not checked for before is computed.
    pub(super) async fn gate_again(
        &self,
        model: &Model,
        candidate: Candidate<'_>,
        writing: Writing,
        cancel: &Cancel,
    ) -> Result<GateReport> {
        let Candidate { sha256, task, proof, start, before, weights } = candidate;
        let key = format!("{sha256} {}", start.unwrap_or_default());
        let known = self.gate_cache.0.borrow().get(&key).cloned();
        let Seen { report: seen, mut canaries } = known.unwrap_or_default();
        let mut fresh = self.canaries.all(start);
        fresh.retain(|canary| !canaries.contains(&canary.hash()));
        let held_back = proof.filter(|_| seen.before.is_none());
        let check = GateCheck { task, held_back, canaries: &fresh, before, after: weights, writing };
        let mut report = model.gate(check, cancel).await?;
        (report.before, report.after) = (report.before.or(seen.before), report.after.or(seen.after));
        report.canaries += seen.canaries;
        report.changed += seen.changed;
        report.judge();
        canaries.extend(fresh.iter().map(Canary::hash));
        self.gate_cache.0.borrow_mut().insert(key, Seen { report, canaries });
        Ok(report)
    }
}
