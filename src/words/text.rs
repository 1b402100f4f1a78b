//! A text as words with their places, folded and stemmed.

use std::ops::Range;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use super::Language;

/// A word of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// NFKC, lower case.
    pub folded: String,
    /// The folded word without its ending.
    pub stem: String,
    /// It says nothing of what is asked for.
    pub is_function: bool,
    /// It begins with a capital letter in the text.
    pub is_capital: bool,
}

/// A text that was split into words.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub(super) source: String,
    pub(super) language: Language,
    pub(super) words: Vec<Word>,
    /// The day on which it was said, where that is known.
    pub(super) today: Option<NaiveDate>,
}

impl Text {
    /// Reads a text, in the language that most of its function words have.
    pub fn read(text: &str) -> Self {
        let spans = spans(text);
        let folded: Vec<String> = spans.iter().filter_map(|span| text.get(span.clone())).map(fold).collect();
        let language = Language::of(&folded);
        Self::with(text, language, spans, folded)
    }

    /// Reads a text of a known language.
    pub fn read_in(text: &str, language: Language) -> Self {
        let spans = spans(text);
        let folded = spans.iter().filter_map(|span| text.get(span.clone())).map(fold).collect();
        Self::with(text, language, spans, folded)
    }

    fn with(text: &str, language: Language, spans: Vec<Range<usize>>, folded: Vec<String>) -> Self {
        let words = spans.into_iter().zip(folded).map(|(span, folded)| Word {
            stem: language.stem(&folded),
            is_function: language.is_function_word(&folded),
            is_capital: text.get(span.clone()).and_then(|word| word.chars().next()).is_some_and(char::is_uppercase),
            span,
            folded,
        });
        Self { source: text.to_owned(), language, words: words.collect(), today: None }
    }

    /// The text, said on a day: "tomorrow" is a date then.
    #[must_use]
    pub fn said_on(mut self, today: Option<NaiveDate>) -> Self {
        self.today = today;
        self
    }

    /// The day on which it was said, where that is known.
    pub fn today(&self) -> Option<NaiveDate> {
        self.today
    }

    /// The language it was read in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether it speaks of a thing as "it", "that" or "them".
    pub fn has_pronoun(&self) -> bool {
        const PRONOUNS: [&str; 16] = [
            "it", "that", "this", "them", "these", "those", "es", "das", "ihn", "sie", "ça", "cela", "eso", "esto",
            "lo", "la",
        ];
        self.words.iter().any(|word| PRONOUNS.contains(&word.folded.as_str()))
    }

    /// Whether one of some folded words stands in it.
    pub fn has_any(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.folded.as_str()))
    }

    /// Whether the word at a place is one of some folded words.
    pub fn is_any(&self, at: usize, words: &[&str]) -> bool {
        words.contains(&self.folded(at))
    }

    /// Whether the word at a place joins two things: "and".
    pub(super) fn is_joint(&self, at: usize) -> bool {
        matches!(self.folded(at), "and" | "und" | "et" | "y")
    }

    /// The text between the first and the last of some words, as it stands.
    pub(super) fn slice(&self, words: &Range<usize>) -> &str {
        let within = self.words.get(words.clone()).unwrap_or_default();
        let (Some(first), Some(last)) = (within.first(), within.last()) else { return "" };
        self.source.get(first.span.start..last.span.end).unwrap_or_default()
    }

    /// The same with the brackets that belong to it: "(5 + 6) * 3".
    pub(super) fn balanced(&self, words: &Range<usize>) -> &str {
        let inner = self.slice(words);
        let (Some(first), Some(last)) =
            (self.words.get(words.start), words.end.checked_sub(1).and_then(|at| self.words.get(at)))
        else {
            return inner;
        };
        let mut depth = 0_i32;
        let mut missing = 0_usize;
        for c in inner.chars() {
            match c {
                '(' => depth += 1,
                ')' if depth == 0 => missing += 1,
                ')' => depth -= 1,
                _ => {}
            }
        }
        let before = self.source.get(..first.span.start).unwrap_or_default();
        let after = self.source.get(last.span.end..).unwrap_or_default();
        let opened = before.len() - before.trim_end_matches('(').len();
        let closed = after.len() - after.trim_start_matches(')').len();
        let start = first.span.start - missing.min(opened);
        let end = last.span.end + usize::try_from(depth).unwrap_or_default().min(closed);
        self.source.get(start..end).unwrap_or(inner)
    }

    /// The folded word at a place.
    pub(super) fn folded(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| &word.folded)
    }

    /// What stands between a word and the next one.
    pub(super) fn gap_after(&self, at: usize) -> &str {
        let (Some(word), next) = (self.words.get(at), self.words.get(at + 1)) else { return "" };
        let end = next.map_or(self.source.len(), |next| next.span.start);
        self.source.get(word.span.end..end).unwrap_or_default()
    }

    /// Whether these words stand there, one after the other.
    pub(super) fn has_at(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(i, word)| self.folded(at + i) == *word)
    }

    /// Whether a word is two capital letters or more: "IC", "TGV".
    pub(super) fn is_initials(&self, at: usize) -> bool {
        let source = self.words.get(at).and_then(|word| self.source.get(word.span.clone())).unwrap_or_default();
        source.chars().count() > 1 && source.chars().all(char::is_uppercase)
    }

    /// Places of words that say what is asked for.
    pub fn content(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().filter(|(_, word)| !word.is_function).map(|(at, _)| at)
    }
}

/// NFKC, lower case, one kind of apostrophe.
pub(super) fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }).collect()
}

/// Words: letters and digits, with what joins them inside: `don't`, `1,234.5`, `B-4711`, `src/main.rs`, `ann@example.com`.
fn spans(text: &str) -> Vec<Range<usize>> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let alphanumeric = |at: usize| chars.get(at).is_some_and(|(_, c)| c.is_alphanumeric() || *c == '_');
    let place = |at: usize| chars.get(at).map_or(text.len(), |(place, _)| *place);
    let mut spans = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        // `.env`, `@ann` and `/etc` begin with their mark; a mark elsewhere begins nothing.
        let marked = chars.get(at).is_some_and(|(_, c)| matches!(c, '/' | '@' | '.'))
            && alphanumeric(at + 1)
            && (at == 0 || chars.get(at - 1).is_some_and(|(_, c)| c.is_whitespace()));
        if !marked && !alphanumeric(at) {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        while at < chars.len() {
            let joins = chars
                .get(at)
                .is_some_and(|(_, c)| matches!(c, '\'' | '’' | '.' | ',' | ':' | '-' | '/' | '@' | '+' | '&'))
                && alphanumeric(at + 1)
                && joins_here(&chars, at);
            if !alphanumeric(at) && !joins {
                break;
            }
            at += 1;
        }
        spans.push(place(start)..place(at));
    }
    spans
}

/// A comma or a colon joins digits alone; the other marks join whatever stands at both sides.
fn joins_here(chars: &[(usize, char)], at: usize) -> bool {
    let is_digit = |at: usize| chars.get(at).is_some_and(|(_, c)| c.is_ascii_digit());
    match chars.get(at) {
        Some((_, ',' | ':')) => at > 0 && is_digit(at - 1) && is_digit(at + 1),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Text::read(text).words.into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn words_keep_what_joins_them() {
        assert_eq!(words("Don’t stop, B-4711!"), ["don't", "stop", "b-4711"]);
        assert_eq!(words("at 9:30, 1,250.50 euros, 17.5%"), ["at", "9:30", "1,250.50", "euros", "17.5"]);
        assert_eq!(
            words("show src/main.rs and .env to it@example.com."),
            ["show", "src/main.rs", "and", ".env", "to", "it@example.com"]
        );
        assert_eq!(words("parse_header Fit & Fun"), ["parse_header", "fit", "fun"]);
        assert!(words(" ... ?!").is_empty());
    }

    #[test]
    fn brackets_belong_to_what_they_hold() {
        for (source, words, expected) in [
            ("what is (5 + 6) * 3?", 2..5, "(5 + 6) * 3"),
            ("(see page 3) now", 2..3, "3"),
            ("4 * (2 + 1)", 0..3, "4 * (2 + 1)"),
        ] {
            assert_eq!(Text::read(source).balanced(&words), expected, "{source}");
        }
    }

    #[test]
    fn places_lead_back_to_the_text() {
        let text = Text::read("Überweise 60 Euro an Familie Okafor, bitte");
        assert_eq!(
            (text.language(), text.slice(&(4..6)), text.slice(&(9..12))),
            (Language::German, "Familie Okafor", "")
        );
        assert!(text.has_at(1, &["60", "euro"]) && !text.has_at(6, &["bitte", "x"]));
        assert_eq!((text.gap_after(5), text.gap_after(6)), (", ", ""));
        assert!(text.words[4].is_capital && text.words[3].is_function && !text.words[1].is_function);
    }
}
