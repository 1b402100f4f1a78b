//! `autodidact deepen`: a model directory with more blocks, which computes the same, to be trained on.

use autodidact::{
    backend,
    error::Result,
    model::{ModelParts, deepen},
    pretrain::checkpoint,
};

use super::{args::DeepenArgs, files, open};

/// Reads a directory and writes the deeper one.
pub async fn run(args: &DeepenArgs) -> Result<()> {
    let origin = open::model_files(Some(&args.dir))?;
    let ModelParts { decoder, .. } = origin.read(&backend::cpu())?;
    let deeper = deepen(&decoder, args.layers)?;
    files::make_dir(&args.out)?;
    for (name, bytes) in checkpoint::rewritten(&deeper, &origin).await? {
        files::write(&args.out.join(name), &bytes)?;
    }
    let (old, new) = (decoder.config(), deeper.config());
    println!(
        "{}: {} instead of {} blocks, {} instead of {} weights",
        args.out.display(),
        new.n_layers,
        old.n_layers,
        new.parameters(),
        old.parameters()
    );
    Ok(())
}
