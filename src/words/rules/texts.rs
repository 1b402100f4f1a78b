//! Texts, codes, names and lists: the order in which they are looked for, and where a phrase ends.

use std::ops::Range;

use serde_json::Value;

use super::Filler;
use crate::words::{
    Language,
    lexicon::is_verb,
    phrases::{Phrases, Quote, quotes, without_possessive},
    plausible::{is_place, is_unlike_a_name, says_when},
    slots::{Kind, Slot, looks_like_code},
    text::Text,
    values::list_of,
};

pub(super) const ARTICLES: [&str; 16] =
    ["the", "a", "an", "my", "our", "der", "die", "das", "ein", "eine", "le", "la", "les", "un", "una", "el"];

/// Words behind a thing that say something of it.
const SAID_OF: [&str; 20] = [
    "is", "are", "was", "were", "have", "has", "had", "they", "they're", "it's", "which", "who", "came", "hat",
    "haben", "ist", "sind", "est", "sont", "han",
];
/// Words before a name: "called", "named".
const NAMERS: [&str; 11] = [
    "called", "named", "titled", "labelled", "labeled", "entitled", "namens", "genannt", "appelé", "appelée", "llamado",
];

impl<'a> Filler<'a> {
    /// Codes and texts: behind the name of their slot, in quotes, behind a preposition, names, and at last what is left.
    pub(super) fn texts(&mut self) {
        let is_text =
            |slot: &Slot<'_>| matches!(slot.kind, Kind::Text | Kind::Code | Kind::List) && !slot.lists_choices();
        let open = |filler: &Self, slot: usize| is_text(&filler.slots[slot]) && filler.values[slot].is_none();
        let mut order: Vec<usize> = (0..self.slots.len()).filter(|slot| is_text(&self.slots[*slot])).collect();
        order.sort_by_key(|slot| (self.slots[*slot].kind != Kind::Code, !self.slots[*slot].is_required, *slot));
        self.quoted(&order);
        self.between(&order);
        type Finder<'a> = fn(&Filler<'a>, usize) -> Option<Range<usize>>;
        // Whether what is found is surely the value.
        let finders: [(Finder<'a>, bool); 11] = [
            (Self::assigned, true),
            (Self::behind_colon, true),
            (Self::expression, true),
            (Self::behind_name, true),
            (Self::behind_part, true),
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
                    let text = self.text.balanced(&words).to_owned();
                    // "Is my train delayed?" names no train, and "next weekend" no city.
                    let is_other = match self.slots[slot].kind {
                        _ if !is_firm && is_unlike_a_name(&self.slots[slot], &words, self.text) => true,
                        // "37.6, please note"
                        Kind::Text if !is_firm && self.is_order(&words) => true,
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

    /// Quoted parts: of all pairs of one and a slot the nearest first. What is written or sent is quoted where no name tells.
    fn quoted(&mut self, order: &[usize]) {
        let mut quotes: Vec<Quote> = quotes(self.text).into_iter().filter(|quote| !quote.words.is_empty()).collect();
        loop {
            let free = quotes.iter().enumerate().filter(|(_, quote)| self.is_free(&quote.words));
            let open = || order.iter().enumerate().filter(|(_, slot)| self.values[**slot].is_none());
            let pairs = free.flat_map(|(at, quote)| open().map(move |(rank, &slot)| (quote, rank, at, slot)));
            let near = |(quote, rank, at, slot): (&Quote, usize, usize, usize)| {
                (self.steps_to_quote(slot, quote), !self.slots[slot].takes_what_is_written(), rank, at, slot)
            };
            let nearest =
                pairs.map(near).min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| (a.1, a.2, a.3).cmp(&(b.1, b.2, b.3))));
            let Some((.., at, slot)) = nearest else { return };
            let quote = quotes.remove(at);
            if self.slots[slot].kind == Kind::List {
                self.put_list(slot, quote, &quotes);
            } else {
                self.put(slot, &quote.words, quote.text);
            }
            self.mark_firm(slot);
        }
    }

    fn steps_to_quote(&self, slot: usize, quote: &Quote) -> f32 {
        const PREPOSITION: f32 = 1.5;
        let before = quote.words.start.checked_sub(1).map_or("", |at| self.text.folded(at));
        let steps = self.steps(slot, &quote.words);
        if Phrases::of(&self.slots[slot]).prepositions.contains(&before) { steps.min(PREPOSITION) } else { steps }
    }

    /// A quoted part, and those that are joined to it: "the permissions 'read' and 'write'".
    fn put_list(&mut self, slot: usize, first: Quote, others: &[Quote]) {
        let (mut items, mut words) = (vec![Value::String(first.text)], first.words);
        for quote in others {
            let between = words.end..quote.words.start;
            let joins = |at: usize| matches!(self.text.folded(at), "and" | "or" | "und" | "et" | "y");
            if quote.words.start >= words.end && between.clone().all(joins) && self.is_free(&quote.words) {
                items.push(Value::String(quote.text.clone()));
                words.end = quote.words.end;
            }
        }
        self.take(slot, &words, Value::Array(items));
    }

    /// Whether some words are nothing but commands, for a slot or not.
    fn is_order(&self, words: &Range<usize>) -> bool {
        self.text.words.get(words.clone()).is_some_and(|words| words.iter().all(is_verb))
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

    /// Whether a word is free and may be a value: it is none of the tool's own, and no command.
    pub(super) fn says(&self, at: usize, begins_with_order: bool) -> bool {
        let is_word = self.text.words.get(at).is_some_and(|word| !word.is_function);
        self.used.get(at) == Some(&false) && is_word && !self.is_own(at) && !self.is_command(at, begins_with_order)
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

    /// Whether the state or country of the place before stands there: "Portland, OR".
    pub(super) fn is_state(&self, at: usize) -> bool {
        let Some(word) = self.text.words.get(at) else { return false };
        let is_place = at > 0 && self.text.words.get(at - 1).is_some_and(|before| before.is_capital);
        let source = self.text.source.get(word.span.clone()).unwrap_or_default();
        is_place
            && self.text.gap_after(at - 1) == ", "
            && (2..=3).contains(&source.len())
            && source.bytes().all(|byte| byte.is_ascii_uppercase())
            && self.used.get(at) == Some(&false)
    }

    /// Whether a slot takes a name that ends with its capitals.
    fn takes_a_name(&self, slot: usize) -> bool {
        const NAMED: [&str; 12] = [
            "company", "team", "artist", "brand", "director", "actor", "author", "airline", "stock", "league",
            "person", "symbol",
        ];
        let slot = &self.slots[slot];
        slot.name_words().iter().any(|word| NAMED.contains(&word.as_str()))
    }

    /// "between Oslo and Bergen", for a tool with two texts that are open.
    fn between(&mut self, order: &[usize]) {
        let is_open = |slot: &&usize| self.values[**slot].is_none() && self.slots[**slot].is_required;
        let mut open: Vec<usize> = order.iter().filter(is_open).copied().collect();
        open.sort_unstable();
        let [first, second] = open[..] else { return };
        let is_text = |slot: usize| self.slots[slot].kind == Kind::Text && !self.slots[slot].takes_sentences();
        let at =
            (0..self.text.words.len()).find(|at| matches!(self.text.folded(*at), "between" | "zwischen" | "entre"));
        let Some(at) = at.filter(|_| is_text(first) && is_text(second)) else { return };
        let Some(one) = self.phrase(at + 1, first) else { return };
        if !self.text.is_joint(one.end) {
            return;
        }
        let Some(other) = self.phrase(one.end + 1, second) else { return };
        for (slot, words) in [(first, one), (second, other)] {
            let text = self.text.slice(&words).to_owned();
            self.put(slot, &words, text);
            self.mark_firm(slot);
        }
    }

    /// The phrase that begins at a place: up to a mark, a preposition or a word that is taken; `None` where it says nothing of its own.
    pub(super) fn phrase(&self, at: usize, slot: usize) -> Option<Range<usize>> {
        let mut start = at;
        while self.text.words.get(start).is_some_and(|word| word.is_function) && self.used.get(start) == Some(&false) {
            // "the Calm list", "my mother"
            if Phrases::BOUNDARIES.contains(&self.text.folded(start)) {
                return None;
            }
            start += 1;
        }
        // "a database called inventory"
        while NAMERS.contains(&self.text.folded(start)) && self.used.get(start) == Some(&false) {
            start += 1;
        }
        let is_list = self.slots[slot].kind == Kind::List;
        let is_sentence = self.slots[slot].takes_sentences();
        let takes_a_name = self.takes_a_name(slot);
        let is_capital = |at: usize| self.text.words.get(at).is_some_and(|word| word.is_capital);
        let mut end = start;
        while self.used.get(end) == Some(&false) {
            let word = self.text.folded(end);
            let joins = is_list && self.text.is_joint(end);
            let ends = Phrases::BOUNDARIES.contains(&word) || ARTICLES.contains(&word) && word != "la";
            // "flights to Porto leaving on Monday"
            let behind_capital =
                self.text.language != Language::German && end > start && is_capital(end - 1) && !is_capital(end);
            // "Apple stock", "the Brandts come", "San Diego next month"
            let is_thing = takes_a_name && self.text.words.get(end).is_some_and(|word| !word.is_function);
            let says_when = matches!(word, "next" | "last" | "this");
            let is_participle = behind_capital && (word.ends_with("ing") || is_thing || says_when);
            // "the glasses have arrived", "cartridges they should be ordered"
            let is_said_of_it = end > start && SAID_OF.contains(&word);
            // "version 2.4.1 of checkout"
            let is_of_another = word == "of" && self.text.folded(start).starts_with(|c: char| c.is_ascii_digit());
            if end > start && !joins && (ends || is_participle || is_said_of_it || is_of_another) && !is_sentence {
                break;
            }
            end += 1;
            let gap = self.text.gap_after(end - 1);
            // "Dr. Weiss"
            let is_short =
                self.text.words.get(end - 1).is_some_and(|word| word.is_capital && word.folded.chars().count() <= 3);
            if self.is_state(end) && !is_sentence {
                end += 1;
                break;
            }
            let closes = gap.contains(['!', '?', ';', ':']) || gap.contains('(') && !is_sentence;
            if closes || gap.contains('.') && !is_short || gap.contains(',') && !is_list {
                break;
            }
        }
        // "my list called evening", "a room named Kepler"
        let is_kind = end > start && end - start <= 2 && !(start..end).any(is_capital);
        if is_kind && NAMERS.contains(&self.text.folded(end)) && !is_sentence {
            return self.phrase(end, slot);
        }
        // "in the attic right now"
        let is_now = |at: usize| self.text.folded(at) == "right" && self.text.folded(at + 1) == "now";
        while end > start && (self.text.words.get(end - 1).is_some_and(|word| word.is_function) || is_now(end - 1)) {
            end -= 1;
        }
        // "in Oslo tomorrow", for a tool that takes no day.
        if is_place(&self.slots[slot]) || Phrases::takes_people(&self.slots[slot]) {
            let is_when = |tail: &usize| {
                let words = Text::read_in(self.text.slice(&(*tail..end)), self.text.language);
                !is_capital(*tail) && says_when(&words)
            };
            end = (start + 1..end).find(is_when).unwrap_or(end);
            while end > start + 1 && self.text.words.get(end - 1).is_some_and(|word| word.is_function) {
                end -= 1;
            }
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
