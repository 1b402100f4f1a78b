//! Relative softmax scoring (method, section 2): candidates compete with each other, not with the vocabulary.

/// Relative scores and what is derived from them.
#[derive(Debug, Clone, PartialEq)]
pub struct Relative {
    /// `p_n = exp(l_n - max l) / sum_k exp(l_k - max l)`, in [0, 1], summing to 1.
    pub probabilities: Vec<f32>,
    /// `p_(1) - p_(2)`, in [0, 1]; 1 for a single candidate, 0 for none.
    pub margin: f32,
    /// `p_(1)`; 0 when there is no candidate.
    pub max_probability: f32,
    /// `-sum p log p`, in nats.
    pub entropy: f32,
}

/// Relative scores of log-probabilities. Candidates that are impossible (`-inf`) or not numbers score 0.
pub fn relative_softmax(log_probs: &[f32]) -> Relative {
    let clean = |x: &f32| if x.is_nan() { f32::NEG_INFINITY } else { *x };
    let peak = log_probs.iter().map(clean).fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f32> =
        log_probs.iter().map(clean).map(|x| if x == f32::NEG_INFINITY { 0.0 } else { (x - peak).exp() }).collect();
    let total: f32 = weights.iter().sum();
    let probabilities: Vec<f32> = weights.iter().map(|w| if total > 0.0 { w / total } else { 0.0 }).collect();
    let mut sorted = probabilities.clone();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let max_probability = sorted.first().copied().unwrap_or(0.0);
    let margin = max_probability - sorted.get(1).copied().unwrap_or(0.0);
    let entropy = probabilities.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum();
    Relative { probabilities, margin, max_probability, entropy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Weights 1 : 1/2 : 1/4, so p = 4/7, 2/7, 1/7.
        let r = relative_softmax(&[-1.0, -1.0 - 2f32.ln(), -1.0 - 4f32.ln()]);
        assert!((r.margin - 2.0 / 7.0).abs() < 1e-6 && (r.max_probability - 4.0 / 7.0).abs() < 1e-6);
        assert!((r.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        let expected =
            -(4.0 / 7.0f32 * (4.0 / 7.0f32).ln() + 2.0 / 7.0 * (2.0 / 7.0f32).ln() + 1.0 / 7.0 * (1.0 / 7.0f32).ln());
        assert!((r.entropy - expected).abs() < 1e-6);
    }

    #[test]
    fn edges() {
        assert_eq!(relative_softmax(&[]).margin, 0.0);
        assert_eq!(relative_softmax(&[-1e30]).margin, 1.0);
        assert_eq!(relative_softmax(&[-5.0, -5.0]).margin, 0.0);
        let odd = relative_softmax(&[f32::NAN, -900.0, f32::NEG_INFINITY]);
        assert_eq!(odd.probabilities, [0.0, 1.0, 0.0]);
        assert_eq!(relative_softmax(&[f32::NEG_INFINITY; 2]).max_probability, 0.0);
    }

    #[test]
    fn only_differences_matter() {
        let (a, b) = (relative_softmax(&[-1.0, -2.0, -4.0]), relative_softmax(&[-501.0, -502.0, -504.0]));
        assert!((a.margin - b.margin).abs() < 1e-5);
    }
}
