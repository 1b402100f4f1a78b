//! Numbers, each in the slot that takes its unit and whose name stands nearest.

use serde_json::Value;

use super::Filler;
use crate::words::{amounts::Amount, slots::Kind, values::number_in};

impl Filler<'_> {
    pub(super) fn amounts(&mut self) {
        let all = self.amounts.clone();
        // Those with the unit of a slot first, then the bare ones.
        for with_unit in [true, false] {
            for amount in all.iter().filter(|amount| amount.unit.is_some() == with_unit) {
                if self.is_free(&amount.words) {
                    self.place(amount);
                }
            }
        }
        self.measures();
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
        match number_in(amount, &self.slots[slot]) {
            Ok(value) => {
                if amount.unit.is_none() {
                    self.counts.push(amount.words.end);
                }
                self.take(slot, &amount.words, value);
            }
            Err(reason) => self.refuse(slot, &amount.words, reason),
        }
    }

    fn is_open_number(&self, slot: usize) -> bool {
        matches!(self.slots[slot].kind, Kind::Number(_)) && self.values[slot].is_none() && self.reasons[slot].is_none()
    }
}
