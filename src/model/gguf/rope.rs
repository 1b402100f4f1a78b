//! How the rotary frequencies of a GGUF model are stretched.

use serde_json::{Value, json};

use super::parts::Parts;
use crate::{
    error::{Error, Result},
    nn::rotary::{Rope, RopeScaling},
};

/// Divisors of the frequencies, as converters write them for Llama 3.
const DIVISORS: &str = "rope_freqs.weight";
/// What Meta trained Llama 3.1 and 3.2 with, beside the factor.
const LOW_FREQ_FACTOR: f64 = 1.0;
const HIGH_FREQ_FACTOR: f64 = 4.0;
const ORIGINAL_CONTEXT: usize = 8192;
/// Largest relative difference of a divisor that is stored as f32.
const TOLERANCE: f64 = 1e-4;

/// The rotary frequencies that a model has before they are stretched.
pub(super) struct Frequencies {
    /// Width of a head.
    pub(super) head_dim: usize,
    /// Base.
    pub(super) theta: f64,
}

/// `rope_scaling` of `config.json`.
pub(super) fn scaling(parts: &Parts<'_>, architecture: &str, frequencies: &Frequencies) -> Result<Value> {
    let key = |name: &str| format!("{architecture}.rope.scaling.{name}");
    if let Some(file) = parts.holder(DIVISORS) {
        return llama3(&file.to_f32(DIVISORS)?, frequencies);
    }
    match (parts.text(&key("type")), parts.f64(&key("factor"))) {
        (None | Some("none"), _) => Ok(Value::Null),
        (Some("linear"), Some(factor)) => Ok(json!({"rope_type": "linear", "factor": factor})),
        (Some("linear"), None) => Err(wrong(&key("factor"), "it is missing")),
        (Some(other), _) => Err(wrong(&key("type"), &format!("`{other}` is not supported; linear and Llama 3's are"))),
    }
}

/// Llama 3's stretching with the largest divisor as its factor, if it gives these divisors.
fn llama3(divisors: &[f32], frequencies: &Frequencies) -> Result<Value> {
    let unknown = || wrong(DIVISORS, "its divisors of the rotary frequencies are not those of Llama 3");
    if divisors.len() != frequencies.head_dim / 2 {
        return Err(unknown());
    }
    let factor = divisors.iter().copied().fold(1.0_f64, |most, next| most.max(f64::from(next)));
    let stretched = RopeScaling::Llama3 {
        factor,
        low_freq_factor: LOW_FREQ_FACTOR,
        high_freq_factor: HIGH_FREQ_FACTOR,
        original_context: ORIGINAL_CONTEXT,
    };
    let of = |scaling| Rope::new(frequencies.head_dim, frequencies.theta, scaling);
    let expected = of(stretched).divisors(&of(RopeScaling::Default));
    let is_near = |(found, expected): (&f32, &f64)| (f64::from(*found) / expected - 1.0).abs() < TOLERANCE;
    if !divisors.iter().zip(&expected).all(is_near) {
        return Err(unknown());
    }
    Ok(json!({
        "rope_type": "llama3", "factor": factor, "low_freq_factor": LOW_FREQ_FACTOR, "high_freq_factor": HIGH_FREQ_FACTOR,
        "original_max_position_embeddings": ORIGINAL_CONTEXT,
    }))
}

fn wrong(key: &str, reason: &str) -> Error {
    Error::config(format!("`{key}` of the GGUF file"), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn llama_3_is_known_by_its_divisors() {
        let frequencies = Frequencies { head_dim: 64, theta: 500_000.0 };
        let scaling =
            RopeScaling::Llama3 { factor: 32.0, low_freq_factor: 1.0, high_freq_factor: 4.0, original_context: 8192 };
        let of = |scaling| Rope::new(64, 500_000.0, scaling);
        let mut divisors: Vec<f32> =
            of(scaling).divisors(&of(RopeScaling::Default)).iter().map(|divisor| *divisor as f32).collect();
        let read = llama3(&divisors, &frequencies).unwrap();
        assert_eq!(read["factor"], 32.0);
        assert_eq!(read["rope_type"], "llama3");
        divisors[20] *= 1.1;
        assert_eq!(llama3(&divisors, &frequencies).unwrap_err().code(), "ConfigError");
        assert!(llama3(&divisors[1..], &frequencies).is_err());
        assert!(llama3(&[f32::NAN; 32], &frequencies).is_err());
    }
}
