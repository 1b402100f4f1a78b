//! Numbers that do not depend on what updates did: estimators, time, margins.

use std::collections::{BTreeMap, HashMap};

use super::{BINS, EstimatorRow, Flagged, Margins, StageSeconds, Stages, Tasks};
use crate::evaluation::{
    estimators::{Estimator, Scores, flag},
    modes::Mode,
    plan::Plan,
    record::Record,
    statistics::{Ranked, auroc, mean},
};

/// A task's scores and its base answer.
#[derive(Debug, Clone, Copy)]
struct Judged {
    scores: Option<Scores>,
    wrong: bool,
}

fn judged(plan: &Plan, tasks: &Tasks<'_>) -> Vec<Judged> {
    let Some(setting) = plan.settings.first().map(|s| s.of_mode(Mode::Base).hash()) else { return Vec::new() };
    let base = |task| tasks.get(task, Mode::Base, &setting, 0);
    let found = (0..tasks.ids.len()).filter_map(base).map(|r| Judged { scores: r.scores, wrong: !r.strict });
    found.filter(|task| task.scores.is_some()).collect()
}

pub(super) fn estimator_rows(plan: &Plan, suites: &[Tasks<'_>]) -> Vec<EstimatorRow> {
    let by_suite: Vec<(&str, Vec<Judged>)> = suites.iter().map(|t| (t.name, judged(plan, t))).collect();
    let all: Vec<Judged> = by_suite.iter().flat_map(|(_, judged)| judged.clone()).collect();
    let groups = by_suite.into_iter().chain((suites.len() > 1).then_some(("all", all)));
    let rows = groups
        .flat_map(|(suite, judged)| Estimator::ALL.map(|estimator| estimator_row(plan, suite, estimator, &judged)));
    rows.collect()
}

fn estimator_row(plan: &Plan, suite: &str, estimator: Estimator, judged: &[Judged]) -> EstimatorRow {
    let wrong = judged.iter().filter(|task| task.wrong).count();
    let right = judged.len() - wrong;
    let ranked = |task: &Judged| {
        task.scores.map(|scores| Ranked { value: estimator.uncertainty(&scores), positive: task.wrong })
    };
    let values: Vec<Ranked> = judged.iter().filter_map(ranked).collect();
    let scores: Vec<Option<Scores>> = judged.iter().map(|task| task.scores).collect();
    let thresholds = plan.thresholds.iter().map(|&threshold| {
        let flags = flag(&scores, estimator, threshold);
        let flagged =
            |is_wrong: bool| flags.iter().zip(judged).filter(|(flag, task)| **flag && task.wrong == is_wrong).count();
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

pub(super) fn latency(plan: &Plan, suites: &[Tasks<'_>]) -> StageSeconds {
    let timed = [Mode::TtSi, Mode::TtSiGate, Mode::TtD, Mode::Neighbours, Mode::Oracle, Mode::Base];
    let mode = timed.into_iter().find(|mode| plan.modes.contains(mode));
    let (Some(mode), Some(setting), Some(&threshold)) = (mode, plan.settings.first(), plan.thresholds.first()) else {
        return StageSeconds::default();
    };
    let setting = setting.of_mode(mode).hash();
    let (mut certain, mut uncertain) = (Vec::new(), Vec::new());
    for tasks in suites {
        let flags = flag(&tasks.scores, plan.estimator(), threshold);
        for (task, flagged) in flags.into_iter().enumerate() {
            for seed in plan.seeds_of(mode) {
                let Some(record) = tasks.get(task, mode, &setting, seed).filter(|r| r.error.is_none()) else {
                    continue;
                };
                if flagged { uncertain.push(&record.seconds) } else { certain.push(&record.seconds) }
            }
        }
    }
    // A run for a selection of certain tasks updates them too; what they would cost is without it.
    StageSeconds {
        mode: Some(mode),
        // An estimator that reads the answer needs no score of the candidates.
        certain: stages(
            &certain,
            if plan.estimator().reads_the_answer() { &["prefill", "answer"] } else { &["prefill", "score", "answer"] },
        ),
        uncertain: stages(&uncertain, &["prefill", "score", "answer", "synthesize", "train", "answer_again"]),
    }
}

fn stages(seconds: &[&BTreeMap<String, f64>], names: &[&str]) -> Stages {
    // A stage that no record has was not run; one that some lack took them no time.
    let of_stage = |name: &str| -> Option<f64> {
        seconds.iter().find(|s| s.contains_key(name))?;
        let values: Vec<f64> = seconds.iter().map(|s| s.get(name).copied().unwrap_or_default()).collect();
        mean(&values)
    };
    let stages: BTreeMap<String, f64> =
        names.iter().filter_map(|name| of_stage(name).map(|s| ((*name).to_owned(), s))).collect();
    let total = (!stages.is_empty()).then(|| stages.values().sum::<f64>());
    let alone = of_stage("prefill").zip(of_stage("answer")).map(|(a, b)| a + b).filter(|s| *s > 0.0);
    Stages { answers: seconds.len(), total, over_base: total.zip(alone).map(|(total, alone)| total / alone), stages }
}

pub(super) fn margins(suites: &[Tasks<'_>]) -> Margins {
    let mut margins = Margins { right: vec![0; BINS], wrong: vec![0; BINS] };
    let base = |r: &HashMap<(Mode, &str, u64), &Record>| {
        r.values().find(|r| r.key.mode == Mode::Base).and_then(|r| Some((r.scores?.margin?, r.strict)))
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
