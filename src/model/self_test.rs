//! Compares a device with the CPU on a small model, before any of its numbers is believed.

use burn::tensor::Device;

use super::{
    config::{Family, ModelConfig},
    init,
    tokens::{Targets, Tokens},
};
use crate::{
    backend::{self, BackendKind, SelfTest, readback},
    error::{Error, Result},
    nn::linear::Trainable,
};

/// GPUs sum in another order and with fused multiply-adds, and some compute exponentials with fewer bits.
pub const TOLERANCE: f32 = 2e-3;

/// LibTorch may be told to multiply in TF32, whose factors have ten bits after the point.
pub const TOLERANCE_TF32: f32 = 2e-2;

/// A forward and a backward pass of a random two-layer model on the device, against the CPU.
///
/// # Errors
/// [`Error::SelfTest`] when they differ by more than the tolerance of that kind of backend; those of the backend.
pub async fn run(device: &Device, kind: BackendKind) -> Result<SelfTest> {
    let tolerance = if kind == BackendKind::Cuda { TOLERANCE_TF32 } else { TOLERANCE };
    judge(&passes(device).await?, &passes(&backend::cpu()).await?, tolerance)
}

fn judge(there: &[f32], here: &[f32], tolerance: f32) -> Result<SelfTest> {
    let difference = |(a, b): (&f32, &f32)| if a.is_finite() { (a - b).abs() } else { f32::INFINITY };
    let max_difference = there.iter().zip(here).map(difference).fold(0.0, f32::max);
    if max_difference > tolerance || there.len() != here.len() {
        return Err(Error::SelfTest { difference: max_difference, tolerance });
    }
    Ok(SelfTest { max_difference, tolerance })
}

/// Logits, loss and the gradient of the embedding of a fixed random model.
async fn passes(device: &Device) -> Result<Vec<f32>> {
    let config = ModelConfig { vocab_size: 40, d_ff: 48, ..ModelConfig::tiny(Family::Qwen3) };
    let decoder = init::random(config, 7, 0.15, device);
    let ids: Vec<u32> = (0..10).map(|i| (i * 17 + 3) % 40).collect();
    let tokens = Tokens::single(&ids);
    let hidden = decoder.forward(&tokens, None, None);
    let mut out = readback(decoder.logits(hidden, &[0, 4, 9])).await?;
    let targets = Targets { rows: vec![2, 6, 8], ids: vec![1, 9, 30], weights: vec![0.5, 0.25, 0.25] };
    let gradients = decoder.gradients(&tokens, &targets, None, Trainable::Base);
    out.extend(readback(gradients.loss).await?);
    if let Some(embedding) = gradients.parameters.into_iter().next() {
        out.extend(readback(embedding).await?);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_numbers_fail() {
        assert_eq!(judge(&[1.0, 2.0], &[1.0, 2.0005], TOLERANCE).unwrap().tolerance, TOLERANCE);
        for there in [&[1.0, 2.1][..], &[1.0, f32::NAN], &[f32::INFINITY, 2.0], &[1.0]] {
            let error = judge(there, &[1.0, 2.0], TOLERANCE).unwrap_err();
            assert_eq!(error.code(), "SelfTestFailed", "{there:?}");
        }
    }
}
