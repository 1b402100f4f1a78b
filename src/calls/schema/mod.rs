//! Checks of calls against the menu.
//!
//! All keywords of JSON Schema about values are judged but `format`, which menus use for a notation (`time` for `15:30`)
//! where the standard means another, and `unevaluated*`. A library for it would bring a second copy of much that is
//! already here (references, Unicode tables), and knows neither closed objects nor the liberties that menus take;
//! `tests/reference/check_constrained.py` compares with one.

mod issue;
pub(crate) mod readable;
pub(crate) mod reference;
pub(crate) mod validate;

use crate::task::{Tool, ToolCall};
pub use issue::CallIssue;
use validate::Validator;

/// Checks that a call names a tool of the menu, gives its required arguments and no unknown ones, and that the values
/// fit the schema. An integer is accepted where a number is asked for, and 3.0 where an integer is.
///
/// # Errors
/// The first [`CallIssue`], in the order of the menu's schema.
pub fn check_call(call: &ToolCall, tools: &[Tool]) -> Result<(), CallIssue> {
    let tool = tools.iter().find(|t| t.name == call.name);
    let tool = tool.ok_or_else(|| CallIssue::UnknownTool { name: call.name.clone() })?;
    Validator::new(&tool.name, &tool.parameters).arguments(&call.arguments)
}

/// The call with its arguments in the order of the tool's schema; those that it does not know come last, in their order.
pub fn order_arguments(call: &ToolCall, tool: &Tool) -> ToolCall {
    let known = tool.properties().filter_map(|(key, _)| call.arguments.get_key_value(key));
    let unknown = call.arguments.iter().filter(|(key, _)| !tool.properties().any(|(name, _)| name == *key));
    let arguments = known.chain(unknown).map(|(key, value)| (key.clone(), value.clone())).collect();
    ToolCall { name: call.name.clone(), arguments }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value, json};

    fn tool() -> Tool {
        let parameters = json!({"type": "object", "properties": {
            "city": {"type": "string"}, "nights": {"type": "integer"}, "price": {"type": "number"},
            "class": {"type": "string", "enum": ["budget", "luxury"]}, "tags": {"type": "array", "items": {"type": "string"}},
            "guest": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
            "note": {"type": ["string", "null"]}, "open": {"type": "object"}, "any": {},
            "rooms": {"type": "integer", "minimum": 1, "exclusiveMaximum": 10}, "code": {"type": "string", "pattern": "^[A-Z]+$"},
            "extras": {"type": "object", "additionalProperties": {"type": "boolean"}}, "seat": {"anyOf": [{"$ref": "#/$defs/Seat"}, {"type": "null"}]}
        }, "required": ["city"], "$defs": {"Seat": {"type": "object", "properties": {"row": {"type": "integer"}}}}});
        Tool { name: "find".into(), description: String::new(), parameters, annotations: None }
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
            json!({"city": "P", "rooms": 9, "code": "AB", "extras": {"spa": true}, "seat": {"row": 3}}),
            json!({"city": "P", "seat": null}),
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
            (json!({"city": "P", "rooms": 0}), "bad_value", "rooms"),
            (json!({"city": "P", "rooms": 10}), "bad_value", "rooms"),
            (json!({"city": "P", "code": "ab"}), "bad_value", "code"),
            (json!({"city": "P", "extras": {"spa": "yes"}}), "wrong_type", "extras.spa"),
            (json!({"city": "P", "seat": {"row": "3"}}), "bad_value", "seat"),
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
            let tool = Tool { name: "t".into(), description: String::new(), parameters, annotations: None };
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
