//! Flags of `eval`.

use std::path::PathBuf;

use autodidact::{
    error::Result,
    uncertainty::{NoCall, Reduction},
};
use autodidact_lab::evaluation::{Estimator, Mode, Selection, SftConfig, Shard};
use clap::{Args, Subcommand, ValueEnum};
use serde::de::DeserializeOwned;

use crate::shared::{ModelArgs, PrecisionArgs};

/// Options of `eval`. Lists are separated by commas.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct EvalArgs {
    #[command(subcommand)]
    pub command: Option<EvalCommand>,
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten, next_help_heading = "Model")]
    pub model: ModelArgs,
    #[command(flatten)]
    pub method: MethodArgs,
    #[command(flatten)]
    pub synthesis: SynthesisArgs,
    #[command(flatten)]
    pub learning: LearningArgs,
    #[command(flatten)]
    pub baselines: BaselineArgs,
}

/// The subcommands of `eval`.
#[derive(Debug, Subcommand)]
pub enum EvalCommand {
    /// Merge the shards of a run, or write the tables of a finished run again.
    Merge {
        /// Folders of the shards.
        #[arg(required = true)]
        dirs: Vec<PathBuf>,
        /// Folder for the results.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// The tasks to answer, and the folder for the results.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub struct RunArgs {
    /// Files of tasks (JSON Lines), or built-in suites: generator:in-distribution, generator:unseen-tools,
    /// generator:unseen-wording, generator:unseen-both.
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub suite: Vec<String>,
    /// Maximum number of tasks per suite, spread evenly over it [default: all of a file, 200 of a built-in suite].
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Number of seeds, counted from 0.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seeds: u64,
    /// Folder for the results. A run that was stopped resumes where it was.
    #[arg(long, value_name = "DIR", required = true)]
    pub out: Option<PathBuf>,
    /// Discard the results of an earlier run in the folder.
    #[arg(long)]
    pub fresh: bool,
    /// Do only part i of n (i from 0), to be merged by `eval merge`.
    #[arg(long, value_name = "i/n")]
    pub shard: Option<Shard>,
}

/// How to answer, and which tasks to learn from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Method")]
pub struct MethodArgs {
    /// Ways of answering: base, majority, pass@5, search, reorder, icl-train, sft, ttsi, agent (search, then ttsi),
    /// ttsi+gate, ttd, icl-self, ttsi+majority, ttsi+pass@5, neighbours (generator suites only), oracle (sees the
    /// answer).
    #[arg(long, value_delimiter = ',', default_value = "base,ttsi")]
    pub modes: Vec<Mode>,
    /// Source of the defaults of tau, k, rank, alpha and the learning rate.
    #[arg(long, value_enum, default_value_t = Preset::Default)]
    pub preset: Preset,
    /// Thresholds of the estimators; the first is the main one [default: 0.95].
    #[arg(long, value_delimiter = ',')]
    pub tau: Vec<f32>,
    /// Tasks to update on: uncertain, certain, all, random. With any choice but `uncertain` alone, each task is
    /// updated on once.
    #[arg(long, value_delimiter = ',', default_value = "uncertain")]
    pub selection: Vec<Selection>,
    /// Measures of certainty to select tasks by: margin, max-probability, entropy, perplexity [default: perplexity, or
    /// margin with the preset `paper`].
    #[arg(long, value_delimiter = ',')]
    pub estimator: Vec<Estimator>,
    /// Sum or mean of the log-probabilities of a name's tokens.
    #[arg(long, value_parser = named::<Reduction>, value_name = "sum|mean")]
    pub reduction: Option<Reduction>,
    /// When "no call" competes with the tools.
    #[arg(long, value_parser = named::<NoCall>, value_name = "when-alone|always")]
    pub no_call: Option<NoCall>,
    /// Maximum number of tokens in an answer.
    #[arg(long, default_value_t = 256)]
    pub max_answer_tokens: usize,
    /// Write answers and pairs without constrained decoding.
    #[arg(long)]
    pub unconstrained: bool,
}

/// How training pairs are written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Training pairs")]
pub struct SynthesisArgs {
    /// Pairs to write per task.
    #[arg(long, value_delimiter = ',')]
    pub k: Vec<usize>,
    /// Attempts per pair.
    #[arg(long)]
    pub tries: Option<usize>,
    /// Sampling temperature for pairs [default: 0.7].
    #[arg(long)]
    pub temperature: Option<f32>,
    /// Let pairs call any tool in the menu, not only the tools of the first answer.
    #[arg(long)]
    pub any_tool: bool,
    /// Use only pairs whose query the model answers with the calls of the pair.
    #[arg(long)]
    pub agreement: bool,
}

/// How the LoRA is trained.
#[derive(Debug, Args)]
#[command(next_help_heading = "LoRA")]
pub struct LearningArgs {
    /// Ranks of the LoRA.
    #[arg(long, value_delimiter = ',')]
    pub rank: Vec<usize>,
    /// Alpha of the LoRA [default: twice the rank].
    #[arg(long)]
    pub alpha: Option<f64>,
    /// Modules that the LoRA adapts [default: all linear layers].
    #[arg(long, value_delimiter = ',', value_name = "MODULE")]
    pub targets: Vec<String>,
    /// Let the LoRA work from the user's turn on: the menu is then read once for the question and all training steps.
    #[arg(long)]
    pub activated: bool,
    #[command(flatten)]
    pub precision: PrecisionArgs,
    /// Optimizer steps [default: 2 per pair, or 5 with the preset `paper`].
    #[arg(long, value_delimiter = ',')]
    pub steps: Vec<usize>,
    /// Peak learning rates.
    #[arg(long, value_delimiter = ',')]
    pub learning_rate: Vec<f64>,
}

/// What the baselines need.
#[derive(Debug, Args)]
#[command(next_help_heading = "Baselines")]
pub struct BaselineArgs {
    /// The teacher of ttd: a second model directory, or the address of an OpenAI-compatible server
    /// (http://host:port/v1; needs a program built with --features teacher-server).
    #[arg(long, value_name = "DIR|URL")]
    pub teacher: Option<String>,
    /// Name of the model on the teacher's server.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub teacher_model: String,
    /// Labeled tasks (JSON Lines) for sft and icl-train.
    #[arg(long, value_name = "FILE")]
    pub train_file: Option<PathBuf>,
    /// Passes of sft over the training file.
    #[arg(long, default_value_t = SftConfig::default().epochs)]
    pub sft_epochs: usize,
    /// Tasks per step of sft.
    #[arg(long, default_value_t = SftConfig::default().batch)]
    pub sft_batch: usize,
}

/// Source of defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// What works for the seed model.
    Default,
    /// What the paper states, for its model of 1.5 billion weights.
    Paper,
}

/// Reads a value by its name in JSON.
fn named<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(text.into()).map_err(|e| e.to_string())
}

#[cfg(test)]
pub(super) mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Eval {
        #[command(flatten)]
        args: EvalArgs,
    }

    fn try_parse(flags: &[&str]) -> Result<EvalArgs, clap::Error> {
        Eval::try_parse_from([&["eval"], flags].concat()).map(|parsed| parsed.args)
    }

    /// The options of a run on two suites, with some more flags.
    pub fn parse(more: &[&str]) -> EvalArgs {
        try_parse(&[&["--suite", "a.jsonl", "b.jsonl", "--out", "o"], more].concat()).unwrap()
    }

    #[test]
    fn merging_needs_no_suite_and_bad_words_are_named() {
        let merge = try_parse(&["merge", "a", "b", "--out", "c"]).unwrap();
        assert!(matches!(merge.command, Some(EvalCommand::Merge { dirs, .. }) if dirs.len() == 2));
        for bad in [
            &["--out", "o"][..],
            &["--suite", "a", "--out", "o", "--modes", "best"],
            &["--suite", "a", "--out", "o", "--shard", "2/2"],
            &["--suite", "a", "--out", "o", "--reduction", "max"],
        ] {
            assert!(try_parse(bad).is_err(), "{bad:?}");
        }
    }
}
