//! `autodidact sft`: a LoRA on files of labelled tasks.

use autodidact::{
    Agent,
    adaptation::{AdaptationConfig, TrainEvent},
    adapter::LoraConfig,
    agent::FineTuned,
    error::{Error, Result},
    inference::Cancel,
    storage::{AdapterMeta, AdapterRecord, AdapterStore, CONFIG_FILE, WEIGHTS_FILE, validate_name},
    task::Labelled,
};
use autodidact_lab::evaluation::Suite;
use indicatif::{ProgressBar, ProgressStyle};

use super::{args::SftArgs, files, open};

/// Trains, then writes the adapter.
pub async fn run(args: SftArgs) -> Result<()> {
    let mut tasks = Vec::new();
    for path in &args.files {
        let suite = Suite::from_jsonl(&path.display().to_string(), &files::read(path)?)?;
        tasks.extend(suite.items.into_iter().map(|item| Labelled { task: item.task, calls: item.gold }));
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
        ..AdaptationConfig::fine_tuning()
    };
    // Told now, and not after the training.
    if let Some(name) = &args.keep {
        validate_name(name)?;
        let stored = open::store(args.store.as_ref())?.list().await?;
        if !args.replace && stored.iter().any(|meta| meta.name == *name) {
            let reason = "an adapter of that name is stored; choose another, or say --replace";
            return Err(Error::invalid(format!("name `{name}`"), reason));
        }
    }
    files::make_dir(&args.out)?;
    let agent = open::bare_agent(args.model.as_deref(), args.device).await?;

    let bar = ProgressBar::new(config.steps_for(tasks.len()) as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} eta {eta} {msg}") {
        bar.set_style(style);
    }
    let on_step = |event: TrainEvent| {
        bar.set_length(event.total as u64);
        bar.set_position(event.step as u64);
        bar.set_message(format!("loss {:.3}, {:.0} tokens/s", event.loss, event.tokens_per_second));
    };
    let tuned = agent.fine_tune(&tasks, (&config, args.seed), &Cancel::default(), on_step).await?;
    bar.finish_and_clear();
    if !agent.is_unchanged().await? {
        return Err(Error::Backend { reason: "the base weights changed during the training".into() });
    }
    write(&agent, &args, &tuned).await?;

    let FineTuned { training, tasks, skipped, .. } = &tuned;
    let (first, last) = (mean(training.losses.iter().take(10)), mean(training.losses.iter().rev().take(10)));
    let steps = training.steps;
    println!("{steps} steps on {tasks} tasks; the loss went from {first:.3} to {last:.3} (means of ten steps)");
    if *skipped > 0 {
        println!("{skipped} tasks do not fit the context of {} tokens and were left out", agent.model().context);
    }
    println!("{}", args.out.display());
    Ok(())
}

async fn write(agent: &Agent, args: &SftArgs, tuned: &FineTuned) -> Result<()> {
    let (model, base) = (agent.decoder().config(), agent.model());
    let peft = tuned.adapter.to_peft(model, &base.name, &base.fingerprint).await?;
    let (config, weights) = peft.to_bytes()?;
    // The configuration comes last: where it is, the adapter is whole.
    files::write(&args.out.join(WEIGHTS_FILE), &weights)?;
    files::write(&args.out.join(CONFIG_FILE), &config)?;
    let Some(name) = &args.keep else { return Ok(()) };
    let lora = &tuned.adapter.config;
    let meta = AdapterMeta {
        name: name.clone(),
        base_fingerprint: base.fingerprint.clone(),
        rank: lora.rank,
        alpha: lora.alpha as f32,
        targets: lora.targets.clone(),
        task: format!("fine-tuned on {} labelled tasks", tuned.tasks),
        pairs: tuned.tasks,
        steps: tuned.training.steps,
        ..AdapterMeta::default()
    };
    open::store(args.store.as_ref())?.put(&AdapterRecord::new(meta, config, weights)?).await
}

fn mean<'a>(losses: impl Iterator<Item = &'a f32>) -> f32 {
    let (sum, count) = losses.fold((0.0, 0), |(sum, count), loss| (sum + loss, count + 1));
    sum / count.max(1) as f32
}
