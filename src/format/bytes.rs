//! The bytes of a file that is too large to be read at once.

use std::{borrow::Cow, fmt::Debug, ops::Range, rc::Rc};

use crate::error::{Error, Result};

/// Something with bytes of which any range can be read.
pub trait ReadAt: Debug {
    /// Bytes in all.
    fn len(&self) -> u64;

    /// True when there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a range, all of them.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Integrity`] for a range behind the end.
    fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>>;

    /// Takes back what was read, so that the next reading can use its memory.
    fn recycle(&self, _bytes: Vec<u8>) {}
}

/// The bytes of a file: in memory, on disk, or wherever a [`ReadAt`] has them. Clones share them.
#[derive(Debug, Clone)]
pub struct FileBytes(Rc<dyn ReadAt>);

impl FileBytes {
    /// Bytes that are read somewhere else.
    pub fn new(bytes: impl ReadAt + 'static) -> Self {
        Self(Rc::new(bytes))
    }

    /// A file on disk, which is read when a range is asked for.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be opened.
    #[cfg(not(target_family = "wasm"))]
    pub fn open(path: &std::path::Path) -> Result<Self> {
        on_disk::OnDisk::open(path).map(Self::new)
    }

    /// Bytes in all.
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes of a range, all of them.
    ///
    /// # Errors
    /// [`Error::Io`] where they cannot be read, [`Error::Integrity`] for a range behind the end.
    pub fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>> {
        let bytes = self.0.read(range.clone())?;
        if bytes.len() as u64 == range.end.saturating_sub(range.start) { Ok(bytes) } else { Err(short(&range)) }
    }

    /// Takes back what was read, so that the next reading can use its memory. Between matrices that stay, a buffer that comes and goes
    /// leaves holes.
    pub fn recycle(&self, bytes: Cow<'_, [u8]>) {
        if let Cow::Owned(bytes) = bytes {
            self.0.recycle(bytes);
        }
    }

    /// The first bytes, `most` or as many as there are.
    ///
    /// # Errors
    /// As [`FileBytes::read`].
    pub fn beginning(&self, most: usize) -> Result<Cow<'_, [u8]>> {
        self.read(0..self.len().min(most as u64))
    }

    /// All bytes.
    ///
    /// # Errors
    /// As [`FileBytes::read`].
    pub fn all(&self) -> Result<Cow<'_, [u8]>> {
        self.read(0..self.len())
    }
}

impl From<Vec<u8>> for FileBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl ReadAt for Vec<u8> {
    fn len(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>> {
        let place = |at: u64| usize::try_from(at).ok();
        let bytes = place(range.start).zip(place(range.end)).and_then(|(start, end)| self.get(start..end));
        bytes.map(Cow::Borrowed).ok_or_else(|| short(&range))
    }
}

fn short(range: &Range<u64>) -> Error {
    let reason = format!("it ends before byte {}; download it again", range.end);
    Error::Integrity { what: "the file of the weights".to_owned(), reason }
}

#[cfg(not(target_family = "wasm"))]
mod on_disk {
    use std::{
        borrow::Cow,
        cell::RefCell,
        fs::File,
        io::{Read, Seek, SeekFrom},
        ops::Range,
        path::{Path, PathBuf},
    };

    use super::ReadAt;
    use crate::error::{Error, Result};

    #[derive(Debug)]
    pub(super) struct OnDisk {
        file: RefCell<File>,
        path: PathBuf,
        len: u64,
    }

    impl OnDisk {
        pub(super) fn open(path: &Path) -> Result<Self> {
            let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
            let (len, file) = opened.map_err(|error| failure(path, &error))?;
            Ok(Self { file: RefCell::new(file), path: path.to_owned(), len })
        }
    }

    impl ReadAt for OnDisk {
        fn len(&self) -> u64 {
            self.len
        }

        fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>> {
            if range.end > self.len || range.start > range.end {
                return Err(super::short(&range));
            }
            let failure = |error| failure(&self.path, &error);
            let mut bytes = vec![0; usize::try_from(range.end - range.start).map_err(|_| super::short(&range))?];
            let mut file = self.file.borrow_mut();
            file.seek(SeekFrom::Start(range.start)).map_err(failure)?;
            file.read_exact(&mut bytes).map_err(failure)?;
            Ok(Cow::Owned(bytes))
        }
    }

    fn failure(path: &Path, error: &std::io::Error) -> Error {
        Error::Io { path: path.display().to_string(), reason: error.to_string() }
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_the_same_from_memory_and_from_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers");
        let bytes: Vec<u8> = (0..100).collect();
        std::fs::write(&path, &bytes).unwrap();
        for file in [FileBytes::from(bytes.clone()), FileBytes::open(&path).unwrap()] {
            assert_eq!(file.len(), 100);
            assert_eq!(*file.read(7..12).unwrap(), bytes[7..12]);
            assert_eq!(*file.beginning(1000).unwrap(), bytes);
            assert_eq!(*file.all().unwrap(), bytes);
            assert!(file.read(5..5).unwrap().is_empty());
            for beyond in [90..101, 200..210, 0..u64::MAX] {
                assert_eq!(file.read(beyond).unwrap_err().code(), "IntegrityError");
            }
        }
        assert_eq!(FileBytes::open(&folder.path().join("none")).unwrap_err().code(), "IoError");
    }
}
