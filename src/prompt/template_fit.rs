//! Fitting dialogues to chat templates that leave parts of them out.

use super::template::{ChatTemplate, tool_value};
use crate::calls::CallFormat;
use crate::calls::python_text::json_text;
use crate::task::{Message, Role, Tool, ToolCall};

/// Begins a tool's result in a turn of the user (as in Qwen's templates).
const RESULT: &str = "<tool_response>";

/// What the template renders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Renders {
    menu: bool,
    calls: bool,
    several_calls: bool,
    tool_results: bool,
    system: bool,
    /// Two turns of the user in a row.
    turns_in_a_row: bool,
}

impl Renders {
    /// Renders small dialogues and looks what of them shows.
    pub(super) fn probe(template: &ChatTemplate) -> Self {
        let mark = "probe_7f3a";
        let tool = Tool {
            name: mark.to_owned(),
            description: "A probe.".to_owned(),
            parameters: serde_json::json!({"type": "object", "properties": {}, "required": []}),
            annotations: None,
        };
        let shows = |messages: &[Message], tools: &[Tool], times: usize| {
            let text = template.render(messages, tools, true, &[]);
            text.is_ok_and(|text| text.matches(mark).count() >= times)
        };
        let user = Message::text(Role::User, "Hello");
        let call = ToolCall { name: mark.to_owned(), arguments: serde_json::Map::new() };
        let turn = |n: usize| Message::calling("", vec![call.clone(); n]);
        let plain = Message::text(Role::Assistant, "Hi");
        let result = Message { name: Some("get".to_owned()), ..Message::text(Role::Tool, mark) };
        let get = ToolCall { name: "get".to_owned(), arguments: serde_json::Map::new() };
        let asked = Message::calling("", vec![get]);
        let menu = shows(std::slice::from_ref(&user), std::slice::from_ref(&tool), 1);
        Self {
            menu,
            calls: shows(&[user.clone(), turn(1), user.clone()], &[], 1),
            several_calls: shows(&[user.clone(), turn(2), user.clone()], &[], 2),
            // A template that knows no tools may print any role (SmolLM), but the model has never seen that one.
            tool_results: menu
                && (shows(&[user.clone(), plain, result.clone()], &[], 1)
                    || shows(&[user.clone(), asked, result], &[], 1)),
            system: shows(&[Message::text(Role::System, mark), user.clone()], &[], 1),
            turns_in_a_row: shows(&[user, Message::text(Role::User, mark)], &[], 1),
        }
    }

    /// A dialogue in a form in which the template shows all of it, and the tools to hand to the template.
    pub(super) fn fit(self, messages: Vec<Message>, tools: &[Tool], format: CallFormat) -> (Vec<Message>, &[Tool]) {
        let mut messages = self.joined(messages.into_iter().map(|message| self.adapted(message, format)));
        if !self.menu && !tools.is_empty() {
            prepend_system(&mut messages, &menu_text(tools, format));
        }
        if !self.system {
            fold_system(&mut messages);
        }
        (messages, if self.menu { tools } else { &[] })
    }

    /// Tool results that became turns of the user are one turn, and so are all turns of the user in a row where the template
    /// refuses several.
    fn joined(self, messages: impl Iterator<Item = Message>) -> Vec<Message> {
        let mut out: Vec<Message> = Vec::new();
        let is_result = |message: &Message| message.content.starts_with(RESULT);
        for message in messages {
            match out.last_mut().filter(|last| last.role == Role::User && message.role == Role::User) {
                Some(last) if !self.turns_in_a_row || !self.tool_results && is_result(last) && is_result(&message) => {
                    last.content = format!("{}\n{}", last.content, message.content);
                }
                _ => out.push(message),
            }
        }
        out
    }

    /// A message in a form that the template renders.
    fn adapted(self, mut message: Message, format: CallFormat) -> Message {
        let calls = message.tool_calls.len();
        if calls > 0 && !(if calls > 1 { self.several_calls } else { self.calls }) {
            let text = format.render(&message.tool_calls);
            message.content = if message.content.is_empty() { text } else { format!("{}\n{text}", message.content) };
            message.tool_calls.clear();
        }
        if message.role == Role::Tool && !self.tool_results {
            let content = format!("{RESULT}\n{}\n</tool_response>", message.content);
            message = Message::text(Role::User, content);
        }
        message
    }
}

/// The menu and how to call, for templates without tools (the wording of Qwen's and Hermes' templates).
fn menu_text(tools: &[Tool], format: CallFormat) -> String {
    let lines: Vec<String> = tools.iter().map(|tool| json_text(&tool_value(tool))).collect();
    let how = match format {
        CallFormat::Hermes => {
            "For each function call, return a json object with function name and arguments within \
             <tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": \
             <args-json-object>}\n</tool_call>"
        }
        CallFormat::Llama3Json => {
            "For each function call, return a json object with function name and parameters:\n{\"name\": \
             <function-name>, \"parameters\": <args-json-object>}"
        }
        CallFormat::Pythonic => "For each function call, return:\n<|call|>function_name(argument=<json-value>)",
    };
    format!(
        "# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function \
         signatures within <tools></tools> XML tags:\n<tools>\n{}\n</tools>\n\n{how}",
        lines.join("\n")
    )
}

fn prepend_system(messages: &mut Vec<Message>, text: &str) {
    match messages.first_mut() {
        Some(first) if first.role == Role::System => first.content = format!("{}\n\n{text}", first.content),
        _ => messages.insert(0, Message::text(Role::System, text)),
    }
}

/// Moves leading system messages into the first user turn.
fn fold_system(messages: &mut Vec<Message>) {
    if messages.len() < 2 {
        return;
    }
    let leading = messages.iter().take_while(|m| m.role == Role::System).count();
    let system: Vec<String> = messages.drain(..leading).map(|m| m.content).collect();
    if system.is_empty() {
        return;
    }
    let system = system.join("\n\n");
    match messages.iter_mut().find(|m| m.role == Role::User) {
        Some(user) => user.content = format!("{system}\n\n{}", user.content),
        None => messages.insert(0, Message::text(Role::User, system)),
    }
}
