//! When a self-written pair may be trained on (method, section 3). Each check has a name and can be switched off.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    calls::{CallIssue, ParseFailure, check_call, first_ungrounded},
    task::{Pair, Task, ToolCall},
    words::{Unnatural, unnatural},
};

/// The checks that can be switched off. Parsing and naming a tool of the menu cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
#[serde(default, deny_unknown_fields)]
pub struct Checks {
    /// Required arguments are there, none is unknown, types fit the schema.
    pub schema: bool,
    /// Each non-trivial value stands in the new query.
    pub grounded: bool,
    /// Not a copy of the task nor of an earlier pair.
    pub new: bool,
    /// No two arguments of a call have the same value: the mark of a value that was copied to a wrong place.
    pub distinct: bool,
    /// A person could have written the query: no call, no refusal, nothing over and over, in the language of the task.
    pub natural: bool,
}

impl Default for Checks {
    fn default() -> Self {
        Self { schema: true, grounded: true, new: true, distinct: true, natural: true }
    }
}

/// Why a pair was refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Rejection {
    /// It could not be read.
    Unreadable(ParseFailure),
    /// It calls nothing.
    NoCall,
    /// A call does not fit the menu.
    Call(CallIssue),
    /// A value does not stand in the query; the argument's path.
    Ungrounded(String),
    /// Two arguments of a call have the same value.
    Repeated,
    /// No person would write its query.
    Unnatural(Unnatural),
    /// It repeats the task or an earlier pair.
    Copy,
    /// Asked the pair's query, the model answers with other calls.
    Disagreement,
}

impl Rejection {
    /// Stable name of the reason, as counted in traces.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Unreadable(failure) => failure.reason(),
            Self::NoCall => "no_call",
            Self::Call(issue) => issue.reason(),
            Self::Ungrounded(_) => "ungrounded_value",
            Self::Repeated => "repeated_value",
            Self::Unnatural(Unnatural::Call) => "query_is_call",
            Self::Unnatural(Unnatural::Refusal) => "query_refuses",
            Self::Unnatural(Unnatural::Repetition) => "query_repeats",
            Self::Unnatural(Unnatural::OtherLanguage) => "other_language",
            Self::Copy => "copy",
            Self::Disagreement => "disagreement",
        }
    }
}

impl From<ParseFailure> for Rejection {
    fn from(failure: ParseFailure) -> Self {
        Self::Unreadable(failure)
    }
}

/// # Errors
/// The first check that the pair fails.
pub fn validate(pair: &Pair, task: &Task, earlier: &[Pair], checks: Checks) -> Result<(), Rejection> {
    if pair.calls.is_empty() {
        return Err(Rejection::NoCall);
    }
    for call in &pair.calls {
        match check_call(call, &task.tools) {
            Err(issue) if checks.schema || task.tool(&call.name).is_none() => return Err(Rejection::Call(issue)),
            _ => {}
        }
    }
    if checks.distinct && pair.calls.iter().any(repeats_a_value) {
        return Err(Rejection::Repeated);
    }
    if checks.natural
        && let Some(why) = unnatural(&pair.query, task.query())
    {
        return Err(Rejection::Unnatural(why));
    }
    if checks.grounded
        && let Some(path) = first_ungrounded(pair, &task.tools)
    {
        return Err(Rejection::Ungrounded(path));
    }
    let repeats = |query: &str| normalised(query) == normalised(&pair.query);
    if checks.new
        && (repeats(task.query()) || earlier.iter().any(|p| repeats(&p.query) || same_values(&p.calls, &pair.calls)))
    {
        return Err(Rejection::Copy);
    }
    Ok(())
}

/// Whether two arguments are the same text or the same number.
fn repeats_a_value(call: &ToolCall) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => Some(normalised(text)).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let mut seen = HashSet::new();
    call.arguments.values().filter_map(text).any(|text| !seen.insert(text))
}

/// Equal calls that say something: calls without arguments are equal of necessity.
fn same_values(a: &[ToolCall], b: &[ToolCall]) -> bool {
    a == b && a.iter().any(|call| !call.arguments.is_empty())
}

fn normalised(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Tool;
    use serde_json::json;

    fn task() -> Task {
        let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}, "nights": {"type": "integer"}}, "required": ["city"]});
        Task::new(
            "A hotel in Rome",
            vec![Tool { name: "book".into(), description: String::new(), parameters, annotations: None }],
        )
    }

    fn pair(query: &str, name: &str, arguments: Value) -> Pair {
        let arguments = arguments.as_object().cloned().unwrap();
        Pair { query: query.into(), calls: vec![ToolCall { name: name.into(), arguments }] }
    }

    fn reason(pair: &Pair, earlier: &[Pair]) -> Option<&'static str> {
        validate(pair, &task(), earlier, Checks::default()).err().map(|r| r.reason())
    }

    #[test]
    fn every_check_has_its_reason() {
        let good = pair("Two rooms in Oslo", "book", json!({"city": "Oslo"}));
        assert_eq!(reason(&good, &[]), None);
        assert_eq!(reason(&Pair { query: "x".into(), calls: vec![] }, &[]), Some("no_call"));
        assert_eq!(reason(&pair("Oslo", "fly", json!({"city": "Oslo"})), &[]), Some("unknown_tool"));
        assert_eq!(reason(&pair("Oslo", "book", json!({})), &[]), Some("missing_argument"));
        assert_eq!(reason(&pair("Oslo", "book", json!({"city": "Oslo", "x": 1})), &[]), Some("unknown_argument"));
        assert_eq!(reason(&pair("Oslo 2", "book", json!({"city": "Oslo", "nights": "2"})), &[]), Some("wrong_type"));
        assert_eq!(reason(&pair("Oslo 2", "book", json!({"city": "2", "nights": 2})), &[]), Some("repeated_value"));
        assert_eq!(reason(&pair("somewhere", "book", json!({"city": "Oslo"})), &[]), Some("ungrounded_value"));
        assert_eq!(reason(&pair("book(city=Oslo)", "book", json!({"city": "Oslo"})), &[]), Some("query_is_call"));
        assert_eq!(reason(&pair("I'm sorry, Oslo?", "book", json!({"city": "Oslo"})), &[]), Some("query_refuses"));
        let twice = pair("Two in Oslo. Two in Oslo.", "book", json!({"city": "Oslo"}));
        assert_eq!(reason(&twice, &[]), Some("query_repeats"));
        let german = pair("ein Hotel für mich und dich in Oslo", "book", json!({"city": "Oslo"}));
        let english = Task::new("please find a hotel for us two", task().tools);
        assert_eq!(validate(&german, &english, &[], Checks::default()).unwrap_err().reason(), "other_language");
        assert_eq!(reason(&pair("a HOTEL in  rome!", "book", json!({"city": "Rome"})), &[]), Some("copy"));
        assert_eq!(reason(&pair("Oslo, please", "book", json!({"city": "Oslo"})), &[good]), Some("copy"));
    }

    #[test]
    fn checks_can_be_switched_off_but_not_the_menu() {
        let off = Checks { schema: false, grounded: false, new: false, distinct: false, natural: false };
        assert!(validate(&pair("A hotel in Rome", "book", json!({"x": 1})), &task(), &[], off).is_ok());
        assert!(validate(&pair("Oslo", "fly", json!({})), &task(), &[], off).is_err());
    }
}
