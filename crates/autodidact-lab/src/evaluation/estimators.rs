//! The choice of tasks by estimators of uncertainty.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::seeds::task_seed;
use autodidact::error::{Error, Result, by_name};
pub use autodidact::uncertainty::{Estimator, Scores};

/// Which tasks are updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// Those whose certainty is below the threshold.
    Uncertain,
    /// The others.
    Certain,
    /// All.
    All,
    /// As many as are uncertain, drawn at random.
    Random,
}

impl Selection {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Uncertain, Self::Certain, Self::All, Self::Random];

    /// The name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uncertain => "uncertain",
            Self::Certain => "certain",
            Self::All => "all",
            Self::Random => "random",
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Selection {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        by_name("selection", text, &Self::ALL, Self::name)
    }
}

/// The agent's rule: a certainty ([`Estimator::certainty`]) below the threshold. What is not a number has none.
pub fn is_unsure(scores: &Scores, estimator: Estimator, threshold: f32) -> bool {
    estimator.certainty(scores) < threshold
}

/// Flags the unsure tasks of a suite. Tasks without scores are never flagged.
pub fn flag(tasks: &[Option<Scores>], estimator: Estimator, threshold: f32) -> Vec<bool> {
    tasks.iter().map(|scores| scores.is_some_and(|s| is_unsure(&s, estimator, threshold))).collect()
}

/// The tasks of a suite that are updated. `ids` are those of `tasks`.
pub fn select(
    selection: Selection,
    (estimator, threshold): (Estimator, f32),
    (suite, ids): (&str, &[&str]),
    tasks: &[Option<Scores>],
    seed: u64,
) -> Vec<bool> {
    let scored = |i: usize| tasks.get(i).is_some_and(Option::is_some);
    let unsure = flag(tasks, estimator, threshold);
    match selection {
        Selection::Uncertain => unsure,
        Selection::Certain => unsure.iter().enumerate().map(|(i, unsure)| scored(i) && !unsure).collect(),
        Selection::All => (0..tasks.len()).map(scored).collect(),
        Selection::Random => {
            let count = unsure.iter().filter(|unsure| **unsure).count();
            let mut order: Vec<(u64, usize)> = (0..tasks.len())
                .filter(|i| scored(*i))
                .filter_map(|i| ids.get(i).map(|id| (task_seed(seed, &format!("random/{suite}"), id), i)))
                .collect();
            order.sort_unstable();
            let chosen: std::collections::HashSet<usize> = order.into_iter().take(count).map(|(_, i)| i).collect();
            (0..tasks.len()).map(|i| chosen.contains(&i)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(margin: f32, perplexity: f32) -> Option<Scores> {
        let entropy = 1.0 - margin;
        Some(Scores {
            margin: Some(margin),
            max_probability: Some(margin),
            entropy: Some(entropy),
            perplexity: Some(perplexity),
            candidates: 2,
        })
    }

    #[test]
    fn selections() {
        let tasks = [scores(0.1, 1.0), scores(0.99, 9.0), None, scores(0.95, 2.0), scores(0.5, 3.0)];
        let ids = ["a", "b", "c", "d", "e"];
        let run = |selection, estimator, seed| select(selection, (estimator, 0.95), ("s", &ids), &tasks, seed);
        let unsure = run(Selection::Uncertain, Estimator::Margin, 0);
        assert_eq!(unsure, [true, false, false, false, true]);
        assert_eq!(run(Selection::Certain, Estimator::Margin, 0), [false, true, false, true, false]);
        assert_eq!(run(Selection::All, Estimator::Margin, 0), [true, true, false, true, true]);
        let by_entropy = run(Selection::Uncertain, Estimator::Entropy, 0);
        assert_eq!(by_entropy, [true, false, false, true, true], "0.05 nats of the 0.69 that two candidates can have");
        assert_eq!(run(Selection::Uncertain, Estimator::Perplexity, 0), [false, true, false, true, true]);
        let draws: Vec<Vec<bool>> = (0..20).map(|seed| run(Selection::Random, Estimator::Margin, seed)).collect();
        assert!(draws.iter().all(|d| d.iter().filter(|x| **x).count() == 2 && !d[2]));
        assert!(draws.iter().any(|d| *d != draws[0]) && draws[3] == run(Selection::Random, Estimator::Margin, 3));
    }

    #[test]
    fn no_number_is_unsure() {
        let scores = |margin| Scores { margin: Some(margin), ..Scores::default() };
        assert!(is_unsure(&scores(f32::NAN), Estimator::Margin, 0.5));
        assert!(!is_unsure(&scores(0.5), Estimator::Margin, 0.5));
        assert!(is_unsure(&scores(0.5), Estimator::Perplexity, 0.5));
    }
}
