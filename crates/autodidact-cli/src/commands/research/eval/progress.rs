//! The progress bar of `eval`, with the accuracies so far.

use std::collections::BTreeMap;

use autodidact_lab::evaluation::{Mode, Record, Suite};
use indicatif::ProgressBar;

use super::journal::{Journal, Run};
use crate::progress;

/// A bar that counts records.
pub struct Progress {
    bar: ProgressBar,
    counts: BTreeMap<Mode, Count>,
}

/// Answers of a mode.
#[derive(Default)]
struct Count {
    correct: usize,
    all: usize,
}

impl Progress {
    /// A bar over all records of the run, the ones in the journal counted.
    pub fn new(run: &Run, suites: &[Suite], journal: &Journal) -> Self {
        let mut total = 0;
        for suite in suites {
            for item in run.items(suite) {
                total += run.plan.keys(suite, &item.id, item.example.is_some()).len();
            }
        }
        let bar = progress::bar(total, progress::STEPS).with_position(journal.records.len() as u64);
        bar.reset_eta();
        let mut progress = Self { bar, counts: BTreeMap::new() };
        for record in &journal.records {
            progress.count(record);
        }
        progress
    }

    /// The bar itself.
    pub fn bar(&self) -> &ProgressBar {
        &self.bar
    }

    /// Moves the bar by a record.
    pub fn record(&mut self, record: &Record) {
        self.count(record);
        let shares: Vec<String> = self
            .counts
            .iter()
            .map(|(mode, count)| format!("{mode} {:.1}", 100.0 * count.correct as f64 / count.all as f64))
            .collect();
        self.bar.set_message(format!("{}: {}", record.key.suite, shares.join(", ")));
        self.bar.inc(1);
    }

    fn count(&mut self, record: &Record) {
        let count = self.counts.entry(record.key.mode).or_default();
        count.correct += usize::from(record.strict);
        count.all += 1;
    }
}
