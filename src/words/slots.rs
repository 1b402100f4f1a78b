//! The parameters of a tool as slots that a request fills, by what kind of value each takes.

use serde_json::Value;

use super::{
    Language,
    lexicon::keys,
    names::{apart, plain_name, text_of, unit_of},
    text::Text,
    units::Unit,
};
use crate::task::Tool;

/// What kind of value a slot takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// One of the members.
    Choice,
    Truth,
    /// A number, in a unit where its words name one.
    Number(Option<Unit>),
    /// A day, as text.
    Day,
    /// A time of day, as text.
    Clock,
    /// A code, an address or a path: no word of the language.
    Code,
    Text,
    /// Several texts.
    List,
    /// An object, or what no rule fills.
    Other,
}

/// A parameter of a tool.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot<'t> {
    pub name: &'t str,
    pub description: &'t str,
    pub schema: &'t Value,
    pub is_required: bool,
    pub kind: Kind,
    pub members: &'t [Value],
}

const DAYS: [&str; 6] = ["date", "day", "datum", "tag", "jour", "fecha"];
const CLOCKS: [&str; 6] = ["time", "hh", "clock", "hour", "uhrzeit", "heure"];
const CODES: [&str; 18] = [
    "id", "code", "number", "path", "url", "link", "email", "address", "phone", "digits", "iban", "order", "booking",
    "token", "zip", "key", "uuid", "isbn",
];
/// Names of parameters that take whole sentences.
const SENTENCES: [&str; 11] =
    ["text", "body", "message", "content", "note", "comment", "title", "subject", "query", "expression", "words"];
const LENGTHS: [&str; 4] = ["duration", "length", "timeout", "zone"];

impl<'t> Slot<'t> {
    /// The parameters of a tool, in the order of its schema.
    pub(super) fn all(tool: &'t Tool) -> Vec<Self> {
        let slot = |(name, schema): (&'t str, &'t Value)| {
            let members = schema.get("enum").and_then(Value::as_array).map_or(&[][..], |members| &members[..]);
            let description = text_of(schema, "description");
            let kind = kind(name, description, schema, !members.is_empty());
            Self { name, description, schema, is_required: tool.required().any(|other| other == name), kind, members }
        };
        tool.properties().map(slot).collect()
    }

    /// The words of the name.
    pub(super) fn name(&self) -> Text {
        Text::read_in(&apart(self.name), Language::English)
    }

    /// The folded words of the name.
    pub(super) fn name_words(&self) -> Vec<String> {
        self.name().words.into_iter().map(|word| word.folded).collect()
    }

    /// Whether it takes more than the name of a thing.
    pub(super) fn takes_sentences(&self) -> bool {
        self.name_words().iter().any(|word| SENTENCES.contains(&word.as_str()))
    }

    /// Whether it takes words to search for.
    pub(super) fn is_searched(&self) -> bool {
        self.name_words().iter().any(|word| matches!(word.as_str(), "query" | "words"))
    }

    /// Whether it takes what is written down or sent as a whole.
    pub(super) fn takes_what_is_written(&self) -> bool {
        const WRITTEN: [&str; 6] = ["text", "body", "message", "content", "note", "comment"];
        self.name_words().iter().any(|word| WRITTEN.contains(&word.as_str()))
    }

    /// Whether it takes several of a few members.
    pub(super) fn lists_choices(&self) -> bool {
        self.kind == Kind::List && self.schema.get("items").is_some_and(|items| items.get("enum").is_some())
    }

    /// A bound of the schema.
    pub(super) fn bound(&self, key: &str) -> Option<f64> {
        self.schema.get(key).and_then(Value::as_f64)
    }
}

fn kind(name: &str, description: &str, schema: &Value, is_choice: bool) -> Kind {
    if is_choice {
        return Kind::Choice;
    }
    let words = |text: &str| -> Vec<String> {
        Text::read_in(text, Language::English).words.into_iter().map(|word| word.folded).collect()
    };
    let named = words(&apart(name));
    let has = |list: &[&str], words: &[String]| words.iter().any(|word| list.contains(&word.as_str()));
    match text_of(schema, "type") {
        "boolean" => Kind::Truth,
        "integer" | "number" => Kind::Number(unit_of(name, description)),
        "array" => Kind::List,
        "object" => Kind::Other,
        _ => {
            let described = words(description);
            let format = text_of(schema, "format");
            let is_length = has(&LENGTHS, &named);
            let is_clock = format == "time" || has(&CLOCKS, &named) && !is_length || has(&["hh", "hh:mm"], &described);
            let is_code = has(&CODES, &named)
                || matches!(format, "uri" | "email")
                || has(&["code", "number", "digits", "path"], &described) && !has(&["name", "title"], &described);
            if format == "date" || has(&DAYS, &named) {
                Kind::Day
            } else if is_clock {
                Kind::Clock
            } else if has(&DAYS, &described) && !has(&["word", "words", "what"], &described) {
                Kind::Day
            } else if is_code {
                Kind::Code
            } else {
                Kind::Text
            }
        }
    }
}

/// The parameters of a tool, as questions are asked about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Slots<'t> {
    slots: Vec<Slot<'t>>,
    /// What the words of the tool's name may be found by.
    pub(super) own: Vec<String>,
}

impl<'t> Slots<'t> {
    /// The parameters of a tool.
    pub fn of(tool: &'t Tool) -> Self {
        let name = Text::read_in(&apart(&tool.name), Language::English);
        Self { slots: Slot::all(tool), own: name.words.iter().flat_map(keys).collect() }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Slot<'t>> {
        self.slots.iter().find(|slot| slot.name == name)
    }

    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.slots.iter().map(|slot| slot.kind)
    }

    fn kind(&self, name: &str) -> Option<Kind> {
        self.get(name).map(|slot| slot.kind)
    }

    /// True for a parameter that takes any text.
    pub fn is_text(&self, name: &str) -> bool {
        matches!(self.kind(name), Some(Kind::Text | Kind::Code))
    }

    /// True for codes, addresses and paths.
    pub fn is_code(&self, name: &str) -> bool {
        self.kind(name) == Some(Kind::Code)
    }

    /// True for days and times of day.
    pub fn is_moment(&self, name: &str) -> bool {
        matches!(self.kind(name), Some(Kind::Day | Kind::Clock))
    }

    /// True for a parameter that must have a value.
    pub fn is_required(&self, name: &str) -> bool {
        self.get(name).is_some_and(|slot| slot.is_required)
    }

    /// True for numbers.
    pub fn is_number(&self, name: &str) -> bool {
        matches!(self.kind(name), Some(Kind::Number(_)))
    }

    /// True for numbers, choices and flags: values that words name, or do not.
    pub fn is_exact(&self, name: &str) -> bool {
        matches!(self.kind(name), Some(Kind::Number(_) | Kind::Choice | Kind::Truth))
            || self.get(name).is_some_and(Slot::lists_choices)
    }

    /// True where the schema lists that very value.
    pub fn lists(&self, name: &str, value: &Value) -> bool {
        let Some(slot) = self.get(name) else { return false };
        let members = slot.schema.get("enum").and_then(Value::as_array);
        members.is_some_and(|members| members.contains(value)) || slot.schema.get("const") == Some(value)
    }

    /// True when the rules gave the same value to another parameter of the tool, and none to this one.
    pub fn is_taken_elsewhere(&self, name: &str, value: &Value, by_rules: &serde_json::Map<String, Value>) -> bool {
        !by_rules.contains_key(name) && by_rules.iter().any(|(other, taken)| other != name && taken == value)
    }

    /// The choice that a word of the request makes of the one before: of "rear left", "and the right one too" makes "rear right". `None`
    /// where no single member keeps the rest.
    pub fn changed_choice(&self, name: &str, before: &Value, request: &Text) -> Option<Value> {
        let slot = self.get(name).filter(|slot| slot.kind == Kind::Choice)?;
        let words = |member: &Value| -> Vec<Vec<String>> {
            let spelled = Text::read_in(&apart(member.as_str().unwrap_or_default()), request.language());
            spelled.words.iter().map(keys).collect()
        };
        let said: Vec<String> = request.words.iter().flat_map(keys).collect();
        let is_said = |keys: &Vec<String>| keys.iter().any(|key| said.contains(key));
        if slot.members.iter().any(|member| words(member).iter().all(is_said)) {
            return None;
        }
        let old = words(before);
        let follows = |member: &&Value| {
            let new = words(member);
            let is_kept = |keys: &Vec<String>| old.contains(keys);
            let changed: Vec<_> = new.iter().filter(|keys| !is_kept(keys)).collect();
            new.len() > 1 && new.iter().any(is_kept) && !changed.is_empty() && changed.into_iter().all(is_said)
        };
        let mut found = slot.members.iter().filter(|member| *member != before).filter(follows);
        let first = found.next()?;
        found.next().is_none().then(|| first.clone())
    }

    /// A question for the parameter's value, with the members of a short enumeration.
    pub fn question(&self, name: &str) -> String {
        let Some(slot) = self.get(name) else { return format!("What is the {}?", plain_name(name)) };
        let described = slot.description.trim().trim_end_matches('.');
        let plain = plain_name(name);
        match slot.kind {
            // A person reads a dozen of them.
            Kind::Choice if slot.members.len() > 12 => format!("Which {plain}?"),
            Kind::Choice => {
                let members: Vec<String> =
                    slot.members.iter().map(|m| m.as_str().map_or_else(|| m.to_string(), str::to_owned)).collect();
                format!("Which {plain}: {}?", either(&members))
            }
            Kind::Truth => format!("{}: yes or no?", capital(if described.is_empty() { &plain } else { described })),
            Kind::Number(Some(unit)) if apart(name).to_lowercase().contains(unit.name) || plain.ends_with('s') => {
                format!("How many {plain}?")
            }
            Kind::Number(_) if plain.ends_with('s') => format!("How many {plain}?"),
            Kind::Day if described.is_empty() => "On which day?".to_owned(),
            Kind::Clock if described.is_empty() => "At what time?".to_owned(),
            _ if described.is_empty() => format!("What is the {plain}?"),
            _ => format!("What is the {plain} ({})?", uncapital(described)),
        }
    }

    /// The range of a number: "from 1 to 100"; `None` where the schema has no bounds.
    pub fn range(&self, name: &str) -> Option<String> {
        let slot = self.get(name)?;
        match (slot.bound("minimum"), slot.bound("maximum")) {
            (Some(least), Some(most)) => Some(format!("from {least} to {most}")),
            (Some(least), None) => Some(format!("{least} at least")),
            (None, Some(most)) => Some(format!("{most} at most")),
            (None, None) => None,
        }
    }
}

/// Digits, capitals inside or a mark: what no word of the language has.
pub(super) fn looks_like_code(text: &str) -> bool {
    let inside = text.chars().skip(1).any(char::is_uppercase);
    inside || text.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '/' | '.' | '_' | '-' | ':'))
}

fn either(members: &[String]) -> String {
    match members {
        [] => String::new(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Without the capital of a sentence; abbreviations keep theirs.
fn uncapital(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_choice_changes_by_one_word() {
        let tool: Tool =
            serde_json::from_value(json!({"name": "blinds", "parameters": {"type": "object", "properties": {
            "which": {"enum": ["upper left", "upper right", "lower left"]}}}}))
            .unwrap();
        let changed =
            |request: &str| Slots::of(&tool).changed_choice("which", &json!("upper left"), &Text::read(request));
        assert_eq!(changed("and the right one too"), Some(json!("upper right")));
        assert_eq!(changed("and the lower one"), Some(json!("lower left")));
        assert_eq!(changed("and close it"), None);
        assert_eq!(changed("and the lower left one"), None);
    }

    #[test]
    fn codes_are_no_words() {
        for (text, expected) in [
            ("T-1042", true),
            ("IC 204", true),
            ("TGV", true),
            ("a@b.de", true),
            ("delayed", false),
            ("money back", false),
        ] {
            assert_eq!(looks_like_code(text), expected, "{text}");
        }
    }

    #[test]
    fn kinds_by_schema_and_words() {
        let tool = Tool {
            name: "t".into(),
            description: String::new(),
            parameters: json!({"type": "object", "required": ["minutes"], "properties": {
                "minutes": {"type": "number"}, "date": {"type": "string"}, "after": {"type": "string", "description": "Earliest, HH:MM"},
                "order": {"type": "string"}, "label": {"type": "string"}, "on": {"type": "boolean"}, "size": {"enum": ["s", "m"]},
                "tags": {"type": "array"}, "from": {"type": "string", "description": "First day"}, "people": {"type": "integer"}}}),
            annotations: None,
        };
        let slots = Slot::all(&tool);
        let kinds: Vec<(&str, Kind)> = slots.iter().map(|slot| (slot.name, slot.kind)).collect();
        assert!(matches!(kinds[0].1, Kind::Number(Some(unit)) if unit.name == "min"));
        assert_eq!(
            kinds[1..9],
            [
                ("date", Kind::Day),
                ("after", Kind::Clock),
                ("order", Kind::Code),
                ("label", Kind::Text),
                ("on", Kind::Truth),
                ("size", Kind::Choice),
                ("tags", Kind::List),
                ("from", Kind::Day)
            ]
        );
        assert_eq!(kinds[9].1, Kind::Number(None));
        assert!(slots[0].is_required && !slots[1].is_required);
    }
}
