//! Which clauses of a request stand, and which are ruled out: "no timer, just note that the oven runs hot".

use std::ops::Range;

use super::{Language, lexicon::is_verb, text::Text};

/// The clauses of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clauses {
    /// For each word, whether its clause stands.
    stands: Vec<bool>,
    /// Something is ruled out.
    pub has_negation: bool,
}

/// Words before the beginning of what is said.
const OPENINGS: [&str; 24] = [
    "please", "pls", "ok", "okay", "hey", "hi", "well", "so", "and", "but", "just", "bitte", "also", "und", "aber",
    "s'il", "te", "plaît", "alors", "et", "mais", "por", "favor", "y",
];
/// Beginnings of a clause that rules something out.
const ENGLISH: [&[&str]; 26] = [
    &["don't", "ever"],
    &["don't"],
    &["dont"],
    &["do", "not"],
    &["never"],
    &["no"],
    &["not"],
    &["nothing"],
    &["i", "don't"],
    &["i", "do", "not"],
    &["i", "didn't"],
    &["i", "did", "not"],
    &["i", "won't"],
    &["i", "will", "not"],
    &["i", "never"],
    &["i", "have", "not"],
    &["i", "haven't"],
    &["i'd", "rather", "not"],
    &["i", "would", "rather", "not"],
    &["we", "don't"],
    &["we", "won't"],
    &["you", "shouldn't"],
    &["you", "should", "not"],
    &["there's", "no", "need"],
    &["there", "is", "no", "need"],
    &["it's", "not", "necessary"],
];
/// What follows a beginning that rules nothing out: "don't forget", "not before 2 pm", "no more than 30", "I don't know".
const HARMLESS: [&str; 16] = [
    "forget", "before", "after", "more", "later", "earlier", "less", "longer", "than", "only", "until", "over",
    "above", "under", "know", "have",
];
/// Words that rule their clause out wherever they stand.
const GERMAN: [&str; 9] = ["nicht", "kein", "keine", "keinen", "keinem", "keiner", "nie", "niemals", "nichts"];
const FRENCH: [&str; 4] = ["pas", "rien", "jamais", "aucun"];
const SPANISH: [&str; 4] = ["no", "nunca", "nada", "jamás"];
/// Words that begin a clause without a mark before them.
const TURNS: [&str; 9] = ["but", "instead", "sondern", "aber", "stattdessen", "mais", "plutôt", "sino", "pero"];

impl Clauses {
    pub(super) fn of(text: &Text) -> Self {
        let mut stands = vec![true; text.words.len()];
        let mut has_negation = false;
        for clause in split(text) {
            if is_negated(text, &clause) {
                has_negation = true;
                stands.iter_mut().take(clause.end).skip(clause.start).for_each(|stands| *stands = false);
            }
        }
        Self { stands, has_negation }
    }

    /// Whether the clause of a word stands.
    pub(super) fn stands(&self, at: usize) -> bool {
        self.stands.get(at).copied().unwrap_or(false)
    }
}

impl Text {
    /// Whether it says nothing but what is to be done: "add some". True for a text without words.
    pub fn is_mere_command(&self) -> bool {
        self.content().all(|at| self.words.get(at).is_some_and(is_verb))
    }

    /// Whether its words are commands and numbers alone, with a number: "make that 160". Not "cancel that".
    pub fn only_sets_values(&self) -> bool {
        let is_number = |at: &usize| self.folded(*at).starts_with(|c: char| c.is_ascii_digit());
        let is_plain = |at: usize| is_number(&at) || self.words.get(at).is_some_and(is_verb);
        self.has_pronoun() && self.content().all(is_plain) && self.content().any(|at| is_number(&at))
    }

    /// Whether every clause that asks for something is ruled out.
    pub fn is_ruled_out(&self) -> bool {
        let clauses = Clauses::of(self);
        clauses.has_negation && !self.content().any(|at| clauses.stands(at))
    }
}

impl Text {
    /// The requests of a text that asks for several things: "close the blinds and start the night scene". One for most texts.
    pub fn requests(&self) -> Vec<Text> {
        const JOINTS: [&str; 7] = ["and", "then", "und", "dann", "et", "puis", "y"];
        let mut starts = vec![0];
        for at in 1..self.words.len() {
            let follows = JOINTS.contains(&self.folded(at - 1));
            let says = self
                .words
                .get(*starts.last().unwrap_or(&0)..at - 1)
                .unwrap_or_default()
                .iter()
                .any(|word| !word.is_function);
            if follows && says && self.words.get(at).is_some_and(is_verb) {
                starts.push(at);
            }
        }
        let ends = starts.iter().skip(1).map(|start| start - 1).chain([self.words.len()]);
        starts
            .iter()
            .zip(ends)
            .map(|(start, end)| Self::read_in(self.slice(&(*start..end)), self.language).said_on(self.today))
            .collect()
    }
}

fn split(text: &Text) -> Vec<Range<usize>> {
    let mut clauses = Vec::new();
    let mut start = 0;
    for at in 0..text.words.len() {
        let gap = text.gap_after(at);
        let is_marked = gap.contains([',', ';', '.', '!', '?', '–', '—', ':']) || gap.contains(" - ");
        let ends = at + 1 == text.words.len() || is_marked || TURNS.contains(&text.folded(at + 1));
        if ends {
            clauses.push(start..at + 1);
            start = at + 1;
        }
    }
    clauses
}

fn is_negated(text: &Text, clause: &Range<usize>) -> bool {
    let mut at = clause.start;
    while at < clause.end && OPENINGS.contains(&text.folded(at)) {
        at += 1;
    }
    // "why don't you", "if not", "can you not" ask.
    if matches!(text.folded(at), "why" | "if" | "wenn" | "si" | "warum" | "pourquoi") {
        return false;
    }
    // A lone "no" or "nein" answers; it rules out what was said before, not what follows.
    let begins = ENGLISH.iter().find(|words| at + words.len() < clause.end && text.has_at(at, words));
    if let Some(words) = begins {
        return !HARMLESS.contains(&text.folded(at + words.len()));
    }
    let others: &[&str] = match text.language {
        Language::English => return false,
        Language::German => &GERMAN,
        Language::French => &FRENCH,
        Language::Spanish => &SPANISH,
    };
    (at..clause.end).any(|at| {
        let harmless = matches!(
            text.folded(at + 1),
            "vor" | "nach" | "mehr" | "avant" | "après" | "plus" | "antes" | "más" | "olvides"
        );
        others.contains(&text.folded(at)) && !harmless
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(source: &str) -> String {
        let text = Text::read(source);
        let clauses = Clauses::of(&text);
        let words = text.words.iter().enumerate().filter(|(at, _)| clauses.stands(*at));
        words.map(|(_, word)| word.folded.clone()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn several_requests_come_apart() {
        let parts = |source: &str| -> Vec<String> {
            Text::read(source)
                .requests()
                .into_iter()
                .map(|part| part.slice(&(0..part.words.len())).to_owned())
                .collect()
        };
        assert_eq!(
            parts("close the blinds in the bedroom and start the night scene"),
            ["close the blinds in the bedroom", "start the night scene"]
        );
        assert_eq!(
            parts("mail Ana with the subject Late, and empty the trash"),
            ["mail Ana with the subject Late", "empty the trash"]
        );
        assert_eq!(parts("invite Kofi and Elena"), ["invite Kofi and Elena"]);
        assert_eq!(parts(""), [""]);
    }

    #[test]
    fn what_is_ruled_out_does_not_stand() {
        for (text, expected) in [
            ("don't set a timer", ""),
            ("please do not change the colours again", ""),
            ("no timer, just note that the oven runs hot", "just note that the oven runs hot"),
            ("not the front door, lock the garage", "lock the garage"),
            ("delete map-old but do not delete map", "delete map-old"),
            ("I won't be returning it", ""),
            ("don't forget to buy milk", "don't forget to buy milk"),
            ("trains to York, not before 2 pm", "trains to york not before 2 pm"),
            ("why don't you set a timer", "why don't you set a timer"),
            ("is it locked? if not, lock it", "is it locked if not lock it"),
            ("Mach bitte nicht das Licht an", ""),
            ("N'envoie rien à Marc", ""),
            ("no pongas música, por favor", "por favor"),
            ("set a timer for ten minutes", "set a timer for ten minutes"),
        ] {
            assert_eq!(standing(text), expected, "{text}");
        }
    }
}
