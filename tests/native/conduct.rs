//! A model that always guesses acts on nothing that was not said.

use std::{fs, path::Path};

use autodidact::{
    agent::{CertaintyTable, Considered, Decision, Request, Written, decide},
    calls::check_call,
    task::{Message, Role, Task, Tool, ToolCall},
    uncertainty::Candidate,
    words::{Ranking, RankingWeights},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Row {
    id: String,
    tools: Vec<Tool>,
    #[serde(default)]
    history: Vec<Message>,
    query: String,
}

fn rows() -> Vec<Row> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suites/conduct.jsonl");
    fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A value that nobody said, of the kind that the schema asks for.
fn guess(schema: &Value) -> Value {
    let of = |key: &str| schema.get(key).cloned();
    if let Some(members) = schema.get("enum").and_then(Value::as_array) {
        return members.last().cloned().unwrap_or(Value::Null);
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("integer" | "number") => of("maximum").unwrap_or(json!(4242)),
        Some("boolean") => json!(true),
        Some("array") => json!(["Zebedee"]),
        _ => json!("Zebedee"),
    }
}

#[test]
fn nothing_that_was_guessed_is_carried_out() {
    // Always sure, and sure that something fits: only what was said stands between a guess and its execution.
    let table = CertaintyTable { level: 0.0, level_read_only: 0.0, level_fits: 0.0, ..CertaintyTable::default() };
    let (mut acted, mut held) = (0, 0);
    for row in rows() {
        let mut messages = row.history;
        messages.push(Message::text(Role::User, row.query));
        let task = Task { messages, tools: row.tools };
        let said: String = task.messages.iter().map(|m| format!("{} {:?}\n", m.content, m.tool_calls)).collect();
        for tool in &task.tools {
            let arguments: Map<String, Value> =
                tool.properties().map(|(name, schema)| (name.to_owned(), guess(schema))).collect();
            let guessed = [ToolCall { name: tool.name.clone(), arguments }];
            // The model is sure of this tool alone.
            let candidate = |other: &Tool| Candidate {
                name: Some(other.name.clone()),
                log_prob: if other.name == tool.name { 0.0 } else { -60.0 },
                probability: f32::from(u8::from(other.name == tool.name)),
            };
            let candidates: Vec<Candidate> = task.tools.iter().map(candidate).collect();
            let request = Request::of(&task, None);
            let ranking = Ranking::of(task.query(), &task.tools, &RankingWeights::default());
            let considered = Considered::new(&task, ranking, request, &candidates, &table);
            let written = Written { calls: &guessed, log_probs: &[0.0], unasked: &guessed };
            let decision = decide(&task, &considered, written, &table).decision;
            for call in decision.calls() {
                check_call(call, &task.tools).unwrap();
                let required: Vec<&str> = task.tool(&call.name).unwrap().required().collect();
                for (name, value) in call.arguments.iter().filter(|(name, _)| required.contains(&name.as_str())) {
                    let invented = value == "Zebedee" || *value == json!(["Zebedee"]) || *value == json!(4242);
                    assert!(!invented || said.contains("Zebedee"), "{}: {name}={value} of {call:?}", row.id);
                }
            }
            match decision {
                Decision::Act { .. } => acted += 1,
                Decision::Clarify { question } => {
                    assert!(!question.text.trim().is_empty(), "{}", row.id);
                    held += 1;
                }
                Decision::Decline => held += 1,
            }
        }
    }
    println!("CHECKED {acted} guesses that were put right, {held} that were held back");
    // Many guesses name a tool that needs no value, or one whose values the request has; the others have to be held back.
    assert!(acted > 0 && held > 500);
}

#[test]
fn the_same_request_again_is_carried_out_again() {
    let tool: Tool = serde_json::from_value(json!({"name": "set_timer", "description": "Set a timer",
        "parameters": {"type": "object", "required": ["minutes"],
            "properties": {"minutes": {"type": "number"}, "label": {"type": "string"}}}}))
    .unwrap();
    let arguments = json!({"minutes": 9, "label": "pasta"}).as_object().cloned().unwrap();
    let call = ToolCall { name: tool.name.clone(), arguments };
    let table = CertaintyTable { level: 0.0, level_read_only: 0.0, level_fits: 0.0, ..CertaintyTable::default() };
    for (again, decision) in [("9 minutes for the pasta", "act"), ("make that 12", "act"), ("thank you", "decline")] {
        let messages = vec![
            Message::text(Role::User, "9 minutes for the pasta"),
            Message::calling("", vec![call.clone()]),
            Message::text(Role::Tool, "ok"),
            Message::text(Role::User, again),
        ];
        let task = Task { messages, tools: vec![tool.clone()] };
        let candidates = [Candidate { name: Some(tool.name.clone()), log_prob: 0.0, probability: 1.0 }];
        let ranking = Ranking::of(task.query(), &task.tools, &RankingWeights::default());
        let considered = Considered::new(&task, ranking, Request::of(&task, None), &candidates, &table);
        let calls = [call.clone()];
        let written = Written { calls: &calls, log_probs: &[0.0], unasked: &calls };
        assert_eq!(decide(&task, &considered, written, &table).decision.name(), decision, "{again}");
    }
}
