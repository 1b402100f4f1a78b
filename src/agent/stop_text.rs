//! Texts that end before a stop text.

use std::ops::ControlFlow;

/// Collects a text as it is written, and cuts it before the first stop text.
pub(super) struct StopText<'a> {
    stops: &'a [String],
    /// What was given out, then what may be the beginning of a stop text.
    text: String,
    given: usize,
    stopped: bool,
}

impl<'a> StopText<'a> {
    /// Empty stop texts end nothing.
    pub(super) fn new(stops: &'a [String]) -> Self {
        Self { stops, text: String::new(), given: 0, stopped: false }
    }

    /// Takes the next piece; gives the text that became certain.
    pub(super) fn push(&mut self, piece: &str) -> String {
        if self.stopped {
            return String::new();
        }
        self.text += piece;
        let found = self.stops.iter().filter(|stop| !stop.is_empty());
        let found = found.filter_map(|stop| self.text.get(self.given..)?.find(stop.as_str()));
        if let Some(at) = found.min() {
            self.text.truncate(self.given + at);
            self.stopped = true;
        }
        let certain = if self.stopped { self.text.len() } else { self.text.len() - self.held_back() };
        self.give(certain)
    }

    /// Whether more is wanted.
    pub(super) fn go_on(&self) -> ControlFlow<()> {
        if self.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Gives what was held back; the text ends here.
    pub(super) fn finish(&mut self) -> String {
        self.give(self.text.len())
    }

    /// All of the text.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn give(&mut self, end: usize) -> String {
        let new = self.text.get(self.given..end).unwrap_or_default().to_owned();
        self.given = end;
        new
    }

    /// Bytes at the end that a stop text may begin with.
    fn held_back(&self) -> usize {
        let tail = self.text.get(self.given..).unwrap_or_default();
        let begins = |stop: &String| {
            let lengths = stop.char_indices().map(|(at, _)| at).filter(|at| *at <= tail.len());
            lengths.filter(|at| tail.ends_with(&stop[..*at])).max().unwrap_or(0)
        };
        self.stops.iter().map(begins).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is given out piece by piece, and the whole text.
    fn written(stops: &[&str], pieces: &[&str]) -> (Vec<String>, String) {
        let stops: Vec<String> = stops.iter().map(|stop| (*stop).to_owned()).collect();
        let mut text = StopText::new(&stops);
        let mut given: Vec<String> = pieces.iter().map(|piece| text.push(piece)).collect();
        given.push(text.finish());
        (given, text.into_text())
    }

    #[test]
    fn a_text_ends_before_the_first_stop_text() {
        assert_eq!(written(&[], &["a\n", "b"]), (vec!["a\n".into(), "b".into(), String::new()], "a\nb".into()));
        assert_eq!(written(&["\n"], &["a\n", "b"]).1, "a");
        assert_eq!(written(&["END", "b"], &["ab", "cEND"]).1, "a");
        assert_eq!(written(&["", "x"], &["ab"]).1, "ab");
    }

    #[test]
    fn what_may_begin_a_stop_text_is_held_back() {
        let (given, text) = written(&["</s>"], &["a<", "/", "s", "b</", "s>", "c"]);
        assert_eq!(given, ["a", "", "", "</sb", "", "", ""]);
        assert_eq!(text, "a</sb");
        // It was none after all.
        assert_eq!(written(&["é!"], &["xé"]), (vec!["x".into(), "é".into()], "xé".into()));
    }
}
