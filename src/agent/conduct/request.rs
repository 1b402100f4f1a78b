//! What the user asks for, with what was said before: the answer to a question, or a change of the last call.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::{
    task::{Message, Role, Task, ToolCall},
    words::{Examples, Ranking, RankingWeights, Text},
};

/// Words that change what was said before, or add to it.
const CHANGES: [&str; 26] = [
    "same",
    "typo",
    "second",
    "meant",
    "bit",
    "more",
    "different",
    "change",
    "make",
    "instead",
    "rather",
    "too",
    "also",
    "sorry",
    "better",
    "lieber",
    "stattdessen",
    "auch",
    "doch",
    "plutôt",
    "aussi",
    "mejor",
    "también",
    "later",
    "earlier",
    "actually",
];

/// A request, read with the dialogue before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The words that are asked with: the query, behind the user's turn that the assistant asked back about.
    pub text: Text,
    /// All that the user said, and what the assistant called: where values may stand. Of a request that stands by itself only its own words.
    pub said: String,
    /// The last calls before the query, where nothing was asked since.
    pub before: Vec<ToolCall>,
    /// The user's words that led to them.
    pub earlier: Option<String>,
    /// The query answers a question of the assistant.
    pub answers: bool,
}

impl Request {
    /// Reads the dialogue of a task. `today` is the day of the query, where it is known.
    pub fn of(task: &Task, today: Option<NaiveDate>) -> Self {
        let query = task.query();
        let last = task.messages.iter().rposition(|message| message.role == Role::User).unwrap_or(0);
        let earlier = task.messages.get(..last).unwrap_or_default();
        let is_question = |message: &Message| {
            message.role == Role::Assistant
                && message.tool_calls.is_empty()
                && message.content.trim_end().ends_with('?')
        };
        let is_new = begins_anew(&Text::read(query), task);
        let answers = earlier.last().is_some_and(is_question) && !is_new;
        let mut words = query.to_owned();
        if answers && let Some(asked) = earlier.iter().rev().find(|message| message.role == Role::User) {
            words = format!("{}; {query}", asked.content.trim_end_matches(['.', '!', '?']));
        }
        let spoken = earlier.iter().rev().find(|message| message.role == Role::Assistant);
        let before =
            spoken.filter(|_| !answers && !is_new).map(|message| message.tool_calls.clone()).unwrap_or_default();
        let earlier_words =
            earlier.iter().rev().find(|message| message.role == Role::User).map(|message| message.content.clone());
        let earlier_words = earlier_words.filter(|_| !before.is_empty());
        let mut said = String::new();
        // A request that stands by itself takes no value from what was said before.
        for message in earlier.iter().filter(|_| !is_new) {
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
        Self { text: Text::read(&words).said_on(today), said, before, earlier: earlier_words, answers }
    }

    /// The words that stand for the request when it is taught: the query, or the request that a question was asked about. `None` where
    /// it only changes the last call, and so says little by itself.
    pub fn lesson_query(task: &Task) -> Option<String> {
        let request = Self::of(task, None);
        if request.answers {
            let earlier = task.messages.iter().rev().filter(|message| message.role == Role::User);
            return earlier.skip(1).map(|message| message.content.clone()).next();
        }
        let changes = !request.before.is_empty() && (request.text.has_pronoun() || request.text.content().count() < 3);
        (!changes).then(|| task.query().to_owned())
    }

    /// Whether it says nothing but what to change in the last call: "no, 9 km", "later, at eight".
    pub fn only_changes(&self) -> bool {
        let is_change = |at: usize| self.text.is_any(at, &CHANGES);
        !self.before.is_empty() && (self.text.only_sets_values() || self.text.named().all(is_change))
    }

    /// The last call of a tool, whose arguments a short request may only change.
    pub fn before_of(&self, tool: &str) -> Option<&ToolCall> {
        self.before.iter().rev().find(|call| call.name == tool)
    }
}

/// Whether a query after others stands by itself: it names what a tool does, and neither a thing that was spoken of nor a change.
fn begins_anew(query: &Text, task: &Task) -> bool {
    let ranking = Ranking::of_text(query, &task.tools, &Examples::default(), &RankingWeights::default());
    let names_a_tool = ranking.best().is_some_and(|at| ranking.deeds.get(at).is_some_and(|deeds| *deeds > 0.0));
    names_a_tool && !query.has_pronoun() && !query.has_any(&CHANGES) && query.named().count() > 1
}

fn values(arguments: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    arguments.values().map(text).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Tool;
    use serde_json::json;

    #[test]
    fn answers_and_changes_are_read_with_what_was_said() {
        let user = |text: &str| Message::text(Role::User, text);
        let asked = vec![user("buy tickets for IC 204"), Message::text(Role::Assistant, "How many?"), user("two")];
        let request = Request::of(&Task { messages: asked, tools: vec![] }, None);
        assert!(request.answers && request.text == Text::read("buy tickets for IC 204; two"));
        let call = ToolCall { name: "f".into(), arguments: json!({"room": "attic"}).as_object().cloned().unwrap() };
        let changed = vec![
            user("heat it"),
            Message::calling("", vec![call.clone()]),
            Message::text(Role::Tool, "ok"),
            user("19"),
        ];
        let request = Request::of(&Task { messages: changed, tools: vec![] }, None);
        assert_eq!((request.before_of("f"), request.answers), (Some(&call), false));
        assert!(request.said.contains("attic") && !request.said.contains("ok"));
        assert_eq!(Request::of(&Task { messages: vec![], tools: vec![] }, None).said, "");
    }

    #[test]
    fn a_request_that_stands_by_itself_is_no_answer_and_no_change() {
        let tool: Tool = serde_json::from_value(json!({"name": "set_timer", "description": "Set a timer",
            "parameters": {"type": "object", "properties": {"minutes": {"type": "number"}, "label": {"type": "string"}}}}))
        .unwrap();
        let call =
            ToolCall { name: "set_timer".into(), arguments: json!({"minutes": 9}).as_object().cloned().unwrap() };
        let user = |text: &str| Message::text(Role::User, text);
        let asked = Message::text(Role::Assistant, "How many minutes?");
        let called = Message::calling("", vec![call]);
        let of = |between: &Message, query: &str| {
            let messages = vec![user("a timer for the pasta"), between.clone(), user(query)];
            let request = Request::of(&Task { messages, tools: vec![tool.clone()] }, None);
            (request.answers, request.before.len())
        };
        for (query, answers, changes) in [
            ("ten", true, 1),
            ("make that 12 minutes instead", true, 1),
            ("set a timer for the bread", false, 0),
            ("set a timer for the bread too", true, 1),
        ] {
            assert_eq!(of(&asked, query), (answers, 0), "{query}");
            assert_eq!(of(&called, query), (false, changes), "{query}");
            let messages = vec![user("9 minutes for the pasta"), called.clone(), user(query)];
            let said = Request::of(&Task { messages, tools: vec![tool.clone()] }, None).said;
            assert_eq!(said == query, changes == 0, "{query}");
        }
    }
}
