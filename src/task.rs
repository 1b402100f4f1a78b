//! The words of the trade: tools, calls, messages, tasks and training pairs.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A function that the model may call, as in OpenAI's `tools` (the part under `function`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// Unique within a menu.
    pub name: String,
    /// What it does, in words.
    #[serde(default)]
    pub description: String,
    /// JSON Schema of the arguments: `{"type":"object","properties":{...},"required":[...]}`. MCP calls it `inputSchema`,
    /// Anthropic `input_schema`, and Google `parametersJsonSchema`.
    #[serde(default = "empty_schema", alias = "inputSchema", alias = "input_schema", alias = "parametersJsonSchema")]
    pub parameters: Value,
    /// What MCP says of the tool's effects; `None` where it says nothing.
    #[serde(default, deserialize_with = "hints", skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
}

/// What a tool's maker says of its effects, as MCP has it. Hints, not promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Annotations {
    /// It changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only_hint: Option<bool>,
    /// It may delete or overwrite something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destructive_hint: Option<bool>,
    /// Calling it again with the same arguments changes nothing more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent_hint: Option<bool>,
}

impl Annotations {
    /// The hints of an object; `None` where they are written in another way. Hints of a stranger must not make a tool unusable.
    pub fn read(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }
}

fn hints<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Annotations>, D::Error> {
    Ok(Option::<Value>::deserialize(deserializer)?.as_ref().and_then(Annotations::read))
}

fn empty_schema() -> Value {
    serde_json::json!({"type": "object", "properties": {}})
}

impl Tool {
    /// True when its maker says that it changes nothing.
    pub fn reads_only(&self) -> bool {
        self.annotations.is_some_and(|hints| hints.read_only_hint == Some(true) && hints.destructive_hint != Some(true))
    }

    /// The schema's `properties`, in the order of the source; empty when there are none.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.parameters.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(k, v)| (k.as_str(), v))
    }

    /// Names of the required parameters. A schema without `required` requires nothing.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        self.parameters.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
}

/// One call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Name of the tool.
    pub name: String,
    /// Arguments by name, in order.
    #[serde(default)]
    pub arguments: Map<String, Value>,
}

/// Who speaks in a [`Message`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions of the application.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// The result of a call.
    Tool,
}

/// One turn of a dialogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The speaker.
    pub role: Role,
    /// Text; empty for a turn that only calls tools.
    #[serde(default)]
    pub content: String,
    /// Calls made in this turn (assistant only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Name of the tool whose result this is; where it is absent, that of the call that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which call this is the result of, in the words of the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

impl Message {
    /// A turn of plain text.
    pub fn text(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), tool_calls: Vec::new(), name: None, tool_call_id: None }
    }

    /// A turn of the assistant that calls tools.
    pub fn calling(content: impl Into<String>, tool_calls: Vec<ToolCall>) -> Self {
        Self { tool_calls, ..Self::text(Role::Assistant, content) }
    }
}

/// What the agent is asked: a dialogue that ends on the user's query, and the menu of tools open to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The dialogue so far; its last user turn is the query.
    pub messages: Vec<Message>,
    /// The menu.
    #[serde(default)]
    pub tools: Vec<Tool>,
}

impl Task {
    /// A task of a single user turn.
    pub fn new(query: impl Into<String>, tools: Vec<Tool>) -> Self {
        Self { messages: vec![Message::text(Role::User, query)], tools }
    }

    /// The last user turn, or an empty text.
    pub fn query(&self) -> &str {
        self.messages.iter().rev().find(|m| m.role == Role::User).map_or("", |m| &m.content)
    }

    /// The tool of that name.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|t| t.name == name)
    }
}

/// A task with its right answer, from a file or a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The task.
    pub task: Task,
    /// The right calls; empty where no tool fits.
    pub calls: Vec<ToolCall>,
}

/// An input with its output: what synthesis writes and adaptation trains on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The user's words.
    pub query: String,
    /// The calls that answer it; empty where no tool fits.
    pub calls: Vec<ToolCall>,
}
