//! Safetensors files: a checked reader that decodes one tensor at a time, and a writer whose output is the same
//! bytes for the same tensors.
//!
//! Format: <https://huggingface.co/docs/safetensors>. Nothing here knows the compute backend.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use half::{bf16, f16};
pub use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use serde_json::{Map, Value, json};

use super::{FloatType, bytes::FileBytes};
use crate::error::{Error, Result};

/// Bytes of the header's length, at the start of a file.
const LENGTH_BYTES: usize = 8;
/// Largest header accepted or written, in bytes. Checkpoints of a few hundred tensors need some 50 kB.
pub const MAX_HEADER_BYTES: usize = 16 << 20;
/// Name in error messages.
const WHAT: &str = "the safetensors file";

/// A tensor in host memory.
#[derive(Debug, Clone, PartialEq)]
pub struct HostTensor {
    /// Sizes, outermost first.
    pub shape: Vec<usize>,
    /// Elements, row-major; as many as the product of `shape`.
    pub data: Vec<f32>,
}

impl HostTensor {
    /// A tensor of that shape.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when `data` is not as long as the product of `shape`.
    pub fn new(shape: Vec<usize>, data: Vec<f32>) -> Result<Self> {
        if elements(&shape) != Some(data.len()) {
            return Err(Error::invalid("tensor", format!("shape {shape:?} does not hold {} elements", data.len())));
        }
        Ok(Self { shape, data })
    }
}

/// All that a file holds, decoded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HostFile {
    /// Tensors by name.
    pub tensors: BTreeMap<String, HostTensor>,
    /// The file's `__metadata__`.
    pub metadata: BTreeMap<String, String>,
}

/// The header of a file, checked against the file's length.
#[derive(Debug, Clone)]
struct Header {
    tensors: Metadata,
    metadata: BTreeMap<String, String>,
    /// Where the data begin.
    data: u64,
}

impl Header {
    /// `beginning`: the file as far as its header goes, or farther. `len`: bytes of the file.
    fn parse(beginning: &[u8], len: u64) -> Result<Self> {
        let length = header_length(beginning, len)?;
        let header = beginning.get(LENGTH_BYTES..LENGTH_BYTES + length);
        let header = header.ok_or_else(|| integrity("it ends before its data"))?;
        let text = std::str::from_utf8(header).map_err(|error| integrity(error.to_string()))?;
        let tensors: Metadata = serde_json::from_str(text).map_err(|error| integrity(error.to_string()))?;
        let data = (LENGTH_BYTES + length) as u64;
        if tensors.data_len() as u64 != len - data {
            return Err(integrity(format!("it holds {} bytes of data, not {}", len - data, tensors.data_len())));
        }
        let metadata = tensors.metadata().iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
        Ok(Self { tensors, metadata, data })
    }

    /// A tensor, and where its bytes are in the file.
    fn find(&self, name: &str) -> Result<(&TensorInfo, Range<u64>)> {
        let missing = || Error::MissingTensor { tensor: name.to_owned(), expected: Vec::new() };
        let info = self.tensors.info(name).ok_or_else(missing)?;
        let (start, end) = info.data_offsets;
        Ok((info, self.data + start as u64..self.data + end as u64))
    }
}

/// An open file: its header is checked against its length, its tensors are read and decoded when asked for.
#[derive(Debug, Clone)]
pub struct SafetensorsFile {
    header: Header,
    bytes: FileBytes,
}

impl SafetensorsFile {
    /// A file in memory; see [`SafetensorsFile::open`].
    ///
    /// # Errors
    /// As there.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        Self::open(bytes.to_vec().into())
    }

    /// Reads and checks the header: its length, that every tensor's bytes lie in the file, fit its shape and element
    /// type, and that together they cover the file without gap or overlap. Reads no tensor.
    ///
    /// # Errors
    /// [`Error::Integrity`] for a truncated or hostile file, and errors of the file.
    pub fn open(bytes: FileBytes) -> Result<Self> {
        let length = header_length(&bytes.beginning(LENGTH_BYTES)?, bytes.len())?;
        let header = Header::parse(&bytes.beginning(LENGTH_BYTES + length)?, bytes.len())?;
        Ok(Self { header, bytes })
    }

    /// Names of the tensors, in the order of their bytes.
    pub fn names(&self) -> Vec<String> {
        self.header.tensors.offset_keys()
    }

    /// The file's `__metadata__`; empty when it has none.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.header.metadata
    }

    /// True when the file holds a tensor of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.header.tensors.info(name).is_some()
    }

    /// Shape of a tensor, outermost size first; `None` when the file has no such tensor.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.header.tensors.info(name).map(|info| info.shape.as_slice())
    }

    /// Element type of a tensor, whether it can be decoded or not; `None` when the file has no such tensor.
    pub fn dtype(&self, name: &str) -> Option<Dtype> {
        self.header.tensors.info(name).map(|info| info.dtype)
    }

    /// The tensor's bytes as they are in the file: row-major, little-endian.
    ///
    /// # Errors
    /// [`Error::MissingTensor`] when the file has no such tensor; errors of the file.
    pub fn bytes(&self, name: &str) -> Result<Cow<'_, [u8]>> {
        self.bytes.read(self.header.find(name)?.1)
    }

    /// Decodes one tensor to f32, row-major. F16 and BF16 widen exactly.
    ///
    /// # Errors
    /// [`Error::MissingTensor`] when the file has no such tensor, [`Error::UnsupportedDtype`] when its elements are
    /// neither F32, F16 nor BF16; errors of the file.
    pub fn to_f32(&self, name: &str) -> Result<Vec<f32>> {
        let (info, range) = self.header.find(name)?;
        if !matches!(info.dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16) {
            return Err(Error::UnsupportedDtype { tensor: name.to_owned(), found: info.dtype.to_string() });
        }
        let bytes = self.bytes.read(range)?;
        Ok(match info.dtype {
            Dtype::F16 => bytes.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
            Dtype::BF16 => bytes.as_chunks::<2>().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
            _ => bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        })
    }

    /// Decodes one tensor with its shape; errors as in [`Self::to_f32`].
    pub fn to_host(&self, name: &str) -> Result<HostTensor> {
        HostTensor::new(self.header.find(name)?.0.shape.clone(), self.to_f32(name)?)
    }
}

/// Decodes every tensor of a file.
///
/// # Errors
/// [`Error::Integrity`] for a truncated or hostile file, [`Error::UnsupportedDtype`] for a tensor whose elements are
/// neither F32, F16 nor BF16.
pub fn read(bytes: &[u8]) -> Result<HostFile> {
    let file = SafetensorsFile::parse(bytes)?;
    let tensors = file.names().into_iter().map(|name| file.to_host(&name).map(|tensor| (name, tensor)));
    Ok(HostFile { tensors: tensors.collect::<Result<_>>()?, metadata: file.metadata().clone() })
}

/// Writes tensors as F32 with the file-level `metadata`. The same input gives the same bytes: names are sorted.
///
/// # Errors
/// [`Error::InvalidInput`] when a tensor's data do not fit its shape, a tensor is named `__metadata__`, or the header
/// would pass [`MAX_HEADER_BYTES`].
pub fn write(tensors: &BTreeMap<String, HostTensor>, metadata: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    write_as(tensors, metadata, FloatType::F32)
}

/// As [`write`], with elements of that type.
///
/// # Errors
/// As [`write`], and [`Error::InvalidInput`] for a number that the type cannot hold.
pub fn write_as(
    tensors: &BTreeMap<String, HostTensor>,
    metadata: &BTreeMap<String, String>,
    dtype: FloatType,
) -> Result<Vec<u8>> {
    let mut header = Map::new();
    if !metadata.is_empty() {
        header.insert("__metadata__".to_owned(), json!(metadata));
    }
    let mut offset = 0;
    for (name, tensor) in tensors {
        if elements(&tensor.shape) != Some(tensor.data.len()) || name == "__metadata__" {
            let reason = format!("shape {:?} with {} elements cannot be written", tensor.shape, tensor.data.len());
            return Err(Error::invalid(format!("tensor `{name}`"), reason));
        }
        let end = offset + dtype.bytes() * tensor.data.len();
        let entry = json!({"dtype": dtype.name(), "shape": tensor.shape, "data_offsets": [offset, end]});
        header.insert(name.clone(), entry);
        offset = end;
    }
    let mut header = Value::Object(header).to_string();
    // The data start at a multiple of eight, as the format advises.
    header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    if header.len() > MAX_HEADER_BYTES {
        return Err(Error::invalid("tensors", format!("the header is longer than {MAX_HEADER_BYTES} bytes")));
    }
    let mut bytes = Vec::with_capacity(LENGTH_BYTES + header.len() + offset);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header.as_bytes());
    for (name, tensor) in tensors {
        dtype.append(&mut bytes, name, &tensor.data)?;
    }
    Ok(bytes)
}

/// Length of the JSON header in bytes, checked against the file's length and [`MAX_HEADER_BYTES`].
fn header_length(bytes: &[u8], len: u64) -> Result<usize> {
    let length = bytes.first_chunk::<LENGTH_BYTES>().ok_or_else(|| integrity("it is shorter than 8 bytes"))?;
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    if length > MAX_HEADER_BYTES {
        return Err(integrity(format!("its header claims more than {MAX_HEADER_BYTES} bytes")));
    }
    if length as u64 > len.saturating_sub(LENGTH_BYTES as u64) {
        return Err(integrity(format!("its header claims {length} bytes and the file has {len} in all")));
    }
    Ok(length)
}

fn elements(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size))
}

fn integrity(reason: impl Into<String>) -> Error {
    Error::Integrity { what: WHAT.to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests;
