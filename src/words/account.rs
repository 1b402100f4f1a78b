//! How far a call accounts for the words of a request.

use serde_json::Value;

use super::{
    Language,
    clauses::Clauses,
    lexicon::keys,
    reader::Reader,
    slots::{Kind, Slot},
    text::Text,
    tool_words::ToolWords,
    weights::RankingWeights,
};
use crate::task::{Tool, ToolCall};

/// Shares of the words that say what is asked for, each in [0, 1]; with those that the tools' own words explain they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Account {
    /// In numbers, choices, days, times and codes of the calls.
    pub typed: f32,
    /// In their texts.
    pub texts: f32,
    /// In neither, and in no word of the tools.
    pub left: f32,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Typed,
    Text,
    Nowhere,
}

impl Account {
    /// Accounts for the words of a request by calls with their tools.
    pub fn of(text: &Text, calls: &[(&Tool, &ToolCall)]) -> Self {
        let reader = Reader::of(text);
        let mut places = vec![Place::Nowhere; text.words.len()];
        for (tool, call) in calls {
            for slot in Slot::all(tool) {
                let Some(value) = call.arguments.get(slot.name) else { continue };
                let place = match slot.kind {
                    Kind::Text | Kind::List | Kind::Other => Place::Text,
                    Kind::Choice | Kind::Truth | Kind::Number(_) | Kind::Day | Kind::Clock | Kind::Code => Place::Typed,
                };
                let mut spans = reader.places(&slot, value);
                // By the calendar, where the request says it in words.
                match (slot.kind, value) {
                    (Kind::Day, Value::String(_)) if spans.is_empty() => spans.clone_from(&reader.days),
                    (Kind::Clock, Value::String(_)) if spans.is_empty() => spans.clone_from(&reader.clocks),
                    _ => {}
                }
                for at in spans.into_iter().flatten() {
                    if let Some(known) = places.get_mut(at).filter(|known| **known != Place::Typed) {
                        *known = place;
                    }
                }
            }
        }
        let weights = RankingWeights::default();
        let tools: Vec<ToolWords> =
            calls.iter().map(|(tool, _)| ToolWords::of(tool, Language::English, &weights)).collect();
        let is_own = |at: usize| {
            let keys = text.words.get(at).map(keys).unwrap_or_default();
            keys.iter().any(|key| tools.iter().any(|tool| tool.weights.contains_key(key)))
        };
        let clauses = Clauses::of(text);
        let (mut all, mut typed, mut texts, mut left) = (0, 0, 0, 0);
        for at in text.content().filter(|at| clauses.stands(*at)) {
            all += 1;
            match places.get(at) {
                Some(Place::Typed) => typed += 1,
                _ if is_own(at) => {}
                Some(Place::Text) => texts += 1,
                _ => left += 1,
            }
        }
        let share = |count: usize| if all == 0 { 0.0 } else { count as f32 / all as f32 };
        Self { typed: share(typed), texts: share(texts), left: share(left) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_are_in_values_in_the_tool_or_left() {
        let tool = Tool {
            name: "set_timer".into(),
            description: "Set a timer".into(),
            parameters: json!({"type": "object", "properties": {"minutes": {"type": "number"}, "label": {"type": "string"}}}),
            annotations: None,
        };
        let account = |request: &str, arguments: Value| {
            let call = ToolCall { name: tool.name.clone(), arguments: arguments.as_object().cloned().unwrap() };
            let Account { typed, texts, left } = Account::of(&Text::read(request), &[(&tool, &call)]);
            [typed, texts, left].map(|share| (share * 100.0).round())
        };
        // set, timer, 9, minutes, pasta
        let pasta = json!({"minutes": 9, "label": "pasta"});
        assert_eq!(account("set a timer of 9 minutes for the pasta", pasta), [40.0, 20.0, 0.0]);
        assert_eq!(account("who invented the timer?", json!({})), [0.0, 0.0, 50.0]);
        assert_eq!(account("", json!({})), [0.0; 3]);
    }
}
