//! The wanted texts as grammars in the notation of Lark, as far as `llguidance` reads it.

use serde_json::{Map, Value, json};

use super::schema::{bounded, enforceable, loosened, required};
use crate::{
    calls::CallFormat,
    prompt::{NATIVE_ANSWER, NATIVE_QUERY, PairOrder, SynthesisStyle},
    task::Tool,
};

/// Which texts are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Grammar {
    form: Form,
    tools: Vec<Tool>,
}

#[derive(Debug, Clone, PartialEq)]
enum Form {
    Answer(CallFormat),
    Calls(CallFormat),
    Pair(CallFormat, SynthesisStyle, PairOrder),
    Json(Value),
}

/// Decides whether of a value only the type is enforced.
type Loose<'a> = &'a dyn Fn(&Value) -> bool;

impl Grammar {
    /// One or more calls of the tools, arguments in the order of their schemas; or a text without a call.
    pub fn answer(format: CallFormat, tools: &[Tool]) -> Self {
        Self { form: Form::Answer(format), tools: tools.to_vec() }
    }

    /// One or more calls of the tools, and nothing else.
    pub fn calls(format: CallFormat, tools: &[Tool]) -> Self {
        Self { form: Form::Calls(format), tools: tools.to_vec() }
    }

    /// A query with one or more calls, as [`PromptBuilder::synthesis_text`](crate::prompt::PromptBuilder::synthesis_text)
    /// writes them.
    pub fn pair(format: CallFormat, style: SynthesisStyle, order: PairOrder, tools: &[Tool]) -> Self {
        Self { form: Form::Pair(format, style, order), tools: tools.to_vec() }
    }

    /// JSON that fits a schema, on one line.
    pub fn json(schema: &Value) -> Self {
        Self { form: Form::Json(schema.clone()), tools: Vec::new() }
    }

    /// True when a schema that cannot be enforced may be loosened: menus are somebody else's, a schema that a caller gives
    /// is not.
    pub(super) fn may_loosen(&self) -> bool {
        !matches!(self.form, Form::Json(_))
    }

    /// The grammar's text.
    pub(super) fn text(&self, loose: Loose<'_>) -> String {
        match &self.form {
            Form::Json(schema) => format!("start: %json {}\n", styled(schema.clone())),
            Form::Answer(format) => {
                let (calls, rules) = self.call_rules(*format, loose);
                format!("start: {calls} | FREE\n{rules}FREE: {}\n", free(*format))
            }
            Form::Calls(format) => {
                let (calls, rules) = self.call_rules(*format, loose);
                format!("start: {calls}\n{rules}")
            }
            Form::Pair(format, SynthesisStyle::Native, order) => {
                let (calls, rules) = self.call_rules(*format, loose);
                let start = match order {
                    PairOrder::QueryFirst => format!("QUERY {NATIVE_ANSWER} {calls}"),
                    PairOrder::CallFirst => format!("{calls} {NATIVE_QUERY} QUERY"),
                };
                format!("start: {start}\n{rules}QUERY: /\\S(?s:.*)/ & {}\n", without("<|"))
            }
            Form::Pair(_, SynthesisStyle::Instructed, order) => {
                let calls = self.tools.iter().map(|tool| {
                    let properties = json!({"name": {"const": tool.name}, "arguments": arguments(tool, loose)});
                    object(properties, json!(["name", "arguments"]))
                });
                let calls = json!({"type": "array", "minItems": 1, "items": {"anyOf": calls.collect::<Vec<_>>()}});
                let query = json!({"type": "string", "minLength": 1});
                let properties = match order {
                    PairOrder::QueryFirst => json!({"query": query, "calls": calls}),
                    PairOrder::CallFirst => json!({"calls": calls, "query": query}),
                };
                format!("start: %json {}\n", styled(object(properties, json!(["query", "calls"]))))
            }
        }
    }

    /// An expression for one or more calls, and the rules that it needs.
    fn call_rules(&self, format: CallFormat, loose: Loose<'_>) -> (String, String) {
        let mut rules = String::new();
        let mut names = Vec::new();
        for (i, tool) in self.tools.iter().enumerate() {
            names.push(format!("tool{i}"));
            let name = quoted(&tool.name);
            let (open, key, close) = match format {
                CallFormat::Pythonic => {
                    rules += &pythonic(i, tool, loose);
                    continue;
                }
                CallFormat::Hermes => ("", "arguments", "}\n</tool_call>"),
                CallFormat::Llama3Json => ("", "parameters", "}"),
            };
            let head = quoted(&format!("{open}{}{name}, \"{key}\": ", format.opener().trim_end_matches('"')));
            rules += &format!("tool{i}: {head} args{i} {}\n", quoted(close));
            rules += &format!("args{i}: %json {}\n", styled(arguments(tool, loose)));
        }
        let any = names.join(" | ");
        let calls = match format {
            CallFormat::Pythonic => "call+",
            CallFormat::Hermes => r#"call ("\n" call)*"#,
            CallFormat::Llama3Json => r#"call ("; " call)*"#,
        };
        let open = if format == CallFormat::Pythonic { quoted(format.opener()) } else { String::new() };
        (calls.to_owned(), format!("call: {open} ({any})\n{rules}"))
    }
}

/// A call `name(key=value, ...)`: arguments in the order of the schema, the required ones always.
fn pythonic(i: usize, tool: &Tool, loose: Loose<'_>) -> String {
    let required = required(&tool.parameters);
    let params: Vec<(&str, &Value)> = tool.properties().collect();
    let mut rules = format!("tool{i}: {} first{i}_0 \")\"\n", quoted(&format!("{}(", tool.name)));
    for (j, (name, schema)) in params.iter().enumerate() {
        let next = j + 1;
        // Before the first argument there is no comma; what is not required may be passed over.
        let key = quoted(&format!("{name}="));
        let comma = quoted(&format!(", {name}="));
        let optional = !required.contains(name);
        let skip = |state: &str| if optional { format!(" | {state}{i}_{next}") } else { String::new() };
        rules += &format!("first{i}_{j}: {key} value{i}_{j} more{i}_{next}{}\n", skip("first"));
        rules += &format!("more{i}_{j}: {comma} value{i}_{j} more{i}_{next}{}\n", skip("more"));
        rules += &format!("value{i}_{j}: %json {}\n", styled(parameter(tool, schema, loose)));
    }
    let end = params.len();
    rules + &format!("first{i}_{end}: \"\"\nmore{i}_{end}: \"\"\n")
}

/// The schema of all arguments of a tool.
fn arguments(tool: &Tool, loose: Loose<'_>) -> Value {
    let properties: Map<String, Value> =
        tool.properties().map(|(name, schema)| (name.to_owned(), parameter(tool, schema, loose))).collect();
    let required: Vec<&str> = required(&tool.parameters).into_iter().filter(|n| properties.contains_key(*n)).collect();
    let required = json!(required);
    let mut out = object(Value::Object(properties), required);
    // References count from the root.
    for key in DEFINITIONS {
        if let Some(definitions) = tool.parameters.get(key) {
            out[key] = enforceable(&json!({key: definitions}))[key].take();
        }
    }
    out
}

const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// The schema of one argument, with what it may refer to.
fn parameter(tool: &Tool, schema: &Value, loose: Loose<'_>) -> Value {
    let mut with_definitions = schema.clone();
    if let Some(map) = with_definitions.as_object_mut() {
        for key in DEFINITIONS {
            if let Some(definitions) = tool.parameters.get(key) {
                map.insert(key.to_owned(), definitions.clone());
            }
        }
    }
    let strict = enforceable(&with_definitions);
    if loose(&strict) { loosened(&strict) } else { strict }
}

fn object(properties: Value, required: Value) -> Value {
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// The schema, for JSON that is written as [`json.dumps`](https://docs.python.org/3/library/json.html) of Python does:
/// what models are trained on.
pub(super) fn styled(mut schema: Value) -> Value {
    bounded(&mut schema);
    let style = json!({"whitespace_flexible": false, "item_separator": ", ", "key_separator": ": ", "lenient": true});
    if let Some(map) = schema.as_object_mut() {
        map.insert("x-guidance".into(), style);
        return schema;
    }
    // `true` and `false` are schemas too: anything, and nothing.
    if schema == Value::Bool(false) { json!({"enum": [], "x-guidance": style}) } else { json!({"x-guidance": style}) }
}

/// A text without a call.
fn free(format: CallFormat) -> String {
    match format {
        CallFormat::Pythonic => format!("/(?s:.+)/ & {}", without("<|")),
        CallFormat::Hermes => {
            format!("/[^{{](?s:.*)/ & {}", without(format.opener().trim_end_matches("\n{\"name\": \"")))
        }
        CallFormat::Llama3Json => "/[^{\\[`\\s](?s:.*)/".to_owned(),
    }
}

/// Texts in which `mark` does not stand.
fn without(mark: &str) -> String {
    let escaped: String =
        mark.chars().flat_map(|c| if r"|\.+*?()[]{}^$/".contains(c) { vec!['\\', c] } else { vec![c] }).collect();
    format!("~/(?s:.*){escaped}(?s:.*)/")
}

/// A string literal.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
