//! Reads a menu of tools from JSON.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::schema::readable::readable;
use crate::error::{Error, Result};
use crate::format;
use crate::task::{Annotations, Tool};

/// What the schema of the arguments is called: by OpenAI, MCP, Anthropic and Google.
const SCHEMA_KEYS: [&str; 4] = ["parameters", "inputSchema", "input_schema", "parametersJsonSchema"];
/// Longest name of a tool, in characters.
const MAX_NAME: usize = 128;

/// Reads a menu: an array of `{"name", "description", "parameters"}` or of OpenAI's `{"type": "function", "function":
/// {...}}`, mixed if need be. The schema may be called `inputSchema` (MCP), `input_schema` (Anthropic) or
/// `parametersJsonSchema` (Google); an absent or null one is that of no arguments.
///
/// A tool whose schema cannot be read is in the menu too: the agent leaves it out and says so, as [`usable`] does.
///
/// # Errors
/// [`Error::InvalidInput`] that names the tool by index and name: for text that is no JSON array, names that are absent,
/// doubled, too long or hold characters other than letters, digits, `_`, `-`, `.`, `/` and `:`, and a menu without any
/// schema that can be read.
pub fn menu_from_json(json: &str) -> Result<Vec<Tool>> {
    let read = format::json::read(json.as_bytes());
    let value: Value = read.map_err(|reason: String| Error::invalid("tools", format!("not JSON: {reason}")))?;
    let Value::Array(entries) = value else {
        return Err(Error::invalid("tools", "expected a JSON array of tools"));
    };
    let tools = entries.iter().enumerate().map(|(index, entry)| read_tool(entry, index)).collect::<Result<Vec<_>>>()?;
    usable(&tools)?;
    Ok(tools)
}

/// A menu that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Menu {
    /// The tools that can be used, with schemas that the grammar and the checks read.
    pub tools: Vec<Tool>,
    /// The others.
    pub left_out: Vec<LeftOut>,
}

/// A tool that cannot be used: its schema cannot be read. Menus of a stranger's server have such tools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Name of the tool.
    pub tool: String,
    /// What of its schema cannot be read.
    pub reason: String,
}

/// The tools of a menu that can be used.
///
/// # Errors
/// [`Error::InvalidInput`] that names the tool by index and name: for a name that cannot be called or is there twice, and
/// for a schema that cannot be read when no other tool is left.
pub fn usable(tools: &[Tool]) -> Result<Menu> {
    let mut menu = Menu::default();
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
        match readable(&tool.parameters) {
            Ok(parameters) => menu.tools.push(Tool { parameters, ..tool.clone() }),
            Err(reason) => menu.left_out.push(LeftOut { tool: name.clone(), reason }),
        }
    }
    match menu.left_out.first() {
        Some(first) if menu.tools.is_empty() => {
            let index = tools.iter().position(|tool| tool.name == first.tool).unwrap_or(0);
            Err(Error::invalid(place(index, &first.tool), first.reason.as_str()))
        }
        _ => Ok(menu),
    }
}

/// Checks a menu whose author can mend it: all of its tools must be usable.
///
/// # Errors
/// [`Error::InvalidInput`] that names the tool by index and name.
pub fn check_menu(tools: &[Tool]) -> Result<()> {
    match usable(tools)?.left_out.into_iter().next() {
        Some(LeftOut { tool, reason }) => {
            let index = tools.iter().position(|other| other.name == tool).unwrap_or(0);
            Err(Error::invalid(place(index, &tool), reason))
        }
        None => Ok(()),
    }
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
    let stated = SCHEMA_KEYS.iter().find_map(|key| map.get(*key).filter(|schema| !schema.is_null()));
    let parameters = stated.cloned().unwrap_or_else(|| serde_json::json!({"type": "object", "properties": {}}));
    let annotations = map.get("annotations").and_then(Annotations::read);
    Ok(Tool { name, description, parameters, annotations })
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
    fn other_names_of_the_schema_are_read() {
        for key in SCHEMA_KEYS {
            let json = format!(r#"{{"name": "a", "{key}": {{"properties": {{"x": {{"type": "INTEGER"}}}}}}}}"#);
            let menu = usable(&menu_from_json(&format!("\u{feff}[{json}]")).unwrap()).unwrap();
            assert_eq!(menu.tools[0].parameters["properties"]["x"]["type"], "integer", "{key}");
            // Callers that hand over tools, not texts.
            let tool: Tool = serde_json::from_str(&json).unwrap();
            assert_eq!(tool.properties().count(), 1, "{key}");
        }
    }

    #[test]
    fn a_tool_that_cannot_be_read_is_left_out_of_the_others() {
        let json = r#"[{"name":"a","parameters":{"properties":{"x":{"type":"frob"}}}},{"name":"b"}]"#;
        let tools = menu_from_json(json).unwrap();
        let menu = usable(&tools).unwrap();
        assert_eq!(menu.tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>(), ["b"]);
        assert!(menu.left_out[0].tool == "a" && menu.left_out[0].reason.contains("frob"), "{:?}", menu.left_out);
        assert!(check_menu(&tools).unwrap_err().to_string().contains("tools[0] `a`"));
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
            (r#"[{"name":"a","parameters":{"properties":{"x":3}}}]"#, "parameters.x`"),
            (r#"[{"name":"a","parameters":{"properties":{"x":{"type":"frob"}}}}]"#, "frob"),
        ] {
            let error = menu_from_json(json).unwrap_err();
            assert_eq!(error.code(), "InvalidInput");
            assert!(error.to_string().contains(words), "{json}: {error}");
        }
    }
}
