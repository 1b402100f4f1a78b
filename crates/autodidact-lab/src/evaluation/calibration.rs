//! The certainty table of a model, fitted on the records of the `words` mode.

use std::collections::BTreeMap;

use autodidact::{
    agent::{CertaintyTable, FEATURES, Logistic},
    error::{Error, Result},
};

use super::{
    modes::Mode,
    record::Record,
    statistics::{Ranked, auroc},
    suite::Want,
};

/// Parts that are judged by what was fitted on the others.
const FOLDS: usize = 5;
/// Steps of the gradient descent, and their size.
const STEPS: usize = 3000;
const STEP: f64 = 0.5;
/// Pull of the weights towards 0.
const DECAY: f64 = 1e-3;
/// Fewest right calls above a level for it to be believed.
const FEWEST: usize = 20;

/// Less than the wanted share may be right of the calls that only read.
const READ_ONLY: f64 = 0.02;

/// How a table is fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationOptions<'a> {
    /// Weight of the words that the answers were given with.
    pub words: f32,
    /// The `doubt` of the table that they were given with.
    pub doubt: f32,
    /// Share of what is above the level that is right, in [0, 1].
    pub precision: f64,
    /// Suites whose answers set the levels; all where there are none. The weights are fitted on all suites.
    pub levels_by: &'a [String],
}

/// What a table was fitted on, and how well it tells right from wrong there (by cross-validation).
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// The table.
    pub table: CertaintyTable,
    /// Answers that it was fitted on.
    pub answers: usize,
    /// How well certainty tells right calls from wrong ones.
    pub auroc: Option<f64>,
    /// Of the answers at or above the level, the share that is right.
    pub precision: f64,
    /// Of all answers where a call was wanted, the share at or above the level.
    pub coverage: f64,
}

/// An answer with what is right.
struct Example {
    features: Vec<f64>,
    /// What is right to do.
    want: Want,
    /// The calls are right, and were wanted.
    right: bool,
    /// Nothing is missing in the calls.
    whole: bool,
    /// It is of a suite that sets the levels.
    judges: bool,
    /// So that suites of all sizes count alike.
    weight: f64,
    fold: usize,
}

impl Example {
    fn fits(&self) -> bool {
        self.want != Want::Decline
    }
}

/// An example with what the models that never saw it say.
struct Judged<'e> {
    example: &'e Example,
    certainty: f64,
    fits: f64,
}

impl Judged<'_> {
    /// What the agent does, as it decides.
    fn decided(&self, level: f64, level_fits: f64) -> Want {
        if self.example.whole && self.certainty >= level {
            Want::Act
        } else if self.fits < level_fits && self.certainty < level {
            Want::Decline
        } else {
            Want::Clarify
        }
    }
}

/// Fits the table of a model.
///
/// # Errors
/// [`Error::InvalidInput`] when too few answers are right, or none is wrong.
pub fn calibrate(records: &[Record], options: &CalibrationOptions<'_>) -> Result<Calibration> {
    let examples = examples(records, options.levels_by);
    let rights = examples.iter().filter(|example| example.right).count();
    if rights < FEWEST || rights == examples.len() {
        let reason = format!(
            "{rights} of {} answers of the mode `words` are right; there must be {FEWEST} at least, and wrong ones",
            examples.len()
        );
        return Err(Error::invalid("records", reason));
    }
    let right = |example: &Example| example.right;
    let of_right = crossed(&examples, right);
    let of_fits = crossed(&examples, Example::fits);
    let all = examples.iter().zip(of_right.iter().zip(&of_fits));
    let all: Vec<Judged<'_>> =
        all.map(|(example, (certainty, fits))| Judged { example, certainty: *certainty, fits: *fits }).collect();
    let judging: Vec<&Judged<'_>> = all.iter().filter(|judged| judged.example.judges).collect();
    let level = level(&judging, options.precision);
    let level_fits = level_fits(&judging, level);
    let above: Vec<bool> = judging
        .iter()
        .filter(|judged| judged.decided(level, level_fits) == Want::Act)
        .map(|judged| judged.example.right)
        .collect();
    let hits = above.iter().filter(|right| **right).count();
    let wanted = judging.iter().filter(|judged| judged.example.want == Want::Act).count();
    let ranked: Vec<Ranked> =
        all.iter().map(|judged| Ranked { value: judged.certainty, positive: judged.example.right }).collect();
    let table = CertaintyTable {
        words: options.words,
        sure: sure(records),
        doubt: options.doubt,
        right: logistic(&fit(&examples, right)),
        fits: logistic(&fit(&examples, Example::fits)),
        level: level as f32,
        level_read_only: self::level(&judging, options.precision - READ_ONLY) as f32,
        level_fits: level_fits as f32,
    };
    Ok(Calibration {
        table,
        answers: examples.len(),
        auroc: auroc(&ranked),
        precision: hits as f64 / above.len().max(1) as f64,
        coverage: hits as f64 / wanted.max(1) as f64,
    })
}

fn examples(records: &[Record], levels_by: &[String]) -> Vec<Example> {
    let words: Vec<&Record> = records.iter().filter(|r| r.key.mode == Mode::Words && !r.features.is_empty()).collect();
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &words {
        *sizes.entry(&record.key.suite).or_default() += 1;
    }
    let suites = sizes.len();
    let example = |(at, record): (usize, &&Record)| {
        let want = record.want.unwrap_or(Want::Act);
        let of = |name: &str| f64::from(record.features.get(name).copied().unwrap_or_default());
        let suite = &record.key.suite;
        Example {
            features: FEATURES.iter().map(|name| of(name)).collect(),
            want,
            right: want == Want::Act && record.strict,
            whole: of("gaps") == 0.0,
            judges: levels_by.is_empty() || levels_by.contains(suite),
            weight: words.len() as f64 / (suites * sizes.get(&suite[..]).copied().unwrap_or(1)) as f64,
            fold: at % FOLDS,
        }
    };
    words.iter().enumerate().map(example).collect()
}

/// Bias, then the weights.
type Weights = Vec<f64>;

/// The probability of each example by what was fitted on the other folds.
fn crossed(examples: &[Example], target: fn(&Example) -> bool) -> Vec<f64> {
    let of_fold = |fold: usize| {
        let others = examples.iter().filter(|example| example.fold != fold);
        descend(others, target)
    };
    let all: Vec<Weights> = (0..FOLDS).map(of_fold).collect();
    let zero = Vec::new();
    examples.iter().map(|example| probability(all.get(example.fold).unwrap_or(&zero), &example.features)).collect()
}

fn fit(examples: &[Example], target: fn(&Example) -> bool) -> Weights {
    descend(examples.iter(), target)
}

fn probability(weights: &[f64], features: &[f64]) -> f64 {
    let Some((bias, weights)) = weights.split_first() else { return 0.5 };
    let sum: f64 = weights.iter().zip(features).map(|(w, x)| w * x).sum();
    1.0 / (1.0 + (-(bias + sum)).exp())
}

/// Gradient descent on the weighted logistic loss with momentum.
fn descend<'a>(examples: impl Iterator<Item = &'a Example>, target: fn(&Example) -> bool) -> Weights {
    let examples: Vec<&Example> = examples.collect();
    let total: f64 = examples.iter().map(|example| example.weight).sum();
    let mut weights = vec![0.0; FEATURES.len() + 1];
    let mut velocity = vec![0.0; weights.len()];
    for _ in 0..STEPS {
        let mut gradient: Vec<f64> = weights.iter().map(|w| DECAY * w).collect();
        for example in &examples {
            let wrong = probability(&weights, &example.features) - f64::from(u8::from(target(example)));
            let part = wrong * example.weight / total.max(1.0);
            let inputs = std::iter::once(&1.0).chain(&example.features);
            gradient.iter_mut().zip(inputs).for_each(|(slope, input)| *slope += part * input);
        }
        for ((weight, speed), slope) in weights.iter_mut().zip(&mut velocity).zip(gradient) {
            *speed = 0.9 * *speed - STEP * slope;
            *weight += *speed;
        }
    }
    weights
}

fn logistic(weights: &[f64]) -> Logistic {
    let (bias, rest) = weights.split_first().map_or((0.0, &[][..]), |(bias, rest)| (*bias, rest));
    // Four digits are more than the data has.
    let short = |x: f64| ((x * 1e4).round() / 1e4) as f32;
    let named = FEATURES.iter().zip(rest).map(|(name, weight)| ((*name).to_owned(), short(*weight)));
    Logistic { bias: short(bias), weights: named.collect() }
}

/// The level of what fits with the best macro F1 of the three outcomes; 0 where something always fits. Suites of all sizes count alike.
fn level_fits(judging: &[&Judged<'_>], level: f64) -> f64 {
    if judging.iter().all(|judged| judged.example.fits()) {
        return 0.0;
    }
    let macro_f1 = |split: f64| {
        let f1 = |outcome: Want| {
            let weigh = |is: &dyn Fn(&Judged<'_>) -> bool| {
                judging.iter().filter(|judged| is(judged)).map(|judged| judged.example.weight).sum::<f64>()
            };
            let is_wanted = |judged: &Judged<'_>| judged.example.want == outcome;
            let is_decided = |judged: &Judged<'_>| judged.decided(level, split) == outcome;
            let both = weigh(&|judged| is_wanted(judged) && is_decided(judged));
            2.0 * both / (weigh(&is_wanted) + weigh(&is_decided)).max(f64::MIN_POSITIVE)
        };
        [Want::Act, Want::Clarify, Want::Decline].map(f1).iter().sum::<f64>()
    };
    let splits = (0..20).map(|step| f64::from(step) * 0.05);
    splits.max_by(|a, b| macro_f1(*a).total_cmp(&macro_f1(*b))).unwrap_or(0.5)
}

/// The lowest probability above which the model alone is right more often than joined with the words, where both call other tools; 2 where
/// there is none.
fn sure(records: &[Record]) -> f32 {
    let names = |record: &Record| record.calls.iter().map(|call| call.name.clone()).collect::<Vec<_>>();
    let alone: BTreeMap<(&str, &str), &Record> = records
        .iter()
        .filter(|record| record.key.mode == Mode::Base)
        .map(|record| ((&record.key.suite[..], &record.key.id[..]), record))
        .collect();
    let contest = |joined: &Record| {
        let base = alone.get(&(&joined.key.suite[..], &joined.key.id[..]))?;
        let probability = base.scores?.max_probability?;
        (names(base) != names(joined)).then_some((probability, i32::from(base.names) - i32::from(joined.names)))
    };
    let mut contests: Vec<(f32, i32)> =
        records.iter().filter(|record| record.key.mode == Mode::Words).filter_map(contest).collect();
    contests.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut lead, mut lowest) = (0, 2.0);
    for (at, (probability, gain)) in contests.iter().enumerate() {
        lead += gain;
        if at + 1 >= FEWEST && lead > 0 {
            lowest = *probability;
        }
    }
    lowest
}

/// The lowest level above which the share `precision` of the whole calls is right, suites of all sizes counting alike; 1 where there is
/// none.
fn level(judging: &[&Judged<'_>], precision: f64) -> f64 {
    let mut sorted: Vec<&&Judged<'_>> = judging.iter().filter(|judged| judged.example.whole).collect();
    sorted.sort_by(|a, b| b.certainty.total_cmp(&a.certainty));
    let (mut right, mut all, mut lowest) = (0.0, 0.0, 1.0);
    for (at, Judged { example, certainty, .. }) in sorted.iter().enumerate() {
        all += example.weight;
        if example.right {
            right += example.weight;
        }
        // A level takes in all answers that are as sure.
        let is_last = sorted.get(at + 1).is_none_or(|next| next.certainty < *certainty);
        if is_last && at + 1 >= FEWEST && right >= precision * all {
            lowest = *certainty;
        }
    }
    lowest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::record::tests::record;

    #[test]
    fn what_tells_right_from_wrong_is_found() {
        let of = |at: usize| {
            let sure = at.is_multiple_of(2);
            let strict = sure && !at.is_multiple_of(40);
            let features = BTreeMap::from([("joined".to_owned(), f32::from(u8::from(sure))), ("lead".to_owned(), 0.5)]);
            Record {
                features,
                want: Some(if sure { Want::Act } else { Want::Decline }),
                ..record(&at.to_string(), Mode::Words, 0, strict, 0.5)
            }
        };
        let records: Vec<Record> = (0..400).map(of).collect();
        let options = CalibrationOptions { words: 8.0, doubt: 0.0, precision: 0.9, levels_by: &[] };
        let Calibration { table, answers, auroc, precision, coverage } = calibrate(&records, &options).unwrap();
        assert_eq!(answers, 400);
        assert!(auroc.unwrap() > 0.95 && precision >= 0.9 && coverage > 0.9, "{auroc:?} {precision} {coverage}");
        assert!(table.right.weights["joined"] > 1.0 && table.level > 0.0 && table.level <= 1.0);
        assert!(calibrate(&records[..10], &options).is_err());
        // Suites that are not there set no level.
        let nobody = ["other".to_owned()];
        let table = calibrate(&records, &CalibrationOptions { levels_by: &nobody, ..options }).unwrap().table;
        assert_eq!((table.level, table.level_fits), (1.0, 0.0));
    }

    #[test]
    fn levels_by_hand() {
        let example = |at: u32| Example {
            features: Vec::new(),
            want: Want::Act,
            right: at >= 40,
            whole: true,
            judges: true,
            weight: 1.0,
            fold: 0,
        };
        let examples: Vec<Example> = (0..100).map(example).collect();
        let judge =
            |(at, example)| Judged { example, certainty: f64::from(u32::try_from(at).unwrap()) / 100.0, fits: 1.0 };
        let all: Vec<Judged<'_>> = examples.iter().enumerate().map(judge).collect();
        let all: Vec<&Judged<'_>> = all.iter().collect();
        assert_eq!(level(&all, 0.95), 0.37);
        assert_eq!(level(&all[..30], 0.95), 1.0);
        assert_eq!(level_fits(&all, 0.37), 0.0);
    }
}
