//! Dates in a text that was split into words.

use std::ops::Range;

/// Year, month, day.
pub(super) type Date = (u32, u32, u32);

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The dates with a year among `words` (lower case, numbers without leading zeros), each with the words that it takes:
/// `2024 3 5`, `march 5 2024`, `march 5 th 2024`, `5 th of march 2024`, and `3 5 2024`, which is read both ways.
pub(super) fn dates(words: &[String]) -> Vec<(Range<usize>, Date)> {
    let mut found = Vec::new();
    for start in 0..words.len() {
        let mut at = start;
        let mut next = || {
            while words
                .get(at)
                .is_some_and(|w| at > start && matches!(w.as_str(), "st" | "nd" | "rd" | "th" | "of" | "the"))
            {
                at += 1;
            }
            at += 1;
            words.get(at - 1).map_or(Part::Other, |word| Part::of(word))
        };
        let parts = (next(), next(), next());
        let mut add = |year: u32, month: u32, day: u32| {
            if (1..=12).contains(&month) && (1..=31).contains(&day) {
                found.push((start..at, (year, month, day)));
            }
        };
        match parts {
            (Part::Year(y), Part::Small(m), Part::Small(d)) => add(y, m, d),
            (Part::Month(m), Part::Small(d), Part::Year(y)) | (Part::Small(d), Part::Month(m), Part::Year(y)) => {
                add(y, m, d)
            }
            (Part::Small(a), Part::Small(b), Part::Year(y)) => {
                add(y, a, b);
                if a != b {
                    add(y, b, a);
                }
            }
            _ => {}
        }
    }
    found
}

#[derive(Clone, Copy)]
enum Part {
    Year(u32),
    Month(u32),
    /// 1 to 31.
    Small(u32),
    Other,
}

impl Part {
    fn of(word: &str) -> Self {
        match word.parse::<u32>() {
            Ok(n @ 1..=31) => Self::Small(n),
            Ok(n @ 1000..=2999) => Self::Year(n),
            Ok(_) => Self::Other,
            Err(_) => {
                let is = |month: &str| {
                    month == word
                        || (word.len() == 3 && month.starts_with(word))
                        || (word == "sept" && month == "september")
                };
                let month = MONTHS.iter().zip(1..).find(|(month, _)| is(month));
                month.map_or(Self::Other, |(_, n)| Self::Month(n))
            }
        }
    }
}
