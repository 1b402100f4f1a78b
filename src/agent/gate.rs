//! Whether what was learned may stand: a check without labels.
//!
//! An update passes when a self-written pair that was not learned from has become likelier, and the answers to tasks that the agent
//! was sure of are what they were.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Agent, Writing};
use crate::{
    error::Result,
    inference::{Cancel, Session},
    model::LoraWeights,
    task::{Pair, Task},
};

/// Canaries that an agent remembers.
const REMEMBERED: usize = 3;

/// A task that the agent was sure of, and what it answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Canary {
    /// The task.
    pub task: Task,
    /// The text of its answer.
    pub answer: String,
}

/// What the gate saw.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct GateReport {
    /// Mean log-probability of the tokens of the held-back pair's calls, in nats; `None` where no further pair was valid.
    pub before: Option<f32>,
    /// The same after learning.
    pub after: Option<f32>,
    /// Canaries that were asked again.
    pub canaries: usize,
    /// Those whose answer is another now.
    pub changed: usize,
    /// The update may stand.
    pub passed: bool,
}

/// The last tasks that the agent was sure of, shared by its clones.
#[derive(Clone, Default)]
pub(super) struct Canaries(Rc<RefCell<VecDeque<Canary>>>);

impl Canaries {
    pub(super) fn remember(&self, task: &Task, answer: &str) {
        let mut canaries = self.0.borrow_mut();
        canaries.retain(|canary| canary.task != *task);
        canaries.truncate(REMEMBERED - 1);
        canaries.push_front(Canary { task: task.clone(), answer: answer.to_owned() });
    }

    pub(super) fn all(&self) -> Vec<Canary> {
        self.0.borrow().iter().cloned().collect()
    }

    pub(super) fn forget(&self, task: &Task) {
        self.0.borrow_mut().retain(|canary| canary.task != *task);
    }
}

/// What the gate saw of stored adapters, by the hash of their files: what was checked once is not computed again.
#[derive(Clone, Default)]
pub(super) struct Checked(Rc<RefCell<BTreeMap<String, Seen>>>);

/// A report with the hashes of the canaries that it is about: an agent may live long, and texts of its user need not.
type Seen = (GateReport, BTreeSet<[u8; 32]>);

impl Canary {
    fn hash(&self) -> [u8; 32] {
        let task = serde_json::to_string(&self.task).unwrap_or_default();
        Sha256::digest(format!("{task}\n{}", self.answer)).into()
    }
}

impl GateReport {
    fn judge(&mut self) {
        let improves = self.before.zip(self.after).is_some_and(|(before, after)| after > before);
        self.passed = improves && self.changed == 0;
    }

    /// Why the update may not stand.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self { passed: true, .. } => None,
            Self { before: None, .. } | Self { after: None, .. } => {
                Some("no further example was valid, so nothing shows that the learning helps")
            }
            Self { changed, .. } if *changed > 0 => Some("the learning changed an answer that was sure"),
            _ => Some("an example that was held back did not become likelier by learning"),
        }
    }
}

impl Agent {
    /// Compares the model before and after an update. `before` is the adapter that the learning started from, if any.
    ///
    /// # Errors
    /// Those of the template, the tokenizer and the backend; [`crate::Error::ContextOverflow`], [`crate::Error::Aborted`].
    pub async fn gate(
        &self,
        task: &Task,
        held_back: Option<&Pair>,
        canaries: &[Canary],
        (before, after): (Option<&LoraWeights>, &LoraWeights),
        how: Writing,
        cancel: &Cancel,
    ) -> Result<GateReport> {
        let mut report = GateReport { canaries: canaries.len(), ..GateReport::default() };
        let session = self.session(Some(after), cancel);
        if let Some(pair) = held_back {
            let asked = Task::new(pair.query.clone(), task.tools.clone());
            report.before = self.likelihood(&self.session(before, cancel), &asked, pair).await?;
            report.after = self.likelihood(&session, &asked, pair).await?;
        }
        for canary in canaries {
            let prefix = session.prefill(&self.answer_ids(&canary.task)?).await?;
            let (answer, _) = self.respond(&session, &prefix, &canary.task, how, |_| {}).await?;
            report.changed += usize::from(answer.text != canary.answer);
        }
        report.judge();
        Ok(report)
    }

    /// The gate for a stored adapter that is about to be used. What it was checked for before is remembered under `sha256`.
    pub(super) async fn gate_again(
        &self,
        sha256: &str,
        task: &Task,
        proof: Option<&Pair>,
        weights: &LoraWeights,
        how: Writing,
        cancel: &Cancel,
    ) -> Result<GateReport> {
        let known = self.checked.0.borrow().get(sha256).cloned();
        let (seen, mut canaries) = known.unwrap_or_default();
        let mut fresh = self.canaries.all();
        fresh.retain(|canary| !canaries.contains(&canary.hash()));
        let proof = proof.filter(|_| seen.before.is_none());
        let mut report = self.gate(task, proof, &fresh, (None, weights), how, cancel).await?;
        (report.before, report.after) = (report.before.or(seen.before), report.after.or(seen.after));
        report.canaries += seen.canaries;
        report.changed += seen.changed;
        report.judge();
        canaries.extend(fresh.iter().map(Canary::hash));
        self.checked.0.borrow_mut().insert(sha256.to_owned(), (report, canaries));
        Ok(report)
    }

    async fn likelihood(&self, session: &Session<'_>, asked: &Task, pair: &Pair) -> Result<Option<f32>> {
        let example = self.example(asked, &pair.calls)?;
        let prefix = session.prefill(&example.prompt).await?;
        let scores = session.score(&prefix, std::slice::from_ref(&example.response)).await?;
        let mean = |scores: &Vec<f32>| scores.iter().sum::<f32>() / scores.len().max(1) as f32;
        Ok(scores.first().map(mean).filter(|mean| mean.is_finite()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_canaries_are_remembered_once() {
        let canaries = Canaries::default();
        for query in ["a", "b", "a", "c", "d"] {
            canaries.remember(&Task::new(query, Vec::new()), query);
        }
        let queries: Vec<String> = canaries.clone().all().into_iter().map(|canary| canary.answer).collect();
        assert_eq!(queries, ["d", "c", "a"]);
    }

    #[test]
    fn a_refusal_has_its_reason() {
        let report = GateReport { before: Some(-1.0), after: Some(-0.5), canaries: 2, changed: 0, passed: true };
        assert_eq!(report.reason(), None);
        let refused = GateReport { passed: false, ..report };
        assert!(GateReport { changed: 1, ..refused }.reason().unwrap().contains("sure"));
        assert!(GateReport { after: Some(-2.0), ..refused }.reason().unwrap().contains("likelier"));
        assert!(GateReport { before: None, ..refused }.reason().unwrap().contains("no further example"));
    }
}
