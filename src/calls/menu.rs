//! Reads a menu of tools from JSON.

use std::collections::HashSet;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::task::Tool;

/// Longest name of a tool, in characters.
const MAX_NAME: usize = 128;

/// Reads a menu: an array of `{"name", "description", "parameters"}` or of OpenAI's `{"type": "function", "function":
/// {...}}`, mixed if need be. An absent or null schema is that of no arguments.
///
/// # Errors
/// [`Error::InvalidInput`] that names the tool by index and name: for text that is no JSON array, names that are absent,
/// doubled, too long or hold characters other than letters, digits, `_`, `-`, `.`, `/` and `:`, schemas that are no
/// object schema, and names of parameters that cannot be written in a call.
pub fn menu_from_json(json: &str) -> Result<Vec<Tool>> {
    let value: Value = serde_json::from_str(json).map_err(|e| Error::invalid("tools", format!("not JSON: {e}")))?;
    let Value::Array(entries) = value else {
        return Err(Error::invalid("tools", "expected a JSON array of tools"));
    };
    let tools = entries.iter().enumerate().map(|(index, entry)| read_tool(entry, index)).collect::<Result<Vec<_>>>()?;
    check_menu(&tools)?;
    Ok(tools)
}

/// Checks a menu, wherever it comes from.
///
/// # Errors
/// Errors of [`menu_from_json`].
pub fn check_menu(tools: &[Tool]) -> Result<()> {
    let mut names = HashSet::new();
    for (index, tool) in tools.iter().enumerate() {
        let (at, name) = (place(index, &tool.name), &tool.name);
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(Error::invalid(at, format!("a name has 1 to {MAX_NAME} characters")));
        }
        if let Some(bad) = name.chars().find(|c| !c.is_alphanumeric() && !"_-./:".contains(*c)) {
            return Err(Error::invalid(at, format!("{bad:?} cannot stand in a name; use letters, digits, _ - . / :")));
        }
        if !names.insert(name) {
            return Err(Error::invalid(at, "an earlier tool has the same name"));
        }
        check_schema(&tool.parameters, &at)?;
    }
    Ok(())
}

fn read_tool(entry: &Value, index: usize) -> Result<Tool> {
    let at = format!("tools[{index}]");
    let function = match entry.get("function") {
        Some(function) => function,
        None => entry,
    };
    let Some(map) = function.as_object() else {
        return Err(Error::invalid(at, "expected an object with `name`, `description` and `parameters`"));
    };
    let name = match map.get("name") {
        Some(Value::String(name)) => name.clone(),
        _ => return Err(Error::invalid(at, "`name` is absent or no text")),
    };
    let at = place(index, &name);
    let description = match map.get("description") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err(Error::invalid(at, "`description` is no text")),
    };
    let parameters = match map.get("parameters") {
        None | Some(Value::Null) => serde_json::json!({"type": "object", "properties": {}}),
        Some(schema) => schema.clone(),
    };
    Ok(Tool { name, description, parameters })
}

fn check_schema(schema: &Value, at: &str) -> Result<()> {
    let Some(map) = schema.as_object() else {
        return Err(Error::invalid(at, "`parameters` is no JSON Schema object"));
    };
    if map.get("type").is_some_and(|kind| kind != "object") {
        return Err(Error::invalid(at, "`parameters` must have the type \"object\""));
    }
    let properties = match map.get("properties") {
        None => return Ok(()),
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err(Error::invalid(at, "`parameters.properties` is no object")),
    };
    for (key, inner) in properties {
        if key.is_empty() || key.contains(|c: char| c.is_control() || "\"()[]{},=".contains(c)) {
            return Err(Error::invalid(at, format!("{key:?} cannot be the name of a parameter")));
        }
        if !inner.is_object() && !inner.is_boolean() {
            return Err(Error::invalid(at, format!("the schema of parameter `{key}` is no object")));
        }
    }
    let required = match map.get("required") {
        None => return Ok(()),
        Some(Value::Array(required)) => required,
        Some(_) => return Err(Error::invalid(at, "`parameters.required` is no array of names")),
    };
    for name in required {
        match name.as_str() {
            Some(name) if properties.contains_key(name) => {}
            Some(name) => return Err(Error::invalid(at, format!("`required` names `{name}`, which is no property"))),
            None => return Err(Error::invalid(at, "`parameters.required` is no array of names")),
        }
    }
    Ok(())
}

fn place(index: usize, name: &str) -> String {
    format!("tools[{index}] `{name}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let menu = menu_from_json(
            r#"[{"name":"a.b","description":"d","parameters":{"type":"object","properties":{"z":{},"y":{"type":"string"}},"required":["y"]}},
                {"type":"function","function":{"name":"c-d"}}]"#,
        )
        .unwrap();
        assert_eq!(menu[0].properties().map(|(k, _)| k).collect::<Vec<_>>(), ["z", "y"]);
        assert_eq!((menu[1].name.as_str(), menu[1].description.as_str()), ("c-d", ""));
        assert_eq!(menu[1].properties().count(), 0);
        assert_eq!(menu_from_json("[]").unwrap(), vec![]);
    }

    #[test]
    fn errors_say_where() {
        for (json, words) in [
            ("{", "not JSON"),
            ("{}", "array"),
            ("[3]", "tools[0]"),
            (r#"[{"name":3}]"#, "tools[0]"),
            (r#"[{"name":""}]"#, "1 to 128"),
            (r#"[{"name":"a b"}]"#, "' '"),
            (r#"[{"name":"a"},{"name":"a"}]"#, "tools[1] `a`"),
            (r#"[{"name":"a","description":[]}]"#, "description"),
            (r#"[{"name":"a","parameters":[]}]"#, "JSON Schema object"),
            (r#"[{"name":"a","parameters":{"type":"string"}}]"#, "\"object\""),
            (r#"[{"name":"a","parameters":{"properties":[]}}]"#, "properties"),
            (r#"[{"name":"a","parameters":{"properties":{"x":3}}}]"#, "`x`"),
            (r#"[{"name":"a","parameters":{"properties":{"x=":{}}}}]"#, "x="),
            (r#"[{"name":"a","parameters":{"properties":{},"required":["q"]}}]"#, "`q`"),
        ] {
            let error = menu_from_json(json).unwrap_err();
            assert_eq!(error.code(), "InvalidInput");
            assert!(error.to_string().contains(words), "{json}: {error}");
        }
    }
}
