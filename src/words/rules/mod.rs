//! A call written by rules alone: the values of a request, each in the slot that takes its kind and stands nearest.

mod amounts;
mod choices;
mod joined;
mod left;
mod moments;
mod named;
mod nearness;
mod texts;

use std::ops::Range;

use serde_json::{Map, Value};

pub use self::joined::Joined;

use super::{
    Language,
    amounts::{Amount, amounts},
    clauses::Clauses,
    gaps::{Gap, GapReason},
    lexicon::{is_slip, keys},
    moments::{Clock, Day, clocks, days},
    names::apart,
    numbers::numbers,
    phrases::quotes,
    slots::{Kind, Slot},
    text::{Text, Word},
};
use crate::task::{Tool, ToolCall};

/// A call as far as the words of a request fill it.
#[derive(Debug, Clone, PartialEq)]
pub struct Drafted {
    /// The call. It lacks the arguments that have gaps.
    pub call: ToolCall,
    /// Required arguments without a value, and any whose value is not allowed.
    pub gaps: Vec<Gap>,
    /// Arguments whose texts stand in quotes, behind their name or behind their preposition, or look as only they do.
    pub firm: Vec<String>,
    /// Values that ask for a call each.
    pub joined: Option<Joined>,
}

impl Drafted {
    /// A call for each of the values that are joined: one for most requests.
    pub fn calls(&self) -> Vec<ToolCall> {
        let more = self.joined.iter().flat_map(|joined| {
            joined.values.iter().map(|value| {
                let mut call = self.call.clone();
                call.arguments.insert(joined.argument.clone(), value.clone());
                call
            })
        });
        std::iter::once(self.call.clone()).chain(more).collect()
    }
}

/// Fills the parameters of a tool with the values that stand in a request.
pub fn draft(request: &Text, tool: &Tool) -> Drafted {
    let mut filler = Filler::new(request, tool);
    filler.choices();
    filler.amounts();
    filler.moments();
    filler.units();
    filler.texts();
    filler.truths();
    filler.finish()
}

struct Filler<'a> {
    text: &'a Text,
    tool: &'a Tool,
    /// Stems of the tool's name and description; for a request in another language than theirs also what they mean.
    own: Vec<String>,
    /// The same words as they are written.
    forms: Vec<String>,
    slots: Vec<Slot<'a>>,
    values: Vec<Option<Value>>,
    reasons: Vec<Option<GapReason>>,
    /// The slots whose texts are surely theirs.
    firm: Vec<bool>,
    /// Words that are taken, or do not stand.
    used: Vec<bool>,
    /// Where the values of the slots stand.
    spans: Vec<Option<Range<usize>>>,
    amounts: Vec<Amount>,
    /// Where the amounts without a unit end that went into slots.
    counts: Vec<usize>,
    days: Vec<Day>,
    clocks: Vec<Clock>,
}

impl<'a> Filler<'a> {
    fn new(text: &'a Text, tool: &'a Tool) -> Self {
        let slots = Slot::all(tool);
        let clauses = Clauses::of(text);
        let numbers = numbers(text);
        let used: Vec<bool> = (0..text.words.len()).map(|at| !clauses.stands(at)).collect();
        let (days, clocks) = (days(text, &numbers), clocks(text, &numbers));
        let is_moment = |words: &Range<usize>| {
            let mut spans = days.iter().map(|day| &day.words).chain(clocks.iter().map(|clock| &clock.words));
            spans.any(|span| span.start < words.end && words.start < span.end)
        };
        let takes_moments = slots.iter().any(|slot| matches!(slot.kind, Kind::Day | Kind::Clock));
        let mut amounts = amounts(text);
        amounts.retain(|amount| clauses.stands(amount.words.start) && !(takes_moments && is_moment(&amount.words)));
        // A quoted number is a text where a slot takes texts.
        let takes_texts = slots.iter().any(|slot| matches!(slot.kind, Kind::Text | Kind::Code));
        let quoted = quotes(text);
        amounts.retain(|amount| !takes_texts || !quoted.iter().any(|quote| quote.words == amount.words));
        // "TGV 9261": the number is part of a code.
        let takes_codes = slots.iter().any(|slot| slot.kind == Kind::Code);
        amounts
            .retain(|amount| !takes_codes || !amount.words.start.checked_sub(1).is_some_and(|at| text.is_initials(at)));
        let described = Text::read_in(&format!("{} {}", apart(&tool.name), tool.description), Language::English);
        let is_foreign = text.language != Language::English;
        let found_by = |word: &Word| if is_foreign { keys(word) } else { vec![word.stem.clone()] };
        let own = described.words.iter().filter(|word| !word.is_function).flat_map(found_by).collect();
        let forms = described.words.into_iter().filter(|word| !word.is_function).map(|word| word.folded).collect();
        Self {
            text,
            tool,
            own,
            forms,
            values: vec![None; slots.len()],
            reasons: vec![None; slots.len()],
            firm: vec![false; slots.len()],
            spans: vec![None; slots.len()],
            slots,
            used,
            amounts,
            counts: Vec::new(),
            days,
            clocks,
        }
    }

    fn is_free(&self, words: &Range<usize>) -> bool {
        words.clone().all(|at| self.used.get(at) == Some(&false))
    }

    fn take(&mut self, slot: usize, words: &Range<usize>, value: Value) {
        self.used.iter_mut().take(words.end).skip(words.start).for_each(|used| *used = true);
        if let Some(place) = self.values.get_mut(slot) {
            *place = Some(value);
        }
        if let Some(span) = self.spans.get_mut(slot) {
            *span = Some(words.clone());
        }
    }

    fn refuse(&mut self, slot: usize, words: &Range<usize>, reason: fn(String) -> GapReason) {
        self.used.iter_mut().take(words.end).skip(words.start).for_each(|used| *used = true);
        let said = self.text.slice(words).to_owned();
        if let Some(place) = self.reasons.get_mut(slot) {
            *place = Some(reason(said));
        }
    }

    /// Whether a word is the tool's own, or a verb of commands: such words are no value.
    fn is_own(&self, at: usize) -> bool {
        let Some(word) = self.text.words.get(at) else { return false };
        keys(word).iter().any(|key| self.own.contains(key)) || is_slip(&word.folded, &self.forms)
    }

    fn finish(self) -> Drafted {
        let mut arguments = Map::new();
        let mut gaps = Vec::new();
        let firm = self.slots.iter().zip(&self.firm).filter(|(_, firm)| **firm).map(|(slot, _)| slot.name.to_owned());
        let firm = firm.collect();
        let joined = self.joined();
        for ((slot, value), reason) in self.slots.iter().zip(self.values).zip(self.reasons) {
            match (value, reason) {
                (Some(value), _) => {
                    arguments.insert(slot.name.to_owned(), value);
                }
                (None, Some(reason)) => gaps.push(Gap { argument: slot.name.to_owned(), reason }),
                (None, None) if slot.is_required => {
                    gaps.push(Gap { argument: slot.name.to_owned(), reason: GapReason::Missing });
                }
                (None, None) => {}
            }
        }
        Drafted { call: ToolCall { name: self.tool.name.clone(), arguments }, gaps, firm, joined }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tool(name: &str, description: &str, properties: Value, required: &[&str]) -> Tool {
        let parameters = json!({"type": "object", "properties": properties, "required": required});
        Tool { name: name.into(), description: description.into(), parameters, annotations: None }
    }

    fn filled(request: &str, tool: &Tool) -> (Value, Vec<String>) {
        let Drafted { call, gaps, .. } = draft(&Text::read(request), tool);
        (Value::Object(call.arguments), gaps.into_iter().map(|gap| gap.argument).collect())
    }

    #[test]
    fn values_find_their_slots() {
        let timer = tool(
            "set_timer",
            "Set a timer",
            json!({"minutes": {"type": "number"}, "label": {"type": "string"}}),
            &["minutes"],
        );
        let light = tool(
            "switch_light",
            "Turn the light of a room on or off",
            json!({"room": {"type": "string"}, "on": {"type": "boolean"}, "brightness": {"type": "integer", "minimum": 1, "maximum": 100}}),
            &["room", "on"],
        );
        let trains = tool(
            "search_trains",
            "Find trains between two stations",
            json!({"from": {"type": "string"}, "to": {"type": "string"}, "date": {"type": "string"}}),
            &["from", "to", "date"],
        );
        let order = tool("track_order", "Where an order is", json!({"order": {"type": "string"}}), &["order"]);
        let theme = tool(
            "set_theme",
            "Set the colour theme",
            json!({"theme": {"type": "string", "enum": ["light", "dark"]}}),
            &["theme"],
        );
        let groceries = tool(
            "add_groceries",
            "Add something to the shopping list",
            json!({"item": {"type": "string"}, "amount": {"type": "string", "description": "How much of it"}}),
            &["item"],
        );
        let scale = tool(
            "scale_recipe",
            "Change a recipe to another number of servings",
            json!({"recipe": {"type": "string"}, "servings": {"type": "integer"}}),
            &["recipe", "servings"],
        );
        let meal = tool(
            "plan_meal",
            "Plan a meal for a day",
            json!({"dish": {"type": "string"}, "day": {"type": "string"}}),
            &["dish", "day"],
        );
        let give = tool(
            "give_item",
            "Put items into the inventory of somebody",
            json!({"player": {"type": "string"}, "item": {"type": "string"}, "count": {"type": "integer"}}),
            &["player", "item"],
        );
        let convert = tool(
            "convert_units",
            "Convert a value from one unit to another",
            json!({"value": {"type": "number"}, "from": {"type": "string"}, "to": {"type": "string"}}),
            &["value", "from", "to"],
        );
        let event = tool(
            "add_event",
            "Add an event to the calendar",
            json!({"title": {"type": "string"}, "date": {"type": "string"}}),
            &["title", "date"],
        );
        let assign = tool(
            "assign_ticket",
            "Give a ticket to somebody of the team",
            json!({"ticket": {"type": "string", "description": "Like T-1042"}, "assignee": {"type": "string"}}),
            &["ticket", "assignee"],
        );
        let note = tool("add_note", "Add a note", json!({"text": {"type": "string"}}), &["text"]);
        let weather = tool("get_weather", "Weather of a place", json!({"place": {"type": "string"}}), &["place"]);
        for (request, tool, arguments, gaps) in [
            ("Add a note saying buy milk", &note, json!({"text": "buy milk"}), vec![]),
            ("will it rain in Oslo tomorrow?", &weather, json!({"place": "Oslo"}), vec![]),
            ("weather in New York this evening", &weather, json!({"place": "New York"}), vec![]),
            ("90 seconds timer", &timer, json!({"minutes": 1.5}), vec![]),
            ("start a 25 minute timer called pomodoro", &timer, json!({"minutes": 25, "label": "pomodoro"}), vec![]),
            ("set a timer for the bread", &timer, json!({"label": "bread"}), vec!["minutes"]),
            ("turn on the light in the study", &light, json!({"room": "study", "on": true}), vec![]),
            ("set the kitchen light to 140 percent", &light, json!({"room": "kitchen"}), vec!["on", "brightness"]),
            (
                "trains from Basel to Milan tomorrow",
                &trains,
                json!({"from": "Basel", "to": "Milan", "date": "tomorrow"}),
                vec![],
            ),
            ("find me a train to Hamburg on Sunday", &trains, json!({"to": "Hamburg", "date": "Sunday"}), vec!["from"]),
            ("where is B-2093?", &order, json!({"order": "B-2093"}), vec![]),
            ("where is my order", &order, json!({}), vec!["order"]),
            ("put 2 kg of rice on the shopping list", &groceries, json!({"item": "rice", "amount": "2 kg"}), vec![]),
            ("pon arroz en la lista de la compra", &groceries, json!({"item": "arroz"}), vec![]),
            ("ajoute du beurre à la liste", &groceries, json!({"item": "beurre"}), vec![]),
            ("Setz Reis auf die Einkaufsliste", &groceries, json!({"item": "Reis"}), vec![]),
            ("scale the waffle recipe up to 8 people", &scale, json!({"recipe": "waffle", "servings": 8}), vec![]),
            ("stew for Monday", &meal, json!({"dish": "stew", "day": "Monday"}), vec![]),
            ("Jonas takes T-3310", &assign, json!({"assignee": "Jonas", "ticket": "T-3310"}), vec![]),
            ("hand MoonMoth 16 torches", &give, json!({"player": "MoonMoth", "item": "torches", "count": 16}), vec![]),
            (
                "give five dozen apples to Ada Brown",
                &give,
                json!({"player": "Ada Brown", "item": "apples", "count": 60}),
                vec![],
            ),
            ("how many cups are in 2 litres?", &convert, json!({"value": 2, "from": "litres", "to": "cups"}), vec![]),
            ("5 miles to kilometres", &convert, json!({"value": 5, "from": "miles", "to": "kilometres"}), vec![]),
            ("Dinner with Ana on Monday", &event, json!({"title": "Dinner with Ana", "date": "Monday"}), vec![]),
            ("go dark please", &theme, json!({"theme": "dark"}), vec![]),
            ("make it purple", &theme, json!({}), vec!["theme"]),
        ] {
            let (found, open) = filled(request, tool);
            assert_eq!((found, open), (arguments, gaps.into_iter().map(str::to_owned).collect()), "{request}");
        }
    }

    #[test]
    fn joined_values_ask_for_a_call_each() {
        let weather = tool(
            "weather",
            "Weather of a city",
            json!({"city": {"type": "string"}, "days": {"type": "integer"}}),
            &["city"],
        );
        let light = tool(
            "light",
            "Switch the light of a room",
            json!({"room": {"enum": ["kitchen", "hall", "study"]}}),
            &["room"],
        );
        let note = tool("note", "Write a note", json!({"text": {"type": "string"}}), &["text"]);
        for (request, tool, key, expected) in [
            ("the weather in New York, Rome and Lima for 2 days", &weather, "city", vec!["New York", "Rome", "Lima"]),
            ("the weather in Rome, please", &weather, "city", vec!["Rome"]),
            ("the weather in Rome and take care", &weather, "city", vec!["Rome"]),
            ("light in the kitchen and the hall", &light, "room", vec!["kitchen", "hall"]),
            ("note Milk and Honey", &note, "text", vec!["Milk and Honey"]),
        ] {
            let calls = draft(&Text::read(request), tool).calls();
            let found: Vec<&str> = calls.iter().filter_map(|call| call.arguments[key].as_str()).collect();
            assert_eq!(found, expected, "{request}");
        }
    }

    #[test]
    fn gaps_say_why() {
        let money = tool(
            "send",
            "Send money",
            json!({"amount": {"type": "number", "description": "In euros", "maximum": 5000}}),
            &["amount"],
        );
        let reason = |request: &str| draft(&Text::read(request), &money).gaps.into_iter().next().map(|gap| gap.reason);
        assert_eq!(reason("send 12000 euros"), Some(GapReason::OutOfRange { said: "12000 euros".into() }));
        assert_eq!(reason("send 200 dollars"), Some(GapReason::OtherUnit { said: "200 dollars".into() }));
        assert_eq!(reason("send some money"), Some(GapReason::Missing));
        assert_eq!(reason("send 20 euros"), None);
    }
}
