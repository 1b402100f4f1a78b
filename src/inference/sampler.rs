//! Choosing the next token on the host: greedy, temperature, top-k, top-p, from a seed.

use autodidact_kernels::infer::log_sum_exp;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    grammar::Allowed,
};

/// How tokens are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
#[serde(default)]
pub struct Sampling {
    /// 0 is greedy; otherwise logits are divided by it.
    pub temperature: f32,
    /// Keep the k most probable tokens; 0 keeps all.
    pub top_k: usize,
    /// Keep the smallest set of most probable tokens with this share of the probability, in (0, 1].
    pub top_p: f32,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self::GREEDY
    }
}

impl Sampling {
    /// Always the most probable token.
    pub const GREEDY: Self = Self { temperature: 0.0, top_k: 0, top_p: 1.0, seed: 0 };

    /// # Errors
    /// [`Error::InvalidInput`] for a value out of its range.
    pub fn check(&self) -> Result<()> {
        if !(self.temperature.is_finite() && self.temperature >= 0.0) {
            return Err(Error::invalid("temperature", format!("{} is not a number of 0 or more", self.temperature)));
        }
        if !(self.top_p > 0.0 && self.top_p <= 1.0) {
            return Err(Error::invalid("top_p", format!("{} is not in (0, 1]", self.top_p)));
        }
        Ok(())
    }
}

/// Log-probability of a token; `None` for one outside of the vocabulary.
pub fn log_prob_of(logits: &[f32], id: u32) -> Option<f32> {
    logits.get(id as usize).map(|z| z - log_sum_exp(logits))
}

/// Draws tokens one after the other.
#[derive(Debug, Clone)]
pub struct Sampler {
    settings: Sampling,
    rng: ChaCha8Rng,
}

impl Sampler {
    /// A stream of draws of its own for each seed.
    ///
    /// # Errors
    /// As [`Sampling::check`].
    pub fn new(settings: Sampling) -> Result<Self> {
        settings.check()?;
        Ok(Self { settings, rng: ChaCha8Rng::seed_from_u64(settings.seed) })
    }

    /// The next token from the logits of the whole vocabulary, with its log-probability under the unmodified
    /// distribution. `None` for an empty vocabulary, or where nothing of it is allowed.
    pub fn next(&mut self, logits: &[f32], allowed: Option<&Allowed>) -> Option<(u32, f32)> {
        let masked: Vec<f32>;
        let open = match allowed {
            Some(allowed) => {
                let keep = |(id, z): (usize, &f32)| if allowed.contains(id) { *z } else { f32::NEG_INFINITY };
                masked = logits.iter().enumerate().map(keep).collect();
                &masked[..]
            }
            None => logits,
        };
        let best = argmax(open)?;
        if allowed.is_some_and(|allowed| !allowed.contains(best)) {
            return None;
        }
        let choice = if self.settings.temperature == 0.0 { best } else { self.draw(open, best) };
        Some((choice as u32, logits[choice] - log_sum_exp(logits)))
    }

    fn draw(&mut self, logits: &[f32], best: usize) -> usize {
        let peak = logits[best];
        let mut weights: Vec<(usize, f32)> =
            logits.iter().enumerate().map(|(i, z)| (i, ((z - peak) / self.settings.temperature).exp())).collect();
        if self.settings.top_k > 0 || self.settings.top_p < 1.0 {
            weights.sort_by(|a, b| b.1.total_cmp(&a.1));
            if self.settings.top_k > 0 {
                weights.truncate(self.settings.top_k);
            }
            let total: f32 = weights.iter().map(|(_, w)| w).sum();
            let mut sum = 0.0;
            let keep = weights.iter().take_while(|(_, w)| {
                let before = sum;
                sum += w;
                before < self.settings.top_p * total
            });
            let keep = keep.count().max(1);
            weights.truncate(keep);
        }
        let total: f32 = weights.iter().map(|(_, w)| w).sum();
        let mut left = self.rng.random::<f32>() * total;
        for (token, weight) in &weights {
            left -= weight;
            if left < 0.0 {
                return *token;
            }
        }
        // Rounding has left something over.
        best
    }
}

/// Index of the largest number; the first of equals.
pub fn argmax(values: &[f32]) -> Option<usize> {
    values.iter().enumerate().reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(i, _)| i)
}

/// Log-probabilities of the whole vocabulary.
pub fn log_softmax(logits: &[f32]) -> Vec<f32> {
    let total = log_sum_exp(logits);
    logits.iter().map(|z| z - total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampler(temperature: f32, top_k: usize, top_p: f32) -> Sampler {
        Sampler::new(Sampling { temperature, top_k, top_p, seed: 3 }).unwrap()
    }

    #[test]
    fn greedy_takes_the_first_maximum_with_its_log_probability() {
        let (token, log_p) = sampler(0.0, 0, 1.0).next(&[0.0, 2.0, 2.0], None).unwrap();
        assert_eq!(token, 1);
        assert!((log_p - (2.0 - (1.0 + 2.0 * 2f32.exp()).ln())).abs() < 1e-6);
    }

    #[test]
    fn top_k_and_top_p_cut_the_tail() {
        let logits = [3.0, 2.0, 1.0, 0.0];
        for (k, p, allowed) in [(2, 1.0, 2), (0, 0.5, 1), (0, 0.8, 2), (1, 1.0, 1)] {
            let mut s = sampler(1.0, k, p);
            assert!((0..200).all(|_| s.next(&logits, None).unwrap().0 < allowed), "k {k} p {p}");
        }
    }

    #[test]
    fn draws_follow_the_distribution_and_the_seed() {
        let logits = [0.0, 1f32.ln(), 2f32.ln()];
        let draw = || {
            let mut s = sampler(1.0, 0, 1.0);
            (0..4000).map(|_| s.next(&logits, None).unwrap().0).collect::<Vec<_>>()
        };
        let first = draw();
        let share = first.iter().filter(|t| **t == 2).count() as f32 / 4000.0;
        assert!((share - 0.5).abs() < 0.03, "{share}");
        assert_eq!(first, draw());
    }

    #[test]
    fn what_rounding_leaves_over_is_no_reason_for_an_impossible_token() {
        // A tail that vanishes beside the likeliest token one by one, and counts in the sum; the last token is impossible.
        let mut logits = vec![-16.7f32; 60_000];
        logits[59_998] = 0.0;
        logits[59_999] = f32::NEG_INFINITY;
        let mut s = sampler(1.0, 0, 1.0);
        assert!((0..1000).all(|_| s.next(&logits, None).unwrap().0 < 59_999));
    }

    #[test]
    fn bad_settings_and_empty_vocabularies_are_refused() {
        assert!(Sampler::new(Sampling { temperature: f32::NAN, ..Sampling::GREEDY }).is_err());
        assert!(Sampler::new(Sampling { top_p: 0.0, ..Sampling::GREEDY }).is_err());
        assert!(sampler(0.0, 0, 1.0).next(&[], None).is_none());
    }
}
