//! Accuracy, gain and updates of a mode under a rule of selection.

use std::collections::BTreeMap;

use super::{Cell, Row, Tasks, Updates};
use crate::evaluation::{
    estimators::{Estimator, Selection, select},
    matching::canonical_calls,
    modes::Mode,
    plan::{Plan, Setting},
    record::Record,
    statistics::{bootstrap, deviation, mean},
};

/// How the selected tasks of a row are found.
#[derive(Clone, Copy)]
struct Rule {
    selection: Selection,
    estimator: Estimator,
    threshold: f32,
}

/// All rows, the main one of each mode first.
pub(super) fn rows(plan: &Plan, suites: &[Tasks<'_>]) -> Vec<Row> {
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
    let named = |mode: Mode| (mode, setting.of_mode(mode).hash());
    let (own, before) = (named(mode), named(over.unwrap_or(mode)));
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
                point(tasks, (task, seed), &own, &before, chosen, &mut updates)
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
    (task, seed): (usize, u64),
    (mode, setting): &(Mode, String),
    (over, over_setting): &(Mode, String),
    chosen: Option<bool>,
    updates: &mut Updates,
) -> Option<Point> {
    let own = tasks.get(task, *mode, setting, seed)?;
    let before = tasks.get(task, *over, over_setting, seed)?;
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
