//! What corrections bring: the answers of the `corrected` mode by how often requests of their kind were corrected before.

use serde::{Deserialize, Serialize};

use super::Tasks;
use crate::evaluation::{modes::Mode, plan::Plan, record::Record, suite::Want};

/// Corrections from which on answers are counted together.
const MANY: usize = 3;

/// The answers of a suite's course.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CourseRow {
    /// Suite.
    pub suite: String,
    /// By corrections of the same kind of request before, 0 to 3 and more.
    pub by_corrections: Vec<CourseCell>,
    /// Answers that were carried out rightly before anything was taught.
    pub sure: usize,
    /// Those that stayed the same.
    pub unchanged: usize,
}

/// Answers after some corrections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CourseCell {
    /// Requests that should act.
    pub answers: usize,
    /// Those whose right calls were carried out.
    pub right: usize,
    /// Those whose wrong calls were carried out.
    pub wrong: usize,
}

pub(super) fn rows(plan: &Plan, suites: &[Tasks<'_>]) -> Vec<CourseRow> {
    if !plan.modes.contains(&Mode::Corrected) {
        return Vec::new();
    }
    let setting = plan.settings_of(Mode::Corrected).first().map(|setting| setting.hash()).unwrap_or_default();
    let row = |tasks: &Tasks<'_>| {
        let records = (0..tasks.ids.len()).filter_map(|task| tasks.get(task, Mode::Corrected, &setting, 0));
        row(tasks.name, records)
    };
    suites.iter().map(row).collect()
}

fn row<'r>(suite: &str, records: impl Iterator<Item = &'r Record>) -> CourseRow {
    let mut row = CourseRow {
        suite: suite.to_owned(),
        by_corrections: vec![CourseCell::default(); MANY + 1],
        sure: 0,
        unchanged: 0,
    };
    for record in records {
        let Some(course) = record.course else { continue };
        row.sure += usize::from(course.unchanged.is_some());
        row.unchanged += usize::from(course.unchanged == Some(true));
        let cell = course.corrections.and_then(|count| row.by_corrections.get_mut(count.min(MANY)));
        if let Some(cell) = cell {
            let acted = record.decided == Some(Want::Act);
            cell.answers += 1;
            cell.right += usize::from(acted && record.strict);
            cell.wrong += usize::from(acted && !record.strict);
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::record::{CourseRecord, tests::record};

    #[test]
    fn answers_are_counted_by_what_was_taught_before() {
        let of = |corrections, unchanged, strict, decided| Record {
            course: Some(CourseRecord { corrections, unchanged }),
            decided: Some(decided),
            ..record("a", Mode::Corrected, 0, strict, 0.5)
        };
        let records = [
            of(Some(0), None, false, Want::Clarify),
            of(Some(1), Some(true), true, Want::Act),
            of(Some(1), Some(false), false, Want::Act),
            of(Some(7), None, true, Want::Act),
            of(None, None, true, Want::Decline),
        ];
        let row = row("s", records.iter());
        let cells: Vec<[usize; 3]> =
            row.by_corrections.iter().map(|cell| [cell.answers, cell.right, cell.wrong]).collect();
        assert_eq!(cells, [[1, 0, 0], [2, 1, 1], [0, 0, 0], [1, 1, 0]]);
        assert_eq!((row.sure, row.unchanged), (2, 1));
    }
}
