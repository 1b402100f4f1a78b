//! Requests for several calls, and answers with several.

use serde_json::Value;

use super::{
    request::Request,
    review::{Reviewed, drafted, review},
};
use crate::{
    calls::ungrounded,
    task::{Task, Tool, ToolCall},
    words::{Drafted, Examples, Ranking, RankingWeights, Text, draft},
};

/// What the rules make of each request, where there are several for more than one tool.
pub(super) fn parts<'t>(request: &Request, task: &'t Task) -> Option<Vec<(&'t Tool, Drafted, Reviewed)>> {
    let texts = request.text.requests();
    let tool_of = |text: &Text| {
        let ranking = Ranking::of_text(text, &task.tools, &Examples::default(), &RankingWeights::default());
        let at = ranking.best().filter(|at| ranking.deeds.get(*at).is_some_and(|deeds| *deeds > 0.0))?;
        task.tools.get(at)
    };
    let tools: Vec<&Tool> = texts.iter().map(tool_of).collect::<Option<_>>()?;
    let first = tools.first()?;
    if tools.iter().all(|tool| tool.name == first.name) {
        return None;
    }
    let part = |(text, tool): (&Text, &'t Tool)| {
        let drafted = draft(text, tool);
        let reviewed =
            Reviewed { call: drafted.call.clone(), gaps: drafted.gaps.clone(), guessed: 0.0, same_arguments: false };
        (tool, drafted, reviewed)
    };
    Some(texts.iter().zip(tools).map(part).collect())
}

/// A call for each of several values that a request joins: "the weather in Oslo and Rome".
pub(super) fn each_of_joined<'t>(
    request: &Request,
    task: &Task,
    tool: &'t Tool,
) -> Option<Vec<(&'t Tool, Drafted, Reviewed)>> {
    let whole = drafted(request, task, tool);
    whole.joined.as_ref()?;
    let part = |call: ToolCall| {
        let drafted = Drafted { call: call.clone(), joined: None, ..whole.clone() };
        let reviewed = Reviewed { call, gaps: whole.gaps.clone(), guessed: 0.0, same_arguments: false };
        (tool, drafted, reviewed)
    };
    Some(whole.calls().into_iter().map(part).collect())
}

/// Of the calls that the model wrote, the first one of the tool that is meant, and those that the request supports beside it: calls of the
/// same tool with another value that stands in it, and of other tools that it speaks of. Models that are small repeat themselves.
pub(super) fn supported<'c>(
    task: &Task,
    request: &Request,
    ranking: &Ranking,
    tool: &Tool,
    calls: &'c [ToolCall],
) -> Vec<&'c ToolCall> {
    const JOINTS: [&str; 13] =
        ["and", "also", "then", "too", "both", "und", "auch", "dann", "et", "aussi", "puis", "y", "también"];
    let Some(first) = calls.iter().position(|call| call.name == tool.name) else { return Vec::new() };
    let is_joined = request.text.has_any(&JOINTS);
    let mut kept: Vec<usize> = vec![first];
    for (at, call) in calls.iter().enumerate().filter(|(at, _)| *at != first) {
        let Some(place) = task.tools.iter().position(|other| other.name == call.name) else { continue };
        let is_grounded = task.tools.get(place).is_some_and(|t| ungrounded(call, t, &request.said).is_empty());
        let mut same = kept.iter().filter_map(|at| calls.get(*at)).filter(|other| other.name == call.name).peekable();
        let stands = if same.peek().is_some() {
            same.all(|other| says_another(call, other, &request.text))
        } else {
            is_joined && ranking.named.get(place).is_some_and(|named| *named > 0.0)
        };
        if is_grounded && stands {
            kept.push(at);
        }
    }
    kept.sort_unstable();
    kept.into_iter().filter_map(|at| calls.get(at)).collect()
}

/// Whether a call has a text or a number for an argument for which another call has a different one, and which is not merely another
/// argument of that call, nor another one of its own.
fn says_another(call: &ToolCall, other: &ToolCall, request: &Text) -> bool {
    call.arguments.iter().any(|(name, value)| {
        let is_elsewhere = |call: &ToolCall| call.arguments.iter().any(|(n, v)| n != name && v == value);
        let known = other.arguments.get(name);
        let differs = match (value, known) {
            (Value::String(text), Some(Value::String(known))) => request.has_both(text, known),
            (Value::Number(_), Some(known)) => value != known,
            (Value::Array(_), Some(known)) => value != known,
            _ => false,
        };
        differs && !is_elsewhere(call) && !is_elsewhere(other)
    })
}

/// Whether a value is the number one, and the request has it as an article or a pronoun alone: "a timer for tea and one for eggs".
fn is_mere_one(value: &Value, request: &Text) -> bool {
    value.as_f64() == Some(1.0) && !request.counts(value)
}

pub(super) fn review_alone(request: &Request, tool: &Tool, call: &ToolCall, none: &Drafted) -> Reviewed {
    let mut absent = ungrounded(call, tool, &request.said);
    absent.extend(
        call.arguments.iter().filter(|(_, value)| is_mere_one(value, &request.text)).map(|(name, _)| name.clone()),
    );
    let mut drafted = none.clone();
    drafted.call.arguments.retain(|name, _| !absent.contains(name));
    let mut reviewed = review(request, tool, Some(call), &drafted);
    reviewed.guessed = absent.len() as f32 / call.arguments.len().max(1) as f32;
    reviewed
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(name: &str, arguments: Value) -> ToolCall {
        ToolCall { name: name.into(), arguments: arguments.as_object().cloned().unwrap_or_default() }
    }

    #[test]
    fn one_is_no_number_where_nothing_is_counted() {
        for (request, expected) in [
            ("a timer for tea and one for eggs", true),
            ("one minute for tea and two for eggs", false),
            ("tables for 1 and for 2", false),
        ] {
            assert_eq!(is_mere_one(&json!(1), &Text::read(request)), expected, "{request}");
        }
        assert!(!is_mere_one(&json!(2), &Text::read("a timer")));
    }

    #[test]
    fn only_another_value_makes_another_call() {
        let request = Text::read("weather in Paris for 2 days and in London for 3, in metric units");
        let paris = call("weather", json!({"city": "Paris", "days": 2}));
        for (other, expected) in [
            (json!({"city": "London", "days": 2}), true),
            (json!({"city": "Paris", "days": 3}), true),
            (json!({"city": "Paris", "days": 2}), false),
            (json!({"city": "in Paris", "days": 2}), false),
            (json!({"days": 2}), false),
            (json!({"city": "Rome"}), false),
            (json!({"city": "London", "days": 2, "units": "London"}), false),
            (json!({"city": "Paris", "units": "metric"}), false),
        ] {
            assert_eq!(says_another(&call("weather", other.clone()), &paris, &request), expected, "{other}");
        }
    }
}
