//! Schemas of menus as the grammar library takes them.
//!
//! Menus are mended before ([`usable`](crate::calls::usable)). What the library cannot enforce is left out here, and judged
//! by [`check_call`](crate::calls::check_call) when the call is written.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::calls::schema::{
    reference::resolve,
    validate::{COMBINATIONS, bounds},
};

/// Types that JSON Schema has.
const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "array", "object", "null"];
/// Keywords that are enforced as they are. `format` is not: in menus it hints at a notation ("time" for `15:30`), where the
/// standard means another.
const KEPT: [&str; 15] = [
    "type",
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "allOf",
    "$ref",
    "$defs",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "prefixItems",
    "multipleOf",
];
/// Keywords whose values are schemas by name.
const NAMED: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
/// Pairs of limits, of which neither holds where they contradict each other.
const LIMITS: [[&str; 2]; 2] = [["minLength", "maxLength"], ["minItems", "maxItems"]];
/// Deepest nesting that is enforced; what lies deeper may be any JSON.
const DEPTH: usize = 32;
/// Most references that are followed from one menu entry.
const REFERENCES: usize = 256;

/// The schema with all that it refers to under `$defs`, so that its parts can be read alone. A reference that leads nowhere
/// allows anything. `tool` is the number of the tool in its menu.
pub(super) fn standalone(root: &Value, tool: usize) -> Value {
    let mut found = References { tool, ..References::default() };
    let mut out = found.renamed(root, root);
    let mut definitions = Map::new();
    let mut next = 0;
    while let Some(reference) = found.all.get(next).cloned() {
        let target = resolve(root, &reference).cloned().unwrap_or_else(|| json!({}));
        definitions.insert(found.name(next), found.renamed(&target, root));
        next += 1;
    }
    if let (false, Some(map)) = (definitions.is_empty(), out.as_object_mut()) {
        map.insert("$defs".to_owned(), Value::Object(definitions));
    }
    out
}

#[derive(Default)]
struct References {
    /// The tool's number, so that the definitions of a whole menu may stand together.
    tool: usize,
    all: Vec<String>,
    numbers: BTreeMap<String, usize>,
}

impl References {
    fn name(&self, number: usize) -> String {
        format!("tool{}_{number}", self.tool)
    }

    /// A copy whose references lead to numbered definitions, without definitions of its own.
    fn renamed(&mut self, schema: &Value, root: &Value) -> Value {
        match schema {
            Value::Object(map) => {
                let mut out = Map::new();
                for (key, inner) in map {
                    let inner = match (key.as_str(), inner) {
                        ("$ref", Value::String(reference)) => match self.number(reference, root) {
                            Some(number) => format!("#/$defs/{}", self.name(number)).into(),
                            None => continue,
                        },
                        ("$defs" | "definitions", Value::Object(_)) => continue,
                        // Values, not schemas.
                        ("enum" | "const" | "default" | "example" | "examples", _) => inner.clone(),
                        _ => self.renamed(inner, root),
                    };
                    out.insert(key.clone(), inner);
                }
                Value::Object(out)
            }
            Value::Array(items) => items.iter().map(|item| self.renamed(item, root)).collect(),
            other => other.clone(),
        }
    }

    fn number(&mut self, reference: &str, root: &Value) -> Option<usize> {
        if let Some(number) = self.numbers.get(reference) {
            return Some(*number);
        }
        if self.all.len() >= REFERENCES || resolve(root, reference).is_none() {
            return None;
        }
        self.all.push(reference.to_owned());
        self.numbers.insert(reference.to_owned(), self.all.len() - 1);
        Some(self.all.len() - 1)
    }
}

/// The schema of a value, with objects closed where [`check_call`](crate::calls::check_call) closes them.
pub(super) fn enforceable(schema: &Value) -> Value {
    value(schema, DEPTH, true)
}

/// `closed`: objects have only the properties that they list.
fn value(schema: &Value, depth: usize, closed: bool) -> Value {
    let Some(map) = schema.as_object().filter(|_| depth > 0) else {
        return if schema == &Value::Bool(false) { schema.clone() } else { json!({}) };
    };
    let mut out = Map::new();
    let nullable = map.get("nullable") == Some(&Value::Bool(true));
    let combined = COMBINATIONS.iter().any(|key| map.contains_key(*key));
    // A branch beside properties of the object's own knows only some of them.
    let branch = |only: bool| closed && only && !map.contains_key("properties");
    for (key, inner) in map.iter().filter(|(key, _)| KEPT.contains(&key.as_str())) {
        let inner = match (key.as_str(), inner) {
            // A menu that was not mended may have other words; they constrain nothing.
            ("type", types) if !is_known(types) => continue,
            ("type", types) if nullable => with_null(types),
            ("anyOf" | "oneOf", Value::Array(all)) => {
                all.iter().map(|one| value(one, depth - 1, branch(true))).collect()
            }
            ("allOf", Value::Array(all)) => {
                all.iter().map(|one| value(one, depth - 1, branch(all.len() == 1))).collect()
            }
            ("prefixItems", Value::Array(all)) => all.iter().map(|one| value(one, depth - 1, closed)).collect(),
            ("$defs", Value::Object(all)) => {
                Value::Object(all.iter().map(|(name, one)| (name.clone(), value(one, depth - 1, closed))).collect())
            }
            ("enum", Value::Array(members)) if nullable && !members.contains(&Value::Null) => {
                members.iter().cloned().chain([Value::Null]).collect()
            }
            ("multipleOf", other) if !other.is_number() => continue,
            (_, other) => other.clone(),
        };
        out.insert(key.clone(), inner);
    }
    for bound in bounds(schema) {
        out.insert(bound.keyword.to_owned(), bound.limit.clone());
    }
    for [least, most] in LIMITS {
        let limit = |key: &str| map.get(key).and_then(Value::as_f64);
        if limit(least).zip(limit(most)).is_some_and(|(least, most)| least > most) {
            out.retain(|key, _| key != least && key != most);
        }
    }
    match map.get("items") {
        // Older drafts list the schemas of the first items here.
        Some(Value::Array(all)) => {
            out.insert("prefixItems".into(), all.iter().map(|one| value(one, depth - 1, closed)).collect());
        }
        Some(items @ (Value::Object(_) | Value::Bool(_))) => {
            out.insert("items".into(), value(items, depth - 1, closed));
        }
        _ => {}
    }
    let properties = map.get("properties").and_then(Value::as_object);
    if let Some(properties) = properties {
        let inner = properties.iter().map(|(name, one)| (name.clone(), value(one, depth - 1, closed))).collect();
        out.insert("properties".into(), Value::Object(inner));
    }
    let required = required(schema);
    if !required.is_empty() || properties.is_some() {
        out.insert("required".into(), required.into());
    }
    let listed = properties.is_some() && !combined && !map.contains_key("patternProperties");
    let open = match map.get("additionalProperties") {
        // Names by pattern are judged afterwards.
        Some(_) if map.contains_key("patternProperties") => None,
        Some(Value::Bool(open)) => Some(json!(open)),
        Some(inner @ Value::Object(_)) => Some(value(inner, depth - 1, closed)),
        _ if closed && listed => Some(json!(false)),
        _ => None,
    };
    if let Some(open) = open {
        out.insert("additionalProperties".into(), open);
    }
    Value::Object(out)
}

fn is_known(types: &Value) -> bool {
    let known = |name: &Value| name.as_str().is_some_and(|name| TYPES.contains(&name));
    types.as_array().map_or_else(|| known(types), |several| !several.is_empty() && several.iter().all(known))
}

fn with_null(types: &Value) -> Value {
    match types {
        Value::Array(several) if several.contains(&json!("null")) => types.clone(),
        Value::Array(several) => several.iter().cloned().chain([json!("null")]).collect(),
        one => json!([one, "null"]),
    }
}

/// Numbers beyond this lose digits, or cannot be read at all (RFC 8259, section 6).
const LARGEST: i64 = (1 << 53) - 1;

/// Bounds all numbers that have no bound, so that what is written can be read, and brings bounds beyond that nearer. The grammar library
/// counts in 64 bits, and calls itself for ever where both bounds of an integer leave them: a constant is both of its bounds, so those that are
/// as far away are taken out of lists, and nothing fits one that stands alone.
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
            for bound in ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"] {
                if let Some(limit) = map.get_mut(bound)
                    && let Some(number) = limit.as_f64().filter(|number| number.abs() > LARGEST as f64)
                {
                    *limit = if number < 0.0 { (-LARGEST).into() } else { LARGEST.into() };
                }
            }
            if map.get("const").is_some_and(is_far) {
                map.shift_remove("const");
                map.insert("enum".to_owned(), json!([]));
            }
            if let Some(Value::Array(members)) = map.get_mut("enum") {
                members.retain(|member| !is_far(member));
            }
            for (key, inner) in map.iter_mut() {
                match (key.as_str(), inner) {
                    ("enum" | "const", _) => {}
                    // These keys are names.
                    (key, Value::Object(named)) if NAMED.contains(&key) => named.values_mut().for_each(bounded),
                    (_, inner) => bounded(inner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(bounded),
        _ => {}
    }
}

/// Whether a value has a number that no integer of 64 bits reaches.
fn is_far(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_none_or(|number| number.abs() >= i64::MAX as f64),
        Value::Array(items) => items.iter().any(is_far),
        Value::Object(map) => map.values().any(is_far),
        _ => false,
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
