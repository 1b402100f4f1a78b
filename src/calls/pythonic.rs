//! The seed model's calls: `<|call|>find_hotel(city="Paris", nights=3)`, values being JSON.

use serde_json::{Map, Value};

use super::json_calls::first_json;
use super::parse_failure::ParseFailure;
use super::python_text::json_text;
use crate::task::ToolCall;

/// Begins a call.
pub(super) const OPEN: &str = "<|call|>";

/// Writes one call.
pub(super) fn render_call(call: &ToolCall) -> String {
    let arguments: Vec<String> =
        call.arguments.iter().map(|(name, value)| format!("{}={}", key(name), json_text(value))).collect();
    format!("{OPEN}{}({})", call.name, arguments.join(", "))
}

/// The name of an argument as it is written: in quotes where it would not be read back otherwise.
pub(crate) fn key(name: &str) -> String {
    let odd = |c: char| c.is_control() || "\"()[]{},=".contains(c);
    if name.is_empty() || name.trim() != name || name.contains(odd) {
        json_text(&Value::from(name))
    } else {
        name.to_owned()
    }
}

/// Reads all calls of a text; text between them is ignored.
pub(super) fn parse(text: &str) -> Result<Vec<ToolCall>, ParseFailure> {
    let mut calls = Vec::new();
    let mut rest = text;
    while let Some((_, call)) = rest.split_once(OPEN) {
        let (call, after) = parse_call(call)?;
        calls.push(call);
        rest = after;
    }
    Ok(calls)
}

/// Reads the call behind its mark.
pub(super) fn parse_call(text: &str) -> Result<(ToolCall, &str), ParseFailure> {
    let (name, mut rest) = text.split_once('(').ok_or_else(|| ParseFailure::syntax("expected `(` after the name"))?;
    let name = name.trim();
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>)".contains(c)) {
        return Err(ParseFailure::BadName);
    }
    let mut arguments = Map::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(')') {
            return Ok((ToolCall { name: name.to_owned(), arguments }, after));
        }
        let (key, after) = split_key(rest)?;
        let (literal, after) = split_value(after.trim_start())?;
        let value: Value = serde_json::from_str(literal)
            .map_err(|e| ParseFailure::syntax(format!("the value of `{key}` is no JSON: {e}")))?;
        if arguments.insert(key.clone(), value).is_some() {
            return Err(ParseFailure::DuplicateArgument { name: key });
        }
        rest = after.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.starts_with(')') => {}
            None => return Err(ParseFailure::syntax("expected `,` or `)` after a value")),
        }
    }
}

/// The name of an argument, and what follows its `=`.
fn split_key(text: &str) -> Result<(String, &str), ParseFailure> {
    if text.starts_with('"') {
        let (Value::String(key), after) = first_json(text)? else {
            return Err(ParseFailure::syntax("expected the name of an argument"));
        };
        let after = after.trim_start().strip_prefix('=');
        return after.map(|after| (key, after)).ok_or_else(|| ParseFailure::syntax("expected `=`"));
    }
    let (key, after) = text.split_once('=').ok_or_else(|| ParseFailure::syntax("expected `=` or `)`"))?;
    let key = key.trim();
    if key.is_empty() || key.contains(|c: char| c.is_control() || "\"()[]{},".contains(c)) {
        return Err(ParseFailure::syntax("expected the name of an argument"));
    }
    Ok((key.to_owned(), after))
}

/// The JSON value at the start of a text, as text, and what follows it. Looks only at brackets and quotes.
fn split_value(text: &str) -> Result<(&str, &str), ParseFailure> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if in_string {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => in_string = true,
            '[' | '{' => depth += 1,
            ']' | '}' if depth == 0 => break,
            ']' | '}' => depth -= 1,
            ',' | ')' if depth == 0 => return Ok(text.split_at(at)),
            _ => {}
        }
    }
    Err(ParseFailure::syntax("a value does not end"))
}
