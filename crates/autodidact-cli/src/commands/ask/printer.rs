//! Prints what the agent does, a line for each step.

use std::io::{IsTerminal, Write};

use autodidact::{
    Agent,
    adaptation::TrainEvent,
    agent::{Answer, AnswerKind, Decision, Event, Phase, Question, ScoreReport, Trace},
    calls::LeftOut,
    task::ToolCall,
};
use indicatif::ProgressBar;

use crate::progress;

/// Prints lines on standard output, and a bar on standard error while the agent trains.
pub struct Printer {
    enabled: bool,
    bar: Option<ProgressBar>,
    /// The last question back.
    asked: Option<Question>,
}

impl Printer {
    /// A printer that prints nothing unless `enabled`.
    pub fn new(enabled: bool) -> Self {
        Self { enabled, bar: None, asked: None }
    }

    fn line(&self, text: &str) {
        if self.enabled {
            // The reader of a pipe may close it at any time.
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    /// The model and its backend.
    pub fn opened(&self, agent: &Agent) {
        let (model, backend) = (agent.model().report(), agent.backend());
        let size = model.parameters as f64 / 1e6;
        self.line(&format!(
            "model    {} ({}, {size:.1} M weights) on {}: {}",
            model.name, model.family, backend.kind, backend.reason
        ));
    }

    /// A step of the run.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Score { uncertainty } => self.score(uncertainty),
            Event::Answer { answer: AnswerKind::Base, result } => self.line(&format!("answer   {}", answer(result))),
            Event::Answer { answer: AnswerKind::Joined, result } => self.line(&format!("by words {}", answer(result))),
            Event::Decision { decision } => self.decision(decision),
            Event::Answer { answer: AnswerKind::Searched, result } => {
                self.line(&format!("best     {}", answer(result)))
            }
            Event::Answer { answer: AnswerKind::Reordered, result } => {
                self.line(&format!("surest   {}", answer(result)))
            }
            Event::Answer { answer: AnswerKind::Context, result } => self.line(&format!("context  {}", answer(result))),
            Event::Phase { phase: Phase::Search } => self.line("         not sure enough: answering with other tools"),
            Event::Phase { phase: Phase::Reorder } => {
                self.line("         not sure enough: asking in other orders of the menu")
            }
            Event::Phase { phase: Phase::Synthesize } => self.line("         not sure enough: writing examples"),
            Event::Pair { pair, valid: true, .. } => {
                self.line(&format!("example  {} -> {}", pair.query, calls(&pair.calls)))
            }
            Event::Pair { reason, .. } => self.line(&format!("refused  {}", reason.as_deref().unwrap_or("unknown"))),
            Event::Train(step) => self.step(step),
            Event::Phase { phase: Phase::AnswerAgain } => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
            }
            _ => {}
        }
    }

    /// Moves the bar, which appears with the first step.
    fn step(&mut self, step: &TrainEvent) {
        if step.step == 1 && self.enabled && std::io::stderr().is_terminal() {
            self.bar = Some(progress::bar(step.total, "learning {bar:30} {pos}/{len} {msg}"));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(step.step as u64);
            bar.set_message(format!(
                "loss {:.3}, {:.0} tokens/s, {:.0} s left",
                step.loss, step.tokens_per_second, step.eta_seconds
            ));
        }
    }

    /// A decision. Where a question was asked before, only the proposals that have been added to it.
    fn decision(&mut self, decision: &Decision) {
        if let Decision::Clarify { question } = decision
            && let Some(asked) = self.asked.replace(question.clone()).filter(|asked| asked.text == question.text)
        {
            for added in question.proposals.iter().filter(|proposal| !asked.proposals.contains(proposal)) {
                self.line(&format!("or       - {}", added.text));
            }
            return;
        }
        match decision {
            Decision::Act { calls: all } => self.line(&format!("decides  to act: {}", calls(all))),
            Decision::Clarify { question } => {
                self.line(&format!("decides  to ask: {}", question.text));
                for proposal in &question.proposals {
                    self.line(&format!("         - {}", proposal.text));
                }
            }
            Decision::Decline => self.line("decides  to do nothing: no tool fits"),
        }
    }

    fn score(&self, score: &ScoreReport) {
        let verdict = if score.unsure { "unsure" } else { "sure" };
        let by = score.estimator;
        self.line(&format!("sure     {:.3} by {by} (threshold {}): {verdict}", score.certainty, score.threshold));
        for candidate in &score.candidates {
            self.line(&format!(
                "         {:5.1} %  {}",
                candidate.probability * 100.0,
                candidate.name.as_deref().unwrap_or("(no call)")
            ));
        }
    }

    /// The result, and what became of the adapter that was to be stored as `keep`.
    pub fn summary(&self, trace: &Trace, keep: Option<&str>) {
        if let Some(found) = &trace.recalled {
            let used = if found.gate.passed { "used from the start" } else { "not used" };
            self.line(&format!("memory   `{}`, similarity {:.2}: {used}", found.name, found.similarity));
        }
        if let Some(context) = &trace.context {
            let verdict = if context.accepted { "accepted" } else { "not accepted" };
            self.line(&format!("         with the examples in the context: sure {:.3}, {verdict}", context.certainty));
        }
        if let Some(training) = &trace.training {
            let ends = (training.losses.first(), training.losses.last());
            if let (Some(first), Some(last)) = ends {
                let (steps, numbers) = (training.steps, training.parameters);
                self.line(&format!("learned  {steps} steps on {numbers} numbers, loss {first:.3} -> {last:.3}"));
            }
            let changed = if trace.answer == trace.base_answer { "as before" } else { "changed" };
            self.line(&format!("now      {} ({changed})", answer(&trace.answer)));
        }
        for LeftOut { tool, reason } in &trace.left_out {
            self.line(&format!("left out the tool `{tool}`: {reason}"));
        }
        if let Some(note) = &trace.note {
            self.line(&format!("note     {note}"));
        }
        match (&trace.stored, keep) {
            (Some(name), _) => self.line(&format!("kept     as `{name}`")),
            (None, Some(_)) if trace.training.is_none() => self.line("kept     nothing: nothing was learned"),
            (None, Some(_)) => self.line("kept     nothing"),
            (None, None) => {}
        }
        self.line(if trace.restored {
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
        self.line(&format!("seconds  {total:.2} ({})", stages.join(", ")));
    }
}

/// The calls or the text of an answer, with its error if it has one.
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
