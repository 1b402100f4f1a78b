//! The numbers of a run: a function of its plan and its records, whatever their order.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{
    estimators::{Estimator, Scores, Selection, flag, select},
    matching::canonical_calls,
    modes::Mode,
    plan::{Plan, Setting},
    record::{CONTEXT, Record},
    statistics::{Interval, auroc, bootstrap, deviation, mean},
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
    /// Seconds by stage.
    pub latency: Latency,
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
    /// Threshold of the margin; `None` where it does not matter.
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
    /// At each threshold of the margin; the other estimators flag as many tasks.
    pub thresholds: Vec<Flagged>,
}

/// What a threshold flags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flagged {
    /// Threshold of the margin.
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
pub struct Latency {
    /// The mode that was timed.
    pub mode: Option<Mode>,
    /// Tasks with a margin of the threshold or more.
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

    fn get(&self, task: usize, mode: Mode, setting: &Setting, seed: u64) -> Option<&'r Record> {
        let seed = if mode.is_seeded() { seed } else { 0 };
        self.records.get(task)?.get(&(mode, setting.of_mode(mode).hash().as_str(), seed)).copied()
    }
}

/// How the selected tasks of a row are found.
#[derive(Clone, Copy)]
struct Rule {
    selection: Selection,
    estimator: Estimator,
    threshold: f32,
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
            rows: rows(plan, &suites),
            estimators: estimator_rows(plan, &suites),
            latency: latency(plan, &suites),
            margins: margins(&suites),
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

fn rows(plan: &Plan, suites: &[Tasks<'_>]) -> Vec<Row> {
    let mut rows = Vec::new();
    for &mode in &plan.modes {
        for setting in plan.settings_of(mode) {
            if mode.otherwise().is_none() {
                rows.push(row(plan, suites, mode, setting, None));
                continue;
            }
            for &selection in &plan.selections {
                for &estimator in &plan.estimators {
                    for &threshold in &plan.thresholds {
                        let rule = Rule { selection, estimator, threshold };
                        // Neither the threshold nor the estimator changes what "all" is.
                        let first =
                            plan.thresholds.first() == Some(&threshold) && plan.estimators.first() == Some(&estimator);
                        if selection != Selection::All || first {
                            rows.push(row(plan, suites, mode, setting, Some(rule)));
                        }
                    }
                }
            }
        }
    }
    rows
}

/// A task's numbers under one seed.
#[derive(Clone, Copy, Default)]
struct Point {
    strict: f64,
    names: f64,
    gain: f64,
    names_gain: f64,
}

fn row(plan: &Plan, suites: &[Tasks<'_>], mode: Mode, setting: Setting, rule: Option<Rule>) -> Row {
    let over = mode.otherwise().or((mode != Mode::Base).then_some(Mode::Base));
    let mut cells = BTreeMap::new();
    // By suite and seed, the points of the tasks.
    let mut grids: Vec<Vec<Vec<Point>>> = Vec::new();
    let mut all = Updates::default();
    for tasks in suites {
        let mut updates = Updates::default();
        let mut grid: Vec<Vec<Option<Point>>> = Vec::new();
        for seed in plan.seeds_of(mode) {
            let selected = rule.map(|rule| {
                let by = (rule.estimator, rule.threshold);
                select(rule.selection, by, (tasks.name, &tasks.ids), &tasks.scores, seed)
            });
            let points = (0..tasks.ids.len()).map(|task| {
                let chosen = selected.as_ref().map(|s| s.get(task).copied().unwrap_or(false));
                point(tasks, task, (mode, &setting, seed), over, chosen, &mut updates)
            });
            grid.push(points.collect());
        }
        // Tasks that lack a seed are left out, so that seeds compare.
        let whole: Vec<usize> =
            (0..tasks.ids.len()).filter(|t| grid.iter().all(|g| g.get(*t).copied().flatten().is_some())).collect();
        let grid: Vec<Vec<Point>> =
            grid.iter().map(|g| whole.iter().filter_map(|t| g.get(*t).copied().flatten()).collect()).collect();
        if whole.is_empty() {
            continue;
        }
        all.add(&updates);
        let updates = rule.map(|_| updates);
        cells.insert(tasks.name.to_owned(), cell(std::slice::from_ref(&grid), over.is_some(), updates));
        grids.push(grid);
    }
    let mean = cell(&grids, over.is_some(), rule.map(|_| all));
    let (selection, estimator, threshold) = match rule {
        None => (None, None, None),
        Some(Rule { selection: Selection::All, .. }) => (Some(Selection::All), None, None),
        Some(rule) => (Some(rule.selection), Some(rule.estimator), Some(rule.threshold)),
    };
    Row { mode, setting, selection, estimator, threshold, over, suites: cells, mean }
}

/// What a mode gives for a task: its own record where the task is selected, else that of the mode it falls back to.
fn point(
    tasks: &Tasks<'_>,
    task: usize,
    (mode, setting, seed): (Mode, &Setting, u64),
    over: Option<Mode>,
    chosen: Option<bool>,
    updates: &mut Updates,
) -> Option<Point> {
    let own = tasks.get(task, mode, setting, seed)?;
    let before = match over {
        Some(over) => tasks.get(task, over, setting, seed)?,
        None => own,
    };
    let now = if chosen == Some(false) { before } else { own };
    if let Some(chosen) = chosen {
        updates.answers += 1;
        if chosen {
            count(updates, before, own);
        }
    }
    let number = |right: bool| f64::from(u8::from(right));
    Some(Point {
        strict: number(now.strict),
        names: number(now.names),
        gain: number(now.strict) - number(before.strict),
        names_gain: number(now.names) - number(before.names),
    })
}

fn count(updates: &mut Updates, before: &Record, own: &Record) {
    updates.selected += 1;
    updates.learned += usize::from(own.learned);
    updates.changed += usize::from(canonical_calls(&before.calls) != canonical_calls(&own.calls));
    updates.mended += usize::from(!before.strict && own.strict);
    updates.harmed += usize::from(before.strict && !own.strict);
    updates.pairs += if own.learned { own.pairs.len() } else { 0 };
    if let Some(synthesis) = &own.synthesis {
        updates.valid += synthesis.valid;
        updates.attempts += synthesis.valid + synthesis.rejected.values().sum::<usize>();
        for (reason, count) in &synthesis.rejected {
            *updates.rejected.entry(reason.clone()).or_default() += count;
        }
    }
}

/// The cell of one suite, or the unweighted mean of several.
fn cell(grids: &[Vec<Vec<Point>>], has_gain: bool, updates: Option<Updates>) -> Cell {
    let seeds = grids.iter().map(Vec::len).min().unwrap_or(0);
    // For each seed, the mean over suites of the mean over tasks.
    let by_seed = |what: fn(&Point) -> f64| -> Vec<f64> {
        let of_suite = |grid: &Vec<Vec<Point>>, seed: usize| {
            mean(&grid.get(seed).map(|g| g.iter().map(what).collect::<Vec<_>>()).unwrap_or_default())
        };
        (0..seeds)
            .filter_map(|seed| mean(&grids.iter().filter_map(|grid| of_suite(grid, seed)).collect::<Vec<_>>()))
            .collect()
    };
    // For each suite and task, the mean over seeds.
    let by_task = |what: fn(&Point) -> f64| -> Vec<Vec<f64>> {
        let of_suite = |grid: &Vec<Vec<Point>>| {
            let tasks = grid.first().map_or(0, Vec::len);
            let of_task = |task: usize| mean(&grid.iter().filter_map(|g| g.get(task)).map(what).collect::<Vec<_>>());
            (0..tasks).filter_map(of_task).collect()
        };
        grids.iter().map(of_suite).collect()
    };
    let strict = by_seed(|p| p.strict);
    Cell {
        tasks: grids.iter().filter_map(|g| g.first()).map(Vec::len).sum(),
        seeds,
        strict: mean(&strict).unwrap_or_default(),
        strict_deviation: deviation(&strict),
        names: mean(&by_seed(|p| p.names)).unwrap_or_default(),
        gain: bootstrap(&by_task(|p| p.gain)).filter(|_| has_gain),
        gain_deviation: deviation(&by_seed(|p| p.gain)).filter(|_| has_gain),
        names_gain: bootstrap(&by_task(|p| p.names_gain)).filter(|_| has_gain),
        updates,
    }
}

/// A task's scores with whether its base answer is wrong.
type Judged = (Option<Scores>, bool);

fn judged(plan: &Plan, tasks: &Tasks<'_>) -> Vec<Judged> {
    let Some(setting) = plan.settings.first() else { return Vec::new() };
    let base = |task| tasks.get(task, Mode::Base, setting, 0);
    let found = (0..tasks.ids.len()).filter_map(base).map(|r| (r.scores, !r.strict));
    found.filter(|(scores, _)| scores.is_some()).collect()
}

fn estimator_rows(plan: &Plan, suites: &[Tasks<'_>]) -> Vec<EstimatorRow> {
    let by_suite: Vec<(&str, Vec<Judged>)> = suites.iter().map(|t| (t.name, judged(plan, t))).collect();
    let all: Vec<Judged> = by_suite.iter().flat_map(|(_, judged)| judged.clone()).collect();
    let groups = by_suite.into_iter().chain((suites.len() > 1).then_some(("all", all)));
    let rows = groups
        .flat_map(|(suite, judged)| Estimator::ALL.map(|estimator| estimator_row(plan, suite, estimator, &judged)));
    rows.collect()
}

fn estimator_row(plan: &Plan, suite: &str, estimator: Estimator, judged: &[Judged]) -> EstimatorRow {
    let wrong = judged.iter().filter(|(_, wrong)| *wrong).count();
    let right = judged.len() - wrong;
    let values: Vec<(f64, bool)> =
        judged.iter().filter_map(|(scores, wrong)| scores.map(|s| (estimator.uncertainty(&s), *wrong))).collect();
    let scores: Vec<Option<Scores>> = judged.iter().map(|(scores, _)| *scores).collect();
    let thresholds = plan.thresholds.iter().map(|&threshold| {
        let flags = flag(&scores, estimator, threshold);
        let flagged = |is_wrong: bool| flags.iter().zip(judged).filter(|(f, (_, w))| **f && *w == is_wrong).count();
        let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
        let (of_wrong, of_right) = (flagged(true), flagged(false));
        Flagged {
            threshold,
            share: share(of_wrong + of_right, judged.len()).unwrap_or_default(),
            of_wrong: share(of_wrong, wrong),
            of_right: share(of_right, right),
        }
    });
    let thresholds = thresholds.collect();
    EstimatorRow { suite: suite.to_owned(), estimator, right, wrong, auroc: auroc(&values), thresholds }
}

fn latency(plan: &Plan, suites: &[Tasks<'_>]) -> Latency {
    let timed = [Mode::TtSi, Mode::TtD, Mode::Neighbours, Mode::Oracle, Mode::Base];
    let mode = timed.into_iter().find(|mode| plan.modes.contains(mode));
    let (Some(mode), Some(setting), Some(&threshold)) = (mode, plan.settings.first(), plan.thresholds.first()) else {
        return Latency::default();
    };
    let (mut certain, mut uncertain) = (Vec::new(), Vec::new());
    for tasks in suites {
        let flags = flag(&tasks.scores, Estimator::Margin, threshold);
        for (task, flagged) in flags.into_iter().enumerate() {
            for seed in plan.seeds_of(mode) {
                let Some(record) = tasks.get(task, mode, setting, seed).filter(|r| r.error.is_none()) else { continue };
                if flagged { uncertain.push(&record.seconds) } else { certain.push(&record.seconds) }
            }
        }
    }
    // A run for a selection of certain tasks updates them too; what they would cost is without it.
    Latency {
        mode: Some(mode),
        certain: stages(&certain, &["prefill", "score", "answer"]),
        uncertain: stages(&uncertain, &["prefill", "score", "answer", "synthesize", "train", "answer_again"]),
    }
}

fn stages(seconds: &[&BTreeMap<String, f64>], names: &[&str]) -> Stages {
    let of_stage = |name: &str| -> Option<f64> {
        let values: Vec<f64> = seconds.iter().map(|s| s.get(name).copied().unwrap_or_default()).collect();
        mean(&values)
    };
    let stages: BTreeMap<String, f64> =
        names.iter().filter_map(|name| of_stage(name).map(|s| ((*name).to_owned(), s))).collect();
    let total = (!stages.is_empty()).then(|| stages.values().sum::<f64>());
    let alone = of_stage("prefill").zip(of_stage("answer")).map(|(a, b)| a + b).filter(|s| *s > 0.0);
    Stages { answers: seconds.len(), total, over_base: total.zip(alone).map(|(total, alone)| total / alone), stages }
}

fn margins(suites: &[Tasks<'_>]) -> Margins {
    let mut margins = Margins { right: vec![0; BINS], wrong: vec![0; BINS] };
    let base = |r: &HashMap<(Mode, &str, u64), &Record>| {
        r.values().find(|r| r.key.mode == Mode::Base).and_then(|r| r.scores.map(|s| (s.margin, r.strict)))
    };
    for (margin, right) in suites.iter().flat_map(|s| &s.records).filter_map(base) {
        let bin = ((margin * BINS as f32) as usize).min(BINS - 1);
        let counts = if right { &mut margins.right } else { &mut margins.wrong };
        if let Some(count) = counts.get_mut(bin) {
            *count += 1;
        }
    }
    margins
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::evaluation::{
        plan::{Learning, SampleConfig, SftConfig, SuiteRef},
        record::{PairCounts, tests::record},
    };
    use crate::task::ToolCall;

    fn setting() -> Setting {
        let learning = Learning { rank: 8, alpha: 16.0, steps: None, learning_rate: 1e-3 };
        Setting { pairs: Some(1), learning: Some(learning) }
    }

    pub fn plan(modes: &[Mode], seeds: u64) -> Plan {
        Plan {
            version: String::new(),
            model: "m".into(),
            fingerprint: String::new(),
            backend: "cpu".into(),
            teacher: None,
            train_file: None,
            suites: vec![SuiteRef { name: "s".into(), digest: String::new(), tasks: 4 }],
            modes: Mode::closed(modes),
            seeds,
            settings: vec![setting()],
            thresholds: vec![0.95, 0.3, 0.0],
            selections: Selection::ALL.to_vec(),
            estimators: vec![Estimator::Margin],
            max_answer_tokens: 256,
            score: Default::default(),
            synthesis: Default::default(),
            adaptation: Default::default(),
            samples: SampleConfig::default(),
            sft: SftConfig::default(),
        }
    }

    /// Margin, right before, right after under each of two seeds.
    const TASKS: [(&str, f32, bool, [bool; 2]); 4] = [
        ("a", 0.1, false, [true, true]),
        ("b", 0.5, true, [false, true]),
        ("c", 0.6, false, [true, false]),
        ("d", 0.99, true, [false, false]),
    ];

    pub fn records() -> Vec<Record> {
        let mut records = Vec::new();
        for (id, margin, base, after) in TASKS {
            let mut put = |mode: Mode, seed, strict| {
                let mut r = record(id, mode, seed, strict, margin);
                r.key.setting = setting().of_mode(mode).hash();
                r.seconds = BTreeMap::from([("prefill".into(), 1.0), ("score".into(), 0.5), ("answer".into(), 1.0)]);
                if mode == Mode::TtSi {
                    (r.selected, r.learned) = (true, true);
                    r.calls = vec![ToolCall { name: "f".into(), arguments: Default::default() }];
                    r.pairs = vec![crate::task::Pair { query: String::new(), calls: vec![] }];
                    let rejected = BTreeMap::from([("copy".to_owned(), 3)]);
                    r.synthesis = Some(PairCounts { requested: 1, valid: 1, rejected });
                    r.seconds.insert("train".into(), 4.0);
                }
                records.push(r);
            };
            put(Mode::Base, 0, base);
            for (seed, right) in after.into_iter().enumerate() {
                put(Mode::TtSi, seed as u64, right);
            }
        }
        records
    }

    fn find(summary: &Summary, selection: Selection, threshold: Option<f32>) -> &Row {
        let wanted = |r: &&Row| r.mode == Mode::TtSi && r.selection == Some(selection) && r.threshold == threshold;
        summary.rows.iter().find(wanted).unwrap()
    }

    #[test]
    fn rows_by_hand() {
        let summary = Summary::new(&plan(&[Mode::TtSi], 2), &records(), None);
        assert_eq!((summary.missing, summary.suites[0].tasks), (0, 4));
        let base = summary.main_row(Mode::Base).unwrap();
        assert_eq!((base.mean.strict, base.mean.seeds, base.over), (0.5, 1, None));
        assert_eq!((base.mean.gain, base.mean.updates.is_some()), (None, false));
        // Selected a, b, c; d keeps its right answer. Seeds: 1, 0, 1, 1 and 1, 1, 0, 1.
        let main = summary.main_row(Mode::TtSi).unwrap();
        assert_eq!((main.selection, main.threshold), (Some(Selection::Uncertain), Some(0.95)));
        assert_eq!((main.mean.strict, main.mean.strict_deviation), (0.75, Some(0.0)));
        let gain = main.mean.gain.unwrap();
        assert!((gain.mean - 0.25).abs() < 1e-12 && gain.low <= gain.mean && gain.mean <= gain.high);
        let updates = main.mean.updates.as_ref().unwrap();
        assert_eq!((updates.answers, updates.selected, updates.learned, updates.changed), (8, 6, 6, 6));
        assert_eq!((updates.mended, updates.harmed, updates.pairs), (3, 1, 6));
        assert_eq!((updates.attempts, updates.valid, updates.rejected["copy"]), (24, 6, 18));
        assert_eq!(main.suites["s"], main.mean);
        // The other rules follow from the same records.
        assert_eq!(find(&summary, Selection::Uncertain, Some(0.3)).mean.strict, 0.75);
        assert_eq!(find(&summary, Selection::Uncertain, Some(0.0)).mean.gain.unwrap().mean, 0.0);
        assert_eq!(find(&summary, Selection::Certain, Some(0.95)).mean.strict, 0.25);
        assert_eq!(find(&summary, Selection::All, None).mean.strict, 0.5);
        let random = find(&summary, Selection::Random, Some(0.95));
        assert_eq!(random.mean.updates.as_ref().unwrap().selected, 6);
    }

    #[test]
    fn estimators_latency_and_margins_by_hand() {
        let summary = Summary::new(&plan(&[Mode::TtSi], 2), &records(), Some(7));
        let margin = &summary.estimators[0];
        // Wrong at 0.1 and 0.6, right at 0.5 and 0.99: three of four pairs are in order.
        assert_eq!((margin.right, margin.wrong, margin.auroc), (2, 2, Some(0.75)));
        let at = &margin.thresholds[0];
        assert_eq!((at.share, at.of_wrong, at.of_right), (0.75, Some(1.0), Some(0.5)));
        // All perplexities are equal.
        assert_eq!(summary.estimators[3].auroc, Some(0.5));
        assert_eq!((summary.latency.certain.answers, summary.latency.certain.total), (2, Some(2.5)));
        assert_eq!(summary.latency.certain.over_base, Some(1.25));
        assert_eq!((summary.latency.uncertain.answers, summary.latency.uncertain.total), (6, Some(6.5)));
        assert_eq!((summary.margins.right[19], summary.margins.wrong[2]), (1, 1));
    }

    #[test]
    fn the_order_of_records_does_not_matter_and_lacks_are_counted() {
        let plan = plan(&[Mode::TtSi], 2);
        let whole = Summary::new(&plan, &records(), None);
        let mut reversed = records();
        reversed.reverse();
        assert_eq!(Summary::new(&plan, &reversed, None), whole);
        let text = serde_json::to_string(&whole).unwrap();
        assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), whole);
        reversed.pop();
        assert_eq!(Summary::new(&plan, &reversed, None).missing, 1);
        assert_eq!(Summary::new(&plan, &[], None).rows[0].mean, Cell::default());
    }
}
