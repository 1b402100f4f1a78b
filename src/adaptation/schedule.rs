//! The learning rate over the steps.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// Shape of the learning rate after warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_family = "wasm", serde(rename_all_fields = "camelCase"))]
pub enum Decay {
    /// Half a cosine down to zero, as `get_cosine_schedule_with_warmup` of `transformers`.
    #[default]
    Cosine,
    /// No decay.
    Constant,
    /// Constant, then falling with the square root of the steps, and down to zero in a straight line over the last
    /// `1 / share` of them (warmup-stable-decay, Hu et al., 2024, arXiv 2404.06395). Before the last part it does not
    /// depend on the number of steps, so that a run can be made longer.
    Stable {
        /// The decay to zero takes one step in this many.
        share: usize,
        /// Step from which the plateau falls, as `sqrt(root_from / step)`; 0: never.
        root_from: usize,
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
            Decay::Stable { share, root_from } => {
                let span = (self.total_steps / share.max(1)).max(1);
                let falls = root_from > 0 && step > root_from;
                let plateau = if falls { (root_from as f64 / step as f64).sqrt() } else { 1.0 };
                plateau * self.learning_rate * (self.total_steps.saturating_sub(step) as f64 / span as f64).min(1.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plateau_does_not_know_the_length_of_the_run() {
        let run = |total_steps, root_from| Schedule {
            learning_rate: 4.0,
            warmup_steps: 10,
            total_steps,
            decay: Decay::Stable { share: 4, root_from },
        };
        let (short, long) = (run(1000, 100), run(4000, 100));
        for step in [0, 5, 10, 99, 100, 101, 400, 749] {
            assert_eq!(short.at(step), long.at(step), "step {step}");
        }
        assert_eq!((short.at(5), short.at(10), short.at(100), short.at(400)), (2.0, 4.0, 4.0, 2.0));
        // Half of the last quarter is left.
        assert!((short.at(875) - 0.5 * 4.0 * (100f64 / 875.0).sqrt()).abs() < 1e-12);
        assert_eq!((short.at(1000), run(1000, 0).at(700)), (0.0, 4.0));
    }
}
