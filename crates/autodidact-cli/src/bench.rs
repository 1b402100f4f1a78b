//! `autodidact bench`: a table of what the stages of the loop cost on this machine.

use autodidact::{
    agent::{Agent, AskEvent, AskOptions, Trace, Writing},
    calls::menu_from_json,
    error::{Error, Result},
    grammar::Grammar,
    inference::Cancel,
    platform::Stopwatch,
    task::Task,
};
use autodidact_lab::latency::Latency;
use autodidact_lab::taskgen::{Generator, GeneratorConfig, Split};

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
        // Generated tasks like those of training.
        let mut generator = Generator::new(Split::InDistribution, 1, GeneratorConfig::default());
        let tasks: Vec<Task> = (0..args.tasks).map(|_| generator.sample().task()).collect();
        println!("\n{}", Latency::measure(&agent, &tasks, &Cancel::default()).await?);
        println!("\n{}", decoding(&agent, &tasks).await?);
    }
    Ok(())
}

/// What it costs to write a token, with and without a grammar.
async fn decoding(agent: &Agent, tasks: &[Task]) -> Result<String> {
    let cancel = Cancel::default();
    let session = agent.session(None, &cancel);
    let most = AskOptions::default().max_answer_tokens;
    let format = agent.prompts().format();
    let mut compiled = 0.0;
    // Seconds and tokens.
    let mut spent = [(0.0, 0_usize); 2];
    agent.vocabulary()?;
    for task in tasks {
        let watch = Stopwatch::start();
        agent.vocabulary()?.constrain(&Grammar::answer(format, &task.tools))?;
        compiled += watch.seconds();
        let prefix = session.prefill(&agent.answer_ids(task)?).await?;
        for (constrained, (seconds, tokens)) in [false, true].into_iter().zip(&mut spent) {
            let watch = Stopwatch::start();
            let (_, written) =
                agent.respond(&session, &prefix, task, Writing::greedy(most, constrained), |_| {}).await?;
            *seconds += watch.seconds();
            *tokens += written.log_probs.len();
        }
    }
    let per_token = |(seconds, tokens): (f64, usize)| seconds * 1e3 / tokens.max(1) as f64;
    Ok(format!(
        "decoding: {:.3} ms a token without a grammar, {:.3} ms with one, {:.1} ms of each answer to compile it",
        per_token(spent[0]),
        per_token((spent[1].0 - compiled, spent[1].1)),
        compiled * 1e3 / tasks.len().max(1) as f64
    ))
}

fn median(traces: &[&Trace], stage: &str) -> String {
    let mut seconds: Vec<f64> = traces.iter().filter_map(|t| t.seconds.get(stage).copied()).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).map_or_else(|| "-".into(), |s| format!("{s:.3}"))
}
