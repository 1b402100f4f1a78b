//! Chat templates, rendered as `apply_chat_template` of transformers renders them.
//!
//! The templates are Jinja2 written against Python: the environment trims blocks, `tojson` writes what `json.dumps`
//! writes, `True`, `None` and lists print as in Python, and strings have Python's methods.

use minijinja::value::{Kwargs, Value as JinjaValue, ValueKind};
use minijinja::{Environment, Error as JinjaError, ErrorKind, Output, State};
use serde_json::{Value, json};

use super::clock::{strftime, unix_now};
use crate::calls::python_text::{JsonStyle, float_repr, json_dumps, python_repr};
use crate::error::{Error, Result};
use crate::task::{Message, Tool};

/// Tokens of the configuration that templates may name.
const NAMED_TOKENS: [&str; 7] =
    ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

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
    /// Reads the template from a `tokenizer_config.json` (key `chat_template`: a source, or a list of named ones, of
    /// which `default` and `tool_use` are used) or from a `chat_template.jinja`, which wins.
    ///
    /// # Errors
    /// [`Error::Config`] when the configuration is no JSON object, [`Error::Template`] when there is no template or it
    /// does not compile.
    pub fn from_config(tokenizer_config_json: Option<&[u8]>, chat_template_jinja: Option<&str>) -> Result<Self> {
        let config: Value = match tokenizer_config_json {
            None => json!({}),
            Some(bytes) => serde_json::from_slice(bytes)
                .ok()
                .filter(Value::is_object)
                .ok_or_else(|| Error::config("tokenizer_config.json", "expected a JSON object"))?,
        };
        let (source, tool_source) = match chat_template_jinja {
            Some(source) => (Some(source.to_owned()), None),
            None => sources(config.get("chat_template")),
        };
        let source = source.ok_or_else(|| {
            failure(
                "the model directory has none; an instruction-tuned model has `chat_template` in its \
                     tokenizer_config.json or a chat_template.jinja",
            )
        })?;
        let template =
            Self { source: portable(&source), tool_source: tool_source.map(|s| portable(&s)), config, unix_time: None };
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
        let mut variables = serde_json::Map::new();
        for key in NAMED_TOKENS {
            if let Some(token) = self.special_token(key) {
                variables.insert(key.to_owned(), token.into());
            }
        }
        variables.insert("messages".to_owned(), messages.iter().map(message_value).collect());
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
        environment.set_lstrip_blocks(true);
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.set_formatter(python_formatter);
        environment.add_filter("tojson", tojson);
        environment.add_function("raise_exception", |reason: String| -> Result<String, JinjaError> {
            Err(JinjaError::new(ErrorKind::InvalidOperation, format!("the template refuses the dialogue: {reason}")))
        });
        let unix_time = self.unix_time;
        environment
            .add_function("strftime_now", move |format: String| strftime(unix_time.unwrap_or_else(unix_now), &format));
        environment
    }
}

/// A tool as OpenAI and chat templates write it.
pub fn tool_value(tool: &Tool) -> Value {
    json!({"type": "function", "function": {
        "name": tool.name, "description": tool.description, "parameters": tool.parameters}})
}

fn message_value(message: &Message) -> Value {
    let mut value = json!({"role": message.role, "content": message.content});
    if let (false, Some(map)) = (message.tool_calls.is_empty(), value.as_object_mut()) {
        let calls = message
            .tool_calls
            .iter()
            .map(|call| json!({"type": "function", "function": {"name": call.name, "arguments": call.arguments}}));
        map.insert("tool_calls".to_owned(), calls.collect());
    }
    value
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
        let tool = Tool { name: "f".into(), description: String::new(), parameters: json!({}) };
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
    fn generation_tags_print_their_body() {
        let source = "a{% generation %}b{%- endgeneration -%} c {{ '{% generation' }}";
        let template = ChatTemplate::from_config(None, Some(source)).unwrap();
        assert_eq!(template.render(&[], &[], false, &[]).unwrap(), "abc {% generation");
    }
}
