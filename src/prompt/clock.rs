//! The date and time that chat templates state, as Python's `datetime.now().strftime(...)` writes them.

use std::fmt::Write;

use chrono::{DateTime, Local, NaiveDateTime, Utc};

/// Directives of `strftime` in Python on Linux.
const DIRECTIVES: &str = "aAbBcCdDeFfgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%";
/// What may stand between `%` and the letter: without padding, with spaces, with zeros.
const PADDING: &str = "-_0";

/// A moment as a person at this place calls it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    local: NaiveDateTime,
    unix_seconds: i64,
}

impl Moment {
    /// Now, in the time zone of the machine or the browser.
    pub(super) fn now() -> Self {
        let now = Local::now();
        Self { local: now.naive_local(), unix_seconds: now.timestamp() }
    }

    /// A time in UTC.
    pub(super) fn of_unix_time(seconds: u64) -> Self {
        let unix_seconds = i64::try_from(seconds).unwrap_or(0);
        Self { local: DateTime::from_timestamp(unix_seconds, 0).unwrap_or_default().naive_utc(), unix_seconds }
    }

    /// What a directive stands for; `None` where `chrono` does not know it.
    fn directive(self, padding: &str, letter: char) -> Option<String> {
        match letter {
            // Python's `datetime.now()` knows no time zone.
            'z' | 'Z' => return Some(String::new()),
            's' => return Some(self.unix_seconds.to_string()),
            _ => {}
        }
        let pattern = if letter == 'f' { "%6f".to_owned() } else { format!("%{padding}{letter}") };
        let mut out = String::new();
        write!(out, "{}", self.local.format(&pattern)).ok().map(|()| out)
    }

    /// Formats the time; what is no directive stays as it is.
    pub(super) fn strftime(self, format: &str) -> String {
        let mut out = String::new();
        let mut rest = format;
        while let Some((before, after)) = rest.split_once('%') {
            out += before;
            let padding = after.get(..1).filter(|flag| PADDING.contains(*flag)).unwrap_or_default();
            let letter = after.chars().nth(padding.len()).filter(|letter| DIRECTIVES.contains(*letter));
            let text = letter.and_then(|letter| self.directive(padding, letter));
            // All directives are of one byte.
            let end = if text.is_some() { padding.len() + 1 } else { 0 };
            out += text.as_deref().unwrap_or("%");
            rest = after.get(end..).unwrap_or_default();
        }
        out + rest
    }
}

/// Today's date in UTC, as `2026-01-31`.
pub fn today() -> String {
    Utc::now().format("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        let written = |seconds, format| Moment::of_unix_time(seconds).strftime(format);
        assert_eq!(written(0, "%A %d %B %Y %H:%M:%S %j"), "Thursday 01 January 1970 00:00:00 001");
        // 29 February 2024 and 31 December 2024, by `date -u -d @...`.
        assert_eq!(written(1_709_210_096, "%a %-d %b %y %I:%M %p %F"), "Thu 29 Feb 24 12:34 PM 2024-02-29");
        assert_eq!(written(1_735_689_599, "%d %b %Y %j 100%% %Q %"), "31 Dec 2024 366 100% %Q %");
        // `python3 -c "import datetime as d; print(d.datetime.utcfromtimestamp(1709210096).strftime('...'))"`
        assert_eq!(
            written(1_709_210_096, "%D %R %T %u %w %U %x %X %c %h %C %G-W%V [%Z%z] %e %f"),
            "02/29/24 12:34 12:34:56 4 4 08 02/29/24 12:34:56 Thu Feb 29 12:34:56 2024 Feb 20 2024-W09 [] 29 000000"
        );
        assert_eq!(written(1_709_210_096, "é%é%-é%"), "é%é%-é%");
    }
}
