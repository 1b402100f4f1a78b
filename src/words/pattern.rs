//! The pattern of a request: its words, with slots where the values of its call stand.

use std::ops::Range;

use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value};

use super::{
    Language,
    gaps::{Gap, GapReason},
    names::apart,
    reader::Reader,
    slots::{Kind, Slot},
    text::Text,
};
use crate::task::{Tool, ToolCall};

/// Most words of a value.
const LONGEST: usize = 16;
/// Words of courtesy before and behind a request, which change nothing.
const COURTESIES: [&str; 19] = [
    "please", "pls", "ok", "okay", "hey", "hi", "hello", "now", "thanks", "bitte", "danke", "jetzt", "mal", "merci",
    "gracias", "s'il", "te", "plaît", "favor",
];

#[derive(Debug, Clone, PartialEq)]
enum Part {
    /// A word, folded.
    Word(String),
    /// The value of an argument, by its name.
    Slot(String),
}

/// The words of an example around the values of its call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    /// Where the values stand in the example, by the names of their arguments.
    spans: Vec<(String, Range<usize>)>,
    /// Choices and flags that the words mean without naming them: "my eyes hurt" for dark.
    meant: Map<String, Value>,
    /// Arguments whose values do not stand in the words.
    absent: Vec<String>,
    stems: Vec<String>,
}

/// A request read by a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filled {
    pub arguments: Map<String, Value>,
    /// Required arguments without a value, and values that the schema does not allow.
    pub gaps: Vec<Gap>,
}

/// What a slot was given.
type Captured = (String, Result<Value, GapReason>);

impl Pattern {
    /// The pattern of an example; `None` where no word of its own is left beside the values: such a pattern would fit anything.
    pub(super) fn of(text: &Text, call: &ToolCall, tool: &Tool) -> Option<Self> {
        let reader = Reader::of(text);
        let core = core(text);
        let mut spans: Vec<(String, Range<usize>)> = Vec::new();
        let (mut meant, mut absent) = (Map::new(), Vec::new());
        let slots = Slot::all(tool);
        for (name, value) in &call.arguments {
            let slot = slots.iter().find(|slot| slot.name == name)?;
            let is_free = |words: &Range<usize>| {
                words.start >= core.start
                    && words.end <= core.end
                    && spans.iter().all(|(_, other)| words.end <= other.start || other.end <= words.start)
            };
            match reader.places(slot, value).into_iter().find(is_free) {
                Some(words) => spans.push((name.clone(), words)),
                None if matches!(slot.kind, Kind::Choice | Kind::Truth) => {
                    meant.insert(name.clone(), value.clone());
                }
                None => absent.push(name.clone()),
            }
        }
        let slot_at = |at: usize| spans.iter().find(|(_, words)| words.contains(&at));
        let mut parts = Vec::new();
        let mut says = false;
        let mut stems = Vec::new();
        for at in core {
            match slot_at(at) {
                Some((name, words)) if words.start == at => {
                    says |= reader.amount(words).is_some_and(|amount| amount.unit.is_some());
                    parts.push(Part::Slot(name.clone()));
                }
                Some(_) => {}
                None => {
                    let word = text.words.get(at)?;
                    if !word.is_function {
                        says = true;
                        stems.push(word.stem.clone());
                    }
                    parts.push(Part::Word(word.folded.clone()));
                }
            }
        }
        says.then_some(Self { parts, spans, meant, absent, stems })
    }

    /// Stems of the words around the values.
    pub(super) fn stems(&self) -> impl Iterator<Item = String> {
        self.stems.iter().cloned()
    }

    /// The arguments of a request in the words of the pattern; `None` for a request in other words.
    pub(super) fn fill(&self, text: &Text, tool: &Tool) -> Option<Filled> {
        let reader = Reader::of(text);
        let slots = Slot::all(tool);
        let core = core(text);
        let captured = self.matches(&reader, &slots, 0, core.start, core.end)?;
        let mut arguments = self.meant.clone();
        let mut gaps = Vec::new();
        for (argument, value) in captured {
            match value {
                Ok(value) => {
                    arguments.insert(argument, value);
                }
                Err(reason) => gaps.push(Gap { argument, reason }),
            }
        }
        for slot in slots.iter().filter(|slot| slot.is_required) {
            let is_known = arguments.contains_key(slot.name) || gaps.iter().any(|gap| gap.argument == slot.name);
            if !is_known {
                gaps.push(Gap { argument: slot.name.to_owned(), reason: GapReason::Missing });
            }
        }
        Some(Filled { arguments, gaps })
    }

    /// The values of the parts from a place on, if the words from another one to the end are in the pattern.
    fn matches(
        &self,
        reader: &Reader<'_>,
        slots: &[Slot<'_>],
        part: usize,
        at: usize,
        end: usize,
    ) -> Option<Vec<Captured>> {
        match self.parts.get(part) {
            None => (at == end).then(Vec::new),
            Some(Part::Word(word)) => {
                let is_same = at < end && reader.text.folded(at) == word;
                is_same.then(|| self.matches(reader, slots, part + 1, at + 1, end)).flatten()
            }
            Some(Part::Slot(name)) => {
                let slot = slots.iter().find(|slot| slot.name == name)?;
                // The shortest value behind which the rest of the pattern follows.
                ((at + 1)..=end.min(at + LONGEST)).find_map(|stop| {
                    let value = reader.value(slot, &(at..stop))?;
                    let mut rest = self.matches(reader, slots, part + 1, stop, end)?;
                    rest.push((name.clone(), value));
                    Some(rest)
                })
            }
        }
    }

    /// The example with other values in its slots; `None` where it has none that can be changed.
    pub(super) fn vary(&self, text: &Text, tool: &Tool, seed: u64) -> Option<String> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let slots = Slot::all(tool);
        let mut query = text.source.clone();
        let mut changed = false;
        let mut spans: Vec<&(String, Range<usize>)> = self.spans.iter().collect();
        // From the end, so that the places before stay where they are.
        spans.sort_by_key(|(_, words)| std::cmp::Reverse(words.start));
        for (name, words) in spans {
            let slot = slots.iter().find(|slot| slot.name == name)?;
            let Some(other) = other_value(text, slot, words, &mut rng) else { continue };
            let (first, last) = (text.words.get(words.start)?, text.words.get(words.end.checked_sub(1)?)?);
            query.replace_range(first.span.start..last.span.end, &other);
            changed = true;
        }
        (changed && self.absent.is_empty()).then_some(query)
    }
}

/// The words of a request without the courtesies around it.
fn core(text: &Text) -> Range<usize> {
    let is_courtesy = |at: usize| COURTESIES.contains(&text.folded(at));
    let mut words = 0..text.words.len();
    while !words.is_empty() && is_courtesy(words.start) {
        words.start += 1;
    }
    for asking in [&["can", "you"][..], &["could", "you"], &["would", "you"], &["kannst", "du"], &["könntest", "du"]] {
        if text.has_at(words.start, asking) {
            words.start += asking.len();
        }
    }
    while !words.is_empty() && is_courtesy(words.start) {
        words.start += 1;
    }
    while !words.is_empty() && is_courtesy(words.end - 1) {
        words.end -= 1;
    }
    words
}

/// Another value of the kind that a slot of a text has.
fn other_value(text: &Text, slot: &Slot<'_>, words: &Range<usize>, rng: &mut ChaCha8Rng) -> Option<String> {
    let own = text.slice(words);
    match slot.kind {
        Kind::Number(_) => {
            // The unit stays: only the digits change.
            let digits = words.clone().find(|at| text.folded(*at).chars().all(|c| c.is_ascii_digit()))?;
            let number = rng.random_range(2..=95).to_string();
            let span = &text.words.get(digits)?.span;
            let start = text.words.get(words.start)?.span.start;
            let mut other = own.to_owned();
            other.replace_range(span.start - start..span.end - start, &number);
            Some(other)
        }
        Kind::Choice => {
            slot.members.choose(rng).and_then(Value::as_str).map(|member| apart(member).trim().to_lowercase())
        }
        Kind::Code => Some(
            own.chars()
                .map(
                    |c| if c.is_ascii_digit() { char::from_digit(rng.random_range(0..10), 10).unwrap_or(c) } else { c },
                )
                .collect(),
        ),
        Kind::Text => things(text.language).choose(rng).map(|thing| (*thing).to_owned()),
        Kind::Day | Kind::Clock | Kind::List | Kind::Truth | Kind::Other => None,
    }
}

/// Things and names that stand for any other.
fn things(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => &[
            "bread",
            "the blue folder",
            "laundry",
            "Nora",
            "green tea",
            "the garden hose",
            "Lisbon",
            "rice",
            "the Meyer report",
            "batteries",
            "Tomás",
            "soup",
            "window seats",
            "the old bike",
            "Kyoto",
            "flour",
        ],
        Language::German => &[
            "Brot",
            "den blauen Ordner",
            "Wäsche",
            "Nora",
            "grünen Tee",
            "Lissabon",
            "Reis",
            "Batterien",
            "Suppe",
            "Kyoto",
            "Mehl",
            "das alte Rad",
        ],
        Language::French => &[
            "du pain",
            "le dossier bleu",
            "la lessive",
            "Nora",
            "du thé vert",
            "Lisbonne",
            "du riz",
            "des piles",
            "la soupe",
            "Kyoto",
            "de la farine",
            "le vieux vélo",
        ],
        Language::Spanish => &[
            "pan",
            "la carpeta azul",
            "la colada",
            "Nora",
            "té verde",
            "Lisboa",
            "arroz",
            "pilas",
            "sopa",
            "Kioto",
            "harina",
            "la bici vieja",
        ],
    }
}
