//! `autodidact deepen`: a model directory with more blocks, which computes the same, to be trained on.

use autodidact::{
    backend,
    error::{Error, Result},
    model::ModelParts,
};
use autodidact_lab::{pretrain::checkpoint, surgery::deepen};

use super::{args::DeepenArgs, files, open};

/// Reads a directory and writes the deeper one.
pub async fn run(args: &DeepenArgs) -> Result<()> {
    let mut origin = open::model_files(Some(&args.dir))?;
    let ModelParts { decoder, .. } = origin.read(&backend::cpu())?;
    let deeper = match args.layers {
        Some(layers) => deepen(&decoder, layers)?,
        None => decoder.clone(),
    };
    if let Some(context) = args.context {
        if context == 0 {
            return Err(Error::invalid("context", "must be at least 1"));
        }
        origin.config = with_size(origin.config, "max_position_embeddings", context);
        origin.tokenizer_config = origin.tokenizer_config.map(|bytes| with_size(bytes, "model_max_length", context));
    }
    files::make_dir(&args.out)?;
    for (name, bytes) in checkpoint::rewritten(&deeper, &origin).await? {
        files::write(&args.out.join(name), &bytes)?;
    }
    let (old, new) = (decoder.config(), deeper.config());
    println!(
        "{}: {} instead of {} blocks, {} instead of {} weights, sequences of up to {} instead of {} tokens",
        args.out.display(),
        new.n_layers,
        old.n_layers,
        new.parameters(),
        old.parameters(),
        args.context.unwrap_or(old.context),
        old.context
    );
    Ok(())
}

/// A JSON file with another size under that name, where it has one; else as it was.
fn with_size(bytes: Vec<u8>, name: &str, size: usize) -> Vec<u8> {
    let Ok(mut config) = serde_json::from_slice::<serde_json::Value>(&bytes) else { return bytes };
    match config.get_mut(name) {
        Some(old) => *old = size.into(),
        None => return bytes,
    }
    serde_json::to_vec_pretty(&config).unwrap_or(bytes)
}
