//! Whether a person could have written a text as a request.

use super::{Language, text::Text};

/// Why no person would write a text as a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unnatural {
    /// It is a call, or JSON.
    Call,
    /// It refuses, as models do.
    Refusal,
    /// It says the same over and over.
    Repetition,
    /// It is written in another language than the user's.
    OtherLanguage,
}

/// Beginnings of refusals, folded.
const REFUSALS: [&[&str]; 19] = [
    &["i'm", "sorry"],
    &["i", "am", "sorry"],
    &["sorry", "but"],
    &["i", "cannot", "assist"],
    &["i", "cannot", "help"],
    &["i", "can't", "assist"],
    &["i", "can't", "help"],
    &["i'm", "not", "able"],
    &["i", "am", "not", "able"],
    &["i'm", "unable"],
    &["i", "am", "unable"],
    &["as", "an", "ai"],
    &["as", "a", "language", "model"],
    &["unfortunately", "i"],
    &["es", "tut", "mir", "leid"],
    &["ich", "kann", "leider"],
    &["je", "suis", "désolé"],
    &["je", "ne", "peux", "pas"],
    &["lo", "siento"],
];
/// Words from which on a language can be told.
const TELLING: usize = 4;

/// Why no person would write a text as a request like another one; `None` where one could.
pub fn unnatural(query: &str, like: &str) -> Option<Unnatural> {
    let text = Text::read(query);
    if is_call(query) {
        return Some(Unnatural::Call);
    }
    let begins = |words: &&[&str]| text.has_at(0, words);
    if REFUSALS.iter().any(begins) && !Text::read(like).has_at(0, &["sorry"]) {
        return Some(Unnatural::Refusal);
    }
    if repeats(&text) {
        return Some(Unnatural::Repetition);
    }
    is_other_language(&text, &Text::read(like)).then_some(Unnatural::OtherLanguage)
}

/// A call in JSON or in the way of a programming language: `{"name": ...}`, `set_timer(minutes=5)`.
fn is_call(query: &str) -> bool {
    let query = query.trim();
    let is_json = query.starts_with(['{', '[']) && query.contains('"') && query.contains(':');
    let named = query.contains("\"name\"") && query.contains("\"arguments\"");
    // A name that is glued to a bracket, with an assignment in it or nothing.
    let inside = query.split_once('(').and_then(|(name, rest)| {
        let is_name = name.ends_with(|c: char| c.is_alphanumeric() || c == '_') && !name.trim().contains(' ');
        is_name.then_some(rest)
    });
    let is_function = inside.is_some_and(|rest| rest.trim_end().ends_with(')'));
    is_json || named || is_function
}

/// A sentence of three words or more that comes twice, or words that come three times in a row.
fn repeats(text: &Text) -> bool {
    let words: Vec<&str> = text.words.iter().map(|word| word.folded.as_str()).collect();
    let thrice = (1..=words.len() / 3).any(|length| {
        let is_thrice = |window: &[&str]| {
            let (first, rest) = window.split_at(length);
            // Digits may come thrice: "7 7 7".
            rest.chunks(length).all(|other| other == first)
                && first.iter().any(|word| word.chars().any(char::is_alphabetic))
        };
        words.windows(3 * length).any(is_thrice)
    });
    let mut sentences: Vec<Vec<&str>> = vec![Vec::new()];
    for (at, word) in words.iter().enumerate() {
        if let Some(sentence) = sentences.last_mut() {
            sentence.push(word);
        }
        if text.gap_after(at).contains(['.', '!', '?', '\n', ';']) {
            sentences.push(Vec::new());
        }
    }
    let twice = sentences
        .iter()
        .enumerate()
        .any(|(at, sentence)| sentence.len() > 2 && sentences.iter().skip(at + 1).any(|other| other == sentence));
    thrice || twice
}

/// Both are long enough to tell, and each has clearly more little words of its own language than of the other's.
fn is_other_language(text: &Text, like: &Text) -> bool {
    let lead = |text: &Text, own: Language, other: Language| {
        let count =
            |language: Language| text.words.iter().filter(|word| language.is_function_word(&word.folded)).count();
        count(own) >= count(other) + 2
    };
    text.words.len() >= TELLING
        && like.words.len() >= TELLING
        && text.language != like.language
        && lead(text, text.language, like.language)
        && lead(like, like.language, text.language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_person_writes_is_found() {
        let like = "please set a timer for the eggs";
        for (query, expected) in [
            ("set_timer(minutes=5)", Some(Unnatural::Call)),
            (r#"{"name": "set_timer", "arguments": {"minutes": 5}}"#, Some(Unnatural::Call)),
            (r#"[{"a": 1}]"#, Some(Unnatural::Call)),
            ("I'm sorry, I cannot set a timer", Some(Unnatural::Refusal)),
            ("As an AI I have no timers", Some(Unnatural::Refusal)),
            ("Set a timer. Set a timer. Set a timer.", Some(Unnatural::Repetition)),
            ("the timer the timer the timer for eggs", Some(Unnatural::Repetition)),
            ("stell mir bitte einen Wecker auf zehn Minuten", Some(Unnatural::OtherLanguage)),
            ("set a timer for 7 7 7", None),
            ("set a timer (for the tea) of 5 minutes", None),
            ("note: call Ann (urgent)", None),
            ("wake me in 20", None),
            ("I can't sleep, play something calm", None),
            ("Timer, 5 Minuten", None),
            ("", None),
        ] {
            assert_eq!(unnatural(query, like), expected, "{query}");
        }
        assert_eq!(unnatural("stell bitte den Wecker auf zehn", "mach bitte das Licht an"), None);
    }
}
