//! Files of labeled tasks.

use std::path::Path;

use autodidact::{error::Result, task::Sample};
use autodidact_lab::evaluation::Suite;

use crate::files;

/// The tasks of a file, named by its path.
pub fn read(path: &Path) -> Result<Suite> {
    Suite::from_jsonl(&path.display().to_string(), &files::read(path)?)
}

/// The tasks of a suite with their right answers, to train on.
pub fn labeled(suite: Suite) -> impl Iterator<Item = Sample> {
    suite.items.into_iter().map(|item| Sample { task: item.task, calls: item.gold })
}
