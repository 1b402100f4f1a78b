//! Numbers, each in the slot that takes its unit and whose name stands nearest.

use serde_json::Value;

use super::Filler;
use crate::words::{
    amounts::Amount,
    slots::{Kind, Slot},
    units::unit,
    values::number_in,
};

/// Names of slots that "the third one" fills.
const PLACES: [&str; 14] = [
    "index", "position", "place", "rank", "number", "floor", "chapter", "step", "page", "line", "slide", "track",
    "day", "week",
];

impl Filler<'_> {
    /// Of all pairs of an amount and a slot that takes it the nearest first.
    pub(super) fn amounts(&mut self) {
        let all = self.amounts.clone();
        // Those with the unit of a slot first, then the bare ones.
        for with_unit in [true, false] {
            let mut open: Vec<&Amount> = all.iter().filter(|amount| amount.unit.is_some() == with_unit).collect();
            while let Some((at, slot)) = self.nearest(&open) {
                self.place(open.remove(at), slot);
            }
        }
        self.measures();
    }

    /// The place of an amount among some, and the slot that it stands nearest to.
    fn nearest(&self, open: &[&Amount]) -> Option<(usize, usize)> {
        let free = open.iter().enumerate().filter(|(_, amount)| self.is_free(&amount.words));
        let pairs = free.flat_map(|(at, amount)| {
            let near = move |slot: usize| (self.steps(slot, &amount.words), !self.slots[slot].is_required, at, slot);
            self.takers(amount).into_iter().map(near)
        });
        let order = |a: &(f32, bool, usize, usize), b: &(f32, bool, usize, usize)| {
            a.0.total_cmp(&b.0).then_with(|| (a.1, a.2, a.3).cmp(&(b.1, b.2, b.3)))
        };
        pairs.min_by(order).map(|(_, _, at, slot)| (at, slot))
    }

    /// Texts that say how much: "2 kg" of rice.
    fn measures(&mut self) {
        const MEASURES: [&str; 6] = ["amount", "quantity", "measure", "dose", "dosage", "portion"];
        for slot in 0..self.slots.len() {
            let is_measure = self.slots[slot].kind == Kind::Text
                && self.slots[slot].name_words().iter().any(|word| MEASURES.contains(&word.as_str()));
            let amount = self.amounts.iter().find(|amount| !amount.is_ordinal && self.is_free(&amount.words));
            if is_measure && let Some(Amount { words, .. }) = amount.cloned() {
                let said = self.text.slice(&words).to_owned();
                self.take(slot, &words, Value::String(said));
                self.mark_firm(slot);
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

    /// The open slots that take an amount: those of its unit, where there are any.
    fn takers(&self, amount: &Amount) -> Vec<usize> {
        let unit_of = |slot: usize| match self.slots[slot].kind {
            Kind::Number(unit) => unit,
            _ => None,
        };
        let fits = |slot: &usize| match (amount.unit, unit_of(*slot)) {
            (Some(said), Some(taken)) => said.dimension == taken.dimension,
            (Some(_), None) | (None, _) => true,
        };
        let same_unit = |slot: &usize| amount.unit.is_some() && unit_of(*slot).is_some();
        let is_open = |slot: &usize| self.is_open_number(*slot);
        let mut takers: Vec<usize> = (0..self.slots.len()).filter(is_open).filter(fits).collect();
        if takers.iter().any(same_unit) {
            takers.retain(same_unit);
        }
        // An ordinal is a number only where a slot asks for a place, and for nothing else.
        let counts_places = |slot: &usize| {
            let named = self.slots[*slot].name_words();
            named.iter().any(|word| PLACES.contains(&word.as_str()))
        };
        if amount.is_ordinal && !(takers.len() == 1 && takers.iter().all(counts_places)) { Vec::new() } else { takers }
    }

    fn place(&mut self, amount: &Amount, slot: usize) {
        match number_in(amount, &self.slots[slot]) {
            Ok(value) => {
                if amount.unit.is_none() {
                    self.counts.push(amount.words.end);
                }
                // "320 calories"
                let named = self.slots[slot].name().words.iter().any(|name| self.names(amount.words.end, name));
                self.take(slot, &amount.words, value);
                if let Some(used) = self.used.get_mut(amount.words.end).filter(|_| named) {
                    *used = true;
                }
            }
            Err(reason) => self.refuse(slot, &amount.words, reason),
        }
    }

    fn is_open_number(&self, slot: usize) -> bool {
        matches!(self.slots[slot].kind, Kind::Number(_)) && self.values[slot].is_none() && self.reasons[slot].is_none()
    }
}
