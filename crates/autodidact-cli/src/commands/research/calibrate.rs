//! `autodidact calibrate`: fits how sure a model's answers are, from the records of evaluations.

use std::path::PathBuf;

use autodidact::{agent::CertaintyTable, error::Result};
use autodidact_lab::evaluation::calibrate;
use clap::Args;

use super::eval::read_records;
use crate::files;

/// Options of `calibrate`.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// Folders of `eval --modes words`, on development tasks of which none is judged later.
    #[arg(value_name = "DIR", required = true)]
    runs: Vec<PathBuf>,
    /// File for the table; it belongs beside the model's `config.json`, as `certainty.json`.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Weight of the words that the runs had: that of the model's table, or of the default one.
    #[arg(long, default_value_t = CertaintyTable::default().words)]
    words: f32,
    /// Share of the calls above the level that is right.
    #[arg(long, default_value_t = 0.95)]
    precision: f64,
}

/// Reads the records, fits the table and writes it.
pub fn run(args: &CalibrateArgs) -> Result<()> {
    let mut records = Vec::new();
    for dir in &args.runs {
        records.extend(read_records(dir)?);
    }
    let found = calibrate(&records, args.words, args.precision)?;
    let mut json = serde_json::to_string_pretty(&found.table).unwrap_or_default();
    json.push('\n');
    files::write(&args.out, json.as_bytes())?;
    let auroc = found.auroc.map_or_else(|| "-".to_owned(), |auroc| format!("{auroc:.3}"));
    println!("{} answers, by cross-validation: AUROC {auroc}", found.answers);
    println!(
        "level {:.3}: {:.1} % of the calls above it are right; they are {:.1} % of what some tool fits",
        found.table.level,
        found.precision * 100.0,
        found.coverage * 100.0
    );
    Ok(())
}
