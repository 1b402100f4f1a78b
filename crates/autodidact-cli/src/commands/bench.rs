//! `autodidact bench`: measures what each stage of the loop costs on this machine.

use std::path::PathBuf;

use autodidact::{
    agent::{Agent, AskEvent, AskOptions, Learn, Trace, Writing},
    error::{Error, Result},
    grammar::Grammar,
    inference::Cancel,
    platform::Stopwatch,
    task::Task,
};
use autodidact_lab::{
    latency::Latency,
    taskgen::{Generator, GeneratorConfig, Split},
    throughput::Throughput,
};
use serde_json::json;

use crate::{
    everyday, open,
    shared::{ModelArgs, StoreArgs},
};

/// Options of `bench`.
#[derive(Debug, clap::Args)]
pub struct BenchArgs {
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    store: StoreArgs,
    /// Runs of each case; the median is printed.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Generated tasks on which the cost of scoring and learning is compared with answering alone.
    #[arg(long, default_value_t = 20)]
    tasks: usize,
    /// Measure loading, reading, writing and training alone, and print one JSON object.
    #[arg(long)]
    throughput: bool,
    /// With --throughput: file with the menu that is known before the question (JSON) [default: a small menu of everyday
    /// tools].
    #[arg(long, value_name = "FILE", requires = "throughput")]
    tools: Option<PathBuf>,
    /// With --throughput: the question.
    #[arg(long, default_value = everyday::QUERY, requires = "throughput")]
    query: String,
}

/// The stages in the table.
const STAGES: [&str; 6] = ["score", "answer", "synthesize", "train", "answer_again", "total"];

/// The longest run that the project allows on two cores, in seconds.
const LONGEST_RUN: f64 = 30.0;

/// Prints the median seconds of each stage without an update and with one, then the costs of scoring and decoding.
pub async fn run(args: BenchArgs) -> Result<()> {
    open::compute_here();
    let watch = Stopwatch::start();
    let agent = open::agent(&args.model, &args.store).await?;
    if args.throughput {
        let load = watch.seconds();
        let question = Task::new(&args.query, everyday::menu_from(args.tools.as_deref())?);
        let throughput = Throughput::measure(&agent, &question, &everyday::sample()?, &Cancel::default()).await?;
        eprintln!("{throughput}");
        let mut figures = json!(throughput);
        figures["load"] = json!(load);
        println!("{figures}");
        return Ok(());
    }
    let task = everyday::task()?;
    println!("model {} on {}, {} runs, median seconds\n", agent.model().report().name, agent.backend().kind, args.runs);
    println!("| case | score | answer | synthesize | train | answer again | total |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    // A threshold that every certainty reaches, and one that none does.
    let cases = [("sure: no update", Learn::Below(f32::MIN_POSITIVE)), ("unsure: whole loop", Learn::Always)];
    for (case, learn) in cases {
        let mut traces: Vec<Trace> = Vec::new();
        for seed in 0..args.runs.max(1) as u64 {
            let options = AskOptions { learn, seed, ..AskOptions::default() };
            // Each run reads its menu anew.
            agent.model().forget_prompts();
            let cancel = Cancel::default();
            let mut asking = agent.ask(&task, &options, &cancel);
            while let Some(event) = asking.next().await {
                if let AskEvent::Done(trace) = event? {
                    traces.push(*trace);
                }
            }
        }
        // A run whose examples were all rejected ends early, so its times belong to another case.
        let complete: Vec<&Trace> = traces.iter().filter(|t| t.adapted || learn != Learn::Always).collect();
        let cells = STAGES.map(|stage| median(&complete, stage));
        let learned = traces.iter().filter(|t| t.adapted).count();
        let case = if learn == Learn::Always {
            format!("{case} ({learned} of {} learned)", traces.len())
        } else {
            case.into()
        };
        println!("| {case} | {} |", cells.join(" | "));
        let slowest = traces.iter().filter_map(|t| t.seconds.get("total")).fold(0.0, |a: f64, b| a.max(*b));
        if slowest > LONGEST_RUN {
            let reason = format!("a run took {slowest:.1} s; the limit is {LONGEST_RUN} s");
            return Err(Error::Backend { reason });
        }
        if traces.iter().any(|t| !t.restored) {
            return Err(Error::Backend { reason: "the base weights changed".into() });
        }
    }
    if args.tasks > 0 {
        // Generated tasks like those of training.
        let mut generator = Generator::new(Split::InDistribution, 1, GeneratorConfig::default());
        let tasks: Vec<Task> = (0..args.tasks).map(|_| generator.sample().task()).collect();
        println!("\n{}", Latency::measure(&agent, &tasks, &Cancel::default()).await?);
        println!("\n{}", decoding(&agent, &tasks).await?);
    }
    Ok(())
}

/// Time spent writing answers.
#[derive(Default)]
struct Spent {
    seconds: f64,
    tokens: usize,
}

impl Spent {
    fn milliseconds_per_token(&self) -> f64 {
        self.seconds * 1e3 / self.tokens.max(1) as f64
    }
}

/// The cost of a token with and without a grammar.
async fn decoding(agent: &Agent, tasks: &[Task]) -> Result<String> {
    let cancel = Cancel::default();
    let session = agent.model().session(None, &cancel);
    let max_tokens = AskOptions::default().max_answer_tokens;
    let format = agent.model().prompts().format();
    let mut compiling = 0.0;
    let (mut free, mut constrained) = (Spent::default(), Spent::default());
    agent.model().vocabulary()?;
    for task in tasks {
        let watch = Stopwatch::start();
        agent.model().vocabulary()?.constrain(&Grammar::answer(format, &task.tools))?;
        compiling += watch.seconds();
        let prefix = session.prefill(&agent.model().prompt(task)?).await?;
        for (with_grammar, spent) in [(false, &mut free), (true, &mut constrained)] {
            let watch = Stopwatch::start();
            let writing = Writing::greedy(max_tokens, with_grammar);
            let written = agent.model().respond(&session, &prefix, task, writing, |_| {}).await?;
            spent.seconds += watch.seconds();
            spent.tokens += written.log_probs.len();
        }
    }
    // A constrained answer compiles its grammar too, which is stated apart.
    constrained.seconds -= compiling;
    Ok(format!(
        "decoding: {:.3} ms a token without a grammar, {:.3} ms with one, {:.1} ms of each answer to compile it",
        free.milliseconds_per_token(),
        constrained.milliseconds_per_token(),
        compiling * 1e3 / tasks.len().max(1) as f64
    ))
}

fn median(traces: &[&Trace], stage: &str) -> String {
    let mut seconds: Vec<f64> = traces.iter().filter_map(|t| t.seconds.get(stage).copied()).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).map_or_else(|| "-".into(), |s| format!("{s:.3}"))
}
