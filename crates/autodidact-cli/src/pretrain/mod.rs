//! `autodidact pretrain`: progress, log, checkpoints and files around the library's loop.

mod held_out;
mod log;

use std::path::{Path, PathBuf};

use autodidact::{
    backend::{self, BackendKind},
    error::{Error, Result},
    model::self_test,
    platform::Stopwatch,
    prompt::{SEED_END, SEED_PAD},
    task::Labelled,
    tokenizer::Tokenizer,
};
use autodidact_kernels::Precision;
use autodidact_lab::{
    evaluation::Suite,
    pretrain::{
        PretrainConfig, Pretrainer, Workers,
        checkpoint::{self, NamedFile},
        vocabulary,
    },
};
use indicatif::{ProgressBar, ProgressStyle};

use self::{held_out::HeldOut, log::Log};
use super::{
    args::{PretrainArgs, PretrainPrecision},
    files, open,
};

/// Runs until all steps are done or the time is up.
pub async fn run(args: PretrainArgs) -> Result<()> {
    let work = args.out.join("training");
    files::make_dir(&work)?;
    if let Some(from) = &args.from {
        copy_beside(from, &args.out)?;
    }
    let state = work.join("checkpoint.safetensors");
    let mut config = settings(&args);
    let origin = args.from.as_deref().map(|dir| open::model_files(Some(dir))).transpose()?;
    let (tasks, digest) = labelled(&args.tasks)?;
    config.tasks_digest = digest;
    let (device, report) = backend::open(open::choice(args.device), false).await?;
    let gpu = report.kind != BackendKind::Cpu;
    if gpu {
        self_test::run(&device, report.kind).await?;
    }
    config.precision = precision(args.precision, gpu)?;
    if args.fresh && state.exists() {
        std::fs::remove_file(&state).map_err(|e| files::io(&state, e))?;
    }
    let workers = Workers::new(if gpu { Some(1) } else { args.workers })?;
    let run = match origin {
        Some(origin) => Pretrainer::from_model(config, origin, &device, workers)?,
        None => {
            // A tokenizer without a checkpoint may be of other settings.
            let tokenizer = tokenizer(&work.join("tokenizer.json"), &config, &tasks, !state.exists())?;
            let prompts = vocabulary::prompts()?;
            Pretrainer::new(config, tokenizer, prompts, SEED_END, SEED_PAD, &device, workers)?
        }
    };
    let given = tasks.len();
    let (mut run, used) = run.with_tasks(tasks)?;
    if used < given {
        eprintln!("{} of {given} tasks are longer than {} tokens and are left out", given - used, run.config().max_len);
    }
    let begun = state.exists();
    if begun {
        checkpoint::restore(&mut run, &files::read(&state)?)?;
    }
    // Steps after the checkpoint are done again, and logged again.
    let log = Log::open(&work, if begun { run.step_count() } else { 0 })?;
    let held_out = HeldOut::new(args.held_out)?;
    eprintln!(
        "{} parameters on {} ({}, {} precision), step {} of {}",
        run.decoder().config().parameters(),
        report.kind,
        report.adapter,
        run.config().precision,
        run.step_count(),
        run.config().steps
    );

    let bar = ProgressBar::new(run.config().steps as u64).with_position(run.step_count() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} eta {eta} {msg}") {
        bar.set_style(style);
    }
    let watch = Stopwatch::start();
    let mut average: Option<f64> = None;
    let mut accuracy = String::new();
    if begun && held_out.is_asked() && log.measured()? < run.step_count() {
        // The run before was stopped between its checkpoint and the measurement.
        let written = write_model(&run, &args.out).await?;
        accuracy = measure(&held_out, &log, run.step_count(), written).await?;
    }
    while !run.is_finished() {
        let report = run.step().await?;
        let smooth = average.map_or(f64::from(report.loss), |a| 0.98 * a + 0.02 * f64::from(report.loss));
        average = Some(smooth);
        log.step(&report)?;
        bar.set_position(report.step as u64);
        bar.set_message(format!("loss {smooth:.3}, {:.0} tokens/s{accuracy}", report.tokens as f64 / report.seconds));
        let late = args.max_seconds.is_some_and(|limit| watch.seconds() > limit);
        if late || report.step % args.checkpoint_every == 0 || run.is_finished() {
            files::write(&state, &checkpoint::save(&run).await?)?;
            let written = write_model(&run, &args.out).await?;
            if late && !run.is_finished() {
                break;
            }
            accuracy = measure(&held_out, &log, report.step, written).await?;
        }
    }
    bar.finish();
    println!("{} of {} steps done; the model is in {}", run.step_count(), run.config().steps, args.out.display());
    Ok(())
}

/// Files of a model directory that the library has no use for, and other programs have.
const BESIDE: [&str; 4] = ["special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt"];

/// Copies them into the new directory, which must be another one.
fn copy_beside(from: &Path, out: &Path) -> Result<()> {
    let place = |path: &Path| path.canonicalize().map_err(|e| files::io(path, e));
    if place(from)? == place(out)? {
        return Err(Error::invalid("out", "it is the folder of the model that the run starts from; choose another"));
    }
    for name in BESIDE {
        if from.join(name).exists() {
            files::write(&out.join(name), &files::read(&from.join(name))?)?;
        }
    }
    Ok(())
}

/// The model as it is now.
async fn write_model(run: &Pretrainer, out: &Path) -> Result<Vec<NamedFile>> {
    let written = checkpoint::model_files(run).await?;
    for (name, bytes) in &written {
        files::write(&out.join(name), bytes)?;
    }
    Ok(written)
}

/// Measures and logs the accuracy, draws the plots, and returns words for the progress bar.
async fn measure(held_out: &HeldOut, log: &Log, step: usize, written: Vec<NamedFile>) -> Result<String> {
    let words = match held_out.measure(step, written).await {
        Ok(None) => String::new(),
        Ok(Some(accuracy)) => {
            log.accuracy(&accuracy)?;
            accuracy.words()
        }
        // The checkpoint is safe, and the training can go on without a measurement.
        Err(error) => {
            eprintln!("the accuracy after step {step} was not measured: {error}");
            String::new()
        }
    };
    log.plot()?;
    Ok(words)
}

fn settings(args: &PretrainArgs) -> PretrainConfig {
    let mut d = PretrainConfig::default();
    if args.from.is_some() {
        d = PretrainConfig { learning_rate: 4e-4, split_rate: 0.0, ..d };
    }
    PretrainConfig {
        seed: args.seed,
        steps: args.steps.unwrap_or(d.steps),
        step_tokens: args.step_tokens.unwrap_or(d.step_tokens),
        micro_tokens: args.micro_tokens.unwrap_or(d.micro_tokens),
        learning_rate: args.learning_rate.unwrap_or(d.learning_rate),
        decay_share: args.decay_share,
        root_from: args.root_from.unwrap_or(d.root_from),
        max_turns: args.max_turns,
        synthesis_rate: args.synthesis_rate.unwrap_or(d.synthesis_rate),
        strange_rate: args.strange_rate.unwrap_or(d.strange_rate),
        no_tool_rate: args.no_tool_rate.unwrap_or(d.no_tool_rate),
        max_len: args.max_len.unwrap_or(d.max_len),
        context: args.context.unwrap_or(d.context),
        read_steps: args.read_steps.unwrap_or(d.read_steps),
        ramp_steps: args.ramp_steps.unwrap_or(d.ramp_steps),
        split_rate: args.split_rate.unwrap_or(d.split_rate),
        split_from: args.split_from,
        tasks_rate: args.tasks_rate.unwrap_or(d.tasks_rate),
        vocab_size: args.vocab_size.unwrap_or(d.vocab_size),
        d_model: args.d_model.unwrap_or(d.d_model),
        n_layers: args.layers.unwrap_or(d.n_layers),
        n_heads: args.heads.unwrap_or(d.n_heads),
        n_kv_heads: args.kv_heads.unwrap_or(d.n_kv_heads),
        d_ff: args.d_ff.unwrap_or(d.d_ff),
        ..d
    }
}

/// What is asked for, as far as this machine can.
fn precision(asked: PretrainPrecision, gpu: bool) -> Result<Precision> {
    let fastest = if gpu { Precision::Full } else { Precision::fastest() };
    match asked {
        PretrainPrecision::Auto => Ok(fastest),
        PretrainPrecision::Full => Ok(Precision::Full),
        PretrainPrecision::Mixed if fastest == Precision::Mixed => Ok(Precision::Mixed),
        PretrainPrecision::Mixed => Err(Error::invalid(
            "precision",
            "mixed needs the CPU, and of it AVX-512 and AMX, on Linux; use auto or full",
        )),
    }
}

/// The tokenizer of an earlier start, or a new one.
fn tokenizer(path: &Path, config: &PretrainConfig, tasks: &[Labelled], anew: bool) -> Result<Tokenizer> {
    if path.exists() && !anew {
        return Tokenizer::from_bytes(&files::read(path)?);
    }
    eprintln!("training the tokenizer ...");
    let tokenizer = vocabulary::train(config.vocab_size, config.seed, &vocabulary::prompts()?, tasks)?;
    files::write(path, &tokenizer.to_bytes()?)?;
    Ok(tokenizer)
}

/// The tasks of the files, and a hash of them all.
fn labelled(paths: &[PathBuf]) -> Result<(Vec<Labelled>, Option<String>)> {
    let (mut tasks, mut digests) = (Vec::new(), Vec::new());
    for path in paths {
        let suite = Suite::from_jsonl(&path.display().to_string(), &files::read(path)?)?;
        digests.push(suite.digest);
        tasks.extend(suite.items.into_iter().map(|item| Labelled { task: item.task, calls: item.gold }));
    }
    Ok((tasks, (!digests.is_empty()).then(|| digests.join("+"))))
}
