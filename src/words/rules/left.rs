//! Texts by their own looks: codes, names, and at last what is left of the request.

use std::ops::Range;

use super::{Filler, texts::ARTICLES};
use crate::words::{
    Language,
    lexicon::is_verb,
    phrases::Phrases,
    plausible::is_place,
    slots::{Kind, Slot},
};

impl Filler<'_> {
    /// Codes, addresses and paths; a name before a number is one ("IC 204").
    pub(super) fn code(&self, slot: usize) -> Option<Range<usize>> {
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
        let is_moment = |at: &usize| {
            let mut spans = self.days.iter().map(|day| &day.words).chain(self.clocks.iter().map(|clock| &clock.words));
            spans.any(|span| span.contains(at))
        };
        (0..self.text.words.len()).filter(|at| !is_moment(at)).find_map(|at| {
            let word = self.text.words.get(at)?;
            let source = self.text.source.get(word.span.clone())?;
            let is_next_digits =
                self.text.folded(at + 1).chars().all(|c| c.is_ascii_digit()) && !self.text.folded(at + 1).is_empty();
            let is_digits = |at: usize| {
                let word = self.text.folded(at);
                !word.is_empty() && word.chars().all(|c| c.is_ascii_digit())
            };
            let words =
                if word.is_capital && !word.is_function && is_next_digits && source.chars().all(char::is_uppercase) {
                    at..at + 2
                } else if is_digits(at) {
                    // Long numbers are written in groups: "0171 5550199".
                    let more = (at..).take_while(|at| is_digits(at + 1) && self.text.gap_after(*at) == " ").count();
                    at..at + 1 + more
                } else if is_code(source) {
                    at..at + 1
                } else {
                    return None;
                };
            self.is_free(&words).then_some(words)
        })
    }

    /// What is to be computed: numbers with signs between them.
    pub(super) fn expression(&self, slot: usize) -> Option<Range<usize>> {
        const SIGNS: [char; 12] = ['+', '-', '−', '*', '×', '·', '/', '÷', '^', '(', ')', ' '];
        let takes = self.slots[slot].kind == Kind::Text
            && self.slots[slot].name_words().iter().any(|word| matches!(word.as_str(), "expression" | "formula"));
        let is_number = |at: usize| self.text.folded(at).starts_with(|c: char| c.is_ascii_digit());
        let is_sum = |at: &usize| {
            let gap = self.text.gap_after(*at);
            gap.trim() != "" && gap.chars().all(|c| SIGNS.contains(&c)) && is_number(*at + 1)
        };
        let first = (0..self.text.words.len()).find(|at| is_number(*at) && is_sum(at)).filter(|_| takes)?;
        let words = first..first + 1 + (first..).take_while(is_sum).count();
        self.is_free(&words).then_some(words)
    }

    /// A name: words with capitals that do not begin the sentence.
    pub(super) fn name(&self, slot: usize) -> Option<Range<usize>> {
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
        // "for Mateo" is no title, but "at Blue Door" is the restaurant where nothing else is asked for.
        let is_text = |slot: &Slot<'_>| slot.kind == Kind::Text && !slot.takes_sentences();
        let takes_it = |other: usize| is_text(&self.slots[other]) && self.values[other].is_none();
        let is_alone = (0..self.slots.len()).filter(|other| takes_it(*other)).eq([slot]);
        let prepositions = Phrases::of(&self.slots[slot]).prepositions;
        let suits = |at: usize| {
            let before = self.text.folded(at - 1);
            // A name is taken from its beginning: "for Ada Brown".
            let goes_on = is_name(at - 1) && !begins(at - 1) && self.text.gap_after(at - 1) == " ";
            let is_free =
                !Phrases::BOUNDARIES.contains(&before) || is_alone || Phrases::takes_people(&self.slots[slot]);
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
        // "Hey Jude"
        let is_part = |at: usize| {
            self.used.get(at) == Some(&false)
                && self.text.gap_after(at) == " "
                && self.text.words.get(at).is_some_and(|word| word.is_capital && word.folded != "i" && !is_verb(word))
        };
        let start = start - (1..start).rev().take_while(|at| is_part(*at) && !begins(*at)).count();
        let mut end = start + 1;
        while is_name(end) && !self.text.gap_after(end - 1).contains([',', '.', ';']) {
            end += 1;
        }
        if self.is_state(end) {
            return Some(start..end + 1);
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
    pub(super) fn rest(&self, slot: usize) -> Option<Range<usize>> {
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
            while start > 0
                && says(start - 1)
                && !self.text.gap_after(start - 1).contains([',', ';', ':', '.', '!', '?'])
            {
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
}
