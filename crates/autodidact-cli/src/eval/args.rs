//! Arguments of `eval`, and the plan that they make.

use std::path::PathBuf;

use autodidact::{
    Agent,
    adaptation::AdaptationConfig,
    agent::AskOptions,
    error::{Error, Result},
    synthesis::SynthesisConfig,
    uncertainty::ScoreConfig,
};
use autodidact_lab::evaluation::{
    Estimator, Learning, Mode, Plan, SampleConfig, Selection, Setting, SftConfig, Shard, Suite, SuiteRef,
};
use clap::{Args as ClapArgs, Subcommand};
use serde::de::DeserializeOwned;

use crate::args::Device;

/// Options of `eval`. Lists are separated by commas.
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct EvalArgs {
    /// What else to do.
    #[command(subcommand)]
    pub command: Option<EvalCommand>,
    /// Files of tasks (JSON Lines), or built-in suites: generator:in-distribution, generator:unseen-tools,
    /// generator:unseen-wording, generator:unseen-both.
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub suite: Vec<String>,
    /// Ways of answering: base, majority, pass@5, search, reorder, icl-train, sft, ttsi, agent (search, then ttsi), ttsi+gate,
    /// ttd, icl-self, ttsi+majority, ttsi+pass@5, neighbours (generator suites only), oracle (sees the answer).
    #[arg(long, value_delimiter = ',', default_value = "base,ttsi")]
    pub modes: Vec<Mode>,
    /// Most tasks of each suite, spread evenly over it [default: all of a file, 200 of a built-in suite].
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Seeds, counted from 0.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seeds: u64,
    /// Folder for the results. A run that was stopped goes on where it was.
    #[arg(long, value_name = "DIR", required = true)]
    pub out: Option<PathBuf>,
    /// Throw away what the folder holds of an earlier run.
    #[arg(long)]
    pub fresh: bool,
    /// Do part i of n (i from 0), to be put together by `eval merge`.
    #[arg(long, value_name = "i/n")]
    pub shard: Option<Shard>,
    /// Model directory as Hugging Face lays it out [default: the seed model that comes with the program].
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// What computes.
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    pub device: Device,
    /// Where the defaults of tau, k, rank, alpha and the learning rate come from.
    #[arg(long, value_enum, default_value_t = Preset::Default)]
    pub preset: Preset,
    /// Thresholds of the estimators; the first is the main one [default: 0.95].
    #[arg(long, value_delimiter = ',')]
    pub tau: Vec<f32>,
    /// Pairs to write for a task.
    #[arg(long, value_delimiter = ',')]
    pub k: Vec<usize>,
    /// Ranks of the LoRA.
    #[arg(long, value_delimiter = ',')]
    pub rank: Vec<usize>,
    /// Alpha of the LoRA [default: twice the rank].
    #[arg(long)]
    pub alpha: Option<f64>,
    /// Optimizer steps [default: 2 for each pair; with the preset of the paper 5].
    #[arg(long, value_delimiter = ',')]
    pub steps: Vec<usize>,
    /// Peak learning rates.
    #[arg(long, value_delimiter = ',')]
    pub learning_rate: Vec<f64>,
    /// Modules that the LoRA adapts [default: all linear layers].
    #[arg(long, value_delimiter = ',', value_name = "MODULE")]
    pub targets: Vec<String>,
    /// Which tasks are updated: uncertain, certain, all, random. More than `uncertain` means updating every task once.
    #[arg(long, value_delimiter = ',', default_value = "uncertain")]
    pub selection: Vec<Selection>,
    /// By what tasks are selected: margin, max-probability, entropy, perplexity [default: perplexity; of the preset `paper`:
    /// margin].
    #[arg(long, value_delimiter = ',')]
    pub estimator: Vec<Estimator>,
    /// Sum or mean of the log-probabilities of a name's tokens.
    #[arg(long, value_parser = named::<autodidact::uncertainty::Reduction>, value_name = "sum|mean")]
    pub reduction: Option<autodidact::uncertainty::Reduction>,
    /// When "no call" competes with the tools.
    #[arg(long, value_parser = named::<autodidact::uncertainty::NoCall>, value_name = "when-alone|always")]
    pub no_call: Option<autodidact::uncertainty::NoCall>,
    /// Tries for each wanted pair.
    #[arg(long)]
    pub tries: Option<usize>,
    /// Temperature at which pairs are written [default: 0.7].
    #[arg(long)]
    pub temperature: Option<f32>,
    /// Let pairs call any tool of the menu, not only those that the first answer calls.
    #[arg(long)]
    pub any_tool: bool,
    /// Use only pairs whose query the model, asked it, answers with the pair's calls.
    #[arg(long)]
    pub agreement: bool,
    /// Most tokens of an answer.
    #[arg(long, default_value_t = 256)]
    pub max_answer_tokens: usize,
    /// Write answers and pairs without constrained decoding.
    #[arg(long)]
    pub unconstrained: bool,
    /// The teacher of ttd: a second model directory, or the address of an OpenAI-compatible server
    /// (http://host:port/v1; needs a program built with --features teacher-server).
    #[arg(long, value_name = "DIR|URL")]
    pub teacher: Option<String>,
    /// What the teacher's server calls its model.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub teacher_model: String,
    /// Labelled tasks (JSON Lines) for sft and icl-train.
    #[arg(long, value_name = "FILE")]
    pub train_file: Option<PathBuf>,
    /// Passes of sft over the training file.
    #[arg(long, default_value_t = SftConfig::default().epochs)]
    pub sft_epochs: usize,
    /// Tasks per step of sft.
    #[arg(long, default_value_t = SftConfig::default().batch)]
    pub sft_batch: usize,
}

/// The commands of `eval`.
#[derive(Debug, Subcommand)]
pub enum EvalCommand {
    /// Put the shards of a run together, or write the tables of a finished run anew.
    Merge {
        /// Folders of the shards.
        #[arg(required = true)]
        dirs: Vec<PathBuf>,
        /// Folder for the results.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// Where defaults come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Preset {
    /// What works for the seed model.
    Default,
    /// What the paper states, for its model of 1.5 billion weights.
    Paper,
}

/// A value by its name in JSON.
fn named<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(text.into()).map_err(|e| e.to_string())
}

impl EvalArgs {
    /// The plan of a run. `train_file` and `teacher` name what was loaded for the modes that need it.
    pub fn plan(
        &self,
        agent: &Agent,
        suites: &[Suite],
        train_file: Option<String>,
        teacher: Option<String>,
    ) -> Result<Plan> {
        let mut adaptation = match self.preset {
            Preset::Default => AdaptationConfig::default(),
            Preset::Paper => AdaptationConfig::paper(),
        };
        if !self.targets.is_empty() {
            adaptation.lora.targets.clone_from(&self.targets);
        }
        let mut synthesis = SynthesisConfig::default();
        synthesis.tries = self.tries.unwrap_or(synthesis.tries);
        if !(1..=64).contains(&synthesis.tries) {
            return Err(Error::invalid("tries", "must be between 1 and 64"));
        }
        synthesis.temperature = self.temperature.unwrap_or(synthesis.temperature);
        if !(synthesis.temperature.is_finite() && synthesis.temperature >= 0.0) {
            return Err(Error::invalid("temperature", "must be a number of 0 or more"));
        }
        synthesis.agreement = self.agreement;
        synthesis.same_tools = self.preset == Preset::Default && !self.any_tool;
        synthesis.checks.distinct = self.preset == Preset::Default;
        // The published method says nothing of constraints.
        let constrained = !self.unconstrained && self.preset == Preset::Default;
        synthesis.constrained = constrained;
        let mut score = ScoreConfig::default();
        score.reduction = self.reduction.unwrap_or(score.reduction);
        score.no_call = self.no_call.unwrap_or(score.no_call);
        let plan = Plan {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: agent.model().name.clone(),
            fingerprint: agent.model().fingerprint.clone(),
            backend: agent.backend().kind.to_string(),
            teacher,
            train_file,
            suites: suites
                .iter()
                .map(|s| SuiteRef { name: s.name.clone(), digest: s.digest.clone(), tasks: s.items.len() })
                .collect(),
            modes: Mode::closed(&self.modes),
            seeds: self.seeds,
            settings: self.settings(&adaptation, &synthesis),
            thresholds: or(&self.tau, 0.95),
            selections: unique(&self.selection),
            estimators: match (&self.estimator[..], self.preset) {
                ([], Preset::Default) => vec![AskOptions::default().estimator],
                ([], Preset::Paper) => vec![Estimator::Margin],
                (given, _) => unique(given),
            },
            max_answer_tokens: self.max_answer_tokens,
            constrained,
            score,
            synthesis,
            adaptation,
            samples: SampleConfig::default(),
            sft: SftConfig { epochs: self.sft_epochs, batch: self.sft_batch },
        };
        plan.check()?;
        Ok(plan)
    }

    /// All combinations of the lists.
    fn settings(&self, adaptation: &AdaptationConfig, synthesis: &SynthesisConfig) -> Vec<Setting> {
        let steps: Vec<Option<usize>> =
            if self.steps.is_empty() { vec![adaptation.steps] } else { self.steps.iter().copied().map(Some).collect() };
        let mut settings = Vec::new();
        for pairs in or(&self.k, synthesis.pairs) {
            for rank in or(&self.rank, adaptation.lora.rank) {
                for &steps in &steps {
                    for learning_rate in or(&self.learning_rate, adaptation.learning_rate) {
                        let alpha = self.alpha.unwrap_or(2.0 * rank as f64);
                        let learning = Learning { rank, alpha, steps, learning_rate };
                        settings.push(Setting { pairs: Some(pairs), learning: Some(learning) });
                    }
                }
            }
        }
        unique(&settings)
    }
}

/// The list, each value once, or the default.
fn or<T: Copy + PartialEq>(values: &[T], default: T) -> Vec<T> {
    if values.is_empty() { vec![default] } else { unique(values) }
}

fn unique<T: Copy + PartialEq>(values: &[T]) -> Vec<T> {
    let mut out: Vec<T> = Vec::new();
    for value in values {
        if !out.contains(value) {
            out.push(*value);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::args::{Args, Command};

    fn parse(more: &[&str]) -> EvalArgs {
        let head = ["autodidact", "eval", "--suite", "a.jsonl", "b.jsonl", "--out", "o"];
        match Args::try_parse_from(head.iter().chain(more)).unwrap().command {
            Command::Eval(args) => *args,
            other => panic!("{other:?}"),
        }
    }

    fn settings(args: &EvalArgs, adaptation: &AdaptationConfig) -> Vec<Setting> {
        args.settings(adaptation, &SynthesisConfig::default())
    }

    #[test]
    fn lists_are_combined() {
        Args::command().debug_assert();
        let args = parse(&["--modes", "ttsi,pass@5", "--k", "1,2,1", "--rank", "4,8", "--learning-rate", "1e-3"]);
        assert_eq!((args.suite.len(), &args.modes[..]), (2, &[Mode::TtSi, Mode::Pass5][..]));
        let settings = settings(&args, &AdaptationConfig::default());
        assert_eq!(settings.len(), 4);
        let first = settings[0].learning.unwrap();
        assert_eq!((settings[0].pairs, first.rank, first.alpha, first.steps), (Some(1), 4, 8.0, None));
        assert_eq!(settings[3].pairs, Some(2));
    }

    #[test]
    fn presets_are_defaults() {
        let main = settings(&parse(&[]), &AdaptationConfig::paper())[0];
        let learning = main.learning.unwrap();
        assert_eq!((main.pairs, learning.rank, learning.alpha, learning.learning_rate), (Some(1), 8, 16.0, 1e-4));
        assert_eq!((or(&[], 0.95), or(&[0.5, 0.5], 0.95)), (vec![0.95], vec![0.5]));
    }

    #[test]
    fn merging_needs_no_suite_and_bad_words_are_named() {
        let merge = Args::try_parse_from(["autodidact", "eval", "merge", "a", "b", "--out", "c"]).unwrap();
        let Command::Eval(args) = merge.command else { panic!() };
        assert!(matches!(args.command, Some(EvalCommand::Merge { dirs, .. }) if dirs.len() == 2));
        for bad in [
            &["autodidact", "eval", "--out", "o"][..],
            &["autodidact", "eval", "--suite", "a", "--out", "o", "--modes", "best"],
            &["autodidact", "eval", "--suite", "a", "--out", "o", "--shard", "2/2"],
            &["autodidact", "eval", "--suite", "a", "--out", "o", "--reduction", "max"],
        ] {
            assert!(Args::try_parse_from(bad).is_err(), "{bad:?}");
        }
    }
}
