//! The summary as Markdown, laid out like the paper's tables.

use std::fmt::Write;

use super::{
    estimators::Selection,
    modes::Mode,
    plan::Plan,
    summary::{Cell, CourseCell, Row, Stages, Summary},
};

/// What the reader should know of where the numbers come from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Header {
    /// The command.
    pub command: String,
    /// The day.
    pub date: String,
    /// The machine.
    pub machine: String,
}

/// The whole document.
pub fn markdown(plan: &Plan, summary: &Summary, header: &Header) -> String {
    let mut out = String::from("# Evaluation\n\n");
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(format!("    {}\n", header.command));
    let Header { date, machine, .. } = header;
    line(format!(
        "{date}; autodidact {}; model {} ({}) on {}; {machine}; {} seed(s).",
        plan.version, plan.model, plan.fingerprint, plan.backend, plan.seeds
    ));
    if let Some(main) = plan.settings.first() {
        let threshold = plan.thresholds.first().copied().unwrap_or_default();
        line(format!("Main setting: τ {threshold}, {main}."));
    }
    if let Some(teacher) = &plan.teacher {
        line(format!("Teacher: {teacher}."));
    }
    if summary.missing > 0 {
        line(format!("\n**Not finished: {} answers are missing.**", summary.missing));
    }
    let failed: Vec<String> = summary
        .suites
        .iter()
        .filter(|s| s.context_errors > 0)
        .map(|s| format!("{} of {} in {}", s.context_errors, s.context_errors + s.tasks, s.name))
        .collect();
    if !failed.is_empty() {
        line(format!("\nTasks longer than the model's context, counted as wrong: {}.", failed.join(", ")));
    }
    out.push_str(&accuracies(plan, summary));
    out.push_str(&conduct(summary));
    out.push_str(&courses(summary));
    out.push_str(&updates(plan, summary));
    out.push_str(&sweep(plan, summary));
    out.push_str(&estimators(summary));
    out.push_str(&latency(summary));
    out
}

/// Strict and name-only accuracy of every mode and setting, at the main selection, estimator and threshold.
fn accuracies(plan: &Plan, summary: &Summary) -> String {
    let names: Vec<&str> = plan.suites.iter().map(|s| s.name.as_str()).collect();
    let mut out = String::new();
    let counts: Vec<String> =
        summary.suites.iter().map(|s| format!("{} (n {})", s.name, s.tasks + s.context_errors)).collect();
    for (title, value) in [("Strict full-call accuracy", true), ("Name-only accuracy", false)] {
        let _ = write!(out, "\n## {title}, %\n\n");
        let _ = writeln!(out, "| mode | setting | {} | mean | gain [95 % interval] | over |", counts.join(" | "));
        let _ = writeln!(out, "| --- | --- |{} --- | --- | --- |", " --- |".repeat(names.len()));
        for row in main_rows(plan, summary) {
            let show = |cell: &Cell| accuracy(if value { cell.strict } else { cell.names }, cell, value);
            let cells: Vec<String> = names.iter().map(|name| row.suites.get(*name).map_or("-".into(), show)).collect();
            let gain = if value { row.mean.gain } else { row.mean.names_gain };
            let gain = gain.map_or("-".into(), |g| {
                format!("{:+.2} [{:+.2}, {:+.2}]", g.mean * 100.0, g.low * 100.0, g.high * 100.0)
            });
            let over = row.over.map_or("-", Mode::name);
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {gain} | {over} |",
                title_of(row.mode),
                or_dash(&row.setting.to_string()),
                cells.join(" | "),
                show(&row.mean)
            );
        }
    }
    out.push_str("\nMeans are unweighted. ± is the standard deviation over the seeds.\n");
    out
}

/// What was carried out, asked and declined.
fn conduct(summary: &Summary) -> String {
    if summary.conduct.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "\n## Conduct\n\n\
         | suite | mode | n | executed | of it right | of what should act, acts | of the rest, executed | asked rightly | declined rightly | macro F1 | AUROC |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let percent = |share: Option<f64>| share.map_or("-".into(), |s| format!("{:.1} %", s * 100.0));
    for row in &summary.conduct {
        let of =
            |outcome: usize| format!("{} of {}", row.done[outcome][outcome], row.done[outcome].iter().sum::<usize>());
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {:.3} | {} |",
            row.suite,
            row.mode,
            row.answers,
            row.executed(),
            percent(row.precision()),
            percent(row.acts()),
            percent(row.unwanted()),
            of(1),
            of(2),
            row.macro_f1,
            row.auroc.map_or("-".into(), |a| format!("{a:.3}"))
        );
    }
    out.push_str("\nA mode that makes no decision carries its calls out, and declines where it writes none.\n");
    out
}

/// What corrections bring.
fn courses(summary: &Summary) -> String {
    if summary.courses.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "\n## Corrected\n\n\
         Of the requests that should act, by corrections of their kind before: right of asked (wrongly carried out).\n\n\
         | suite | 0 | 1 | 2 | 3 and more | sure answers unchanged |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in &summary.courses {
        let cell = |cell: &CourseCell| {
            let share = 100.0 * cell.right as f64 / cell.answers.max(1) as f64;
            format!("{share:.1} %: {} of {} ({})", cell.right, cell.answers, cell.wrong)
        };
        let cells: Vec<String> = row.by_corrections.iter().map(cell).collect();
        let _ = writeln!(out, "| {} | {} | {} of {} |", row.suite, cells.join(" | "), row.unchanged, row.sure);
    }
    out
}

fn accuracy(share: f64, cell: &Cell, with_deviation: bool) -> String {
    let deviation = cell.strict_deviation.filter(|_| with_deviation);
    let deviation = deviation.map_or(String::new(), |d| format!(" ± {:.1}", d * 100.0));
    format!("{:.2}{deviation}", share * 100.0)
}

fn title_of(mode: Mode) -> String {
    match mode {
        Mode::Oracle => "oracle (sees the answer)".into(),
        Mode::Neighbours => "neighbours (perfect pairs)".into(),
        mode => mode.name().into(),
    }
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn is_main(plan: &Plan, row: &Row) -> bool {
    let first = plan.selections.first();
    row.selection.is_none()
        || row.selection.as_ref() == first
            && (row.estimator.is_none() || row.estimator.as_ref() == plan.estimators.first())
            && (row.threshold.is_none() || row.threshold.as_ref() == plan.thresholds.first())
}

fn main_rows<'s>(plan: &'s Plan, summary: &'s Summary) -> impl Iterator<Item = &'s Row> {
    summary.rows.iter().filter(|row| is_main(plan, row))
}

/// What updates did, for every rule by which tasks were selected, at the main threshold.
fn updates(plan: &Plan, summary: &Summary) -> String {
    let at_main = |r: &&Row| r.threshold.is_none() || r.threshold.as_ref() == plan.thresholds.first();
    let rows: Vec<&Row> = summary.rows.iter().filter(|r| r.mean.updates.is_some()).filter(at_main).collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "\n## Updates, all suites together\n\n\
         | mode | setting | selection | τ | strict | gain | selected | learned | changed | mended | harmed | valid pairs | pairs used |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let Some(u) = &row.mean.updates else { continue };
        let share = |part: usize, whole: usize| {
            if whole == 0 { "-".to_owned() } else { format!("{:.1} %", 100.0 * part as f64 / whole as f64) }
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {:.2} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.mode,
            or_dash(&row.setting.to_string()),
            rule(row),
            row.threshold.map_or("-".into(), |t| t.to_string()),
            row.mean.strict * 100.0,
            row.mean.gain.map_or("-".into(), |g| format!("{:+.2}", g.mean * 100.0)),
            share(u.selected, u.answers),
            share(u.learned, u.selected),
            share(u.changed, u.selected),
            u.mended,
            u.harmed,
            share(u.valid, u.attempts),
            u.pairs
        );
    }
    out.push_str(
        "\nSelected: of all answers. Learned (a valid pair came, and the gate, if any, let it pass) and changed (other calls than before): of the selected. \
         Mended: wrong before, right after; harmed: right before, wrong after. Counts are summed over seeds.\n",
    );
    out
}

fn rule(row: &Row) -> String {
    match (row.selection, row.estimator) {
        (Some(Selection::Random), Some(estimator)) => format!("random, as many as by {estimator}"),
        (Some(selection), Some(estimator)) => format!("{selection} by {estimator}"),
        (Some(selection), _) => selection.to_string(),
        (None, _) => "-".into(),
    }
}

/// Accuracy by threshold, by suite.
fn sweep(plan: &Plan, summary: &Summary) -> String {
    let mut out = String::new();
    let rows: Vec<&Row> = summary.rows.iter().filter(|row| is_of_sweep(plan, row)).collect();
    if plan.thresholds.len() < 2 || rows.is_empty() {
        return out;
    }
    let names: Vec<&str> = plan.suites.iter().map(|s| s.name.as_str()).collect();
    let _ = write!(
        out,
        "\n## Threshold sweep, strict accuracy, %\n\n| mode | τ | updated | {} | mean |\n",
        names.join(" | ")
    );
    let _ = writeln!(out, "| --- | --- | --- |{} --- |", " --- |".repeat(names.len()));
    for row in rows {
        let cells: Vec<String> = names
            .iter()
            .map(|name| row.suites.get(*name).map_or("-".into(), |c| format!("{:.2}", c.strict * 100.0)))
            .collect();
        let threshold = row.threshold.unwrap_or_default();
        let updated = row.mean.updates.as_ref().map_or(0.0, |u| 100.0 * u.selected as f64 / u.answers.max(1) as f64);
        let _ = writeln!(
            out,
            "| {} | {threshold} | {updated:.1} % | {} | {:.2} |",
            row.mode,
            cells.join(" | "),
            row.mean.strict * 100.0
        );
    }
    out
}

/// True for the rows that differ from the main one of their mode in the threshold alone.
pub fn is_of_sweep(plan: &Plan, row: &Row) -> bool {
    row.threshold.is_some()
        && row.selection.as_ref() == plan.selections.first()
        && row.estimator.as_ref() == plan.estimators.first()
        && plan.settings.first().is_some_and(|main| main.of_mode(row.mode) == row.setting)
}

fn estimators(summary: &Summary) -> String {
    let mut out = String::from(
        "\n## Estimators of uncertainty\n\n\
         | suite | estimator | AUROC | τ | flagged | of the wrong (TPR) | of the right (FPR) |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let percent = |share: Option<f64>| share.map_or("-".into(), |s| format!("{:.1} %", s * 100.0));
    for row in &summary.estimators {
        for at in &row.thresholds {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} |",
                row.suite,
                row.estimator,
                row.auroc.map_or("-".into(), |a| format!("{a:.3}")),
                at.threshold,
                percent(Some(at.share)),
                percent(at.of_wrong),
                percent(at.of_right)
            );
        }
    }
    out.push_str(
        "\nWrong and right are the base model's strict answers. Each estimator's certainty, between 0 and 1, is compared with τ.\n",
    );
    out
}

fn latency(summary: &Summary) -> String {
    let names = ["prefill", "score", "answer", "synthesize", "train", "answer_again"];
    let Some(mode) = summary.latency.mode else { return String::new() };
    let mut out = format!(
        "\n## Mean seconds by stage ({mode})\n\n| tasks | n | {} | total | of answering alone |\n",
        names.join(" | ")
    );
    let _ = writeln!(out, "| --- | --- |{} --- | --- |", " --- |".repeat(names.len()));
    for (title, stages) in [("certain", &summary.latency.certain), ("uncertain", &summary.latency.uncertain)] {
        let Stages { answers, stages, total, over_base } = stages;
        let cells: Vec<String> =
            names.iter().map(|n| stages.get(*n).map_or("-".into(), |s| format!("{s:.3}"))).collect();
        let _ = writeln!(
            out,
            "| {title} | {answers} | {} | {} | {} |",
            cells.join(" | "),
            total.map_or("-".into(), |s| format!("{s:.3}")),
            over_base.map_or("-".into(), |s| format!("{s:.2}x"))
        );
    }
    if let Some(bytes) = summary.peak_memory_bytes {
        let _ = writeln!(out, "\nPeak memory: {:.0} MB.", bytes as f64 / 1e6);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::summary::tests::{plan, records};

    #[test]
    fn tables_hold_the_numbers() {
        let plan = plan(&[Mode::TtSi], 2);
        let header = Header { command: "autodidact eval".into(), date: "2026-11-22".into(), machine: "m".into() };
        let text = markdown(&plan, &Summary::new(&plan, &records(), Some(5_000_000)), &header);
        for part in [
            "    autodidact eval\n",
            "| base | - | 50.00 | 50.00 | - | - |",
            "| 75.00 ± 0.0 | 75.00 ± 0.0 | +25.00 [",
            "| ttsi | K 1, r 8, α 16, lr 0.001 | uncertain by margin | 0.95 | 75.00 | +25.00 | 75.0 % | 100.0 % | 100.0 % | 3 | 1 | 25.0 % | 6 |",
            "| ttsi | K 1, r 8, α 16, lr 0.001 | all | - | 50.00 |",
            "| ttsi | 0.3 | 25.0 % | 75.00 | 75.00 |",
            "| s | margin | 0.750 | 0.95 | 75.0 % | 100.0 % | 50.0 % |",
            "| certain | 2 | 1.000 | 0.500 | 1.000 | - | - | - | 2.500 | 1.25x |",
            "Peak memory: 5 MB.",
        ] {
            assert!(text.contains(part), "{part}\n\n{text}");
        }
        assert!(!text.contains("Not finished") && !text.contains("counted as wrong"));
        // Every table line has as many cells as its head.
        for block in text.split("\n\n").filter(|b| b.starts_with('|')) {
            let widths: Vec<usize> = block.lines().map(|l| l.matches('|').count()).collect();
            assert!(widths.iter().all(|w| *w == widths[0]), "{block}");
        }
    }
}
