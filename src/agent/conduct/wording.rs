//! Questions in words, made from the schema.

use serde_json::Value;

use super::Proposal;
use crate::{
    task::{Task, Tool, ToolCall},
    words::{Gap, GapReason, Slots, plain_name},
};

/// Asks for what is missing: "How many minutes?", "Which theme: light, dark or system?".
pub(super) fn ask(tool: &Tool, gaps: &[Gap]) -> String {
    gaps.iter().map(|gap| ask_one(tool, gap)).collect::<Vec<_>>().join(" ")
}

fn ask_one(tool: &Tool, gap: &Gap) -> String {
    let slots = Slots::of(tool);
    let asked = slots.question(&gap.argument);
    let name = plain_name(&gap.argument);
    match &gap.reason {
        GapReason::Missing => asked,
        GapReason::OutOfRange { said } => match slots.range(&gap.argument) {
            Some(range) => format!("“{said}” is not possible: {name} is {range}. {asked}"),
            None => format!("“{said}” is not possible for {name}. {asked}"),
        },
        GapReason::NotAllowed { said } => format!("“{said}” is not possible for {name}. {asked}"),
        GapReason::OtherUnit { said } => format!("“{said}” cannot be converted. {asked}"),
    }
}

/// Asks which of some calls was meant.
pub(super) fn choose(proposals: &[Proposal]) -> String {
    match proposals {
        [only] => only.text.clone(),
        _ => "Which of these do you mean?".to_owned(),
    }
}

/// A call as a question: "Set a timer (minutes: 60)?"
pub(super) fn propose(task: &Task, calls: &[ToolCall]) -> String {
    let one = |call: &ToolCall| {
        let described = task.tool(&call.name).map(|tool| tool.description.trim()).filter(|text| !text.is_empty());
        let title = described.map_or_else(|| plain_name(&call.name), |text| first_sentence(text).to_owned());
        let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let arguments: Vec<String> =
            call.arguments.iter().map(|(name, value)| format!("{}: {}", plain_name(name), shown(value))).collect();
        if arguments.is_empty() { title } else { format!("{title} ({})", arguments.join(", ")) }
    };
    format!("{}?", calls.iter().map(one).collect::<Vec<_>>().join(", and then "))
}

fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").or_else(|| text.find('\n')).unwrap_or(text.len());
    text.get(..end).unwrap_or(text).trim_end_matches('.')
}
