//! `autodidact calibrate`: fits how sure a model's answers are, from the records of evaluations.

use std::path::PathBuf;

use autodidact::{agent::CertaintyTable, error::Result};
use autodidact_lab::evaluation::{CalibrationOptions, calibrate};
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
    /// The table's `doubt` in the runs: the share of the model's probability that was spread evenly over the tools.
    #[arg(long, default_value_t = CertaintyTable::default().doubt)]
    doubt: f32,
    /// Share of the calls above the level that is right.
    #[arg(long, default_value_t = 0.95)]
    precision: f64,
    /// Suite whose answers set the levels (several times for several); all where none is given. The weights are fitted on all.
    #[arg(long, value_name = "SUITE")]
    levels_by: Vec<String>,
}

/// Reads the records, fits the table and writes it.
pub fn run(args: &CalibrateArgs) -> Result<()> {
    let mut records = Vec::new();
    for dir in &args.runs {
        records.extend(read_records(dir)?);
    }
    let found = calibrate(
        &records,
        &CalibrationOptions {
            words: args.words,
            doubt: args.doubt,
            precision: args.precision,
            levels_by: &args.levels_by,
        },
    )?;
    let mut json = serde_json::to_string_pretty(&found.table).unwrap_or_default();
    json.push('\n');
    files::write(&args.out, json.as_bytes())?;
    let auroc = found.auroc.map_or_else(|| "-".to_owned(), |auroc| format!("{auroc:.3}"));
    println!("{} answers, by cross-validation: AUROC {auroc}", found.answers);
    println!(
        "level {:.3}: {:.1} % of the calls above it are right; so much is carried out rightly of what should be: {:.1} %",
        found.table.level,
        found.precision * 100.0,
        found.coverage * 100.0
    );
    Ok(())
}
