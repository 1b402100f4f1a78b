//! The texts by which a model writes a new task like the one at hand, and reading them back.
//!
//! The published method does not say what its prompt is; these are ours.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::seed_template::SEED_END;
use super::template::tool_value;
use crate::calls::CallFormat;
use crate::calls::ParseFailure;
use crate::calls::json_calls::{call_from_value, first_json};
use crate::calls::python_text::json_text;
use crate::task::{Pair, Role, Task};

/// How a model is brought to write new pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SynthesisStyle {
    /// A user message asks for a JSON object: any instruction-tuned model.
    #[default]
    Instructed,
    /// The chat template has marks for it (variable `synthesis`): the seed model.
    Native,
}

impl SynthesisStyle {
    /// The style that the key `synthesis` of a `tokenizer_config.json` names; [`SynthesisStyle::Instructed`] otherwise.
    pub fn from_config(tokenizer_config: Option<&Value>) -> Self {
        let stated = tokenizer_config.and_then(|c| c.get("synthesis"));
        stated.and_then(|v| Self::deserialize(v).ok()).unwrap_or_default()
    }
}

/// Which half of a pair is written first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairOrder {
    /// The query, then the calls that answer it.
    #[default]
    QueryFirst,
    /// The calls, then a query that they answer.
    CallFirst,
}

impl PairOrder {
    /// The value of the template variable `synthesis`.
    pub fn name(self) -> &'static str {
        match self {
            Self::QueryFirst => "query_first",
            Self::CallFirst => "call_first",
        }
    }
}

/// Stands between a query and its calls, in the seed model's texts.
pub const NATIVE_ANSWER: &str = "<|assistant|>";
/// Stands between calls and their query, in the seed model's texts.
pub const NATIVE_QUERY: &str = "<|user|>";

/// The user message that asks for a new pair.
pub(super) fn instruction(task: &Task, avoid: &[Pair], order: PairOrder) -> String {
    let tools: Vec<String> = task.tools.iter().map(|tool| json_text(&tool_value(tool))).collect();
    let turns: Vec<&str> = task.messages.iter().filter(|m| m.role == Role::User).map(|m| m.content.as_str()).collect();
    let (query, earlier) = turns.split_last().map_or(("", &[][..]), |(last, rest)| (*last, rest));
    let mut text =
        format!("You write practice examples for an assistant that calls tools. Its tools:\n{}\n\n", tools.join("\n"));
    if !earlier.is_empty() {
        text += &format!("Earlier the user said:\n{}\n\n", earlier.join("\n"));
    }
    text += &format!("Example of a user request:\n{query}\n\n");
    if !avoid.is_empty() {
        let queries: Vec<&str> = avoid.iter().map(|pair| pair.query.as_str()).collect();
        text += &format!("Requests that exist already, do not repeat them:\n{}\n\n", queries.join("\n"));
    }
    let (first, form) = match order {
        PairOrder::QueryFirst => (
            "Write one new request of the same kind, and the tool call that answers it.",
            r#"{"query": "<the new request>", "calls": [{"name": "<tool name>", "arguments": {"<argument>": <value>}}]}"#,
        ),
        PairOrder::CallFirst => (
            "Write one new tool call of the same kind, and a user request that it answers.",
            r#"{"calls": [{"name": "<tool name>", "arguments": {"<argument>": <value>}}], "query": "<the new request>"}"#,
        ),
    };
    text += first;
    text += " Use the same tools but other words, other names and other values than the example. Every value of the \
             call must stand in the request, word for word. Answer with one JSON object and nothing else:\n";
    text + form
}

/// The JSON object that [`parse_instructed`] reads.
pub(super) fn instructed_text(pair: &Pair, order: PairOrder) -> String {
    json_text(&match order {
        PairOrder::QueryFirst => json!({"query": pair.query, "calls": pair.calls}),
        PairOrder::CallFirst => json!({"calls": pair.calls, "query": pair.query}),
    })
}

/// Reads the first JSON object of a text; code fences and words around it are ignored.
pub(super) fn parse_instructed(generated: &str) -> Result<Pair, ParseFailure> {
    let start = generated.find('{').ok_or(ParseFailure::NoCall)?;
    let (value, _) = first_json(generated.get(start..).unwrap_or_default())?;
    let query = value.get("query").and_then(Value::as_str).map(str::trim).unwrap_or_default().to_owned();
    if query.is_empty() {
        return Err(ParseFailure::NoQuery);
    }
    let calls = match value.get("calls").or_else(|| value.get("call")) {
        Some(Value::Array(items)) => items.iter().cloned().map(call_from_value).collect::<Result<_, _>>()?,
        Some(one @ Value::Object(_)) => vec![call_from_value(one.clone())?],
        _ => return Err(ParseFailure::NoCall),
    };
    Ok(Pair { query, calls })
}

/// The seed model's text of a pair, given the text of its answer.
pub(super) fn native_text(pair: &Pair, order: PairOrder, answer: &str) -> String {
    match order {
        PairOrder::QueryFirst => format!("{}{NATIVE_ANSWER}{answer}", pair.query),
        PairOrder::CallFirst => format!("{answer}{NATIVE_QUERY}{}", pair.query),
    }
}

/// Reads the seed model's text of a pair; what follows `<|end|>` is ignored.
pub(super) fn parse_native(generated: &str, order: PairOrder, format: CallFormat) -> Result<Pair, ParseFailure> {
    let text = generated.split(SEED_END).next().unwrap_or_default();
    let (query, answer) = match order {
        PairOrder::QueryFirst => text.split_once(NATIVE_ANSWER).ok_or(ParseFailure::NoCall)?,
        PairOrder::CallFirst => {
            let (answer, query) = text.split_once(NATIVE_QUERY).ok_or(ParseFailure::NoQuery)?;
            (query, answer)
        }
    };
    let query = query.trim();
    if query.is_empty() {
        return Err(ParseFailure::NoQuery);
    }
    if query.contains("<|") {
        return Err(ParseFailure::syntax("a mark stands inside of the query"));
    }
    Ok(Pair { query: query.to_owned(), calls: format.parse(answer)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lenient_reading_of_instructed_pairs() {
        let call = r#"{"name": "f", "arguments": {"a": 1}}"#;
        for text in [
            format!(r#"{{"query": "q", "calls": [{call}]}}"#),
            format!("Sure! Here it is:\n```json\n{{\"query\": \" q \",\n \"calls\": [{call}]}}\n```\nBye {{"),
            format!(r#"{{"calls": {call}, "query": "q"}}<|im_end|>"#),
            r#"{"query": "q", "calls": [{"type": "function", "function": {"name": "f", "arguments": "{\"a\": 1}"}}]}"#
                .to_owned(),
        ] {
            let pair = parse_instructed(&text).unwrap();
            assert_eq!((pair.query.as_str(), pair.calls[0].name.as_str()), ("q", "f"), "{text}");
            assert_eq!(pair.calls[0].arguments["a"], 1);
        }
    }

    #[test]
    fn failures_are_told_apart() {
        for (text, reason) in [
            ("", "no_call"),
            ("no JSON at all", "no_call"),
            (r#"{"query": "q"}"#, "no_call"),
            (r#"{"query": "  ", "calls": []}"#, "no_query"),
            (r#"{"calls": []}"#, "no_query"),
            (r#"{"query": "q", "calls": [{"arguments": {}}]}"#, "bad_name"),
            (r#"{"query": "q", "calls": [{"name": "f", "arguments": [1]}]}"#, "bad_arguments"),
            (r#"{"query": "q", "calls": [3]}"#, "bad_syntax"),
            (r#"{"query": "q", "calls": ["#, "bad_syntax"),
        ] {
            assert_eq!(parse_instructed(text).unwrap_err().reason(), reason, "{text}");
        }
        let native = |text, order| parse_native(text, order, CallFormat::Pythonic).unwrap_err().reason();
        for (text, order, reason) in [
            ("Hotel", PairOrder::QueryFirst, "no_call"),
            (" <|assistant|><|call|>f()", PairOrder::QueryFirst, "no_query"),
            ("q<|user|>x<|assistant|><|call|>f()", PairOrder::QueryFirst, "bad_syntax"),
            ("q<|end|><|assistant|><|call|>f()", PairOrder::QueryFirst, "no_call"),
            ("<|call|>f()", PairOrder::CallFirst, "no_query"),
            ("<|call|>f(<|user|>q", PairOrder::CallFirst, "bad_syntax"),
        ] {
            assert_eq!(native(text, order), reason, "{text}");
        }
    }

    #[test]
    fn style_is_read_from_the_configuration() {
        assert_eq!(SynthesisStyle::from_config(Some(&json!({"synthesis": "native"}))), SynthesisStyle::Native);
        for config in [json!({}), json!({"synthesis": 3}), json!({"synthesis": "other"})] {
            assert_eq!(SynthesisStyle::from_config(Some(&config)), SynthesisStyle::Instructed);
        }
        assert_eq!(SynthesisStyle::from_config(None), SynthesisStyle::Instructed);
    }
}
