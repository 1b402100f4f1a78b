//! The last pass over a query: spaces, capitals, typos. Values stay as they are.

use super::dice::Dice;

/// Stands before what must be copied.
pub(super) const OPEN: char = '\u{1}';
/// Stands after what must be copied.
pub(super) const CLOSE: char = '\u{2}';

/// Marks text that must stay as it is.
pub(super) fn protect(text: &str) -> String {
    format!("{OPEN}{text}{CLOSE}")
}

/// How a query is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typing {
    /// With capitals and punctuation.
    Proper,
    /// In lower case.
    Lower,
    /// In lower case without the last full stop or question mark.
    Careless,
}

/// Cleans the text up and removes the marks.
pub(super) fn polish(dice: &mut Dice, text: &str, typing: Typing, typo_rate: f64) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut protected = 0_usize;
    let mut start = true;
    // Byte ranges of words that may be misspelled.
    let mut words: Vec<(usize, usize)> = Vec::new();
    let mut word_start = None;
    for c in text.chars() {
        match c {
            OPEN => protected += 1,
            CLOSE => {
                protected = protected.saturating_sub(1);
                start = false;
            }
            _ if protected > 0 => {
                out.push(c);
                start = false;
            }
            ' ' if out.is_empty() || out.ends_with(' ') => {}
            _ => {
                if matches!(c, '.' | ',' | '?' | '!' | ':' | ';') {
                    while out.ends_with(' ') {
                        out.pop();
                    }
                    if matches!(c, '.' | ',') && out.ends_with(['.', ',', '?', '!', ':']) {
                        continue;
                    }
                }
                if start && c.is_alphanumeric() && typing == Typing::Proper {
                    out.extend(c.to_uppercase());
                } else {
                    out.push(c);
                }
                start = matches!(c, '.' | '?' | '!') || start && !c.is_alphanumeric();
            }
        }
        if protected == 0 && c.is_ascii_lowercase() {
            word_start.get_or_insert(out.len() - 1);
        } else if let Some(begin) = word_start.take() {
            let end = out.trim_end_matches(|c: char| !c.is_ascii_lowercase()).len();
            if end >= begin + 4 {
                words.push((begin, end));
            }
        }
    }
    if dice.chance(typo_rate)
        && let Some(&(begin, end)) = dice.choose(&words)
    {
        misspell(dice, &mut out, begin, end);
    }
    let end = out.trim_end_matches([' ', ',', ':']).len();
    out.truncate(end);
    match typing {
        Typing::Proper => first_person(out),
        Typing::Lower => out,
        Typing::Careless => out.strip_suffix(['.', '?']).unwrap_or(&out).to_owned(),
    }
}

/// "i" and "i'd" get their capital.
fn first_person(text: String) -> String {
    if !text.contains(" i ") && !text.contains(" i'") {
        return text;
    }
    text.replace(" i ", " I ").replace(" i'", " I'")
}

/// Swaps, drops or doubles a letter inside the word.
fn misspell(dice: &mut Dice, text: &mut String, begin: usize, end: usize) {
    let at = begin + 1 + dice.below(end - begin - 2);
    let Some(pair) = text.get(at..at + 2).map(str::to_owned) else { return };
    let mut letters = pair.chars();
    let (Some(one), Some(two)) = (letters.next(), letters.next()) else { return };
    let wrong = match dice.below(3) {
        0 => format!("{two}{one}"),
        1 => two.to_string(),
        _ => format!("{one}{one}{two}"),
    };
    text.replace_range(at..at + 2, &wrong);
}
