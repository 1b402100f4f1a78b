//! The numbers of a run: a function of its plan and its records, whatever their order.

mod conduct;
mod courses;
mod judged;
mod rows;

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

pub use self::{
    conduct::ConductRow,
    courses::{CourseCell, CourseRow},
};

use super::{
    estimators::{Estimator, Scores, Selection},
    modes::Mode,
    plan::{Plan, Setting},
    record::{CONTEXT, Record},
    statistics::Interval,
};

/// Bins of the margin's histogram.
pub const BINS: usize = 20;

/// The numbers of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Records that the plan asks for and that are not there: 0 for a finished run.
    pub missing: usize,
    /// The suites, in the order of the plan.
    pub suites: Vec<SuiteSummary>,
    /// One for each mode, setting, selection, estimator and threshold.
    pub rows: Vec<Row>,
    /// How well the estimators tell wrong base answers from right ones: each suite, then all together (`all`).
    pub estimators: Vec<EstimatorRow>,
    /// What was carried out, asked and declined, on suites that say what is wanted.
    #[serde(default)]
    pub conduct: Vec<ConductRow>,
    /// What corrections bring; empty without the mode `corrected`.
    #[serde(default)]
    pub courses: Vec<CourseRow>,
    /// Seconds by stage.
    pub latency: StageSeconds,
    /// Tasks by margin, in [`BINS`] equal bins of [0, 1].
    pub margins: Margins,
    /// Largest resident memory of a process of the run, in bytes, where the system tells it.
    pub peak_memory_bytes: Option<u64>,
}

/// A suite as it was run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuiteSummary {
    /// Name.
    pub name: String,
    /// Tasks that were answered.
    pub tasks: usize,
    /// Tasks whose prompt does not fit the model's context; they count as wrong.
    pub context_errors: usize,
}

/// A line of the tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Mode.
    pub mode: Mode,
    /// Setting.
    pub setting: Setting,
    /// How tasks are selected; `None` for modes that treat all alike.
    pub selection: Option<Selection>,
    /// By what; `None` where it does not matter.
    pub estimator: Option<Estimator>,
    /// Threshold of the estimator's certainty; `None` where it does not matter.
    pub threshold: Option<f32>,
    /// The mode that gains are over; `None` for the base.
    pub over: Option<Mode>,
    /// By suite.
    pub suites: BTreeMap<String, Cell>,
    /// The unweighted mean over the suites.
    pub mean: Cell,
}

/// The numbers of a mode on a suite, or their mean over the suites.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Cell {
    /// Tasks.
    pub tasks: usize,
    /// Seeds.
    pub seeds: usize,
    /// Share of tasks with exactly the right calls, in [0, 1].
    pub strict: f64,
    /// Its standard deviation over the seeds.
    pub strict_deviation: Option<f64>,
    /// Share of tasks with the right names, in [0, 1].
    pub names: f64,
    /// Strict accuracy over that of [`Row::over`], paired by task, seeds averaged within a task.
    pub gain: Option<Interval>,
    /// Standard deviation of the gain over the seeds.
    pub gain_deviation: Option<f64>,
    /// Name accuracy over that of [`Row::over`].
    pub names_gain: Option<Interval>,
    /// What became of the selected tasks.
    pub updates: Option<Updates>,
}

/// What became of the selected tasks; numbers are summed over seeds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Updates {
    /// Answers asked for: tasks times seeds.
    pub answers: usize,
    /// Answers of selected tasks.
    pub selected: usize,
    /// Those that were given after learning.
    pub learned: usize,
    /// Those whose calls differ from before.
    pub changed: usize,
    /// Wrong before, right after.
    pub mended: usize,
    /// Right before, wrong after.
    pub harmed: usize,
    /// Pairs learned from.
    pub pairs: usize,
    /// Attempts at a pair.
    pub attempts: usize,
    /// Attempts that passed all checks.
    pub valid: usize,
    /// The others, by the check that they failed.
    pub rejected: BTreeMap<String, usize>,
}

impl Updates {
    fn add(&mut self, other: &Self) {
        self.answers += other.answers;
        self.selected += other.selected;
        self.learned += other.learned;
        self.changed += other.changed;
        self.mended += other.mended;
        self.harmed += other.harmed;
        self.pairs += other.pairs;
        self.attempts += other.attempts;
        self.valid += other.valid;
        for (reason, count) in &other.rejected {
            *self.rejected.entry(reason.clone()).or_default() += count;
        }
    }
}

/// An estimator against the base model's strict correctness. A wrong answer is a positive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EstimatorRow {
    /// Suite, or `all`.
    pub suite: String,
    /// Estimator.
    pub estimator: Estimator,
    /// Right base answers.
    pub right: usize,
    /// Wrong base answers.
    pub wrong: usize,
    /// Area under the ROC curve.
    pub auroc: Option<f64>,
    /// At each threshold of the estimator's certainty.
    pub thresholds: Vec<Flagged>,
}

/// What a threshold flags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flagged {
    /// Threshold of the estimator's certainty.
    pub threshold: f32,
    /// Share of all tasks.
    pub share: f64,
    /// Share of wrong answers (TPR).
    pub of_wrong: Option<f64>,
    /// Share of right answers (FPR).
    pub of_right: Option<f64>,
}

/// Mean seconds by stage at the main threshold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StageSeconds {
    /// The mode that was timed.
    pub mode: Option<Mode>,
    /// Tasks whose certainty is the threshold or more.
    pub certain: Stages,
    /// The others.
    pub uncertain: Stages,
}

/// Mean seconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Stages {
    /// Answers that were timed.
    pub answers: usize,
    /// Mean seconds by stage.
    pub stages: BTreeMap<String, f64>,
    /// Their sum.
    pub total: Option<f64>,
    /// Their sum over what answering without a score takes (prefill and answer).
    pub over_base: Option<f64>,
}

/// Tasks by margin.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Margins {
    /// Right base answers.
    pub right: Vec<usize>,
    /// Wrong base answers.
    pub wrong: Vec<usize>,
}

/// A suite's records by task.
struct Tasks<'r> {
    name: &'r str,
    ids: Vec<&'r str>,
    scores: Vec<Option<Scores>>,
    records: Vec<HashMap<(Mode, &'r str, u64), &'r Record>>,
}

impl<'r> Tasks<'r> {
    fn new(plan: &'r Plan, records: &'r [Record]) -> Vec<Self> {
        let of_suite = |name: &'r str| {
            let mut tasks: BTreeMap<&str, HashMap<_, &Record>> = BTreeMap::new();
            for record in records.iter().filter(|r| r.key.suite == name) {
                let key = &record.key;
                tasks.entry(&key.id).or_default().insert((key.mode, key.setting.as_str(), key.seed), record);
            }
            let (ids, records): (Vec<_>, Vec<_>) = tasks.into_iter().unzip();
            let scores = records.iter().map(|r: &HashMap<_, &Record>| r.values().find_map(|r| r.scores)).collect();
            Self { name, ids, scores, records }
        };
        plan.suites.iter().map(|suite| of_suite(&suite.name)).collect()
    }

    /// The record of a mode; `setting` is the hash of [`Setting::of_mode`].
    fn get(&self, task: usize, mode: Mode, setting: &str, seed: u64) -> Option<&'r Record> {
        let seed = if mode.is_seeded() { seed } else { 0 };
        self.records.get(task)?.get(&(mode, setting, seed)).copied()
    }
}

impl Summary {
    /// The numbers of the records.
    pub fn new(plan: &Plan, records: &[Record], peak_memory_bytes: Option<u64>) -> Self {
        let suites = Tasks::new(plan, records);
        let expected: usize = plan
            .suites
            .iter()
            .map(|suite| {
                let generated = suite.name.starts_with(super::suite::GENERATOR);
                let modes = plan.modes.iter().filter(|m| generated || **m != Mode::Neighbours);
                let of_mode = |m: &Mode| plan.settings_of(*m).len() * plan.seeds_of(*m).count();
                suite.tasks * modes.map(of_mode).sum::<usize>()
            })
            .sum();
        let found: usize = suites.iter().flat_map(|s| &s.records).map(HashMap::len).sum();
        Self {
            missing: expected.saturating_sub(found),
            suites: suites.iter().map(suite_summary).collect(),
            rows: rows::rows(plan, &suites),
            estimators: judged::estimator_rows(plan, &suites),
            conduct: conduct::rows(plan, &suites),
            courses: courses::rows(plan, &suites),
            latency: judged::latency(plan, &suites),
            margins: judged::margins(&suites),
            peak_memory_bytes,
        }
    }

    /// The row of a mode at the main setting, selection, estimator and threshold.
    pub fn main_row(&self, mode: Mode) -> Option<&Row> {
        self.rows.iter().find(|row| row.mode == mode)
    }
}

fn suite_summary(tasks: &Tasks<'_>) -> SuiteSummary {
    let failed = |r: &&HashMap<_, &Record>| r.values().any(|r| r.error.as_deref() == Some(CONTEXT));
    let context_errors = tasks.records.iter().filter(failed).count();
    SuiteSummary { name: tasks.name.to_owned(), tasks: tasks.ids.len() - context_errors, context_errors }
}

#[cfg(test)]
pub(super) mod tests;
