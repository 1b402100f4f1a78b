//! Chat templates, rendered as `apply_chat_template` of transformers renders them.
//!
//! The templates are Jinja2 written against Python: the environment trims blocks, `tojson` writes what `json.dumps`
//! writes, `True`, `None` and lists print as in Python, and strings have Python's methods.

use minijinja::value::{Kwargs, Value as JinjaValue, ValueKind};
use minijinja::{Environment, Error as JinjaError, ErrorKind, Output, State};
use serde_json::{Map, Value, json};

use super::clock::Moment;
use super::python_methods;
use crate::calls::python_text::{JsonStyle, float_repr, json_dumps, python_repr};
use crate::error::{Error, Result};
use crate::format;
use crate::task::{Message, Role, Tool, ToolCall};

/// Tokens of the configuration that templates may name.
const NAMED_TOKENS: [&str; 7] =
    ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

/// Most steps of one rendering: a template of a stranger may loop for ever. A menu of 400 tools takes some ten thousand.
const STEPS: u64 = 20_000_000;

/// A template of `additional_chat_templates/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedTemplate {
    /// The file's name without `.jinja`, such as `tool_use`.
    pub name: String,
    /// Jinja source.
    pub source: String,
}

/// The files of a model directory that say how its prompts look.
#[derive(Debug, Clone, Copy, Default)]
pub struct TemplateFiles<'a> {
    /// `tokenizer_config.json`
    pub tokenizer_config: Option<&'a [u8]>,
    /// `special_tokens_map.json`
    pub special_tokens_map: Option<&'a [u8]>,
    /// `chat_template.jinja`
    pub chat_template: Option<&'a str>,
    /// `additional_chat_templates/*.jinja`
    pub named: &'a [NamedTemplate],
}

/// A model's chat template with the special tokens that it names.
#[derive(Debug, Clone)]
pub struct ChatTemplate {
    /// The template for dialogues.
    source: String,
    /// Another one for dialogues with tools, where the model has two.
    tool_source: Option<String>,
    config: Value,
    unix_time: Option<u64>,
}

impl ChatTemplate {
    /// Reads the template from a `tokenizer_config.json` or from a `chat_template.jinja`; see
    /// [`ChatTemplate::from_files`].
    ///
    /// # Errors
    /// As [`ChatTemplate::from_files`].
    pub fn from_config(tokenizer_config_json: Option<&[u8]>, chat_template_jinja: Option<&str>) -> Result<Self> {
        Self::from_files(&TemplateFiles {
            tokenizer_config: tokenizer_config_json,
            chat_template: chat_template_jinja,
            ..TemplateFiles::default()
        })
    }

    /// Reads the template and the special tokens as `transformers` does: templates in files of their own win over the key
    /// `chat_template` of the configuration (a source, or a list of named ones), and special tokens of a
    /// `special_tokens_map.json` over those of a configuration without `added_tokens_decoder`. Of named templates,
    /// `default` and `tool_use` are used.
    ///
    /// # Errors
    /// [`Error::Config`] when a JSON file is no object, [`Error::Template`] when there is no template or it does not
    /// compile.
    pub fn from_files(files: &TemplateFiles<'_>) -> Result<Self> {
        let mut config = match files.tokenizer_config {
            None => Map::new(),
            Some(bytes) => object(bytes, "tokenizer_config.json")?,
        };
        if let Some(bytes) = files.special_tokens_map.filter(|_| !config.contains_key("added_tokens_decoder")) {
            let tokens = object(bytes, "special_tokens_map.json")?;
            config.extend(tokens.into_iter().filter(|(key, _)| NAMED_TOKENS.contains(&key.as_str())));
        }
        let named = |name: &str| files.named.iter().find(|template| template.name == name).map(|t| t.source.clone());
        let (of_config, tool_of_config) = sources(config.get("chat_template"));
        let (source, tool_source) = match files.chat_template.map(str::to_owned).or_else(|| named("default")) {
            Some(source) => (Some(source), named("tool_use")),
            None => (of_config, named("tool_use").or(tool_of_config)),
        };
        let source = source.or_else(|| tool_source.clone()).ok_or_else(|| {
            failure(
                "the model directory has none; an instruction-tuned model has `chat_template` in its \
                     tokenizer_config.json or a chat_template.jinja",
            )
        })?;
        let config = Value::Object(config);
        let readable = |source: &str| portable(format::json::text_without_mark(source));
        let tool_source = tool_source.map(|source| readable(&source));
        let template = Self { source: readable(&source), tool_source, config, unix_time: None };
        let environment = template.environment();
        for source in std::iter::once(&template.source).chain(&template.tool_source) {
            environment.template_from_str(source).map_err(|e| failure(describe(&e)))?;
        }
        drop(environment);
        Ok(template)
    }

    /// Fixes the time that `strftime_now` tells (seconds since 1970, shown in UTC), for reproducible prompts.
    #[must_use]
    pub fn with_unix_time(mut self, seconds: u64) -> Self {
        self.unix_time = Some(seconds);
        self
    }

    /// Jinja source of the template that renders dialogues with tools.
    pub fn source(&self) -> &str {
        self.tool_source.as_ref().unwrap_or(&self.source)
    }

    /// The `tokenizer_config.json`, or an empty object.
    pub fn config(&self) -> &Value {
        &self.config
    }

    /// A special token of the configuration, such as `eos_token`.
    pub fn special_token(&self, key: &str) -> Option<&str> {
        let token = self.config.get(key)?;
        token.as_str().or_else(|| token.get("content").and_then(Value::as_str))
    }

    /// Renders a dialogue. `tools` appear to the template as OpenAI's dictionaries, and as `none` when there are none;
    /// `extra` are further variables, such as `enable_thinking`.
    ///
    /// # Errors
    /// [`Error::Template`] when the template raises or fails.
    pub fn render(
        &self,
        messages: &[Message],
        tools: &[Tool],
        add_generation_prompt: bool,
        extra: &[(&str, Value)],
    ) -> Result<String> {
        let source = if tools.is_empty() { &self.source } else { self.source_for_tools() };
        let mut variables = Map::new();
        for key in NAMED_TOKENS {
            if let Some(token) = self.special_token(key) {
                variables.insert(key.to_owned(), token.into());
            }
        }
        variables.insert("messages".to_owned(), message_values(messages));
        variables.insert(
            "tools".to_owned(),
            if tools.is_empty() { Value::Null } else { tools.iter().map(tool_value).collect() },
        );
        variables.insert("documents".to_owned(), Value::Null);
        variables.insert("add_generation_prompt".to_owned(), add_generation_prompt.into());
        for (key, value) in extra {
            variables.insert((*key).to_owned(), value.clone());
        }
        let environment = self.environment();
        let template = environment.template_from_str(source).map_err(|e| failure(describe(&e)))?;
        template.render(JinjaValue::from_serialize(&variables)).map_err(|e| failure(describe(&e)))
    }

    fn source_for_tools(&self) -> &String {
        self.tool_source.as_ref().unwrap_or(&self.source)
    }

    fn environment(&self) -> Environment<'static> {
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_fuel(Some(STEPS));
        environment.set_lstrip_blocks(true);
        environment.set_unknown_method_callback(python_methods::call);
        environment.set_formatter(python_formatter);
        environment.add_filter("tojson", tojson);
        environment.add_function("raise_exception", |reason: String| -> Result<String, JinjaError> {
            Err(JinjaError::new(ErrorKind::InvalidOperation, format!("the template refuses the dialogue: {reason}")))
        });
        let unix_time = self.unix_time;
        environment.add_function("strftime_now", move |format: String| {
            unix_time.map_or_else(Moment::now, Moment::of_unix_time).strftime(&format)
        });
        environment
    }
}

/// A tool as OpenAI and chat templates write it.
pub fn tool_value(tool: &Tool) -> Value {
    json!({"type": "function", "function": {
        "name": tool.name, "description": tool.description, "parameters": tool.parameters}})
}

/// Messages as dictionaries. A tool's result without a name has that of the call that it answers: results come in the
/// order of the calls.
fn message_values(messages: &[Message]) -> Value {
    let mut calls: &[ToolCall] = &[];
    let mut values = Vec::new();
    for message in messages {
        let mut name = message.name.as_deref();
        if message.role == Role::Tool {
            if let Some((call, rest)) = calls.split_first() {
                name = name.or(Some(&call.name));
                calls = rest;
            }
        } else {
            calls = &message.tool_calls;
        }
        let mut value = json!({"role": message.role, "content": message.content});
        if !message.tool_calls.is_empty() {
            value["tool_calls"] = message.tool_calls.iter().map(call_value).collect();
        }
        for (key, text) in [("name", name), ("tool_call_id", message.tool_call_id.as_deref())] {
            if let Some(text) = text {
                value[key] = text.into();
            }
        }
        values.push(value);
    }
    Value::Array(values)
}

fn call_value(call: &ToolCall) -> Value {
    json!({"type": "function", "function": {"name": call.name, "arguments": call.arguments}})
}

fn object(bytes: &[u8], file: &str) -> Result<Map<String, Value>> {
    match format::json::read(bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Error::config(file, "expected a JSON object")),
        Err(reason) => Err(Error::config(file, reason)),
    }
}

/// The default template and the one for tools.
fn sources(value: Option<&Value>) -> (Option<String>, Option<String>) {
    match value {
        Some(Value::String(source)) => (Some(source.clone()), None),
        Some(Value::Array(list)) => {
            let named = |name: &str| {
                let entry = list.iter().find(|t| t.get("name").and_then(Value::as_str) == Some(name))?;
                entry.get("template").and_then(Value::as_str).map(str::to_owned)
            };
            let tool_use = named("tool_use");
            (named("default").or_else(|| tool_use.clone()), tool_use)
        }
        _ => (None, None),
    }
}

/// Replaces the one tag that transformers adds to Jinja (`{% generation %}`, which marks assistant text for training
/// masks and prints nothing) by a block that prints its body.
fn portable(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, tag)) = rest.split_once("{%") {
        out.push_str(before);
        out.push_str("{%");
        let Some((body, after)) = tag.split_once("%}") else {
            rest = tag;
            break;
        };
        match body.trim_matches(|c: char| c == '-' || c.is_whitespace()) {
            "generation" => out.push_str(&body.replace("generation", "if true")),
            "endgeneration" => out.push_str(&body.replace("endgeneration", "endif")),
            _ => out.push_str(body),
        }
        out.push_str("%}");
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Prints values as Python's `str` does.
fn python_formatter(out: &mut Output, state: &State, value: &JinjaValue) -> Result<(), JinjaError> {
    match value.kind() {
        ValueKind::None => out.write_str("None").map_err(JinjaError::from),
        ValueKind::Bool => out.write_str(if value.is_true() { "True" } else { "False" }).map_err(JinjaError::from),
        ValueKind::Number if !value.is_integer() => {
            let text = f64::try_from(value.clone()).map(float_repr);
            out.write_str(&text?).map_err(JinjaError::from)
        }
        ValueKind::Seq | ValueKind::Map => out.write_str(&python_repr(&to_json(value)?)).map_err(JinjaError::from),
        _ => minijinja::escape_formatter(out, state, value),
    }
}

fn tojson(value: JinjaValue, options: Kwargs) -> Result<String, JinjaError> {
    let style = JsonStyle {
        ensure_ascii: options.get::<Option<bool>>("ensure_ascii")?.unwrap_or(false),
        indent: options.get::<Option<usize>>("indent")?,
        separators: match options.get::<Option<Vec<String>>>("separators")?.as_deref() {
            Some([comma, colon]) => Some((comma.clone(), colon.clone())),
            _ => None,
        },
        sort_keys: options.get::<Option<bool>>("sort_keys")?.unwrap_or(false),
    };
    options.assert_all_used()?;
    if value.is_undefined() {
        return Err(JinjaError::new(ErrorKind::UndefinedError, "tojson of an undefined value"));
    }
    Ok(json_dumps(&to_json(&value)?, &style))
}

fn to_json(value: &JinjaValue) -> Result<Value, JinjaError> {
    serde_json::to_value(value).map_err(|e| JinjaError::new(ErrorKind::BadSerialization, e.to_string()))
}

fn describe(error: &JinjaError) -> String {
    if error.kind() == ErrorKind::OutOfFuel {
        return format!("it did not end within {STEPS} steps; it may loop for ever: use the template of another model");
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

fn failure(reason: impl Into<String>) -> Error {
    Error::Template { reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Role;

    #[test]
    fn named_templates_are_chosen_by_the_menu() {
        let config = br#"{"bos_token": {"content": "<s>"}, "eos_token": null, "chat_template": [
            {"name": "default", "template": "{{ bos_token }}plain{{ eos_token }}"}, {"name": "tool_use", "template": "tools {{ tools[0].function.name }}"}]}"#;
        let template = ChatTemplate::from_config(Some(config), None).unwrap();
        let tool = Tool { name: "f".into(), description: String::new(), parameters: json!({}), annotations: None };
        assert_eq!(template.render(&[], &[], false, &[]).unwrap(), "<s>plain");
        assert_eq!(template.render(&[], &[tool], false, &[]).unwrap(), "tools f");
        assert_eq!(template.special_token("bos_token"), Some("<s>"));
        assert_eq!(template.special_token("eos_token"), None);
        let other = ChatTemplate::from_config(Some(config), Some("wins\n")).unwrap();
        assert_eq!(other.render(&[], &[], false, &[]).unwrap(), "wins");
    }

    #[test]
    fn errors_are_typed() {
        assert_eq!(ChatTemplate::from_config(None, None).unwrap_err().code(), "TemplateError");
        assert_eq!(ChatTemplate::from_config(Some(b"[]"), Some("x")).unwrap_err().code(), "ConfigError");
        let error = ChatTemplate::from_config(None, Some("{% if %}")).unwrap_err();
        assert_eq!(error.code(), "TemplateError");
        let template =
            ChatTemplate::from_config(None, Some("{{ raise_exception('no ' ~ messages[0].role) }}")).unwrap();
        let error = template.render(&[Message::text(Role::User, "")], &[], false, &[]).unwrap_err();
        assert!(error.to_string().contains("refuses the dialogue: no user"), "{error}");
        let template = ChatTemplate::from_config(None, Some("{{ nothing | tojson }}")).unwrap();
        assert_eq!(template.render(&[], &[], false, &[]).unwrap_err().code(), "TemplateError");
    }

    #[test]
    fn a_template_that_does_not_end_is_an_error() {
        let source = "{% macro f(n) %}{% for i in range(9999) %}{% for j in range(9999) %}{{ j }}{% endfor %}{% endfor %}{% endmacro %}{{ f(1) }}";
        let template = ChatTemplate::from_config(None, Some(source)).unwrap();
        let error = template.render(&[], &[], false, &[]).unwrap_err();
        assert!(error.code() == "TemplateError" && error.to_string().contains("did not end"), "{error}");
    }

    #[test]
    fn files_of_their_own_win() {
        let config = br#"{"bos_token": null, "chat_template": "config"}"#;
        let named = [NamedTemplate { name: "tool_use".into(), source: "tools".into() }];
        let files = TemplateFiles { tokenizer_config: Some(config), named: &named, ..TemplateFiles::default() };
        let tool = Tool { name: "f".into(), description: String::new(), parameters: json!({}), annotations: None };
        let render = |files: &TemplateFiles<'_>, tools: &[Tool]| {
            ChatTemplate::from_files(files).unwrap().render(&[], tools, false, &[]).unwrap()
        };
        assert_eq!(render(&files, &[]), "config");
        assert_eq!(render(&files, std::slice::from_ref(&tool)), "tools");
        let map = br#"{"bos_token": {"content": "<s>"}, "additional_special_tokens": []}"#;
        let mut files =
            TemplateFiles { chat_template: Some("\u{feff}{{ bos_token }}"), special_tokens_map: Some(map), ..files };
        assert_eq!(render(&files, &[]), "<s>");
        // `transformers` does not read the map where the configuration lists the added tokens.
        files.tokenizer_config = Some(br#"{"bos_token": "<b>", "added_tokens_decoder": {}}"#);
        assert_eq!(render(&files, &[]), "<b>");
    }

    #[test]
    fn a_tools_result_has_the_name_of_its_call() {
        let source =
            "{% for m in messages %}{{ m.role ~ ':' ~ (m.name or '-') ~ ':' ~ (m.tool_call_id or '-') }} {% endfor %}";
        let template = ChatTemplate::from_config(None, Some(source)).unwrap();
        let call = |name: &str| ToolCall { name: name.into(), arguments: Map::new() };
        let result = |name: Option<&str>| Message { name: name.map(str::to_owned), ..Message::text(Role::Tool, "x") };
        let mut last = result(None);
        last.tool_call_id = Some("c3".into());
        let messages = [Message::calling("", vec![call("f"), call("g")]), result(None), result(Some("other")), last];
        let text = template.render(&messages, &[], false, &[]).unwrap();
        assert_eq!(text, "assistant:-:- tool:f:- tool:other:- tool:-:c3 ");
    }

    #[test]
    fn generation_tags_print_their_body() {
        let source = "a{% generation %}b{%- endgeneration -%} c {{ '{% generation' }}";
        let template = ChatTemplate::from_config(None, Some(source)).unwrap();
        assert_eq!(template.render(&[], &[], false, &[]).unwrap(), "abc {% generation");
    }
}
