//! Calls written as JSON objects.

use serde_json::{Map, Value};

use super::parse_failure::ParseFailure;
use crate::task::ToolCall;

/// Begins a block of calls in Llama 3's form.
pub(super) const LLAMA_TAG: &str = "<|python_tag|>";
/// A fence of Markdown.
const FENCE: &str = "```";
/// Qwen2.5-Coder writes the mark of the menu where that of a call belongs.
const TOOLS_TAG: &str = "<tools>";

/// JSON objects that begin with a `name`, one after another or in a list, bare or in a fence; any other text is a plain
/// answer.
pub(crate) fn parse_json_calls(text: &str) -> Result<Vec<ToolCall>, ParseFailure> {
    let text = text.trim();
    let text = text.strip_prefix(TOOLS_TAG).unwrap_or(text).trim_start();
    let mut rest = match fenced(text) {
        Some(Fenced { before, body }) if before.trim().is_empty() || begins_call(body) => body,
        _ => text,
    };
    let mut calls = Vec::new();
    while begins_call(rest) {
        rest = read_value(rest, &mut calls)?;
        rest = rest.strip_prefix(LLAMA_TAG).unwrap_or(rest);
    }
    Ok(calls)
}

/// The calls of one block, as between the marks of Hermes: objects or lists, one after another.
///
/// # Errors
/// A [`ParseFailure`] when the block does not begin with a call.
pub(super) fn parse_block<'t>(block: &'t str, calls: &mut Vec<ToolCall>) -> Result<&'t str, ParseFailure> {
    let body = match fenced(block) {
        Some(Fenced { before, body }) if before.trim().is_empty() => body,
        _ => block,
    };
    let before = calls.len();
    let mut rest = read_value(body, calls)?;
    while rest.starts_with(['{', '[']) {
        rest = read_value(rest, calls)?;
    }
    match calls.len() > before {
        true => Ok(rest),
        false => Err(ParseFailure::syntax("expected a JSON object")),
    }
}

/// A text with a fence in it.
struct Fenced<'t> {
    before: &'t str,
    /// What stands in the fence, without the language.
    body: &'t str,
}

fn fenced(text: &str) -> Option<Fenced<'_>> {
    let (before, inner) = text.split_once(FENCE)?;
    let inner = inner.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).trim_start();
    Some(Fenced { before, body: inner.split_once(FENCE).map_or(inner, |(body, _)| body) })
}

/// Whether a text begins like a call: one whose JSON is broken counts too, so that it can be said.
fn begins_call(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).take(24).collect();
    let object = compact.strip_prefix('[').unwrap_or(&compact);
    // Llama 3 states the type first.
    if object.starts_with("{\"name\":") || object.starts_with("{\"type\":\"function\"") {
        return true;
    }
    object.starts_with('{') && first_json(text).is_ok_and(|(value, _)| is_call(&value))
}

fn is_call(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty() && items.iter().all(is_call),
        _ => {
            let has = |keys: &[&str]| keys.iter().any(|key| value.get(key).is_some());
            has(&["name", "function"]) && has(&["arguments", "parameters"])
        }
    }
}

/// Reads one object or list of objects; gives what follows it and a separator.
fn read_value<'t>(text: &'t str, calls: &mut Vec<ToolCall>) -> Result<&'t str, ParseFailure> {
    let (value, after) = first_json(text)?;
    match value {
        Value::Array(items) => {
            for item in items {
                calls.push(call_from_value(item)?);
            }
        }
        other => calls.push(call_from_value(other)?),
    }
    Ok(after.trim_start_matches(|c: char| c.is_whitespace() || c == ';' || c == ','))
}

/// The first JSON value of a text, and what follows it.
pub(crate) fn first_json(text: &str) -> Result<(Value, &str), ParseFailure> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match stream.next() {
        Some(Ok(value)) => Ok((value, text.get(stream.byte_offset()..).unwrap_or_default())),
        Some(Err(e)) => Err(ParseFailure::syntax(e.to_string())),
        None => Err(ParseFailure::syntax("expected a JSON value")),
    }
}

/// A call from `{"name": ..., "arguments": {...}}`; `parameters` is read too, `function` may wrap it or be the name, and
/// arguments may be the text of an object, or an empty one.
pub(crate) fn call_from_value(value: Value) -> Result<ToolCall, ParseFailure> {
    let Value::Object(mut map) = value else {
        return Err(ParseFailure::syntax("expected a JSON object"));
    };
    match map.remove("function") {
        Some(Value::Object(inner)) => map = inner,
        Some(name @ Value::String(_)) if !map.contains_key("name") => {
            map.insert("name".to_owned(), name);
        }
        _ => {}
    }
    let name = match map.remove("name") {
        Some(Value::String(name)) if !name.trim().is_empty() => name,
        _ => return Err(ParseFailure::BadName),
    };
    let arguments = match map.remove("arguments").or_else(|| map.remove("parameters")) {
        None => Map::new(),
        Some(value) => arguments(value, 2)?,
    };
    Ok(ToolCall { name, arguments })
}

/// Arguments, or the text of them: some models quote that text once more.
fn arguments(value: Value, quotes: usize) -> Result<Map<String, Value>, ParseFailure> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(arguments) => Ok(arguments),
        Value::String(text) if text.trim().is_empty() => Ok(Map::new()),
        Value::String(text) if quotes > 0 => {
            let inner = serde_json::from_str(&text).map_err(|_| ParseFailure::BadArguments)?;
            arguments(inner, quotes - 1)
        }
        _ => Err(ParseFailure::BadArguments),
    }
}
