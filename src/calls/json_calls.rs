//! Calls written as JSON objects.

use serde_json::{Map, Value};

use super::parse_failure::ParseFailure;
use crate::task::ToolCall;

/// JSON objects that begin with a `name`, one after another or in a list; any other text is a plain answer.
pub(crate) fn parse_json_calls(text: &str) -> Result<Vec<ToolCall>, ParseFailure> {
    let mut calls = Vec::new();
    let mut rest = without_fence(text.trim());
    let begins = |text: &str| {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).take(20).collect();
        let object = compact.strip_prefix('[').unwrap_or(&compact);
        // Llama 3 states the type first.
        object.starts_with("{\"name\":") || object.starts_with("{\"type\":\"function\"")
    };
    while begins(rest) {
        let (value, after) = first_json(rest)?;
        match value {
            Value::Array(items) => {
                for item in items {
                    calls.push(call_from_value(item)?);
                }
            }
            other => calls.push(call_from_value(other)?),
        }
        rest = after.trim_start_matches(|c: char| c.is_whitespace() || c == ';' || c == ',');
    }
    Ok(calls)
}

/// The inside of a Markdown code fence, when the text is one.
fn without_fence(text: &str) -> &str {
    let Some(inner) = text.strip_prefix("```") else { return text };
    let inner = inner.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).trim_start();
    inner.split_once("```").map_or(inner, |(body, _)| body)
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

/// A call from `{"name": ..., "arguments": {...}}`; `parameters` is read too, `function` may wrap it, and arguments may
/// be the text of an object.
pub(crate) fn call_from_value(value: Value) -> Result<ToolCall, ParseFailure> {
    let Value::Object(mut map) = value else {
        return Err(ParseFailure::syntax("expected a JSON object"));
    };
    if let Some(Value::Object(inner)) = map.remove("function") {
        map = inner;
    }
    let name = match map.remove("name") {
        Some(Value::String(name)) if !name.trim().is_empty() => name,
        _ => return Err(ParseFailure::BadName),
    };
    let arguments = match map.remove("arguments").or_else(|| map.remove("parameters")) {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments,
        Some(Value::String(text)) => match serde_json::from_str(&text) {
            Ok(Value::Object(arguments)) => arguments,
            _ => return Err(ParseFailure::BadArguments),
        },
        Some(_) => return Err(ParseFailure::BadArguments),
    };
    Ok(ToolCall { name, arguments })
}
