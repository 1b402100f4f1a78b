//! Reading and writing files, with errors that name the path.

use std::{
    fs,
    path::{Path, PathBuf},
};

use autodidact::error::{Error, Result};

/// An [`Error::Io`] for this path.
pub fn io(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::Io { path: path.display().to_string(), reason: error.to_string() }
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| io(path, e))
}

/// Creates a folder and its parents.
pub fn make_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|e| io(path, e))
}

/// Writes a file completely or not at all: first under another name, which then replaces the old file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part: PathBuf = path.with_file_name(name);
    fs::write(&part, bytes).map_err(|e| io(&part, e))?;
    fs::File::open(&part).and_then(|f| f.sync_all()).map_err(|e| io(&part, e))?;
    fs::rename(&part, path).map_err(|e| io(path, e))
}
