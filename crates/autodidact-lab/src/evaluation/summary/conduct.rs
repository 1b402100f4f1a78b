//! What was carried out, asked and declined, against what was right to do.

use serde::{Deserialize, Serialize};

use super::Tasks;
use crate::evaluation::{
    modes::Mode,
    plan::Plan,
    record::Record,
    statistics::{Ranked, auroc},
    suite::Want,
};

/// The conduct of a mode on a suite that says what is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConductRow {
    /// Suite.
    pub suite: String,
    /// Mode.
    pub mode: Mode,
    /// Answers: tasks times seeds.
    pub answers: usize,
    /// Answers by what was wanted and what was done, in the order act, clarify, decline of both.
    pub done: [[usize; 3]; 3],
    /// Of the answers that acted where that was wanted, those whose calls are right.
    pub right: usize,
    /// Mean of the F1 of the three outcomes, in [0, 1].
    pub macro_f1: f64,
    /// How well the certainty tells right calls from wrong ones, over all answers; `None` without a certainty.
    pub auroc: Option<f64>,
}

impl ConductRow {
    /// Answers that carried out calls.
    pub fn executed(&self) -> usize {
        self.done.iter().map(|done| done[0]).sum()
    }

    /// Of the answers that carried out calls, the share that is right.
    pub fn precision(&self) -> Option<f64> {
        share(self.right, self.executed())
    }

    /// Of what was to be carried out, the share that was.
    pub fn acts(&self) -> Option<f64> {
        share(self.done[0][0], self.done[0].iter().sum())
    }

    /// Of what was not to be carried out, the share on which calls were.
    pub fn unwanted(&self) -> Option<f64> {
        let others = &self.done[1..];
        share(others.iter().map(|done| done[0]).sum(), others.iter().flatten().sum())
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The rows of the suites whose tasks say what is wanted.
pub(super) fn rows(plan: &Plan, suites: &[Tasks<'_>]) -> Vec<ConductRow> {
    let mut rows = Vec::new();
    for tasks in suites {
        for &mode in &plan.modes {
            let Some(setting) = plan.settings_of(mode).first().map(|setting| setting.hash()) else { continue };
            let records: Vec<&Record> = (0..tasks.ids.len())
                .flat_map(|task| plan.seeds_of(mode).map(move |seed| (task, seed)))
                .filter_map(|(task, seed)| tasks.get(task, mode, &setting, seed))
                .filter(|record| record.want.is_some())
                .collect();
            if !records.is_empty() {
                rows.push(row(tasks.name, mode, &records));
            }
        }
    }
    rows
}

fn row(suite: &str, mode: Mode, records: &[&Record]) -> ConductRow {
    let mut done = [[0; 3]; 3];
    let mut right = 0;
    let mut certainties = Vec::new();
    for record in records {
        let Some(want) = record.want else { continue };
        let decided = decided(record);
        done[want as usize][decided as usize] += 1;
        right += usize::from(want == Want::Act && decided == Want::Act && record.strict);
        if let Some(certainty) = record.features.get("right") {
            certainties.push(Ranked { value: f64::from(*certainty), positive: want == Want::Act && record.strict });
        }
    }
    let f1 = |outcome: usize| {
        let hits = done[outcome][outcome];
        let (wanted, given) =
            (done[outcome].iter().sum::<usize>(), done.iter().map(|done| done[outcome]).sum::<usize>());
        if wanted + given == 0 { 0.0 } else { 2.0 * hits as f64 / (wanted + given) as f64 }
    };
    let macro_f1 = (0..3).map(f1).sum::<f64>() / 3.0;
    ConductRow {
        suite: suite.to_owned(),
        mode,
        answers: records.len(),
        done,
        right,
        macro_f1,
        auroc: auroc(&certainties),
    }
}

/// What an answer did: a mode that makes no decision carries its calls out.
fn decided(record: &Record) -> Want {
    record.decided.unwrap_or(if record.calls.is_empty() { Want::Decline } else { Want::Act })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::record::tests::record;
    use autodidact::task::ToolCall;

    #[test]
    fn conduct_by_hand() {
        let call = ToolCall { name: "f".into(), arguments: serde_json::Map::new() };
        let of = |want, decided, strict, calls: usize| Record {
            want: Some(want),
            decided,
            calls: vec![call.clone(); calls],
            ..record("a", Mode::Words, 0, strict, 0.5)
        };
        let records = [
            of(Want::Act, Some(Want::Act), true, 1),
            of(Want::Act, Some(Want::Act), false, 1),
            of(Want::Act, Some(Want::Clarify), false, 1),
            of(Want::Clarify, Some(Want::Clarify), true, 1),
            // No decision was made: calls are carried out, a text declines.
            of(Want::Decline, None, false, 1),
            of(Want::Decline, None, true, 0),
        ];
        let row = row("s", Mode::Words, &records.iter().collect::<Vec<_>>());
        assert_eq!(row.done, [[2, 1, 0], [0, 1, 0], [1, 0, 1]]);
        assert_eq!((row.executed(), row.right, row.precision()), (3, 1, Some(1.0 / 3.0)));
        assert_eq!((row.acts(), row.unwanted()), (Some(2.0 / 3.0), Some(1.0 / 3.0)));
        // F1: 2*2/(3+3), 2*1/(1+2), 2*1/(2+1)
        assert!((row.macro_f1 - 2.0 / 3.0).abs() < 1e-12 && row.auroc.is_none());
    }
}
