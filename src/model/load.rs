//! Reads the weights of a Hugging Face checkpoint into the fused matrices of [`Weights`].

use std::collections::BTreeSet;

use burn::tensor::{Device, Tensor, TensorData};
use sha2::{Digest, Sha256};

use super::{
    config::ModelConfig,
    decoder::Decoder,
    names::{self, Slot},
    weights::{LayerWeights, Weights},
};
use crate::{
    error::{Error, Result},
    format::safetensors::SafetensorsFile,
    nn::{Matrix, linear::Linear},
};

/// A model with what identifies its weights.
pub struct Loaded {
    /// The model.
    pub decoder: Decoder,
    /// First 16 hexadecimal digits of the SHA-256 over names, shapes and f32 values of all weights, in the order of the
    /// architecture: the same for every file layout that holds the same values.
    pub fingerprint: String,
}

/// Builds a decoder from the shards of a checkpoint.
///
/// # Errors
/// [`Error::MissingTensor`], [`Error::ShapeMismatch`], [`Error::UnusedTensors`], [`Error::UnsupportedDtype`] or
/// [`Error::Integrity`], each naming the tensor.
pub fn load(config: ModelConfig, shards: &[SafetensorsFile<'_>], device: &Device) -> Result<Loaded> {
    let mut reader = Reader { shards, device, used: BTreeSet::new(), hash: Sha256::new() };
    let weights = read_weights(&config, &mut reader)?;
    let unused: Vec<String> = shards
        .iter()
        .flat_map(SafetensorsFile::names)
        .filter(|name| !reader.used.contains(name) && !names::is_ignored(name, config.tied))
        .collect();
    if !unused.is_empty() {
        return Err(Error::UnusedTensors { tensors: unused });
    }
    let digest = reader.hash.finalize();
    let fingerprint = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(Loaded { decoder: Decoder::new(config, weights, device.clone()), fingerprint })
}

fn read_weights(c: &ModelConfig, reader: &mut Reader<'_>) -> Result<Weights> {
    let d = c.d_model;
    let embedding = reader.matrix(names::EMBEDDING, [c.vocab_size, d])?;
    // The file may hold fewer than the configuration says.
    let mut layers = Vec::new();
    for i in 0..c.n_layers {
        let input_norm = reader.vector(&names::in_layer(i, names::INPUT_NORM), d)?;
        let post_norm = reader.vector(&names::in_layer(i, names::POST_NORM), d)?;
        let mut linear = |slot| reader.linear(c, i, slot);
        let linears = [linear(Slot::Qkv)?, linear(Slot::O)?, linear(Slot::GateUp)?, linear(Slot::Down)?];
        let qk_norm = if c.qk_norm {
            let q = reader.vector(&names::in_layer(i, names::Q_NORM), c.head_dim)?;
            let k = reader.vector(&names::in_layer(i, names::K_NORM), c.head_dim)?;
            Some((q, k))
        } else {
            None
        };
        layers.push(LayerWeights::new(input_norm, post_norm, linears, qk_norm, c));
    }
    let final_norm = reader.vector(names::FINAL_NORM, d)?;
    let lm_head = if c.tied { None } else { Some(reader.matrix(names::LM_HEAD, [c.vocab_size, d])?) };
    Ok(Weights { embedding, layers, final_norm, lm_head })
}

struct Reader<'a> {
    shards: &'a [SafetensorsFile<'a>],
    device: &'a Device,
    used: BTreeSet<String>,
    hash: Sha256,
}

impl Reader<'_> {
    fn values(&mut self, name: &str, expected: &[usize]) -> Result<Vec<f32>> {
        let shard = self
            .shards
            .iter()
            .find(|shard| shard.contains(name))
            .ok_or_else(|| Error::MissingTensor { tensor: name.into(), expected: expected.to_vec() })?;
        let found = shard.shape(name).unwrap_or_default();
        if found != expected {
            return Err(Error::ShapeMismatch {
                tensor: name.into(),
                expected: expected.to_vec(),
                found: found.to_vec(),
            });
        }
        let values = shard.to_f32(name)?;
        self.used.insert(name.to_owned());
        self.hash.update(name.as_bytes());
        for size in expected {
            self.hash.update((*size as u64).to_le_bytes());
        }
        self.hash.update(bytemuck::cast_slice(&values));
        Ok(values)
    }

    fn tensor(&self, values: Vec<f32>, shape: [usize; 2]) -> Matrix {
        Tensor::from_data(TensorData::new(values, shape), self.device)
    }

    fn matrix(&mut self, name: &str, shape: [usize; 2]) -> Result<Matrix> {
        let values = self.values(name, &shape)?;
        Ok(self.tensor(values, shape))
    }

    fn vector(&mut self, name: &str, len: usize) -> Result<Matrix> {
        let values = self.values(name, &[len])?;
        Ok(self.tensor(values, [1, len]))
    }

    /// The modules of a slot, transposed to `[in, out]` and put side by side.
    fn linear(&mut self, c: &ModelConfig, layer: usize, slot: Slot) -> Result<Linear> {
        let (rows, columns) = (slot.in_features(c), slot.out_features(c));
        // All shapes are known to be right before the matrix is made.
        let mut parts = Vec::new();
        let mut bias = Vec::new();
        for (module, width) in slot.modules(c) {
            parts.push((self.values(&names::linear(layer, slot, module, "weight"), &[width, rows])?, width));
            if slot.has_bias(c) {
                bias.extend(self.values(&names::linear(layer, slot, module, "bias"), &[width])?);
            }
        }
        let mut weight = vec![0.0; rows * columns];
        let mut offset = 0;
        for (values, width) in parts {
            for (o, row) in values.chunks_exact(rows).enumerate() {
                for (i, value) in row.iter().enumerate() {
                    weight[i * columns + offset + o] = *value;
                }
            }
            offset += width;
        }
        let weight = self.tensor(weight, [rows, columns]);
        let bias = slot.has_bias(c).then(|| self.tensor(bias, [1, columns]));
        Ok(Linear { weight, bias })
    }
}
