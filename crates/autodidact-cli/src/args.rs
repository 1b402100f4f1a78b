//! Arguments of the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

use super::eval::EvalArgs;

/// A private agent that teaches itself: test-time self-improvement on your own machine.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer a task with tool calls; when unsure, write examples, learn from them and answer again.
    Ask(AskArgs),
    /// List, export, import, rename, roll back or delete stored adapters.
    Adapters(AdaptersArgs),
    /// Say what a model directory holds; with --reference, write a file to compare with `transformers`.
    Inspect(InspectArgs),
    /// Print how long the stages of the loop take on this machine.
    Bench(BenchArgs),
    /// Train the seed model from scratch on generated tool-call tasks. Resumes at the last checkpoint.
    Pretrain(Box<PretrainArgs>),
    /// Give a model more blocks without changing what it computes, to train it on with `pretrain --from`.
    Deepen(DeepenArgs),
    /// Give a model wider blocks without changing what it computes, to train it on with `pretrain --from`.
    Widen(WidenArgs),
    /// Average the weights of two models of one origin and shape.
    Average(AverageArgs),
    /// Fine-tune a LoRA on a file of labelled tasks; writes a PEFT directory.
    Sft(SftArgs),
    /// Print labelled tasks of the generator as JSON Lines.
    Generate(GenerateArgs),
    /// Print the speed of training all weights of a random model of some shape; every token is a label.
    BenchPretrain(BenchPretrainArgs),
    /// Measure the method beside its alternatives on suites of labelled tasks. Stops and resumes at any task.
    Eval(Box<EvalArgs>),
}

/// Options of `deepen`.
#[derive(Debug, ClapArgs)]
pub struct DeepenArgs {
    /// Model directory (Hugging Face).
    #[arg(value_name = "MODEL")]
    pub dir: PathBuf,
    /// Blocks that it shall have: more than now, and twice as many at most.
    #[arg(long, required_unless_present = "context")]
    pub layers: Option<usize>,
    /// Longest sequence that it shall have, in tokens. What lies beyond the old one, it must learn.
    #[arg(long)]
    pub context: Option<usize>,
    /// Directory of the deeper model.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Options of `widen`. A size that is not given stays.
#[derive(Debug, ClapArgs)]
#[group(id = "sizes", args = ["d_model", "heads", "kv_heads", "d_ff"], required = true, multiple = true)]
pub struct WidenArgs {
    /// Model directory (Hugging Face).
    #[arg(value_name = "MODEL")]
    pub dir: PathBuf,
    /// Width of the residual stream.
    #[arg(long)]
    pub d_model: Option<usize>,
    /// Query heads: as many for each key/value head as now.
    #[arg(long)]
    pub heads: Option<usize>,
    /// Key/value heads.
    #[arg(long)]
    pub kv_heads: Option<usize>,
    /// Width of the MLP.
    #[arg(long)]
    pub d_ff: Option<usize>,
    /// Seed of the new weights.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Directory of the wider model.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Options of `average`.
#[derive(Debug, ClapArgs)]
pub struct AverageArgs {
    /// Model directory (Hugging Face).
    #[arg(value_name = "FIRST")]
    pub first: PathBuf,
    /// Another, trained from the same model.
    #[arg(value_name = "SECOND")]
    pub second: PathBuf,
    /// Share of the second, in [0, 1].
    #[arg(long, default_value_t = 0.5)]
    pub share: f64,
    /// Directory of the mean.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Options of `generate`.
#[derive(Debug, ClapArgs)]
pub struct GenerateArgs {
    /// Which tools and wordings.
    #[arg(long, value_enum, default_value_t = Suite::Train)]
    pub split: Suite,
    /// Tasks to print.
    #[arg(long, default_value_t = 10)]
    pub limit: usize,
    /// Seed.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Print the menus in the model's own text instead of JSON, to read them.
    #[arg(long)]
    pub text: bool,
}

/// A split of the generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Suite {
    /// What the seed model trains on.
    Train,
    /// The same, from another stream of random numbers.
    InDistribution,
    /// Tools that training never uses.
    UnseenTools,
    /// Wordings that training never uses.
    UnseenWording,
    /// Both.
    UnseenBoth,
}

/// Options of `pretrain`.
#[derive(Debug, ClapArgs)]
pub struct PretrainArgs {
    /// Folder for the model; the checkpoint and the log go into its `training` sub-folder.
    #[arg(long, default_value = "model/new")]
    pub out: PathBuf,
    /// Start from the weights of a model directory, with its tokenizer and chat template, instead of from nothing.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["vocab_size", "d_model", "layers", "heads", "kv_heads", "d_ff", "context", "read_steps", "ramp_steps"])]
    pub from: Option<PathBuf>,
    /// Start over, even if there is a checkpoint.
    #[arg(long)]
    pub fresh: bool,
    /// What computes. A GPU takes one pass after the other.
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    pub device: Device,
    /// How the factors of products are rounded on a CPU: as bf16 (mixed) or not at all (full). A run goes on with the precision
    /// that it began with.
    #[arg(long, value_enum, default_value_t = PretrainPrecision::Auto)]
    pub precision: PretrainPrecision,
    /// Labelled tasks to mix in, as `eval` reads them (JSON Lines); never those that you evaluate on.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub tasks: Vec<PathBuf>,
    /// Share of the documents that are such tasks [default: 0.08].
    #[arg(long, requires = "tasks")]
    pub tasks_rate: Option<f64>,
    /// Requests of a document over its menu, at most.
    #[arg(long, default_value_t = 4)]
    pub max_turns: u32,
    /// Share of the documents that teach to write a similar task [default: 0.25].
    #[arg(long)]
    pub synthesis_rate: Option<f64>,
    /// Share of the generated documents with coined and compound names more often than in the suites [default: 0].
    #[arg(long)]
    pub strange_rate: Option<f64>,
    /// Share of the generated requests that no tool of their menu answers [default: 0.04, as in the suites].
    #[arg(long)]
    pub no_tool_rate: Option<f64>,
    /// Longest document, in tokens [default: 768].
    #[arg(long)]
    pub max_len: Option<usize>,
    /// Longest sequence of the model [default: 1024].
    #[arg(long)]
    pub context: Option<usize>,
    /// Steps in which menus and requests are learned too [default: 300].
    #[arg(long)]
    pub read_steps: Option<usize>,
    /// Steps in which the menus grow to their full size [default: 1500].
    #[arg(long)]
    pub ramp_steps: Option<usize>,
    /// Probability with which words are taken apart into pieces, so that words of other tasks can be read [default: 0.3,
    /// and 0 with --from].
    #[arg(long)]
    pub split_rate: Option<f64>,
    /// Steps before words are taken apart.
    #[arg(long, default_value_t = 0)]
    pub split_from: usize,
    /// Held-out tasks answered at each checkpoint, of known and of unseen tools, as many of each; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub held_out: usize,
    /// Steps between checkpoints.
    #[arg(long, default_value_t = 250)]
    pub checkpoint_every: usize,
    /// Stop after this many seconds, with a checkpoint to go on from.
    #[arg(long)]
    pub max_seconds: Option<f64>,
    /// Passes that run side by side, one thread each; the numbers do not depend on it [default: the cores].
    #[arg(long)]
    pub workers: Option<usize>,
    /// Seed of weights and data.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Optimizer steps.
    #[arg(long)]
    pub steps: Option<usize>,
    /// Tokens per step.
    #[arg(long)]
    pub step_tokens: Option<usize>,
    /// Tokens of one forward and backward pass.
    #[arg(long)]
    pub micro_tokens: Option<usize>,
    /// Peak learning rate [default: 4e-3, and 4e-4 with --from].
    #[arg(long)]
    pub learning_rate: Option<f64>,
    /// The learning rate falls to zero over the last of this many equal parts of the run; 1: from the start.
    #[arg(long, default_value_t = 4)]
    pub decay_share: usize,
    /// Step from which the learning rate falls with the square root of the steps; 0 keeps it [default: 600].
    #[arg(long)]
    pub root_from: Option<usize>,
    /// Size of the vocabulary.
    #[arg(long)]
    pub vocab_size: Option<usize>,
    /// Width of the model.
    #[arg(long)]
    pub d_model: Option<usize>,
    /// Blocks.
    #[arg(long)]
    pub layers: Option<usize>,
    /// Query heads.
    #[arg(long)]
    pub heads: Option<usize>,
    /// Key/value heads.
    #[arg(long)]
    pub kv_heads: Option<usize>,
    /// Width of the MLP.
    #[arg(long)]
    pub d_ff: Option<usize>,
}

/// Precision of `pretrain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PretrainPrecision {
    /// Mixed where the processor can, else full.
    Auto,
    /// f32 throughout.
    Full,
    /// Products of bf16 factors, all else f32.
    Mixed,
}

/// Options of `sft`.
#[derive(Debug, ClapArgs)]
pub struct SftArgs {
    /// Labelled tasks, as `eval` reads them (JSON Lines).
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Folder for the adapter, as PEFT lays it out.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Model directory as Hugging Face lays it out [default: the seed model that comes with the program].
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// What computes.
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    pub device: Device,
    /// Passes over the tasks.
    #[arg(long, default_value_t = 3)]
    pub epochs: usize,
    /// Tasks per step.
    #[arg(long, default_value_t = 8)]
    pub batch: usize,
    /// Rank of the LoRA.
    #[arg(long, default_value_t = 8)]
    pub rank: usize,
    /// Alpha of the LoRA [default: twice the rank].
    #[arg(long)]
    pub alpha: Option<f64>,
    /// Peak learning rate.
    #[arg(long, default_value_t = 2e-3)]
    pub learning_rate: f64,
    /// Seed of the order and of the adapter's first weights.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Also store the adapter under this name, for `ask --adapter`.
    #[arg(long, value_name = "NAME")]
    pub keep: Option<String>,
    /// With --keep: replace an adapter of that name.
    #[arg(long)]
    pub replace: bool,
    /// Folder of stored adapters [default: in the user's data folder].
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
}

/// Which model, on what.
#[derive(Debug, Clone, ClapArgs)]
pub struct ModelArgs {
    /// Model directory as Hugging Face lays it out [default: the seed model that comes with the program].
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// What computes.
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    pub device: Device,
    /// Folder of stored adapters [default: in the user's data folder].
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
}

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Device {
    /// A real GPU where there is one, else the CPU.
    Auto,
    /// The CPU.
    Cpu,
    /// The GPU, through Vulkan, Metal or DirectX.
    Gpu,
    /// The first NVIDIA GPU, through LibTorch (only in builds with the feature `cuda`).
    Cuda,
}

/// Options of `ask`.
#[derive(Debug, ClapArgs)]
pub struct AskArgs {
    /// The task, in plain words.
    pub query: String,
    /// File with the menu of tools (JSON) [default: a small menu of everyday tools].
    #[arg(long, value_name = "FILE")]
    pub tools: Option<PathBuf>,
    #[command(flatten)]
    pub model: ModelArgs,
    /// By what the agent decides whether it is sure: perplexity (of its answer), margin, max-probability or entropy (of the
    /// candidates).
    #[arg(long, default_value_t = autodidact::uncertainty::Estimator::Perplexity)]
    pub estimator: autodidact::uncertainty::Estimator,
    /// Study the task when the certainty is below this; 0 never, 1.01 always.
    #[arg(long, default_value_t = 0.95)]
    pub threshold: f32,
    /// Do not learn, even when unsure.
    #[arg(long)]
    pub no_learning: bool,
    /// When unsure, do not answer with other probable tools.
    #[arg(long)]
    pub no_search: bool,
    /// When unsure, ask in so many orders of the menu first, from 1 to 16; a sure answer stands.
    #[arg(long, default_value_t = 1)]
    pub orders: usize,
    /// Store what was learned under this name.
    #[arg(long, value_name = "NAME")]
    pub keep: Option<String>,
    /// With --keep: replace an adapter of that name.
    #[arg(long)]
    pub replace: bool,
    /// Let the first answer stand, and store nothing, unless an example that was held back became likelier by learning, and
    /// answers that were sure stay.
    #[arg(long)]
    pub gate: bool,
    /// Keep what passes that check for tasks like this one, and begin with what was kept for them.
    #[arg(long, conflicts_with_all = ["keep", "adapter"])]
    pub memory: bool,
    /// Before training, answer with the examples in the context; a sure answer stands.
    #[arg(long)]
    pub context_first: bool,
    /// Seconds after the first answer within which training may begin.
    #[arg(long, value_name = "SECONDS")]
    pub learn_within: Option<f64>,
    /// Write answers and examples without constrained decoding.
    #[arg(long)]
    pub unconstrained: bool,
    /// Apply this stored adapter from the start.
    #[arg(long, value_name = "NAME")]
    pub adapter: Option<String>,
    /// Seed of the sampling and of the adapter's first weights.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Examples to write, K.
    #[arg(long, default_value_t = 1)]
    pub pairs: usize,
    /// Optimizer steps [default: 2 for each example].
    #[arg(long)]
    pub steps: Option<usize>,
    /// Peak learning rate [default: 0.005].
    #[arg(long)]
    pub learning_rate: Option<f64>,
    /// Print one JSON object and nothing else.
    #[arg(long)]
    pub json: bool,
}

/// Options of `adapters`.
#[derive(Debug, ClapArgs)]
pub struct AdaptersArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AdaptersCommand,
    /// Folder of stored adapters [default: in the user's data folder].
    #[arg(long, value_name = "DIR", global = true)]
    pub store: Option<PathBuf>,
}

/// The commands of `adapters`.
#[derive(Debug, Subcommand)]
pub enum AdaptersCommand {
    /// Print all adapters.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write an adapter as a zip that unpacks to a PEFT directory.
    Export {
        /// Name.
        name: String,
        /// File to write [default: NAME.zip].
        file: Option<PathBuf>,
    },
    /// Store the adapter of a PEFT directory, zipped or not.
    Import {
        /// Name to store it under.
        name: String,
        /// Zip or directory to read.
        file: PathBuf,
        /// Replace an adapter of that name.
        #[arg(long)]
        replace: bool,
    },
    /// Give an adapter another name.
    Rename {
        /// Name.
        name: String,
        /// The new name.
        to: String,
    },
    /// Delete an adapter.
    Delete {
        /// Name.
        name: String,
    },
    /// Take the newest version of a cluster of the memory back.
    RollBack {
        /// The cluster: the name of a version without `.v` and its number.
        cluster: String,
    },
    /// Delete a cluster of the memory with all its versions.
    Forget {
        /// The cluster.
        cluster: String,
    },
}

/// Options of `inspect`.
#[derive(Debug, ClapArgs)]
pub struct InspectArgs {
    /// Model directory.
    pub dir: PathBuf,
    /// Write a prompt with its ids, logits and greedy answer here.
    #[arg(long, value_name = "FILE")]
    pub reference: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `bench`.
#[derive(Debug, ClapArgs)]
pub struct BenchArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// Runs of each case; the median is printed.
    #[arg(long, default_value_t = 5)]
    pub runs: usize,
    /// Generated tasks to time for the ratios to answering alone.
    #[arg(long, default_value_t = 20)]
    pub tasks: usize,
}

/// Options of `bench-pretrain`.
#[derive(Debug, ClapArgs)]
pub struct BenchPretrainArgs {
    /// Directory with a config.json.
    pub dir: PathBuf,
    /// What computes.
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    pub device: Device,
    /// Which precision; auto: each that this machine has.
    #[arg(long, value_enum, default_value_t = PretrainPrecision::Auto)]
    pub precision: PretrainPrecision,
    /// Passes side by side.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    pub workers: Vec<usize>,
    /// Sequences per step.
    #[arg(long, default_value_t = 8)]
    pub batch: usize,
    /// Tokens per sequence.
    #[arg(long, default_value_t = 256)]
    pub tokens: usize,
    /// Sequences of one forward and backward pass.
    #[arg(long, default_value_t = 4)]
    pub micro_batch: usize,
    /// Steps that are timed.
    #[arg(long, default_value_t = 10)]
    pub steps: usize,
}
