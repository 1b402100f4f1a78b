//! GGUF files as bytes: a checked reader of the header, and tensors that are decoded one at a time.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 2 and 3, little-endian. Nothing here knows the compute
//! backend.

mod blocks;
mod cursor;
mod value;
mod write;

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

pub use blocks::{BlockType, Quants};
pub use value::MetaValue;
pub use write::{Entry, EntryValue, write};

use self::cursor::Cursor;
use crate::{
    error::{Error, Result},
    format::bytes::FileBytes,
};

/// First bytes of a file.
pub const MAGIC: &[u8; 4] = b"GGUF";
/// Largest header accepted, in bytes: vocabularies of 256,000 tokens with their merges need some 12 MB.
pub const MAX_HEADER_BYTES: usize = 64 << 20;
/// Bytes of the first attempt to read a header; each further one reads four times as many.
const FIRST_BYTES: usize = 2 << 20;
/// Most dimensions of a tensor.
const MAX_DIMENSIONS: u32 = 4;
/// Most tensors and most metadata entries. Each takes more bytes than one, so that no count asks for more memory than the file has.
const MAX_ENTRIES: u64 = 1 << 20;
/// Alignment of the data where the file names none, in bytes.
const ALIGNMENT: usize = 32;

/// A tensor of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Sizes, outermost first: the reverse of their order in the file.
    pub shape: Vec<usize>,
    /// How its elements are stored.
    pub blocks: BlockType,
    /// Where its bytes begin, from the beginning of the file.
    start: u64,
    /// How many bytes it has.
    bytes: u64,
}

impl TensorInfo {
    /// Number of elements.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }
}

/// An open file: its header is checked against its length, its tensors are read when asked for.
#[derive(Debug, Clone)]
pub struct GgufFile {
    /// Key to value.
    pub metadata: BTreeMap<String, MetaValue>,
    tensors: BTreeMap<String, TensorInfo>,
    bytes: FileBytes,
}

impl GgufFile {
    /// A file in memory; see [`GgufFile::open`].
    ///
    /// # Errors
    /// As there.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        Self::open(bytes.to_vec().into())
    }

    /// Reads and checks the header: that every length, count and offset lies in the file, that every type is known, and that no two tensors
    /// overlap. Reads no tensor.
    ///
    /// # Errors
    /// [`Error::Integrity`] for a truncated or hostile file, or another version; [`Error::UnsupportedDtype`] for a tensor of a type that
    /// is not read; errors of the file.
    pub fn open(bytes: FileBytes) -> Result<Self> {
        let mut most = FIRST_BYTES;
        loop {
            let beginning = bytes.beginning(most)?;
            let is_all = beginning.len() as u64 == bytes.len() || most >= MAX_HEADER_BYTES;
            let mut cursor = Cursor::new(&beginning, MAX_HEADER_BYTES);
            let read = Header::read(&mut cursor, bytes.len());
            if !is_all && cursor.is_short() {
                most = (4 * most).min(MAX_HEADER_BYTES);
                continue;
            }
            let Header { metadata, tensors } = read?;
            drop(beginning);
            return Ok(Self { metadata, tensors, bytes });
        }
    }

    /// Names of the tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// A tensor; `None` when the file has none of that name.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.tensors.get(name)
    }

    /// The tensor's bytes as they are in the file.
    ///
    /// # Errors
    /// [`Error::MissingTensor`] when the file has no such tensor; errors of the file.
    pub fn bytes(&self, name: &str) -> Result<Cow<'_, [u8]>> {
        let info = self.find(name)?;
        self.bytes.read(info.start..info.start + info.bytes)
    }

    /// The bytes of some rows of a tensor with two sizes.
    ///
    /// # Errors
    /// As [`GgufFile::bytes`]; [`Error::Integrity`] for rows that the tensor does not have.
    pub fn bytes_of_rows(&self, name: &str, rows: Range<usize>) -> Result<Cow<'_, [u8]>> {
        let info = self.find(name)?;
        let count = info.shape.first().copied().unwrap_or_default();
        if rows.start > rows.end || rows.end > count {
            return Err(damaged(format!("tensor `{name}` has {count} rows, and rows {rows:?} were asked for")));
        }
        let width = info.bytes / count.max(1) as u64;
        self.bytes.read(info.start + rows.start as u64 * width..info.start + rows.end as u64 * width)
    }

    /// Takes back the bytes of a tensor; see [`FileBytes::recycle`].
    pub fn recycle(&self, bytes: Cow<'_, [u8]>) {
        self.bytes.recycle(bytes);
    }

    /// Decodes one tensor to f32, row-major.
    ///
    /// # Errors
    /// As [`GgufFile::bytes`].
    pub fn to_f32(&self, name: &str) -> Result<Vec<f32>> {
        Ok(self.find(name)?.blocks.dequantize(&self.bytes(name)?))
    }

    fn find(&self, name: &str) -> Result<&TensorInfo> {
        self.tensor(name).ok_or_else(|| Error::MissingTensor { tensor: name.to_owned(), expected: Vec::new() })
    }
}

/// What stands before the tensors.
struct Header {
    metadata: BTreeMap<String, MetaValue>,
    tensors: BTreeMap<String, TensorInfo>,
}

impl Header {
    /// `end`: the length of the file.
    fn read(cursor: &mut Cursor<'_>, end: u64) -> Result<Self> {
        if cursor.take(MAGIC.len())? != MAGIC {
            return Err(damaged("it does not begin with `GGUF`"));
        }
        let version = cursor.u32()?;
        if !matches!(version, 2 | 3) {
            let reason = format!("it is of version {version}; versions 2 and 3 are read (little-endian)");
            return Err(damaged(reason));
        }
        let (tensors, entries) =
            (cursor.count(MAX_ENTRIES, "tensors")?, cursor.count(MAX_ENTRIES, "metadata entries")?);
        let mut metadata = BTreeMap::new();
        for _ in 0..entries {
            let key = cursor.string()?;
            let value = MetaValue::read(cursor)?;
            if metadata.insert(key.clone(), value).is_some() {
                return Err(damaged(format!("it has the key `{key}` twice")));
            }
        }
        let infos: Vec<Listed> = (0..tensors).map(|_| Listed::read(cursor)).collect::<Result<_>>()?;
        let alignment = match metadata.get("general.alignment") {
            None => ALIGNMENT,
            Some(value) => value
                .as_usize()
                .filter(|a| a.is_power_of_two() && *a <= 1 << 16)
                .ok_or_else(|| damaged("`general.alignment` is not a power of two up to 65,536"))?,
        };
        let data = cursor.at().checked_next_multiple_of(alignment).ok_or_else(|| damaged("its header is too long"))?;
        let tensors = placed(infos, Place { data: data as u64, alignment: alignment as u64, end })?;
        Ok(Self { metadata, tensors })
    }
}

/// A tensor as the header lists it.
struct Listed {
    name: String,
    shape: Vec<usize>,
    blocks: BlockType,
    offset: u64,
    bytes: u64,
}

impl Listed {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self> {
        let name = cursor.string()?;
        let dimensions = cursor.u32()?;
        if dimensions == 0 || dimensions > MAX_DIMENSIONS {
            return Err(damaged(format!(
                "tensor `{name}` has {dimensions} dimensions; 1 to {MAX_DIMENSIONS} are possible"
            )));
        }
        let sizes: Vec<u64> = (0..dimensions).map(|_| cursor.u64()).collect::<Result<_>>()?;
        let kind = cursor.u32()?;
        let offset = cursor.u64()?;
        let blocks = BlockType::of(kind).map_err(|found| Error::UnsupportedDtype { tensor: name.clone(), found })?;
        let wrong = |reason: &str| damaged(format!("tensor `{name}` of shape {sizes:?}: {reason}"));
        let mut shape: Vec<usize> =
            sizes.iter().filter_map(|size| usize::try_from(*size).ok().filter(|s| *s > 0)).collect();
        if shape.len() != sizes.len() {
            return Err(wrong("a size is 0 or too large"));
        }
        shape.reverse();
        let elements = shape
            .iter()
            .try_fold(1_usize, |all, size| all.checked_mul(*size))
            .ok_or_else(|| wrong("it is too large"))?;
        let row = shape.last().copied().unwrap_or_default();
        if !row.is_multiple_of(blocks.elements()) {
            return Err(wrong(&format!(
                "its rows are no multiple of the {} elements of a block of {}",
                blocks.elements(),
                blocks.name()
            )));
        }
        let bytes = ((elements / blocks.elements()) as u64).checked_mul(blocks.bytes() as u64);
        let bytes = bytes.ok_or_else(|| wrong("it is too large"))?;
        Ok(Self { name, shape, blocks, offset, bytes })
    }
}

/// Where tensors can lie in a file.
struct Place {
    /// First byte behind the header.
    data: u64,
    /// Each tensor begins at a multiple of this.
    alignment: u64,
    /// Length of the file.
    end: u64,
}

fn placed(listed: Vec<Listed>, Place { data, alignment, end }: Place) -> Result<BTreeMap<String, TensorInfo>> {
    let mut tensors = BTreeMap::new();
    let mut spans = Vec::with_capacity(listed.len());
    for Listed { name, shape, blocks, offset, bytes } in listed {
        let start = data.checked_add(offset).filter(|_| offset.is_multiple_of(alignment));
        let start = start.ok_or_else(|| damaged(format!("the offset {offset} of tensor `{name}` is not aligned")))?;
        let stop = start.checked_add(bytes).filter(|stop| *stop <= end);
        let stop =
            stop.ok_or_else(|| damaged(format!("tensor `{name}` ends behind the end of the file; download it again")))?;
        spans.push((start, stop));
        if tensors.insert(name.clone(), TensorInfo { shape, blocks, start, bytes }).is_some() {
            return Err(damaged(format!("it has the tensor `{name}` twice")));
        }
    }
    spans.sort_unstable();
    if spans.windows(2).any(|pair| matches!(pair, [(_, stop), (start, _)] if stop > start)) {
        return Err(damaged("two of its tensors overlap"));
    }
    Ok(tensors)
}

pub(super) fn damaged(reason: impl Into<String>) -> Error {
    Error::Integrity { what: "the GGUF file".to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests;
