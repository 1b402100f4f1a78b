//! Why a model's text is not what was asked for.

use serde::{Deserialize, Serialize};

/// Why a text is not a list of calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ParseFailure {
    /// Nothing in the text is a call where one is needed.
    #[error("the text holds no call")]
    NoCall,
    /// The text begins a call but does not follow the format.
    #[error("bad syntax: {detail}")]
    BadSyntax {
        /// What is wrong.
        detail: String,
    },
    /// A call has no name, or the name is no text.
    #[error("a call has no name")]
    BadName,
    /// The arguments are no object.
    #[error("the arguments are not an object")]
    BadArguments,
    /// An argument is given twice.
    #[error("argument `{name}` is given twice")]
    DuplicateArgument {
        /// The argument.
        name: String,
    },
    /// A synthesis lacks the new query.
    #[error("the text holds no query")]
    NoQuery,
}

impl ParseFailure {
    /// Stable snake_case name of the kind.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NoCall => "no_call",
            Self::BadSyntax { .. } => "bad_syntax",
            Self::BadName => "bad_name",
            Self::BadArguments => "bad_arguments",
            Self::DuplicateArgument { .. } => "duplicate_argument",
            Self::NoQuery => "no_query",
        }
    }

    pub(crate) fn syntax(detail: impl Into<String>) -> Self {
        Self::BadSyntax { detail: detail.into() }
    }
}
