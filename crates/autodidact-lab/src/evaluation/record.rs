//! The line that is kept of each answer, and reading lines back after a crash.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{estimators::Scores, plan::Key, suite::Want};
use autodidact::{
    agent::GateReport,
    error::{Error, Result},
    task::{Pair, ToolCall},
};

/// [`Record::error`] of a task whose prompt does not fit the model's context.
pub const CONTEXT: &str = "context";

/// What the writing of pairs gave.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PairCounts {
    /// Pairs that were wanted.
    pub requested: usize,
    /// Pairs that passed all checks.
    pub valid: usize,
    /// Attempts that failed a check, by its name.
    pub rejected: BTreeMap<String, usize>,
}

/// What the agent had been taught when it answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseRecord {
    /// Corrections of requests of the same kind: the same menu, tool and filled arguments. `None` for a request that should not act.
    pub corrections: Option<usize>,
    /// Of an answer that was carried out rightly before anything was taught: it is the same now.
    pub unchanged: Option<bool>,
}

/// One answer of one mode to one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What it is about.
    #[serde(flatten)]
    pub key: Key,
    /// The calls are the reference's.
    pub strict: bool,
    /// Their names are.
    pub names: bool,
    /// Why there is no answer; it counts as wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The answer as the model wrote it.
    pub text: String,
    /// The calls in it.
    pub calls: Vec<ToolCall>,
    /// The calls could not be read, or do not fit the menu: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The sampled answers of the voting modes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<String>,
    /// How sure the model was.
    pub scores: Option<Scores>,
    /// How sure it was of the same task after learning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores_after: Option<Scores>,
    /// What was right to do, where the suite says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub want: Option<Want>,
    /// What was done: calls are carried out, where no decision was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Want>,
    /// The numbers behind the decision, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, f32>,
    /// The mode `corrected`: what was taught before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseRecord>,
    /// The task was given to the update: its certainty is below the run's largest threshold, or the run updates all tasks.
    pub selected: bool,
    /// There was something to learn from, and the answer was given with what was learned.
    pub learned: bool,
    /// The writing of pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synthesis: Option<PairCounts>,
    /// The pairs that were learned from, also where the gate then let the base answer stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<Pair>,
    /// What the gate saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateReport>,
    /// Why a selected task was not learned from, other than for want of valid pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Seconds by stage: `prefill`, `score`, `answer`, `sample`, `synthesize`, `train`, `gate`, `score_again`,
    /// `answer_again`, `sample_again`. A
    /// stage that several modes share is stated in the records of all of them.
    pub seconds: BTreeMap<String, f64>,
}

impl Record {
    /// A record of nothing yet.
    pub fn new(key: Key) -> Self {
        Self {
            key,
            strict: false,
            names: false,
            error: None,
            text: String::new(),
            calls: Vec::new(),
            issue: None,
            samples: Vec::new(),
            scores: None,
            scores_after: None,
            want: None,
            decided: None,
            features: BTreeMap::new(),
            course: None,
            selected: false,
            learned: false,
            synthesis: None,
            pairs: Vec::new(),
            gate: None,
            note: None,
            seconds: BTreeMap::new(),
        }
    }

    /// Its line, with the line end.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when it cannot be written as JSON.
    pub fn to_line(&self) -> Result<String> {
        serde_json::to_string(self).map(|line| line + "\n").map_err(|e| Error::invalid("record", e.to_string()))
    }
}

/// The records of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// One for each whole line.
    pub records: Vec<Record>,
    /// Length of the whole lines, in bytes.
    pub whole: usize,
}

/// Reads lines back. A last line without its end, or cut short, is what a crash left and is dropped.
///
/// # Errors
/// [`Error::Integrity`] for a broken line before the last.
pub fn read_lines(name: &str, bytes: &[u8]) -> Result<Lines> {
    let (mut records, mut whole) = (Vec::new(), 0);
    for (index, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let end = whole + line.len();
        let parsed = line.strip_suffix(b"\n").map(serde_json::from_slice::<Record>);
        match parsed {
            Some(Ok(record)) => records.push(record),
            None => break,
            // A file system may leave zeros or half a line behind a crash, line end and all.
            Some(Err(_)) if end == bytes.len() => break,
            Some(Err(error)) => {
                let reason = format!("line {}: {error}", index + 1);
                return Err(Error::Integrity { what: name.to_owned(), reason });
            }
        }
        whole = end;
    }
    Ok(Lines { records, whole })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::evaluation::modes::Mode;

    /// A record with the fields that summaries look at.
    pub fn record(id: &str, mode: Mode, seed: u64, strict: bool, margin: f32) -> Record {
        let entropy = 1.0 - margin;
        let scores = Scores {
            margin: Some(margin),
            max_probability: Some(margin),
            entropy: Some(entropy),
            perplexity: Some(1.0),
            candidates: 2,
        };
        let key = Key { suite: "s".into(), id: id.into(), seed, setting: "x".into(), mode };
        Record { strict, names: strict, scores: Some(scores), ..Record::new(key) }
    }

    #[test]
    fn torn_lines_are_dropped_and_broken_ones_named() {
        let records = [record("a", Mode::Base, 0, true, 0.5), record("b", Mode::TtSi, 3, false, 0.25)];
        let text: String = records.iter().map(|r| r.to_line().unwrap()).collect();
        let first = records[0].to_line().unwrap().len();
        let lines = |records: &[Record], whole| Lines { records: records.to_vec(), whole };
        assert_eq!(read_lines("f", text.as_bytes()).unwrap(), lines(&records, text.len()));
        for cut in first..text.len() {
            assert_eq!(read_lines("f", &text.as_bytes()[..cut]).unwrap(), lines(&records[..1], first));
        }
        let zeros = [&text.as_bytes()[..first], &[0; 9], b"\n"].concat();
        assert_eq!(read_lines("f", &zeros).unwrap().whole, first);
        let broken = format!("{{}}\n{text}");
        assert_eq!(read_lines("f", broken.as_bytes()).unwrap_err().code(), "IntegrityError");
        assert_eq!(read_lines("f", b"").unwrap(), lines(&[], 0));
    }
}
