//! Which tokens may come next.

use llguidance::{Matcher, toktrie::SimpleVob};

use super::failure;
use crate::error::Result;

/// Follows one text token by token.
#[derive(Clone)]
pub struct Constraint {
    matcher: Matcher,
}

/// Tokens that may come next.
pub struct Allowed(SimpleVob);

impl Allowed {
    /// Whether that token may come. Tokens that the tokenizer does not know may not.
    pub fn contains(&self, id: usize) -> bool {
        id < self.0.len() && self.0.is_allowed(id as u32)
    }
}

/// Bytes that are never allowed together but inside of a text.
const TEXT: [u8; 2] = *b"q~";

/// How near a token brings a text to its end; compared field by field, in this order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Nearness {
    /// It is the end.
    ends: bool,
    /// It is made of closing marks that fit here.
    closes: bool,
    /// It is made of closing marks, outside of a quoted text.
    closes_outside_text: bool,
    /// A number need not go on: 0 for a sign or a point, 1 for a digit, 2 for what follows a number.
    ends_number: u8,
    /// Bytes of the token.
    length: usize,
    /// The last of otherwise equal tokens: after a 9 nothing is missing, after a 0 a point may be.
    id: u32,
}

impl Constraint {
    pub(super) fn new(matcher: Matcher) -> Self {
        Self { matcher }
    }

    /// Tokens that may come next; those that end the turn are among them where the text may end.
    ///
    /// # Errors
    /// [`crate::Error::Grammar`] when the grammar is too large to follow.
    pub fn allowed(&mut self) -> Result<Allowed> {
        self.matcher.compute_mask_or_eos().map(Allowed).map_err(failure)
    }

    /// The token that brings the text nearest to its end, as far as a look at one token can tell: the end itself, otherwise a token of
    /// closing marks alone, otherwise one that ends a number, otherwise the longest, to finish the value sooner. `None` where no token is
    /// allowed.
    ///
    /// # Errors
    /// As [`Constraint::allowed`].
    pub fn closing(&mut self) -> Result<Option<u32>> {
        let allowed = self.matcher.compute_mask_or_eos().map_err(failure)?;
        let env = self.matcher.tok_env().map_err(failure)?;
        let trie = env.tok_trie();
        // Inside of a text nearly everything may come, brackets too, and only a quote (or a mark) ends it.
        let in_text = TEXT.iter().all(|byte| trie.token_id(&[*byte]).is_some_and(|id| allowed.is_allowed(id)));
        let rank = |id: &u32| {
            let bytes = trie.token(*id);
            let mark = trie.is_special_token(*id);
            let closes = mark || !bytes.is_empty() && bytes.iter().all(|b| b"\"]})".contains(b));
            let fits = mark || in_text == bytes.starts_with(b"\"");
            let ends_number = match bytes.first() {
                Some(b'-' | b'+' | b'.') => 0,
                Some(b'0'..=b'9') => 1,
                _ => 2,
            };
            Nearness {
                ends: trie.eos_tokens().contains(id),
                closes: closes && fits,
                closes_outside_text: closes && !in_text,
                ends_number,
                length: bytes.len(),
                id: *id,
            }
        };
        Ok(allowed.iter().max_by_key(rank))
    }

    /// The tokens of the text that has to come next, as long as nothing else may come, the longest first at each place: how a model mostly
    /// writes it, though it may choose others. Nothing after a failure, which the next question will tell.
    pub fn forced(&self) -> Vec<u32> {
        // Asked for its bytes, the parser goes on by them.
        let mut ahead = self.matcher.clone();
        let bytes = ahead.compute_ff_bytes();
        ahead.tok_env().map_or_else(|_| Vec::new(), |env| env.tok_trie().greedy_tokenize(&bytes))
    }

    /// Takes the token that was written.
    ///
    /// # Errors
    /// [`crate::Error::Grammar`] when it was not allowed.
    pub fn accept(&mut self, id: u32) -> Result<()> {
        self.matcher.consume_token(id).map_err(failure)
    }

    /// True when the text may end here.
    ///
    /// # Errors
    /// [`crate::Error::Grammar`] after a failure.
    pub fn may_end(&mut self) -> Result<bool> {
        self.matcher.is_accepting().map_err(failure)
    }
}
