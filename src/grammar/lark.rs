//! The wanted texts as grammars in the notation of Lark, as far as `llguidance` reads it.

use serde_json::{Map, Value, json};

use super::schema::{bounded, enforceable, loosened, required, standalone};
use crate::{
    calls::{CallFormat, pythonic::key},
    prompt::{NATIVE_ANSWER, NATIVE_QUERY, PairOrder, SynthesisStyle},
    task::Tool,
};

/// Which texts are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Grammar {
    form: Form,
    tools: Vec<Tool>,
    /// Most calls.
    most: Option<usize>,
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
        Self { form: Form::Answer(format), tools: tools.to_vec(), most: None }
    }

    /// One or more calls of the tools, and nothing else.
    pub fn calls(format: CallFormat, tools: &[Tool]) -> Self {
        Self { form: Form::Calls(format), tools: tools.to_vec(), most: None }
    }

    /// A query with one or more calls, as [`PromptBuilder::synthesis_text`](crate::prompt::PromptBuilder::synthesis_text)
    /// writes them.
    pub fn pair(format: CallFormat, style: SynthesisStyle, order: PairOrder, tools: &[Tool]) -> Self {
        Self { form: Form::Pair(format, style, order), tools: tools.to_vec(), most: None }
    }

    /// JSON that fits a schema, on one line.
    pub fn json(schema: &Value) -> Self {
        Self { form: Form::Json(schema.clone()), tools: Vec::new(), most: None }
    }

    /// The same with at most so many calls, of which there is at least one.
    #[must_use]
    pub fn at_most(mut self, calls: Option<usize>) -> Self {
        self.most = calls.map(|calls| calls.max(1));
        self
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
                let rules = self.form_rules(*format, loose);
                format!("start: {}\n{rules}{}", plain_start(*format), plain_rules(*format))
            }
            Form::Calls(format) => {
                format!("start: forms\n{}", self.form_rules(*format, loose))
            }
            Form::Pair(format, SynthesisStyle::Native, order) => {
                let rules = self.call_rules(*format, loose);
                let start = match order {
                    PairOrder::QueryFirst => format!("QUERY {NATIVE_ANSWER} calls"),
                    PairOrder::CallFirst => format!("calls {NATIVE_QUERY} QUERY"),
                };
                format!("start: {start}\n{rules}QUERY: /\\S(?s:.*)/ & {}\n", without("<|"))
            }
            Form::Pair(_, SynthesisStyle::Instructed, order) => {
                let mut definitions = Map::new();
                let calls = self.tools.iter().enumerate().map(|(i, tool)| {
                    let mut arguments = arguments(tool, i, loose);
                    // References count from the root.
                    let own = arguments.as_object_mut().and_then(|map| map.shift_remove("$defs"));
                    if let Some(Value::Object(own)) = own {
                        definitions.extend(own);
                    }
                    let properties = json!({"name": {"const": tool.name}, "arguments": arguments});
                    object(properties, json!(["name", "arguments"]))
                });
                let calls = json!({"type": "array", "minItems": 1, "items": {"anyOf": calls.collect::<Vec<_>>()}});
                let query = json!({"type": "string", "minLength": 1});
                let properties = match order {
                    PairOrder::QueryFirst => json!({"query": query, "calls": calls}),
                    PairOrder::CallFirst => json!({"calls": calls, "query": query}),
                };
                let mut pair = object(properties, json!(["query", "calls"]));
                if !definitions.is_empty() {
                    pair["$defs"] = Value::Object(definitions);
                }
                format!("start: %json {}\n", styled(pair))
            }
        }
    }

    /// The rule `calls` for one or more calls as the format writes them, and the rules that it needs.
    fn call_rules(&self, format: CallFormat, loose: Loose<'_>) -> String {
        let mut rules = String::new();
        for (i, tool) in self.tools.iter().enumerate() {
            let key = match format {
                CallFormat::Pythonic => {
                    rules += &pythonic(i, tool, loose);
                    continue;
                }
                CallFormat::Hermes => "arguments",
                CallFormat::Llama3Json => "parameters",
            };
            let head = quoted(&format!("{{\"name\": {}, \"{key}\": ", quoted(&tool.name)));
            rules += &format!("tool{i}: {head} args{i} \"}}\"\n");
            rules += &format!("args{i}: %json {}\n", styled(arguments(tool, i, loose)));
        }
        let any: Vec<String> = (0..self.tools.len()).map(|i| format!("tool{i}")).collect();
        let (call, calls) = match format {
            CallFormat::Pythonic => (quoted(format.opener()) + " any", self.several("call", "")),
            CallFormat::Hermes => {
                (r#""<tool_call>\n" any "\n</tool_call>""#.to_owned(), self.several("call", r#""\n""#))
            }
            CallFormat::Llama3Json => ("any".to_owned(), self.several("call", r#""; ""#)),
        };
        format!("calls: {calls}\ncall: {call}\nany: {}\n{rules}", any.join(" | "))
    }

    /// The rule `forms` for all forms of calls that models of the family write, and the rules that it needs: those that
    /// write code leave the marks out, or put the JSON in a fence.
    fn form_rules(&self, format: CallFormat, loose: Loose<'_>) -> String {
        let calls = self.call_rules(format, loose);
        let marked = match format {
            CallFormat::Pythonic => return format!("forms: calls\n{calls}"),
            CallFormat::Hermes => format!("calls | {}", self.several("any", r#""\n""#)),
            CallFormat::Llama3Json => r#"calls | "<|python_tag|>" calls"#.to_owned(),
        };
        // One call, so that only the end of the fence can follow it.
        format!("forms: {marked} | \"```json\\n\" any \"\\n```\"\n{calls}")
    }

    fn several(&self, call: &str, separator: &str) -> String {
        match self.most {
            None if separator.is_empty() => format!("{call}+"),
            None => format!("{call} ({separator} {call})*"),
            Some(1) => call.to_owned(),
            Some(most) => format!("{call} ({separator} {call}){{0,{}}}", most - 1),
        }
    }
}

/// A call `name(key=value, ...)`: arguments in the order of the schema, the required ones always.
fn pythonic(i: usize, tool: &Tool, loose: Loose<'_>) -> String {
    let required = required(&tool.parameters);
    let params = parameters(tool, i, loose);
    let mut rules = format!("tool{i}: {} first{i}_0 \")\"\n", quoted(&format!("{}(", tool.name)));
    for (j, (name, schema)) in params.each.iter().enumerate() {
        let next = j + 1;
        // Before the first argument there is no comma; what is not required may be passed over.
        let written = key(name);
        let (first, later) = (quoted(&format!("{written}=")), quoted(&format!(", {written}=")));
        let optional = !required.contains(&name.as_str());
        let skip = |state: &str| if optional { format!(" | {state}{i}_{next}") } else { String::new() };
        rules += &format!("first{i}_{j}: {first} value{i}_{j} more{i}_{next}{}\n", skip("first"));
        rules += &format!("more{i}_{j}: {later} value{i}_{j} more{i}_{next}{}\n", skip("more"));
        rules += &format!("value{i}_{j}: %json {}\n", styled(params.with_definitions(schema)));
    }
    let end = params.each.len();
    rules + &format!("first{i}_{end}: \"\"\nmore{i}_{end}: \"\"\n")
}

/// The schema of all arguments of a tool.
fn arguments(tool: &Tool, number: usize, loose: Loose<'_>) -> Value {
    let params = parameters(tool, number, loose);
    let required: Vec<&str> =
        required(&tool.parameters).into_iter().filter(|name| params.each.contains_key(*name)).collect();
    let required = json!(required);
    params.with_definitions(&object(Value::Object(params.each.clone()), required))
}

/// The parameters of a tool, each as far as it can be enforced.
struct Parameters {
    each: Map<String, Value>,
    /// What they refer to.
    definitions: Option<Value>,
}

impl Parameters {
    /// A schema that stands alone: references count from the root.
    fn with_definitions(&self, schema: &Value) -> Value {
        let mut schema = schema.clone();
        if let (Some(definitions), Some(map)) = (&self.definitions, schema.as_object_mut()) {
            map.insert("$defs".to_owned(), definitions.clone());
        }
        schema
    }
}

/// `number` is the tool's in the menu.
fn parameters(tool: &Tool, number: usize, loose: Loose<'_>) -> Parameters {
    let all = standalone(&tool.parameters, number);
    let definitions = all.get("$defs").map(|definitions| enforceable(&json!({"$defs": definitions}))["$defs"].take());
    let mut out = Parameters { each: Map::new(), definitions };
    for (name, schema) in all.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let strict = enforceable(schema);
        let schema = if loose(&out.with_definitions(&strict)) { loosened(&strict) } else { strict };
        out.each.insert(name.clone(), schema);
    }
    out
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

/// Texts without a call: one that the reader of the format takes for a plain answer, whatever stands in it.
fn plain_start(format: CallFormat) -> &'static str {
    match format {
        CallFormat::Pythonic => "forms | FREE",
        CallFormat::Hermes | CallFormat::Llama3Json => "forms | FREE | THOUGHT forms | THOUGHT FREE",
    }
}

fn plain_rules(format: CallFormat) -> String {
    let mark = match format {
        CallFormat::Pythonic => return format!("FREE: /(?s:.+)/ & {}\n", without("<|")),
        CallFormat::Hermes => "<tool_call>|<tools>",
        CallFormat::Llama3Json => "<\\|python_tag\\|>|<tools>",
    };
    // JSON and fences are read as calls where they begin a text, and fences with JSON anywhere. What a thought may hold, a
    // plain text may too: otherwise a text could only go on, and never end.
    let begins = r"\s*[^{\[`\s](?s:.*)";
    format!(
        "FREE: /{begins}/ & ~/(?s:.*)({mark}|<\\/think>|```json)(?s:.*)/\n\
         THOUGHT: /{begins}<\\/think>\\s*/ & ~/(?s:.*)({mark}|```json|<\\/think>(?s:.*)<\\/think>)(?s:.*)/\n"
    )
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
