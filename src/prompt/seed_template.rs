//! The seed model's own chat template and special tokens.
//!
//! The template is plain Jinja: `transformers` renders it too. A menu takes one line a tool, in the manner of a typed
//! signature, so that a small model spends its context on content and not on JSON:
//!
//! ```text
//! <|tools|>
//! find_hotel(city: string "where to stay", nights: integer, class?: budget|standard|luxury): Find a hotel
//! <|user|>QUERY<|assistant|>
//! ```
//!
//! The extra variable `synthesis` replaces the closing `<|assistant|>`: `query_first` by `<|new|>` and `call_first` by
//! `<|newcall|>`. What the model then writes is `QUERY<|assistant|>CALLS<|end|>` or `CALLS<|user|>QUERY<|end|>`. Those
//! inner marks are special tokens: decode a synthesis with `skip_special = false` before parsing it.

/// A token that stands outside of the merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddedSpec {
    /// Its text.
    pub content: &'static str,
    /// Whether `decode(skip_special = true)` drops it.
    pub special: bool,
}

/// Jinja source of the seed model's chat template.
pub const SEED_TEMPLATE: &str = include_str!("seed_template.jinja");

/// Tokens of the seed model outside of the merges, in the order of their ids. `<|call|>` is not special, so that a
/// decoded answer keeps it.
pub const SEED_TOKENS: &[AddedSpec] = &[
    special("<|pad|>"),
    special("<|end|>"),
    special("<|system|>"),
    special("<|tools|>"),
    special("<|user|>"),
    special("<|assistant|>"),
    special("<|tool|>"),
    special("<|new|>"),
    special("<|newcall|>"),
    AddedSpec { content: "<|call|>", special: false },
];

/// The seed model's end of a turn.
pub const SEED_END: &str = "<|end|>";

/// The seed model's padding.
pub const SEED_PAD: &str = "<|pad|>";

const fn special(content: &'static str) -> AddedSpec {
    AddedSpec { content, special: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::ChatTemplate;
    use crate::task::{Message, Role, Tool};
    use serde_json::{Value, json};

    fn line(parameters: Value, description: &str) -> String {
        let tool = Tool { name: "f".into(), description: description.into(), parameters, annotations: None };
        let template = ChatTemplate::from_config(None, Some(SEED_TEMPLATE)).unwrap();
        let text = template.render(&[Message::text(Role::User, "Q")], &[tool], true, &[]).unwrap();
        let line = text.strip_prefix("<|tools|>\n").and_then(|t| t.strip_suffix("\n<|user|>Q<|assistant|>"));
        line.unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    #[test]
    fn signatures() {
        let properties = json!({
            "city": {"type": "string", "description": "where to stay"}, "nights": {"type": "integer"},
            "class": {"type": "string", "enum": ["budget", "luxury"]}, "tags": {"type": "array", "items": {"type": "string"}},
            "guest": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "object", "properties": {"c": {}}}}},
            "list": {"type": "array"}, "n": {"enum": [1, true, null, "x"]}, "o": {"type": ["string", "null"]}, "any": {}, "items": true
        });
        let schema = json!({"type": "object", "properties": properties, "required": ["city", "nights", "guest"]});
        assert_eq!(
            line(schema, "Find\na \"hotel\" "),
            "f(city: string \"where to stay\", nights: integer, class?: budget|luxury, tags?: string[], guest: {a: string, b: object}, \
             list?: any[], n?: 1|true|null|x, o?: string|null, any?: any, items?: any): Find a 'hotel'"
        );
        let unmarked = json!({"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "boolean"}}});
        assert_eq!(line(unmarked, ""), "f(a: number, b: boolean)");
        assert_eq!(line(json!({"type": "object", "properties": {}}), "x"), "f(): x");
        assert_eq!(line(json!(null), ""), "f()");
    }

    #[test]
    fn long_descriptions_are_cut() {
        let text =
            line(json!({"properties": {"a": {"type": "string", "description": "é".repeat(200)}}}), &"b".repeat(121));
        assert_eq!(text, format!("f(a: string \"{}...\"): {}...", "é".repeat(117), "b".repeat(117)));
        assert_eq!(line(json!({}), &"b".repeat(120)), format!("f(): {}", "b".repeat(120)));
    }
}
