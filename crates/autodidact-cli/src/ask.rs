//! `autodidact ask`: one task, told as it happens, or one JSON object.

use std::io::{IsTerminal, Write};

use autodidact::{
    agent::{Answer, AskEvent, AskOptions, Event, MemoryMode, Phase, ScoreReport, Trace, Which},
    calls::menu_from_json,
    error::{Error, Result},
    inference::Cancel,
    task::{Task, Tool, ToolCall},
};
use indicatif::{ProgressBar, ProgressStyle};

use super::{args::AskArgs, files, open};

/// The menu for people who bring none.
const EVERYDAY_TOOLS: &str = include_str!("everyday_tools.json");

/// Asks, prints, and reports a cancelled or failed run as an error.
pub async fn run(args: AskArgs) -> Result<()> {
    let task = Task::new(args.query.clone(), menu(&args)?);
    let agent = open::agent(&args.model, |_| {}).await?;
    let mut options = AskOptions {
        threshold: args.threshold,
        learn: !args.no_learning,
        search: !args.no_search,
        orders: args.orders,
        keep: args.keep.clone(),
        replace: args.replace,
        gate: args.gate,
        constrained: !args.unconstrained,
        estimator: args.estimator,
        candidates: true,
        adapter: args.adapter.clone(),
        seed: args.seed,
        context_first: args.context_first,
        learn_within: args.learn_within,
        ..AskOptions::default()
    };
    if args.memory {
        options.memory.mode = MemoryMode::Keep;
    }
    options.synthesis.pairs = args.pairs;
    options.adaptation.steps = args.steps;
    options.adaptation.learning_rate = args.learning_rate.unwrap_or(options.adaptation.learning_rate);
    let cancel = Cancel::default();
    let mut story = Story::new(!args.json);
    story.opened(&agent);
    let mut asking = agent.ask(&task, &options, &cancel);
    while let Some(event) = asking.next().await {
        match event? {
            AskEvent::Progress(event) => story.tell(&event),
            AskEvent::Done(trace) if args.json => {
                let json = serde_json::to_string(&*trace).map_err(|e| Error::invalid("trace", e.to_string()))?;
                println!("{json}");
            }
            AskEvent::Done(trace) => story.end(&trace, args.keep.as_deref()),
        }
    }
    Ok(())
}

fn menu(args: &AskArgs) -> Result<Vec<Tool>> {
    let Some(path) = &args.tools else { return menu_from_json(EVERYDAY_TOOLS) };
    let text = String::from_utf8(files::read(path)?).map_err(|e| files::io(path, e))?;
    menu_from_json(&text)
}

/// Tells a person what happens.
struct Story {
    talks: bool,
    bar: Option<ProgressBar>,
}

impl Story {
    fn new(talks: bool) -> Self {
        Self { talks, bar: None }
    }

    fn say(&self, text: &str) {
        if self.talks {
            // A closed pipe is the reader's choice.
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    fn opened(&self, agent: &autodidact::Agent) {
        let (model, backend) = (agent.model(), agent.backend());
        let size = model.parameters as f64 / 1e6;
        self.say(&format!(
            "model    {} ({}, {size:.1} M weights) on {}: {}",
            model.name, model.family, backend.kind, backend.reason
        ));
    }

    fn tell(&mut self, event: &Event) {
        match event {
            Event::Score { uncertainty } => self.score(uncertainty),
            Event::Answer { answer: Which::Base, result } => self.say(&format!("answer   {}", answer(result))),
            Event::Answer { answer: Which::Searched, result } => self.say(&format!("best     {}", answer(result))),
            Event::Answer { answer: Which::Reordered, result } => self.say(&format!("surest   {}", answer(result))),
            Event::Answer { answer: Which::Context, result } => self.say(&format!("context  {}", answer(result))),
            Event::Phase { phase: Phase::Search } => self.say("         not sure enough: answering with other tools"),
            Event::Phase { phase: Phase::Reorder } => {
                self.say("         not sure enough: asking in other orders of the menu")
            }
            Event::Phase { phase: Phase::Synthesize } => self.say("         not sure enough: writing examples"),
            Event::Pair { pair, valid: true, .. } => {
                self.say(&format!("example  {} -> {}", pair.query, calls(&pair.calls)))
            }
            Event::Pair { reason, .. } => self.say(&format!("refused  {}", reason.as_deref().unwrap_or("unknown"))),
            Event::Train(step) => {
                if step.step == 1 && self.talks && std::io::stderr().is_terminal() {
                    let bar = ProgressBar::new(step.total as u64);
                    if let Ok(style) = ProgressStyle::with_template("learning {bar:30} {pos}/{len} {msg}") {
                        bar.set_style(style);
                    }
                    self.bar = Some(bar);
                }
                if let Some(bar) = &self.bar {
                    bar.set_position(step.step as u64);
                    bar.set_message(format!(
                        "loss {:.3}, {:.0} tokens/s, {:.0} s left",
                        step.loss, step.tokens_per_second, step.eta_seconds
                    ));
                }
            }
            Event::Phase { phase: Phase::AnswerAgain } => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
            }
            _ => {}
        }
    }

    fn score(&self, score: &ScoreReport) {
        let verdict = if score.unsure { "unsure" } else { "sure" };
        let by = score.estimator;
        self.say(&format!("sure     {:.3} by {by} (threshold {}): {verdict}", score.certainty, score.threshold));
        for candidate in &score.candidates {
            self.say(&format!(
                "         {:5.1} %  {}",
                candidate.probability * 100.0,
                candidate.name.as_deref().unwrap_or("(no call)")
            ));
        }
    }

    fn end(&self, trace: &Trace, keep: Option<&str>) {
        if let Some(found) = &trace.recalled {
            let used = if found.gate.passed { "used from the start" } else { "not used" };
            self.say(&format!("memory   `{}`, similarity {:.2}: {used}", found.name, found.similarity));
        }
        if let Some(context) = &trace.context {
            let stands = if context.accepted { "stands" } else { "does not stand" };
            self.say(&format!("         with the examples in the context: sure {:.3}, {stands}", context.certainty));
        }
        if let Some(training) = &trace.training {
            let ends = (training.losses.first(), training.losses.last());
            if let (Some(first), Some(last)) = ends {
                let (steps, numbers) = (training.steps, training.parameters);
                self.say(&format!("learned  {steps} steps on {numbers} numbers, loss {first:.3} -> {last:.3}"));
            }
            let changed = if trace.answer == trace.base_answer { "as before" } else { "changed" };
            self.say(&format!("now      {} ({changed})", answer(&trace.answer)));
        }
        if let Some(note) = &trace.note {
            self.say(&format!("note     {note}"));
        }
        match (&trace.stored, keep) {
            (Some(name), _) => self.say(&format!("kept     as `{name}`")),
            (None, Some(_)) if trace.training.is_none() => self.say("kept     nothing: nothing was learned"),
            (None, Some(_)) => self.say("kept     nothing"),
            (None, None) => {}
        }
        self.say(if trace.restored {
            "base     unchanged, bit for bit"
        } else {
            "base     CHANGED: please report this"
        });
        let stages: Vec<String> = trace
            .seconds
            .iter()
            .filter(|(stage, _)| *stage != "total")
            .map(|(stage, s)| format!("{stage} {s:.2}"))
            .collect();
        let total = trace.seconds.get("total").copied().unwrap_or_default();
        self.say(&format!("seconds  {total:.2} ({})", stages.join(", ")));
    }
}

/// The calls or the text, and what is wrong with it.
fn answer(answer: &Answer) -> String {
    let said = match (answer.calls.is_empty(), answer.text.trim()) {
        (false, _) => calls(&answer.calls),
        (true, "") => "(nothing)".to_owned(),
        (true, text) => text.to_owned(),
    };
    match &answer.error {
        Some(error) => format!("{said}   [{}]", error.replace('_', " ")),
        None => said,
    }
}

fn calls(calls: &[ToolCall]) -> String {
    let one = |call: &ToolCall| {
        let arguments: Vec<String> = call.arguments.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}({})", call.name, arguments.join(", "))
    };
    calls.iter().map(one).collect::<Vec<_>>().join("; ")
}
