//! The adapters of the `sft` baseline. They are trained before the first task, and kept in the folder of the run as
//! PEFT directories, so that a resumed run does not train them again.

use std::path::Path;

use autodidact::{
    Agent,
    adapter::{Adapter, PeftAdapter},
    error::Result,
    storage::{CONFIG_FILE, WEIGHTS_FILE},
};
use autodidact_lab::evaluation::{Mode, Plan, Runner};

use crate::files;

/// Start of the names of their directories.
const PREFIX: &str = "sft-";

/// Reads or trains the adapters of all seeds and settings, and gives them to the runner.
pub async fn prepare(agent: &Agent, plan: &Plan, runner: &mut Runner<'_>, dir: &Path) -> Result<()> {
    if !plan.modes.contains(&Mode::Sft) {
        return Ok(());
    }
    for setting in plan.settings_of(Mode::Sft) {
        for seed in plan.seeds_of(Mode::Sft) {
            let home = dir.join(format!("{PREFIX}{}-{seed}", setting.hash()));
            let (config, weights) = (home.join(CONFIG_FILE), home.join(WEIGHTS_FILE));
            let (model, base) = (agent.model().decoder().config(), agent.model().base());
            let adapter = if config.exists() {
                let peft = PeftAdapter::from_bytes(&files::read(&config)?, &files::read(&weights)?)?;
                Adapter::from_peft(&peft, model, &base, agent.model().decoder().device())?
            } else {
                let adapter = runner.fine_tune(seed, &setting).await?;
                let peft = adapter.to_peft(model, &agent.model().report().name, base).await?;
                let (config_bytes, weight_bytes) = peft.to_bytes()?;
                files::make_dir(&home)?;
                // The configuration is written last: where there is one, the adapter is complete.
                files::write(&weights, &weight_bytes)?;
                files::write(&config, &config_bytes)?;
                adapter
            };
            runner.set_fine_tuned(seed, &setting, adapter);
        }
    }
    Ok(())
}

/// Removes the adapters of an earlier run.
pub fn remove(dir: &Path) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Ok(()) };
    for entry in entries {
        let entry = entry.map_err(|e| files::io(dir, e))?;
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && entry.path().is_dir() {
            std::fs::remove_dir_all(entry.path()).map_err(|e| files::io(&entry.path(), e))?;
        }
    }
    Ok(())
}
