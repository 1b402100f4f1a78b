//! `strftime` for chat templates that state the date, in UTC.

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Seconds since 1970-01-01T00:00:00Z.
pub(super) fn unix_now() -> u64 {
    web_time::SystemTime::now().duration_since(web_time::UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

/// Today's date in UTC, as `2026-01-31`.
pub fn today() -> String {
    strftime(unix_now(), "%Y-%m-%d")
}

/// Formats a time as Python's `strftime`; directives outside of `%aAbBdeHIjmMpSyYF%` and their `%-` forms stay as they
/// are.
pub(super) fn strftime(unix_seconds: u64, format: &str) -> String {
    let days = unix_seconds / 86_400;
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (unix_seconds % 86_400 / 3600, unix_seconds % 3600 / 60, unix_seconds % 60);
    let month_name = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
    let day_name = DAYS.get((days + 3) as usize % 7).copied().unwrap_or_default();
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut directive = chars.next();
        let bare = directive == Some('-');
        if bare {
            directive = chars.next();
        }
        let two = |n: u64| if bare { n.to_string() } else { format!("{n:02}") };
        match directive {
            Some('a') => out.extend(day_name.chars().take(3)),
            Some('A') => out.push_str(day_name),
            Some('b') => out.extend(month_name.chars().take(3)),
            Some('B') => out.push_str(month_name),
            Some('d') => out.push_str(&two(day)),
            Some('e') => out.push_str(&format!("{day:2}")),
            Some('H') => out.push_str(&two(hour)),
            Some('I') => out.push_str(&two((hour + 11) % 12 + 1)),
            Some('j') => out.push_str(&format!("{:03}", days - days_before(year) + 1)),
            Some('m') => out.push_str(&two(month)),
            Some('M') => out.push_str(&two(minute)),
            Some('p') => out.push_str(if hour < 12 { "AM" } else { "PM" }),
            Some('S') => out.push_str(&two(second)),
            Some('y') => out.push_str(&two(year % 100)),
            Some('Y') => out.push_str(&year.to_string()),
            Some('F') => out.push_str(&format!("{year}-{month:02}-{day:02}")),
            Some('%') => out.push('%'),
            other => {
                out.push_str(if bare { "%-" } else { "%" });
                out.extend(other);
            }
        }
    }
    out
}

/// Year, month and day (both from 1) of a day since 1970-01-01, in the Gregorian calendar (H. Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `civil_from_days`).
fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// Days from 1970-01-01 to the first of January of `year`.
fn days_before(year: u64) -> u64 {
    let y = year - 1;
    (y * 365 + y / 4 - y / 100 + y / 400).saturating_sub(719_162)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        assert_eq!(strftime(0, "%A %d %B %Y %H:%M:%S %j"), "Thursday 01 January 1970 00:00:00 001");
        // 29 February 2024 and 31 December 2024, by `date -u -d @...`.
        assert_eq!(strftime(1_709_210_096, "%a %-d %b %y %I:%M %p %F"), "Thu 29 Feb 24 12:34 PM 2024-02-29");
        assert_eq!(strftime(1_735_689_599, "%d %b %Y %j 100%% %Q %"), "31 Dec 2024 366 100% %Q %");
    }
}
