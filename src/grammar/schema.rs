//! Schemas of menus as the grammar library takes them.
//!
//! Menus come from people: types that JSON Schema does not have, `required` in the wrong place, keywords of other dialects.
//! What [`check_call`](crate::calls::check_call) passes is passed here too, and nothing more is enforced.

use serde_json::{Map, Value, json};

/// Types that JSON Schema has.
const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "array", "object", "null"];
/// Keywords that are enforced as they are. `format` is not: in menus it hints at a notation ("time" for `15:30`), where the
/// standard means another.
const KEPT: [&str; 14] = [
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "allOf",
    "$ref",
    "$defs",
    "definitions",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "prefixItems",
];
/// Keywords about numbers, with the type that they need.
const BOUNDS: [&str; 5] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
/// Deepest nesting that is enforced; what lies deeper may be any JSON.
const DEPTH: usize = 32;

/// The schema of a value, with objects closed where [`check_call`](crate::calls::check_call) closes them.
pub(super) fn enforceable(schema: &Value) -> Value {
    value(schema, DEPTH)
}

fn value(schema: &Value, depth: usize) -> Value {
    let Some(map) = schema.as_object().filter(|_| depth > 0) else { return json!({}) };
    let mut out = Map::new();
    let types: Vec<&str> = match map.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    // A name that JSON Schema does not have constrains nothing.
    let known = !types.is_empty() && types.iter().all(|name| TYPES.contains(name));
    let nullable = map.get("nullable") == Some(&Value::Bool(true));
    if known {
        let mut types = types.clone();
        if nullable && !types.contains(&"null") {
            types.push("null");
        }
        let names: Vec<Value> = types.into_iter().map(Value::from).collect();
        let one = if names.len() == 1 { names.first().cloned() } else { None };
        out.insert("type".into(), one.unwrap_or(Value::Array(names)));
    }
    for (key, inner) in map {
        let kept = KEPT.contains(&key.as_str()) || inner.is_number() && BOUNDS.contains(&key.as_str());
        if !kept {
            continue;
        }
        let inner = match (key.as_str(), inner) {
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(all)) => {
                all.iter().map(|one| value(one, depth - 1)).collect()
            }
            ("$defs" | "definitions", Value::Object(all)) => {
                Value::Object(all.iter().map(|(name, one)| (name.clone(), value(one, depth - 1))).collect())
            }
            ("enum", Value::Array(members)) if nullable && !members.contains(&Value::Null) => {
                members.iter().cloned().chain([Value::Null]).collect()
            }
            (_, other) => other.clone(),
        };
        out.insert(key.clone(), inner);
    }
    if let Some(items @ Value::Object(_)) = map.get("items") {
        out.insert("items".into(), value(items, depth - 1));
    }
    if let Some(Value::Object(properties)) = map.get("properties") {
        let inner = properties.iter().map(|(name, one)| (name.clone(), value(one, depth - 1))).collect();
        out.insert("properties".into(), Value::Object(inner));
        let required: Vec<Value> = required(schema).into_iter().map(Value::from).collect();
        out.insert("required".into(), Value::Array(required));
        let open = match map.get("additionalProperties") {
            Some(Value::Bool(open)) => json!(open),
            Some(inner @ Value::Object(_)) => value(inner, depth - 1),
            _ => json!(false),
        };
        out.insert("additionalProperties".into(), open);
    }
    Value::Object(out)
}

/// Numbers beyond this lose digits, or cannot be read at all (RFC 8259, section 6).
const LARGEST: i64 = (1 << 53) - 1;

/// Bounds all numbers that have no bound, so that what is written can be read.
pub(super) fn bounded(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            let is_number = |name: &Value| matches!(name.as_str(), Some("integer" | "number"));
            let numeric = match map.get("type") {
                Some(Value::Array(several)) => several.iter().any(is_number),
                Some(one) => is_number(one),
                None => false,
            };
            // A member of an enumeration is written as it stands.
            if numeric && !map.contains_key("enum") && !map.contains_key("const") {
                for (bound, exclusive, limit) in
                    [("minimum", "exclusiveMinimum", -LARGEST), ("maximum", "exclusiveMaximum", LARGEST)]
                {
                    if !map.contains_key(bound) && !map.contains_key(exclusive) {
                        map.insert(bound.to_owned(), limit.into());
                    }
                }
            }
            map.iter_mut().filter(|(key, _)| *key != "enum" && *key != "const").for_each(|(_, inner)| bounded(inner));
        }
        Value::Array(items) => items.iter_mut().for_each(bounded),
        _ => {}
    }
}

/// Only the type of a value.
pub(super) fn loosened(schema: &Value) -> Value {
    schema.get("type").map_or_else(|| json!({}), |types| json!({"type": types}))
}

/// Names of the required properties.
pub(super) fn required(schema: &Value) -> Vec<&str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
