//! Adapters in a folder: one sub-folder each, which is a PEFT directory with one file more.
//!
//! A record is written to a hidden sibling and renamed into place. Hidden folders tell how far a put or delete came
//! when the process died: `.new-NAME` is unfinished, `.old-NAME` is what a replacement moved aside, `.del-NAME` is
//! deleted. The next [`FolderStore::open`] restores or removes them; a folder that holds anything else is none of ours, and
//! stays as it is. A lock file keeps processes off each other. The hidden folder `.lessons` has a file of JSON for each menu.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::record::check_size;
use super::{
    AdapterMeta, AdapterRecord, AdapterStore, CONFIG_FILE, Lesson, MAX_CONFIG_BYTES, MAX_LESSONS_BYTES,
    MAX_WEIGHTS_BYTES, META_FILE, WEIGHTS_FILE, lessons, sort, validate_name,
};
use crate::error::{Error, Result};

const LOCK_FILE: &str = ".lock";
const LESSONS: &str = ".lessons";
const NEW: &str = ".new-";
const OLD: &str = ".old-";
const DELETED: &str = ".del-";

/// Adapters in the sub-folders of a folder. `peft.PeftModel.from_pretrained` reads each sub-folder as it is.
#[derive(Debug)]
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// Opens the folder, makes it where it is missing, and finishes what a crash left half done.
    ///
    /// # Errors
    /// `IoError`, or `QuotaExceeded` when the disk is full.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let store = Self { root: path.as_ref().to_path_buf() };
        fs::create_dir_all(&store.root).map_err(at(&store.root))?;
        let _lock = store.lock()?;
        store.recover()?;
        Ok(store)
    }

    /// The folder of an adapter, whether it exists or not.
    ///
    /// # Errors
    /// `InvalidInput` for a bad name.
    pub fn path(&self, name: &str) -> Result<PathBuf> {
        validate_name(name)?;
        Ok(self.root.join(name))
    }

    /// Waits for other processes to finish; held until dropped.
    fn lock(&self) -> Result<File> {
        let path = self.root.join(LOCK_FILE);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(at(&path))?;
        file.lock().map_err(at(&path))?;
        Ok(file)
    }

    fn lessons_file(&self, menu: &str) -> Result<PathBuf> {
        validate_name(menu)?;
        Ok(self.root.join(LESSONS).join(format!("{menu}.json")))
    }

    fn hidden(&self, prefix: &str, name: &str) -> PathBuf {
        self.root.join(format!("{prefix}{name}"))
    }

    fn recover(&self) -> Result<()> {
        for file in self.entries()? {
            let Some((prefix, name)) = [NEW, OLD, DELETED].iter().find_map(|p| Some((*p, file.strip_prefix(p)?)))
            else {
                continue;
            };
            let path = self.root.join(&file);
            if validate_name(name).is_err() || !is_ours(&path)? {
                continue;
            }
            if prefix == OLD && !self.root.join(name).exists() {
                fs::rename(&path, self.root.join(name)).map_err(at(&path))?;
            } else {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Names of the sub-folders; those that are not text are none of ours.
    fn entries(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(at(&self.root))? {
            let entry = entry.map_err(at(&self.root))?;
            if entry.file_type().map_err(at(&entry.path()))?.is_dir() {
                names.extend(entry.file_name().into_string().ok());
            }
        }
        Ok(names)
    }

    /// The metadata of an adapter; `None` when there is none of that name.
    fn meta(&self, name: &str) -> Result<Option<AdapterMeta>> {
        let path = self.root.join(name).join(META_FILE);
        let Some(json) = read(&path, MAX_CONFIG_BYTES)? else { return Ok(None) };
        let meta = AdapterMeta::from_json(&json, &format!("adapter `{name}` ({})", path.display()))?;
        if meta.name != name {
            let reason = format!("{META_FILE} is of an adapter `{}`", meta.name);
            return Err(Error::Integrity { what: format!("adapter `{name}`"), reason });
        }
        Ok(Some(meta))
    }

    /// Writes the three files to a fresh folder and flushes them to the disk.
    fn write(folder: &Path, record: &AdapterRecord) -> Result<()> {
        let json = record.meta.to_json()?;
        fs::create_dir(folder).map_err(at(folder))?;
        for (file, bytes) in
            [(CONFIG_FILE, &record.config[..]), (WEIGHTS_FILE, &record.weights), (META_FILE, json.as_bytes())]
        {
            let path = folder.join(file);
            let written = File::create(&path).and_then(|mut f| f.write_all(bytes).and_then(|()| f.sync_all()));
            written.map_err(at(&path))?;
        }
        sync(folder);
        Ok(())
    }

    /// As [`AdapterStore::put`], by whoever holds the lock.
    fn put_locked(&self, record: &AdapterRecord) -> Result<()> {
        let name = record.meta.name.as_str();
        let (home, new, old) = (self.path(name)?, self.hidden(NEW, name), self.hidden(OLD, name));
        let replaces = home.exists();
        if replaces && !home.join(META_FILE).exists() {
            let reason =
                format!("{} is in the way and not of this store; move it or choose another name", home.display());
            return Err(Error::Storage { reason });
        }
        if replaces {
            // Where the file system ignores case, another adapter may answer to the name.
            let json = read(&home.join(META_FILE), MAX_CONFIG_BYTES)?.unwrap_or_default();
            if let Ok(other) = AdapterMeta::from_json(&json, META_FILE)
                && other.name != name
            {
                let reason = format!("this file system does not tell it from `{}`; choose another name", other.name);
                return Err(Error::invalid(format!("name `{name}`"), reason));
            }
        }
        clear(&new)?;
        if let Err(error) = Self::write(&new, record) {
            // The first error is the one to tell; the remains go at the next open at the latest.
            let _ = remove(&new);
            return Err(error);
        }
        clear(&old)?;
        if replaces {
            fs::rename(&home, &old).map_err(at(&home))?;
        }
        if let Err(error) = fs::rename(&new, &home) {
            if replaces {
                fs::rename(&old, &home).map_err(at(&old))?;
            }
            let _ = remove(&new);
            return Err(at(&home)(error));
        }
        sync(&self.root);
        // The record is in place: what stays of the old one goes at the next open.
        let _ = remove(&old);
        Ok(())
    }
}

#[async_trait(?Send)]
impl AdapterStore for FolderStore {
    async fn put(&self, record: &AdapterRecord) -> Result<()> {
        record.verify()?;
        let _lock = self.lock()?;
        self.put_locked(record)
    }

    async fn replace(&self, record: &AdapterRecord) -> Result<bool> {
        record.verify()?;
        let _lock = self.lock()?;
        if !self.path(&record.meta.name)?.join(META_FILE).exists() {
            return Ok(false);
        }
        self.put_locked(record).map(|()| true)
    }

    async fn get(&self, name: &str) -> Result<AdapterRecord> {
        let home = self.path(name)?;
        let _lock = self.lock()?;
        let meta = self.meta(name)?.ok_or_else(|| Error::AdapterNotFound { name: name.to_owned() })?;
        let file = |file: &str, limit| {
            read(&home.join(file), limit)?.ok_or_else(|| Error::Integrity {
                what: format!("adapter `{name}`"),
                reason: format!("{file} is missing"),
            })
        };
        let config = file(CONFIG_FILE, MAX_CONFIG_BYTES)?;
        let weights = file(WEIGHTS_FILE, MAX_WEIGHTS_BYTES)?;
        let record = AdapterRecord { meta, config, weights };
        record.verify()?;
        Ok(record)
    }

    async fn list(&self) -> Result<Vec<AdapterMeta>> {
        let _lock = self.lock()?;
        let names = self.entries()?.into_iter().filter(|name| validate_name(name).is_ok());
        // A folder without our metadata is not ours.
        let mut list = names.filter_map(|name| self.meta(&name).transpose()).collect::<Result<Vec<_>>>()?;
        sort(&mut list);
        Ok(list)
    }

    async fn lessons(&self, menu: &str) -> Result<Vec<Lesson>> {
        let path = self.lessons_file(menu)?;
        let _lock = self.lock()?;
        match read(&path, MAX_LESSONS_BYTES)? {
            Some(json) => lessons::from_json(&json, &format!("lessons ({})", path.display())),
            None => Ok(Vec::new()),
        }
    }

    async fn put_lessons(&self, menu: &str, lessons: &[Lesson]) -> Result<()> {
        let (path, json) = (self.lessons_file(menu)?, lessons::to_json(lessons)?);
        let folder = self.root.join(LESSONS);
        let _lock = self.lock()?;
        if lessons.is_empty() {
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != ErrorKind::NotFound
            {
                return Err(at(&path)(error));
            }
            // It stays where other menus have lessons.
            let _ = fs::remove_dir(&folder);
            return Ok(());
        }
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        // Only here is this name used, by whoever holds the lock: what a crash left under it is overwritten.
        let new = folder.join(".new");
        let written = File::create(&new).and_then(|mut f| f.write_all(json.as_bytes()).and_then(|()| f.sync_all()));
        written.map_err(at(&new))?;
        fs::rename(&new, &path).map_err(at(&path))?;
        sync(&folder);
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<()> {
        let home = self.path(name)?;
        let _lock = self.lock()?;
        if !home.join(META_FILE).exists() {
            return Err(Error::AdapterNotFound { name: name.to_owned() });
        }
        let deleted = self.hidden(DELETED, name);
        clear(&deleted)?;
        fs::rename(&home, &deleted).map_err(at(&home))?;
        sync(&self.root);
        // Deleted it is; what stays on the disk goes at the next open.
        let _ = remove(&deleted);
        Ok(())
    }
}

/// The file's bytes; `None` when it is missing.
fn read(path: &Path, limit: usize) -> Result<Option<Vec<u8>>> {
    let len = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path)(error)),
    };
    check_size(&path.display().to_string(), usize::try_from(len).unwrap_or(usize::MAX), limit)?;
    fs::read(path).map(Some).map_err(at(path))
}

/// Whether a folder holds nothing but files of an adapter.
fn is_ours(folder: &Path) -> Result<bool> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let name = entry.map_err(at(folder))?.file_name();
        if ![CONFIG_FILE, WEIGHTS_FILE, META_FILE].iter().any(|file| name == *file) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes room for a hidden folder of ours.
fn clear(folder: &Path) -> Result<()> {
    if folder.exists() && !is_ours(folder)? {
        let reason = format!("{} is in the way and not of this store; move it", folder.display());
        return Err(Error::Storage { reason });
    }
    remove(folder)
}

/// Removes a folder with all in it, if it is there.
fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(at(folder)(error)),
        _ => Ok(()),
    }
}

/// Flushes a folder's own entries. Not every system can; the rename holds all the same unless the power fails.
fn sync(folder: &Path) {
    let _ = File::open(folder).and_then(|f| f.sync_all());
}

fn at(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
    move |error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Error::QuotaExceeded { reason: format!("{}: {error}", path.display()) }
        }
        _ => Error::Io { path: path.display().to_string(), reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests;
