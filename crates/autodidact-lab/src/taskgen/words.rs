//! Coined words, number words, plurals, articles, and the spelling styles of names.

use super::dice::Dice;
use super::tables::{Half, is_real_word};

const ONSETS: &[&str] = &[
    "b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "dr", "fl", "gr", "kr", "pl", "sk",
    "st", "tr", "vl", "zh", "th", "qu", "y", "w", "h", "j", "ch", "", "sn", "gl", "sh",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "a", "e", "i", "o", "u", "ai", "ou", "ea", "io", "oo", "y"];
const CODAS: &[&str] =
    &["", "", "", "n", "l", "r", "k", "m", "x", "sk", "nd", "p", "v", "sh", "t", "rn", "lt", "ss", "d"];

/// A pronounceable word that means nothing, in lower case. The halves share no word.
pub(super) fn coin(dice: &mut Dice, half: Half) -> String {
    loop {
        let mut word = String::new();
        for _ in 0..=dice.weighted(&[1, 8, 3]) {
            word.push_str(dice.pick(ONSETS));
            word.push_str(dice.pick(VOWELS));
            if dice.chance(0.5) {
                word.push_str(dice.pick(CODAS));
            }
        }
        if word.len() >= 4 && word.len() <= 9 && coin_half(&word) == half && !is_real_word(&word) {
            return word;
        }
    }
}

/// The half that a coined word belongs to: one word in four is held out.
pub(super) fn coin_half(word: &str) -> Half {
    let hash = word.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    if (hash >> 13).is_multiple_of(4) { Half::Held } else { Half::Train }
}

/// A coined word with a capital.
pub(super) fn coin_name(dice: &mut Dice, half: Half) -> String {
    capital(&coin(dice, half))
}

/// The text with its first letter in upper case.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// More than one of it: only the last word changes, or the word before " of ".
pub(super) fn plural(noun: &str) -> String {
    for joint in [" of ", " for ", " with ", " by "] {
        if let Some((head, tail)) = noun.split_once(joint) {
            return format!("{}{joint}{tail}", plural(head));
        }
    }
    let (start, last) = noun.rsplit_once(' ').map_or(("", noun), |(start, last)| (start, last));
    let many = match last {
        "person" => "people".to_owned(),
        "child" => "children".to_owned(),
        "life" => "lives".to_owned(),
        "die" => "dice".to_owned(),
        "index" => "indices".to_owned(),
        _ if last.ends_with("ss") || last.ends_with('x') || last.ends_with("ch") || last.ends_with("sh") => {
            format!("{last}es")
        }
        _ if last.ends_with('s') => last.to_owned(),
        _ => match last.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
            _ => format!("{last}s"),
        },
    };
    if start.is_empty() { many } else { format!("{start} {many}") }
}

/// "a" or "an", by the first letter.
pub(super) fn article(text: &str) -> &'static str {
    let word = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U', '8']);
    let like_you = ["uni", "use", "uti", "eur", "one", "once"].iter().any(|start| word.starts_with(start));
    if vowel && !like_you || ["ssl", "mp3", "x-", "xray", "hour", "ml "].iter().any(|start| word.starts_with(start)) {
        "an"
    } else {
        "a"
    }
}

/// The number in words, for 1 to 12.
pub(super) fn number_word(number: i64) -> Option<&'static str> {
    const WORDS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    usize::try_from(number - 1).ok().and_then(|index| WORDS.get(index).copied())
}

/// How names are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `find_hotel`
    Snake,
    /// `findHotel`
    Camel,
    /// `FindHotel`
    Pascal,
    /// `find-hotel`
    Kebab,
    /// `hotel.find`: the last part after a dot, the rest in snake case.
    Dotted,
}

impl Style {
    /// Joins lower-case words. [`Style::Dotted`] joins like snake case; the dot is the tool's own.
    pub(super) fn join<'a>(self, words: impl Iterator<Item = &'a str>) -> String {
        let mut name = String::new();
        for (index, word) in words.enumerate() {
            match self {
                Self::Camel if index > 0 => name.push_str(&capital(word)),
                Self::Pascal => name.push_str(&capital(word)),
                Self::Kebab if index > 0 => {
                    name.push('-');
                    name.push_str(word);
                }
                Self::Snake | Self::Dotted if index > 0 => {
                    name.push('_');
                    name.push_str(word);
                }
                _ => name.push_str(word),
            }
        }
        name
    }
}
