//! Writes the weights back under their Hugging Face names, and checks that they are what they were.

use std::collections::BTreeMap;

use super::{
    decoder::Decoder,
    names::{self, Slot},
};
use crate::{backend::readback, error::Result, format::safetensors::HostTensor};

/// All weights by checkpoint name, in PyTorch's layout (`[out, in]`).
///
/// # Errors
/// [`crate::Error::Backend`] when a tensor cannot be read back.
pub async fn to_host(decoder: &Decoder) -> Result<BTreeMap<String, HostTensor>> {
    let (c, w) = (decoder.config(), decoder.weights());
    let mut out = BTreeMap::new();
    let mut put = |name: String, shape: Vec<usize>, data: Vec<f32>| out.insert(name, HostTensor { shape, data });
    put(names::EMBEDDING.into(), vec![c.vocab_size, c.d_model], readback(w.embedding.full()).await?);
    for (i, layer) in w.layers.iter().enumerate() {
        put(names::in_layer(i, names::INPUT_NORM), vec![c.d_model], readback(layer.input_norm.clone()).await?);
        put(names::in_layer(i, names::POST_NORM), vec![c.d_model], readback(layer.post_norm.clone()).await?);
        if let Some((q, k)) = &layer.qk_norm {
            put(names::in_layer(i, names::Q_NORM), vec![c.head_dim], readback(q.clone()).await?);
            put(names::in_layer(i, names::K_NORM), vec![c.head_dim], readback(k.clone()).await?);
        }
        for slot in Slot::ALL {
            let linear = layer.linear(slot);
            let (rows, columns) = (slot.in_features(c), slot.out_features(c));
            let weight = readback(linear.weight.full()).await?;
            let bias = match &linear.bias {
                Some(bias) => Some(readback(bias.clone()).await?),
                None => None,
            };
            let mut offset = 0;
            for (module, width) in slot.modules(c) {
                let part = (0..width).flat_map(|o| (0..rows).map(move |i| (i, o)));
                let data = part.map(|(i, o)| weight[i * columns + offset + o]).collect();
                put(names::linear(i, slot, module, "weight"), vec![width, rows], data);
                if let Some(bias) = &bias {
                    put(names::linear(i, slot, module, "bias"), vec![width], bias[offset..offset + width].to_vec());
                }
                offset += width;
            }
        }
    }
    put(names::FINAL_NORM.into(), vec![c.d_model], readback(w.final_norm.clone()).await?);
    if let Some(head) = &w.lm_head {
        put(names::LM_HEAD.into(), vec![c.vocab_size, c.d_model], readback(head.full()).await?);
    }
    Ok(out)
}

/// A checksum over the bits of all weights, read back from the device: equal before and after means that not one bit of
/// the base has changed.
///
/// # Errors
/// [`crate::Error::Backend`] when a tensor cannot be read back.
pub async fn checksum(decoder: &Decoder) -> Result<u64> {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for part in decoder.weights().parts() {
        sum = match part.quantized() {
            Some(quantized) => quantized.fold(sum, mix).await?,
            None => readback(part.full()).await?.into_iter().map(f32::to_bits).fold(sum, mix),
        };
    }
    Ok(sum)
}

/// FNV-1a over 32-bit words.
fn mix(sum: u64, word: u32) -> u64 {
    (sum ^ u64::from(word)).wrapping_mul(0x0000_0100_0000_01b3)
}
