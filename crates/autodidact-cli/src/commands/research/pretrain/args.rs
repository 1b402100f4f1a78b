//! Flags of `pretrain`, and the settings that they make.

use std::path::PathBuf;

use autodidact_lab::pretrain::PretrainConfig;
use clap::Args;

use crate::commands::research::compute::ComputeArgs;

/// Options of `pretrain`.
#[derive(Debug, Args)]
pub struct PretrainArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub data: DataArgs,
    #[command(flatten)]
    pub schedule: ScheduleArgs,
}

/// Where and how to run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
#[command(mut_arg("device", |arg| arg.help("Device to compute on; a GPU runs one pass at a time")))]
#[command(mut_arg("precision", |arg| {
    arg.help("Precision of matrix products on a CPU: bf16 factors (mixed) or f32 (full); a resumed run keeps its own")
}))]
pub struct RunArgs {
    /// Folder for the model; the checkpoint and the log go into its subfolder `training`.
    #[arg(long, default_value = "model/new")]
    pub out: PathBuf,
    /// Start over, even if there is a checkpoint.
    #[arg(long)]
    pub fresh: bool,
    #[command(flatten)]
    pub compute: ComputeArgs,
    /// Passes to run in parallel, one thread each; does not change the results [default: the number of cores].
    #[arg(long)]
    pub workers: Option<usize>,
    /// Seed of the initial weights and the data.
    #[arg(long, default_value_t = defaults().seed)]
    pub seed: u64,
    /// Steps between checkpoints.
    #[arg(long, default_value_t = 250)]
    pub checkpoint_every: usize,
    /// Stop after this many seconds, with a checkpoint to resume from.
    #[arg(long)]
    pub max_seconds: Option<f64>,
    /// Held-out tasks to answer at each checkpoint, N with known and N with unseen tools; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub held_out: usize,
}

/// The model to train: a new one of these sizes, or an existing one.
#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub struct ModelArgs {
    /// Start from the weights, tokenizer and chat template of this model directory, instead of a new model.
    #[arg(long, value_name = "DIR", conflicts_with_all = [
        "vocab_size", "d_model", "layers", "heads", "kv_heads", "d_ff", "context", "read_steps", "ramp_steps",
    ])]
    pub from: Option<PathBuf>,
    /// Size of the vocabulary.
    #[arg(long, default_value_t = defaults().vocab_size)]
    pub vocab_size: usize,
    /// Width of the residual stream.
    #[arg(long, default_value_t = defaults().d_model)]
    pub d_model: usize,
    /// Number of blocks.
    #[arg(long, default_value_t = defaults().n_layers)]
    pub layers: usize,
    /// Query heads.
    #[arg(long, default_value_t = defaults().n_heads)]
    pub heads: usize,
    /// Key/value heads.
    #[arg(long, default_value_t = defaults().n_kv_heads)]
    pub kv_heads: usize,
    /// Width of the MLP.
    #[arg(long, default_value_t = defaults().d_ff)]
    pub d_ff: usize,
    /// Maximum length of a sequence, in tokens.
    #[arg(long, default_value_t = defaults().context)]
    pub context: usize,
}

/// The documents to train on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub struct DataArgs {
    /// Labeled tasks to mix in, in the format of `eval` (JSON Lines); never those that you evaluate on.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub tasks: Vec<PathBuf>,
    /// Share of the documents that are such tasks.
    #[arg(long, requires = "tasks", default_value_t = defaults().tasks_rate)]
    pub tasks_rate: f64,
    /// Maximum number of requests in a document.
    #[arg(long, default_value_t = defaults().max_turns)]
    pub max_turns: u32,
    /// Share of the documents that teach the model to write a similar task.
    #[arg(long, default_value_t = defaults().synthesis_rate)]
    pub synthesis_rate: f64,
    /// Share of the generated documents in which coined and compound names are more frequent than in the suites.
    #[arg(long, default_value_t = defaults().strange_rate)]
    pub strange_rate: f64,
    /// Share of the generated requests that no tool in the menu can answer; the default is that of the suites.
    #[arg(long, default_value_t = defaults().no_tool_rate)]
    pub no_tool_rate: f64,
    /// Maximum length of a document, in tokens.
    #[arg(long, default_value_t = defaults().max_len)]
    pub max_len: usize,
    /// Probability of splitting a word into smaller tokens, so that the model can read words of other tasks [default:
    /// 0.3, or 0 with --from].
    #[arg(long)]
    pub split_rate: Option<f64>,
    /// Steps before words are split.
    #[arg(long, default_value_t = defaults().split_from)]
    pub split_from: usize,
}

/// Steps, batches and learning rate.
#[derive(Debug, Args)]
#[command(next_help_heading = "Schedule")]
pub struct ScheduleArgs {
    /// Optimizer steps.
    #[arg(long, default_value_t = defaults().steps)]
    pub steps: usize,
    /// Tokens per step.
    #[arg(long, default_value_t = defaults().step_tokens)]
    pub step_tokens: usize,
    /// Tokens per forward and backward pass.
    #[arg(long, default_value_t = defaults().micro_tokens)]
    pub micro_tokens: usize,
    /// Peak learning rate [default: 4e-3, or 4e-4 with --from].
    #[arg(long)]
    pub learning_rate: Option<f64>,
    /// The learning rate falls to zero over the last 1/N of the run; 1 for the whole run.
    #[arg(long, value_name = "N", default_value_t = defaults().decay_share)]
    pub decay_share: usize,
    /// First step from which the learning rate falls as the inverse square root of the step; 0 to keep it constant.
    #[arg(long, default_value_t = defaults().root_from)]
    pub root_from: usize,
    /// Steps in which the model also learns to predict menus and requests.
    #[arg(long, default_value_t = defaults().read_steps)]
    pub read_steps: usize,
    /// Steps in which menus grow to their full size.
    #[arg(long, default_value_t = defaults().ramp_steps)]
    pub ramp_steps: usize,
}

fn defaults() -> PretrainConfig {
    PretrainConfig::default()
}

impl PretrainArgs {
    /// The settings of the run; the precision and the digest of the tasks are still those of the default.
    pub fn config(&self) -> PretrainConfig {
        let Self { run, model, data, schedule } = self;
        let (learning_rate, split_rate) = match model.from {
            None => (defaults().learning_rate, defaults().split_rate),
            Some(_) => (4e-4, 0.0),
        };
        PretrainConfig {
            seed: run.seed,
            steps: schedule.steps,
            step_tokens: schedule.step_tokens,
            micro_tokens: schedule.micro_tokens,
            learning_rate: schedule.learning_rate.unwrap_or(learning_rate),
            decay_share: schedule.decay_share,
            root_from: schedule.root_from,
            read_steps: schedule.read_steps,
            ramp_steps: schedule.ramp_steps,
            tasks_rate: data.tasks_rate,
            max_turns: data.max_turns,
            synthesis_rate: data.synthesis_rate,
            strange_rate: data.strange_rate,
            no_tool_rate: data.no_tool_rate,
            max_len: data.max_len,
            split_rate: data.split_rate.unwrap_or(split_rate),
            split_from: data.split_from,
            vocab_size: model.vocab_size,
            d_model: model.d_model,
            n_layers: model.layers,
            n_heads: model.heads,
            n_kv_heads: model.kv_heads,
            d_ff: model.d_ff,
            context: model.context,
            ..defaults()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Pretrain {
        #[command(flatten)]
        args: PretrainArgs,
    }

    fn parse(flags: &[&str]) -> Result<PretrainConfig, clap::Error> {
        Pretrain::try_parse_from([&["pretrain"], flags].concat()).map(|parsed| parsed.args.config())
    }

    #[test]
    fn without_flags_the_settings_are_the_defaults() {
        assert_eq!(parse(&[]).unwrap(), PretrainConfig::default());
        let from = parse(&["--from", "model"]).unwrap();
        let expected = PretrainConfig { learning_rate: 4e-4, split_rate: 0.0, ..PretrainConfig::default() };
        assert_eq!(from, expected);
    }

    #[test]
    fn a_given_model_has_its_own_sizes_and_a_rate_of_tasks_needs_tasks() {
        assert_eq!(parse(&["--layers", "3"]).unwrap().n_layers, 3);
        assert!(parse(&["--from", "model", "--layers", "3"]).is_err());
        assert!(parse(&["--tasks-rate", "0.5"]).is_err());
        assert_eq!(parse(&["--tasks-rate", "0.5", "--tasks", "a.jsonl"]).unwrap().tasks_rate, 0.5);
    }
}
