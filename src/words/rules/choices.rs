//! Members of an `enum`, and flags.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde_json::Value;
use strsim::osa_distance;

use super::Filler;
use crate::words::{
    gaps::GapReason,
    lexicon::{is_slip, is_verb, keys},
    names::apart,
    slots::{Kind, Slot},
    text::{Text, Word},
};

impl Filler<'_> {
    /// Members of an `enum` that the request names, by their words or by words of the same meaning.
    pub(super) fn choices(&mut self) {
        for slot in 0..self.slots.len() {
            let members = match &self.slots[slot] {
                Slot { kind: Kind::Choice, members, .. } => *members,
                _ => continue,
            };
            let found = members.iter().filter_map(|member| Some((self.member_at(member)?, member)));
            // Of several the longest; of equals the first in the request.
            let best = found.min_by_key(|(words, _)| (std::cmp::Reverse(words.len()), words.start));
            let best = best.or_else(|| self.part_of_member(members));
            match best {
                Some((words, member)) => self.take(slot, &words, member.clone()),
                None => {
                    if let Some(words) = self.other_member(slot) {
                        self.refuse(slot, &words, |said| GapReason::NotAllowed { said });
                    }
                }
            }
        }
        self.lists();
    }

    /// Lists of members of an `enum`: all that the request names.
    fn lists(&mut self) {
        for slot in 0..self.slots.len() {
            if self.slots[slot].kind != Kind::List {
                continue;
            }
            let items = self.slots[slot].schema.get("items").and_then(|items| items.get("enum"));
            let Some(members) = items.and_then(Value::as_array) else { continue };
            let mut found: Vec<(Range<usize>, &Value)> =
                members.iter().filter_map(|member| Some((self.member_at(member)?, member))).collect();
            found.sort_by_key(|(words, _)| words.start);
            let list: Vec<Value> = found.iter().map(|(_, member)| (*member).clone()).collect();
            for (words, _) in &found {
                self.take(slot, words, Value::Array(list.clone()));
            }
        }
    }

    /// What stands before the name of a slot and is none of its members: "the bathroom speaker" where there are speakers in other rooms.
    fn other_member(&self, slot: usize) -> Option<Range<usize>> {
        let names = self.slots[slot].name_words();
        let is_name = |at: &usize| names.len() == 1 && names.iter().any(|name| name == self.text.folded(*at));
        let at = (1..self.text.words.len()).find(is_name)? - 1;
        let is_value = self.used.get(at) == Some(&false)
            && !self.is_own(at)
            && self.text.words.get(at).is_some_and(|word| !word.is_function && !is_verb(word))
            && !self.text.folded(at).starts_with(|c: char| c.is_ascii_digit())
            && self.text.gap_after(at) == " ";
        is_value.then_some(at..at + 1)
    }

    pub(super) fn member_at(&self, member: &Value) -> Option<Range<usize>> {
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
                let named = keys.any(|key| wanted.contains(&key)) || is_slip(&word.folded, wanted);
                // "en español": the preposition is no English.
                let is_little = is_short && word.folded.chars().count() <= 2;
                !is_little && (!too || wanted.iter().any(|key| key == "too")) && named
            })
        };
        let here = |at: &usize| {
            let words = *at..at + wanted.len();
            self.is_free(&words) && wanted.iter().enumerate().all(|(i, wanted)| meets(at + i, wanted))
        };
        let apart = (0..self.text.words.len()).find(here).map(|at| at..at + wanted.len());
        // "x-ray" and "flowerbeds" for `x-ray` and `flower beds`
        let joined = |text: &str| text.to_lowercase().replace([' ', '-', '_'], "");
        let spelled = joined(&spelled);
        let is_joined = |at: &usize| {
            let word = joined(self.text.folded(*at));
            let is_near = word == spelled || spelled.chars().count() >= 7 && osa_distance(&word, &spelled) == 1;
            wanted.len() > 1 && is_near && self.is_free(&(*at..at + 1))
        };
        apart.or_else(|| (0..self.text.words.len()).find(is_joined).map(|at| at..at + 1))
    }

    /// The first member of which the request has a word that no other member has: "wrong" for `wrong_item`.
    fn part_of_member<'m>(&self, members: &'m [Value]) -> Option<(Range<usize>, &'m Value)> {
        let stems = |member: &Value| -> BTreeSet<String> {
            let text = Text::read_in(&apart(member.as_str().unwrap_or_default()), self.text.language);
            text.words.into_iter().filter(|word| !word.is_function).map(|word| word.stem).collect()
        };
        let stems: Vec<BTreeSet<String>> = members.iter().map(stems).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for stem in stems.iter().flatten() {
            *counts.entry(stem).or_default() += 1;
        }
        members.iter().zip(&stems).filter(|(_, own)| own.len() > 1).find_map(|(member, own)| {
            let meets = |at: &usize| {
                let is_only = |word: &Word| own.contains(&word.stem) && counts.get(word.stem.as_str()) == Some(&1);
                self.used.get(*at) == Some(&false) && self.text.words.get(*at).is_some_and(is_only)
            };
            Some(((0..self.text.words.len()).find(meets).map(|at| at..at + 1)?, member))
        })
    }

    /// Whether all that the name of a flag says stands in the request, and whether it is ruled out there: "it shouldn't be unisex".
    fn flag(&self, slot: usize) -> Option<bool> {
        const HELPERS: [&str; 16] = [
            "is",
            "has",
            "have",
            "had",
            "include",
            "includes",
            "including",
            "show",
            "get",
            "only",
            "use",
            "allow",
            "want",
            "wants",
            "good",
            "needs",
        ];
        const NOT: [&str; 14] = [
            "no",
            "not",
            "without",
            "don't",
            "isn't",
            "shouldn't",
            "doesn't",
            "never",
            "kein",
            "keine",
            "nicht",
            "ohne",
            "sans",
            "sin",
        ];
        let name = self.slots[slot].name();
        let says = |word: &&Word| !word.is_function && !HELPERS.contains(&word.folded.as_str());
        let said: Vec<usize> =
            name.words.iter().filter(says).map(|word| self.places(word).next()).collect::<Option<_>>()?;
        let first = said.iter().min()?;
        let before = first.saturating_sub(3)..*first;
        Some(!before.clone().any(|at| NOT.contains(&self.text.folded(at))))
    }

    /// `on` and `off`; other flags are true where their name stands in the request.
    pub(super) fn truths(&mut self) {
        const ON: [&str; 9] = ["on", "an", "ein", "enable", "allume", "allumer", "enciende", "encender", "activate"];
        const OFF: [&str; 9] = ["off", "aus", "disable", "out", "éteins", "éteindre", "apaga", "apagar", "deactivate"];
        for slot in 0..self.slots.len() {
            if self.slots[slot].kind != Kind::Truth {
                continue;
            }
            let stands = |list: &[&str]| self.text.words.iter().any(|word| list.contains(&word.folded.as_str()));
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
                self.flag(slot).filter(|_| !is_switch)
            };
            self.values[slot] = value.map(Value::Bool);
        }
    }
}
