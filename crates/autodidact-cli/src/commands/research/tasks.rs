//! Files of labeled tasks.

use std::path::Path;

use autodidact::{error::Result, task::Labelled};
use autodidact_lab::evaluation::Suite;

use crate::files;

/// The tasks of a file, named by its path.
pub fn read(path: &Path) -> Result<Suite> {
    Suite::from_jsonl(&path.display().to_string(), &files::read(path)?)
}

/// The tasks of a suite with their right answers, to train on.
pub fn labeled(suite: Suite) -> impl Iterator<Item = Labelled> {
    suite.items.into_iter().map(|item| Labelled { task: item.task, calls: item.gold })
}
