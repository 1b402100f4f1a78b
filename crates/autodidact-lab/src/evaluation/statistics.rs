//! Small statistics: means, the bootstrap, the area under the ROC curve.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;
/// Seed of the resampling.
const SEED: u64 = 2510;

/// A mean with the interval that holds 95 % of its bootstrap resamples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Mean.
    pub mean: f64,
    /// 2.5 % quantile.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
}

/// The mean; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() { None } else { Some(values.iter().sum::<f64>() / values.len() as f64) }
}

/// The sample standard deviation; `None` of fewer than two.
pub fn deviation(values: &[f64]) -> Option<f64> {
    let centre = mean(values).filter(|_| values.len() > 1)?;
    let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// The unweighted mean over groups of each group's mean, with its percentile bootstrap: values are resampled within their
/// group (Efron and Tibshirani, 1993, chapter 13). Groups without values are left out; `None` when none is left.
pub fn bootstrap(groups: &[Vec<f64>]) -> Option<Interval> {
    let groups: Vec<&Vec<f64>> = groups.iter().filter(|g| !g.is_empty()).collect();
    let means: Vec<f64> = groups.iter().filter_map(|g| mean(g)).collect();
    let centre = mean(&means)?;
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut draws: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let of_group = |group: &&Vec<f64>, rng: &mut ChaCha8Rng| {
                let draw = |_| group.get(rng.random_range(0..group.len())).copied().unwrap_or_default();
                (0..group.len()).map(draw).sum::<f64>() / group.len() as f64
            };
            groups.iter().map(|group| of_group(group, &mut rng)).sum::<f64>() / groups.len() as f64
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    Some(Interval { mean: centre, low: quantile(&draws, 0.025)?, high: quantile(&draws, 0.975)? })
}

/// Quantile of sorted values, interpolated.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let at = share * sorted.len().saturating_sub(1) as f64;
    let (low, high) = (sorted.get(at.floor() as usize)?, sorted.get(at.ceil() as usize)?);
    Some(low + (high - low) * at.fract())
}

/// A number that should be large for positives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// The number; infinity is the largest.
    pub value: f64,
    /// What it should tell.
    pub positive: bool,
}

/// Area under the ROC curve: the chance that a positive has a larger value than a negative, ties counting half (Mann and
/// Whitney). `None` when there is no positive or no negative.
pub fn auroc(values: &[Ranked]) -> Option<f64> {
    let positives = values.iter().filter(|one| one.positive).count();
    let negatives = values.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    let mut sorted: Vec<&Ranked> = values.iter().collect();
    sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
    let (mut rank, mut sum) = (0.0, 0.0);
    for ties in sorted.chunk_by(|a, b| a.value == b.value) {
        let middle = rank + (ties.len() as f64 + 1.0) / 2.0;
        sum += middle * ties.iter().filter(|one| one.positive).count() as f64;
        rank += ties.len() as f64;
    }
    let (p, n) = (positives as f64, negatives as f64);
    Some((sum - p * (p + 1.0) / 2.0) / (p * n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auroc_by_hand() {
        let ranked = |pair: &(f64, u8)| Ranked { value: pair.0, positive: pair.1 == 1 };
        let with = |pairs: &[(f64, u8)]| auroc(&pairs.iter().map(ranked).collect::<Vec<_>>());
        assert_eq!(with(&[(0.1, 0), (0.4, 0), (0.35, 1), (0.8, 1)]), Some(0.75));
        assert_eq!(with(&[(1.0, 1), (0.0, 0)]), Some(1.0));
        assert_eq!(with(&[(1.0, 0), (0.0, 1)]), Some(0.0));
        assert_eq!(with(&[(0.5, 1), (0.5, 0), (0.5, 0)]), Some(0.5));
        assert_eq!(with(&[(f64::INFINITY, 1), (2.0, 0)]), Some(1.0));
        assert_eq!(with(&[(0.5, 1)]), None);
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn bootstrap_covers_and_repeats() {
        let group: Vec<f64> = (0..200).map(|i| f64::from(i % 10 < 3)).collect();
        let a = bootstrap(std::slice::from_ref(&group)).unwrap();
        assert!((a.mean - 0.3).abs() < 1e-12);
        // The normal approximation: 0.3 +- 1.96 sqrt(0.21 / 200).
        assert!((a.low - 0.2365).abs() < 0.012 && (a.high - 0.3635).abs() < 0.012, "{a:?}");
        assert_eq!(bootstrap(std::slice::from_ref(&group)), Some(a));
        // Groups count alike, whatever their size.
        let b = bootstrap(&[group, vec![1.0; 3], vec![]]).unwrap();
        assert!((b.mean - 0.65).abs() < 1e-12 && b.low > 0.6);
        assert_eq!(bootstrap(&[vec![]]), None);
    }

    #[test]
    fn deviations() {
        assert_eq!(deviation(&[1.0]), None);
        assert!((deviation(&[1.0, 3.0]).unwrap() - 2f64.sqrt()).abs() < 1e-12);
        assert_eq!(mean(&[]), None);
    }
}
