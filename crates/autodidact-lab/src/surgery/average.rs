//! The mean of two models' weights (model soups; Wortsman et al., 2022, arXiv 2203.05482).

use autodidact::{
    error::{Error, Result},
    model::Decoder,
};

/// A model with `1 - share` of the first one's weights and `share` of the second one's. Both must come from the same model.
///
/// # Errors
/// [`Error::InvalidInput`] when `share` is not in [0, 1] or the models differ in shape.
pub fn average(first: &Decoder, second: &Decoder, share: f64) -> Result<Decoder> {
    if !(0.0..=1.0).contains(&share) {
        return Err(Error::invalid("share", format!("{share} is not in [0, 1]")));
    }
    if first.config() != second.config() {
        return Err(Error::invalid("models", "their shapes differ; `deepen` gives the smaller one more blocks"));
    }
    let pairs = first.weights().parameters().into_iter().zip(second.weights().parameters());
    let mean = pairs.map(|(a, b)| a.mul_scalar(1.0 - share).add(b.mul_scalar(share))).collect();
    let weights = second.weights().with_parameters(mean, second.config());
    let weights = weights.ok_or_else(|| Error::Backend { reason: "weights are missing".into() })?;
    Ok(second.with_weights(weights))
}
