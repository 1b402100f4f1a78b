//! The third of the agent's owners: one question, from its beginning to its trace.
//!
//! [`Run::answer_task`] is the walk of a question. It calls the tiers in order; each tier says whether the answer that there is stands,
//! or the next tier goes on. The evaluation of the research crate calls the same tiers one by one.

mod context;
mod decide;
mod examples;
mod first;
mod keep;
mod learn;
mod log;
mod reorder;
mod search;

use std::rc::Rc;

use self::log::Clock;
pub(super) use self::log::Log;
pub use self::{
    context::ContextReport,
    examples::Examples,
    first::Standing,
    learn::Again,
    reorder::{OrdersReport, Surest},
    search::{Found, SearchReport},
};
use super::{
    Agent, AnswerKind, AskOptions, Decision, Event, Learn, Memory, Model, Phase, Proposal, ScoreReport, Trace,
    conduct::{Request, put_right},
    model::Response,
};
use crate::{
    adapter::Adapter,
    calls::LeftOut,
    error::{Error, Result},
    inference::{Cancel, Prefix, Session},
    task::Task,
};

/// What a tier leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The answer stands; nothing more is tried.
    Stands,
    /// The next tier goes on from here.
    GoOn,
}

/// One question. Clones go on from the same point on their own.
#[derive(Clone)]
pub struct Run<'a> {
    agent: &'a Agent,
    task: &'a Task,
    options: &'a AskOptions,
    cancel: &'a Cancel,
    log: Log,
    clock: Clock,
    /// The adapter that the run starts from, if any.
    start: Option<Rc<Adapter>>,
    trace: Trace,
}

impl<'a> Run<'a> {
    /// A run that has not begun. Nothing is checked: [`Agent::ask`] does that.
    pub fn new(agent: &'a Agent, task: &'a Task, options: &'a AskOptions, cancel: &'a Cancel) -> Self {
        let threshold = options.learn.threshold(agent.memory());
        let uncertainty = ScoreReport::new(options.estimator, threshold);
        let trace = Trace::new(agent.backend(), agent.model().report(), uncertainty);
        Self { agent, task, options, cancel, log: Log::silent(), clock: Clock::start(), start: None, trace }
    }

    /// The same run with other options from here on.
    #[must_use]
    pub fn with_options(mut self, options: &'a AskOptions) -> Self {
        self.options = options;
        self
    }

    /// The run, whose events go to a log.
    #[must_use]
    pub(super) fn logged(mut self, log: Log) -> Self {
        self.log = log;
        self
    }

    /// The run, which says which tools of the menu it goes without.
    #[must_use]
    pub(super) fn without(mut self, left_out: Vec<LeftOut>) -> Self {
        self.trace.left_out = left_out;
        self
    }

    /// What happened so far. The seconds of the running stage are missing.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The same run, whose running stage has ended.
    #[must_use]
    pub fn ended(mut self) -> Self {
        self.end_stage();
        self
    }

    /// What happened. The running stage ends.
    pub fn into_trace(mut self) -> Trace {
        self.end_stage();
        self.trace
    }

    /// Answers a task that was checked, and when the agent is unsure, tries one tier after the other.
    pub(super) async fn answer_task(mut self) -> Result<Trace> {
        self.memory().check_name(self.options).await?;

        self.recall().await?;
        let mut standing = self.first_answer().await?;
        self.remember_certainty();
        self.conclude(&mut standing).await?;
        if self.practises() {
            let improved = self.improve(&mut standing).await;
            // There is an answer: a failure after it is noted, and does not take it away.
            self.note_failure(improved)?;
            self.propose();
        }
        self.restore().await?;
        Ok(self.into_trace())
    }

    /// The tiers of an unsure agent, from the cheapest to the most expensive.
    async fn improve(&mut self, standing: &mut Standing) -> Result<()> {
        if self.search(standing).await? == Outcome::Stands || self.reorder(standing).await? == Outcome::Stands {
            return Ok(());
        }
        if !self.options.learns() {
            return Ok(());
        }
        let mut examples = self.write_examples(standing).await?;
        if examples.pairs.is_empty() {
            return Ok(());
        }
        if self.answer_in_context(standing, &examples).await? == Outcome::Stands || self.is_out_of_time() {
            return Ok(());
        }
        let trained = self.train(standing, &examples).await?;
        if self.pass_gate(standing, &mut examples, &trained).await? == Outcome::Stands {
            return Ok(());
        }
        let margin_after = self.answer_again(standing, &trained).await?;
        self.keep(examples, trained, margin_after).await
    }

    /// Decides over the first answer. Where the caller wants no decision, its calls are carried out.
    async fn conclude(&mut self, standing: &mut Standing) -> Result<()> {
        if !self.options.decide {
            let calls = self.trace.answer.calls.clone();
            self.trace.decision = if calls.is_empty() { Decision::Decline } else { Decision::Act { calls } };
            return Ok(());
        }
        let judgement = self.decide(standing).await?;
        self.log.put(Event::Decision { decision: judgement.decision.clone() });
        if let Decision::Act { calls } = &judgement.decision {
            self.trace.answer.calls.clone_from(calls);
        }
        self.trace.decision = judgement.decision.clone();
        self.trace.judgement = Some(judgement.report());
        Ok(())
    }

    /// Whether the agent goes on to practise: it asks, and is unsure; or learning is forced. Where nothing fits, there is nothing to practise.
    fn practises(&self) -> bool {
        match &self.trace.decision {
            _ if self.options.learn == Learn::Always => true,
            Decision::Act { .. } if self.options.decide => false,
            Decision::Act { .. } | Decision::Clarify { .. } => self.trace.uncertainty.unsure,
            Decision::Decline => !self.options.decide && self.trace.uncertainty.unsure,
        }
    }

    /// What came of practice is put right by the request and proposed, never carried out unseen. Where a value was not said, practice cannot
    /// know it, and only the user is asked.
    fn propose(&mut self) {
        if !self.options.decide {
            let calls = self.trace.answer.calls.clone();
            self.trace.decision = if calls.is_empty() { Decision::Decline } else { Decision::Act { calls } };
            return;
        }
        let request = Request::of(self.task, self.options.facts.today());
        let calls = put_right(self.task, &request, &self.trace.answer.calls);
        if let (Decision::Clarify { question }, Some(calls)) = (&mut self.trace.decision, calls)
            && question.gaps.is_empty()
            && question.proposals.iter().all(|proposal| proposal.calls != calls)
        {
            question.proposals.insert(0, Proposal::new(self.task, calls));
            self.log.put(Event::Decision { decision: self.trace.decision.clone() });
        }
    }

    /// Looks for an adapter to start from: one of the memory for similar tasks, or the one that the options name.
    async fn recall(&mut self) -> Result<()> {
        if let Some(name) = &self.options.adapter {
            self.start = Some(Rc::new(self.memory().adapter(self.model(), name).await?));
            self.note_form(name).await?;
        }
        if !self.options.memory.is_on() {
            return Ok(());
        }
        self.begin(Phase::Recall);
        let start = self.start.clone();
        match self.memory().recall(self.model(), self.task, start.as_deref(), self.options, self.cancel).await {
            Ok(Some((found, adapter))) => {
                if let Some(reason) = found.gate.reason() {
                    self.trace.add_note(format!("`{}` was not used: {reason}", found.name));
                } else {
                    self.note_form(&found.name).await?;
                }
                self.trace.recalled = Some(found);
                self.start = adapter.map(Rc::new).or(start);
            }
            Ok(None) => {}
            Err(error) if ends_run(&error) => return Err(error),
            // The task can be answered without it.
            Err(error) => self.trace.add_note(format!("the memory was not used: {error}")),
        }
        Ok(())
    }

    /// Notes it where an adapter was trained on another form of the model's weights.
    async fn note_form(&mut self, name: &str) -> Result<()> {
        if let Some(note) = self.memory().note_of_form(self.model(), name).await? {
            self.trace.add_note(note);
        }
        Ok(())
    }

    /// Notes how sure the agent was, and the answers that it was sure of, for the tasks to come.
    fn remember_certainty(&self) {
        let report = &self.trace.uncertainty;
        if !self.options.learn.is_judged() {
            return;
        }
        self.memory().certainties.remember(report.certainty);
        // An answer given with what was learned need not be the answer without it.
        let learned = self.trace.recalled.as_ref().is_some_and(|recalled| recalled.gate.passed);
        if !report.unsure && !learned {
            let adapter = self.options.adapter.as_deref();
            self.memory().canaries.remember(self.task, &self.trace.base_answer.text, adapter);
        }
    }

    /// # Errors
    /// Only errors after which the run cannot continue; others become a note.
    fn note_failure(&mut self, improved: Result<()>) -> Result<()> {
        match improved {
            Err(error) if ends_run(&error) => return Err(error),
            Err(error) => self.trace.add_note(error.to_string()),
            Ok(()) => {}
        }
        Ok(())
    }

    /// Checks that the base weights are what they were.
    async fn restore(&mut self) -> Result<()> {
        self.begin(Phase::Restore);
        // Only training could have touched the weights, and reading them back costs as much as they weigh.
        self.trace.restored = self.trace.synthesis.is_none() || self.model().is_unchanged().await?;
        Ok(())
    }

    fn model(&self) -> &'a Model {
        self.agent.model()
    }

    fn memory(&self) -> &'a Memory {
        self.agent.memory()
    }

    /// The model with an adapter, or without.
    fn session<'s>(&self, adapter: Option<&'s Adapter>) -> Session<'s>
    where
        'a: 's,
    {
        self.model().session(adapter.map(|adapter| &adapter.weights), self.cancel)
    }

    /// A greedy answer behind a prefilled prompt, told as it is written.
    async fn respond(&self, session: &Session<'_>, prefix: &Prefix, task: &Task, kind: AnswerKind) -> Result<Response> {
        let tell = |text| self.log.put(Event::Token { answer: kind, text });
        let response = self.model().respond(session, prefix, task, self.options.writing(), tell).await?;
        self.log.put(Event::Answer { answer: kind, result: response.answer.clone() });
        Ok(response)
    }
}

/// Errors after which the run cannot continue.
fn ends_run(error: &Error) -> bool {
    matches!(error, Error::Aborted | Error::DeviceLost { .. } | Error::Backend { .. })
}
