//! Writes a changed model to a directory of its own.

use std::path::PathBuf;

use autodidact::{
    error::Result,
    model::{Decoder, ModelFiles},
};
use autodidact_lab::pretrain::checkpoint;
use clap::Args;

use crate::files;

/// The directory of the new model.
#[derive(Debug, Args)]
pub struct OutArgs {
    /// Directory for the new model.
    #[arg(long = "out", value_name = "DIR")]
    pub path: PathBuf,
}

impl OutArgs {
    /// Writes the weights of `decoder`, and the other files of `origin`.
    pub async fn write(&self, decoder: &Decoder, origin: &ModelFiles) -> Result<()> {
        files::make_dir(&self.path)?;
        for (name, bytes) in checkpoint::rewritten(decoder, origin).await? {
            files::write(&self.path.join(name), &bytes)?;
        }
        Ok(())
    }
}
