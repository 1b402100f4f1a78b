//! What a program knows beside the request: the date, the language, the place.

use chrono::{Local, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    task::{Role, Task},
};

/// Facts of the system. They stand at the start of the user's turn, behind the menu, for models that read instructions; and "tomorrow" is
/// a date by them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// The local date and time, `2026-11-29T14:05`.
    pub now: Option<String>,
    /// The user's language and country, `en-GB`.
    pub locale: Option<String>,
    /// Where the user is, in words.
    pub place: Option<String>,
}

impl Facts {
    /// The local date and time of this machine or browser.
    pub fn now() -> Self {
        Self { now: Some(Local::now().format("%Y-%m-%dT%H:%M").to_string()), ..Self::default() }
    }

    /// # Errors
    /// [`Error::InvalidInput`] for a time in another form, or a line break in a fact.
    pub fn check(&self) -> Result<()> {
        if let Some(now) = self.now.as_deref().filter(|now| read(now).is_none()) {
            return Err(Error::invalid("facts.now", format!("`{now}` is not a local time such as `2026-11-29T14:05`")));
        }
        for (name, fact) in [("facts.locale", &self.locale), ("facts.place", &self.place)] {
            if fact.as_deref().is_some_and(|fact| fact.contains(['\n', '\r']) || fact.chars().count() > 100) {
                return Err(Error::invalid(name, "it must be one line of 100 characters at most"));
            }
        }
        Ok(())
    }

    /// The day.
    pub fn today(&self) -> Option<NaiveDate> {
        self.now.as_deref().and_then(read).map(|now| now.date())
    }

    /// The task with the facts at the start of the user's turn.
    #[must_use]
    pub fn before(&self, task: &Task) -> Task {
        let mut task = task.clone();
        let now = self.now.as_deref().and_then(read).map(|now| now.format("%A, %Y-%m-%d, %H:%M").to_string());
        let named = [("Now", now.as_ref()), ("Locale", self.locale.as_ref()), ("Place", self.place.as_ref())];
        let lines: Vec<String> =
            named.iter().filter_map(|(name, fact)| Some(format!("{name}: {}", fact.as_ref()?))).collect();
        let turn = task.messages.iter_mut().rev().find(|message| message.role == Role::User);
        if let Some(turn) = turn.filter(|_| !lines.is_empty()) {
            turn.content = format!("{}\n\n{}", lines.join("\n"), turn.content);
        }
        task
    }
}

fn read(now: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"].iter().find_map(|form| NaiveDateTime::parse_from_str(now, form).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_stand_before_the_query() {
        let facts = Facts { now: Some("2026-11-29T14:05".into()), place: Some("Lisbon".into()), locale: None };
        facts.check().unwrap();
        let task = facts.before(&Task::new("dinner tomorrow", vec![]));
        assert_eq!(task.query(), "Now: Sunday, 2026-11-29, 14:05\nPlace: Lisbon\n\ndinner tomorrow");
        assert_eq!(facts.today(), NaiveDate::from_ymd_opt(2026, 11, 29));
        let plain = Task::new("x", vec![]);
        assert_eq!(Facts::default().before(&plain), plain);
        for wrong in [
            Facts { now: Some("tomorrow".into()), ..Facts::default() },
            Facts { place: Some("a\nb".into()), ..Facts::default() },
            Facts { locale: Some("x".repeat(101)), ..Facts::default() },
        ] {
            assert_eq!(wrong.check().unwrap_err().code(), "InvalidInput");
        }
    }
}
