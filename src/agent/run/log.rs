//! The events and the seconds of one question.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use super::Run;
use crate::{
    agent::{Event, Phase},
    platform::Stopwatch,
};

/// Collects the events of one question.
#[derive(Clone)]
pub(in crate::agent) struct Log(Option<Rc<RefCell<VecDeque<Event>>>>);

impl Log {
    /// A log that somebody pulls events from.
    pub(in crate::agent) fn new(events: Rc<RefCell<VecDeque<Event>>>) -> Self {
        Self(Some(events))
    }

    /// A log that nobody reads.
    pub(super) fn silent() -> Self {
        Self(None)
    }

    pub(super) fn put(&self, event: Event) {
        if let Some(events) = &self.0 {
            events.borrow_mut().push_back(event);
        }
    }
}

/// The clock of one question: which stage runs, and since when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    total: Stopwatch,
    lap: Stopwatch,
    /// Name of the running stage.
    stage: Option<&'static str>,
    /// Runs since the first answer.
    answered: Option<Stopwatch>,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { total: Stopwatch::start(), lap: Stopwatch::start(), stage: None, answered: None }
    }

    /// Seconds since the first answer; 0 before it.
    pub(super) fn since_answer(&self) -> f64 {
        self.answered.map_or(0.0, |watch| watch.seconds())
    }
}

impl Run<'_> {
    /// Ends the running stage and begins another, or goes on with the same: the one place that tells of phases and notes their seconds.
    pub(super) fn begin(&mut self, phase: Phase) {
        let is_new = self.clock.stage != Some(phase.stage());
        self.end_stage();
        if is_new {
            self.log.put(Event::Phase { phase });
        }
        self.clock.stage = Some(phase.stage());
    }

    /// Notes the seconds since the last stage began or ended under a name of their own; the running stage goes on.
    pub(super) fn lap(&mut self, stage: &'static str) {
        *self.trace.seconds.entry(stage.to_owned()).or_default() += self.clock.lap.lap();
    }

    /// Ends the stage of the first answer.
    pub(super) fn end_first_answer(&mut self) {
        self.end_stage();
        self.clock.answered = Some(Stopwatch::start());
    }

    /// Notes the seconds of the running stage, and of the run so far.
    pub(super) fn end_stage(&mut self) {
        let seconds = self.clock.lap.lap();
        if let Some(stage) = self.clock.stage.take() {
            *self.trace.seconds.entry(stage.to_owned()).or_default() += seconds;
        }
        self.trace.seconds.insert("total".to_owned(), self.clock.total.seconds());
    }
}
