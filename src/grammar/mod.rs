//! Constrained decoding: while a model writes, only tokens are allowed that lead to a text of the wanted form.
//!
//! A [`Grammar`] says which texts are wanted: calls of a menu's tools whose arguments fit their schemas, a pair of a query
//! and its calls, or any JSON that fits a schema. A [`Vocabulary`] knows the bytes of a model's tokens, and both together
//! make a [`Constraint`], which follows one text as it is written. The work is done by `llguidance`.

mod constraint;
mod lark;
mod schema;
#[cfg(test)]
mod tests;
mod vocabulary;

pub use constraint::{Allowed, Constraint};
pub use lark::Grammar;
pub use vocabulary::Vocabulary;

use crate::error::Error;

fn failure(reason: impl std::fmt::Display) -> Error {
    Error::Grammar { reason: reason.to_string() }
}
