//! Checks of calls against the menu.
//!
//! This is the part of JSON Schema that tool menus use: `type` (one or a list), `enum`, `const`, `items`, `properties`,
//! `required`, `nullable`. Anything else (formats, patterns, ranges, references, `anyOf`) passes. A full JSON-Schema
//! engine would cost several hundred kB of wasm, for keywords that menus hardly use.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::task::{Tool, ToolCall};

/// What is wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallIssue {
    /// The menu has no tool of that name.
    #[error("the menu has no tool `{name}`")]
    UnknownTool {
        /// The name that was called.
        name: String,
    },
    /// A required argument is absent.
    #[error("`{tool}` needs the argument `{argument}`")]
    MissingArgument {
        /// The tool.
        tool: String,
        /// Path of the argument, as `address.city`.
        argument: String,
    },
    /// An argument is not in the schema.
    #[error("`{tool}` has no argument `{argument}`")]
    UnknownArgument {
        /// The tool.
        tool: String,
        /// Path of the argument.
        argument: String,
    },
    /// A value does not fit the schema.
    #[error("argument `{argument}` of `{tool}`: expected {expected}, found {found}")]
    WrongType {
        /// The tool.
        tool: String,
        /// Path of the argument, as `tags[0]`.
        argument: String,
        /// Type or members that the schema asks for.
        expected: String,
        /// The value's type, or the value that is no member.
        found: String,
    },
}

impl CallIssue {
    /// Stable snake_case name of the kind.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::UnknownTool { .. } => "unknown_tool",
            Self::MissingArgument { .. } => "missing_argument",
            Self::UnknownArgument { .. } => "unknown_argument",
            Self::WrongType { .. } => "wrong_type",
        }
    }
}

/// Checks that a call names a tool of the menu, gives its required arguments and no unknown ones, and that the values
/// fit the schema. An integer is accepted where a number is asked for, and 3.0 where an integer is.
///
/// # Errors
/// The first [`CallIssue`], in the order of the menu's schema.
pub fn check_call(call: &ToolCall, tools: &[Tool]) -> Result<(), CallIssue> {
    let tool = tools.iter().find(|t| t.name == call.name);
    let tool = tool.ok_or_else(|| CallIssue::UnknownTool { name: call.name.clone() })?;
    check_object(&call.arguments, &tool.parameters, &tool.name, "")
}

/// The call with its arguments in the order of the tool's schema; those that it does not know come last, in their order.
pub fn order_arguments(call: &ToolCall, tool: &Tool) -> ToolCall {
    let known = tool.properties().filter_map(|(key, _)| call.arguments.get_key_value(key));
    let unknown = call.arguments.iter().filter(|(key, _)| !tool.properties().any(|(name, _)| name == *key));
    let arguments = known.chain(unknown).map(|(key, value)| (key.clone(), value.clone())).collect();
    ToolCall { name: call.name.clone(), arguments }
}

fn check_object(map: &Map<String, Value>, schema: &Value, tool: &str, path: &str) -> Result<(), CallIssue> {
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if !map.contains_key(name) {
            return Err(CallIssue::MissingArgument { tool: tool.to_owned(), argument: join(name) });
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    // Nested objects without properties, and schemas that say so, are open.
    let open = match schema.get("additionalProperties") {
        Some(Value::Bool(open)) => *open,
        Some(Value::Object(_)) => true,
        _ => properties.is_none() && !path.is_empty(),
    };
    for (name, value) in map {
        match properties.and_then(|p| p.get(name)) {
            Some(inner) => check_value(value, inner, tool, &join(name))?,
            None if open => {}
            None => return Err(CallIssue::UnknownArgument { tool: tool.to_owned(), argument: join(name) }),
        }
    }
    Ok(())
}

fn check_value(value: &Value, schema: &Value, tool: &str, path: &str) -> Result<(), CallIssue> {
    let wrong = |expected: String, found: String| {
        Err(CallIssue::WrongType { tool: tool.to_owned(), argument: path.to_owned(), expected, found })
    };
    if value.is_null() && schema.get("nullable") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|name| is_of_type(value, name)) {
        return wrong(types.join(" or "), type_name(value).to_owned());
    }
    if let Some(members) = schema.get("enum").and_then(Value::as_array)
        && !members.iter().any(|member| equal(member, value))
    {
        let members: Vec<String> = members.iter().map(Value::to_string).collect();
        return wrong(format!("one of {}", members.join(", ")), value.to_string());
    }
    if let Some(constant) = schema.get("const")
        && !equal(constant, value)
    {
        return wrong(constant.to_string(), value.to_string());
    }
    match value {
        Value::Array(items) => match schema.get("items") {
            Some(inner @ Value::Object(_)) => items
                .iter()
                .enumerate()
                .try_for_each(|(i, item)| check_value(item, inner, tool, &format!("{path}[{i}]"))),
            _ => Ok(()),
        },
        Value::Object(map) => check_object(map, schema, tool, path),
        _ => Ok(()),
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|x| x.fract() == 0.0),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        // A name that JSON Schema does not have ("any", "date") constrains nothing.
        _ => true,
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().zip(b.as_f64()).is_some_and(|(x, y)| x == y)
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tool() -> Tool {
        let parameters = json!({"type": "object", "properties": {
            "city": {"type": "string"}, "nights": {"type": "integer"}, "price": {"type": "number"},
            "class": {"type": "string", "enum": ["budget", "luxury"]}, "tags": {"type": "array", "items": {"type": "string"}},
            "guest": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
            "note": {"type": ["string", "null"]}, "open": {"type": "object"}, "any": {}
        }, "required": ["city"]});
        Tool { name: "find".into(), description: String::new(), parameters }
    }

    fn check(arguments: Value) -> Result<(), CallIssue> {
        let arguments = arguments.as_object().cloned().unwrap();
        check_call(&ToolCall { name: "find".into(), arguments }, &[tool()])
    }

    #[test]
    fn good_calls_pass() {
        for arguments in [
            json!({"city": "Paris"}),
            json!({"city": "Paris", "nights": 3, "price": 4, "class": "luxury", "tags": [], "note": null}),
            json!({"city": "Paris", "nights": 3.0, "price": 4.5, "tags": ["a"], "guest": {"name": "Ann"}}),
            json!({"city": "", "open": {"x": 1}, "any": [1, {}]}),
        ] {
            assert_eq!(check(arguments.clone()), Ok(()), "{arguments}");
        }
    }

    #[test]
    fn each_issue_has_its_reason_and_place() {
        for (arguments, reason, place) in [
            (json!({}), "missing_argument", "city"),
            (json!({"city": "P", "guest": {}}), "missing_argument", "guest.name"),
            (json!({"city": "P", "town": 1}), "unknown_argument", "town"),
            (json!({"city": "P", "guest": {"name": "A", "age": 3}}), "unknown_argument", "guest.age"),
            (json!({"city": 3}), "wrong_type", "city"),
            (json!({"city": "P", "nights": "3"}), "wrong_type", "nights"),
            (json!({"city": "P", "nights": 3.5}), "wrong_type", "nights"),
            (json!({"city": "P", "class": "grand"}), "wrong_type", "class"),
            (json!({"city": "P", "tags": ["a", 1]}), "wrong_type", "tags[1]"),
            (json!({"city": "P", "note": 1}), "wrong_type", "note"),
        ] {
            let issue = check(arguments).unwrap_err();
            assert_eq!(issue.reason(), reason);
            assert!(issue.to_string().contains(&format!("`{place}`")), "{issue}");
        }
        let call = ToolCall { name: "other".into(), arguments: Map::new() };
        assert_eq!(check_call(&call, &[tool()]).unwrap_err().reason(), "unknown_tool");
        assert_eq!(check_call(&call, &[]).unwrap_err().reason(), "unknown_tool");
    }

    #[test]
    fn odd_schemas_do_not_panic() {
        for parameters in
            [json!(null), json!([]), json!({"properties": 3, "required": "city"}), json!({"properties": {"a": 1}})]
        {
            let tool = Tool { name: "t".into(), description: String::new(), parameters };
            let arguments = json!({"a": [1]}).as_object().cloned().unwrap();
            let _ = check_call(&ToolCall { name: "t".into(), arguments }, &[tool]);
        }
    }

    #[test]
    fn arguments_take_the_order_of_the_schema() {
        let arguments = json!({"zeta": 1, "tags": [], "city": "P", "alpha": 2}).as_object().cloned().unwrap();
        let ordered = order_arguments(&ToolCall { name: "find".into(), arguments }, &tool());
        assert_eq!(ordered.arguments.keys().collect::<Vec<_>>(), ["city", "tags", "zeta", "alpha"]);
    }
}
