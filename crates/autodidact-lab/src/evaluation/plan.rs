//! What a run computes: everything that its numbers depend on, and the list of its records.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    estimators::{Estimator, Scores, Selection, is_unsure},
    modes::Mode,
    suite::{Suite, hex},
};
use autodidact::{
    adaptation::AdaptationConfig,
    agent::Writing,
    error::{Error, Result},
    synthesis::SynthesisConfig,
    uncertainty::ScoreConfig,
};

/// What of the training is varied.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Learning {
    /// Rank of the LoRA.
    pub rank: usize,
    /// Its alpha.
    pub alpha: f64,
    /// Optimizer steps; `None`: the epochs of [`Plan::adaptation`] for each pair.
    pub steps: Option<usize>,
    /// Peak learning rate.
    pub learning_rate: f64,
}

/// A point of the sweep. What a mode does not depend on is `None`, so that it is not computed twice.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Setting {
    /// Pairs, `K`.
    pub pairs: Option<usize>,
    /// Training.
    pub learning: Option<Learning>,
}

impl Setting {
    /// What of it the mode depends on.
    #[must_use]
    pub fn of_mode(self, mode: Mode) -> Self {
        Self { pairs: self.pairs.filter(|_| mode.uses_pairs()), learning: self.learning.filter(|_| mode.trains()) }
    }

    /// Eight hexadecimal digits that name it in records.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(serde_json::to_vec(self).unwrap_or_default()), 8)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.pairs.map(|k| format!("K {k}")));
        if let Some(l) = self.learning {
            let steps = l.steps.map_or(String::new(), |steps| format!(", {steps} steps"));
            parts.push(format!("r {}, α {}, lr {}{steps}", l.rank, l.alpha, l.learning_rate));
        }
        f.write_str(&parts.join(", "))
    }
}

/// How the five answers of the voting modes are sampled. *Open* in the published method.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SampleConfig {
    /// Answers.
    pub answers: usize,
    /// Temperature.
    pub temperature: f32,
    /// Share of the probability that is sampled from.
    pub top_p: f32,
}

impl Default for SampleConfig {
    fn default() -> Self {
        Self { answers: 5, temperature: 0.7, top_p: 0.9 }
    }
}

/// How the `sft` baseline is trained; the rest as in [`Plan::adaptation`]. *Open* in the published method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SftConfig {
    /// Passes over the training file.
    pub epochs: usize,
    /// Tasks per step.
    pub batch: usize,
}

impl Default for SftConfig {
    fn default() -> Self {
        Self { epochs: 1, batch: 4 }
    }
}

/// A record to make.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// What names it.
    pub key: Key,
    /// The point of the sweep.
    pub setting: Setting,
}

/// A suite as the plan names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuiteRef {
    /// Name.
    pub name: String,
    /// Hash of its tasks.
    pub digest: String,
    /// Tasks that are run, over all shards.
    pub tasks: usize,
}

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which, from 0.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

impl Shard {
    /// Everything.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// True when the task at that place of its suite belongs to the part.
    pub fn holds(self, place: usize) -> bool {
        place % self.count.max(1) == self.index
    }
}

impl std::str::FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let error = || Error::invalid(format!("shard `{text}`"), "expected i/n with i from 0 to n-1");
        let (index, count) = text.split_once('/').ok_or_else(error)?;
        let shard = Self { index: index.parse().map_err(|_| error())?, count: count.parse().map_err(|_| error())? };
        if shard.index < shard.count { Ok(shard) } else { Err(error()) }
    }
}

/// Everything that a run's numbers depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of the program.
    pub version: String,
    /// Name of the model.
    pub model: String,
    /// Fingerprint of its weights.
    pub fingerprint: String,
    /// `cpu` or `webgpu`.
    pub backend: String,
    /// The teacher's fingerprint or address.
    pub teacher: Option<String>,
    /// Hash of the training file.
    pub train_file: Option<String>,
    /// The suites.
    pub suites: Vec<SuiteRef>,
    /// The modes, those that others fall back to included.
    pub modes: Vec<Mode>,
    /// Number of seeds: 0 to it, without it.
    pub seeds: u64,
    /// Points of the sweep; the first is the main one.
    pub settings: Vec<Setting>,
    /// Thresholds of the certainty; the first is the main one.
    pub thresholds: Vec<f32>,
    /// Which tasks are updated; the first is the main one.
    pub selections: Vec<Selection>,
    /// By what tasks are selected; the first is the main one.
    pub estimators: Vec<Estimator>,
    /// Most tokens of an answer.
    pub max_answer_tokens: usize,
    /// Answers can only be written as calls of the menu's tools that fit their schemas.
    pub constrained: bool,
    /// Options of the score.
    pub score: ScoreConfig,
    /// Options of the synthesis; `pairs` comes from the setting.
    pub synthesis: SynthesisConfig,
    /// Options of the training; rank, alpha, steps and learning rate come from the setting.
    pub adaptation: AdaptationConfig,
    /// The voting modes.
    pub samples: SampleConfig,
    /// The `sft` baseline.
    pub sft: SftConfig,
}

/// What a record is about; each is computed once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Suite.
    pub suite: String,
    /// Task.
    pub id: String,
    /// Seed; 0 for modes that do not depend on it.
    pub seed: u64,
    /// Hash of the setting.
    pub setting: String,
    /// Mode.
    pub mode: Mode,
}

impl Plan {
    /// # Errors
    /// [`Error::InvalidInput`] for an empty list, a value out of its range, or a mode that lacks what it needs.
    pub fn check(&self) -> Result<()> {
        let lists = [
            ("suites", self.suites.is_empty()),
            ("modes", self.modes.is_empty()),
            ("settings", self.settings.is_empty()),
            ("tau", self.thresholds.is_empty()),
            ("selection", self.selections.is_empty()),
            ("estimator", self.estimators.is_empty()),
            ("seeds", self.seeds == 0),
        ];
        if let Some((what, _)) = lists.into_iter().find(|(_, empty)| *empty) {
            return Err(Error::invalid(what, "at least one is needed"));
        }
        for (i, suite) in self.suites.iter().enumerate() {
            if self.suites.iter().skip(i + 1).any(|other| other.name == suite.name) {
                return Err(Error::invalid(format!("suite `{}`", suite.name), "it is named twice"));
            }
        }
        if let Some(tau) = self.thresholds.iter().find(|tau| !(tau.is_finite() && **tau >= 0.0)) {
            return Err(Error::invalid("tau", format!("{tau} is not a number of 0 or more")));
        }
        if self.max_answer_tokens == 0 {
            return Err(Error::invalid("max_answer_tokens", "must be at least 1"));
        }
        if self.samples.answers == 0 || self.sft.epochs == 0 || self.sft.batch == 0 {
            return Err(Error::invalid("samples, sft epochs and batch", "must be at least 1"));
        }
        for setting in &self.settings {
            self.adaptation_for(setting).check()?;
            if !(1..=64).contains(&self.synthesis_for(setting).pairs) {
                return Err(Error::invalid("k", "must be between 1 and 64"));
            }
        }
        if let Some(mode) = self.modes.iter().find(|m| m.needs_train_file() && self.train_file.is_none()) {
            return Err(Error::invalid(format!("mode `{mode}`"), "it needs --train-file"));
        }
        if self.modes.contains(&Mode::TtD) && self.teacher.is_none() {
            return Err(Error::invalid("mode `ttd`", "it needs --teacher"));
        }
        Ok(())
    }

    /// How the most probable answer is written.
    pub fn greedy(&self) -> Writing {
        Writing::greedy(self.max_answer_tokens, self.constrained)
    }

    /// The settings of a mode, each once, the main one first.
    pub fn settings_of(&self, mode: Mode) -> Vec<Setting> {
        let mut settings: Vec<Setting> = Vec::new();
        for setting in self.settings.iter().map(|s| s.of_mode(mode)) {
            if !settings.contains(&setting) {
                settings.push(setting);
            }
        }
        settings
    }

    /// The seeds of a mode.
    pub fn seeds_of(&self, mode: Mode) -> std::ops::Range<u64> {
        0..if mode.is_seeded() { self.seeds } else { 1 }
    }

    /// What is recorded about a task, in the order of computation: what shares an update stands together.
    pub fn keys(&self, suite: &Suite, id: &str, generated: bool) -> Vec<Planned> {
        let mut keys = Vec::new();
        for mode in self.modes.iter().copied().filter(|m| generated || *m != Mode::Neighbours) {
            for seed in self.seeds_of(mode) {
                keys.extend(self.settings_of(mode).into_iter().map(|setting| {
                    let key = Key { suite: suite.name.clone(), id: id.into(), seed, setting: setting.hash(), mode };
                    Planned { key, setting }
                }));
            }
        }
        keys.sort_by(|a, b| {
            let order = |k: &Key| (k.seed, k.mode.source(), k.setting.clone(), k.mode);
            order(&a.key).cmp(&order(&b.key))
        });
        keys
    }

    /// True when every task is updated, because some selection needs to know what an update of a certain task does.
    pub fn updates_all(&self) -> bool {
        self.selections.iter().any(|s| *s != Selection::Uncertain)
    }

    /// True when some estimator calls the task uncertain at the largest threshold.
    pub fn is_unsure(&self, scores: &Scores) -> bool {
        self.estimators.iter().any(|estimator| is_unsure(scores, *estimator, self.largest_threshold()))
    }

    /// The estimator whose selection the main tables show.
    pub fn estimator(&self) -> Estimator {
        self.estimators.first().copied().unwrap_or(Estimator::Margin)
    }

    /// The largest threshold: tasks below it are updated.
    pub fn largest_threshold(&self) -> f32 {
        self.thresholds.iter().copied().fold(0.0, f32::max)
    }

    /// Options of G.
    pub fn synthesis_for(&self, setting: &Setting) -> SynthesisConfig {
        SynthesisConfig { pairs: setting.pairs.unwrap_or(1), ..self.synthesis }
    }

    /// Options of T.
    pub fn adaptation_for(&self, setting: &Setting) -> AdaptationConfig {
        let mut config = self.adaptation.clone();
        if let Some(learning) = setting.learning {
            config.lora.rank = learning.rank;
            config.lora.alpha = learning.alpha;
            config.steps = learning.steps;
            config.learning_rate = learning.learning_rate;
        }
        config
    }

    /// The first field in which two plans differ, for messages.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let fields =
            |plan: &Self| serde_json::to_value(plan).ok().and_then(|v| v.as_object().cloned()).unwrap_or_default();
        let (a, b) = (fields(self), fields(other));
        a.iter().find(|(name, value)| b.get(*name) != Some(*value)).map(|(name, value)| {
            format!("`{name}` was {}, now it is {value}", b.get(name).map_or("absent".into(), ToString::to_string))
        })
    }
}
