//! The commands, in two groups: the general ones, and those of the research behind the seed model.

mod adapters;
mod ask;
mod bench;
pub mod help;
mod inspect;
mod research;

use autodidact::error::Result;
use clap::Subcommand;

/// All commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(flatten)]
    General(General),
    #[command(flatten)]
    Research(research::Research),
}

/// The commands for everybody.
#[derive(Debug, Subcommand)]
pub enum General {
    /// Answer a task with tool calls; when unsure, write examples, learn from them and answer again.
    Ask(Box<ask::AskArgs>),
    /// List, export, import, rename, roll back or delete stored adapters.
    Adapters(adapters::AdaptersArgs),
    /// Describe a model directory; with --reference, write a file to compare with `transformers`.
    Inspect(inspect::InspectArgs),
    /// Measure how long each stage of the loop takes on this machine.
    Bench(bench::BenchArgs),
}

impl Command {
    /// Runs the command.
    pub async fn run(self) -> Result<()> {
        match self {
            Self::General(General::Ask(args)) => ask::run(*args).await,
            Self::General(General::Adapters(args)) => adapters::run(args).await,
            Self::General(General::Inspect(args)) => inspect::run(args).await,
            Self::General(General::Bench(args)) => bench::run(args).await,
            Self::Research(command) => command.run().await,
        }
    }
}

/// Template of the program's help, with the commands under one heading for each group.
pub fn help_template() -> String {
    let general = General::augment_subcommands(clap::Command::new("general"));
    let research = research::Research::augment_subcommands(clap::Command::new("research"));
    help::template(&[
        help::section("Commands", general),
        // The other section lists `help` already.
        help::section("Research", research.disable_help_subcommand(true)),
    ])
}
