//! `autodidact generate`: prints tasks of the task generator, to read them or to evaluate on them.

use std::{io::Write, path::Path};

use autodidact::error::Result;
use autodidact_lab::{
    pretrain::vocabulary,
    taskgen::{GeneratedSample, Generator, GeneratorConfig, Split},
};
use clap::ValueEnum;
use serde_json::json;

use crate::{files, shared::SeedArgs};

/// Options of `generate`.
#[derive(Debug, clap::Args)]
pub struct GenerateArgs {
    /// AnswerKind tools and wordings the tasks use.
    #[arg(long, value_enum, default_value_t = SplitName::Train)]
    split: SplitName,
    /// Number of tasks.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    #[command(flatten)]
    seed: SeedArgs,
    /// Print each task and its answer as the model reads them, instead of JSON.
    #[arg(long)]
    text: bool,
}

/// A split of the generator, by its name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SplitName {
    /// The tasks that the seed model is trained on.
    Train,
    /// Tasks like those of training, from another stream of random numbers.
    InDistribution,
    /// Tools that training never uses.
    UnseenTools,
    /// Wordings that training never uses.
    UnseenWording,
    /// Tools and wordings that training never uses.
    UnseenBoth,
}

impl From<SplitName> for Split {
    fn from(name: SplitName) -> Self {
        match name {
            SplitName::Train => Self::Train,
            SplitName::InDistribution => Self::InDistribution,
            SplitName::UnseenTools => Self::UnseenTools,
            SplitName::UnseenWording => Self::UnseenWording,
            SplitName::UnseenBoth => Self::UnseenBoth,
        }
    }
}

/// Prints the tasks, one a line in JSON.
pub fn run(args: &GenerateArgs) -> Result<()> {
    let seed = args.seed.seed;
    let mut generator = Generator::new(args.split.into(), seed, GeneratorConfig::default());
    let prompts = vocabulary::prompts()?;
    let mut out = std::io::stdout().lock();
    for index in 0..args.limit {
        let example = generator.sample();
        let text = if args.text {
            format!("{}{}\n", prompts.answer_prompt(&example.task())?, prompts.answer_text(&example.calls))
        } else {
            row(&format!("generator/{seed}/{index}"), &example)
        };
        match writeln!(out, "{text}") {
            // The reader of a pipe may close it at any time.
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            done => done.map_err(|e| files::io(Path::new("standard output"), e))?,
        }
    }
    Ok(())
}

fn row(id: &str, example: &GeneratedSample) -> String {
    let row = json!({
        "id": id,
        "benchmark": "generator",
        "tools": example.tools,
        "query": example.query,
        "answer": example.calls,
    });
    row.to_string()
}
