//! What a request says by its words alone, without a model: which tool of a menu it speaks of, what is asked for and what is
//! ruled out, and the values that stand in it.
//!
//! English, German, French and Spanish are read; of other languages, what is written alike everywhere (numbers, names, quotes).

mod amounts;
mod clauses;
mod language;
mod lexicon;
mod moments;
mod names;
mod numbers;
mod phrases;
mod rank;
mod rules;
mod slots;
mod text;
mod tool_words;
mod units;
mod weights;

pub use language::Language;
pub use names::plain_name;
pub use rank::Ranking;
pub use rules::{Drafted, Gap, GapReason, draft};
pub use slots::Slots;
pub use text::Text;
pub use weights::RankingWeights;
