//! The commands of the research behind the seed model: training, surgery on weights, generated tasks, evaluation.

mod average;
mod bench_pretrain;
mod calibrate;
mod compute;
mod deepen;
mod eval;
mod fit_words;
mod generate;
mod model_dir;
mod pretrain;
mod sft;
mod tasks;
mod widen;

use autodidact::error::Result;
use clap::Subcommand;

/// The research commands.
#[derive(Debug, Subcommand)]
pub enum Research {
    /// Train the seed model from scratch on generated tool-call tasks. Resumes from the last checkpoint.
    Pretrain(Box<pretrain::PretrainArgs>),
    /// Add blocks to a model without changing its output, to train it further with `pretrain --from`.
    Deepen(deepen::DeepenArgs),
    /// Widen the blocks of a model without changing its output, to train it further with `pretrain --from`.
    Widen(widen::WidenArgs),
    /// Average the weights of two models that were trained from the same model.
    Average(average::AverageArgs),
    /// Fine-tune a LoRA on files of labeled tasks, and write it as a PEFT directory.
    Sft(sft::SftArgs),
    /// Print labeled tasks from the task generator as JSON Lines.
    Generate(generate::GenerateArgs),
    /// Measure the speed of training all weights of a randomly initialized model; every token is a label.
    BenchPretrain(bench_pretrain::BenchPretrainArgs),
    /// Compare the method with its alternatives on suites of labeled tasks. Can be stopped and resumed at any task.
    Eval(Box<eval::EvalArgs>),
    /// Fit how sure a model's answers are, from the records of evaluations.
    Calibrate(calibrate::CalibrateArgs),
    /// Fit how much each kind of shared word counts where words choose a tool.
    FitWords(fit_words::FitWordsArgs),
}

impl Research {
    /// Runs the command.
    pub async fn run(self) -> Result<()> {
        match self {
            Self::Pretrain(args) => pretrain::run(*args).await,
            Self::Deepen(args) => deepen::run(&args).await,
            Self::Widen(args) => widen::run(&args).await,
            Self::Average(args) => average::run(&args).await,
            Self::Sft(args) => sft::run(args).await,
            Self::Generate(args) => generate::run(&args),
            Self::BenchPretrain(args) => bench_pretrain::run(&args).await,
            Self::Eval(args) => eval::run(*args).await,
            Self::Calibrate(args) => calibrate::run(&args),
            Self::FitWords(args) => fit_words::run(&args),
        }
    }
}
