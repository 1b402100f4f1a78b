//! `autodidact widen`: a model directory with wider blocks, which computes the same, to be trained on.

use autodidact::{backend, error::Result, model::ModelParts};
use autodidact_lab::{
    pretrain::checkpoint,
    surgery::{Widths, widen},
};

use super::{args::WidenArgs, files, open};

/// Reads a directory and writes the wider one.
pub async fn run(args: &WidenArgs) -> Result<()> {
    let origin = open::model_files(Some(&args.dir))?;
    let ModelParts { decoder, .. } = origin.read(&backend::cpu())?;
    let old = decoder.config();
    let widths = Widths {
        d_model: args.d_model.unwrap_or(old.d_model),
        n_heads: args.heads.unwrap_or(old.n_heads),
        n_kv_heads: args.kv_heads.unwrap_or(old.n_kv_heads),
        d_ff: args.d_ff.unwrap_or(old.d_ff),
    };
    let wider = widen(&decoder, widths, args.seed).await?;
    files::make_dir(&args.out)?;
    for (name, bytes) in checkpoint::rewritten(&wider, &origin).await? {
        files::write(&args.out.join(name), &bytes)?;
    }
    let (from, to) = (old.parameters(), wider.config().parameters());
    println!("{}: {to} instead of {from} weights", args.out.display());
    Ok(())
}
