//! `autodidact widen`: wider blocks that leave the model's output as it was.

use std::path::PathBuf;

use autodidact::{backend, error::Result, model::ModelParts};
use autodidact_lab::surgery::{Widths, widen};

use super::model_dir::OutArgs;
use crate::{open, shared::SeedArgs};

/// Options of `widen`.
#[derive(Debug, clap::Args)]
pub struct WidenArgs {
    /// Model directory in Hugging Face's layout.
    #[arg(value_name = "MODEL")]
    dir: PathBuf,
    #[command(flatten)]
    sizes: SizeArgs,
    #[command(flatten)]
    seed: SeedArgs,
    #[command(flatten)]
    out: OutArgs,
}

/// The new sizes, at least one of them; the others stay.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct SizeArgs {
    /// Width of the residual stream.
    #[arg(long)]
    d_model: Option<usize>,
    /// Query heads, as many per key/value head as before.
    #[arg(long)]
    heads: Option<usize>,
    /// Key/value heads.
    #[arg(long)]
    kv_heads: Option<usize>,
    /// Width of the MLP.
    #[arg(long)]
    d_ff: Option<usize>,
}

/// Reads a model directory and writes the wider model.
pub async fn run(args: &WidenArgs) -> Result<()> {
    let origin = open::model_files(Some(&args.dir))?;
    let ModelParts { decoder, .. } = origin.read(&backend::cpu())?;
    let old = decoder.config();
    let widths = Widths {
        d_model: args.sizes.d_model.unwrap_or(old.d_model),
        n_heads: args.sizes.heads.unwrap_or(old.n_heads),
        n_kv_heads: args.sizes.kv_heads.unwrap_or(old.n_kv_heads),
        d_ff: args.sizes.d_ff.unwrap_or(old.d_ff),
    };
    let wider = widen(&decoder, widths, args.seed.seed).await?;
    args.out.write(&wider, &origin).await?;
    let (from, to) = (old.parameters(), wider.config().parameters());
    println!("{}: {to} instead of {from} weights", args.out.path.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Widen {
        #[command(flatten)]
        args: WidenArgs,
    }

    #[test]
    fn at_least_one_size_is_needed() {
        let parse = |sizes: &[&str]| Widen::try_parse_from([&["widen", "model", "--out", "wide"], sizes].concat());
        assert_eq!(parse(&[]).unwrap_err().kind(), clap::error::ErrorKind::MissingRequiredArgument);
        assert!(parse(&["--seed", "1"]).is_err());
        assert_eq!(parse(&["--heads", "4", "--kv-heads", "2"]).unwrap().args.sizes.kv_heads, Some(2));
    }
}
