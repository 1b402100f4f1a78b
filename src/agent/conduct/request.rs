//! What the user asks for, with what was said before: the answer to a question, or a change of the last call.

use serde_json::{Map, Value};

use crate::{
    task::{Message, Role, Task, ToolCall},
    words::Text,
};

/// A request, read with the dialogue before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The words that are asked with: the query, behind the user's turn that the assistant asked back about.
    pub text: Text,
    /// All that the user said, and what the assistant called: where values may stand.
    pub said: String,
    /// The last calls before the query, where nothing was asked since.
    pub before: Vec<ToolCall>,
    /// The query answers a question of the assistant.
    pub answers: bool,
}

impl Request {
    /// Reads the dialogue of a task.
    pub fn of(task: &Task) -> Self {
        let query = task.query();
        let last = task.messages.iter().rposition(|message| message.role == Role::User).unwrap_or(0);
        let earlier = task.messages.get(..last).unwrap_or_default();
        let is_question = |message: &Message| {
            message.role == Role::Assistant
                && message.tool_calls.is_empty()
                && message.content.trim_end().ends_with('?')
        };
        let answers = earlier.last().is_some_and(is_question);
        let mut words = query.to_owned();
        if answers && let Some(asked) = earlier.iter().rev().find(|message| message.role == Role::User) {
            words = format!("{}; {query}", asked.content.trim_end_matches(['.', '!', '?']));
        }
        let spoken = earlier.iter().rev().find(|message| message.role == Role::Assistant);
        let before = spoken.filter(|_| !answers).map(|message| message.tool_calls.clone()).unwrap_or_default();
        let mut said = String::new();
        for message in earlier {
            match message.role {
                Role::User => said += &message.content,
                Role::Assistant => {
                    for call in &message.tool_calls {
                        said += &values(&call.arguments);
                    }
                }
                Role::System | Role::Tool => {}
            }
            said.push('\n');
        }
        said += query;
        Self { text: Text::read(&words), said, before, answers }
    }

    /// The last call of a tool, whose arguments a short request may only change.
    pub fn before_of(&self, tool: &str) -> Option<&ToolCall> {
        self.before.iter().rev().find(|call| call.name == tool)
    }
}

fn values(arguments: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    arguments.values().map(text).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_and_changes_are_read_with_what_was_said() {
        let user = |text: &str| Message::text(Role::User, text);
        let asked = vec![user("buy tickets for IC 204"), Message::text(Role::Assistant, "How many?"), user("two")];
        let request = Request::of(&Task { messages: asked, tools: vec![] });
        assert!(request.answers && request.text == Text::read("buy tickets for IC 204; two"));
        let call = ToolCall { name: "f".into(), arguments: json!({"room": "attic"}).as_object().cloned().unwrap() };
        let changed = vec![
            user("heat it"),
            Message::calling("", vec![call.clone()]),
            Message::text(Role::Tool, "ok"),
            user("19"),
        ];
        let request = Request::of(&Task { messages: changed, tools: vec![] });
        assert_eq!((request.before_of("f"), request.answers), (Some(&call), false));
        assert!(request.said.contains("attic") && !request.said.contains("ok"));
        assert_eq!(Request::of(&Task { messages: vec![], tools: vec![] }).said, "");
    }
}
