//! What everything that invents a part of a tool draws from.

use super::config::GeneratorConfig;
use super::dice::Dice;
use super::tables::{Half, LEXICON};

/// Draws parts of tools from one half of the tables.
pub(super) struct Inventor<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) half: Half,
    pub(super) config: &'a GeneratorConfig,
}

impl Inventor<'_> {
    /// A noun of the lexicon.
    pub(super) fn plain_noun(&mut self) -> &'static str {
        let nouns = &LEXICON.get(self.half).nouns;
        nouns[self.dice.below(nouns.len())]
    }
}
