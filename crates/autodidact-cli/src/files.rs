//! Files, with errors that name them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use autodidact::error::{Error, Result};

/// An [`Error::Io`] for that path.
pub fn io(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::Io { path: path.display().to_string(), reason: error.to_string() }
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| io(path, e))
}

/// Makes a folder with its parents.
pub fn make_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|e| io(path, e))
}

/// Writes a file whole or not at all: to a neighbour first, then renamed over the old one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part: PathBuf = path.with_file_name(name);
    fs::write(&part, bytes).map_err(|e| io(&part, e))?;
    fs::File::open(&part).and_then(|f| f.sync_all()).map_err(|e| io(&part, e))?;
    fs::rename(&part, path).map_err(|e| io(path, e))
}
