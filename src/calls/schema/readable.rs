//! Schemas of other conventions as JSON Schema: what servers of tools send is often not quite that.

use serde_json::{Map, Value, json};

use super::reference::resolve;

/// Longest chain of references that is followed.
const CHAIN: usize = 16;

/// The schema of a tool's arguments as an object schema with `properties`.
///
/// Words for types that other conventions have (`INTEGER`, `float`, `dict`) become those of JSON Schema, nulls are taken
/// as absent, `required: true` at a property goes to its object, and a root that is a reference or a combination becomes
/// an object: with `anyOf` and `oneOf`, which stay, of all their properties.
///
/// # Errors
/// What of the schema cannot be read, for the person who wrote it.
pub(crate) fn readable(parameters: &Value) -> Result<Value, String> {
    let mut root = match parameters {
        Value::Null => return Ok(json!({"type": "object", "properties": {}})),
        Value::Object(_) => parameters.clone(),
        _ => return Err("`parameters` is no JSON Schema object".to_owned()),
    };
    settle(&mut root, "parameters")?;
    let root = flattened(root)?;
    match root.get("type") {
        None => {}
        Some(Value::Array(several)) if several.iter().any(|one| one == "object") => {}
        Some(one) if one == "object" => {}
        Some(other) => return Err(format!("`parameters` must have the type \"object\", and has {other}")),
    }
    Ok(root)
}

/// The word of JSON Schema for a type; an empty one for any value, `None` for a word that says nothing.
fn type_word(word: &str) -> Option<&'static str> {
    Some(match word.trim().to_lowercase().as_str() {
        "string" | "str" | "text" | "char" | "varchar" | "date" | "time" | "datetime" | "date-time" | "timestamp"
        | "uri" | "url" | "email" | "uuid" | "enum" => "string",
        "integer" | "int" | "int32" | "int64" | "uint" | "uint32" | "uint64" | "long" | "short" | "byte" => "integer",
        "number" | "float" | "float32" | "float64" | "double" | "decimal" | "numeric" => "number",
        "boolean" | "bool" => "boolean",
        "array" | "list" | "tuple" | "set" | "sequence" => "array",
        "object" | "dict" | "dictionary" | "map" | "mapping" | "hashmap" | "record" | "struct" => "object",
        "null" | "none" | "nil" | "void" => "null",
        "any" => "",
        _ => return None,
    })
}

/// Brings a schema and all that it holds into the form of JSON Schema. `place` is its path, for errors.
fn settle(schema: &mut Value, place: &str) -> Result<(), String> {
    let Some(map) = schema.as_object_mut() else { return Ok(()) };
    for key in
        ["type", "enum", "items", "properties", "required", "additionalProperties", "$ref", "anyOf", "oneOf", "allOf"]
    {
        if map.get(key).is_some_and(Value::is_null) {
            map.shift_remove(key);
        }
    }
    settle_type(map, place)?;
    settle_properties(map, place)?;
    for key in ["items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"] {
        if let Some(inner) = map.get_mut(key) {
            settle(inner, place)?;
        }
    }
    for key in ["anyOf", "oneOf", "allOf", "prefixItems", "items"] {
        for inner in map.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            settle(inner, place)?;
        }
    }
    for key in ["$defs", "definitions", "patternProperties"] {
        for inner in map.get_mut(key).and_then(Value::as_object_mut).into_iter().flat_map(|inner| inner.values_mut()) {
            settle(inner, place)?;
        }
    }
    Ok(())
}

fn settle_type(map: &mut Map<String, Value>, place: &str) -> Result<(), String> {
    let known = |word: &Value| {
        let found = word.as_str().and_then(type_word);
        found.ok_or_else(|| {
            format!("`{place}`: {word} is no type of JSON Schema; use string, integer, number, boolean, array, object or null")
        })
    };
    let types = match map.get("type") {
        None => return Ok(()),
        Some(Value::Array(several)) => several.iter().map(known).collect::<Result<Vec<_>, _>>()?,
        Some(one) => vec![known(one)?],
    };
    match types.as_slice() {
        // Any value is one of them.
        all if all.contains(&"") => {
            map.shift_remove("type");
        }
        [one] if map.get("type").is_some_and(Value::is_string) => {
            map.insert("type".to_owned(), (*one).into());
        }
        several => {
            map.insert("type".to_owned(), several.iter().copied().map(Value::from).collect());
        }
    }
    Ok(())
}

/// Properties are schemas, `required` has names.
fn settle_properties(map: &mut Map<String, Value>, place: &str) -> Result<(), String> {
    let mut names = match map.get("required") {
        // At a property it says that its object needs it.
        None | Some(Value::Bool(_)) => Vec::new(),
        Some(Value::Array(names)) => {
            let name = |name: &Value| name.as_str().map(str::to_owned);
            let names: Option<Vec<String>> = names.iter().map(name).collect();
            names.ok_or_else(|| format!("`{place}.required` is no array of names"))?
        }
        Some(_) => return Err(format!("`{place}.required` is no array of names")),
    };
    let listed = names.len();
    match map.get_mut("properties") {
        None => {}
        Some(Value::Object(properties)) => {
            for (name, inner) in properties.iter_mut() {
                let place = format!("{place}.{name}");
                match inner {
                    Value::Null => *inner = json!({}),
                    Value::Object(_) | Value::Bool(_) => {}
                    _ => return Err(format!("the schema of `{place}` is no object")),
                }
                settle(inner, &place)?;
                if inner.get("required") == Some(&Value::Bool(true)) && !names.contains(name) {
                    names.push(name.clone());
                }
                if let Some(map) =
                    inner.as_object_mut().filter(|map| map.get("required").is_some_and(Value::is_boolean))
                {
                    map.shift_remove("required");
                }
            }
            // A name without a schema may have any value.
            for name in &names {
                if !properties.contains_key(name) {
                    properties.insert(name.clone(), json!({}));
                }
            }
        }
        Some(_) => return Err(format!("`{place}.properties` is no object")),
    }
    if names.len() > listed {
        map.insert("required".to_owned(), names.into());
    }
    Ok(())
}

/// The root as one object: a reference by what it leads to, combinations by their properties.
fn flattened(root: Value) -> Result<Value, String> {
    let mut map = followed(&root, &root)?;
    for key in ["allOf", "anyOf", "oneOf"] {
        let Some(branches) = map.get(key).and_then(Value::as_array).cloned() else { continue };
        let branches = branches.iter().map(|branch| followed(branch, &root)).collect::<Result<Vec<_>, _>>()?;
        let objects = branches.into_iter().filter(|branch| branch.get("type").is_none_or(|kind| kind != "null"));
        let mut needed: Option<Vec<Value>> = None;
        for branch in objects {
            if branch.get("type").is_some_and(|kind| kind != "object") {
                return Err(format!("`parameters.{key}` has a branch that is no object"));
            }
            let names = branch.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            needed = Some(match needed {
                None => names,
                Some(so_far) if key == "allOf" => [so_far, names].concat(),
                // Only what all branches need is always needed; the rest is judged when the call is there.
                Some(so_far) => so_far.into_iter().filter(|name| names.contains(name)).collect(),
            });
            for (name, schema) in branch.get("properties").and_then(Value::as_object).into_iter().flatten() {
                add_property(&mut map, name, schema, key);
            }
        }
        let mut required = map.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        required.extend(needed.unwrap_or_default());
        let mut seen = Vec::new();
        required.retain(|name| {
            !seen.contains(name) && {
                seen.push(name.clone());
                true
            }
        });
        map.insert("required".to_owned(), required.into());
        if key == "allOf" {
            map.shift_remove(key);
        }
    }
    Ok(Value::Object(map))
}

/// A property of a branch: where another branch has one of that name, a value may fit either (or, of `allOf`, both).
fn add_property(map: &mut Map<String, Value>, name: &str, schema: &Value, key: &str) {
    let properties = map.entry("properties").or_insert_with(|| json!({}));
    let Some(properties) = properties.as_object_mut() else { return };
    match properties.get(name) {
        None => {
            properties.insert(name.to_owned(), schema.clone());
        }
        Some(other) if other == schema => {}
        Some(other) => {
            let both =
                if key == "allOf" { json!({"allOf": [other, schema]}) } else { json!({"anyOf": [other, schema]}) };
            properties.insert(name.to_owned(), both);
        }
    }
}

/// A schema with its reference followed, and the definitions that it may refer to.
fn followed(schema: &Value, root: &Value) -> Result<Map<String, Value>, String> {
    let mut here = schema;
    for _ in 0..CHAIN {
        let Some(map) = here.as_object() else { break };
        let Some(reference) = map.get("$ref") else {
            let mut map = map.clone();
            for key in ["$defs", "definitions"] {
                if let (false, Some(definitions)) = (map.contains_key(key), root.get(key)) {
                    map.insert(key.to_owned(), definitions.clone());
                }
            }
            return Ok(map);
        };
        let target = reference.as_str().and_then(|reference| resolve(root, reference));
        here = target.ok_or_else(|| format!("`parameters` is a `$ref` to {reference}, which is not in it"))?;
    }
    Err("`parameters` is a `$ref` that leads to no schema of an object".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_in_order_stay_as_they_are() {
        let schema = json!({"$schema": "x", "type": "object", "properties": {"z": {}, "y": {"type": ["string", "null"], "enum": ["a", null]}},
            "required": ["y"], "additionalProperties": false, "$defs": {"A": {"type": "integer"}}});
        assert_eq!(readable(&schema).unwrap().to_string(), schema.to_string());
    }

    #[test]
    fn other_conventions_are_read() {
        for (given, read) in [
            (json!(null), json!({"type": "object", "properties": {}})),
            (
                json!({"type": "OBJECT", "properties": {"n": {"type": "INTEGER"}, "l": {"type": "list", "items": {"type": "float"}}}}),
                json!({"type": "object", "properties": {"n": {"type": "integer"}, "l": {"type": "array", "items": {"type": "number"}}}}),
            ),
            (
                json!({"type": "dict", "properties": {"a": {"type": "any"}, "b": null}, "required": null}),
                json!({"type": "object", "properties": {"a": {}, "b": {}}}),
            ),
            (
                json!({"properties": {"a": {"type": "string", "required": true}, "b": {"required": false}}}),
                json!({"properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]}),
            ),
            (
                json!({"type": "object", "properties": {}, "required": ["a"]}),
                json!({"type": "object", "properties": {"a": {}}, "required": ["a"]}),
            ),
            (
                json!({"$ref": "#/definitions/A", "definitions": {"A": {"type": "object", "properties": {"c": {"type": "str"}}}}}),
                json!({"type": "object", "properties": {"c": {"type": "string"}}, "definitions": {"A": {"type": "object", "properties": {"c": {"type": "string"}}}}}),
            ),
            (
                json!({"allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"properties": {"b": {}}, "required": ["b"]}]}),
                json!({"properties": {"a": {"type": "string"}, "b": {}}, "required": ["a", "b"]}),
            ),
        ] {
            assert_eq!(readable(&given).unwrap(), read, "{given}");
        }
        let either = json!({"anyOf": [{"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a", "b"]},
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"type": "null"}]});
        let read = readable(&either).unwrap();
        assert_eq!(read["properties"]["a"], json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}));
        assert_eq!((&read["required"], &read["anyOf"]), (&json!(["a"]), &either["anyOf"]));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (given, words) in [
            (json!([]), "JSON Schema object"),
            (json!({"type": "string"}), "\"object\""),
            (json!({"properties": []}), "parameters.properties"),
            (json!({"properties": {"x": 3}}), "parameters.x"),
            (json!({"properties": {"x": {"type": "frob"}}}), "frob"),
            (json!({"properties": {"x": {"items": {"type": 3}}}}), "parameters.x"),
            (json!({"required": "x"}), "required"),
            (json!({"$ref": "#/definitions/Lost"}), "Lost"),
            (json!({"$ref": "#"}), "$ref"),
            (json!({"oneOf": [{"type": "string"}]}), "oneOf"),
        ] {
            let error = readable(&given).unwrap_err();
            assert!(error.contains(words), "{given}: {error}");
        }
    }
}
