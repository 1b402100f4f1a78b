//! A threshold that finds itself: the certainty below which the wanted share of the last tasks lies.

use std::{cell::RefCell, collections::VecDeque};

/// Tasks that are remembered.
const WINDOW: usize = 64;
/// Tasks before the threshold is trusted.
const LEAST: usize = 8;

/// The certainties of the last tasks. No labels, no texts.
#[derive(Default)]
pub(in crate::agent) struct Certainties(RefCell<VecDeque<f32>>);

impl Certainties {
    pub(in crate::agent) fn remember(&self, certainty: f32) {
        let mut all = self.0.borrow_mut();
        all.truncate(WINDOW - 1);
        all.push_front(certainty);
    }

    /// The threshold below which `rate` of the last tasks lie; `None` for too few tasks.
    pub(in crate::agent) fn threshold(&self, rate: f32) -> Option<f32> {
        let mut sorted: Vec<f32> = self.0.borrow().iter().copied().collect();
        if sorted.len() < LEAST {
            return None;
        }
        sorted.sort_by(f32::total_cmp);
        let below = (rate * sorted.len() as f32).round() as usize;
        Some(sorted.get(below).copied().unwrap_or(f32::INFINITY).min(1.01))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_share_lies_below() {
        let certainties = Certainties::default();
        for i in 0..7 {
            certainties.remember(i as f32 / 100.0);
        }
        assert_eq!(certainties.threshold(0.5), None, "seven tasks are too few");
        for i in 7..200 {
            certainties.remember((i * 37 % 100) as f32 / 100.0);
        }
        for rate in [0.0, 0.1, 0.25, 0.5, 1.0] {
            let threshold = certainties.threshold(rate).unwrap();
            let all = certainties.0.borrow();
            assert_eq!(all.len(), WINDOW);
            let share = all.iter().filter(|c| **c < threshold).count() as f32 / WINDOW as f32;
            assert!((share - rate).abs() < 0.03, "{rate}: {share}");
        }
    }
}
