//! How near the name of a slot stands to a value: values mostly stand behind the name of what they are.

use std::ops::Range;

use super::Filler;
use crate::words::{lexicon::keys, text::Word};

/// Steps from a word of a slot's name that the request does not have.
const FAR: f32 = 24.0;
/// What a name behind its value is further away than one before it, where other words stand between them.
const BEHIND: f32 = 6.0;
/// Steps of a name that stands right behind its value: "600 at-bats", "the 'kitchen' speaker".
const ADJACENT: f32 = 0.5;
/// What a name adds that stands in the request in part.
const PARTIAL: f32 = 3.0;
/// What a comma, the end of a sentence or another number between the two adds.
const BETWEEN: f32 = 4.0;
/// Fewest letters of an abbreviation: `temp`, `init`.
const ABBREVIATED: usize = 4;

impl Filler<'_> {
    /// Steps from a slot's name to some words of the request, as the mean over the words of the name that stand in it; [`FAR`] where none
    /// does.
    pub(super) fn steps(&self, slot: usize, words: &Range<usize>) -> f32 {
        let named = self.slots[slot].name();
        let says = |word: &&Word| !word.is_function;
        let content: Vec<&Word> = named.words.iter().filter(says).collect();
        let all = if content.is_empty() { named.words.iter().collect() } else { content };
        let nearest = |name: &&Word| self.places(name).map(|at| self.steps_from(at, words)).reduce(f32::min);
        let found: Vec<f32> = all.iter().filter_map(nearest).collect();
        if found.is_empty() {
            return FAR;
        }
        let (known, count) = (found.len() as f32, all.len() as f32);
        (found.iter().sum::<f32>() / known + PARTIAL * (1.0 - known / count)).min(FAR)
    }

    /// Whether a word of the request stands for a word of a slot's name.
    pub(super) fn names(&self, at: usize, name: &Word) -> bool {
        let Some(word) = self.text.words.get(at) else { return false };
        let begins = |long: &str, short: &str| short.chars().count() >= ABBREVIATED && long.starts_with(short);
        let wanted = keys(name);
        // Of `temperature1` and `temperature2` the word means both.
        let is_numbered = name.folded.ends_with(|c: char| c.is_ascii_digit());
        let is_short = begins(&word.folded, &name.folded) || begins(&name.folded, &word.folded);
        is_short && !is_numbered || keys(word).iter().any(|key| wanted.contains(key))
    }

    /// Where a word of a slot's name stands in the request.
    pub(super) fn places<'n>(&'n self, name: &'n Word) -> impl Iterator<Item = usize> + 'n {
        (0..self.text.words.len()).filter(|at| self.names(*at, name))
    }

    fn steps_from(&self, at: usize, words: &Range<usize>) -> f32 {
        let is_before = at < words.start;
        let follows = |c: char| c.is_whitespace() || "'\"”’»“".contains(c);
        let is_noun = !self.text.folded(at).ends_with("ed") && !self.text.folded(at).ends_with("ing");
        if at > 0 && at == words.end && is_noun && self.text.gap_after(at - 1).chars().all(follows) {
            return ADJACENT;
        }
        let between = if is_before { at..words.start } else { words.end.saturating_sub(1)..at };
        let is_number = |at: usize| self.text.folded(at).starts_with(|c: char| c.is_ascii_digit());
        let marks = between.clone().filter(|at| self.text.gap_after(*at).contains([',', ';', '.', '!', '?'])).count();
        let numbers = between.clone().skip(1).filter(|at| is_number(*at)).count();
        between.len() as f32 + BETWEEN * (marks + numbers) as f32 + if is_before { 0.0 } else { BEHIND }
    }
}
