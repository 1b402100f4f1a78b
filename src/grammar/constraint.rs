//! Which tokens may come next.

use llguidance::{Matcher, toktrie::SimpleVob};

use super::vocabulary::failure;
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
