//! Days and times of day of a request.

use std::ops::Range;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use super::{Language, numbers::Number, text::Text};

/// A time of day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clock {
    /// Its words.
    pub words: Range<usize>,
    pub hour: u32,
    pub minute: u32,
}

/// Forms in which descriptions ask for dates, and the same for `chrono`. Those with a time of day first.
const FORMS: [(&str, &str); 9] = [
    ("yyyy-mm-dd hh:mm:ss", "%Y-%m-%d %H:%M:%S"),
    ("%y-%m-%d %h:%m:%s", "%Y-%m-%d %H:%M:%S"),
    ("yyyy-mm-dd", "%Y-%m-%d"),
    ("%y-%m-%d", "%Y-%m-%d"),
    ("mm/dd/yyyy", "%m/%d/%Y"),
    ("dd/mm/yyyy", "%d/%m/%Y"),
    ("mm-dd-yyyy", "%m-%d-%Y"),
    ("dd-mm-yyyy", "%d-%m-%Y"),
    ("dd.mm.yyyy", "%d.%m.%Y"),
];

/// A form of dates, with a time of day or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    form: &'static str,
    pub has_time: bool,
}

impl Form {
    /// The form that a description asks for.
    pub(super) fn of(description: &str) -> Option<Self> {
        let folded = description.to_lowercase();
        let found = FORMS.iter().find(|(asked, _)| folded.contains(asked))?;
        Some(Self { form: found.1, has_time: found.1.contains("%H") })
    }

    /// A date in this form; the time of day is that of `clock`.
    pub(super) fn spell(self, date: NaiveDate, clock: Option<&Clock>) -> String {
        let (hour, minute) = clock.map_or((0, 0), |clock| (clock.hour, clock.minute));
        date.and_hms_opt(hour, minute, 0).unwrap_or_default().format(self.form).to_string()
    }
}

/// A day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Day {
    /// Its words, without the preposition before them.
    pub words: Range<usize>,
    /// Which day it is.
    pub when: When,
}

/// A day as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// By the calendar; the year only where it is said.
    Date { year: Option<i32>, month: u32, day: u32 },
    /// So many days from today.
    InDays(i64),
    /// The next one of that name.
    On(Weekday),
}

impl When {
    /// The date; `None` for what depends on today, where today is not known.
    pub(super) fn date(self, today: Option<NaiveDate>) -> Option<NaiveDate> {
        match self {
            Self::Date { year: Some(year), month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Self::Date { year: None, month, day } => {
                let today = today?;
                let in_year = |year: i32| NaiveDate::from_ymd_opt(year, month, day);
                // A day that is over this year is that of the next; 29 February may be years away.
                (today.year()..today.year() + 9).filter_map(in_year).find(|date| *date >= today)
            }
            Self::InDays(days) => today?.checked_add_signed(TimeDelta::try_days(days)?),
            Self::On(weekday) => today?.iter_days().skip(1).find(|date| date.weekday() == weekday),
        }
    }
}

const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar", "jänner", "janvier", "enero"],
    &["february", "feb", "februar", "février", "febrero"],
    &["march", "mar", "märz", "mars", "marzo"],
    &["april", "apr", "avril", "abril"],
    &["may", "mai", "mayo"],
    &["june", "jun", "juni", "juin", "junio"],
    &["july", "jul", "juli", "juillet", "julio"],
    &["august", "aug", "août", "agosto"],
    &["september", "sep", "sept", "septembre", "septiembre"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre"],
    &["november", "nov", "novembre", "noviembre"],
    &["december", "dec", "dezember", "dez", "décembre", "diciembre"],
];
const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "monday mon montag lundi lunes"),
    (Weekday::Tue, "tuesday tue dienstag mardi martes"),
    (Weekday::Wed, "wednesday wed mittwoch mercredi miércoles"),
    (Weekday::Thu, "thursday thu donnerstag jeudi jueves"),
    (Weekday::Fri, "friday fri freitag vendredi viernes"),
    (Weekday::Sat, "saturday samstag sonnabend samedi sábado"),
    (Weekday::Sun, "sunday sonntag dimanche domingo"),
];
/// Words for days that depend on today, with how many days they are from it.
const RELATIVE: [(&[&str], i64); 14] = [
    (&["the", "day", "after", "tomorrow"], 2),
    (&["day", "after", "tomorrow"], 2),
    (&["today"], 0),
    (&["tonight"], 0),
    (&["tomorrow"], 1),
    (&["yesterday"], -1),
    (&["heute"], 0),
    (&["übermorgen"], 2),
    (&["gestern"], -1),
    (&["aujourd'hui"], 0),
    (&["après-demain"], 2),
    (&["demain"], 1),
    (&["pasado", "mañana"], 2),
    (&["hoy"], 0),
];
/// What may stand before the name of a weekday, as part of the day.
const NEXT: [&str; 8] = ["next", "this", "coming", "nächsten", "kommenden", "diesen", "próximo", "este"];

/// The days of a text, in order.
pub(super) fn days(text: &Text, numbers: &[Number]) -> Vec<Day> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.words.len() {
        match day_at(text, numbers, at) {
            Some(day) => {
                at = day.words.end;
                found.push(day);
            }
            None => at += 1,
        }
    }
    found
}

fn day_at(text: &Text, numbers: &[Number], at: usize) -> Option<Day> {
    if let Some((words, days)) = RELATIVE.iter().find(|(words, _)| text.has_at(at, words)) {
        return Some(Day { words: at..at + words.len(), when: When::InDays(*days) });
    }
    let word = text.folded(at);
    // "morgen" and "mañana" are tomorrow, but not behind an article, where they are the morning.
    let alone = at == 0 || !matches!(text.folded(at - 1), "la" | "am" | "guten" | "jeden" | "heute");
    if alone
        && (word == "morgen" && text.language == Language::German
            || word == "mañana" && text.language == Language::Spanish)
    {
        return Some(Day { words: at..at + 1, when: When::InDays(1) });
    }
    let weekday = |word: &str| {
        let named = WEEKDAYS.iter().find(|(_, names)| names.split_ascii_whitespace().any(|name| name == word));
        named.map(|(weekday, _)| When::On(*weekday))
    };
    if let Some(when) = weekday(word) {
        return Some(Day { words: at..at + 1, when });
    }
    if NEXT.contains(&word)
        && let Some(when) = weekday(text.folded(at + 1))
    {
        return Some(Day { words: at..at + 2, when });
    }
    let date = written(word).map(|when| Day { words: at..at + 1, when });
    date.or_else(|| with_month(text, numbers, at))
}

/// `2026-05-03`, `24.12.2026`, `3/5/2026` (whose month is not known), `24.12.`
fn written(word: &str) -> Option<When> {
    let of = |year: u32, month: u32, day: u32| When::Date { year: i32::try_from(year).ok(), month, day };
    let parts = |mark: char| -> Option<Vec<u32>> { word.split(mark).map(|part| part.parse().ok()).collect() };
    let valid = |month: u32, day: u32| (1..=12).contains(&month) && (1..=31).contains(&day);
    if let Some(&[year, month, day]) = parts('-').as_deref()
        && year > 1000
        && valid(month, day)
    {
        return Some(of(year, month, day));
    }
    for mark in ['.', '/'] {
        if let Some(&[day, month, year]) = parts(mark).as_deref()
            && year > 1000
        {
            return if valid(month, day) {
                Some(of(year, month, day))
            } else {
                valid(day, month).then(|| of(year, day, month))
            };
        }
    }
    None
}

/// `3 May`, `the 3rd of May 2026`, `May 3`, `am 3. Mai`, `le 3 mai`, `el 3 de mayo`
fn with_month(text: &Text, numbers: &[Number], at: usize) -> Option<Day> {
    let month_at =
        |at: usize| (1..).zip(MONTHS).find(|(_, names)| names.contains(&text.folded(at))).map(|(month, _)| month);
    let number_at = |at: usize| numbers.iter().find(|number| number.words.start == at && number.value.fract() == 0.0);
    let day_of = |number: &Number| Some(number.value).filter(|day| (1.0..=31.0).contains(day)).map(|day| day as u32);
    let year_at =
        |at: usize| number_at(at).map(|n| n.value).filter(|year| (1900.0..2200.0).contains(year)).map(|y| y as i32);
    if let Some(number) = number_at(at) {
        let mut end = number.words.end;
        if matches!(text.folded(end), "of" | "de") {
            end += 1;
        }
        let (day, month) = (day_of(number)?, month_at(end)?);
        let year = year_at(end + 1);
        return Some(Day { words: at..end + 1 + usize::from(year.is_some()), when: When::Date { year, month, day } });
    }
    let month = month_at(at)?;
    let skip = at + 1 + usize::from(text.folded(at + 1) == "the");
    let number = number_at(skip)?;
    let day = day_of(number)?;
    let year = year_at(number.words.end);
    Some(Day { words: at..number.words.end + usize::from(year.is_some()), when: When::Date { year, month, day } })
}

/// Words behind which a bare number is an hour.
const AT: [&str; 6] = ["at", "um", "à", "las", "gegen", "vers"];
/// Words behind a number that make an hour of it.
const OCLOCK: [&str; 4] = ["o'clock", "uhr", "heures", "h"];
/// Words for the half of a day, and what they add to an hour before noon.
const HALVES: [(&[&str], bool); 22] = [
    (&["am"], false),
    (&["a.m"], false),
    (&["in", "the", "morning"], false),
    (&["morgens"], false),
    (&["vormittags"], false),
    (&["früh"], false),
    (&["du", "matin"], false),
    (&["de", "la", "mañana"], false),
    (&["pm"], true),
    (&["p.m"], true),
    (&["in", "the", "afternoon"], true),
    (&["in", "the", "evening"], true),
    (&["at", "night"], true),
    (&["tonight"], true),
    (&["this", "evening"], true),
    (&["nachmittags"], true),
    (&["abends"], true),
    (&["am", "abend"], true),
    (&["de", "l'après-midi"], true),
    (&["du", "soir"], true),
    (&["de", "la", "tarde"], true),
    (&["de", "la", "noche"], true),
];
const NAMED: [(&str, u32); 8] = [
    ("noon", 12),
    ("midday", 12),
    ("midnight", 0),
    ("mitternacht", 0),
    ("midi", 12),
    ("minuit", 0),
    ("mediodía", 12),
    ("medianoche", 0),
];

/// The times of day of a text, in order.
pub(super) fn clocks(text: &Text, numbers: &[Number]) -> Vec<Clock> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.words.len() {
        match clock_at(text, numbers, at) {
            Some(clock) => {
                at = clock.words.end;
                found.push(clock);
            }
            None => at += 1,
        }
    }
    // "We are four tonight, at 19:30"
    let is_exact = |clock: &Clock| text.slice(&clock.words).contains(':');
    if found.iter().any(is_exact) {
        let is_guess = |clock: &Clock| !is_exact(clock) && text.folded(clock.words.end.saturating_sub(1)) == "tonight";
        found.retain(|clock| !is_guess(clock));
    }
    found
}

fn clock_at(text: &Text, numbers: &[Number], at: usize) -> Option<Clock> {
    let word = text.folded(at);
    if let Some((_, hour)) = NAMED.iter().find(|(name, _)| *name == word) {
        return Some(Clock { words: at..at + 1, hour: *hour, minute: 0 });
    }
    let number_at = |at: usize| numbers.iter().find(|number| number.words.start == at);
    let hour_at = |at: usize| number_at(at).filter(|n| (0.0..=24.0).contains(&n.value) && n.value.fract() == 0.0);
    // A time in words: half past five, quarter to eight, ten past six, halb acht, Viertel nach drei.
    let spoken = if matches!(word, "half" | "quarter" | "viertel" | "halb") { Some((at + 1, word)) } else { None };
    let spoken = spoken.map(|(next, word)| (next, if matches!(word, "half" | "halb") { 30 } else { 15 }));
    let spoken = spoken.or_else(|| hour_at(at).map(|n| (n.words.end, n.value as u32)));
    if let Some((mut next, minutes)) = spoken {
        if matches!(text.folded(next), "minutes" | "minuten") {
            next += 1;
        }
        let direction = match text.folded(next) {
            "past" | "after" | "nach" => Some(1),
            "to" | "vor" => Some(-1),
            _ => None,
        };
        if let (Some(direction), Some(hour)) = (direction, hour_at(next + 1)) {
            let total = hour.value as i64 * 60 + direction * i64::from(minutes);
            return Some(with_half(text, Clock { words: at..hour.words.end, hour: 0, minute: 0 }, total));
        }
        // "half eight" is half an hour after eight, where there is no "past".
        if word == "half"
            && let Some(hour) = hour_at(next)
            && half_at(text, hour.words.end).is_some()
        {
            return Some(with_half(
                text,
                Clock { words: at..hour.words.end, hour: 0, minute: 0 },
                hour.value as i64 * 60 + 30,
            ));
        }
        if word == "halb"
            && let Some(hour) = hour_at(next)
        {
            return Some(with_half(
                text,
                Clock { words: at..hour.words.end, hour: 0, minute: 0 },
                hour.value as i64 * 60 - 30,
            ));
        }
    }
    if let Some((hour, minute, is_marked)) = digital(word) {
        let mut clock = Clock { words: at..at + 1, hour, minute };
        if matches!(text.folded(at + 1), "uhr" | "heures" | "h") {
            clock.words.end += 1;
        } else if !is_marked {
            return None;
        }
        let total = i64::from(hour * 60 + minute);
        return Some(with_half(text, clock, total));
    }
    let number = hour_at(at)?;
    let mut clock = Clock { words: number.words.clone(), hour: 0, minute: 0 };
    let total = number.value as i64 * 60;
    let is_time = matches!(number.suffix.as_str(), "am" | "pm" | "h")
        || number.suffix.is_empty()
            && (OCLOCK.contains(&text.folded(clock.words.end)) || half_at(text, clock.words.end).is_some());
    let is_behind = at > 0 && AT.contains(&text.folded(at - 1)) && number.suffix.is_empty();
    // "at 20 percent" and "at 5 euros" are no times.
    let is_bare = text.words.get(clock.words.end).is_none_or(|next| next.is_function)
        || text.gap_after(clock.words.end - 1).contains([',', '.', ';']);
    if !(is_time || is_behind && is_bare) {
        return None;
    }
    if number.suffix == "pm" {
        return Some(with_hour(clock, total % 720 + 720));
    }
    if OCLOCK.contains(&text.folded(clock.words.end)) {
        clock.words.end += 1;
    }
    Some(with_half(text, clock, total))
}

/// `9:30`, `18h30`; `14.15` too, which is a time only where a word says so. The last value: it can be nothing else.
fn digital(word: &str) -> Option<(u32, u32, bool)> {
    let mark = word.find([':', 'h', '.'])?;
    let (hour, minute) = word.split_at_checked(mark)?;
    let (marked, minute) = (!minute.starts_with('.'), minute.get(1..)?);
    // "10:15:00"
    let minute = minute.strip_suffix(":00").unwrap_or(minute);
    let (minute, late) = match (minute.strip_suffix("pm"), minute.strip_suffix("am")) {
        (Some(minute), _) => (minute, Some(true)),
        (_, Some(minute)) => (minute, Some(false)),
        _ => (minute, None),
    };
    let minute = if minute.len() == 2 { minute.parse().ok()? } else { return None };
    let hour: u32 = hour.parse().ok()?;
    let hour = match late {
        Some(late) => hour % 12 + if late { 12 } else { 0 },
        None => hour,
    };
    (hour < 24 && minute < 60).then_some((hour, minute, marked))
}

/// The half of the day that is said at a place: whether it is the later one, and how many words say so.
fn half_at(text: &Text, at: usize) -> Option<(bool, usize)> {
    HALVES.iter().find(|(words, _)| text.has_at(at, words)).map(|(words, late)| (*late, words.len()))
}

/// The clock at a minute of the day, moved behind noon where the words behind it say so.
fn with_half(text: &Text, mut clock: Clock, total: i64) -> Clock {
    let mut total = total;
    // "tomorrow at 7 in the evening"
    if let Some((late, words)) = half_at(text, clock.words.end) {
        clock.words.end += words;
        total = total % 720 + if late { 720 } else { 0 };
    }
    with_hour(clock, total)
}

fn with_hour(clock: Clock, total: i64) -> Clock {
    let total = total.rem_euclid(24 * 60) as u32;
    Clock { hour: total / 60, minute: total % 60, ..clock }
}

#[cfg(test)]
mod tests {
    use super::{super::numbers::numbers, *};

    fn times(source: &str) -> Vec<String> {
        let text = Text::read(source);
        clocks(&text, &numbers(&text)).into_iter().map(|c| format!("{:02}:{:02}", c.hour, c.minute)).collect()
    }

    fn dates(source: &str) -> Vec<String> {
        let text = Text::read(source);
        days(&text, &numbers(&text)).into_iter().map(|day| text.slice(&day.words).to_owned()).collect()
    }

    #[test]
    fn times_of_day() {
        for (text, expected) in [
            ("dentist tomorrow at 9:30", vec!["09:30"]),
            ("not before 2 pm", vec!["14:00"]),
            ("today after half past five in the afternoon?", vec!["17:30"]),
            ("on 17 March, quarter past three in the afternoon", vec!["15:15"]),
            ("quarter to eight", vec!["07:45"]),
            ("at 7pm or 7:45pm", vec!["19:00", "19:45"]),
            ("um halb acht bitte", vec!["07:30"]),
            ("um 14.15 Uhr oder um 7 Uhr abends", vec!["14:15", "19:00"]),
            ("à 18h30 pour nous", vec!["18:30"]),
            ("a las 7 de la tarde, por favor", vec!["19:00"]),
            ("meeting at nine, title Retro", vec!["09:00"]),
            ("at noon", vec!["12:00"]),
            ("half eight in the evening", vec!["20:30"]),
            ("we are four tonight, at 19:30", vec!["19:30"]),
            ("2023-09-01 10:15:00", vec!["10:15"]),
            ("set it at 20 percent for 10 minutes", vec![]),
            ("volume 35, half of it", vec![]),
        ] {
            assert_eq!(times(text), expected, "{text}");
        }
    }

    #[test]
    fn days_as_they_are_said() {
        for (text, expected) in [
            ("dentist tomorrow at 9:30", vec!["tomorrow"]),
            ("from 1 July to 14 July", vec!["1 July", "14 July"]),
            ("on the 3rd of May 2026", vec!["3rd of May 2026"]),
            ("on May 3, next Friday and 2026-12-24", vec!["May 3", "next Friday", "2026-12-24"]),
            ("am 3. Mai oder übermorgen", vec!["3. Mai", "übermorgen"]),
            ("le 14 juillet et demain", vec!["14 juillet", "demain"]),
            ("el 3 de mayo por la mañana", vec!["3 de mayo"]),
            ("may I have 3 of them", vec![]),
        ] {
            assert_eq!(dates(text), expected, "{text}");
        }
        let text = Text::read("on 24.12.2026");
        assert_eq!(days(&text, &numbers(&text))[0].when, When::Date { year: Some(2026), month: 12, day: 24 });
    }

    #[test]
    fn days_are_dates_where_today_is_known() {
        let sunday = NaiveDate::from_ymd_opt(2026, 11, 29);
        for (source, expected) in [
            ("today", "2026-11-29"),
            ("the day after tomorrow", "2026-12-01"),
            ("next Sunday", "2026-12-06"),
            ("on Monday", "2026-11-30"),
            ("24 April", "2027-04-24"),
            ("29 November", "2026-11-29"),
            ("29 February", "2028-02-29"),
            ("3 May 2020", "2020-05-03"),
            ("vorgestern oder gestern", "2026-11-28"),
        ] {
            let text = Text::read(source);
            let day = days(&text, &numbers(&text)).remove(0);
            assert_eq!(day.when.date(sunday).map(|date| date.to_string()).as_deref(), Some(expected), "{source}");
            let is_known = matches!(day.when, When::Date { year: Some(_), .. });
            assert_eq!(day.when.date(None).is_some(), is_known, "{source}");
        }
        assert_eq!(When::Date { year: Some(2026), month: 2, day: 30 }.date(sunday), None);
    }
}
