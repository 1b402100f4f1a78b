//! The folder of a run: the plan, and the records as they come, each on disk before the next is computed.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};

use autodidact::error::{Error, Result};
use autodidact_lab::evaluation::{Key, Plan, Record, Shard, read_lines};
use serde::{Deserialize, Serialize};

use crate::files;

const RECORDS: &str = "tasks.jsonl";
const PLAN: &str = "plan.json";
const LOCK: &str = ".lock";

/// What a folder holds, beside its records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// What is computed.
    pub plan: Plan,
    /// Which part of it.
    pub shard: Shard,
}

/// The open file of records.
pub struct Journal {
    path: PathBuf,
    file: File,
    /// What was there at the start, and what came since.
    pub records: Vec<Record>,
    done: HashSet<Key>,
    /// Held as long as the run goes on; the system lets go of it when the process ends, however it ends.
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
    /// Opens a folder for a run, or for going on with it.
    ///
    /// # Errors
    /// [`Error::Config`] when the folder belongs to another run, [`Error::Busy`] when another process is at it,
    /// [`Error::Integrity`] for a broken line, and [`Error::Io`].
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
                    format!("it holds another run ({difference}); choose another --out, or --fresh to drop it");
                return Err(Error::config(dir.display().to_string(), reason));
            }
        } else if file.metadata().map_err(io)?.len() > 0 {
            let reason = format!("it holds {RECORDS} without {PLAN}; choose another --out, or --fresh to drop it");
            return Err(Error::config(dir.display().to_string(), reason));
        }
        write_run(dir, run)?;
        let bytes = files::read(&path)?;
        let (records, whole) = read_lines(&path.display().to_string(), &bytes)?;
        if whole < bytes.len() {
            file.set_len(whole as u64).map_err(io)?;
        }
        let done = records.iter().map(|r| r.key.clone()).collect();
        Ok(Self { path, file, records, done, _lock: lock })
    }

    /// True when there is a record of it.
    pub fn has(&self, key: &Key) -> bool {
        self.done.contains(key)
    }

    /// Writes a record to the disk.
    ///
    /// # Errors
    /// [`Error::Io`]
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
    Ok(read_lines(&path.display().to_string(), &files::read(&path)?)?.0)
}

/// Writes plan and records of a folder that nobody works on.
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
