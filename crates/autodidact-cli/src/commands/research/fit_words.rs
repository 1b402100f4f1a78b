//! `autodidact fit-words`: fits the weights by which words choose a tool, on suites of labeled tasks.

use std::path::PathBuf;

use autodidact::error::Result;
use autodidact_lab::evaluation::{Suite, fit_ranking};
use clap::Args;

use crate::files;

/// Options of `fit-words`.
#[derive(Debug, Args)]
pub struct FitWordsArgs {
    /// Files of labeled tasks (JSON Lines), of which none is judged later; all count alike.
    #[arg(value_name = "FILE", required = true)]
    suites: Vec<PathBuf>,
}

/// Fits, and prints each step that helps and the weights.
pub fn run(args: &FitWordsArgs) -> Result<()> {
    let read = |path: &PathBuf| Suite::from_jsonl(&path.display().to_string(), &files::read(path)?);
    let suites = args.suites.iter().map(read).collect::<Result<Vec<_>>>()?;
    let fit = fit_ranking(&suites, |name, weight, share| println!("{name:<22} {weight:.3}  {:.2} %", share * 100.0));
    println!("right tools on {} tasks: {:.2} % before, {:.2} % now", fit.tasks, fit.before * 100.0, fit.after * 100.0);
    println!("{:#?}", fit.weights);
    Ok(())
}
