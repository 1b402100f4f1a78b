//! What a request leaves open.

use serde::{Deserialize, Serialize};

/// Why an argument has no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum GapReason {
    /// The request does not say it.
    Missing,
    /// What it says lies out of the range that the schema allows.
    OutOfRange {
        /// The words of the request.
        said: String,
    },
    /// What it says is none of the values that the schema allows.
    NotAllowed {
        /// The words of the request.
        said: String,
    },
    /// What it says is measured in something else, as dollars where euros are taken.
    OtherUnit {
        /// The words of the request.
        said: String,
    },
}

/// An argument that a request leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Name of the argument.
    pub argument: String,
    /// Why it has no value.
    #[serde(flatten)]
    pub reason: GapReason,
}
