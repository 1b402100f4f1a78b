//! Whether what was learned may stand: a check without labels.
//!
//! An update passes when a self-written pair that was not learned from has become likelier, and the answers to tasks that the agent
//! was sure of are what they were.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::model::{Model, Writing};
use crate::{
    error::Result,
    inference::{Cancel, Session},
    model::LoraWeights,
    task::{Pair, Task},
};

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

impl Canary {
    /// Stands for the canary where its text need not be kept.
    pub(super) fn hash(&self) -> [u8; 32] {
        let task = serde_json::to_string(&self.task).unwrap_or_default();
        Sha256::digest(format!("{task}\n{}", self.answer)).into()
    }
}

impl GateReport {
    /// Decides by the numbers that are there.
    pub(super) fn judge(&mut self) {
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

/// An update of the model's weights, with what the gate checks it against.
#[derive(Debug, Clone, Copy)]
pub struct GateCheck<'a> {
    /// The task that the update was made for.
    pub task: &'a Task,
    /// A pair for its menu that was not learned from, if there is one.
    pub held_back: Option<&'a Pair>,
    /// Tasks whose answers must stay.
    pub canaries: &'a [Canary],
    /// The adapter that the learning started from, if any.
    pub before: Option<&'a LoraWeights>,
    /// The adapter after learning.
    pub after: &'a LoraWeights,
    /// How the canaries are answered.
    pub writing: Writing,
}

impl Model {
    /// Compares the model before and after an update.
    ///
    /// # Errors
    /// Errors of the template, the tokenizer and the backend; [`crate::Error::ContextOverflow`], [`crate::Error::Aborted`].
    pub async fn gate(&self, check: GateCheck<'_>, cancel: &Cancel) -> Result<GateReport> {
        let GateCheck { task, held_back, canaries, before, after, writing } = check;
        let mut report = GateReport { canaries: canaries.len(), ..GateReport::default() };
        let session = self.session(Some(after), cancel);
        if let Some(pair) = held_back {
            let asked = Task::new(pair.query.clone(), task.tools.clone());
            report.before = self.likelihood(&self.session(before, cancel), &asked, pair).await?;
            report.after = self.likelihood(&session, &asked, pair).await?;
        }
        for canary in canaries {
            let prefix = session.prefill(&self.prompt(&canary.task)?).await?;
            let response = self.respond(&session, &prefix, &canary.task, writing, |_| {}).await?;
            report.changed += usize::from(response.answer.text != canary.answer);
        }
        report.judge();
        Ok(report)
    }

    /// Mean log-probability of the tokens of a pair's calls.
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
    fn a_refusal_has_its_reason() {
        let report = GateReport { before: Some(-1.0), after: Some(-0.5), canaries: 2, changed: 0, passed: true };
        assert_eq!(report.reason(), None);
        let refused = GateReport { passed: false, ..report };
        assert!(GateReport { changed: 1, ..refused }.reason().unwrap().contains("sure"));
        assert!(GateReport { after: Some(-2.0), ..refused }.reason().unwrap().contains("likelier"));
        assert!(GateReport { before: None, ..refused }.reason().unwrap().contains("no further example"));
    }
}
