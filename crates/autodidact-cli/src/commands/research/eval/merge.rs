//! `autodidact eval merge`: merges the shards of a run.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

use autodidact::error::{Error, Result};
use autodidact_lab::evaluation::{Record, Shard};

use super::{
    journal::{self, Run},
    report,
};

/// Reads the shards, checks that they belong to one run, and writes that run.
pub fn run(dirs: &[PathBuf], out: &Path) -> Result<()> {
    let mut whole: Option<Run> = None;
    let mut shards: BTreeMap<usize, &Path> = BTreeMap::new();
    let mut records: Vec<Record> = Vec::new();
    let mut peak = None;
    for dir in dirs {
        let own = journal::read_run(dir)?;
        let wrong = |reason: String| Error::config(dir.display().to_string(), reason);
        if let Some(first) = &whole {
            if let Some(difference) = own.plan.difference(&first.plan) {
                return Err(wrong(format!("it belongs to another run than the folders before it: {difference}")));
            }
            if own.shard.count != first.shard.count {
                return Err(wrong(format!(
                    "it is one of {} shards, the others are of {}",
                    own.shard.count, first.shard.count
                )));
            }
        }
        if let Some(other) = shards.insert(own.shard.index, dir) {
            return Err(wrong(format!("it is the same shard as {}", other.display())));
        }
        records.extend(journal::read_records(dir)?);
        peak = peak.max(report::stated_peak(dir));
        whole.get_or_insert(own);
    }
    let Some(mut run) = whole else { return Err(Error::invalid("merge", "give at least one folder")) };
    let absent: Vec<String> = (0..run.shard.count).filter(|i| !shards.contains_key(i)).map(|i| i.to_string()).collect();
    if !absent.is_empty() {
        let reason = format!("of {} shards, these are missing: {}", run.shard.count, absent.join(", "));
        return Err(Error::invalid("merge", reason));
    }
    run.shard = Shard::WHOLE;
    let place = |name: &str| run.plan.suites.iter().position(|s| s.name == name);
    records.sort_by(|a, b| place(&a.key.suite).cmp(&place(&b.key.suite)).then_with(|| a.key.cmp(&b.key)));
    let keys: HashSet<_> = records.iter().map(|r| &r.key).collect();
    if keys.len() < records.len() {
        return Err(Error::Integrity { what: "the shards".into(), reason: "a record is in two of them".into() });
    }
    journal::write_whole(out, &run, &records)?;
    let summary = report::write(out, &run, &records, peak)?;
    report::print(&run, &summary, out);
    Ok(())
}
