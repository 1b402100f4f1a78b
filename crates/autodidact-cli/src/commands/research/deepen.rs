//! `autodidact deepen`: adds blocks that leave the model's output as it was.

use std::path::PathBuf;

use autodidact::{
    backend,
    error::{Error, Result},
    model::ModelParts,
};
use autodidact_lab::surgery::deepen;

use super::model_dir::OutArgs;
use crate::open;

/// Options of `deepen`.
#[derive(Debug, clap::Args)]
pub struct DeepenArgs {
    /// Model directory in Hugging Face's layout.
    #[arg(value_name = "MODEL")]
    dir: PathBuf,
    /// New number of blocks, up to twice the current.
    #[arg(long, required_unless_present = "context")]
    layers: Option<usize>,
    /// New maximum length of a sequence, in tokens. The model has yet to learn positions beyond the old one.
    #[arg(long)]
    context: Option<usize>,
    #[command(flatten)]
    out: OutArgs,
}

/// Reads a model directory and writes the deeper model.
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
    args.out.write(&deeper, &origin).await?;
    let (old, new) = (decoder.config(), deeper.config());
    println!(
        "{}: {} instead of {} blocks, {} instead of {} weights, sequences of up to {} instead of {} tokens",
        args.out.path.display(),
        new.n_layers,
        old.n_layers,
        new.parameters(),
        old.parameters(),
        args.context.unwrap_or(old.context),
        old.context
    );
    Ok(())
}

/// Sets a size in a JSON file that has it; any other file stays as it is.
fn with_size(bytes: Vec<u8>, name: &str, size: usize) -> Vec<u8> {
    let Ok(mut config) = serde_json::from_slice::<serde_json::Value>(&bytes) else { return bytes };
    match config.get_mut(name) {
        Some(old) => *old = size.into(),
        None => return bytes,
    }
    serde_json::to_vec_pretty(&config).unwrap_or(bytes)
}
