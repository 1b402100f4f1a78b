//! `autodidact adapters export`: an adapter as a file for other programs.

use std::path::PathBuf;

use autodidact::{
    agent::{ExportFormat, ExportOptions, export_peft},
    error::{Error, Result},
    format::FloatType,
    storage::AdapterStore,
};
use clap::ValueEnum;

use crate::{files, open, shared::StoreArgs};

/// Options of `adapters export`.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// Name of the adapter.
    name: String,
    /// File to write [default: NAME.zip, or NAME.gguf].
    file: Option<PathBuf>,
    /// Which file it becomes.
    #[arg(long, value_enum, default_value_t = Format::Peft)]
    format: Format,
    /// Type of its numbers [default: as they are stored; f32 in a GGUF file].
    #[arg(long, value_enum)]
    dtype: Option<Dtype>,
    /// With --format gguf, the model that it was trained on: a directory, or a GGUF file [default: the seed model].
    #[arg(long, value_name = "DIR|FILE")]
    model: Option<PathBuf>,
}

/// Which file an adapter becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A zip that unpacks to a PEFT directory.
    Peft,
    /// A GGUF file for llama.cpp.
    Gguf,
}

/// The type of the numbers of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Dtype {
    /// 32 bits.
    F32,
    /// 16 bits: half the size, eleven significant bits, and nothing beyond 65,504.
    F16,
}

impl From<Dtype> for FloatType {
    fn from(dtype: Dtype) -> Self {
        match dtype {
            Dtype::F32 => Self::F32,
            Dtype::F16 => Self::F16,
        }
    }
}

/// Writes the file and prints its path.
pub async fn run(args: ExportArgs, store: &StoreArgs) -> Result<()> {
    let ExportArgs { name, file, format, dtype, model } = args;
    let dtype = dtype.map(FloatType::from);
    let (bytes, ending) = match format {
        Format::Peft if model.is_some() => {
            return Err(Error::invalid("--model", "PEFT's files need no model; it goes with --format gguf"));
        }
        Format::Peft => (export_peft(&open::store(store)?.get(&name).await?, dtype)?, "zip"),
        Format::Gguf => {
            let base = open::base(model.as_deref(), store).await?;
            (base.export_adapter(&name, ExportOptions { format: ExportFormat::Gguf, dtype }).await?, "gguf")
        }
    };
    let file = file.unwrap_or_else(|| PathBuf::from(format!("{name}.{ending}")));
    files::write(&file, &bytes)?;
    println!("{}", file.display());
    Ok(())
}
