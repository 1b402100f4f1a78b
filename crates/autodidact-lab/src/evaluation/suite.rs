//! Suites: tasks with their reference answers, from JSON Lines or from the generator.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::matching::AcceptedCall;
use crate::taskgen::{GeneratedSample, Generator, GeneratorConfig, Split};
use autodidact::{
    error::{Error, Result},
    task::{Message, Role, Task, Tool, ToolCall},
};

/// What the name of a generator suite begins with.
pub const GENERATOR: &str = "generator:";
/// Seed of the generator suites.
const GENERATOR_SEED: u64 = 2026;
/// The benchmark of which only the decisions and the names of tools count: its arguments were written by a model.
const NAMES_ONLY: &str = "decisions";
/// Tasks of a generator suite where no limit is given.
pub const GENERATOR_TASKS: usize = 200;

/// What is right to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Want {
    /// To carry out the calls.
    Act,
    /// To ask for what is missing, or which of several things was meant.
    Clarify,
    /// To do nothing, because nothing of the menu fits.
    Decline,
}

/// A task with what is right.
#[derive(Debug, Clone)]
pub struct SuiteSample {
    /// Unique in the suite.
    pub id: String,
    /// The task.
    pub task: Task,
    /// The reference calls.
    pub gold: Vec<ToolCall>,
    /// What else is accepted, one entry for each reference call.
    pub accept: Option<Vec<AcceptedCall>>,
    /// Whether it is to be acted on; `None` where the suite does not say.
    pub want: Option<Want>,
    /// Only the names of the reference calls count.
    pub names_only: bool,
    /// How the generator made the task; `None` for tasks from files.
    pub example: Option<(Split, GeneratedSample)>,
}

/// A named list of tasks.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Name: the file's without `.jsonl`, or `generator:...`.
    pub name: String,
    /// Hash of what the tasks were made from.
    pub digest: String,
    /// The tasks.
    pub items: Vec<SuiteSample>,
}

/// A line of a suite file. Other fields are ignored.
#[derive(Deserialize)]
struct Row {
    id: String,
    #[serde(default)]
    tools: Vec<Tool>,
    query: String,
    history: Option<Vec<Message>>,
    answer: Vec<ToolCall>,
    accept: Option<Vec<AcceptedCall>>,
    #[serde(default)]
    optional: Vec<String>,
    want: Option<Want>,
    #[serde(default)]
    benchmark: String,
}

impl Suite {
    /// Reads JSON Lines, one task a line; empty lines are passed over.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] that names the line: no JSON of that form, a doubled `id`, no query,
    /// calls where none are wanted, or `accept` of another length than `answer`.
    pub fn from_jsonl(name: &str, bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|e| Error::invalid(name, e.to_string()))?;
        let (mut items, mut ids) = (Vec::new(), HashSet::new());
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = || format!("{name}, line {}", index + 1);
            let row: Row = serde_json::from_str(line).map_err(|e| Error::invalid(place(), e.to_string()))?;
            if !ids.insert(row.id.clone()) {
                return Err(Error::invalid(place(), format!("the id `{}` occurs twice", row.id)));
            }
            items.push(item(row).map_err(|reason| Error::invalid(place(), reason))?);
        }
        Ok(Self { name: name.to_owned(), digest: hex(&Sha256::digest(bytes), 12), items })
    }

    /// A built-in suite, such as `generator:unseen-tools`. The same tasks on every machine; a longer suite begins with
    /// the tasks of a shorter one.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for another name.
    pub fn generated(name: &str, tasks: usize) -> Result<Self> {
        let split = match name.strip_prefix(GENERATOR) {
            Some("in-distribution") => Split::InDistribution,
            Some("unseen-tools") => Split::UnseenTools,
            Some("unseen-wording") => Split::UnseenWording,
            Some("unseen-both") => Split::UnseenBoth,
            _ => {
                let reason = "expected generator:in-distribution, generator:unseen-tools, generator:unseen-wording or \
                              generator:unseen-both";
                return Err(Error::invalid(format!("suite `{name}`"), reason));
            }
        };
        let mut generator = Generator::new(split, GENERATOR_SEED, GeneratorConfig::default());
        let mut digest = Sha256::new();
        let items = (0..tasks)
            .map(|index| {
                let example = generator.sample();
                let item = SuiteSample {
                    id: format!("{index:05}"),
                    task: example.task(),
                    gold: example.calls.clone(),
                    accept: None,
                    want: None,
                    names_only: false,
                    example: Some((split, example)),
                };
                digest.update(serde_json::to_vec(&(&item.task, &item.gold)).unwrap_or_default());
                item
            })
            .collect();
        Ok(Self { name: name.to_owned(), digest: hex(&digest.finalize(), 12), items })
    }

    /// Keeps at most `limit` tasks, spread evenly: files are sorted by subset, and a prefix would hold only the first.
    #[must_use]
    pub fn limited(mut self, limit: Option<usize>) -> Self {
        let n = self.items.len();
        if let Some(limit) = limit.filter(|limit| *limit < n) {
            let keep: HashSet<usize> = (0..limit).map(|i| i * n / limit).collect();
            let mut index = 0;
            self.items.retain(|_| {
                index += 1;
                keep.contains(&(index - 1))
            });
        }
        self
    }
}

fn item(row: Row) -> Result<SuiteSample, String> {
    if row.accept.as_ref().is_some_and(|accept| accept.len() != row.answer.len()) {
        return Err("`accept` and `answer` differ in length".into());
    }
    // The dialogue as a whole, which has the query in it or ends with a turn of the user, or what was said before the query.
    let mut messages = row.history.unwrap_or_default();
    let last = messages.iter().rev().find(|m| m.role == Role::User);
    let ends_with_user = messages.last().is_some_and(|m| m.role == Role::User);
    let is_whole = ends_with_user || last.is_some_and(|m| m.content == row.query);
    if !is_whole {
        messages.push(Message::text(Role::User, row.query));
    }
    let task = Task { messages, tools: row.tools };
    if task.query().trim().is_empty() {
        return Err("there is no query of the user".into());
    }
    if task.tools.is_empty() && !row.answer.is_empty() {
        return Err("the menu is empty, and there is a call".into());
    }
    if row.want.is_some_and(|want| want != Want::Act) && !row.answer.is_empty() {
        return Err("`answer` has calls, and `want` is not `act`".into());
    }
    if task.messages.iter().any(|m| m.role != Role::Assistant && !m.tool_calls.is_empty()) {
        return Err("only the assistant calls tools".into());
    }
    let accept = with_optional(row.accept, &row.answer, &row.optional);
    let names_only = row.benchmark == NAMES_ONLY;
    Ok(SuiteSample { id: row.id, task, gold: row.answer, accept, want: row.want, names_only, example: None })
}

/// Lets the optional arguments have any value, or none.
fn with_optional(
    accept: Option<Vec<AcceptedCall>>,
    gold: &[ToolCall],
    optional: &[String],
) -> Option<Vec<AcceptedCall>> {
    if optional.is_empty() {
        return accept;
    }
    let exact = |call: &ToolCall| AcceptedCall {
        name: call.name.clone(),
        arguments: call
            .arguments
            .iter()
            .map(|(name, value)| (name.clone(), Value::Array(vec![value.clone()])))
            .collect(),
        any: Vec::new(),
    };
    let mut accept = accept.unwrap_or_else(|| gold.iter().map(exact).collect());
    for call in &mut accept {
        call.arguments.retain(|name, _| !optional.contains(name));
        call.any = optional.to_vec();
    }
    Some(accept)
}

/// The first `n` hexadecimal digits of a hash.
pub(super) fn hex(bytes: &[u8], n: usize) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).take(n).filter_map(|d| char::from_digit(d.into(), 16)).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::evaluation::matching::{names_match, strict_match};

    const ROW: &str = r#"{"id":"a","tools":[{"name":"f"}],"query":"q","answer":[{"name":"f","arguments":{}}]"#;

    #[test]
    fn rows_and_their_errors() {
        let history = r#","history":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"name":"f","arguments":{"x":1}}]},{"role":"tool","content":"r"}]}"#;
        let suite =
            Suite::from_jsonl("s", format!("{ROW}{history}\n\n{}}}\n", ROW.replace("\"a\"", "\"b\"")).as_bytes());
        let suite = suite.unwrap();
        assert_eq!(suite.items.len(), 2);
        let messages = &suite.items[0].task.messages;
        assert_eq!((messages.len(), messages[1].tool_calls.len(), messages[1].content.as_str()), (3, 1, ""));
        assert_eq!((suite.items[0].task.query(), suite.items[1].task.query()), ("q", "q"));
        // What was said before the query stands before it.
        let before = r#","history":[{"role":"user","content":"p"},{"role":"assistant","content":"?"}]}"#;
        let suite = Suite::from_jsonl("s", format!("{ROW}{before}").as_bytes()).unwrap();
        assert_eq!((suite.items[0].task.messages.len(), suite.items[0].task.query()), (3, "q"));
        // A dialogue that ends with the user is whole.
        let whole = r#","history":[{"role":"assistant","content":"?"},{"role":"user","content":"p"}]}"#;
        let suite = Suite::from_jsonl("s", format!("{ROW}{whole}").as_bytes()).unwrap();
        assert_eq!((suite.items[0].task.messages.len(), suite.items[0].task.query()), (2, "p"));
        for (text, words) in [
            ("{".to_owned(), "line 1"),
            (format!("{ROW}}}\n{ROW}}}"), "line 2: the id `a`"),
            (format!("{},\"accept\":[]}}", ROW), "differ in length"),
            (format!("{ROW}}}").replace("\"q\"", "\" \""), "no query"),
            (format!("{ROW}}}").replace("[{\"name\":\"f\"}],\"q", "[],\"q"), "menu is empty"),
            (format!("{ROW},\"want\":\"decline\"}}"), "not `act`"),
        ] {
            let error = Suite::from_jsonl("s", text.as_bytes()).unwrap_err();
            assert!(error.code() == "InvalidInput" && error.to_string().contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn limits_spread_and_generated_suites_are_stable() {
        let suite = Suite::generated("generator:unseen-both", 10).unwrap();
        let ids = |s: &Suite| s.items.iter().map(|i| i.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&suite.clone().limited(Some(4))), ["00000", "00002", "00005", "00007"]);
        assert_eq!(ids(&suite.clone().limited(Some(99))).len(), 10);
        assert_eq!(ids(&suite.clone().limited(Some(0))).len(), 0);
        let longer = Suite::generated("generator:unseen-both", 12).unwrap();
        assert!(suite.items.iter().zip(&longer.items).all(|(a, b)| a.task == b.task && a.gold == b.gold));
        assert_ne!(suite.digest, longer.digest);
        assert_eq!(Suite::generated("generator:other", 1).unwrap_err().code(), "InvalidInput");
    }

    /// The benchmark files beside the repository, or wherever `AUTODIDACT_SHARED` says.
    fn benchmark_files() -> Vec<std::path::PathBuf> {
        let default = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let shared = std::env::var_os("AUTODIDACT_SHARED").map_or(default, Into::into);
        let list = |folder: std::path::PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten();
        let folders = [shared.join("benchmarks"), shared.join("benchmarks/train")];
        let mut files: Vec<_> = folders.into_iter().flat_map(&list).map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|e| e == "jsonl"));
        files.sort();
        files
    }

    #[test]
    fn gold_against_itself_is_right_everywhere() {
        let files = benchmark_files();
        if files.is_empty() {
            // Straight to the terminal: the test harness would swallow it.
            let words = "SKIPPED: no benchmark files beside the repository; set AUTODIDACT_SHARED to their folder";
            let _ = writeln!(std::io::stderr(), "{words}");
        }
        let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/suites");
        let own = ["everyday.jsonl", "conduct.jsonl", "conduct-dev.jsonl"].map(|name| own.join(name));
        for file in files.into_iter().chain(own) {
            let suite = Suite::from_jsonl(&file.display().to_string(), &std::fs::read(&file).unwrap()).unwrap();
            assert!(!suite.items.is_empty(), "{}", file.display());
            for item in &suite.items {
                let (gold, accept) = (&item.gold, item.accept.as_deref());
                assert!(strict_match(gold, gold, accept) && names_match(gold, gold), "{} {}", file.display(), item.id);
                let reversed: Vec<ToolCall> = gold.iter().rev().cloned().collect();
                assert!(strict_match(&reversed, gold, accept), "reversed: {} {}", file.display(), item.id);
                assert!(!strict_match(&[], gold, accept) || gold.is_empty(), "{}", item.id);
                if let Some((first, rest)) = gold.split_first() {
                    let other = ToolCall { name: format!("{}x", first.name), ..first.clone() };
                    let other: Vec<ToolCall> = rest.iter().cloned().chain([other]).collect();
                    assert!(!strict_match(&other, gold, accept) && !names_match(&other, gold), "{}", item.id);
                }
            }
            println!("CHECKED {} tasks of {}", suite.items.len(), file.display());
        }
    }
}
