//! What a request says by its words alone, without a model: which tool of a menu it speaks of, what is asked for and what is
//! ruled out, and the values that stand in it.
//!
//! English, German, French and Spanish are read; of other languages, what is written alike everywhere (numbers, names, quotes).

mod account;
mod amounts;
mod clauses;
mod examples;
mod gaps;
mod language;
mod lexicon;
mod moments;
mod names;
mod natural;
mod numbers;
mod pattern;
mod phrases;
mod plausible;
mod rank;
mod reader;
mod rules;
mod slots;
mod text;
mod tool_words;
mod units;
mod values;
mod weights;

pub use account::Account;
pub use examples::{Examples, Followed, is_same_request, neighbours};
pub use gaps::{Gap, GapReason};
pub use language::Language;
pub use names::plain_name;
pub use natural::{Unnatural, unnatural};
pub use phrases::without_possessive;
pub use rank::{Ranking, only_asks, suits_mood};
pub use rules::{Drafted, Joined, draft};
pub use slots::Slots;
pub use text::Text;
pub use weights::RankingWeights;
