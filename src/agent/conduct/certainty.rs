//! How sure an answer is, calibrated for a model: a small table beside its weights.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::features::{FEATURES, Features};
use crate::{
    error::{Error, Result},
    format,
};

/// A logistic model over [`Features`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// Added to the weighted features.
    pub bias: f32,
    /// Weights by the names of the features; one that is not there counts nothing.
    pub weights: BTreeMap<String, f32>,
}

impl Logistic {
    /// `1 / (1 + exp(-(bias + weights . features)))`, in [0, 1].
    pub fn probability(&self, features: &Features) -> f32 {
        let weighted =
            FEATURES.iter().zip(features.values()).filter_map(|(name, value)| Some(self.weights.get(*name)? * value));
        1.0 / (1.0 + (-(self.bias + weighted.sum::<f32>())).exp())
    }
}

/// What is known of how sure a model's answers are, fitted on tasks whose answers are known. The file is called
/// [`CertaintyTable::FILE`] and lies beside the model's configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertaintyTable {
    /// How much the score of the words counts beside a log-probability of the model, in nats for each point.
    pub words: f32,
    /// Probability that the model gives a tool from which on the words choose no other; above 1 where they always may.
    #[serde(default = "never")]
    pub sure: f32,
    /// Share of the model's probability, in [0, 1], that is spread evenly over the tools before the words join it: a model that knows little
    /// gives some tools next to nothing, for the length of their names alone, and no words would outweigh that.
    #[serde(default)]
    pub doubt: f32,
    /// Whether a call is right.
    pub right: Logistic,
    /// Whether any tool of the menu fits.
    pub fits: Logistic,
    /// Certainty from which a call is carried out: at least 95 % of the calls above it were right.
    pub level: f32,
    /// The same for tools that only read.
    pub level_read_only: f32,
    /// Probability below which no tool fits.
    pub level_fits: f32,
}

/// Above every probability.
fn never() -> f32 {
    2.0
}

impl CertaintyTable {
    /// Name of the file.
    pub const FILE: &str = "certainty.json";

    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for another form, or for levels or a `doubt` out of [0, 1].
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        let wrong = |reason: String| Error::config(Self::FILE, reason);
        let table: Self = format::json::read(bytes).map_err(wrong)?;
        let shares = [table.level, table.level_read_only, table.level_fits, table.doubt];
        if shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
            return Err(wrong("a level, or `doubt`, is not between 0 and 1".to_owned()));
        }
        let numbers = [&table.right, &table.fits].into_iter().flat_map(|l| l.weights.values().chain([&l.bias]));
        if !table.words.is_finite()
            || table.words < 0.0
            || !table.sure.is_finite()
            || numbers.into_iter().any(|number| !number.is_finite())
        {
            return Err(wrong("a weight is not a finite number".to_owned()));
        }
        Ok(table)
    }
}

impl Default for CertaintyTable {
    /// For models without a table of their own: what words and rules confirm is sure.
    fn default() -> Self {
        let weights = |all: &[(&str, f32)]| all.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
        Self {
            words: 24.0,
            sure: never(),
            doubt: 0.02,
            right: Logistic {
                bias: -3.0,
                weights: weights(&[
                    ("joined", 2.0),
                    ("explained", 1.0),
                    ("same_tool", 0.5),
                    ("same_arguments", 2.5),
                    ("guessed", -3.0),
                    ("gaps", -4.0),
                    ("certainty", 1.0),
                ]),
            },
            fits: Logistic {
                bias: -2.0,
                weights: weights(&[("explained", 2.0), ("deeds", 4.0), ("calls", 1.0), ("words", 1.0)]),
            },
            level: 0.9,
            level_read_only: 0.8,
            level_fits: 0.5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_and_files() {
        let table = CertaintyTable::default();
        let sure = Features {
            joined: 1.0,
            explained: 1.0,
            same_tool: 1.0,
            same_arguments: 1.0,
            certainty: 1.0,
            ..Features::default()
        };
        assert!(table.right.probability(&sure) > 0.95);
        assert!(table.right.probability(&Features { gaps: 1.0, ..sure }) < 0.6);
        let json = serde_json::to_vec(&table).unwrap();
        assert_eq!(CertaintyTable::from_json(&json).unwrap(), table);
        for wrong in [&b"{"[..], b"{}", br#"{"words":1,"right":{"bias":0,"weights":{}},"fits":{"bias":0,"weights":{}},"level":2,"level_read_only":0,"level_fits":0}"#] {
            assert_eq!(CertaintyTable::from_json(wrong).unwrap_err().code(), "ConfigError");
        }
    }
}
