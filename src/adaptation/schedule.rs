//! The learning rate over the steps.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// Shape of the learning rate after warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decay {
    /// Half a cosine down to zero, as `get_cosine_schedule_with_warmup` of `transformers`.
    #[default]
    Cosine,
    /// No decay.
    Constant,
    /// Constant, then down to zero in a straight line over the last `1 / share` of the steps (warmup-stable-decay,
    /// Hu et al., 2024, arXiv 2404.06395).
    Stable {
        /// The decay takes one step in this many.
        share: usize,
    },
}

/// Learning rate of every step, with linear warm-up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Peak.
    pub learning_rate: f64,
    /// Steps of linear warm-up.
    pub warmup_steps: usize,
    /// All steps.
    pub total_steps: usize,
    /// Shape after the warm-up.
    pub decay: Decay,
}

impl Schedule {
    /// A schedule whose warm-up takes `warmup_ratio` of the steps, rounded up as `transformers` does, but never the last
    /// step: a run of one step would learn nothing.
    pub fn with_warmup_ratio(learning_rate: f64, warmup_ratio: f64, total_steps: usize, decay: Decay) -> Self {
        let warmup_steps = ((warmup_ratio * total_steps as f64).ceil() as usize).min(total_steps.saturating_sub(1));
        Self { learning_rate, warmup_steps, total_steps, decay }
    }

    /// Learning rate of step `step`, counted from 0.
    pub fn at(&self, step: usize) -> f64 {
        if step < self.warmup_steps {
            return self.learning_rate * step as f64 / self.warmup_steps.max(1) as f64;
        }
        match self.decay {
            Decay::Constant => self.learning_rate,
            Decay::Cosine => {
                let span = self.total_steps.saturating_sub(self.warmup_steps).max(1);
                let progress = (step - self.warmup_steps) as f64 / span as f64;
                self.learning_rate * (0.5 * (1.0 + (PI * progress).cos())).max(0.0)
            }
            Decay::Stable { share } => {
                let span = (self.total_steps / share.max(1)).max(1);
                self.learning_rate * (self.total_steps.saturating_sub(step) as f64 / span as f64).min(1.0)
            }
        }
    }
}
