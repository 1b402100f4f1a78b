//! The ways of answering that are compared (docs/evaluation.md).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use autodidact::error::{Error, Result, by_name};

/// A way of answering a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The model alone, greedy.
    Base,
    /// No model: the tool and its arguments by rules over words.
    Rules,
    /// The model joined with the words of the request; the calls put right, and a decision.
    Words,
    /// As `words`, by an agent that a person corrects: each request that should act and does not rightly is taught before the next one.
    Corrected,
    /// The most frequent of five sampled answers.
    Majority,
    /// Right when one of five sampled answers is.
    #[serde(rename = "pass@5")]
    Pass5,
    /// The most probable answer over the tools whose values stand in the task.
    Search,
    /// The surest of the greedy answers to the task with its menu in several orders.
    Reorder,
    /// Examples from a training file stand before the task.
    IclTrain,
    /// A LoRA trained once on a training file.
    Sft,
    /// Test-time self-improvement.
    #[serde(rename = "ttsi")]
    TtSi,
    /// The agent as its users have it: the search, then TT-SI where that is not sure either.
    Agent,
    /// TT-SI, but the base answer stands unless a further pair became likelier and sure answers stayed.
    #[serde(rename = "ttsi+gate")]
    TtSiGate,
    /// As TT-SI, the pairs written by a teacher.
    #[serde(rename = "ttd")]
    TtD,
    /// The self-made pairs stand before the task; nothing is trained.
    IclSelf,
    /// TT-SI, then a vote of five sampled answers.
    #[serde(rename = "ttsi+majority")]
    TtSiMajority,
    /// TT-SI, then five sampled answers.
    #[serde(rename = "ttsi+pass@5")]
    TtSiPass5,
    /// As TT-SI, trained on correct neighbors that the generator makes: what perfect synthesis would give.
    Neighbours,
    /// As TT-SI, trained on the task's own reference answer: no method, a bound.
    Oracle,
}

/// Where the pairs of an update come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The model.
    Own,
    /// The teacher.
    Teacher,
    /// The generator.
    Neighbours,
    /// The reference answer.
    Reference,
}

impl Mode {
    /// All, in the order of the tables.
    pub const ALL: [Self; 19] = [
        Self::Base,
        Self::Rules,
        Self::Words,
        Self::Corrected,
        Self::Majority,
        Self::Pass5,
        Self::Search,
        Self::Reorder,
        Self::IclTrain,
        Self::Sft,
        Self::TtSi,
        Self::Agent,
        Self::TtSiGate,
        Self::TtD,
        Self::IclSelf,
        Self::TtSiMajority,
        Self::TtSiPass5,
        Self::Neighbours,
        Self::Oracle,
    ];

    /// The name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Rules => "rules",
            Self::Words => "words",
            Self::Corrected => "corrected",
            Self::Majority => "majority",
            Self::Pass5 => "pass@5",
            Self::Search => "search",
            Self::Reorder => "reorder",
            Self::IclTrain => "icl-train",
            Self::Sft => "sft",
            Self::TtSi => "ttsi",
            Self::Agent => "agent",
            Self::TtSiGate => "ttsi+gate",
            Self::TtD => "ttd",
            Self::IclSelf => "icl-self",
            Self::TtSiMajority => "ttsi+majority",
            Self::TtSiPass5 => "ttsi+pass@5",
            Self::Neighbours => "neighbours",
            Self::Oracle => "oracle",
        }
    }

    /// For modes that treat only the selected tasks in their own way: the mode whose answer stands for the others, which
    /// is also the one that they are compared with. `None` for modes that treat all tasks alike.
    pub fn otherwise(self) -> Option<Self> {
        match self {
            Self::Search
            | Self::Reorder
            | Self::TtSi
            | Self::Agent
            | Self::TtSiGate
            | Self::TtD
            | Self::IclSelf
            | Self::Neighbours
            | Self::Oracle => Some(Self::Base),
            Self::TtSiMajority => Some(Self::Majority),
            Self::TtSiPass5 => Some(Self::Pass5),
            Self::Base
            | Self::Rules
            | Self::Words
            | Self::Corrected
            | Self::Majority
            | Self::Pass5
            | Self::IclTrain
            | Self::Sft => None,
        }
    }

    /// Where the pairs come from; `None` for modes without an update.
    pub fn source(self) -> Option<Source> {
        match self {
            Self::TtSi | Self::Agent | Self::TtSiGate | Self::TtSiMajority | Self::TtSiPass5 | Self::IclSelf => {
                Some(Source::Own)
            }
            Self::TtD => Some(Source::Teacher),
            Self::Neighbours => Some(Source::Neighbours),
            Self::Oracle => Some(Source::Reference),
            Self::Base
            | Self::Rules
            | Self::Words
            | Self::Corrected
            | Self::Majority
            | Self::Pass5
            | Self::Search
            | Self::Reorder
            | Self::IclTrain
            | Self::Sft => None,
        }
    }

    /// True when the outcome depends on the seed.
    pub fn is_seeded(self) -> bool {
        !matches!(self, Self::Base | Self::Rules | Self::Words | Self::Corrected | Self::Search | Self::IclTrain)
    }

    /// True when `K` matters.
    pub fn uses_pairs(self) -> bool {
        matches!(self.source(), Some(Source::Own | Source::Teacher | Source::Neighbours)) || self == Self::IclTrain
    }

    /// True when rank, steps and learning rate matter.
    pub fn trains(self) -> bool {
        self.source().is_some() && self != Self::IclSelf || self == Self::Sft
    }

    /// True when five answers are sampled.
    pub fn samples(self) -> bool {
        matches!(self, Self::Majority | Self::Pass5 | Self::TtSiMajority | Self::TtSiPass5)
    }

    /// True when a training file is needed.
    pub fn needs_train_file(self) -> bool {
        matches!(self, Self::IclTrain | Self::Sft)
    }

    /// The modes, with those that others fall back to and the rules, which every table is compared with; each once, in the order of the
    /// tables.
    pub fn closed(modes: &[Self]) -> Vec<Self> {
        let wanted = |mode: &Self| modes.contains(mode) || modes.iter().any(|m| m.otherwise() == Some(*mode));
        Self::ALL.into_iter().filter(|mode| matches!(mode, Self::Base | Self::Rules) || wanted(mode)).collect()
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        by_name("mode", text, &Self::ALL, Self::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_everywhere() {
        for mode in Mode::ALL {
            assert_eq!(mode.name().parse::<Mode>().unwrap(), mode);
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.name());
        }
        assert!("TTSI".parse::<Mode>().unwrap_err().to_string().contains("ttsi+pass@5"));
    }

    #[test]
    fn fallbacks_are_added() {
        assert_eq!(Mode::closed(&[Mode::TtSiMajority]), [Mode::Base, Mode::Rules, Mode::Majority, Mode::TtSiMajority]);
        assert_eq!(Mode::closed(&[Mode::Sft, Mode::Sft]), [Mode::Base, Mode::Rules, Mode::Sft]);
    }
}
