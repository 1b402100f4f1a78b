//! T: training a LoRA on a few pairs (method, step 3).

pub mod optimizer;
mod precision;
pub mod schedule;
pub mod trainer;

use serde::{Deserialize, Serialize};

pub use precision::TrainingPrecision;
pub use schedule::{Decay, Schedule};
pub use trainer::{TrainEvent, Trainer, TrainingExample};

use crate::{
    adapter::LoraConfig,
    error::{Error, Result},
};

/// Options of the training. The defaults of rank, alpha, targets, batch and decay are the published ones. Two epochs at a high learning
/// rate without warm-up suit a model as small as the seed model; see [`AdaptationConfig::paper`] for a large one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
#[serde(default, deny_unknown_fields)]
pub struct AdaptationConfig {
    /// Shape of the adapter.
    pub lora: LoraConfig,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// Passes over the pairs.
    pub epochs: usize,
    /// Pairs per step.
    pub batch: usize,
    /// Steps in all; overrides `epochs`.
    pub steps: Option<usize>,
    /// Share of the steps with a rising learning rate.
    pub warmup_ratio: f64,
    /// Shape of the learning rate after the warm-up.
    pub decay: Decay,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Gradients are scaled down to this global norm.
    pub max_norm: Option<f64>,
    /// A fresh adapter is at work from the user's turn on, and leaves system text and menu to the model as it is (activated LoRA, Greenewald
    /// et al., 2025, arXiv 2504.12397). They are then read once for the question, all training steps and the second answer.
    pub activated: bool,
    /// Precision of the products.
    pub precision: TrainingPrecision,
}

impl Default for AdaptationConfig {
    fn default() -> Self {
        Self {
            lora: LoraConfig::default(),
            learning_rate: 5e-3,
            epochs: 2,
            batch: 1,
            steps: None,
            // The first of two steps would be lost to it.
            warmup_ratio: 0.0,
            decay: Decay::Cosine,
            weight_decay: 0.0,
            max_norm: Some(1.0),
            activated: false,
            precision: TrainingPrecision::default(),
        }
    }
}

impl AdaptationConfig {
    /// What the paper's secondary source states for a model of 1.5 billion weights: five epochs, a learning rate of 1e-4.
    pub fn paper() -> Self {
        Self { learning_rate: 1e-4, epochs: 5, warmup_ratio: 0.03, ..Self::default() }
    }

    /// For a whole file of tasks: the default for a few pairs, with the warm-up that many steps want.
    pub fn fine_tuning() -> Self {
        Self { warmup_ratio: 0.03, ..Self::default() }
    }

    /// Optimizer steps for so many pairs.
    pub fn steps_for(&self, pairs: usize) -> usize {
        self.steps.unwrap_or(self.epochs * pairs.div_ceil(self.batch.max(1)))
    }

    /// # Errors
    /// [`Error::InvalidInput`] for a value out of its range.
    pub fn check(&self) -> Result<()> {
        self.lora.check()?;
        if !(self.learning_rate > 0.0 && self.learning_rate <= 1.0) {
            return Err(Error::invalid("learning_rate", format!("{} is not in (0, 1]", self.learning_rate)));
        }
        if !(0.0..=1.0).contains(&self.warmup_ratio) {
            return Err(Error::invalid("warmup_ratio", format!("{} is not in [0, 1]", self.warmup_ratio)));
        }
        if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            return Err(Error::invalid("weight_decay", format!("{} is not a number of 0 or more", self.weight_decay)));
        }
        if let Some(norm) = self.max_norm.filter(|norm| !(norm.is_finite() && *norm > 0.0)) {
            return Err(Error::invalid("max_norm", format!("{norm} is not a positive number")));
        }
        const MOST: usize = 1 << 20;
        if self.batch > MOST || self.epochs > MOST || self.steps > Some(MOST) {
            return Err(Error::invalid("epochs, batch and steps", format!("must be at most {MOST}")));
        }
        if self.batch == 0 || self.epochs == 0 || self.steps == Some(0) {
            return Err(Error::invalid("epochs, batch and steps", "must be at least 1"));
        }
        Ok(())
    }
}
