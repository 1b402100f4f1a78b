//! A call of the model against the request: each value stands in it, comes from the rules, or is missing.

use serde_json::{Map, Value};

use super::request::Request;
use crate::{
    calls::ungrounded,
    task::{Task, Tool, ToolCall},
    words::{Drafted, Gap, GapReason, Slots, Text, draft, without_possessive},
};

/// A call after review.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reviewed {
    /// The call with the values that stand in the request.
    pub call: ToolCall,
    /// What it lacks.
    pub gaps: Vec<Gap>,
    /// Share of the model's values that do not stand in the request, in [0, 1].
    pub guessed: f32,
    /// The rules, by themselves, fill in the same arguments as the model.
    pub same_arguments: bool,
}

/// What the rules make of a request for a tool: the query first, then what was said before it.
pub(super) fn drafted(request: &Request, task: &Task, tool: &Tool) -> Drafted {
    let mut result = draft(&request.text, tool);
    let said = result.call.arguments.clone();
    if request.answers {
        let now = draft(&Text::read(task.query()).said_on(request.text.today()), tool);
        for (name, value) in now.call.arguments {
            result.call.arguments.insert(name, value);
        }
        result.gaps.retain(|gap| !result.call.arguments.contains_key(&gap.argument));
        // The whole answer is the value, where one text is asked for.
        if let [Gap { argument, reason: GapReason::Missing }] = &result.gaps[..]
            && Slots::of(tool).is_text(argument)
        {
            let answer = task.query().trim().trim_end_matches(['.', '!']).to_owned();
            result.call.arguments.insert(argument.clone(), Value::String(answer));
            result.gaps.clear();
        }
    }
    if let Some(before) = request.before_of(&tool.name) {
        for (name, value) in &before.arguments {
            if let Some(other) = Slots::of(tool).changed_choice(name, value, &request.text) {
                result.call.arguments.insert(name.clone(), other);
            } else if request.only_changes() && value.is_string() && !result.firm.contains(name) {
                // "better 50" and "sorry, 55" say nothing about the rest.
                result.call.arguments.insert(name.clone(), value.clone());
            } else if !result.call.arguments.contains_key(name) {
                result.call.arguments.insert(name.clone(), value.clone());
            }
        }
        result
            .gaps
            .retain(|gap| gap.reason != GapReason::Missing || !result.call.arguments.contains_key(&gap.argument));
    }
    // "cross it off": the thing of the last call.
    if let [Gap { argument, reason: GapReason::Missing }] = &result.gaps[..]
        && Slots::of(tool).is_text(argument)
        && request.text.has_pronoun()
        && let Some(thing) =
            request.before.last().and_then(|call| call.arguments.values().find(|value| value.is_string()))
    {
        result.call.arguments.insert(argument.clone(), thing.clone());
        result.gaps.clear();
    }
    // What is joined to a value that gave way is gone with it.
    let arguments = &result.call.arguments;
    result.joined.take_if(|joined| arguments.get(&joined.argument) != said.get(&joined.argument));
    result.call.arguments = ordered(std::mem::take(&mut result.call.arguments), tool);
    result
}

fn ordered(mut arguments: Map<String, Value>, tool: &Tool) -> Map<String, Value> {
    let mut out = Map::new();
    for (name, _) in tool.properties() {
        if let Some(value) = arguments.shift_remove(name) {
            out.insert(name.to_owned(), value);
        }
    }
    out
}

/// Puts a call of the model right by the request: what does not stand in it gives way to what the rules find, or is missing.
pub(super) fn review(request: &Request, tool: &Tool, call: Option<&ToolCall>, drafted: &Drafted) -> Reviewed {
    let slots = Slots::of(tool);
    let by_model = call.map(|call| call.arguments.clone()).unwrap_or_default();
    let absent = call.map(|call| ungrounded(call, tool, &request.said)).unwrap_or_default();
    let refused = |name: &str| drafted.gaps.iter().find(|gap| gap.argument == name && gap.reason != GapReason::Missing);
    // What a change does not speak of stays.
    let before = request.before_of(&tool.name).filter(|_| request.only_changes());
    let is_kept = |name: &str, rules: &Value| before.is_some_and(|before| before.arguments.get(name) == Some(rules));
    let mut arguments = Map::new();
    let mut gaps = Vec::new();
    let mut guesses = 0;
    for (name, _) in tool.properties() {
        let (model, rules) = (by_model.get(name).filter(|value| !is_nothing(value)), drafted.call.arguments.get(name));
        let is_guess =
            model.is_some() && (absent.iter().any(|other| other == name) || !slots.may_be(name, model, &request.text));
        if is_guess && rules != model {
            guesses += 1;
        }
        if let Some(gap) = refused(name) {
            gaps.push(gap.clone());
            continue;
        }
        // Nothing, where the schema lists it: `null` or an empty text among the members of an enumeration.
        if let Some(value) = by_model.get(name).filter(|value| rules.is_none() && is_nothing(value))
            && slots.lists(name, value)
        {
            arguments.insert(name.to_owned(), value.clone());
            continue;
        }
        let others = || arguments.iter().filter(|(other, _)| *other != name).map(|(_, value)| value);
        // Numbers, choices, flags and codes are read better by the rules; so are texts that surely stand in their place, texts of which the
        // model has a part or an article too many, and those that it has given to another argument too. Of other texts the model knows
        // better where they begin and end.
        let is_firm = drafted.firm.iter().any(|firm| firm == name);
        let is_better = rules.zip(model).is_some_and(|(rules, model)| {
            slots.is_code(name)
                || slots.is_moment(name)
                || is_firm
                || is_kept(name, rules)
                || drafted.firm.iter().any(|firm| firm != name && drafted.call.arguments.get(firm) == Some(model))
                || slots.is_person(name) && is_part(rules, model)
                || is_with_little_words(model, rules, name, &slots, &request.text)
                || holds_another(model, rules, name, &drafted.call.arguments)
                || is_part(model, rules)
                || others().any(|other| other == model)
        });
        // What is not asked for is not filled with what stands elsewhere in the call.
        let is_spare = !slots.is_required(name)
            && rules.is_none()
            && model.is_some_and(|model| {
                drafted.call.arguments.values().chain(others()).any(|other| is_part(model, other))
            });
        let value = match (model, rules) {
            (_, Some(rules)) if slots.is_exact(name) || is_better => Some(rules),
            (Some(_), _) if is_spare => None,
            (Some(model), _)
                if !is_guess
                    && !slots.is_exact(name)
                    && !slots.is_taken_elsewhere(name, model, &drafted.call.arguments) =>
            {
                Some(model)
            }
            (_, Some(rules)) => Some(rules),
            (Some(model), None) if !is_guess && slots.is_number(name) && slots.is_free_number(model, &request.text) => {
                Some(model)
            }
            _ => None,
        };
        match value {
            Some(Value::String(text)) if slots.is_person(name) => {
                arguments.insert(name.to_owned(), Value::String(without_possessive(text).to_owned()));
            }
            Some(value) => {
                arguments.insert(name.to_owned(), value.clone());
            }
            None if slots.is_required(name) => gaps.push(Gap { argument: name.to_owned(), reason: GapReason::Missing }),
            None => {}
        }
    }
    // One text is the value of one argument: "share it with Tom" says whom, and not what.
    for name in twice(&arguments, &drafted.firm, &slots, &request.text) {
        arguments.shift_remove(&name);
        if slots.is_required(&name) {
            gaps.push(Gap { argument: name, reason: GapReason::Missing });
        }
    }
    let given = by_model.len().max(1);
    Reviewed {
        same_arguments: call.is_some() && same(&by_model, &drafted.call.arguments),
        call: ToolCall { name: tool.name.clone(), arguments },
        gaps,
        guessed: guesses as f32 / given as f32,
    }
}

/// Whether a text is another one with articles and other little words around it, or with the command or words of the tool before it: "die
/// Nudeln", "Herrn Kaya an", "ajoute du sel", "pictures of the lake".
fn is_with_little_words(longer: &Value, text: &Value, name: &str, slots: &Slots<'_>, request: &Text) -> bool {
    let (Some(longer), Some(text)) = (longer.as_str(), text.as_str()) else { return false };
    let Some((before, behind)) = longer.split_once(text).filter(|_| longer != text && !text.is_empty()) else {
        return false;
    };
    let read = |part: &str| Text::read_in(part, request.language());
    let before = read(before);
    (before.is_mere_command() || !slots.says_more(name, &before)) && read(behind).content().next().is_none()
}

/// Whether a text takes in the value that the rules found for another argument, and the rules' text does not: "Brightside tomorrow", "a dozen
/// candles".
fn holds_another(model: &Value, rules: &Value, name: &str, by_rules: &Map<String, Value>) -> bool {
    let (Some(model), Some(rules)) = (model.as_str(), rules.as_str()) else { return false };
    let takes = |other: &str| !other.is_empty() && model.contains(other) && !rules.contains(other);
    let counts = |other: &Value| Text::read(model).counts(other) && !Text::read(rules).counts(other);
    by_rules.iter().any(|(other, value)| other != name && (value.as_str().is_some_and(takes) || counts(value)))
}

/// Arguments whose text is another argument's, and stands once in the request. What surely stands in its place stays.
fn twice(arguments: &Map<String, Value>, firm: &[String], slots: &Slots<'_>, request: &Text) -> Vec<String> {
    let texts = || arguments.iter().filter(|(name, value)| slots.is_text(name) && value.is_string());
    let is_firm = |name: &String| firm.contains(name);
    let is_spare = |(name, value): &(&String, &Value)| {
        let said = value.as_str().unwrap_or_default();
        let is_once = request.count_of(said) == 1;
        is_once && !is_firm(name) && texts().any(|(other, taken)| other != *name && taken == *value && is_firm(other))
    };
    texts().filter(is_spare).map(|(name, _)| name.clone()).collect()
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Whether a text stands in another one.
fn is_part(part: &Value, whole: &Value) -> bool {
    let text = |value: &Value| value.as_str().map(str::to_lowercase);
    text(part).zip(text(whole)).is_some_and(|(part, whole)| whole.contains(part.trim()))
}

fn same(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_lowercase());
    let of = |map: &Map<String, Value>| {
        let mut all: Vec<(String, String)> =
            map.iter().filter(|(_, v)| !is_nothing(v)).map(|(k, v)| (k.clone(), plain(v))).collect();
        all.sort();
        all
    };
    of(a) == of(b)
}
