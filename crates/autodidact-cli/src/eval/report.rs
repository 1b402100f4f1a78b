//! The files that tell a run: summary, table, plots.

use std::path::Path;

use autodidact::{
    error::{Error, Result},
    prompt::today,
};
use autodidact_lab::evaluation::{Header, Record, Summary, markdown};
use serde::Serialize;

use super::{journal::Run, machine, plots};
use crate::files;

/// `summary.json`
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

/// Writes all of them.
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

/// The peak that an earlier summary of the folder states.
pub fn stated_peak(dir: &Path) -> Option<u64> {
    let bytes = files::read(&dir.join("summary.json")).ok()?;
    serde_json::from_slice::<serde_json::Value>(&bytes).ok()?.get("peak_memory_bytes")?.as_u64()
}
