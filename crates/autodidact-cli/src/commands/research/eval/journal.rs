//! The folder of a run: the plan, and the records, each of which is on disk before the next is computed.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};

use autodidact::error::{Error, Result};
use autodidact_lab::evaluation::{Key, Lines, Plan, Record, Shard, Suite, SuiteSample, read_lines};
use serde::{Deserialize, Serialize};

use crate::files;

const RECORDS: &str = "tasks.jsonl";
const PLAN: &str = "plan.json";
const LOCK: &str = ".lock";

/// The run that a folder belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// What the run computes.
    pub plan: Plan,
    /// The part of it that this folder holds.
    pub shard: Shard,
}

impl Run {
    /// The tasks of a suite that belong to the shard.
    pub fn items<'a>(&self, suite: &'a Suite) -> impl Iterator<Item = &'a SuiteSample> {
        let shard = self.shard;
        suite.items.iter().enumerate().filter(move |(place, _)| shard.holds(*place)).map(|(_, item)| item)
    }
}

/// The records of a run, and the file that they are appended to.
pub struct Journal {
    path: PathBuf,
    file: File,
    /// All records, those of earlier processes included.
    pub records: Vec<Record>,
    done: HashSet<Key>,
    /// Locked during the run; the system releases the lock when the process ends, even by a crash.
    _lock: File,
}

fn lock(path: &Path) -> Result<File> {
    let file = OpenOptions::new().create(true).append(true).open(path).map_err(|e| files::io(path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Busy),
        Err(TryLockError::Error(error)) => Err(files::io(path, error)),
    }
}

impl Journal {
    /// Opens a folder to start a run, or to resume it.
    ///
    /// # Errors
    /// [`Error::Config`] if the folder belongs to another run, [`Error::Busy`] if another process uses it,
    /// [`Error::Integrity`] for a damaged line, and [`Error::Io`] if a file cannot be read or written.
    pub fn open(dir: &Path, run: &Run, fresh: bool) -> Result<Self> {
        files::make_dir(dir)?;
        let path = dir.join(RECORDS);
        let io = |e: std::io::Error| files::io(&path, e);
        let lock = lock(&dir.join(LOCK))?;
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(io)?;
        if fresh {
            file.set_len(0).map_err(io)?;
        } else if dir.join(PLAN).exists() {
            let old = read_run(dir)?;
            let shard = (old.shard != run.shard).then(|| "`shard` differs".to_owned());
            if let Some(difference) = run.plan.difference(&old.plan).or(shard) {
                let reason =
                    format!("it holds another run ({difference}); choose another --out, or --fresh to discard it");
                return Err(Error::config(dir.display().to_string(), reason));
            }
        } else if file.metadata().map_err(io)?.len() > 0 {
            let reason = format!("it holds {RECORDS} without {PLAN}; choose another --out, or --fresh to discard it");
            return Err(Error::config(dir.display().to_string(), reason));
        }
        write_run(dir, run)?;
        let bytes = files::read(&path)?;
        let Lines { records, whole } = read_lines(&path.display().to_string(), &bytes)?;
        if whole < bytes.len() {
            file.set_len(whole as u64).map_err(io)?;
        }
        let done = records.iter().map(|r| r.key.clone()).collect();
        Ok(Self { path, file, records, done, _lock: lock })
    }

    /// Whether there is a record with this key.
    pub fn has(&self, key: &Key) -> bool {
        self.done.contains(key)
    }

    /// Appends a record, and waits until it is on disk.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written.
    pub fn append(&mut self, record: Record) -> Result<()> {
        let line = record.to_line()?;
        self.file.write_all(line.as_bytes()).map_err(|e| files::io(&self.path, e))?;
        self.file.sync_data().map_err(|e| files::io(&self.path, e))?;
        self.done.insert(record.key.clone());
        self.records.push(record);
        Ok(())
    }
}

/// The plan and the shard of a folder.
pub fn read_run(dir: &Path) -> Result<Run> {
    let path = dir.join(PLAN);
    serde_json::from_slice(&files::read(&path)?).map_err(|e| Error::config(path.display().to_string(), e.to_string()))
}

/// The records of a folder.
pub fn read_records(dir: &Path) -> Result<Vec<Record>> {
    let path = dir.join(RECORDS);
    Ok(read_lines(&path.display().to_string(), &files::read(&path)?)?.records)
}

/// Writes the plan and the records to a folder that no process is using.
pub fn write_whole(dir: &Path, run: &Run, records: &[Record]) -> Result<()> {
    files::make_dir(dir)?;
    write_run(dir, run)?;
    let lines = records.iter().map(Record::to_line).collect::<Result<String>>()?;
    files::write(&dir.join(RECORDS), lines.as_bytes())
}

fn write_run(dir: &Path, run: &Run) -> Result<()> {
    let path = dir.join(PLAN);
    let json = serde_json::to_vec_pretty(run).map_err(|e| files::io(&path, e))?;
    files::write(&path, &json)
}
