//! Several values for an argument that takes one: "the weather in Oslo, Rome and Lima" asks for three calls.

use std::ops::Range;

use serde_json::Value;

use super::Filler;
use crate::words::{
    Language,
    phrases::Phrases,
    slots::{Kind, Slot},
};

/// Values that are joined to that of an argument: of "in Oslo, Rome and Lima" the last two.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The argument.
    pub argument: String,
    /// The other values, in the order of the request.
    pub values: Vec<Value>,
}

impl Filler<'_> {
    /// The values that are joined to one that was found; those of the first slot that has any.
    pub(super) fn joined(&self) -> Option<Joined> {
        let of = |(slot, span): (usize, &Option<Range<usize>>)| {
            let values = self.values_behind(slot, span.as_ref()?)?;
            Some(Joined { argument: self.slots[slot].name.to_owned(), values })
        };
        self.spans.iter().enumerate().find_map(of)
    }

    fn values_behind(&self, slot: usize, first: &Range<usize>) -> Option<Vec<Value>> {
        if !self.is_like_a_name(slot, first) {
            return None;
        }
        let (mut values, mut end) = (Vec::new(), first.end);
        loop {
            let is_last = self.text.is_joint(end);
            let is_behind_comma = self.text.gap_after(end.checked_sub(1)?).trim() == ",";
            if !is_last && !is_behind_comma {
                return None;
            }
            let words = self.item(slot, end + usize::from(is_last))?;
            values.push(self.item_value(slot, &words)?);
            end = words.end;
            if is_last {
                return Some(values);
            }
        }
    }

    /// Whether the value of a slot is a member, or a text that shows its end by its capitals.
    fn is_like_a_name(&self, slot: usize, words: &Range<usize>) -> bool {
        let Slot { kind, .. } = self.slots[slot];
        let is_capital = |at: usize| self.text.words.get(at).is_some_and(|word| word.is_capital);
        let is_name = kind == Kind::Text
            && self.text.language != Language::German
            && !self.slots[slot].takes_sentences()
            && !Phrases::takes_people(&self.slots[slot])
            && words.clone().all(is_capital);
        !words.is_empty() && (kind == Kind::Choice || is_name)
    }

    /// The words of the next value.
    fn item(&self, slot: usize, at: usize) -> Option<Range<usize>> {
        let start = if matches!(self.text.folded(at), "the" | "der" | "die" | "das" | "la" | "le" | "el") {
            at + 1
        } else {
            at
        };
        if self.slots[slot].kind == Kind::Choice {
            let members = self.slots[slot].members.iter().filter_map(|member| self.member_at(member));
            return members.filter(|words| words.start == start).max_by_key(Range::len);
        }
        let is_name = |at: &usize| {
            self.used.get(*at) == Some(&false)
                && self.text.words.get(*at).is_some_and(|word| word.is_capital && !word.is_function)
                && (*at == start || self.text.gap_after(*at - 1) == " ")
        };
        let end = (start..).take_while(is_name).last()? + 1;
        Some(start..end)
    }

    fn item_value(&self, slot: usize, words: &Range<usize>) -> Option<Value> {
        if self.slots[slot].kind == Kind::Choice {
            let mut members = self.slots[slot].members.iter();
            return members.find(|member| self.member_at(member).as_ref() == Some(words)).cloned();
        }
        Some(Value::String(self.text.slice(words).to_owned()))
    }
}
