//! Numbers and strings of a header, none of them read past its end.

use super::damaged;
use crate::error::Result;

/// A place in the bytes of a file.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    is_short: bool,
}

impl<'a> Cursor<'a> {
    /// At the beginning of a file, of which at most `limit` bytes are header.
    pub(super) fn new(bytes: &'a [u8], limit: usize) -> Self {
        Self { bytes: bytes.get(..limit).unwrap_or(bytes), at: 0, is_short: false }
    }

    /// Bytes that were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// True once more was asked for than there is.
    pub(super) fn is_short(&self) -> bool {
        self.is_short
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        self.is_short |= taken.is_none();
        let taken = taken.ok_or_else(|| damaged("its header ends too early; download it again"))?;
        self.at += count;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let bytes = self.take(N)?;
        bytes.first_chunk::<N>().copied().ok_or_else(|| damaged("its header ends too early; download it again"))
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// How many of something follow, each of which takes a byte at least.
    pub(super) fn count(&mut self, most: u64, of: &str) -> Result<usize> {
        let count = self.u64()?;
        let found = usize::try_from(count).ok().filter(|_| count <= most);
        found.ok_or_else(|| damaged(format!("it claims {count} {of}")))
    }

    /// How many elements follow, each of which takes a byte at least.
    pub(super) fn elements(&mut self) -> Result<usize> {
        let count = self.count(u64::MAX, "elements of an array")?;
        self.is_short |= count > self.left();
        if count > self.left() { Err(damaged(format!("it claims {count} elements of an array"))) } else { Ok(count) }
    }

    /// UTF-8 behind its length; other bytes become U+FFFD.
    pub(super) fn string(&mut self) -> Result<String> {
        let length = self.u64()?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }
}
