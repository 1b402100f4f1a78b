//! Numbers that say how sure the model is of a task.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, by_name};

/// The numbers that say how sure the model is of a task; `None` where a number was not computed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Scores {
    /// Difference of the two best candidates, in [0, 1].
    pub margin: Option<f32>,
    /// Largest relative score, in [0, 1].
    pub max_probability: Option<f32>,
    /// Entropy of the relative scores, in nats.
    pub entropy: Option<f32>,
    /// Perplexity of the greedy answer; `None` when it is not finite.
    pub perplexity: Option<f32>,
    /// Number of the candidates: what the entropy is compared with.
    #[serde(default)]
    pub candidates: usize,
}

/// By which number a task is called certain or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// Relative softmax scoring, the method's own.
    Margin,
    /// The largest relative score.
    MaxProbability,
    /// Entropy of the relative scores.
    Entropy,
    /// Perplexity of the greedy answer.
    Perplexity,
}

impl Estimator {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Margin, Self::MaxProbability, Self::Entropy, Self::Perplexity];

    /// The name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Margin => "margin",
            Self::MaxProbability => "max-probability",
            Self::Entropy => "entropy",
            Self::Perplexity => "perplexity",
        }
    }

    /// How unsure the model is: larger is less sure. The unit is the estimator's own.
    pub fn uncertainty(self, scores: &Scores) -> f64 {
        match self {
            Self::Margin => scores.margin.map_or(f64::INFINITY, |margin| -f64::from(margin)),
            Self::MaxProbability => scores.max_probability.map_or(f64::INFINITY, |largest| -f64::from(largest)),
            Self::Entropy => scores.entropy.map_or(f64::INFINITY, f64::from),
            Self::Perplexity => scores.perplexity.map_or(f64::INFINITY, f64::from),
        }
    }

    /// True when the greedy answer is needed, and not the scores of the candidates.
    pub fn reads_the_answer(self) -> bool {
        self == Self::Perplexity
    }

    /// How sure the model is, in [0, 1], to be compared with a threshold: the margin, the largest relative score, one minus
    /// the entropy's share of the most that so many candidates can have, or the geometric mean of the probabilities of the answer's
    /// tokens (the inverse of the perplexity). 0 where there is no number.
    pub fn certainty(self, scores: &Scores) -> f32 {
        let certainty = match self {
            Self::Margin => scores.margin,
            Self::MaxProbability => scores.max_probability,
            Self::Entropy if scores.candidates < 2 => Some(1.0),
            Self::Entropy => scores.entropy.map(|entropy| 1.0 - entropy / (scores.candidates as f32).ln()),
            Self::Perplexity => scores.perplexity.map(f32::recip),
        };
        certainty.filter(|certainty| certainty.is_finite()).map_or(0.0, |certainty| certainty.clamp(0.0, 1.0))
    }
}

impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Estimator {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        by_name("estimator", text, &Self::ALL, Self::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainties_lie_between_0_and_1() {
        let scores = Scores {
            margin: Some(0.25),
            max_probability: Some(0.5),
            entropy: Some(2f32.ln()),
            perplexity: Some(1.25),
            candidates: 4,
        };
        let certainties = Estimator::ALL.map(|e| e.certainty(&scores));
        for (found, expected) in certainties.into_iter().zip([0.25, 0.5, 0.5, 0.8]) {
            assert!((found - expected).abs() < 1e-6, "{certainties:?}");
        }
        let odd = Scores { margin: Some(f32::NAN), max_probability: Some(f32::INFINITY), entropy: Some(9.0), ..scores };
        assert_eq!(Estimator::ALL.map(|e| e.certainty(&Scores { perplexity: None, ..odd })), [0.0; 4]);
        assert_eq!(Estimator::ALL.map(|e| e.certainty(&Scores { candidates: 2, ..Scores::default() })), [0.0; 4]);
        assert_eq!(Estimator::Entropy.certainty(&Scores { candidates: 1, ..odd }), 1.0);
        assert_eq!("perplexity".parse(), Ok(Estimator::Perplexity));
        assert!("doubt".parse::<Estimator>().is_err());
    }
}
