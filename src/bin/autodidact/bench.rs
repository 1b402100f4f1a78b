//! `autodidact bench`: a table of what the stages of the loop cost on this machine.

use autodidact::{
    agent::{Agent, AskEvent, AskOptions, Latency, Trace},
    error::{Error, Result},
    inference::Cancel,
    task::Task,
    taskgen::{Generator, GeneratorConfig, Split},
    tokenizer::menu_from_json,
};

use super::{args::BenchArgs, open};

const QUERY: &str = "Find a hotel in Lisbon for 3 nights";
const MENU: &str = include_str!("everyday_tools.json");

/// Medians over some runs of a certain and of a forced update.
pub async fn run(args: BenchArgs) -> Result<()> {
    let agent = open::agent(&args.model, |_| {}).await?;
    let task = Task::new(QUERY, menu_from_json(MENU)?);
    println!("model {} on {}, {} runs, median seconds\n", agent.model().name, agent.backend().kind, args.runs);
    println!("| case | score | answer | synthesize | train | answer again | total |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (case, threshold) in [("sure: no update", 0.0), ("unsure: whole loop", 1.01)] {
        let mut traces: Vec<Trace> = Vec::new();
        for seed in 0..args.runs.max(1) as u64 {
            let options = AskOptions { threshold, seed, ..AskOptions::default() };
            let cancel = Cancel::default();
            let mut asking = agent.ask(&task, &options, &cancel);
            while let Some(event) = asking.next().await {
                if let AskEvent::Done(trace) = event? {
                    traces.push(*trace);
                }
            }
        }
        let stages = ["score", "answer", "synthesize", "train", "answer_again", "total"];
        // A run whose examples were all refused ends early: its times are of another case.
        let whole: Vec<&Trace> = traces.iter().filter(|t| t.adapted || threshold < 1.0).collect();
        let cells: Vec<String> = stages.iter().map(|stage| median(&whole, stage)).collect();
        let learned = traces.iter().filter(|t| t.adapted).count();
        let case =
            if threshold > 1.0 { format!("{case} ({learned} of {} learned)", traces.len()) } else { case.into() };
        println!("| {case} | {} |", cells.join(" | "));
        // What the project promises for two cores.
        let slowest = traces.iter().filter_map(|t| t.seconds.get("total")).fold(0.0, |a: f64, b| a.max(*b));
        if slowest > 30.0 {
            return Err(Error::Backend { reason: format!("a run took {slowest:.1} s; the limit is 30 s") });
        }
        if traces.iter().any(|t| !t.restored) {
            return Err(Error::Backend { reason: "the base weights changed".into() });
        }
    }
    if args.tasks > 0 {
        println!("\n{}", latency(&agent, args.tasks).await?);
    }
    Ok(())
}

/// Generated tasks like those of training, each timed alone, as certain and as uncertain.
async fn latency(agent: &Agent, tasks: usize) -> Result<Latency> {
    let mut generator = Generator::new(Split::InDistribution, 1, GeneratorConfig::default());
    let tasks: Vec<Task> = (0..tasks).map(|_| generator.sample().task()).collect();
    agent.latency(&tasks, &Cancel::default()).await
}

fn median(traces: &[&Trace], stage: &str) -> String {
    let mut seconds: Vec<f64> = traces.iter().filter_map(|t| t.seconds.get(stage).copied()).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).map_or_else(|| "-".into(), |s| format!("{s:.3}"))
}
