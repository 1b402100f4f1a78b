//! `autodidact average`: the mean of two models' weights (model soups; Wortsman et al., 2022, arXiv 2203.05482).

use autodidact::{
    backend,
    error::{Error, Result},
    model::ModelParts,
};
use autodidact_lab::{pretrain::checkpoint, surgery::average};

use super::{args::AverageArgs, files, open};

/// Reads two directories and writes a third, with the files of the second.
pub async fn run(args: &AverageArgs) -> Result<()> {
    let (first, second) = (open::model_files(Some(&args.first))?, open::model_files(Some(&args.second))?);
    if first.tokenizer != second.tokenizer {
        return Err(Error::invalid("models", "their tokenizers differ; only runs from one model can be averaged"));
    }
    let read = |files: &autodidact::model::ModelFiles| files.read(&backend::cpu());
    let (ModelParts { decoder: a, .. }, ModelParts { decoder: b, .. }) = (read(&first)?, read(&second)?);
    let mean = average(&a, &b, args.share)?;
    files::make_dir(&args.out)?;
    for (name, bytes) in checkpoint::rewritten(&mean, &second).await? {
        files::write(&args.out.join(name), &bytes)?;
    }
    let share = args.share * 100.0;
    println!("{}: {share:.0} % {}, the rest {}", args.out.display(), args.second.display(), args.first.display());
    Ok(())
}
