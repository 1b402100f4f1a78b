//! Whether a value can be one of a slot at all, by what the request says about it.

use std::ops::Range;

use serde_json::Value;

use super::{
    Language,
    lexicon::keys,
    names::apart,
    numbers::numbers,
    phrases::Phrases,
    reader::Reader,
    slots::{Kind, Slot, Slots, looks_like_code},
    text::Text,
};

/// Words that say when, beside the days and times that have a form: "next weekend".
const WHEN: [&str; 22] = [
    "next",
    "last",
    "this",
    "coming",
    "week",
    "weekend",
    "month",
    "year",
    "morning",
    "afternoon",
    "evening",
    "night",
    "now",
    "later",
    "earlier",
    "soon",
    "today",
    "current",
    "currently",
    "nächste",
    "nächsten",
    "wochenende",
];
/// Words of names of slots that take places.
const PLACES: [&str; 9] = ["city", "location", "place", "country", "state", "region", "town", "where", "area"];

impl Slots<'_> {
    /// True when the value can be one of the parameter. A text says more than the tool's own words, than a number, than when, and than what
    /// is to be done; a code is no plain word; a place is a name, or stands behind its preposition; a day has a form that days have.
    pub fn may_be(&self, name: &str, value: Option<&Value>, request: &Text) -> bool {
        let (Some(value), Some(slot)) = (value, self.get(name)) else { return true };
        if let Some(items) = value.as_array() {
            let is_item = |item: &Value| item.as_str().is_none_or(|item| is_item(item, request));
            return items.iter().all(is_item);
        }
        let Some(said) = value.as_str() else { return true };
        let words = Text::read_in(said, request.language());
        let reader = Reader::of(request);
        let has_digits = said.contains(|c: char| c.is_ascii_digit());
        match slot.kind {
            Kind::Text => self.says(&words) && is_no_other_kind(slot, &words, request),
            Kind::Code => self.says(&words) && looks_like_code(said),
            Kind::Day => has_digits || overlaps(&reader, said, &reader.days),
            Kind::Clock => said.contains(':') || overlaps(&reader, said, &reader.clocks),
            Kind::List | Kind::Choice | Kind::Truth | Kind::Number(_) | Kind::Other => true,
        }
    }

    /// True for the names of people.
    pub fn is_person(&self, name: &str) -> bool {
        self.get(name).is_some_and(Phrases::takes_people)
    }

    /// True when a text says more than the words of the tool's name do.
    fn says(&self, words: &Text) -> bool {
        words.words.is_empty() || words.says_more_than(&self.own)
    }

    /// True when a text says more than the names of the tool and of one of its parameters do.
    pub fn says_more(&self, name: &str, words: &Text) -> bool {
        let named = Text::read_in(&apart(name), Language::English);
        let known: Vec<String> = named.words.iter().flat_map(keys).chain(self.own.iter().cloned()).collect();
        words.says_more_than(&known)
    }

    /// True when a number stands in the request by itself, and not within a day or a time of day that the tool takes.
    pub fn is_free_number(&self, value: &Value, request: &Text) -> bool {
        let reader = Reader::of(request);
        let takes = |kind: fn(Kind) -> bool| self.kinds().any(kind);
        let days = if takes(|kind| kind == Kind::Day) { &reader.days[..] } else { &[] };
        let clocks = if takes(|kind| kind == Kind::Clock) { &reader.clocks[..] } else { &[] };
        let is_taken = |words: &Range<usize>| days.iter().chain(clocks).any(|taken| meets(taken, words));
        let near = |number: f64| value.as_f64().is_some_and(|value| (value - number).abs() < 1e-9);
        let mut places =
            numbers(request).into_iter().filter(|number| near(number.value)).map(|number| number.words).peekable();
        // What the request does not say in this form is not judged here.
        places.peek().is_none() || places.any(|words| !is_taken(&words))
    }
}

impl Text {
    fn says_more_than(&self, known: &[String]) -> bool {
        let is_new =
            |at: usize| self.words.get(at).is_some_and(|word| keys(word).iter().all(|key| !known.contains(key)));
        self.content().any(is_new)
    }
}

fn meets(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// Whether a text of the request stands within some of its spans.
fn overlaps(reader: &Reader<'_>, said: &str, spans: &[Range<usize>]) -> bool {
    reader.text.occurrences(said).iter().any(|words| spans.iter().any(|span| meets(span, words)))
}

/// Whether a text may be an item of a list: it is no number, and does not say when.
fn is_item(item: &str, request: &Text) -> bool {
    let words = Text::read_in(item, request.language());
    !is_number(&words) && !says_when(&words)
}

fn is_number(words: &Text) -> bool {
    numbers(words).iter().any(|number| number.words == (0..words.words.len()))
}

fn is_no_other_kind(slot: &Slot<'_>, words: &Text, request: &Text) -> bool {
    let whole = 0..words.words.len();
    if whole.is_empty() || slot.takes_sentences() && !slot.is_searched() {
        return true;
    }
    // A bare number is no name of a thing.
    if is_number(words) || words.is_mere_command() {
        return false;
    }
    let places = request.occurrences(&words.source);
    let is_unlike = !places.is_empty() && places.iter().all(|place| is_unlike_a_name(slot, place, request));
    !says_when(words) && !is_unlike && (!is_place(slot) || is_named(slot, words, request))
}

/// Whether words for a slot that takes names are written small where other words of the request have capitals, or say what somebody
/// does. German nouns all have capitals.
pub(super) fn is_unlike_a_name(slot: &Slot<'_>, words: &Range<usize>, request: &Text) -> bool {
    let is_capital = |at: usize| request.words.get(at).is_some_and(|word| word.is_capital);
    let writes_capitals = (1..request.words.len()).any(is_capital);
    // "somebody is griefing": what people do is no name of theirs.
    let is_deed = words.len() == 1 && request.folded(words.start).ends_with("ing");
    Phrases::takes_people(slot)
        && slot.kind == Kind::Text
        && request.language() != Language::German
        && (writes_capitals || is_deed)
        && !words.clone().any(is_capital)
}

/// Whether a text says when, and nothing else.
pub(super) fn says_when(words: &Text) -> bool {
    let mut named = words.named().peekable();
    let has_words = words.content().next().is_some();
    has_words && (named.peek().is_none() || named.all(|at| words.is_any(at, &WHEN)))
}

/// Whether a slot takes the name of a place.
pub(super) fn is_place(slot: &Slot<'_>) -> bool {
    slot.name_words().iter().any(|word| PLACES.contains(&word.as_str()))
}

/// Whether a text is written like a name in the request, stands behind a preposition of its slot, or in a request without little words.
fn is_named(slot: &Slot<'_>, words: &Text, request: &Text) -> bool {
    let prepositions = Phrases::of(slot).prepositions;
    let places = request.occurrences(&words.source);
    let is_little = |word: &super::text::Word| word.is_function;
    let suits = |place: &Range<usize>| {
        let is_name = place.clone().any(|at| request.words.get(at).is_some_and(|word| word.is_capital && at > 0));
        let mut before = place.start;
        while before > 0 && request.words.get(before - 1).is_some_and(is_little) {
            before -= 1;
            if prepositions.contains(&request.folded(before)) {
                return true;
            }
        }
        is_name
    };
    places.is_empty() || places.iter().any(suits) || !request.words.iter().any(is_little)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Tool;
    use serde_json::json;

    #[test]
    fn values_of_another_kind_are_none() {
        let tool: Tool = serde_json::from_value(json!({"name": "find_events", "parameters": {"type": "object", "properties": {
            "city": {"type": "string"}, "kind": {"type": "string"}, "date": {"type": "string"}, "time": {"type": "string"},
            "title": {"type": "string"}, "booking": {"type": "string"}}}}))
        .unwrap();
        let slots = Slots::of(&tool);
        for (request, name, value, expected) in [
            ("find a music event next weekend", "city", "next weekend", false),
            ("I am looking for a concert", "city", "looking", false),
            ("find a concert in paris", "city", "paris", true),
            ("I would like a concert, Paris if possible", "city", "Paris", true),
            ("concerts paris", "city", "paris", true),
            ("concerts on April 5th", "city", "April 5th", false),
            ("find jazz for tomorrow", "kind", "tomorrow", false),
            ("find jazz for twelve", "kind", "twelve", false),
            ("find jazz", "kind", "jazz", true),
            ("find events", "kind", "events", false),
            ("find a show", "kind", "show", false),
            ("find a show", "title", "show", true),
            ("jazz in the old town hall", "date", "old town hall", false),
            ("jazz on Friday", "date", "Friday", true),
            ("jazz in room 12", "time", "12", false),
            ("jazz at eight", "time", "eight", true),
            ("my order is late", "booking", "late", false),
        ] {
            assert_eq!(slots.may_be(name, Some(&json!(value)), &Text::read(request)), expected, "{request}: {value}");
        }
        assert!(!slots.is_free_number(&json!(7), &Text::read("jazz at 7")));
        assert!(slots.is_free_number(&json!(7), &Text::read("jazz for 7 people at 8")));
    }
}
