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
    /// The calls are right, and were wanted.
    right: bool,
    /// Some tool of the menu fits.
    fits: bool,
    /// Nothing is missing in the calls.
    whole: bool,
    /// So that suites of all sizes count alike.
    weight: f64,
    fold: usize,
}

/// Fits the table of a model. `words` is the weight of the words that the answers were given with; at least the share `precision` of what
/// is above the level is right.
///
/// # Errors
/// [`Error::InvalidInput`] when too few answers are right, or none is wrong.
pub fn calibrate(records: &[Record], words: f32, precision: f64) -> Result<Calibration> {
    let examples = examples(records);
    let rights = examples.iter().filter(|example| example.right).count();
    if rights < FEWEST || rights == examples.len() {
        let reason = format!(
            "{rights} of {} answers of the mode `words` are right; there must be {FEWEST} at least, and wrong ones",
            examples.len()
        );
        return Err(Error::invalid("records", reason));
    }
    let right = |example: &Example| example.right;
    let fits = |example: &Example| example.fits;
    let of_right = crossed(&examples, right);
    let of_fits = crossed(&examples, fits);
    let level_fits = best_split(&examples, &of_fits);
    let open: Vec<(f64, bool)> = examples
        .iter()
        .zip(&of_right)
        .filter(|(example, _)| example.whole)
        .map(|(example, certainty)| (*certainty, example.right))
        .collect();
    let level = level(&open, precision);
    let above: Vec<bool> = open.iter().filter(|(certainty, _)| *certainty >= level).map(|(_, right)| *right).collect();
    let hits = above.iter().filter(|right| **right).count();
    let wanted = examples.iter().filter(|example| example.fits).count();
    let ranked: Vec<Ranked> = examples
        .iter()
        .zip(&of_right)
        .map(|(example, value)| Ranked { value: *value, positive: example.right })
        .collect();
    let table = CertaintyTable {
        words,
        sure: sure(records),
        right: logistic(&fit(&examples, right)),
        fits: logistic(&fit(&examples, fits)),
        level: level as f32,
        level_read_only: self::level(&open, precision - 0.1) as f32,
        level_fits: level_fits as f32,
    };
    Ok(Calibration {
        table,
        answers: examples.len(),
        auroc: auroc(&ranked),
        precision: hits as f64 / above.len().max(1) as f64,
        coverage: above.len() as f64 / wanted.max(1) as f64,
    })
}

fn examples(records: &[Record]) -> Vec<Example> {
    let words: Vec<&Record> = records.iter().filter(|r| r.key.mode == Mode::Words && !r.features.is_empty()).collect();
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &words {
        *sizes.entry(&record.key.suite).or_default() += 1;
    }
    let suites = sizes.len();
    let example = |(at, record): (usize, &&Record)| {
        let wanted = record.want.is_none_or(|want| want == Want::Act);
        let of = |name: &str| f64::from(record.features.get(name).copied().unwrap_or_default());
        Example {
            features: FEATURES.iter().map(|name| of(name)).collect(),
            right: wanted && record.strict,
            fits: record.want != Some(Want::Decline),
            whole: of("gaps") == 0.0,
            weight: words.len() as f64 / (suites * sizes.get(&record.key.suite[..]).copied().unwrap_or(1)) as f64,
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

/// The split of the probabilities that something fits with the best mean of both hit rates.
fn best_split(examples: &[Example], probabilities: &[f64]) -> f64 {
    let rate = |split: f64, fits: bool| {
        let of: Vec<_> = examples.iter().zip(probabilities).filter(|(example, _)| example.fits == fits).collect();
        let hits = of.iter().filter(|(_, probability)| (**probability >= split) == fits).count();
        hits as f64 / of.len().max(1) as f64
    };
    if examples.iter().all(|example| example.fits) {
        return 0.0;
    }
    let splits = (1..100).map(|percent| f64::from(percent) / 100.0);
    splits
        .max_by(|a, b| (rate(*a, true) + rate(*a, false)).total_cmp(&(rate(*b, true) + rate(*b, false))))
        .unwrap_or(0.5)
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

/// The lowest level above which the share `precision` is right; 1 where there is none.
fn level(answers: &[(f64, bool)], precision: f64) -> f64 {
    let mut sorted: Vec<&(f64, bool)> = answers.iter().collect();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut lowest) = (0, 1.0);
    for (at, (certainty, is_right)) in sorted.into_iter().enumerate() {
        right += usize::from(*is_right);
        if right >= FEWEST && right as f64 >= precision * (at + 1) as f64 {
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
        let Calibration { table, answers, auroc, precision, coverage } = calibrate(&records, 8.0, 0.9).unwrap();
        assert_eq!(answers, 400);
        assert!(auroc.unwrap() > 0.95 && precision >= 0.9 && coverage > 0.9, "{auroc:?} {precision} {coverage}");
        assert!(table.right.weights["joined"] > 1.0 && table.level > 0.0 && table.level <= 1.0);
        assert!(calibrate(&records[..10], 8.0, 0.9).is_err());
    }

    #[test]
    fn levels_by_hand() {
        let answers: Vec<(f64, bool)> = (0..100).map(|at| (f64::from(at) / 100.0, at >= 40)).collect();
        assert_eq!(level(&answers, 0.95), 0.37);
        assert_eq!(level(&answers[..30], 0.95), 1.0);
    }
}
