//! The tables that tasks are composed of: plain text, parsed once by [`super::tables`].

pub(super) mod domains;
pub(super) mod domains_held;
pub(super) mod nouns;
pub(super) mod params;
pub(super) mod params_more;
pub(super) mod people;
pub(super) mod places;
pub(super) mod text;
pub(super) mod things;
pub(super) mod verbs;
pub(super) mod wording;
