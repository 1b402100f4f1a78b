//! The reports of a run: summary, table and plots.

use std::path::Path;

use autodidact::{
    error::{Error, Result},
    prompt::today,
};
use autodidact_lab::evaluation::{Header, Record, Summary, markdown};
use serde::Serialize;

use super::{journal::Run, machine, plots};
use crate::files;

/// The contents of `summary.json`.
#[derive(Serialize)]
struct Document<'a> {
    command: &'a str,
    date: &'a str,
    machine: &'a str,
    #[serde(flatten)]
    run: &'a Run,
    #[serde(flatten)]
    summary: &'a Summary,
}

/// Writes all reports of a run to its folder.
pub fn write(dir: &Path, run: &Run, records: &[Record], peak_memory: Option<u64>) -> Result<Summary> {
    let summary = Summary::new(&run.plan, records, peak_memory);
    let arguments = std::env::args().skip(1).map(|a| if a.contains(' ') { format!("'{a}'") } else { a });
    let command = std::iter::once("autodidact".to_owned()).chain(arguments).collect::<Vec<_>>().join(" ");
    let header = Header { command, date: today(), machine: machine::description() };
    let Header { command, date, machine } = &header;
    let document = Document { command, date, machine, run, summary: &summary };
    let json = serde_json::to_vec_pretty(&document).map_err(|e| Error::invalid("summary", e.to_string()))?;
    files::write(&dir.join("summary.json"), &json)?;
    files::write(&dir.join("table.md"), markdown(&run.plan, &summary, &header).as_bytes())?;
    for (name, svg) in plots::draw(&run.plan, &summary)? {
        files::write(&dir.join(name), svg.as_bytes())?;
    }
    Ok(summary)
}

/// Prints the accuracy of each mode, and where the table is.
pub fn print(run: &Run, summary: &Summary, out: &Path) {
    for mode in &run.plan.modes {
        let Some(row) = summary.main_row(*mode) else { continue };
        let gain = row.mean.gain.map_or(String::new(), |g| {
            format!(", gain {:+.2} [{:+.2}, {:+.2}]", g.mean * 100.0, g.low * 100.0, g.high * 100.0)
        });
        let (strict, names) = (row.mean.strict * 100.0, row.mean.names * 100.0);
        println!("{:<14} strict {strict:6.2}, names {names:6.2}{gain}", mode.name());
    }
    if summary.missing > 0 {
        println!("{} answers are missing", summary.missing);
    }
    println!("{}", out.join("table.md").display());
}

/// The peak of memory in an earlier summary of the folder.
pub fn stated_peak(dir: &Path) -> Option<u64> {
    let bytes = files::read(&dir.join("summary.json")).ok()?;
    serde_json::from_slice::<serde_json::Value>(&bytes).ok()?.get("peak_memory_bytes")?.as_u64()
}
