//! `autodidact adapters`: manages the stored adapters.

mod export;

use std::path::PathBuf;

use autodidact::{
    adapter::PeftAdapter,
    error::{Error, Result},
    storage::{AdapterMeta, AdapterStore, CONFIG_FILE, WEIGHTS_FILE, archive, clusters},
};
use clap::Subcommand;

use crate::{files, open, shared::StoreArgs};

/// Options of `adapters`.
#[derive(Debug, clap::Args)]
pub struct AdaptersArgs {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    store: StoreArgs,
}

/// The subcommands of `adapters`.
#[derive(Debug, Subcommand)]
enum Action {
    /// List all adapters.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write an adapter as a zip that unpacks to a PEFT directory, or as a GGUF file for llama.cpp.
    Export(export::ExportArgs),
    /// Store the adapter of a PEFT directory, zipped or not.
    Import {
        /// Name to store it under.
        name: String,
        /// Zip or directory to read.
        file: PathBuf,
        /// Replace an adapter of that name.
        #[arg(long)]
        replace: bool,
    },
    /// Rename an adapter.
    Rename {
        /// Current name.
        name: String,
        /// New name.
        to: String,
    },
    /// Delete an adapter.
    Delete {
        /// Name of the adapter.
        name: String,
    },
    /// Delete the newest version of a memory cluster, so that the version before it is used again.
    RollBack {
        /// The cluster: the name of a version without `.v` and its number.
        cluster: String,
    },
    /// Delete all versions of a memory cluster.
    Forget {
        /// The cluster: the name of a version without `.v` and its number.
        cluster: String,
    },
}

/// Runs the subcommand on the user's store.
pub async fn run(args: AdaptersArgs) -> Result<()> {
    let store = open::store(&args.store)?;
    match args.action {
        Action::List { json } => list(&store.list().await?, json)?,
        Action::Export(export) => export::run(export, &args.store).await?,
        Action::Import { name, file, replace } => {
            if !replace {
                open::check_name_is_free(&store, &name).await?;
            }
            let record = if file.is_dir() {
                let [config, weights] = [CONFIG_FILE, WEIGHTS_FILE].map(|part| files::read(&file.join(part)));
                archive::import_files(&name, config?, weights?)?
            } else {
                archive::import_zip(&name, &files::read(&file)?)?
            };
            // An adapter that no model can apply is refused now, not at its first use.
            PeftAdapter::from_bytes(&record.config, &record.weights)?;
            store.put(&record).await?;
            println!("{name}");
        }
        Action::Rename { name, to } => store.rename(&name, &to).await?,
        Action::Delete { name } => store.delete(&name).await?,
        Action::RollBack { cluster } => match clusters::roll_back(&[&store], &cluster).await? {
            Some(name) => println!("{name}"),
            None => println!("nothing is left of {cluster}"),
        },
        Action::Forget { cluster } => clusters::forget(&[&store], &cluster).await?,
    }
    Ok(())
}

fn list(adapters: &[AdapterMeta], json: bool) -> Result<()> {
    if json {
        let text = serde_json::to_string_pretty(adapters).map_err(|e| Error::invalid("adapters", e.to_string()))?;
        println!("{text}");
        return Ok(());
    }
    if adapters.is_empty() {
        println!("no adapters are stored");
        return Ok(());
    }
    println!("{:<24} {:>5} {:>9}  {:<16}  learned from", "name", "rank", "kB", "base");
    for a in adapters {
        println!("{:<24} {:>5} {:>9.1}  {:<16}  {}", a.name, a.rank, a.bytes as f64 / 1e3, a.base_fingerprint, a.task);
    }
    Ok(())
}
