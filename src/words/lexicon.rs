//! Words of one meaning: what people say for what tools are called.

use std::{collections::HashMap, sync::OnceLock};

use strsim::osa_distance;

use super::{text::Word, units::Dimension};

const LEXICON: &str = include_str!("lexicon.txt");

/// The groups of the lexicon that a word is in, by its folded form and by its stem.
fn concepts() -> &'static HashMap<&'static str, Vec<usize>> {
    static CONCEPTS: OnceLock<HashMap<&str, Vec<usize>>> = OnceLock::new();
    CONCEPTS.get_or_init(|| {
        let mut all: HashMap<&str, Vec<usize>> = HashMap::new();
        for (group, line) in LEXICON.lines().filter(|line| !line.starts_with('#')).enumerate() {
            for word in line.split_ascii_whitespace() {
                all.entry(word).or_default().push(group);
            }
        }
        all
    })
}

/// What a word may be found by: its stem, and what it means.
pub(super) fn keys(word: &Word) -> Vec<String> {
    let mut keys = vec![word.stem.clone()];
    // "one-way" for `OneWay` and `oneway`
    if word.folded.contains('-') {
        keys.push(word.folded.replace('-', ""));
    }
    let known = concepts().get(word.folded.as_str()).or_else(|| concepts().get(word.stem.as_str()));
    keys.extend(known.into_iter().flatten().map(|group| format!("={group}")));
    keys
}

/// Whether a word is what people command with: "set", "show", "cancel".
pub(super) fn is_verb(word: &Word) -> bool {
    static VERBS: OnceLock<usize> = OnceLock::new();
    // The groups of the actions stand before those of the things.
    let verbs = VERBS.get_or_init(|| {
        let actions = LEXICON.lines().take_while(|line| *line != "# Things");
        actions.filter(|line| !line.starts_with('#')).count()
    });
    let known = concepts().get(word.folded.as_str()).or_else(|| concepts().get(word.stem.as_str()));
    known.is_some_and(|groups| groups.iter().any(|group| group < verbs))
}

/// Whether a word is a longer one with one slip of the pen.
pub(super) fn is_slip(word: &str, wanted: &[String]) -> bool {
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    let is_near = |key: &String| {
        let shorter = key.chars().count().min(word.chars().count());
        // Of four letters two that changed places: "kcik".
        let may_be = shorter >= 5 || shorter == 4 && letters(key) == letters(word);
        !key.starts_with('=') && may_be && osa_distance(key, word) == 1
    };
    wanted.iter().any(is_near)
}

/// What an amount, a day or a time of day is found by.
pub(super) fn dimension_key(dimension: Dimension) -> String {
    format!("#{dimension:?}")
}
/// What a sum is found by.
pub(super) const MATH_KEY: &str = "#math";

/// What codes are found by, where a description shows one like them: `B-4711` is found by `#A-9999`.
pub(super) fn shapes(text: &str) -> impl Iterator<Item = String> {
    let words = text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let codes = words.filter(|word| {
        word.len() > 3 && word.contains(|c: char| c.is_ascii_digit()) && word.contains(|c: char| !c.is_ascii_digit())
    });
    let shape = |c: char| match c {
        c if c.is_ascii_digit() => '9',
        c if c.is_uppercase() => 'A',
        c if c.is_lowercase() => 'a',
        c => c,
    };
    let codes = codes.map(move |word| format!("#{}", word.chars().map(shape).collect::<String>()));
    codes.chain(has_train_code(text).then(|| "#A 9".to_owned()))
}

/// Whether a text has capital letters before a number, as in "IC 204".
fn has_train_code(text: &str) -> bool {
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).collect();
    words.windows(2).any(|pair| match pair {
        [letters, digits] => {
            (2..=4).contains(&letters.len())
                && letters.bytes().all(|b| b.is_ascii_uppercase())
                && !digits.is_empty()
                && digits.bytes().all(|b| b.is_ascii_digit())
        }
        _ => false,
    })
}

pub(super) const DAY_KEY: &str = "#day";
pub(super) const CLOCK_KEY: &str = "#clock";

#[cfg(test)]
mod tests {
    use super::{
        super::{Language, text::Text},
        *,
    };

    #[test]
    fn words_of_one_meaning_share_a_key() {
        let text = Text::read_in("Timer minuteur Stoppuhr pizza", Language::English);
        let all: Vec<Vec<String>> = text.words.iter().map(keys).collect();
        assert!(all[0].iter().any(|key| key.starts_with('=') && all[1].contains(key) && all[2].contains(key)));
        assert_eq!(all[3].len(), 1);
    }
}
