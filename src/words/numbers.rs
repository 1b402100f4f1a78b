//! Numbers of a text, in digits or in words.

use std::{borrow::Cow, ops::Range};

use text2num::Token;

use super::{Language, text::Text};

/// A number of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    /// Its words.
    pub words: Range<usize>,
    pub value: f64,
    /// `3rd`, `fourth`
    pub is_ordinal: bool,
    /// Letters written at its end: `kg` of `12kg`.
    pub suffix: String,
}

/// Words that are a number and also an article: one only where something is counted.
const ARTICLES: [&str; 13] =
    ["one", "ein", "eine", "einen", "einem", "einer", "un", "une", "uno", "una", "eins", "erste", "second"];

/// The numbers of a text, in order.
pub(super) fn numbers(text: &Text) -> Vec<Number> {
    let digits: Vec<Option<(f64, String)>> =
        text.words.iter().map(|word| in_digits(&word.folded, text.language)).collect();
    let mut found: Vec<Number> = digits
        .iter()
        .enumerate()
        .filter_map(|(at, read)| {
            let (value, suffix) = read.clone()?;
            let is_ordinal = matches!(suffix.as_str(), "st" | "nd" | "rd" | "th" | "er" | "ème" | "e");
            let suffix = if is_ordinal { String::new() } else { suffix };
            Some(Number { words: at..at + 1, value, is_ordinal, suffix })
        })
        .collect();
    let tokens =
        text.words.iter().zip(&digits).map(|(word, read)| Spelled { word: &word.folded, is_digits: read.is_some() });
    for spelled in text.language.numbers(tokens) {
        let words = spelled.start..spelled.end;
        let is_article = words.len() == 1 && ARTICLES.contains(&text.folded(words.start));
        if !is_article || is_counted(text, words.start) {
            found.push(Number { words, value: spelled.value, is_ordinal: spelled.is_ordinal, suffix: String::new() });
        }
    }
    for number in &mut found {
        if is_negative(text, number.words.start) {
            number.value = -number.value;
        }
    }
    found.sort_by_key(|number| number.words.start);
    found
}

/// Whether a sign stands before a number: "-5 degrees", "minus 5", not "7 - 5" nor "2026-05".
fn is_negative(text: &Text, at: usize) -> bool {
    let before = text.words.get(at).and_then(|word| text.source.get(..word.span.start)).unwrap_or_default();
    let is_number = |at: usize| text.folded(at).starts_with(|c: char| c.is_ascii_digit());
    let signed = before.strip_suffix(['-', '−']).is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', '(', ':']));
    let spelled = at > 0
        && matches!(text.folded(at - 1), "minus" | "moins" | "menos")
        && !at.checked_sub(2).is_some_and(is_number);
    signed || spelled
}

/// Whether the word there counts what stands behind it: "one blue umbrella", not "the red one" nor "un minuteur".
fn is_counted(text: &Text, at: usize) -> bool {
    text.folded(at) == "one"
        && text.words.get(at + 1).is_some_and(|next| !next.is_function)
        && (at == 0 || !matches!(text.folded(at - 1), "no" | "the" | "this" | "that" | "which" | "any"))
}

/// A word for the reader of spelled numbers.
struct Spelled<'a> {
    word: &'a str,
    is_digits: bool,
}

impl Token for Spelled<'_> {
    fn text(&self) -> Cow<'_, str> {
        self.word.into()
    }

    fn text_lowercase(&self) -> Cow<'_, str> {
        self.word.into()
    }

    fn not_a_number_part(&self) -> bool {
        self.is_digits
    }
}

/// A folded word that begins with digits, as a number and the letters behind it; `None` for codes, times and dates.
fn in_digits(word: &str, language: Language) -> Option<(f64, String)> {
    let end = word.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(word.len());
    let (number, suffix) = word.split_at_checked(end)?;
    if !number.starts_with(|c: char| c.is_ascii_digit()) || !suffix.chars().all(char::is_alphabetic) {
        return None;
    }
    plain(number, language).map(|value| (value, suffix.to_owned()))
}

/// A number in digits. `1,250.50` and `1.250,50` are the same; a lone comma or point with three digits behind it separates
/// thousands where the language writes it so.
fn plain(number: &str, language: Language) -> Option<f64> {
    let decimal = match (number.rfind('.'), number.rfind(',')) {
        (Some(point), Some(comma)) => Some(if point > comma { '.' } else { ',' }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            let mark = if number.contains('.') { '.' } else { ',' };
            let groups: Vec<&str> = number.split(mark).collect();
            let own = if language == Language::English { '.' } else { ',' };
            let thousands = groups.iter().skip(1).all(|group| group.len() == 3) && (groups.len() > 2 || mark != own);
            if thousands {
                None
            } else if groups.len() == 2 {
                Some(mark)
            } else {
                return None;
            }
        }
    };
    let text: String = number
        .chars()
        .filter_map(|c| if Some(c) == decimal { Some('.') } else { c.is_ascii_digit().then_some(c) })
        .collect();
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<f64> {
        numbers(&Text::read(text)).into_iter().map(|number| number.value).collect()
    }

    #[test]
    fn digits_and_words_are_numbers() {
        for (text, expected) in [
            ("transfer 1,250.50 to Berg", vec![1250.5]),
            ("überweise 1.250,50 an Berg und nicht 3,5", vec![1250.5, 3.5]),
            ("twenty five minutes", vec![25.0]),
            ("fünfundzwanzig Minuten bitte, und das ist alles", vec![25.0]),
            ("deux billets pour le train", vec![2.0]),
            ("dos entradas para el tren de mañana", vec![2.0]),
            ("12kg of flour", vec![12.0]),
            ("one blue umbrella, not the red one", vec![1.0]),
            ("mets un minuteur de quinze minutes", vec![15.0]),
            ("B-4711 at 9:30 on 2026-03-09", vec![]),
            ("set it to -5 degrees, or minus 4", vec![-5.0, -4.0]),
            ("7 - 5 and 7 minus 5", vec![7.0, 5.0, 7.0, 5.0]),
            ("", vec![]),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
        let ordinals = numbers(&Text::read("the 3rd of May"));
        assert!(ordinals[0].is_ordinal && ordinals[0].value == 3.0);
    }
}
