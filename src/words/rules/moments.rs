//! Days and times of day.

use std::ops::Range;

use chrono::NaiveDate;
use serde_json::Value;

use super::Filler;
use crate::words::{
    Language,
    moments::{Clock, Day, Form},
    phrases::Phrases,
    slots::Kind,
    text::Text,
};

impl Filler<'_> {
    /// Days and times of day, in the order of the request; a preposition decides between two slots.
    pub(super) fn moments(&mut self) {
        for day in self.days.clone() {
            if let Some(slot) = self.open_moment(Kind::Day, &day.words) {
                let value = self.spell_day(&day, slot);
                self.take(slot, &day.words, value);
            }
        }
        for clock in self.clocks.clone() {
            if let Some(slot) = self.open_moment(Kind::Clock, &clock.words) {
                let Clock { hour, minute, ref words } = clock;
                let date = Form::of(self.slots[slot].description).filter(|form| form.has_time);
                let date = date.and_then(|form| Some(form.spell(self.first_date()?, Some(&clock))));
                let value = if let Some(date) = date {
                    date
                } else if self.wants(slot, &["hh", "hh:mm"]) || self.slots[slot].schema.get("format").is_some() {
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

    /// A day as the slot asks for it: by the calendar where it says so and the date is known, else in the request's words.
    fn spell_day(&self, day: &Day, slot: usize) -> Value {
        let form = Form::of(self.slots[slot].description).filter(|form| !form.has_time || !self.clocks.is_empty());
        let by_calendar = self.wants(slot, &["iso"]) || self.slots[slot].schema.get("format").is_some();
        let form = form.or_else(|| Form::of("yyyy-mm-dd").filter(|_| by_calendar));
        let spelled =
            day.when.date(self.text.today).zip(form).map(|(date, form)| form.spell(date, self.clocks.first()));
        Value::String(spelled.unwrap_or_else(|| self.text.slice(&day.words).to_owned()))
    }

    /// The first day of the request whose date is known.
    fn first_date(&self) -> Option<NaiveDate> {
        self.days.iter().find_map(|day| day.when.date(self.text.today))
    }
}
