//! When the agent learns.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::memory::Memory;
use crate::error::{Error, Result};

/// Certainty below which the agent is called unsure where nothing else is said: the published threshold.
pub const DEFAULT_THRESHOLD: f32 = 0.95;

/// A threshold that every certainty is below.
const ABOVE_ALL: f32 = 1.01;

/// When the agent learns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Learn {
    /// Never. The agent still says whether it is unsure, and may search when its certainty is below [`DEFAULT_THRESHOLD`].
    Never,
    /// From every task whose certainty is below this number, in (0, 1].
    Below(f32),
    /// From this share of the tasks, in [0, 1]: from the ninth task on, the threshold is the certainty below which that share of the last
    /// 64 tasks lies. Before, it is [`DEFAULT_THRESHOLD`].
    Share(f32),
    /// From every task.
    Always,
}

impl Default for Learn {
    fn default() -> Self {
        Self::Below(DEFAULT_THRESHOLD)
    }
}

impl fmt::Display for Learn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Below(threshold) => write!(f, "below:{threshold}"),
            Self::Share(share) => write!(f, "share:{share}"),
            Self::Always => f.write_str("always"),
        }
    }
}

impl FromStr for Learn {
    type Err = Error;

    /// `never`, `below:T`, `share:S` or `always`.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::invalid("learn", format!("`{text}` is not one of never, below:T, share:S, always"));
        let number = |digits: &str| digits.parse::<f32>().map_err(|_| wrong());
        let learn = match text.split_once(':') {
            Some(("below", threshold)) => Self::Below(number(threshold)?),
            Some(("share", share)) => Self::Share(number(share)?),
            None if text == "never" => Self::Never,
            None if text == "always" => Self::Always,
            _ => return Err(wrong()),
        };
        learn.check()?;
        Ok(learn)
    }
}

impl Learn {
    /// # Errors
    /// [`Error::InvalidInput`] for a number out of its range.
    pub fn check(self) -> Result<()> {
        match self {
            Self::Below(threshold) if !(threshold > 0.0 && threshold <= 1.0) => {
                let reason = format!("{threshold} is not in (0, 1]; say `never` or `always` for less or more");
                Err(Error::invalid("learn.below", reason))
            }
            Self::Share(share) if !(0.0..=1.0).contains(&share) => {
                Err(Error::invalid("learn.share", format!("{share} is not in [0, 1]")))
            }
            _ => Ok(()),
        }
    }

    /// The certainty below which the agent is unsure.
    pub(super) fn threshold(self, memory: &Memory) -> f32 {
        match self {
            Self::Never => DEFAULT_THRESHOLD,
            Self::Below(threshold) => threshold,
            Self::Share(share) => memory.certainties.threshold(share).unwrap_or(DEFAULT_THRESHOLD),
            Self::Always => ABOVE_ALL,
        }
    }

    /// Whether the threshold is a question of how sure the agent is. Otherwise the run goes on from another one, or is forced.
    pub(super) fn is_judged(self) -> bool {
        matches!(self, Self::Below(_) | Self::Share(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_names() {
        for good in [Learn::Never, Learn::Below(1.0), Learn::Share(0.0), Learn::Always, Learn::default()] {
            good.check().unwrap();
            let json = serde_json::to_value(good).unwrap();
            assert_eq!(serde_json::from_value::<Learn>(json).unwrap(), good);
            assert_eq!(good.to_string().parse::<Learn>().unwrap(), good);
        }
        for bad in
            [Learn::Below(0.0), Learn::Below(1.01), Learn::Below(f32::NAN), Learn::Share(1.5), Learn::Share(-0.1)]
        {
            assert_eq!(bad.check().unwrap_err().code(), "InvalidInput", "{bad:?}");
        }
        assert_eq!(serde_json::to_value(Learn::Below(0.5)).unwrap(), serde_json::json!({"below": 0.5}));
        assert_eq!(serde_json::to_value(Learn::Never).unwrap(), "never");
        for wrong in ["", "sometimes", "below", "below:x", "below:2", "share:-1", "never:1"] {
            assert_eq!(wrong.parse::<Learn>().unwrap_err().code(), "InvalidInput", "{wrong}");
        }
    }
}
