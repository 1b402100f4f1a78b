//! A call written by rules alone: the values of a request, each in the slot that takes its kind and stands nearest.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number as JsonNumber, Value};

use super::{
    Language,
    amounts::{Amount, amounts},
    clauses::Clauses,
    lexicon::{is_verb, keys},
    moments::{Clock, Day, clocks, days},
    names::apart,
    numbers::numbers,
    phrases::{Phrases, quotes},
    slots::{Kind, Slot},
    text::Text,
    units::{Unit, convert},
};
use crate::task::{Tool, ToolCall};

/// Why an argument has no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum GapReason {
    /// The request does not say it.
    Missing,
    /// What it says lies out of the range that the schema allows.
    OutOfRange {
        /// The words of the request.
        said: String,
    },
    /// What it says is none of the values that the schema allows.
    NotAllowed {
        /// The words of the request.
        said: String,
    },
    /// What it says is measured in something else, as dollars where euros are taken.
    OtherUnit {
        /// The words of the request.
        said: String,
    },
}

/// An argument that a request leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Name of the argument.
    pub argument: String,
    /// Why it has no value.
    #[serde(flatten)]
    pub reason: GapReason,
}

/// A call as far as the words of a request fill it.
#[derive(Debug, Clone, PartialEq)]
pub struct Drafted {
    /// The call. It lacks the arguments that have gaps.
    pub call: ToolCall,
    /// Required arguments without a value, and any whose value is not allowed.
    pub gaps: Vec<Gap>,
}

/// Fills the parameters of a tool with the values that stand in a request.
pub fn draft(request: &Text, tool: &Tool) -> Drafted {
    let mut filler = Filler::new(request, tool);
    filler.choices();
    filler.amounts();
    filler.moments();
    filler.texts();
    filler.truths();
    filler.finish()
}

/// Names of parameters that take whole sentences.
const SENTENCES: [&str; 11] =
    ["text", "body", "message", "content", "note", "comment", "title", "subject", "query", "expression", "words"];
const ARTICLES: [&str; 16] =
    ["the", "a", "an", "my", "our", "der", "die", "das", "ein", "eine", "le", "la", "les", "un", "una", "el"];

struct Filler<'a> {
    text: &'a Text,
    tool: &'a Tool,
    /// Stems of the tool's name and description.
    own: Vec<String>,
    slots: Vec<Slot<'a>>,
    values: Vec<Option<Value>>,
    reasons: Vec<Option<GapReason>>,
    /// Words that are taken, or do not stand.
    used: Vec<bool>,
    amounts: Vec<Amount>,
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
        let described = Text::read_in(&format!("{} {}", apart(&tool.name), tool.description), Language::English);
        let own = described.words.into_iter().filter(|word| !word.is_function).map(|word| word.stem).collect();
        Self {
            text,
            tool,
            own,
            values: vec![None; slots.len()],
            reasons: vec![None; slots.len()],
            slots,
            used,
            amounts,
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
    }

    fn refuse(&mut self, slot: usize, words: &Range<usize>, reason: fn(String) -> GapReason) {
        self.used.iter_mut().take(words.end).skip(words.start).for_each(|used| *used = true);
        let said = self.text.slice(words).to_owned();
        if let Some(place) = self.reasons.get_mut(slot) {
            *place = Some(reason(said));
        }
    }

    /// Members of an `enum` that the request names, by their words or by words of the same meaning.
    fn choices(&mut self) {
        for slot in 0..self.slots.len() {
            let members = match &self.slots[slot] {
                Slot { kind: Kind::Choice, members, .. } => *members,
                _ => continue,
            };
            let found = members.iter().filter_map(|member| Some((self.member_at(member)?, member)));
            // Of several the longest; of equals the first in the request.
            let best = found.min_by_key(|(words, _)| (std::cmp::Reverse(words.len()), words.start));
            let part = || members.iter().find_map(|member| Some((self.part_of_member(member, members)?, member)));
            let best = best.or_else(part);
            if let Some((words, member)) = best {
                self.take(slot, &words, member.clone());
            }
        }
    }

    fn member_at(&self, member: &Value) -> Option<Range<usize>> {
        let spelled = match member {
            Value::String(text) => apart(text),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let wanted = Text::read_in(&spelled, self.text.language);
        let wanted: Vec<Vec<String>> = wanted.words.iter().map(keys).collect();
        if wanted.is_empty() {
            return None;
        }
        // "too bright" complains of what "light" would give. Codes of two letters are words of other languages.
        let is_short = wanted.iter().all(|keys| keys.first().is_some_and(|stem| stem.chars().count() <= 2));
        let meets = |at: usize, wanted: &[String]| {
            let too = at > 0 && matches!(self.text.folded(at - 1), "too" | "zu" | "trop" | "demasiado");
            let own = self.is_own(at) || is_short;
            self.text.words.get(at).is_some_and(|word| {
                let mut keys = keys(word).into_iter().filter(|key| !own || key.starts_with('=') == is_short);
                (!too || wanted.iter().any(|key| key == "too")) && keys.any(|key| wanted.contains(&key))
            })
        };
        let here = |at: &usize| {
            let words = *at..at + wanted.len();
            self.is_free(&words) && wanted.iter().enumerate().all(|(i, wanted)| meets(at + i, wanted))
        };
        (0..self.text.words.len()).find(here).map(|at| at..at + wanted.len())
    }

    /// A word of a member that no other member has: "wrong" for `wrong_item`.
    fn part_of_member(&self, member: &Value, members: &[Value]) -> Option<Range<usize>> {
        let stems = |member: &Value| -> Vec<String> {
            let text = Text::read_in(&apart(member.as_str().unwrap_or_default()), self.text.language);
            text.words.into_iter().filter(|word| !word.is_function).map(|word| word.stem).collect()
        };
        let own = stems(member);
        let others: Vec<String> = members.iter().filter(|other| *other != member).flat_map(stems).collect();
        let meets = |at: &usize| {
            self.used.get(*at) == Some(&false)
                && self.text.words.get(*at).is_some_and(|word| own.contains(&word.stem) && !others.contains(&word.stem))
        };
        (own.len() > 1).then(|| (0..self.text.words.len()).find(meets).map(|at| at..at + 1)).flatten()
    }

    fn amounts(&mut self) {
        let all = self.amounts.clone();
        // Those with the unit of a slot first, then the bare ones.
        for with_unit in [true, false] {
            for amount in all.iter().filter(|amount| amount.unit.is_some() == with_unit) {
                if self.is_free(&amount.words) {
                    self.place(amount);
                }
            }
        }
    }

    /// The slot for an amount: of those that take its unit, the one whose name stands nearest.
    fn place(&mut self, amount: &Amount) {
        let open: Vec<usize> = (0..self.slots.len()).filter(|slot| self.is_open_number(*slot)).collect();
        let unit_of = |slot: usize| match self.slots[slot].kind {
            Kind::Number(unit) => unit,
            _ => None,
        };
        let fits = |slot: &usize| match (amount.unit, unit_of(*slot)) {
            (Some(said), Some(taken)) => said.dimension == taken.dimension,
            (Some(_), None) | (None, _) => true,
        };
        let same_unit = |slot: &usize| amount.unit.is_some() && unit_of(*slot).is_some();
        let mut candidates: Vec<usize> = open.iter().copied().filter(fits).collect();
        if candidates.iter().any(same_unit) {
            candidates.retain(same_unit);
        }
        candidates.sort_by_key(|slot| (self.distance(*slot, &amount.words), !self.slots[*slot].is_required, *slot));
        let Some(&slot) = candidates.first() else { return };
        // An ordinal is a number only where a slot asks for nothing else.
        if amount.is_ordinal && candidates.len() != 1 {
            return;
        }
        match self.value_of(amount, slot, unit_of(slot)) {
            Ok(value) => self.take(slot, &amount.words, value),
            Err(reason) => self.refuse(slot, &amount.words, reason),
        }
    }

    fn is_open_number(&self, slot: usize) -> bool {
        matches!(self.slots[slot].kind, Kind::Number(_)) && self.values[slot].is_none() && self.reasons[slot].is_none()
    }

    fn value_of(&self, amount: &Amount, slot: usize, taken: Option<Unit>) -> Result<Value, fn(String) -> GapReason> {
        let value = match (amount.unit, taken) {
            (Some(said), Some(taken)) => convert(amount.value, said, taken)
                .ok_or((|said| GapReason::OtherUnit { said }) as fn(String) -> GapReason)?,
            _ => amount.value,
        };
        let slot = &self.slots[slot];
        let is_whole = value.fract() == 0.0;
        let wants_whole = slot.schema.get("type").and_then(Value::as_str) == Some("integer");
        let below = slot.bound("minimum").is_some_and(|least| value < least)
            || slot.bound("exclusiveMinimum").is_some_and(|least| value <= least);
        let above = slot.bound("maximum").is_some_and(|most| value > most)
            || slot.bound("exclusiveMaximum").is_some_and(|most| value >= most);
        if below || above || wants_whole && !is_whole {
            return Err(|said| GapReason::OutOfRange { said });
        }
        let number = if is_whole && value.abs() < 9e15 {
            Some(JsonNumber::from(value as i64))
        } else {
            JsonNumber::from_f64(value)
        };
        number.map(Value::Number).ok_or(|said| GapReason::OutOfRange { said })
    }

    /// How far the words of a slot's name stand from a place of the request; large where they do not stand in it.
    fn distance(&self, slot: usize, words: &Range<usize>) -> usize {
        let named = Text::read_in(&apart(self.slots[slot].name), self.text.language);
        let named: Vec<String> = named.words.iter().flat_map(keys).collect();
        let meets =
            |at: &usize| self.text.words.get(*at).is_some_and(|word| keys(word).iter().any(|key| named.contains(key)));
        let far = |at: usize| if at < words.start { words.start - at } else { (at + 1).saturating_sub(words.end) };
        (0..self.text.words.len()).filter(meets).map(far).min().unwrap_or(usize::MAX)
    }

    /// Days and times of day, in the order of the request; a preposition decides between two slots.
    fn moments(&mut self) {
        for day in self.days.clone() {
            if let Some(slot) = self.open_moment(Kind::Day, &day.words) {
                let value = self.spell_day(&day, slot);
                self.take(slot, &day.words, value);
            }
        }
        for clock in self.clocks.clone() {
            if let Some(slot) = self.open_moment(Kind::Clock, &clock.words) {
                let Clock { hour, minute, ref words } = clock;
                let value = if self.wants(slot, &["hh", "hh:mm"]) || self.slots[slot].schema.get("format").is_some() {
                    format!("{hour:02}:{minute:02}")
                } else {
                    self.text.slice(words).to_owned()
                };
                self.take(slot, &clock.words, Value::String(value));
            }
        }
    }

    fn open_moment(&self, kind: Kind, words: &Range<usize>) -> Option<usize> {
        if !self.is_free(words) {
            return None;
        }
        let open = |slot: &usize| self.slots[*slot].kind == kind && self.values[*slot].is_none();
        let before = words.start.checked_sub(1).map_or("", |at| self.text.folded(at));
        let open: Vec<usize> = (0..self.slots.len()).filter(open).collect();
        let marked = open.iter().find(|slot| Phrases::of(&self.slots[**slot]).prepositions.contains(&before));
        marked.or(open.first()).copied()
    }

    fn wants(&self, slot: usize, words: &[&str]) -> bool {
        let text = Text::read_in(self.slots[slot].description, Language::English);
        text.words.iter().any(|word| words.contains(&word.folded.as_str()))
    }

    /// A day as the slot asks for it: by the calendar where it says so and the request has a year, else in the request's words.
    fn spell_day(&self, day: &Day, slot: usize) -> Value {
        let by_calendar = self.wants(slot, &["yyyy-mm-dd", "iso"]) || self.slots[slot].schema.get("format").is_some();
        match day.date {
            Some((Some(year), month, date)) if by_calendar => Value::String(format!("{year:04}-{month:02}-{date:02}")),
            _ => Value::String(self.text.slice(&day.words).to_owned()),
        }
    }

    /// Codes and texts: behind the name of their slot, in quotes, behind a preposition, names, and at last what is left.
    fn texts(&mut self) {
        let quoted = quotes(self.text);
        let is_text = |kind: Kind| matches!(kind, Kind::Text | Kind::Code | Kind::List);
        let open = |filler: &Self, slot: usize| is_text(filler.slots[slot].kind) && filler.values[slot].is_none();
        let mut order: Vec<usize> = (0..self.slots.len()).filter(|slot| is_text(self.slots[*slot].kind)).collect();
        order.sort_by_key(|slot| (self.slots[*slot].kind != Kind::Code, !self.slots[*slot].is_required, *slot));
        for quote in quoted.iter().filter(|quote| !quote.words.is_empty()) {
            let mut slots: Vec<usize> = order.iter().copied().filter(|slot| open(self, *slot)).collect();
            slots.sort_by_key(|slot| self.distance(*slot, &quote.words));
            if let Some(&slot) = slots.first().filter(|_| self.is_free(&quote.words)) {
                self.put(slot, &quote.words, quote.text.clone());
            }
        }
        type Finder<'a> = fn(&Filler<'a>, usize) -> Option<Range<usize>>;
        let finders: [Finder<'a>; 5] =
            [Self::behind_name, Self::code, Self::behind_preposition, Self::name, Self::rest];
        for find in finders {
            for &slot in &order {
                if open(self, slot)
                    && let Some(words) = find(self, slot)
                {
                    let text = self.text.slice(&words).to_owned();
                    self.put(slot, &words, text);
                }
            }
        }
    }

    fn put(&mut self, slot: usize, words: &Range<usize>, text: String) {
        let value = if self.slots[slot].kind == Kind::List {
            let parts =
                text.split([',', ';']).flat_map(|part| part.split(" and ")).flat_map(|part| part.split(" und "));
            let parts = parts.map(|part| Value::String(part.trim().to_owned())).filter(|part| part != "");
            Value::Array(parts.collect())
        } else {
            Value::String(text)
        };
        self.take(slot, words, value);
    }

    fn behind_name(&self, slot: usize) -> Option<Range<usize>> {
        let names = self.slots[slot].name_words();
        let at = (0..self.text.words.len()).find(|at| {
            names.iter().enumerate().all(|(i, name)| self.text.folded(at + i) == name)
                && self.used.get(*at) == Some(&false)
        })?;
        // "label of the timer": the word speaks of the thing, and does not name a value.
        if matches!(names.first().map(String::as_str), None | Some("to" | "from" | "in" | "on" | "for" | "text")) {
            return None;
        }
        let words = self.phrase(at + names.len(), slot)?;
        Some(words)
    }

    fn behind_preposition(&self, slot: usize) -> Option<Range<usize>> {
        if self.slots[slot].kind == Kind::Code {
            return None;
        }
        let phrases = Phrases::of(&self.slots[slot]);
        (0..self.text.words.len())
            .filter(|at| self.used.get(*at) == Some(&false) && phrases.prepositions.contains(&self.text.folded(*at)))
            .find_map(|at| self.phrase(at + 1, slot))
    }

    /// Codes, addresses and paths; a name before a number is one ("IC 204").
    fn code(&self, slot: usize) -> Option<Range<usize>> {
        let takes_mail =
            self.slots[slot].name_words().iter().any(|word| matches!(word.as_str(), "to" | "recipient" | "email"));
        if self.slots[slot].kind != Kind::Code {
            let at = (0..self.text.words.len()).find(|at| takes_mail && self.text.folded(*at).contains('@'))?;
            return (self.used.get(at) == Some(&false)).then_some(at..at + 1);
        }
        let is_code = |word: &str| {
            let has = |test: fn(char) -> bool| word.chars().any(test);
            word.contains(['@', '/', '_'])
                || has(|c| c.is_ascii_digit())
                || word.contains('.') && !word.ends_with('.')
                || word.chars().count() > 2 && word.chars().all(|c| c.is_uppercase() || c.is_ascii_digit())
        };
        (0..self.text.words.len()).find_map(|at| {
            let word = self.text.words.get(at)?;
            let source = self.text.source.get(word.span.clone())?;
            let is_next_digits =
                self.text.folded(at + 1).chars().all(|c| c.is_ascii_digit()) && !self.text.folded(at + 1).is_empty();
            let words =
                if word.is_capital && !word.is_function && is_next_digits && source.chars().all(char::is_uppercase) {
                    at..at + 2
                } else if is_code(source) {
                    at..at + 1
                } else {
                    return None;
                };
            self.is_free(&words).then_some(words)
        })
    }

    /// A name: words with capitals that do not begin the sentence.
    fn name(&self, slot: usize) -> Option<Range<usize>> {
        if self.slots[slot].kind == Kind::Code || !self.slots[slot].is_required {
            return None;
        }
        let begins = |at: usize| at == 0 || self.text.gap_after(at - 1).contains(['.', '!', '?']);
        let is_name = |at: usize| {
            self.used.get(at) == Some(&false)
                && self.text.words.get(at).is_some_and(|word| word.is_capital && !word.is_function && !self.is_own(at))
        };
        // German nouns all have capitals.
        let is_german = self.text.language == Language::German;
        // "for Mateo" is no title.
        let prepositions = Phrases::of(&self.slots[slot]).prepositions;
        let suits = |at: usize| {
            let before = self.text.folded(at - 1);
            !Phrases::BOUNDARIES.contains(&before) || prepositions.contains(&before)
        };
        let start = (0..self.text.words.len()).find(|at| is_name(*at) && !begins(*at) && !is_german && suits(*at))?;
        let mut end = start + 1;
        while is_name(end) && !self.text.gap_after(end - 1).contains([',', '.', ';']) {
            end += 1;
        }
        Some(start..end)
    }

    /// What is left of the request without the words that say what to do.
    fn rest(&self, slot: usize) -> Option<Range<usize>> {
        let is_open = |other: &usize| {
            let slot = &self.slots[*other];
            self.values[*other].is_none() && slot.kind == Kind::Text && slot.is_required
        };
        if !(0..self.slots.len()).filter(is_open).eq([slot]) {
            return None;
        }
        let says = |at: usize| {
            let is_word = self.text.words.get(at).is_some_and(|word| !word.is_function);
            self.used.get(at) == Some(&false) && is_word && !self.is_own(at) && !self.is_command(at)
        };
        let count = self.text.words.len();
        // "note: the oven runs hot"
        let colon = (0..count).find(|at| self.text.gap_after(*at).trim_start().starts_with(':'));
        let from = colon.filter(|at| (0..=*at).all(|at| !says(at))).map_or(0, |at| at + 1);
        let mut start = (from..count).find(|at| says(*at))?;
        if !self.takes_sentences(slot) {
            // A thing is what is named last: "keep the guest room at 68".
            let last = (start..count).rev().find(|at| says(*at))?;
            start = last;
            while start > 0 && says(start - 1) && !self.text.gap_after(start - 1).contains([',', ';', ':']) {
                start -= 1;
            }
            let mut end = last + 1;
            // The word of the slot itself belongs to it: "guest room".
            let names = self.slots[slot].name_words();
            if self.used.get(end) == Some(&false) && names.iter().any(|name| name == self.text.folded(end)) {
                end += 1;
            }
            return Some(start..end);
        }
        // A sentence begins with its article; a thing is named without.
        if start > from && self.used.get(start - 1) == Some(&false) && ARTICLES.contains(&self.text.folded(start - 1)) {
            start -= 1;
        }
        let mut end = start + 1;
        while end < count && self.used.get(end) == Some(&false) {
            end += 1;
        }
        // Words that say where it goes stand at the end: "on my list of things to do".
        while end > start + 1 && !says(end - 1) {
            end -= 1;
        }
        Some(start..end)
    }

    /// Whether a slot takes more than the name of a thing.
    fn takes_sentences(&self, slot: usize) -> bool {
        self.slots[slot].name_words().iter().any(|word| SENTENCES.contains(&word.as_str()))
    }

    /// Whether a word begins what is asked for, as verbs do.
    fn is_command(&self, at: usize) -> bool {
        let begins = (0..at).all(|before| {
            self.used.get(before) == Some(&true) || self.text.words.get(before).is_none_or(|word| word.is_function)
        });
        let opens = at == 0 || self.text.gap_after(at - 1).contains([',', ';', '.', '!', '?', ':']);
        let is_order = opens && self.text.words.get(at + 1).is_some_and(|next| next.is_function);
        is_order || begins && self.text.words.get(at).is_some_and(is_verb)
    }

    /// Whether a word is the tool's own, or a verb of commands: such words are no value.
    fn is_own(&self, at: usize) -> bool {
        let Some(word) = self.text.words.get(at) else { return false };
        self.own.contains(&word.stem)
    }

    /// The phrase that begins at a place: up to a mark, a preposition or a word that is taken; `None` where it says nothing of its own.
    fn phrase(&self, at: usize, slot: usize) -> Option<Range<usize>> {
        let mut start = at;
        while self.text.words.get(start).is_some_and(|word| word.is_function) && self.used.get(start) == Some(&false) {
            // "the Calm list", "my mother"
            if Phrases::BOUNDARIES.contains(&self.text.folded(start)) {
                return None;
            }
            start += 1;
        }
        let is_list = self.slots[slot].kind == Kind::List;
        let is_sentence = self.takes_sentences(slot);
        let mut end = start;
        while self.used.get(end) == Some(&false) {
            let word = self.text.folded(end);
            let joins = is_list && matches!(word, "and" | "und" | "et" | "y");
            let ends = Phrases::BOUNDARIES.contains(&word) || ARTICLES.contains(&word) && word != "la";
            if end > start && !joins && ends && !is_sentence {
                break;
            }
            end += 1;
            let gap = self.text.gap_after(end - 1);
            // "Dr. Weiss"
            let is_short =
                self.text.words.get(end - 1).is_some_and(|word| word.is_capital && word.folded.chars().count() <= 3);
            if gap.contains(['!', '?', ';', ':']) || gap.contains('.') && !is_short || gap.contains(',') && !is_list {
                break;
            }
        }
        while end > start && self.text.words.get(end - 1).is_some_and(|word| word.is_function) {
            end -= 1;
        }
        let says =
            (start..end).any(|at| !self.is_own(at) && self.text.words.get(at).is_some_and(|word| !word.is_function));
        (says && (self.slots[slot].kind != Kind::Code || end - start <= 3)).then_some(start..end)
    }

    /// `on` and `off`; other flags are true where their name stands in the request.
    fn truths(&mut self) {
        const ON: [&str; 9] = ["on", "an", "ein", "enable", "allume", "allumer", "enciende", "encender", "activate"];
        const OFF: [&str; 9] = ["off", "aus", "disable", "out", "éteins", "éteindre", "apaga", "apagar", "deactivate"];
        for slot in 0..self.slots.len() {
            if self.slots[slot].kind != Kind::Truth {
                continue;
            }
            let stands = |list: &[&str]| self.text.words.iter().any(|word| list.contains(&word.folded.as_str()));
            let named = self.distance(slot, &(0..0)) != usize::MAX;
            let is_switch = self.slots[slot]
                .name_words()
                .iter()
                .any(|word| matches!(word.as_str(), "on" | "enabled" | "active" | "state"));
            // What is set to a number is on.
            let is_set = is_switch
                && self
                    .slots
                    .iter()
                    .zip(&self.values)
                    .any(|(slot, value)| matches!(slot.kind, Kind::Number(_)) && value.is_some());
            let value = if is_switch && stands(&OFF) {
                Some(false)
            } else if is_switch && stands(&ON) || is_set {
                Some(true)
            } else {
                (named && !is_switch).then_some(true)
            };
            self.values[slot] = value.map(Value::Bool);
        }
    }

    fn finish(self) -> Drafted {
        let mut arguments = Map::new();
        let mut gaps = Vec::new();
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
        Drafted { call: ToolCall { name: self.tool.name.clone(), arguments }, gaps }
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
        let Drafted { call, gaps } = draft(&Text::read(request), tool);
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
        for (request, tool, arguments, gaps) in [
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
            ("go dark please", &theme, json!({"theme": "dark"}), vec![]),
            ("make it purple", &theme, json!({}), vec!["theme"]),
        ] {
            let (found, open) = filled(request, tool);
            assert_eq!((found, open), (arguments, gaps.into_iter().map(str::to_owned).collect()), "{request}");
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
