//! What people taught: requests with the calls that answer them. An adapter names those that it was trained on; by themselves they are
//! kept for each menu, and hold whether training on them helped or not.

use serde::{Deserialize, Serialize};

use super::record::{check_size, now_ms};
use crate::{
    error::{Error, Result},
    task::{Pair, ToolCall},
};

/// Largest file of lessons for one menu, in bytes.
pub const MAX_LESSONS_BYTES: usize = 1 << 20;

/// Who wrote a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LessonSource {
    /// The model.
    Synthetic,
    /// A teacher that the user let help.
    Teacher,
    /// The user.
    User,
}

/// A pair that was learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lesson {
    /// The user's words.
    pub query: String,
    /// The calls that answer it.
    pub calls: Vec<ToolCall>,
    /// Who wrote it.
    pub source: LessonSource,
    /// When it came, in milliseconds since 1970.
    pub created_ms: u64,
}

impl Lesson {
    /// A pair that came now.
    pub fn new(pair: Pair, source: LessonSource) -> Self {
        Self { query: pair.query, calls: pair.calls, source, created_ms: now_ms() }
    }

    /// The pair.
    pub fn pair(&self) -> Pair {
        Pair { query: self.query.clone(), calls: self.calls.clone() }
    }
}

/// Reads lessons as stored; `what` names the source in the error.
pub(super) fn from_json(json: &[u8], what: &str) -> Result<Vec<Lesson>> {
    serde_json::from_slice(json).map_err(|error| Error::Integrity { what: what.to_owned(), reason: error.to_string() })
}

/// Lessons as stored.
pub(super) fn to_json(lessons: &[Lesson]) -> Result<String> {
    let json = serde_json::to_string_pretty(lessons).map_err(|error| Error::Storage { reason: error.to_string() })?;
    check_size("lessons", json.len(), MAX_LESSONS_BYTES)?;
    Ok(json)
}
