//! `autodidact average`: averages the weights of two models (model soups; Wortsman et al., 2022, arXiv 2203.05482).

use std::path::PathBuf;

use autodidact::{
    backend,
    error::{Error, Result},
    model::ModelParts,
};
use autodidact_lab::surgery::average;

use super::model_dir::OutArgs;
use crate::open;

/// Options of `average`.
#[derive(Debug, clap::Args)]
pub struct AverageArgs {
    /// Model directory in Hugging Face's layout.
    #[arg(value_name = "FIRST")]
    first: PathBuf,
    /// Directory of a second model, trained from the same model as the first.
    #[arg(value_name = "SECOND")]
    second: PathBuf,
    /// Weight of the second model in the average, in [0, 1].
    #[arg(long, default_value_t = 0.5)]
    share: f64,
    #[command(flatten)]
    out: OutArgs,
}

/// Reads two model directories and writes a third, which takes all files but the weights from the second.
pub async fn run(args: &AverageArgs) -> Result<()> {
    let (first, second) = (open::model_files(Some(&args.first))?, open::model_files(Some(&args.second))?);
    if first.tokenizer != second.tokenizer {
        return Err(Error::invalid(
            "models",
            "their tokenizers differ; choose two models that were trained from the same model",
        ));
    }
    let device = backend::cpu();
    let ModelParts { decoder: first, .. } = first.read(&device)?;
    let ModelParts { decoder: other, .. } = second.read(&device)?;
    args.out.write(&average(&first, &other, args.share)?, &second).await?;
    let share = args.share * 100.0;
    let out = args.out.path.display();
    println!("{out}: {share:.0} % {}, the rest {}", args.second.display(), args.first.display());
    Ok(())
}
