//! Where the values of a call stand in a text, and what values stand there.

use std::ops::Range;

use serde_json::Value;

use super::{
    amounts::{Amount, amounts},
    gaps::GapReason,
    moments::{clocks, days},
    names::apart,
    numbers::numbers,
    phrases::quotes,
    slots::{Kind, Slot},
    text::Text,
    values::{list_of, number_in},
};

/// A text with the values that stand in it.
pub(super) struct Reader<'a> {
    pub text: &'a Text,
    amounts: Vec<Amount>,
    pub days: Vec<Range<usize>>,
    pub clocks: Vec<Range<usize>>,
}

impl<'a> Reader<'a> {
    pub(super) fn of(text: &'a Text) -> Self {
        let numbers = numbers(text);
        Self {
            text,
            amounts: amounts(text),
            days: days(text, &numbers).into_iter().map(|day| day.words).collect(),
            clocks: clocks(text, &numbers).into_iter().map(|clock| clock.words).collect(),
        }
    }

    pub(super) fn amount(&self, words: &Range<usize>) -> Option<&Amount> {
        self.amounts.iter().find(|amount| amount.words == *words)
    }

    /// Where a value stands.
    pub(super) fn places(&self, slot: &Slot<'_>, value: &Value) -> Vec<Range<usize>> {
        match (slot.kind, value) {
            (Kind::Number(_), Value::Number(_)) => {
                let is_value = |amount: &&Amount| number_in(amount, slot).is_ok_and(|found| same_number(&found, value));
                self.amounts.iter().filter(is_value).map(|amount| amount.words.clone()).collect()
            }
            (Kind::Choice, Value::String(member)) => self.text.occurrences(&apart(member)),
            (Kind::List, Value::Array(_)) => {
                let starts = 0..self.text.words.len();
                let all = starts.flat_map(|start| (start + 1..=self.text.words.len()).map(move |end| start..end));
                all.filter(|words| list_of(self.text.slice(words)) == *value).collect()
            }
            (_, Value::String(said)) => self.text.occurrences(said),
            _ => Vec::new(),
        }
    }

    /// The value that some words are for a slot; `None` where they are of another kind.
    pub(super) fn value(&self, slot: &Slot<'_>, words: &Range<usize>) -> Option<Result<Value, GapReason>> {
        let said = self.text.slice(words);
        // A value does not go over the end of a sentence.
        let breaks = |at: usize| self.text.gap_after(at).contains(['.', '!', '?', ';', ':']);
        if said.is_empty() || (words.start..words.end - 1).any(breaks) {
            return None;
        }
        match slot.kind {
            Kind::Number(unit) => {
                let amount = self.amount(words)?;
                let is_other = amount.unit.zip(unit).is_some_and(|(said, taken)| said.dimension != taken.dimension);
                let value = number_in(amount, slot).map_err(|reason| reason(said.to_owned()));
                (!is_other).then_some(value)
            }
            Kind::Choice => {
                let named = |member: &&Value| {
                    let spelled = member.as_str().map_or_else(|| member.to_string(), apart);
                    let spelled = Text::read_in(&spelled, self.text.language);
                    let folded: Vec<&str> = spelled.words.iter().map(|word| word.folded.as_str()).collect();
                    folded.len() == words.len() && self.text.has_at(words.start, &folded)
                };
                slot.members.iter().find(named).map(|member| Ok(member.clone()))
            }
            Kind::Day => self.days.contains(words).then(|| Ok(Value::String(said.to_owned()))),
            Kind::Clock => self.clocks.contains(words).then(|| Ok(Value::String(said.to_owned()))),
            Kind::List => Some(Ok(list_of(said))),
            Kind::Text | Kind::Code => {
                let is_word = |at: usize| self.text.words.get(at).is_some_and(|word| !word.is_function);
                words.clone().any(is_word).then(|| Ok(Value::String(said.to_owned())))
            }
            Kind::Truth | Kind::Other => None,
        }
    }
}

impl Text {
    /// Whether a number stands in it, as an amount.
    pub fn counts(&self, value: &Value) -> bool {
        let wanted = value.as_f64();
        wanted.is_some_and(|wanted| amounts(self).iter().any(|amount| (amount.value - wanted).abs() < 1e-9))
    }

    /// Where some words stand in it, one after the other.
    pub(super) fn occurrences(&self, said: &str) -> Vec<Range<usize>> {
        let said = Text::read_in(said, self.language);
        let words: Vec<&str> = said.words.iter().map(|word| word.folded.as_str()).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let starts = (0..self.words.len()).filter(|at| self.has_at(*at, &words));
        starts.map(|at| at..at + words.len()).collect()
    }

    /// Whether two texts stand in it, apart from each other, both in quotes or neither: two things of one kind.
    pub fn has_both(&self, one: &str, other: &str) -> bool {
        let quotes = quotes(self);
        let is_quoted = |words: &Range<usize>| quotes.iter().any(|quote| quote.words == *words);
        let ones = self.occurrences(one);
        let others = self.occurrences(other);
        ones.iter().any(|a| {
            let is_apart = |b: &&Range<usize>| a.end <= b.start || b.end <= a.start;
            others.iter().filter(is_apart).any(|b| is_quoted(a) == is_quoted(b))
        })
    }

    /// How often some words stand in it, one after the other.
    pub fn count_of(&self, said: &str) -> usize {
        self.occurrences(said).len()
    }

    /// Places of words that say what is asked for, and are no amount, day or time of day.
    pub fn named(&self) -> impl Iterator<Item = usize> {
        let reader = Reader::of(self);
        let amounts = reader.amounts.into_iter().map(|amount| amount.words);
        let typed: Vec<Range<usize>> = amounts.chain(reader.days).chain(reader.clocks).collect();
        self.content().filter(move |at| !typed.iter().any(|words| words.contains(at)))
    }
}

fn same_number(a: &Value, b: &Value) -> bool {
    a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| (a - b).abs() < 1e-9)
}
