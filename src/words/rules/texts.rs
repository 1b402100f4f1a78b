//! Texts, codes, names and lists.

use std::ops::Range;

use serde_json::Value;

use super::Filler;
use crate::words::{
    Language,
    lexicon::is_verb,
    phrases::{Phrases, quotes, without_possessive},
    plausible::{is_place, is_unlike_a_name, says_when},
    slots::{Kind, Slot, looks_like_code},
    text::Text,
    units::unit,
    values::list_of,
};

const ARTICLES: [&str; 16] =
    ["the", "a", "an", "my", "our", "der", "die", "das", "ein", "eine", "le", "la", "les", "un", "una", "el"];

impl<'a> Filler<'a> {
    /// Codes and texts: behind the name of their slot, in quotes, behind a preposition, names, and at last what is left.
    pub(super) fn texts(&mut self) {
        let quoted = quotes(self.text);
        let is_text = |slot: &Slot<'_>| {
            let has_members = slot.schema.get("items").is_some_and(|items| items.get("enum").is_some());
            matches!(slot.kind, Kind::Text | Kind::Code | Kind::List) && !has_members
        };
        let open = |filler: &Self, slot: usize| is_text(&filler.slots[slot]) && filler.values[slot].is_none();
        let mut order: Vec<usize> = (0..self.slots.len()).filter(|slot| is_text(&self.slots[*slot])).collect();
        order.sort_by_key(|slot| (self.slots[*slot].kind != Kind::Code, !self.slots[*slot].is_required, *slot));
        for quote in quoted.iter().filter(|quote| !quote.words.is_empty()) {
            let mut slots: Vec<usize> = order.iter().copied().filter(|slot| open(self, *slot)).collect();
            slots.sort_by_key(|slot| self.distance(*slot, &quote.words));
            if let Some(&slot) = slots.first().filter(|_| self.is_free(&quote.words)) {
                self.put(slot, &quote.words, quote.text.clone());
                self.mark_firm(slot);
            }
        }
        type Finder<'a> = fn(&Filler<'a>, usize) -> Option<Range<usize>>;
        // Whether what is found is surely the value.
        let finders: [(Finder<'a>, bool); 8] = [
            (Self::behind_colon, true),
            (Self::behind_name, true),
            (Self::code, true),
            (Self::behind_preposition, true),
            (Self::before_name, true),
            (Self::counted, true),
            (Self::name, false),
            (Self::rest, false),
        ];
        for (find, is_firm) in finders {
            for &slot in &order {
                if open(self, slot)
                    && let Some(words) = find(self, slot)
                {
                    let text = self.text.slice(&words).to_owned();
                    // "Is my train delayed?" names no train, and "next weekend" no city.
                    let is_other = match self.slots[slot].kind {
                        _ if !is_firm && is_unlike_a_name(&self.slots[slot], &words, self.text) => true,
                        Kind::Code => !looks_like_code(&text),
                        // But "my Sunday playlist".
                        Kind::Text if !self.slots[slot].takes_sentences() && !self.is_before_name(slot, words.end) => {
                            says_when(&Text::read_in(&text, self.text.language))
                        }
                        _ => false,
                    };
                    if is_other {
                        continue;
                    }
                    self.put(slot, &words, text);
                    if is_firm {
                        self.mark_firm(slot);
                    }
                }
            }
        }
    }

    /// From which unit and into which: the unit of the amount, and the other one. "How many cups are in 2 litres?"
    pub(super) fn units(&mut self) {
        let of = |names: [&str; 2]| {
            let is_one = |slot: &Slot<'_>| slot.name_words().first().is_some_and(|word| names.contains(&word.as_str()));
            self.slots.iter().position(|slot| slot.kind == Kind::Text && is_one(slot))
        };
        let is_value =
            |slot: &Slot<'_>| slot.kind == Kind::Number(None) && matches!(slot.name, "value" | "amount" | "quantity");
        let (Some(from), Some(to)) = (of(["from", "source"]), of(["to", "target"])) else { return };
        if !self.slots.iter().any(is_value) {
            return;
        }
        let Some(amount) = self.amounts.iter().find(|amount| amount.unit.is_some() && amount.words.len() > 1) else {
            return;
        };
        let last = amount.words.end - 1;
        let is_unit = |at: &usize| unit(self.text.folded(*at)).is_some() && !amount.words.contains(at);
        let other = (0..self.text.words.len()).find(is_unit);
        let is_named = unit(self.text.folded(last)).is_some();
        let (Some(other), true) = (other, is_named) else { return };
        for (slot, at) in [(from, last), (to, other)] {
            let said = self.text.slice(&(at..at + 1)).to_owned();
            self.take(slot, &(at..at + 1), Value::String(said));
            self.mark_firm(slot);
        }
    }

    pub(super) fn mark_firm(&mut self, slot: usize) {
        if let Some(firm) = self.firm.get_mut(slot) {
            *firm = true;
        }
    }

    fn put(&mut self, slot: usize, words: &Range<usize>, text: String) {
        let text = text.trim();
        let value = match self.slots[slot].kind {
            Kind::List => list_of(text),
            _ if Phrases::takes_people(&self.slots[slot]) => Value::String(without_possessive(text).to_owned()),
            _ => Value::String(text.to_owned()),
        };
        self.take(slot, words, value);
    }

    /// All that stands behind a colon, where nothing but the command stands before it: "a new ticket: the printer jams".
    fn behind_colon(&self, slot: usize) -> Option<Range<usize>> {
        let count = self.text.words.len();
        let at = (0..count).find(|at| self.text.gap_after(*at).trim_start().starts_with(':'))?;
        let words = at + 1..count;
        let is_sentence = self.slots[slot].kind == Kind::Text && self.slots[slot].takes_sentences();
        let suits = is_sentence && !words.is_empty() && self.is_free(&words);
        (suits && (0..=at).all(|at| !self.says(at, true))).then_some(words)
    }

    /// Whether a word is free and may be a value: it is none of the tool's own, and no command.
    fn says(&self, at: usize, begins_with_order: bool) -> bool {
        let is_word = self.text.words.get(at).is_some_and(|word| !word.is_function);
        self.used.get(at) == Some(&false) && is_word && !self.is_own(at) && !self.is_command(at, begins_with_order)
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

    fn is_before_name(&self, slot: usize, at: usize) -> bool {
        self.slots[slot].name_words().iter().any(|name| name == self.text.folded(at))
    }

    /// What stands between an article and the name of the slot: "the pancake recipe".
    fn before_name(&self, slot: usize) -> Option<Range<usize>> {
        let names = self.slots[slot].name_words();
        let [name] = &names[..] else { return None };
        if self.slots[slot].kind != Kind::Text || !self.slots[slot].is_required || name == "room" {
            return None;
        }
        let at = (2..self.text.words.len()).find(|at| self.text.folded(*at) == name)?;
        let is_value = |at: &usize| {
            self.used.get(*at) == Some(&false)
                && !self.is_own(*at)
                && self.text.gap_after(*at) == " "
                && self.text.words.get(*at).is_some_and(|word| !word.is_function)
        };
        let start = at - (0..at).rev().take_while(is_value).count();
        let begins = start.checked_sub(1).is_some_and(|before| ARTICLES.contains(&self.text.folded(before)));
        (begins && start < at).then_some(start..at)
    }

    /// What is counted: "hand him 16 torches".
    fn counted(&self, slot: usize) -> Option<Range<usize>> {
        let taken = &self.slots[slot];
        let is_thing = taken.kind == Kind::Text && taken.is_required && !taken.takes_sentences() && !is_place(taken);
        if !is_thing || Phrases::takes_people(taken) {
            return None;
        }
        self.counts.iter().find_map(|end| {
            let goes_on = self.text.gap_after(end.checked_sub(1)?) == " ";
            let is_thing = self.text.words.get(*end).is_some_and(|word| !word.is_function && !is_verb(word));
            if goes_on && is_thing { self.phrase(*end, slot) } else { None }
        })
    }

    fn behind_preposition(&self, slot: usize) -> Option<Range<usize>> {
        if self.slots[slot].kind == Kind::Code {
            return None;
        }
        let phrases = Phrases::of(&self.slots[slot]);
        let places = |preposition: &'static str| {
            (0..self.text.words.len())
                .filter(move |at| self.used.get(*at) == Some(&false) && self.text.folded(*at) == preposition)
        };
        // The first of the list says most: "look for mails that mention the invoice".
        let mut all = phrases.prepositions.into_iter().flat_map(places);
        all.find_map(|at| if self.is_for_a_person(slot, at) { None } else { self.phrase(at + 1, slot) })
            .map(|words| self.without_name(slot, words))
    }

    /// Whether a name behind a preposition belongs to another open slot, which takes people: "open an issue for Mateo".
    fn is_for_a_person(&self, slot: usize, at: usize) -> bool {
        let is_name = self.text.words.get(at + 1).is_some_and(|word| word.is_capital && !word.is_function)
            && self.text.language != Language::German;
        let takes = |other: usize| {
            Phrases::takes_people(&self.slots[other])
                && self.values[other].is_none()
                && Phrases::of(&self.slots[other]).prepositions.contains(&self.text.folded(at))
        };
        is_name
            && !Phrases::takes_people(&self.slots[slot])
            && (0..self.slots.len()).any(|other| other != slot && takes(other))
    }

    /// Whether a word is the name of another slot.
    fn is_name_of_another(&self, at: usize, slot: usize) -> bool {
        let Some(word) = self.text.words.get(at) else { return false };
        (0..self.slots.len()).filter(|other| *other != slot).any(|other| {
            let names = self.slots[other].name_words();
            names.len() == 1 && names.iter().any(|name| Language::English.stem(name) == word.stem)
        })
    }

    /// Without the name of the slot behind the value: "the lib folder", "my Sunday playlist". Rooms have it in their own names.
    fn without_name(&self, slot: usize, words: Range<usize>) -> Range<usize> {
        let names = self.slots[slot].name_words();
        let last = words.end.saturating_sub(1);
        let is_name = words.len() > 1 && names.iter().any(|name| name == self.text.folded(last) && name != "room");
        let says = |at: usize| self.text.words.get(at).is_some_and(|word| !word.is_function);
        if is_name && (words.start..last).any(says) { words.start..last } else { words }
    }

    /// Codes, addresses and paths; a name before a number is one ("IC 204").
    fn code(&self, slot: usize) -> Option<Range<usize>> {
        let takes_mail =
            self.slots[slot].name_words().iter().any(|word| matches!(word.as_str(), "to" | "recipient" | "email"));
        if self.slots[slot].kind != Kind::Code {
            // "Name or number of the article": what has capitals and digits is its number.
            let takes_numbers = self.slots[slot].kind == Kind::Text && self.slots[slot].description.contains("number");
            let is_number = |at: usize| {
                let source = self.text.slice(&(at..at + 1));
                let has = |test: fn(char) -> bool| source.chars().any(test);
                takes_numbers && has(char::is_uppercase) && has(|c| c.is_ascii_digit())
            };
            let is_mail = |at: usize| takes_mail && self.text.folded(at).contains('@');
            let at = (0..self.text.words.len()).find(|at| is_mail(*at) || is_number(*at))?;
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
        if self.slots[slot].kind == Kind::Code
            || !self.slots[slot].is_required
            || self.slots[slot].takes_what_is_written()
        {
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
            // A name is taken from its beginning: "for Ada Brown".
            let goes_on = is_name(at - 1) && !begins(at - 1) && self.text.gap_after(at - 1) == " ";
            let is_free = !Phrases::BOUNDARIES.contains(&before) || Phrases::takes_people(&self.slots[slot]);
            !goes_on && (is_free || prepositions.contains(&before))
        };
        // "Jonas takes T-3310"
        let is_person = |at: usize| {
            Phrases::takes_people(&self.slots[slot]) && at == 0 && self.text.words.first().is_some_and(|w| !is_verb(w))
        };
        let count = self.text.words.len();
        let inside = (1..count).find(|at| is_name(*at) && !begins(*at) && suits(*at));
        let start =
            inside.or_else(|| (0..count.min(1)).find(|at| is_name(*at) && is_person(*at))).filter(|_| !is_german)?;
        // "Lewis Grant, 38.4": a name that begins the sentence.
        let goes_on =
            |at: usize| self.text.gap_after(at) == " " && self.text.words.get(at).is_some_and(|w| !is_verb(w));
        let start = if start == 1 && is_name(0) && goes_on(0) { 0 } else { start };
        let mut end = start + 1;
        while is_name(end) && !self.text.gap_after(end - 1).contains([',', '.', ';']) {
            end += 1;
        }
        Some(start..self.with_its_thing(end))
    }

    /// The end of a name with the thing that it belongs to: "Mia's recital on the calendar", "AA batteries into the basket".
    fn with_its_thing(&self, end: usize) -> usize {
        let is_thing = |at: &usize| {
            let word = self.text.words.get(*at);
            self.used.get(*at) == Some(&false)
                && !self.is_own(*at)
                && self.text.gap_after(*at - 1) == " "
                && word.is_some_and(|word| !word.is_function && !word.is_capital && !is_verb(word))
        };
        let things = (end.max(1)..end + 2).take_while(is_thing).count();
        let behind = end + things;
        let closes = behind >= self.text.words.len() || Phrases::BOUNDARIES.contains(&self.text.folded(behind));
        if closes { behind } else { end }
    }

    /// What is left of the request without the words that say what to do. Where nothing is, the word that it begins with is no command.
    fn rest(&self, slot: usize) -> Option<Range<usize>> {
        // A place is a name, or stands behind its preposition; but for "weather berlin".
        if is_place(&self.slots[slot]) && self.text.words.iter().any(|word| word.is_function) {
            return None;
        }
        self.left(slot, true).or_else(|| self.left(slot, false))
    }

    fn left(&self, slot: usize, begins_with_order: bool) -> Option<Range<usize>> {
        let is_open = |other: &usize| {
            let slot = &self.slots[*other];
            self.values[*other].is_none() && slot.kind == Kind::Text && slot.is_required
        };
        if !(0..self.slots.len()).filter(is_open).eq([slot]) {
            return None;
        }
        let says = |at: usize| self.says(at, begins_with_order);
        let count = self.text.words.len();
        // "note: the oven runs hot"
        let colon = (0..count).find(|at| self.text.gap_after(*at).trim_start().starts_with(':'));
        let from = colon.filter(|at| (0..=*at).all(|at| !says(at))).map_or(0, |at| at + 1);
        let mut start = (from..count).find(|at| says(*at))?;
        if !self.slots[slot].takes_sentences() {
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
        while end < count && self.used.get(end) == Some(&false) && !self.text.gap_after(end - 1).contains(';') {
            end += 1;
        }
        // Words that say where it goes stand at the end: "on my list of things to do".
        while end > start + 1 && !says(end - 1) {
            end -= 1;
        }
        Some(start..end)
    }

    /// Whether a word begins what is asked for, as verbs do. A word before an article may be one too.
    fn is_command(&self, at: usize, begins_with_order: bool) -> bool {
        let begins = (0..at).all(|before| {
            self.used.get(before) == Some(&true) || self.text.words.get(before).is_none_or(|word| word.is_function)
        });
        let opens = at == 0 || self.text.gap_after(at - 1).contains([',', ';', '.', '!', '?', ':']);
        // "Log my run", but not "dinner with Ana".
        let has_object = self.text.words.get(at + 1).is_some_and(|next| next.is_function)
            && !Phrases::BOUNDARIES.contains(&self.text.folded(at + 1));
        let is_order = begins_with_order && opens && has_object;
        is_order || begins && self.text.words.get(at).is_some_and(is_verb)
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
        let is_sentence = self.slots[slot].takes_sentences();
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
        // "in the attic right now"
        let is_now = |at: usize| self.text.folded(at) == "right" && self.text.folded(at + 1) == "now";
        while end > start && (self.text.words.get(end - 1).is_some_and(|word| word.is_function) || is_now(end - 1)) {
            end -= 1;
        }
        // "to Lyon avoiding motorways", where another slot is called `avoid`.
        while end > start + 1 && !is_sentence && self.is_name_of_another(end - 1, slot) {
            end -= 1;
        }
        let says =
            (start..end).any(|at| !self.is_own(at) && self.text.words.get(at).is_some_and(|word| !word.is_function));
        (says && (self.slots[slot].kind != Kind::Code || end - start <= 3)).then_some(start..end)
    }
}
