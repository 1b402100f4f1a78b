//! `autodidact sft`: fine-tunes a LoRA on files of labeled tasks.

use std::path::PathBuf;

use autodidact::{
    Agent,
    adaptation::{AdaptationConfig, TrainEvent},
    adapter::LoraConfig,
    agent::FineTuned,
    error::{Error, Result},
    inference::Cancel,
    storage::{AdapterMeta, AdapterRecord, AdapterStore, CONFIG_FILE, WEIGHTS_FILE, validate_name},
};

use super::tasks;
use crate::{
    files, open, progress,
    shared::{KeepArgs, ModelArgs, PrecisionArgs, SeedArgs, StoreArgs},
};

/// Options of `sft`.
#[derive(Debug, clap::Args)]
pub struct SftArgs {
    /// Labeled tasks in the format of `eval` (JSON Lines).
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Folder for the adapter, in PEFT's format.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    model: ModelArgs,
    /// Passes over the tasks.
    #[arg(long, default_value_t = 3)]
    epochs: usize,
    /// Tasks per step.
    #[arg(long, default_value_t = 8)]
    batch: usize,
    /// Rank of the LoRA.
    #[arg(long, default_value_t = 8)]
    rank: usize,
    /// Alpha of the LoRA [default: twice the rank].
    #[arg(long)]
    alpha: Option<f64>,
    /// Peak learning rate.
    #[arg(long, default_value_t = 2e-3)]
    learning_rate: f64,
    /// Let the LoRA work from the user's turn on, so that a menu that is known stays known.
    #[arg(long)]
    activated: bool,
    #[command(flatten)]
    precision: PrecisionArgs,
    #[command(flatten)]
    seed: SeedArgs,
    #[command(flatten)]
    storing: KeepArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// Trains the LoRA, then writes it.
pub async fn run(args: SftArgs) -> Result<()> {
    let mut tasks = Vec::new();
    for path in &args.files {
        tasks.extend(tasks::labeled(tasks::read(path)?));
    }
    let config = AdaptationConfig {
        lora: LoraConfig {
            rank: args.rank,
            alpha: args.alpha.unwrap_or(2.0 * args.rank as f64),
            ..LoraConfig::default()
        },
        learning_rate: args.learning_rate,
        epochs: args.epochs,
        batch: args.batch,
        activated: args.activated,
        precision: args.precision.into(),
        ..AdaptationConfig::fine_tuning()
    };
    // A name or a store that cannot be used is refused now, not after the training.
    if let Some(name) = &args.storing.keep {
        validate_name(name)?;
        let store = open::store(&args.store)?;
        if !args.storing.replace {
            open::check_name_is_free(&store, name).await?;
        }
    }
    files::make_dir(&args.out)?;
    let agent = open::bare_agent(&args.model).await?;

    let bar = progress::bar(config.steps_for(tasks.len()), progress::STEPS);
    let on_step = |event: TrainEvent| {
        bar.set_length(event.total as u64);
        bar.set_position(event.step as u64);
        bar.set_message(format!("loss {:.3}, {:.0} tokens/s", event.loss, event.tokens_per_second));
    };
    let tuned = agent.model().fine_tune(&tasks, &config, args.seed.seed, &Cancel::default(), on_step).await?;
    bar.finish_and_clear();
    if !agent.model().is_unchanged().await? {
        return Err(Error::Backend { reason: "the base weights changed during the training".into() });
    }
    write(&agent, &args, &tuned).await?;

    let FineTuned { training, tasks, skipped, .. } = &tuned;
    let (first, last) = (mean(training.losses.iter().take(10)), mean(training.losses.iter().rev().take(10)));
    let steps = training.steps;
    println!("{steps} steps on {tasks} tasks; the loss went from {first:.3} to {last:.3} (means of ten steps)");
    if *skipped > 0 {
        println!(
            "{skipped} tasks do not fit the context of {} tokens and were skipped",
            agent.model().report().context
        );
    }
    println!("{}", args.out.display());
    Ok(())
}

/// Writes the PEFT directory, and stores the adapter if it was given a name.
async fn write(agent: &Agent, args: &SftArgs, tuned: &FineTuned) -> Result<()> {
    let (model, base) = (agent.model().decoder().config(), agent.model().report());
    let peft = tuned.adapter.to_peft(model, &base.name, agent.model().base()).await?;
    let (config, weights) = peft.to_bytes()?;
    // The configuration is written last: where there is one, the adapter is complete.
    files::write(&args.out.join(WEIGHTS_FILE), &weights)?;
    files::write(&args.out.join(CONFIG_FILE), &config)?;
    let Some(name) = &args.storing.keep else { return Ok(()) };
    let lora = &tuned.adapter.config;
    let meta = AdapterMeta {
        name: name.clone(),
        base_fingerprint: base.fingerprint.clone(),
        base_identity: Some(base.identity.clone()),
        rank: lora.rank,
        alpha: lora.alpha as f32,
        targets: lora.targets.clone(),
        task: format!("fine-tuned on {} labeled tasks", tuned.tasks),
        pairs: tuned.tasks,
        steps: tuned.training.steps,
        ..AdapterMeta::default()
    };
    open::store(&args.store)?.put(&AdapterRecord::new(meta, config, weights)?).await
}

fn mean<'a>(losses: impl Iterator<Item = &'a f32>) -> f32 {
    let (sum, count) = losses.fold((0.0, 0), |(sum, count), loss| (sum + loss, count + 1));
    sum / count.max(1) as f32
}
