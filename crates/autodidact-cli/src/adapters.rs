//! `autodidact adapters`: the stored adapters.

use std::path::PathBuf;

use autodidact::{
    adapter::PeftAdapter,
    error::{Error, Result},
    storage::{AdapterMeta, AdapterStore, CONFIG_FILE, WEIGHTS_FILE, archive, clusters},
};

use super::{
    args::{AdaptersArgs, AdaptersCommand},
    files, open,
};

/// Lists, exports, imports, renames, rolls back or deletes.
pub async fn run(args: AdaptersArgs) -> Result<()> {
    let store = open::store(args.store.as_ref())?;
    match args.command {
        AdaptersCommand::List { json } => list(&store.list().await?, json)?,
        AdaptersCommand::Export { name, file } => {
            let file = file.unwrap_or_else(|| PathBuf::from(format!("{name}.zip")));
            files::write(&file, &archive::export(&store.get(&name).await?)?)?;
            println!("{}", file.display());
        }
        AdaptersCommand::Import { name, file, replace } => {
            if !replace && store.has(&name).await? {
                return Err(Error::invalid(
                    format!("name `{name}`"),
                    "an adapter of that name is stored; choose another, or say --replace",
                ));
            }
            let record = if file.is_dir() {
                let [config, weights] = [CONFIG_FILE, WEIGHTS_FILE].map(|part| files::read(&file.join(part)));
                archive::import_files(&name, config?, weights?)?
            } else {
                archive::import_zip(&name, &files::read(&file)?)?
            };
            // What no model could apply is told now, not at its first use.
            PeftAdapter::from_bytes(&record.config, &record.weights)?;
            store.put(&record).await?;
            println!("{name}");
        }
        AdaptersCommand::Rename { name, to } => store.rename(&name, &to).await?,
        AdaptersCommand::Delete { name } => store.delete(&name).await?,
        AdaptersCommand::RollBack { cluster } => match clusters::roll_back(&[&store], &cluster).await? {
            Some(name) => println!("{name}"),
            None => println!("nothing is left of {cluster}"),
        },
        AdaptersCommand::Forget { cluster } => clusters::forget(&[&store], &cluster).await?,
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
