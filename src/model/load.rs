//! Reads the weights of a checkpoint into the fused matrices of [`Weights`].

use std::collections::BTreeSet;

use autodidact_kernels::quant::{BLOCK, QuantizedMatrix};
use burn::tensor::{Device, Tensor, TensorData};
use sha2::{Digest, Sha256};

use super::{
    config::ModelConfig,
    decoder::Decoder,
    dtype::{Dtype, rounded},
    names::{self, Slot},
    weights::{LayerWeights, Weights},
};
use crate::{
    error::{Error, Result},
    format::safetensors::SafetensorsFile,
    nn::{Matrix, linear::Linear, quantized::Quantized, table::Table, weight::Weight},
};

/// A model with what identifies its weights.
pub struct Loaded {
    /// The model.
    pub decoder: Decoder,
    /// First 16 hexadecimal digits of the SHA-256 over names, shapes and numbers of all weights, in the order of the
    /// architecture. The numbers are f32 values, the same for every file layout that holds the same. Of a matrix that a file holds in
    /// few bits they are the name of the format and the BLAKE3 hash of the bytes in the file.
    pub fingerprint: String,
    /// Element types of the weights in their files, sorted and joined by `+`.
    pub stored_as: String,
}

/// The tensors of a checkpoint by their names in Hugging Face's, whatever file holds them.
pub trait TensorSource {
    /// Names of all tensors; those that have none in Hugging Face's checkpoints by the names in their file.
    fn names(&self) -> Vec<String>;

    /// Shape of a tensor, outermost size first; `None` when there is no such tensor.
    fn shape(&self, name: &str) -> Option<Vec<usize>>;

    /// Decodes one tensor to f32, row-major. `seen` gets the numbers that the tensor is told by: see [`Loaded::fingerprint`].
    ///
    /// # Errors
    /// [`Error::MissingTensor`] when there is no such tensor, [`Error::UnsupportedDtype`] for an element type that is not read, and errors
    /// of the file.
    fn to_f32(&self, name: &str, seen: &mut dyn FnMut(&[u8])) -> Result<Vec<f32>>;

    /// Name of the element type of a tensor in its file.
    fn stored_as(&self, name: &str) -> Option<String>;

    /// Whether [`TensorSource::quantized`] has something.
    fn is_quantized(&self, _name: &str) -> bool {
        false
    }

    /// A matrix in few bits that stands for the same numbers; `None` where its type, or its width, allows none. `seen` as for
    /// [`TensorSource::to_f32`].
    ///
    /// # Errors
    /// [`Error::MissingTensor`] when there is no such tensor, and errors of the file.
    fn quantized(&self, _name: &str, _seen: &mut dyn FnMut(&[u8])) -> Result<Option<QuantizedMatrix>> {
        Ok(None)
    }
}

impl TensorSource for [SafetensorsFile] {
    fn names(&self) -> Vec<String> {
        self.iter().flat_map(SafetensorsFile::names).collect()
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.iter().find_map(|file| file.shape(name)).map(<[usize]>::to_vec)
    }

    fn stored_as(&self, name: &str) -> Option<String> {
        self.iter().find_map(|file| file.dtype(name)).map(|dtype| dtype.to_string())
    }

    fn to_f32(&self, name: &str, seen: &mut dyn FnMut(&[u8])) -> Result<Vec<f32>> {
        let file = self.iter().find(|file| file.contains(name));
        let values = file.ok_or_else(|| missing(name, &[]))?.to_f32(name)?;
        seen(bytemuck::cast_slice(&values));
        Ok(values)
    }
}

/// As [`load_as`], with [`Dtype::Auto`].
///
/// # Errors
/// As [`load_as`].
pub fn load(config: ModelConfig, tensors: &(impl TensorSource + ?Sized), device: &Device) -> Result<Loaded> {
    load_as(config, tensors, Dtype::Auto, device)
}

/// Builds a decoder from the tensors of a checkpoint. The fingerprint is of the numbers in the checkpoint, however they are
/// held in memory.
///
/// # Errors
/// [`Error::MissingTensor`], [`Error::ShapeMismatch`], [`Error::UnusedTensors`], [`Error::UnsupportedDtype`] or
/// [`Error::Integrity`], each naming the tensor.
pub fn load_as(
    config: ModelConfig,
    tensors: &(impl TensorSource + ?Sized),
    dtype: Dtype,
    device: &Device,
) -> Result<Loaded> {
    let mut reader = Reader { tensors, device, dtype, used: BTreeSet::new(), hash: Sha256::new() };
    let weights = read_weights(&config, &mut reader)?;
    let forms: BTreeSet<String> = reader.used.iter().filter_map(|name| tensors.stored_as(name)).collect();
    let stored_as = forms.into_iter().collect::<Vec<_>>().join("+");
    let mut unused = tensors.names();
    unused.retain(|name| !reader.used.contains(name) && !names::is_ignored(name, config.tied));
    if !unused.is_empty() {
        return Err(Error::UnusedTensors { tensors: unused });
    }
    let digest = reader.hash.finalize();
    let fingerprint = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(Loaded { decoder: Decoder::new(config, weights, device.clone()), fingerprint, stored_as })
}

fn read_weights<T: TensorSource + ?Sized>(c: &ModelConfig, reader: &mut Reader<'_, T>) -> Result<Weights> {
    let d = c.d_model;
    let embedding = reader.table(names::EMBEDDING, [c.vocab_size, d])?;
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
    let lm_head = if c.tied { None } else { Some(reader.table(names::LM_HEAD, [c.vocab_size, d])?) };
    Ok(Weights { embedding, layers, final_norm, lm_head })
}

fn missing(name: &str, expected: &[usize]) -> Error {
    Error::MissingTensor { tensor: name.to_owned(), expected: expected.to_vec() }
}

struct Reader<'a, T: ?Sized> {
    tensors: &'a T,
    device: &'a Device,
    /// How matrices are held.
    dtype: Dtype,
    used: BTreeSet<String>,
    hash: Sha256,
}

impl<T: TensorSource + ?Sized> Reader<'_, T> {
    /// Checks that there is such a tensor.
    fn check(&mut self, name: &str, expected: &[usize]) -> Result<()> {
        let found = self.tensors.shape(name);
        let found = found.ok_or_else(|| missing(name, expected))?;
        if found != expected {
            return Err(Error::ShapeMismatch { tensor: name.into(), expected: expected.to_vec(), found });
        }
        self.used.insert(name.to_owned());
        self.hash.update(name.as_bytes());
        for size in expected {
            self.hash.update((*size as u64).to_le_bytes());
        }
        Ok(())
    }

    fn values(&mut self, name: &str, expected: &[usize]) -> Result<Vec<f32>> {
        self.check(name, expected)?;
        if !self.tensors.is_quantized(name) {
            return self.tensors.to_f32(name, &mut |bytes| self.hash.update(bytes));
        }
        self.seen(|tensors, see| tensors.to_f32(name, see))
    }

    /// Reads a tensor of few bits. Its bytes, of which there are many, have a digest of their own, of a kind that is fast in a tab.
    fn seen<V>(&mut self, read: impl FnOnce(&T, &mut dyn FnMut(&[u8])) -> Result<V>) -> Result<V> {
        let mut bytes = blake3::Hasher::new();
        let value = read(self.tensors, &mut |some| {
            bytes.update(some);
        })?;
        self.hash.update(bytes.finalize().as_bytes());
        Ok(value)
    }

    /// Whether a matrix of that width is held quantized.
    fn is_quantized(&self, name: &str, width: usize) -> bool {
        let as_it_is = self.dtype != Dtype::F32 && self.tensors.is_quantized(name);
        as_it_is || self.dtype.rounded().is_some() && width > 0 && width.is_multiple_of(BLOCK)
    }

    /// A matrix that [is held quantized](Self::is_quantized).
    fn quantized(&mut self, name: &str, shape: [usize; 2]) -> Result<QuantizedMatrix> {
        if let Some(storage) = self.dtype.rounded().filter(|_| !self.tensors.is_quantized(name)) {
            let values = self.values(name, &shape)?;
            let fits = || Error::Backend { reason: format!("`{name}` cannot be quantized: its rows fill no blocks") };
            return rounded(&values, shape, storage).ok_or_else(fits);
        }
        self.check(name, &shape)?;
        let matrix = self.seen(|tensors, see| tensors.quantized(name, see))?;
        matrix.ok_or_else(|| missing(name, &shape))
    }

    fn tensor(&self, values: Vec<f32>, shape: [usize; 2]) -> Matrix {
        Tensor::from_data(TensorData::new(values, shape), self.device)
    }

    fn table(&mut self, name: &str, shape: [usize; 2]) -> Result<Table> {
        if self.is_quantized(name, shape[1]) {
            let table = self.quantized(name, shape)?;
            return Ok(Table::Quantized(Quantized::new(vec![table], self.device)));
        }
        let values = self.values(name, &shape)?;
        Ok(Table::Full(self.tensor(values, shape)))
    }

    fn vector(&mut self, name: &str, len: usize) -> Result<Matrix> {
        let values = self.values(name, &[len])?;
        Ok(self.tensor(values, [1, len]))
    }

    /// The modules of a slot, transposed to `[in, out]` and put side by side.
    fn linear(&mut self, c: &ModelConfig, layer: usize, slot: Slot) -> Result<Linear> {
        let (rows, columns) = (slot.in_features(c), slot.out_features(c));
        let modules = slot.modules(c);
        let named = |module: &str| names::linear(layer, slot, module, "weight");
        let quantize = modules.iter().all(|(module, _)| self.is_quantized(&named(module), rows));
        // All shapes are known to be right before the matrix is made.
        let (mut parts, mut quantized, mut bias) = (Vec::new(), Vec::new(), Vec::new());
        for (module, width) in modules {
            if quantize {
                quantized.push(self.quantized(&named(module), [width, rows])?);
            } else {
                parts.push((self.values(&named(module), &[width, rows])?, width));
            }
            if slot.has_bias(c) {
                bias.extend(self.values(&names::linear(layer, slot, module, "bias"), &[width])?);
            }
        }
        let weight = if quantize {
            Weight::Quantized(Quantized::new(quantized, self.device))
        } else {
            Weight::Full(self.transposed(parts, [rows, columns]))
        };
        let bias = slot.has_bias(c).then(|| self.tensor(bias, [1, columns]));
        Ok(Linear { weight, bias })
    }

    /// Modules of `[width, in]` as one matrix of `[in, out]`.
    fn transposed(&self, modules: Vec<(Vec<f32>, usize)>, [rows, columns]: [usize; 2]) -> Matrix {
        let mut weight = vec![0.0; rows * columns];
        let mut offset = 0;
        for (values, width) in modules {
            for (o, row) in values.chunks_exact(rows).enumerate() {
                for (i, value) in row.iter().enumerate() {
                    weight[i * columns + offset + o] = *value;
                }
            }
            offset += width;
        }
        self.tensor(weight, [rows, columns])
    }
}
