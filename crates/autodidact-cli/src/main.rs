//! The command line: converts, prints, and leaves all logic to the library.

#![recursion_limit = "256"]

mod adapters;
mod args;
mod ask;
mod average;
mod bench;
mod bench_pretrain;
mod charts;
mod deepen;
mod eval;
mod files;
mod generate;
mod inspect;
mod open;
mod pretrain;
mod sft;
mod widen;

use clap::Parser;

/// Tensors come and go by the megabyte; the system's allocator would fetch fresh pages from the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let args = args::Args::parse();
    let outcome = futures_lite::future::block_on(async {
        match args.command {
            args::Command::Ask(args) => ask::run(args).await,
            args::Command::Adapters(args) => adapters::run(args).await,
            args::Command::Inspect(args) => inspect::run(args).await,
            args::Command::Bench(args) => bench::run(args).await,
            args::Command::Pretrain(args) => pretrain::run(*args).await,
            args::Command::Deepen(args) => deepen::run(&args).await,
            args::Command::Widen(args) => widen::run(&args).await,
            args::Command::Average(args) => average::run(&args).await,
            args::Command::Generate(args) => generate::run(&args),
            args::Command::BenchPretrain(args) => bench_pretrain::run(&args).await,
            args::Command::Sft(args) => sft::run(args).await,
            args::Command::Eval(args) => eval::run(*args).await,
        }
    });
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error [{}]: {error}", error.code());
            std::process::ExitCode::FAILURE
        }
    }
}
