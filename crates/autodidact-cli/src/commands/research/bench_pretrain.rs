//! `autodidact bench-pretrain`: measures the tokens per second of pretraining, to compare with PyTorch
//! (`tests/reference/bench_torch_pretrain.py` runs both).

use std::path::PathBuf;

use autodidact::{
    backend::{self, BackendKind, readback},
    error::{Error, Result},
    model::{ModelConfig, Targets, Tokens, init},
    platform::Stopwatch,
};
use autodidact_kernels::Precision;
use autodidact_lab::pretrain::{Workers, batching::MicroBatch, optimizer::Optimizer, update};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::compute::ComputeArgs;
use crate::{files, shared::PrecisionChoice};

/// Options of `bench-pretrain`.
#[derive(Debug, clap::Args)]
#[command(mut_arg("precision", |arg| arg.help("Precision; auto measures each that this machine has")))]
pub struct BenchPretrainArgs {
    /// Directory with a config.json.
    dir: PathBuf,
    #[command(flatten)]
    compute: ComputeArgs,
    /// Numbers of threads to measure, one pass per thread.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    workers: Vec<usize>,
    /// Sequences per step.
    #[arg(long, default_value_t = 8)]
    batch: usize,
    /// Tokens per sequence.
    #[arg(long, default_value_t = 256)]
    tokens: usize,
    /// Sequences per forward and backward pass.
    #[arg(long, default_value_t = 4)]
    micro_batch: usize,
    /// Steps to measure.
    #[arg(long, default_value_t = 10)]
    steps: usize,
}

/// Steps before the measurement begins.
const WARM_UP: usize = 2;

/// Prints a row for each precision and number of threads.
pub async fn run(args: &BenchPretrainArgs) -> Result<()> {
    if args.batch == 0 || args.tokens < 2 || args.steps == 0 || args.micro_batch == 0 {
        return Err(Error::invalid("sizes", "every size must be at least 1, and a sequence has at least 2 tokens"));
    }
    let config = ModelConfig::from_json(&files::read(&args.dir.join("config.json"))?)?;
    println!(
        "| full training | precision | weights | tokens a step | threads | ms a step: median (range) | tokens/s |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let (device, report) = backend::open(args.compute.device.into(), false).await?;
    eprintln!("on {} ({})", report.kind, report.adapter);
    let precision = args.compute.precision.resolve(report.kind != BackendKind::Cpu)?;
    let precisions = match (args.compute.precision, precision) {
        (PrecisionChoice::Auto, Precision::Mixed) => vec![Precision::Full, Precision::Mixed],
        _ => vec![precision],
    };
    for (precision, &count) in precisions.iter().flat_map(|p| args.workers.iter().map(move |count| (*p, count))) {
        let workers = Workers::new(Some(count))?;
        let mut decoder = init::random(config.clone(), 0, 0.02, &device).with_precision(precision);
        let mut optimizer =
            Optimizer::new(&config, &decoder.weights().parameters(), 0.1).with_kernels(decoder.kernels());
        let mut seconds = Vec::new();
        for step in 0..WARM_UP + args.steps {
            let watch = Stopwatch::start();
            let done = update(&decoder, &mut optimizer, batches(args, config.vocab_size), 1e-4, &workers)?;
            readback(done.loss).await?;
            readback(done.gradient_norm).await?;
            decoder = done.decoder;
            if step >= WARM_UP {
                seconds.push(watch.seconds());
            }
        }
        seconds.sort_by(f64::total_cmp);
        let at = |index: usize| seconds.get(index).copied().unwrap_or(f64::NAN);
        let (least, median, most) = (at(0), at(seconds.len() / 2), at(seconds.len() - 1));
        println!(
            "| autodidact {} | {precision} | {:.2} M | {}x{} | {count} | {:.0} ({:.0} to {:.0}) | {:.0} |",
            env!("CARGO_PKG_VERSION"),
            config.parameters() as f64 / 1e6,
            args.batch,
            args.tokens,
            median * 1e3,
            least * 1e3,
            most * 1e3,
            (args.batch * args.tokens) as f64 / median
        );
    }
    Ok(())
}

/// Random token ids; all but the first of each sequence are labels.
fn batches(args: &BenchPretrainArgs, vocab: usize) -> Vec<MicroBatch> {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let all: Vec<Vec<u32>> =
        (0..args.batch).map(|_| (0..args.tokens).map(|_| rng.random_range(0..vocab as u32)).collect()).collect();
    let weight = 1.0 / (args.batch * (args.tokens - 1)) as f32;
    let batch = |sequences: &[Vec<u32>]| {
        let mut targets = Targets::default();
        for (row, sequence) in sequences.iter().enumerate() {
            for (i, id) in sequence.iter().enumerate().skip(1) {
                targets.rows.push((row * args.tokens + i - 1) as u32);
                targets.ids.push(*id);
                targets.weights.push(weight);
            }
        }
        MicroBatch { tokens: Tokens::padded(sequences, 0), targets }
    };
    all.chunks(args.micro_batch).map(batch).collect()
}
