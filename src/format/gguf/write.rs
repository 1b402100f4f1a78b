//! GGUF files of plain numbers, version 3.

use std::collections::BTreeMap;

use super::{ALIGNMENT, MAGIC, MAX_DIMENSIONS};
use crate::{
    error::{Error, Result},
    format::{FloatType, safetensors::HostTensor},
};

/// Longest name of a tensor that ggml reads, in bytes.
const MAX_NAME_BYTES: usize = 63;

/// A value of the metadata.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EntryValue<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number of 32 bits.
    U32(u32),
    /// A float of 32 bits.
    F32(f32),
    /// Whole numbers of 32 bits.
    U32s(&'a [u32]),
}

/// An entry of the metadata.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry<'a> {
    /// Its name, such as `general.architecture`; no two entries share one.
    pub key: &'a str,
    /// What it says.
    pub value: EntryValue<'a>,
}

/// Writes tensors in the order of their names, with elements of that type, behind the metadata in their order. The same input gives the
/// same bytes.
///
/// # Errors
/// [`Error::InvalidInput`] for a tensor that the format cannot hold: its data do not fit its shape, it has no dimension, more than four,
/// or one of size 0, its name is longer than 63 bytes, or a number is outside of the type.
pub fn write(metadata: &[Entry<'_>], tensors: &BTreeMap<String, HostTensor>, dtype: FloatType) -> Result<Vec<u8>> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend((tensors.len() as u64).to_le_bytes());
    bytes.extend((metadata.len() as u64).to_le_bytes());
    for entry in metadata {
        append_entry(&mut bytes, *entry);
    }
    let mut offset = 0;
    for (name, tensor) in tensors {
        check(name, tensor)?;
        append_text(&mut bytes, name);
        bytes.extend((tensor.shape.len() as u32).to_le_bytes());
        // Innermost first.
        bytes.extend(tensor.shape.iter().rev().flat_map(|size| (*size as u64).to_le_bytes()));
        bytes.extend(kind(dtype).to_le_bytes());
        bytes.extend((offset as u64).to_le_bytes());
        offset += (tensor.data.len() * dtype.bytes()).next_multiple_of(ALIGNMENT);
    }
    pad(&mut bytes);
    bytes.reserve_exact(offset);
    for (name, tensor) in tensors {
        dtype.append(&mut bytes, name, &tensor.data)?;
        pad(&mut bytes);
    }
    Ok(bytes)
}

fn check(name: &str, tensor: &HostTensor) -> Result<()> {
    let HostTensor { shape, data } = tensor;
    let wrong = |reason: String| Err(Error::invalid(format!("tensor `{name}`"), reason));
    if shape.is_empty() || shape.len() > MAX_DIMENSIONS as usize || data.is_empty() {
        return wrong(format!("shape {shape:?} does not have 1 to {MAX_DIMENSIONS} sizes of 1 or more"));
    }
    if shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size)) != Some(data.len()) {
        return wrong(format!("shape {shape:?} does not hold {} elements", data.len()));
    }
    if name.len() > MAX_NAME_BYTES {
        return wrong(format!("the name is longer than {MAX_NAME_BYTES} bytes"));
    }
    Ok(())
}

/// The number of the type among those of ggml.
fn kind(dtype: FloatType) -> u32 {
    match dtype {
        FloatType::F32 => 0,
        FloatType::F16 => 1,
    }
}

fn append_entry(bytes: &mut Vec<u8>, entry: Entry<'_>) {
    append_text(bytes, entry.key);
    match entry.value {
        EntryValue::U32(number) => {
            bytes.extend(4_u32.to_le_bytes());
            bytes.extend(number.to_le_bytes());
        }
        EntryValue::F32(number) => {
            bytes.extend(6_u32.to_le_bytes());
            bytes.extend(number.to_le_bytes());
        }
        EntryValue::Text(text) => {
            bytes.extend(8_u32.to_le_bytes());
            append_text(bytes, text);
        }
        EntryValue::U32s(numbers) => {
            bytes.extend(9_u32.to_le_bytes());
            bytes.extend(4_u32.to_le_bytes());
            bytes.extend((numbers.len() as u64).to_le_bytes());
            bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        }
    }
}

fn append_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::gguf::{BlockType, GgufFile, MetaValue};

    fn tensor(shape: &[usize], data: &[f32]) -> HostTensor {
        HostTensor { shape: shape.to_vec(), data: data.to_vec() }
    }

    #[test]
    fn the_reader_finds_what_was_written() {
        let metadata = [
            Entry { key: "general.architecture", value: EntryValue::Text("llama") },
            Entry { key: "some.number", value: EntryValue::U32(7) },
            Entry { key: "some.float", value: EntryValue::F32(16.5) },
            Entry { key: "some.numbers", value: EntryValue::U32s(&[3, 4_000_000_000]) },
            Entry { key: "none.at.all", value: EntryValue::U32s(&[]) },
        ];
        let tensors = BTreeMap::from([
            ("wide".to_owned(), tensor(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.5])),
            ("flat".to_owned(), tensor(&[1], &[-0.25])),
            ("deep".to_owned(), tensor(&[1, 2, 1, 9], &[0.5; 18])),
        ]);
        for (dtype, blocks) in [(FloatType::F32, BlockType::F32), (FloatType::F16, BlockType::F16)] {
            let bytes = write(&metadata, &tensors, dtype).unwrap();
            assert_eq!(bytes.len() % ALIGNMENT, 0);
            let file = GgufFile::parse(&bytes).unwrap();
            assert_eq!(file.metadata.len(), 5);
            assert_eq!(file.metadata["general.architecture"].as_str(), Some("llama"));
            assert_eq!(file.metadata["some.number"], MetaValue::Integer(7));
            assert_eq!(file.metadata["some.float"].as_f64(), Some(16.5));
            assert_eq!(file.metadata["some.numbers"].as_integers(), Some(&[3, 4_000_000_000][..]));
            assert_eq!(file.metadata["none.at.all"].as_integers(), Some(&[][..]));
            assert_eq!(file.names().collect::<Vec<_>>(), ["deep", "flat", "wide"]);
            for (name, HostTensor { shape, data }) in &tensors {
                assert_eq!(&file.tensor(name).unwrap().shape, shape);
                assert_eq!(file.tensor(name).unwrap().blocks, blocks);
                assert_eq!(&file.to_f32(name).unwrap(), data);
            }
            assert_eq!(write(&metadata, &tensors, dtype).unwrap(), bytes);
        }
        assert_eq!(GgufFile::parse(&write(&[], &BTreeMap::new(), FloatType::F32).unwrap()).unwrap().names().count(), 0);
    }

    #[test]
    fn what_the_format_cannot_hold_is_refused() {
        let long = "x".repeat(MAX_NAME_BYTES + 1);
        let cases = [
            ("t", tensor(&[2, 3], &[0.0; 5]), "5 elements"),
            ("t", tensor(&[], &[0.0]), "1 to 4 sizes"),
            ("t", tensor(&[0, 2], &[]), "1 to 4 sizes"),
            ("t", tensor(&[1; 5], &[0.0]), "1 to 4 sizes"),
            ("t", tensor(&[usize::MAX, 2], &[0.0]), "1 elements"),
            (&long, tensor(&[1], &[0.0]), "63 bytes"),
            ("t", tensor(&[1], &[1e6]), "f32"),
        ];
        for (name, tensor, reason) in cases {
            let error = write(&[], &BTreeMap::from([(name.to_owned(), tensor)]), FloatType::F16).unwrap_err();
            assert!(error.code() == "InvalidInput" && error.to_string().contains(reason), "{error}");
        }
    }
}
