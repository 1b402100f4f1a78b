//! `autodidact ask`: answers one task, and reports each step as it happens or one JSON object at the end.

mod printer;

use std::path::PathBuf;

use autodidact::{
    agent::{AskEvent, AskOptions, Facts, Learn, MemoryMode},
    error::{Error, Result},
    inference::Cancel,
    task::Task,
    uncertainty::Estimator,
};

use self::printer::Printer;
use crate::{
    everyday, open,
    shared::{KeepArgs, ModelArgs, PrecisionArgs, SeedArgs, StoreArgs},
};

/// Options of `ask`.
#[derive(Debug, clap::Args)]
pub struct AskArgs {
    /// The task, in plain words.
    query: String,
    /// File with the menu of tools (JSON) [default: a small menu of everyday tools].
    #[arg(long, value_name = "FILE")]
    tools: Option<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    store: StoreArgs,
    /// How the agent measures its certainty: by the perplexity of its answer, or by the margin, max-probability or
    /// entropy of the candidate tools.
    #[arg(long, default_value_t = Estimator::Perplexity)]
    estimator: Estimator,
    /// When the agent is unsure and improves its answer: never, below:T (its certainty is below T) or always.
    #[arg(long, value_name = "WHEN", default_value_t = Learn::default())]
    learn: Learn,
    /// As `--learn below:T`, with 0 for neither learning nor searching, and more than 1 for always.
    #[arg(long, value_name = "T", conflicts_with = "learn", hide = true)]
    threshold: Option<f32>,
    /// Let the calls of the answer stand whatever they are. Without this the agent decides: a call stands only where every value that it
    /// needs was said and the agent is sure of it; else it asks back or declines.
    #[arg(long)]
    act_always: bool,
    /// Where you are, for requests that depend on it. The date and time are those of this machine.
    #[arg(long, value_name = "TEXT")]
    place: Option<String>,
    /// Search when unsure, but do not learn.
    #[arg(long)]
    no_learning: bool,
    /// When unsure, do not try answers with other probable tools.
    #[arg(long)]
    no_search: bool,
    /// When unsure, first ask with the menu in this many orders, from 1 to 16; a sure answer is final.
    #[arg(long, default_value_t = 1)]
    orders: usize,
    #[command(flatten)]
    storing: KeepArgs,
    /// Keep the first answer, and store nothing, unless learning made a held-out example more likely and left
    /// earlier sure answers unchanged.
    #[arg(long)]
    gate: bool,
    /// Remember what passes that check for similar tasks, and start from what was remembered for them.
    #[arg(long, conflicts_with = "keep")]
    memory: bool,
    /// Before training, answer with the examples in the context; a sure answer is final.
    #[arg(long)]
    context_first: bool,
    /// Start training only within this many seconds after the first answer.
    #[arg(long, value_name = "SECONDS")]
    learn_within: Option<f64>,
    /// Write answers and examples without constrained decoding.
    #[arg(long)]
    unconstrained: bool,
    /// Start with this stored adapter.
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    #[command(flatten)]
    seed: SeedArgs,
    /// Number of examples to write (K).
    #[arg(long, default_value_t = 1)]
    pairs: usize,
    /// Optimizer steps [default: 2 per example].
    #[arg(long)]
    steps: Option<usize>,
    /// Peak learning rate [default: 0.005].
    #[arg(long)]
    learning_rate: Option<f64>,
    /// Let the LoRA work from the user's turn on: the menu is then read once for the question and all training steps.
    #[arg(long)]
    activated: bool,
    #[command(flatten)]
    precision: PrecisionArgs,
    /// Print one JSON object and nothing else.
    #[arg(long)]
    json: bool,
}

/// Asks the agent, and prints what it does.
pub async fn run(args: AskArgs) -> Result<()> {
    open::compute_here();
    let task = Task::new(args.query.clone(), everyday::menu_from(args.tools.as_deref())?);
    let agent = open::agent(&args.model, &args.store).await?;
    let options = options(&args);
    let cancel = Cancel::default();
    let mut printer = Printer::new(!args.json);
    printer.opened(&agent);
    let mut asking = agent.ask(&task, &options, &cancel);
    while let Some(event) = asking.next().await {
        match event? {
            AskEvent::Progress(event) => printer.event(&event),
            AskEvent::Done(trace) if args.json => {
                let json = serde_json::to_string(&*trace).map_err(|e| Error::invalid("trace", e.to_string()))?;
                println!("{json}");
            }
            AskEvent::Done(trace) => printer.summary(&trace, args.storing.keep.as_deref()),
        }
    }
    Ok(())
}

/// The agent's options as the flags set them.
fn options(args: &AskArgs) -> AskOptions {
    let mut options = AskOptions {
        decide: !args.act_always,
        facts: Facts { place: args.place.clone(), ..Facts::now() },
        learn: args.learn,
        dry_run: args.no_learning,
        search: !args.no_search,
        orders: args.orders,
        keep: args.storing.keep.clone(),
        replace: args.storing.replace,
        gate: args.gate,
        constrained: !args.unconstrained,
        estimator: args.estimator,
        candidates: true,
        adapter: args.adapter.clone(),
        seed: args.seed.seed,
        context_first: args.context_first,
        learn_within: args.learn_within,
        ..AskOptions::default()
    };
    match args.threshold {
        Some(0.0) => {
            options.learn = Learn::Never;
            (options.search, options.orders) = (false, 1);
        }
        Some(threshold) if threshold > 1.0 => options.learn = Learn::Always,
        Some(threshold) => options.learn = Learn::Below(threshold),
        None => {}
    }
    if args.memory {
        options.memory.mode = MemoryMode::Keep;
    }
    options.synthesis.pairs = args.pairs;
    options.adaptation.steps = args.steps;
    options.adaptation.activated = args.activated;
    options.adaptation.precision = args.precision.into();
    options.adaptation.learning_rate = args.learning_rate.unwrap_or(options.adaptation.learning_rate);
    options
}
