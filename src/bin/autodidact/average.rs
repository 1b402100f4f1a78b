//! `autodidact average`: the mean of two models' weights (model soups; Wortsman et al., 2022, arXiv 2203.05482).

use autodidact::{
    backend,
    error::{Error, Result},
    model::ModelParts,
    pretrain::checkpoint,
};

use super::{args::AverageArgs, files, open};

/// Reads two directories and writes a third, with the files of the second.
pub async fn run(args: &AverageArgs) -> Result<()> {
    if !(0.0..=1.0).contains(&args.share) {
        return Err(Error::invalid("share", format!("{} is not in [0, 1]", args.share)));
    }
    let (first, second) = (open::model_files(Some(&args.first))?, open::model_files(Some(&args.second))?);
    if first.tokenizer != second.tokenizer {
        return Err(Error::invalid("models", "their tokenizers differ; only runs from one model can be averaged"));
    }
    let read = |files: &autodidact::model::ModelFiles| files.read(&backend::cpu());
    let (ModelParts { decoder: a, .. }, ModelParts { decoder: b, .. }) = (read(&first)?, read(&second)?);
    if a.config() != b.config() {
        return Err(Error::invalid("models", "their shapes differ; `deepen` gives the smaller one more blocks"));
    }
    let pairs = a.weights().parameters().into_iter().zip(b.weights().parameters());
    let mean = pairs.map(|(a, b)| a.mul_scalar(1.0 - args.share).add(b.mul_scalar(args.share))).collect();
    let weights = b.weights().with_parameters(mean, b.config());
    let weights = weights.ok_or_else(|| Error::Backend { reason: "weights are missing".into() })?;
    files::make_dir(&args.out)?;
    for (name, bytes) in checkpoint::rewritten(&b.with_weights(weights), &second).await? {
        files::write(&args.out.join(name), &bytes)?;
    }
    let share = args.share * 100.0;
    println!("{}: {share:.0} % {}, the rest {}", args.out.display(), args.second.display(), args.first.display());
    Ok(())
}
