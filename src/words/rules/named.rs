//! Texts by the words beside them: the name of their slot, its prepositions, a colon, a count.

use std::ops::Range;

use super::{Filler, texts::ARTICLES};
use crate::words::{
    Language,
    lexicon::is_verb,
    phrases::Phrases,
    plausible::is_place,
    slots::{Kind, Slot},
    units::unit,
};

impl Filler<'_> {
    /// All that stands behind a colon, where nothing but the command stands before it: "a new ticket: the printer jams".
    pub(super) fn behind_colon(&self, slot: usize) -> Option<Range<usize>> {
        let count = self.text.words.len();
        let at = (0..count).find(|at| self.text.gap_after(*at).trim_start().starts_with(':'))?;
        let closes = (at + 1..count).find(|at| self.text.gap_after(*at).contains(';'));
        let words = at + 1..closes.map_or(count, |at| at + 1);
        let is_sentence = self.slots[slot].kind == Kind::Text && self.slots[slot].takes_sentences();
        let suits = is_sentence && !words.is_empty() && self.is_free(&words);
        (suits && (0..=at).all(|at| !self.says(at, true))).then_some(words)
    }

    /// What is assigned to the slot's own name: `access_key=k-12`.
    pub(super) fn assigned(&self, slot: usize) -> Option<Range<usize>> {
        let name = self.slots[slot].name.to_lowercase();
        let is_assigned =
            |at: &usize| self.text.folded(*at) == name && matches!(self.text.gap_after(*at), "=" | ":" | " = ");
        let at = (0..self.text.words.len()).find(is_assigned)? + 1;
        let mut end = at + 1;
        while self.text.words.get(end).is_some() && self.text.gap_after(end - 1).chars().all(|c| !c.is_whitespace()) {
            end += 1;
        }
        self.is_free(&(at..end)).then_some(at..end)
    }

    /// What is said to be the last word of the slot's name, where no other slot is called so: "my name is Emily Smith" for `patient_name`.
    pub(super) fn behind_part(&self, slot: usize) -> Option<Range<usize>> {
        let names = self.slots[slot].name_words();
        let [.., last] = &names[..] else { return None };
        let others = self.slots.iter().filter(|other| other.name_words().last() == Some(last)).count();
        if names.len() < 2 || others != 1 {
            return None;
        }
        let is_said = |at: &usize| {
            self.text.folded(*at) == last && matches!(self.text.folded(at + 1), "is" | "ist" | "est" | "es")
        };
        let at = (0..self.text.words.len()).find(is_said)?;
        self.phrase(at + 2, slot)
    }

    pub(super) fn behind_name(&self, slot: usize) -> Option<Range<usize>> {
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

    pub(super) fn is_before_name(&self, slot: usize, at: usize) -> bool {
        self.slots[slot].name_words().iter().any(|name| name == self.text.folded(at))
    }

    /// What stands between an article and the name of the slot: "the pancake recipe".
    pub(super) fn before_name(&self, slot: usize) -> Option<Range<usize>> {
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
    pub(super) fn counted(&self, slot: usize) -> Option<Range<usize>> {
        let taken = &self.slots[slot];
        let is_thing = taken.kind == Kind::Text && taken.is_required && !taken.takes_sentences() && !is_place(taken);
        if !is_thing || Phrases::takes_people(taken) {
            return None;
        }
        self.counts.iter().find_map(|end| {
            let goes_on = self.text.gap_after(end.checked_sub(1)?) == " ";
            let says = |at: usize| self.text.words.get(at).filter(|word| !word.is_function);
            // "2 phone chargers", but not "12 please call"
            let is_thing = says(*end).is_some_and(|word| !is_verb(word) || says(end + 1).is_some_and(|w| !is_verb(w)));
            // "for 12 people" says how many people, and no thing.
            if goes_on && is_thing && !self.is_counted_by_name(*end) { self.phrase(*end, slot) } else { None }
        })
    }

    /// Whether the word behind a number says what the number's slot is called, or names people.
    fn is_counted_by_name(&self, at: usize) -> bool {
        const PEOPLE: [&str; 10] =
            ["people", "persons", "guests", "friends", "adults", "children", "kids", "passengers", "of", "personen"];
        const PACKS: [&str; 10] =
            ["packs", "pack", "boxes", "box", "bottles", "pieces", "times", "bags", "packungen", "flaschen"];
        if PACKS.contains(&self.text.folded(at)) && self.text.folded(at + 1) != "of" {
            return true;
        }
        let is_number = |slot: &Slot<'_>| matches!(slot.kind, Kind::Number(_));
        let names = |slot: &Slot<'_>| slot.name().words.iter().any(|name| self.names(at, name));
        PEOPLE.contains(&self.text.folded(at)) || self.slots.iter().filter(|slot| is_number(slot)).any(names)
    }

    pub(super) fn behind_preposition(&self, slot: usize) -> Option<Range<usize>> {
        if self.slots[slot].kind == Kind::Code {
            return None;
        }
        let phrases = Phrases::of(&self.slots[slot]);
        let places = |preposition: &'static str| {
            (0..self.text.words.len())
                .filter(move |at| self.used.get(*at) == Some(&false) && self.text.folded(*at) == preposition)
        };
        // The first of the list says most: "look for mails that mention the invoice".
        let all = phrases.prepositions.into_iter().flat_map(places).filter(|at| !self.is_for_a_person(slot, *at));
        let all: Vec<Range<usize>> = all.filter_map(|at| self.phrase(at + 1, slot)).collect();
        let is_capital = |words: &&Range<usize>| {
            (*words).clone().any(|at| self.text.words.get(at).is_some_and(|word| word.is_capital))
        };
        // "I need to travel to Washington": where names are meant, one comes before what is to be done.
        let takes_names = is_place(&self.slots[slot])
            || Phrases::takes_people(&self.slots[slot])
            || self.slots[slot]
                .name_words()
                .iter()
                .any(|word| matches!(word.as_str(), "to" | "from" | "origin" | "destination"));
        let writes_names = self.text.language != Language::German && takes_names && !self.slots[slot].takes_sentences();
        let named = all.iter().find(is_capital).filter(|_| writes_names);
        let plain = || all.iter().find(|words| !(self.is_infinitive(words) || self.is_measured(slot, words)));
        named.or_else(plain).cloned().map(|words| self.without_name(slot, words))
    }

    /// Whether a phrase behind "to" says what is to be done.
    fn is_infinitive(&self, words: &Range<usize>) -> bool {
        let is_to = words.start.checked_sub(1).is_some_and(|at| self.text.folded(at) == "to");
        is_to && self.text.words.get(words.start).is_some_and(|word| !word.is_capital && is_verb(word))
    }

    /// Whether a phrase for a place is a unit: "in Fahrenheit".
    fn is_measured(&self, slot: usize, words: &Range<usize>) -> bool {
        is_place(&self.slots[slot]) && words.len() == 1 && unit(self.text.folded(words.start)).is_some()
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
    pub(super) fn is_name_of_another(&self, at: usize, slot: usize) -> bool {
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
        // But "Premier League" is a name as a whole.
        let is_capital = |at: usize| self.text.words.get(at).is_some_and(|word| word.is_capital);
        let is_whole = self.text.language != Language::German && is_capital(last) && is_capital(words.start);
        let is_name =
            words.len() > 1 && !is_whole && names.iter().any(|name| name == self.text.folded(last) && name != "room");
        let says = |at: usize| self.text.words.get(at).is_some_and(|word| !word.is_function);
        if is_name && (words.start..last).any(says) { words.start..last } else { words }
    }
}
