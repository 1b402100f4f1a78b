//! What stands before a value: prepositions by the meaning of a slot, and quotes.

use std::ops::Range;

use super::{slots::Slot, text::Text};

/// Prepositions behind which the value of a slot stands.
pub(super) struct Phrases {
    pub prepositions: Vec<&'static str>,
}

/// By words of a slot's name: the prepositions of its values, in English, German, French and Spanish.
const ROLES: [(&str, &str); 20] = [
    ("text body message content note", "saying sagt disant diciendo"),
    ("to recipient destination arrival end target receiver", "to nach an à vers a para hacia"),
    ("until", "to until till bis jusqu'au hasta al"),
    ("from origin departure source start sender", "from von ab aus de depuis desde since by"),
    (
        "in room place city location near where folder country speaker region area",
        "in at near im dans en on around of du de la",
    ),
    ("label", "called named labelled namens appelé llamado for für pour para"),
    ("title name subject called", "called named titled labelled namens appelé llamado"),
    ("topic about query words keyword", "about on over über sur sobre mention mentions for nach"),
    ("text subject content", "about über sobre"),
    ("artist author director composer", "by von de par por"),
    ("reference reason purpose", "for für pour para because"),
    ("playlist list basket", "to on in auf dans a"),
    ("new", "to into in als en a"),
    ("assignee owner responsible", "for to für à para"),
    ("person contact", "to with for an mit für à avec pour a con para"),
    ("country region state nation", "for in of from für pour para"),
    ("doctor physician coach trainer instructor partner", "with to mit bei avec con"),
    ("receiver recipient payee", "to with an mit à avec a con"),
    ("cast actor actress starring star", "with featuring starring mit avec con"),
    ("people attendees guests participants", "with mit avec con"),
];

impl Phrases {
    /// Words that end a phrase.
    pub(super) const BOUNDARIES: [&str; 58] = [
        "saying", "to", "from", "in", "at", "on", "for", "about", "by", "with", "called", "named", "titled", "and",
        "until", "near", "into", "then", "nach", "von", "im", "um", "auf", "für", "mit", "und", "an", "bis", "à",
        "dans", "pour", "avec", "et", "sur", "en", "para", "con", "sobre", "por", "y", "desde", "hasta", "because",
        "that", "without", "ohne", "sans", "sin", "vom", "zum", "zur", "beim", "ins", "du", "des", "del", "aux", "au",
    ];

    /// Whether the values of a slot are names of people.
    pub(super) fn takes_people(slot: &Slot<'_>) -> bool {
        const PEOPLE: [&str; 30] = [
            "user",
            "person",
            "recipient",
            "receiver",
            "assignee",
            "owner",
            "people",
            "attendees",
            "guests",
            "participants",
            "sender",
            "contact",
            "patient",
            "player",
            "volunteer",
            "adopter",
            "visitor",
            "customer",
            "client",
            "author",
            "driver",
            "passenger",
            "teacher",
            "student",
            "employee",
            "colleague",
            "friend",
            "child",
            "animal",
            "dog",
        ];
        slot.name_words().iter().any(|word| PEOPLE.contains(&word.as_str()))
    }

    pub(super) fn of(slot: &Slot<'_>) -> Self {
        let named = slot.name_words();
        let has =
            |words: &&(&str, &str)| words.0.split_ascii_whitespace().any(|role| named.iter().any(|word| word == role));
        let prepositions = ROLES.iter().filter(has).flat_map(|(_, words)| words.split_ascii_whitespace()).collect();
        Self { prepositions }
    }
}

/// A name without the ending of its possessor: "Elena Rossi's".
pub fn without_possessive(name: &str) -> &str {
    name.strip_suffix("'s").or_else(|| name.strip_suffix("’s")).unwrap_or(name)
}

/// A quoted part of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quote {
    /// Its words.
    pub words: Range<usize>,
    /// What stands between the marks.
    pub text: String,
}

const MARKS: [(char, char); 6] = [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('‘', '’'), ('\'', '\'')];

/// The quoted parts of a text, in order.
pub(super) fn quotes(text: &Text) -> Vec<Quote> {
    let source = &text.source;
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((at, open)) =
        source.get(from..).and_then(|rest| rest.char_indices().find(|(_, c)| MARKS.iter().any(|m| m.0 == *c)))
    {
        let start = from + at;
        let inner = start + open.len_utf8();
        // An apostrophe inside of a word opens nothing.
        let glued =
            source.get(..start).and_then(|before| before.chars().next_back()).is_some_and(char::is_alphanumeric);
        let close = MARKS.iter().filter(|mark| mark.0 == open && !glued).find_map(|mark| {
            let rest = source.get(inner..)?;
            let end = rest.char_indices().find(|(at, c)| {
                let next = rest.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
                *c == mark.1 && !(mark.1 == '\'' && next.is_some_and(char::is_alphanumeric))
            })?;
            Some((inner + end.0, inner + end.0 + end.1.len_utf8()))
        });
        let Some((end, after)) = close else {
            from = inner;
            continue;
        };
        let inside = |word: &super::text::Word| word.span.start >= inner && word.span.end <= end;
        let first = text.words.iter().position(inside);
        let count = text.words.iter().filter(|word| inside(word)).count();
        let words = first.map_or(0..0, |first| first..first + count);
        found.push(Quote { words, text: source.get(inner..end).unwrap_or_default().to_owned() });
        from = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_found() {
        for (source, expected) in [
            ("new issue 'Dark mode' for \"Selin K.\"", vec!["Dark mode", "Selin K."]),
            ("it's Mia's “first” recital", vec!["first"]),
            ("notiere „Brot kaufen“ bitte", vec!["Brot kaufen"]),
            ("no 'end", vec![]),
            ("'don't stop' by Fleetwood", vec!["don't stop"]),
        ] {
            let text = Text::read(source);
            let found: Vec<String> = quotes(&text).into_iter().map(|quote| quote.text).collect();
            assert_eq!(found, expected, "{source}");
        }
    }
}
