//! `autodidact pretrain`: progress, log, checkpoints and files around the library's loop.

use std::{fs::OpenOptions, io::Write, path::Path};

use autodidact::{
    backend,
    error::Result,
    platform::{Stopwatch, Workers},
    pretrain::{PretrainConfig, Pretrainer, StepReport, checkpoint, vocabulary},
    tokenizer::{SEED_END, SEED_PAD, Tokenizer},
};
use indicatif::{ProgressBar, ProgressStyle};

use super::{args::PretrainArgs, files};

/// Runs until all steps are done or the time is up.
pub async fn run(args: PretrainArgs) -> Result<()> {
    let work = args.out.join("training");
    files::make_dir(&work)?;
    let (state, log) = (work.join("checkpoint.safetensors"), work.join("log.jsonl"));
    let config = settings(&args);
    let tokenizer = tokenizer(&work.join("tokenizer.json"), &config, args.fresh)?;
    let prompts = vocabulary::prompts()?;
    let workers = Workers::new(args.workers)?;
    let mut run = Pretrainer::new(config, tokenizer, prompts, SEED_END, SEED_PAD, &backend::cpu(), workers)?;
    if state.exists() && !args.fresh {
        checkpoint::restore(&mut run, &files::read(&state)?)?;
        // Steps after the checkpoint are done again, and logged again.
        trim(&log, run.step_count())?;
    } else if log.exists() {
        std::fs::remove_file(&log).map_err(|e| files::io(&log, e))?;
    }
    eprintln!(
        "{} parameters, step {} of {}",
        run.decoder().config().parameters(),
        run.step_count(),
        run.config().steps
    );

    let bar = ProgressBar::new(run.config().steps as u64).with_position(run.step_count() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} eta {eta} {msg}") {
        bar.set_style(style);
    }
    let watch = Stopwatch::start();
    let mut average: Option<f64> = None;
    while !run.is_finished() {
        let report = run.step().await?;
        let smooth = average.map_or(f64::from(report.loss), |a| 0.98 * a + 0.02 * f64::from(report.loss));
        average = Some(smooth);
        append(&log, &report)?;
        bar.set_position(report.step as u64);
        bar.set_message(format!("loss {smooth:.3}, {:.0} tokens/s", report.tokens as f64 / report.seconds));
        let late = args.max_seconds.is_some_and(|limit| watch.seconds() > limit);
        if late || report.step % args.checkpoint_every == 0 || run.is_finished() {
            files::write(&state, &checkpoint::save(&run).await?)?;
            for (name, bytes) in checkpoint::model_files(&run).await? {
                files::write(&args.out.join(name), &bytes)?;
            }
        }
        if late {
            break;
        }
    }
    bar.finish();
    println!("{} of {} steps done; the model is in {}", run.step_count(), run.config().steps, args.out.display());
    Ok(())
}

fn settings(args: &PretrainArgs) -> PretrainConfig {
    let d = PretrainConfig::default();
    PretrainConfig {
        seed: args.seed,
        steps: args.steps.unwrap_or(d.steps),
        step_tokens: args.step_tokens.unwrap_or(d.step_tokens),
        micro_tokens: args.micro_tokens.unwrap_or(d.micro_tokens),
        learning_rate: args.learning_rate.unwrap_or(d.learning_rate),
        vocab_size: args.vocab_size.unwrap_or(d.vocab_size),
        d_model: args.d_model.unwrap_or(d.d_model),
        n_layers: args.layers.unwrap_or(d.n_layers),
        n_heads: args.heads.unwrap_or(d.n_heads),
        n_kv_heads: args.kv_heads.unwrap_or(d.n_kv_heads),
        d_ff: args.d_ff.unwrap_or(d.d_ff),
        ..d
    }
}

/// The tokenizer of an earlier start, or a new one.
fn tokenizer(path: &Path, config: &PretrainConfig, fresh: bool) -> Result<Tokenizer> {
    if path.exists() && !fresh {
        return Tokenizer::from_bytes(&files::read(path)?);
    }
    eprintln!("training the tokenizer ...");
    let tokenizer = vocabulary::train(config.vocab_size, config.seed, &vocabulary::prompts()?)?;
    files::write(path, &tokenizer.to_bytes()?)?;
    Ok(tokenizer)
}

/// Drops what the log says of steps after `last`, and a line that a sudden end cut off.
fn trim(log: &Path, last: usize) -> Result<()> {
    if !log.exists() {
        return Ok(());
    }
    let bytes = files::read(log)?;
    let kept: String = String::from_utf8_lossy(&bytes)
        .lines()
        .filter(|line| serde_json::from_str::<StepReport>(line).is_ok_and(|report| report.step <= last))
        .flat_map(|line| [line, "\n"])
        .collect();
    files::write(log, kept.as_bytes())
}

fn append(log: &Path, report: &StepReport) -> Result<()> {
    let line = serde_json::to_string(report).map_err(|e| files::io(log, e))?;
    let mut file = OpenOptions::new().create(true).append(true).open(log).map_err(|e| files::io(log, e))?;
    writeln!(file, "{line}").map_err(|e| files::io(log, e))
}
