//! Amounts of a request: numbers with their units, fractions and sums of them understood ("an hour and a quarter").

use std::ops::Range;

use super::{
    Language,
    numbers::{Number, numbers},
    text::Text,
    units::{Dimension, Unit, convert, unit},
};

/// A number with its unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amount {
    /// All its words.
    pub words: Range<usize>,
    pub value: f64,
    pub unit: Option<Unit>,
    pub is_ordinal: bool,
}

/// Words for a part or a multiple, before what they are a part of.
const PARTS: [(Language, &[&str], f64); 31] = [
    (Language::English, &["three", "quarters", "of", "an"], 0.75),
    (Language::English, &["three", "quarters", "of", "a"], 0.75),
    (Language::English, &["a", "quarter", "of", "an"], 0.25),
    (Language::English, &["quarter", "of", "an"], 0.25),
    (Language::English, &["one", "and", "a", "half"], 1.5),
    (Language::English, &["half", "an"], 0.5),
    (Language::English, &["half", "a", "dozen"], 6.0),
    (Language::English, &["half", "a"], 0.5),
    (Language::English, &["a", "half"], 0.5),
    (Language::English, &["a", "dozen"], 12.0),
    (Language::English, &["dozen"], 12.0),
    (Language::English, &["a", "couple", "of"], 2.0),
    (Language::English, &["a", "pair", "of"], 2.0),
    (Language::German, &["eine", "halbe"], 0.5),
    (Language::German, &["einer", "halben"], 0.5),
    (Language::German, &["halbe"], 0.5),
    (Language::German, &["halben"], 0.5),
    (Language::German, &["dreiviertel"], 0.75),
    (Language::German, &["anderthalb"], 1.5),
    (Language::German, &["eineinhalb"], 1.5),
    (Language::German, &["zweieinhalb"], 2.5),
    (Language::German, &["ein", "dutzend"], 12.0),
    (Language::French, &["trois", "quarts", "d'heure"], 0.75),
    (Language::French, &["un", "quart", "d'heure"], 0.25),
    (Language::French, &["quart", "d'heure"], 0.25),
    (Language::French, &["une", "demi-heure"], 0.5),
    (Language::French, &["demi-heure"], 0.5),
    (Language::French, &["une", "douzaine", "de"], 12.0),
    (Language::Spanish, &["media"], 0.5),
    (Language::Spanish, &["tres", "cuartos", "de"], 0.75),
    (Language::Spanish, &["una", "docena", "de"], 12.0),
];
/// Words for a part of the unit before them.
const AND_PARTS: [(&[&str], f64); 8] = [
    (&["and", "a", "half"], 0.5),
    (&["and", "a", "quarter"], 0.25),
    (&["and", "three", "quarters"], 0.75),
    (&["et", "demie"], 0.5),
    (&["et", "quart"], 0.25),
    (&["y", "media"], 0.5),
    (&["y", "cuarto"], 0.25),
    (&["und", "eine", "halbe"], 0.5),
];
/// Articles that count a unit of time: "an hour".
const ONES: [&str; 8] = ["a", "an", "one", "eine", "einer", "une", "una", "un"];
/// What may join the parts of a sum: "one hour and 20 minutes".
const JOINTS: [&str; 4] = ["and", "und", "et", "y"];

/// The amounts of a text, in order.
pub(super) fn amounts(text: &Text) -> Vec<Amount> {
    let numbers = numbers(text);
    let mut found: Vec<Amount> = Vec::new();
    let mut at = 0;
    while at < text.words.len() {
        let Some(amount) = amount_at(text, &numbers, at) else {
            at += 1;
            continue;
        };
        at = amount.words.end;
        match found.last_mut().filter(|last| adds_up(text, last, &amount)) {
            Some(last) => {
                // Hours and minutes, or euros and cents.
                let more = last.unit.zip(amount.unit).and_then(|(to, from)| match to.dimension {
                    Dimension::Money => Some(amount.value / 100.0),
                    _ => convert(amount.value, from, to),
                });
                last.value += more.unwrap_or_default();
                last.words.end = amount.words.end;
            }
            None => found.push(amount),
        }
    }
    found
}

/// "1 hour" and "20 minutes" behind it are one amount.
fn adds_up(text: &Text, last: &Amount, next: &Amount) -> bool {
    let (Some(large), Some(small)) = (last.unit, next.unit) else { return false };
    let between = next.words.start - last.words.end;
    // "a week, 7 days" says one thing twice.
    let is_same = convert(last.value, large, small).is_some_and(|value| (value - next.value).abs() < 1e-9);
    let joined = !is_same && (between == 0 || between == 1 && JOINTS.contains(&text.folded(last.words.end)));
    let is_change = large.dimension == Dimension::Money && small.name == "cent" && large.name != "cent";
    joined && is_change
        || joined
            && large.dimension == Dimension::Time
            && small.dimension == Dimension::Time
            && small.factor < large.factor
}

fn amount_at(text: &Text, numbers: &[Number], at: usize) -> Option<Amount> {
    if let Some(&(_, words, value)) =
        PARTS.iter().find(|(language, words, _)| *language == text.language && text.has_at(at, words))
    {
        let end = at + words.len();
        let named = unit_at(text, end);
        // In French and Spanish the hour is in the words themselves, or behind them.
        let inner = words.iter().find_map(|word| word.ends_with("heure").then(|| unit("h"))).flatten();
        let unit = inner.or(named);
        let counts = value.fract() == 0.0;
        if unit.is_some() || counts {
            let end = if inner.is_none() && named.is_some() { end + 1 } else { end };
            return Some(Amount { words: at..end, value, unit, is_ordinal: false });
        }
        // "half" of what is not said ("half past five", "media" of a scene) is no amount.
        return None;
    }
    if ONES.contains(&text.folded(at)) {
        let unit = unit_at(text, at + 1).filter(|unit| unit.dimension == Dimension::Time && unit.factor >= 1.0)?;
        return Some(with_part(text, Amount { words: at..at + 2, value: 1.0, unit: Some(unit), is_ordinal: false }));
    }
    let number = numbers.iter().find(|number| number.words.start == at)?;
    let Number { words, value, is_ordinal, .. } = number.clone();
    // "two numbers, say 36 and 48"
    let is_spelled = !text.folded(at).starts_with(|c: char| c.is_ascii_digit());
    if is_spelled
        && matches!(text.folded(words.end), "numbers" | "integers" | "values" | "zahlen" | "nombres" | "números")
    {
        return None;
    }
    if is_ordinal {
        return Some(Amount { words, value, unit: None, is_ordinal });
    }
    // "five dozen glasses"
    if matches!(text.folded(words.end), "dozen" | "dutzend" | "douzaines" | "docenas") {
        return Some(Amount { words: words.start..words.end + 1, value: value * 12.0, unit: None, is_ordinal });
    }
    let end = words.end;
    let amount = if let Some(unit) = unit(&number.suffix).filter(|_| !number.suffix.is_empty()) {
        Amount { words, value, unit: Some(unit), is_ordinal }
    } else if let Some(unit) = sign_at(text, &words) {
        Amount { words, value, unit: Some(unit), is_ordinal }
    } else if let Some(unit) = unit_at(text, end) {
        Amount { words: at..end + 1, value, unit: Some(unit), is_ordinal }
    } else if matches!(text.folded(end), "degrees" | "degree" | "grad" | "degrés" | "grados") {
        let scale = unit_at(text, end + 1).filter(|unit| unit.dimension == Dimension::Temperature);
        Amount { words: at..end + 1 + usize::from(scale.is_some()), value, unit: scale, is_ordinal }
    } else {
        Amount { words, value, unit: None, is_ordinal }
    };
    Some(with_part(text, amount))
}

/// "two hours and a half"
fn with_part(text: &Text, amount: Amount) -> Amount {
    let part = AND_PARTS.iter().find(|(words, _)| amount.unit.is_some() && text.has_at(amount.words.end, words));
    match part {
        Some((words, part)) => {
            Amount { value: amount.value + part, words: amount.words.start..amount.words.end + words.len(), ..amount }
        }
        None => amount,
    }
}

fn unit_at(text: &Text, at: usize) -> Option<Unit> {
    // Names of one letter are too often something else; they count where they are written at their number. But for "500 g" and "2 l".
    let is_name = |folded: &str| folded.chars().count() > 1 || matches!(folded, "g" | "l");
    text.words.get(at).filter(|word| is_name(&word.folded)).and_then(|word| unit(&word.folded))
}

/// `€`, `$`, `%` or `°C` beside a number.
fn sign_at(text: &Text, words: &Range<usize>) -> Option<Unit> {
    let (first, last) = (text.words.get(words.start)?, words.end.checked_sub(1)?);
    let before = text.source.get(..first.span.start)?.chars().next_back();
    let after = text.gap_after(last).trim_start().chars().next();
    let known =
        |c: Option<char>| c.filter(|c| matches!(c, '€' | '$' | '£' | '¥' | '%')).and_then(|c| unit(&c.to_string()));
    if text.gap_after(last).trim_start().starts_with('°') {
        return unit(&format!("°{}", text.folded(words.end)));
    }
    known(before.filter(|c| *c != '%')).or_else(|| known(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(f64, Option<&'static str>)> {
        amounts(&Text::read(text)).into_iter().map(|a| (a.value, a.unit.map(|unit| unit.name))).collect()
    }

    #[test]
    fn amounts_have_their_units() {
        for (text, expected) in [
            ("half an hour for the laundry please", vec![(0.5, Some("h"))]),
            ("wake me in an hour and a quarter", vec![(1.25, Some("h"))]),
            ("90 seconds timer for the tea", vec![(90.0, Some("s"))]),
            ("music off in three quarters of an hour", vec![(0.75, Some("h"))]),
            ("for 1 hour and 20 minutes", vec![(1.0 + 1.0 / 3.0, Some("h"))]),
            ("one and a half hours", vec![(1.5, Some("h"))]),
            ("five dozen glasses", vec![(60.0, None)]),
            ("a dozen candles", vec![(12.0, None)]),
            ("send $20 to Priya", vec![(20.0, Some("$"))]),
            ("dim it to 20%", vec![(20.0, Some("%"))]),
            ("heat it to 68 °F", vec![(68.0, Some("fahrenheit"))]),
            ("heat it to 21 degrees", vec![(21.0, None)]),
            ("a car for a week, 7 days", vec![(1.0, Some("week")), (7.0, Some("d"))]),
            ("eine halbe Stunde für die Wäsche", vec![(0.5, Some("h"))]),
            ("une demi-heure pour le pain", vec![(0.5, Some("h"))]),
            ("dentro de media hora por favor", vec![(0.5, Some("h"))]),
            ("boil it for 5min", vec![(5.0, Some("min"))]),
            ("set a timer for the bread", vec![]),
            ("half of the blinds", vec![]),
        ] {
            let found = read(text);
            let near = found.len() == expected.len()
                && found.iter().zip(&expected).all(|(a, b)| (a.0 - b.0).abs() < 1e-6 && a.1 == b.1);
            assert!(near, "{text}: {found:?}");
        }
    }
}
