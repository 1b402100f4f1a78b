//! `autodidact pretrain`: the training loop with its progress bar, log, checkpoints and model files.

mod args;
mod held_out;
mod log;

use std::path::{Path, PathBuf};

use autodidact::{
    backend::{self, BackendKind},
    error::{Error, Result},
    model::self_test,
    platform::Stopwatch,
    prompt::{SEED_END, SEED_PAD},
    task::Sample,
    tokenizer::Tokenizer,
};
use autodidact_lab::pretrain::{
    PretrainConfig, Pretrainer, Workers,
    checkpoint::{self, NamedFile},
    vocabulary,
};

pub use self::args::PretrainArgs;
use self::{held_out::HeldOut, log::Log};
use super::tasks;
use crate::{files, open, progress};

/// Trains until all steps are done or the time is up.
pub async fn run(args: PretrainArgs) -> Result<()> {
    if args.run.checkpoint_every == 0 {
        return Err(Error::invalid("checkpoint-every", "must be at least 1"));
    }
    let out = &args.run.out;
    let work = out.join("training");
    files::make_dir(&work)?;
    if let Some(from) = &args.model.from {
        copy_unread_files(from, out)?;
    }
    let state = work.join("checkpoint.safetensors");
    let mut config = args.config();
    let origin = args.model.from.as_deref().map(|dir| open::model_files(Some(dir))).transpose()?;
    let LabeledTasks { tasks, digest } = LabeledTasks::read(&args.data.tasks)?;
    config.tasks_digest = digest;
    let (device, report) = backend::open(args.run.compute.device.into(), false).await?;
    let on_gpu = report.kind != BackendKind::Cpu;
    if on_gpu {
        self_test::run(&device, report.kind).await?;
    }
    config.precision = args.run.compute.precision.resolve(on_gpu)?;
    if args.run.fresh && state.exists() {
        std::fs::remove_file(&state).map_err(|e| files::io(&state, e))?;
    }
    let workers = Workers::new(if on_gpu { Some(1) } else { args.run.workers })?;
    let run = match origin {
        Some(origin) => Pretrainer::from_model(config, origin, &device, workers)?,
        None => {
            // A tokenizer without a checkpoint may have been trained with other settings.
            let tokenizer = tokenizer(&work.join("tokenizer.json"), &config, &tasks, !state.exists())?;
            let prompts = vocabulary::prompts()?;
            Pretrainer::new(config, tokenizer, prompts, SEED_END, SEED_PAD, &device, workers)?
        }
    };
    let given = tasks.len();
    let (mut run, used) = run.with_tasks(tasks)?;
    if used < given {
        eprintln!("{} of {given} tasks are longer than {} tokens and are skipped", given - used, run.config().max_len);
    }
    let resumed = state.exists();
    if resumed {
        checkpoint::restore(&mut run, &files::read(&state)?)?;
    }
    // Steps after the checkpoint are done again, and logged again.
    let log = Log::open(&work, if resumed { run.step_count() } else { 0 })?;
    let held_out = HeldOut::new(args.run.held_out)?;
    eprintln!(
        "{} parameters on {} ({}, {} precision), step {} of {}",
        run.decoder().config().parameters(),
        report.kind,
        report.adapter,
        run.config().precision,
        run.step_count(),
        run.config().steps
    );

    let bar = progress::bar(run.config().steps, progress::STEPS).with_position(run.step_count() as u64);
    let watch = Stopwatch::start();
    let mut mean_loss: Option<f64> = None;
    let mut accuracy = String::new();
    if resumed && held_out.has_tasks() && log.last_measured()? < run.step_count() {
        // The run was stopped between its checkpoint and the measurement.
        let written = write_model(&run, out).await?;
        accuracy = measure(&held_out, &log, run.step_count(), written).await?;
    }
    while !run.is_finished() {
        let report = run.step().await?;
        let loss = f64::from(report.loss);
        let smooth = mean_loss.map_or(loss, |mean| 0.98 * mean + 0.02 * loss);
        mean_loss = Some(smooth);
        log.step(&report)?;
        bar.set_position(report.step as u64);
        bar.set_message(format!("loss {smooth:.3}, {:.0} tokens/s{accuracy}", report.tokens as f64 / report.seconds));
        let late = args.run.max_seconds.is_some_and(|limit| watch.seconds() > limit);
        if late || report.step % args.run.checkpoint_every == 0 || run.is_finished() {
            files::write(&state, &checkpoint::save(&run).await?)?;
            let written = write_model(&run, out).await?;
            if late && !run.is_finished() {
                break;
            }
            accuracy = measure(&held_out, &log, report.step, written).await?;
        }
    }
    bar.finish();
    println!("{} of {} steps done; the model is in {}", run.step_count(), run.config().steps, out.display());
    Ok(())
}

/// Files of a model directory that other programs read and the library does not.
const UNREAD: [&str; 4] = ["special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt"];

/// Copies those files into the new directory, which must not be the directory of the model itself.
fn copy_unread_files(from: &Path, out: &Path) -> Result<()> {
    let place = |path: &Path| path.canonicalize().map_err(|e| files::io(path, e));
    if place(from)? == place(out)? {
        return Err(Error::invalid("out", "this is the folder of the model that the run starts from; choose another"));
    }
    for name in UNREAD {
        if from.join(name).exists() {
            files::write(&out.join(name), &files::read(&from.join(name))?)?;
        }
    }
    Ok(())
}

/// Writes the model as it is now, and returns its files.
async fn write_model(run: &Pretrainer, out: &Path) -> Result<Vec<NamedFile>> {
    let written = checkpoint::model_files(run).await?;
    for (name, bytes) in &written {
        files::write(&out.join(name), bytes)?;
    }
    Ok(written)
}

/// Measures and logs the accuracy, draws the plots, and returns a text for the progress bar.
async fn measure(held_out: &HeldOut, log: &Log, step: usize, written: Vec<NamedFile>) -> Result<String> {
    let text = match held_out.measure(step, written).await {
        Ok(None) => String::new(),
        Ok(Some(accuracy)) => {
            log.accuracy(&accuracy)?;
            accuracy.to_text()
        }
        // The checkpoint is safe, and training can continue without the measurement.
        Err(error) => {
            eprintln!("could not measure the accuracy after step {step}: {error}");
            String::new()
        }
    };
    log.plot()?;
    Ok(text)
}

/// The tokenizer in this file; a new one if there is none, or if `retrain` is set.
fn tokenizer(path: &Path, config: &PretrainConfig, tasks: &[Sample], retrain: bool) -> Result<Tokenizer> {
    if path.exists() && !retrain {
        return Tokenizer::from_bytes(&files::read(path)?);
    }
    eprintln!("training the tokenizer ...");
    let tokenizer = vocabulary::train(config.vocab_size, config.seed, &vocabulary::prompts()?, tasks)?;
    files::write(path, &tokenizer.to_bytes()?)?;
    Ok(tokenizer)
}

/// Labeled tasks from files.
struct LabeledTasks {
    tasks: Vec<Sample>,
    /// Hash of all files, if there are any: a run resumes only with the same ones.
    digest: Option<String>,
}

impl LabeledTasks {
    fn read(paths: &[PathBuf]) -> Result<Self> {
        let (mut tasks, mut digests) = (Vec::new(), Vec::new());
        for path in paths {
            let suite = tasks::read(path)?;
            digests.push(suite.digest.clone());
            tasks.extend(tasks::labeled(suite));
        }
        Ok(Self { tasks, digest: (!digests.is_empty()).then(|| digests.join("+")) })
    }
}
