//! What can be wrong with a call.

use serde::{Deserialize, Serialize};

/// What is wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallIssue {
    /// The menu has no tool of that name.
    #[error("the menu has no tool `{name}`")]
    UnknownTool {
        /// The name that was called.
        name: String,
    },
    /// A required argument is absent.
    #[error("`{tool}` needs the argument `{argument}`")]
    MissingArgument {
        /// The tool.
        tool: String,
        /// Path of the argument, as `address.city`.
        argument: String,
    },
    /// An argument is not in the schema.
    #[error("`{tool}` has no argument `{argument}`")]
    UnknownArgument {
        /// The tool.
        tool: String,
        /// Path of the argument.
        argument: String,
    },
    /// A value does not fit the schema.
    #[error("argument `{argument}` of `{tool}`: expected {expected}, found {found}")]
    WrongType {
        /// The tool.
        tool: String,
        /// Path of the argument, as `tags[0]`.
        argument: String,
        /// Type or members that the schema asks for.
        expected: String,
        /// The value's type, or the value that is no member.
        found: String,
    },
    /// A value has the right type, and breaks another rule of the schema: a bound, a length, a pattern, a combination.
    #[error("argument `{argument}` of `{tool}`: expected {expected}, found {found}")]
    BadValue {
        /// The tool.
        tool: String,
        /// Path of the argument, as `tags[0]`; empty for all arguments together.
        argument: String,
        /// What the schema asks for.
        expected: String,
        /// The value.
        found: String,
    },
}

impl CallIssue {
    /// Stable snake_case name of the kind.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::UnknownTool { .. } => "unknown_tool",
            Self::MissingArgument { .. } => "missing_argument",
            Self::UnknownArgument { .. } => "unknown_argument",
            Self::WrongType { .. } => "wrong_type",
            Self::BadValue { .. } => "bad_value",
        }
    }
}
