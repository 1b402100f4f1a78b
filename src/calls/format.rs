//! How a model writes its tool calls.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::json_calls::{LLAMA_TAG, first_json, parse_block, parse_json_calls};
use super::parse_failure::ParseFailure;
use super::python_text::{json_text, object_text};
use super::pythonic;
use crate::task::ToolCall;

/// A family of models' way to write calls.
///
/// For every format, `opener() + name + name_end()` is exactly a prefix of what [`CallFormat::render`] writes for a call
/// of that tool, so that candidates can be scored from where the call begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallFormat {
    /// `<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>`, one block a call: Qwen, Hermes.
    Hermes,
    /// `{"name": "f", "parameters": {"a": 1}}`, calls separated by `; `: Llama 3.
    #[serde(rename = "llama3_json")]
    Llama3Json,
    /// `<|call|>f(a=1)`, calls without a separator: the seed model.
    Pythonic,
}

const HERMES_OPEN: &str = "<tool_call>";
const HERMES_CLOSE: &str = "</tool_call>";
const THOUGHT_OPEN: &str = "<think>";
const THOUGHT_CLOSE: &str = "</think>";

impl CallFormat {
    /// The format of a model: what the key `call_format` of its `tokenizer_config.json` says (`hermes`, `llama3_json`,
    /// `pythonic`), else what its chat template shows, else [`CallFormat::Hermes`].
    pub fn detect(template_source: &str, tokenizer_config: Option<&Value>) -> Self {
        let stated = tokenizer_config.and_then(|c| c.get("call_format"));
        if let Some(format) = stated.and_then(|v| Self::deserialize(v).ok()) {
            return format;
        }
        if template_source.contains(HERMES_OPEN) {
            Self::Hermes
        } else if template_source.contains(pythonic::OPEN) {
            Self::Pythonic
        } else if template_source.contains("\"parameters\"") {
            Self::Llama3Json
        } else {
            Self::Hermes
        }
    }

    /// The text that begins a call, up to the name.
    pub fn opener(&self) -> &'static str {
        match self {
            Self::Hermes => "<tool_call>\n{\"name\": \"",
            Self::Llama3Json => "{\"name\": \"",
            Self::Pythonic => pythonic::OPEN,
        }
    }

    /// The text that follows the name of a call. Byte-level vocabularies merge it with what comes next (`",` is one token
    /// of Qwen's): for scoring by tokens see [`CallFormat::name_boundary`].
    pub fn name_end(&self) -> &'static str {
        match self {
            Self::Hermes | Self::Llama3Json => "\"",
            Self::Pythonic => "(",
        }
    }

    /// As [`CallFormat::name_end`], up to where a token ends too: the ids of `opener() + name + name_boundary()` are a
    /// prefix of the ids of the whole call, so that a model that is scored on them is not asked for a token that it never
    /// writes. Holds for vocabularies that part runs of punctuation at spaces and letters (GPT-2's, Llama 3's, Qwen's)
    /// and for the seed model's.
    pub fn name_boundary(&self) -> &'static str {
        match self {
            Self::Hermes | Self::Llama3Json => "\",",
            Self::Pythonic => "(",
        }
    }

    /// Writes calls as the model writes them; no calls give an empty text.
    pub fn render(&self, calls: &[ToolCall]) -> String {
        let name = |call: &ToolCall| json_text(&Value::from(call.name.as_str()));
        let (texts, separator): (Vec<String>, &str) = match self {
            Self::Hermes => {
                let one = |call: &ToolCall| {
                    let arguments = object_text(&call.arguments);
                    format!("{HERMES_OPEN}\n{{\"name\": {}, \"arguments\": {arguments}}}\n{HERMES_CLOSE}", name(call))
                };
                (calls.iter().map(one).collect(), "\n")
            }
            Self::Llama3Json => {
                let one = |call: &ToolCall| {
                    format!("{{\"name\": {}, \"parameters\": {}}}", name(call), object_text(&call.arguments))
                };
                (calls.iter().map(one).collect(), "; ")
            }
            Self::Pythonic => (calls.iter().map(pythonic::render_call).collect(), ""),
        };
        texts.join(separator)
    }

    /// Reads the calls of an answer. A text in which no call begins is a plain answer: an empty list.
    ///
    /// Text around the calls is ignored, and so is all that stands before the end of a thought (`</think>`, whose beginning
    /// may stand in the prompt). Never panics; nesting deeper than 128 levels is [`ParseFailure::BadSyntax`].
    ///
    /// # Errors
    /// A [`ParseFailure`] when a call begins but is not well-formed.
    pub fn parse(&self, text: &str) -> Result<Vec<ToolCall>, ParseFailure> {
        let text = self.behind_thoughts(text);
        match self {
            Self::Hermes => parse_hermes(text),
            Self::Llama3Json => {
                let text = text.trim_start();
                parse_json_calls(text.strip_prefix(LLAMA_TAG).unwrap_or(text))
            }
            Self::Pythonic => pythonic::parse(text),
        }
    }

    /// What stands behind the last thought. The mark of its end may also stand in the text of an argument, where it ends
    /// nothing. A thought that does not end hides all of the text.
    fn behind_thoughts(self, text: &str) -> &str {
        let mut rest = text;
        let mut from = 0;
        while let Some(at) = rest.get(from..).and_then(|tail| tail.find(THOUGHT_CLOSE)).map(|at| from + at) {
            from = at + THOUGHT_CLOSE.len();
            if !self.is_inside_call(rest, at) {
                rest = rest.get(from..).unwrap_or_default();
                from = 0;
            }
        }
        if rest.trim_start().starts_with(THOUGHT_OPEN) { "" } else { rest }
    }

    /// Whether a well-formed call begins before a place and ends behind it.
    fn is_inside_call(self, text: &str, place: usize) -> bool {
        let start = text.len() - text.trim_start().len();
        let marked = |mark: &'static str| text.match_indices(mark).map(move |(at, mark)| at + mark.len());
        let mut begins: Vec<usize> = match self {
            Self::Hermes => marked(HERMES_OPEN).collect(),
            Self::Pythonic => marked(pythonic::OPEN).collect(),
            Self::Llama3Json => Vec::new(),
        };
        if self != Self::Pythonic {
            begins.push(start);
        }
        begins.into_iter().filter(|begin| *begin < place).any(|begin| {
            let tail = text.get(begin..).unwrap_or_default();
            let rest = match self {
                Self::Pythonic => pythonic::parse_call(tail).ok().map(|(_, rest)| rest),
                _ => first_json(tail).ok().map(|(_, rest)| rest),
            };
            rest.is_some_and(|rest| text.len() - rest.len() > place)
        })
    }
}

fn parse_hermes(text: &str) -> Result<Vec<ToolCall>, ParseFailure> {
    if !text.contains(HERMES_OPEN) {
        // Models that were never trained on the tags leave them out.
        return parse_json_calls(text);
    }
    let mut calls = Vec::new();
    let mut rest = text;
    while let Some((_, block)) = rest.split_once(HERMES_OPEN) {
        rest = parse_block(block, &mut calls)?;
    }
    Ok(calls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ALL: [CallFormat; 3] = [CallFormat::Hermes, CallFormat::Llama3Json, CallFormat::Pythonic];

    fn call(name: &str, arguments: Value) -> ToolCall {
        ToolCall { name: name.to_owned(), arguments: arguments.as_object().cloned().unwrap() }
    }

    fn calls() -> Vec<ToolCall> {
        let values = json!({"city": "Pa\"ris) \\, é\n</tool_call>", "nights": 3, "tags": ["a", "b"], "ok": true, "x": {"y": [null, -1.5]}});
        vec![call("find_hotel", values), call("ping", json!({})), call("a.b-c", json!({"z": 1, "a": 2}))]
    }

    #[test]
    fn what_is_written_is_read_and_begins_as_promised() {
        for format in ALL {
            let calls = calls();
            let text = format.render(&calls);
            assert_eq!(format.parse(&text).unwrap(), calls, "{text}");
            let order: Vec<&String> = calls[2].arguments.keys().collect();
            assert_eq!(order, ["z", "a"]);
            for call in calls {
                let prefix = format!("{}{}{}", format.opener(), call.name, format.name_end());
                assert!(format.render(std::slice::from_ref(&call)).starts_with(&prefix));
                let prefix = format!("{}{}{}", format.opener(), call.name, format.name_boundary());
                assert!(format.render(std::slice::from_ref(&call)).starts_with(&prefix));
            }
            assert_eq!(format.render(&[]), "");
        }
    }

    #[test]
    fn forms_of_each_format() {
        let calls = [call("f", json!({"a": 1, "b": ["x", "y"]})), call("g", json!({}))];
        assert_eq!(
            CallFormat::Hermes.render(&calls),
            "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1, \"b\": [\"x\", \"y\"]}}\n</tool_call>\n<tool_call>\n\
             {\"name\": \"g\", \"arguments\": {}}\n</tool_call>"
        );
        assert_eq!(
            CallFormat::Llama3Json.render(&calls),
            "{\"name\": \"f\", \"parameters\": {\"a\": 1, \"b\": [\"x\", \"y\"]}}; {\"name\": \"g\", \"parameters\": {}}"
        );
        assert_eq!(CallFormat::Pythonic.render(&calls), "<|call|>f(a=1, b=[\"x\", \"y\"])<|call|>g()");
    }

    #[test]
    fn plain_answers_are_empty() {
        for format in ALL {
            for text in [
                "",
                "Hello (a=1) \"name\" {",
                "42",
                "[1, 2]",
                "{\"city\": 1}",
                "<think>\n<tool_call>{<|call|>\n</think>\nHi",
            ] {
                assert_eq!(format.parse(text).unwrap(), [], "{format:?} {text}");
            }
        }
    }

    #[test]
    fn lenient_where_models_are_sloppy() {
        let one = [call("f", json!({"a": 1}))];
        for (format, text) in [
            (CallFormat::Hermes, "Sure.\n<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1}}"),
            (
                CallFormat::Hermes,
                "<tool_call>\n{\"name\": \"f\", \"arguments\": \"{\\\"a\\\": 1}\"}\n</tool_call> done",
            ),
            (CallFormat::Hermes, "```json\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n```"),
            (
                CallFormat::Hermes,
                "<think>\n<tool_call>\n</think>\n<tool_call>{\"name\": \"f\", \"parameters\": {\"a\": 1}}",
            ),
            (CallFormat::Llama3Json, "<|python_tag|>{\"name\": \"f\", \"parameters\": {\"a\": 1}}<|eom_id|>"),
            (CallFormat::Llama3Json, "[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]"),
            (CallFormat::Llama3Json, "{\"type\": \"function\", \"function\": \"f\", \"parameters\": {\"a\": 1}}"),
            (
                CallFormat::Llama3Json,
                "I may {\"name\": \"g\"}\n</think>\n{\"name\": \"f\", \"parameters\": {\"a\": 1}}",
            ),
            (
                CallFormat::Hermes,
                "Like <tool_call>{\"name\": \"g\"}</tool_call>?\n</think>\n<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}}",
            ),
            (CallFormat::Hermes, "<tool_call>```json\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n```</tool_call>"),
            (CallFormat::Hermes, "<tools>\n{\"arguments\": {\"a\": 1}, \"name\": \"f\"}\n</tools>"),
            (CallFormat::Hermes, "Here it is:\n```json\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n```"),
            (CallFormat::Hermes, "{\"name\": \"f\", \"arguments\": \"\\\"{\\\\\\\"a\\\\\\\": 1}\\\"\"}"),
            (CallFormat::Pythonic, "ok <|call|> f ( a = 1 , ) <|end|>"),
        ] {
            assert_eq!(format.parse(text).unwrap(), one, "{text}");
        }
    }

    #[test]
    fn a_block_may_hold_several_calls_and_arguments_none() {
        let two = [call("f", json!({"a": 1})), call("g", json!({}))];
        for inside in [
            "{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n{\"name\": \"g\", \"arguments\": \"\"}",
            "[{\"name\": \"f\", \"arguments\": {\"a\": 1}}, {\"name\": \"g\", \"arguments\": \"null\"}]",
        ] {
            let text = format!("<tool_call>\n{inside}\n</tool_call>");
            assert_eq!(CallFormat::Hermes.parse(&text).unwrap(), two, "{text}");
        }
    }

    #[test]
    fn the_mark_of_a_thought_in_an_argument_ends_nothing() {
        let calls = [call("f", json!({"a": "x </think> <tool_call> y <|call|>"})), call("g", json!({}))];
        for format in ALL {
            let text = format.render(&calls);
            assert_eq!(format.parse(&text).unwrap(), calls, "{text}");
            assert_eq!(format.parse(&format!("<think>{text}")).unwrap(), [], "a thought that does not end");
        }
    }

    #[test]
    fn failures_are_told_apart() {
        for (format, text, reason) in [
            (CallFormat::Hermes, "<tool_call>", "bad_syntax"),
            (CallFormat::Hermes, "<tool_call>[]", "bad_syntax"),
            (CallFormat::Hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1", "bad_syntax"),
            (CallFormat::Hermes, "<tool_call>{\"arguments\": {}}", "bad_name"),
            (CallFormat::Hermes, "<tool_call>{\"name\": \"f\", \"arguments\": [1]}", "bad_arguments"),
            (CallFormat::Llama3Json, "{\"name\": 3}", "bad_name"),
            (CallFormat::Pythonic, "<|call|>f", "bad_syntax"),
            (CallFormat::Pythonic, "<|call|>(a=1)", "bad_name"),
            (CallFormat::Pythonic, "<|call|>f(a)", "bad_syntax"),
            (CallFormat::Pythonic, "<|call|>f(a=)", "bad_syntax"),
            (CallFormat::Pythonic, "<|call|>f(a=1 b=2)", "bad_syntax"),
            (CallFormat::Pythonic, "<|call|>f(a=Paris)", "bad_syntax"),
            (CallFormat::Pythonic, "<|call|>f(a=1, a=2)", "duplicate_argument"),
            (CallFormat::Pythonic, "<|call|>f(a=\"x)", "bad_syntax"),
        ] {
            assert_eq!(format.parse(text).unwrap_err().reason(), reason, "{text}");
        }
    }

    #[test]
    fn garbage_never_panics_or_overflows() {
        let deep = "[".repeat(100_000);
        let nested = format!("{}1{}", "{\"a\":".repeat(5000), "}".repeat(5000));
        for format in ALL {
            for body in [&deep, &nested] {
                for text in [
                    format!("{}f{}, \"arguments\": {body}", format.opener(), format.name_end()),
                    format!("<|call|>f(a={body})"),
                ] {
                    let _ = format.parse(&text);
                }
            }
            // Cut and garbled at every place.
            let text = format.render(&calls());
            for (at, _) in text.char_indices() {
                let _ = format.parse(&text[..at]);
                let _ = format.parse(&text[at..]);
                for junk in ["\"", "{", "é", "\u{0}", ")", "\\"] {
                    let _ = format.parse(&format!("{}{junk}{}", &text[..at], &text[at..]));
                }
            }
        }
    }

    #[test]
    fn detection() {
        let config = json!({"call_format": "llama3_json"});
        assert_eq!(CallFormat::detect("<tool_call>", Some(&config)), CallFormat::Llama3Json);
        assert_eq!(
            CallFormat::detect("<tool_call> \"parameters\"", Some(&json!({"call_format": "?"}))),
            CallFormat::Hermes
        );
        assert_eq!(CallFormat::detect("{{ '\"parameters\": ' }}", None), CallFormat::Llama3Json);
        assert_eq!(CallFormat::detect(crate::prompt::SEED_TEMPLATE, None), CallFormat::Pythonic);
        assert_eq!(CallFormat::detect("", None), CallFormat::Hermes);
    }
}
