//! The `corrected` mode: an agent whose user says what would have been right.
//!
//! A suite is one course, in its order. Each request is asked; one that should act and does not do so rightly is corrected, which the
//! agent learns from before the next request. So what a record says depends on the requests before it, and on nothing else.

use std::{collections::BTreeMap, rc::Rc};

use autodidact::{
    agent::{Agent, AskEvent, AskOptions, Decision, Feedback, Learn, MemoryMode, MemoryOptions, Trace},
    error::{Error, Result},
    inference::Cancel,
    storage::MemoryStore,
    task::{Task, ToolCall},
};

use super::{Outcome, Progress, Runner};
use crate::evaluation::{
    matching::strict_match,
    plan::Setting,
    record::CourseRecord,
    suite::{Suite, SuiteSample, Want},
};

/// A course as far as it has come.
pub(super) struct Course {
    /// The agent of the run with a memory of its own.
    agent: Agent,
    /// Requests that were asked.
    done: usize,
    /// Corrections by kind of request.
    corrections: BTreeMap<String, usize>,
}

/// What a request came to.
struct Lesson {
    /// `None` for a task that the agent refuses: without tools, or too long.
    trace: Option<Trace>,
    corrections: Option<usize>,
}

impl Runner<'_> {
    pub(super) async fn corrected(&mut self, progress: &Progress<'_>, suite: &Suite) -> Result<Outcome> {
        let place = suite.items.iter().position(|item| item.id == progress.item.id).unwrap_or_default();
        let options = AskOptions {
            decide: true,
            learn: Learn::Never,
            search: false,
            memory: MemoryOptions { mode: MemoryMode::Session, ..MemoryOptions::default() },
            ..self.options(0, &Setting::default())
        };
        let course = self.courses.remove(&suite.name).filter(|course| course.done <= place);
        let mut course = course.unwrap_or_else(|| Course {
            agent: self.agent.with_store(Rc::new(MemoryStore::new())),
            done: 0,
            corrections: BTreeMap::new(),
        });
        let mut last = None;
        // A run that was resumed, or a part of one, goes through the requests before its own again.
        while let Some(item) = suite.items.get(course.done).filter(|_| course.done <= place) {
            last = Some(self.lesson(&mut course, item, &options).await?);
            course.done += 1;
        }
        self.courses.insert(suite.name.clone(), course);
        let Some(Lesson { trace, corrections }) = last else { return Err(Error::Aborted) };
        // The same request to the agent that was taught nothing.
        let before = self.decided(progress).await?;
        let was_right = before.decided == Some(Want::Act)
            && before.answers.first().is_some_and(|answer| is_right(progress.item, &answer.calls));
        let Some(trace) = trace else {
            let course = Some(CourseRecord { corrections, unchanged: None });
            return Ok(Outcome { decided: Some(Want::Decline), course, ..Outcome::default() });
        };
        let same = || before.answers.first().is_some_and(|answer| trace.decision.calls() == answer.calls);
        let course = CourseRecord { corrections, unchanged: was_right.then(same) };
        let mut answer = trace.answer.clone();
        answer.error = None;
        let decided = match &trace.decision {
            Decision::Act { calls } => {
                answer.calls.clone_from(calls);
                Want::Act
            }
            Decision::Clarify { .. } => Want::Clarify,
            Decision::Decline => {
                answer.calls.clear();
                Want::Decline
            }
        };
        Ok(Outcome {
            answers: vec![answer],
            decided: Some(decided),
            course: Some(course),
            seconds: trace.seconds,
            ..Outcome::default()
        })
    }

    /// Asks a request, and teaches what would have been right.
    async fn lesson(&self, course: &mut Course, item: &SuiteSample, options: &AskOptions) -> Result<Lesson> {
        let trace = match asked(&course.agent, &item.task, options, self.cancel).await {
            Ok(trace) => Some(trace),
            Err(Error::InvalidInput { .. } | Error::ContextOverflow { .. }) => None,
            Err(error) => return Err(error),
        };
        if !should_act(item) {
            return Ok(Lesson { trace, corrections: None });
        }
        let kind = kind(item);
        let corrections = course.corrections.get(&kind).copied().unwrap_or_default();
        let calls = trace.as_ref().map_or(&[][..], |trace| trace.decision.calls());
        if !is_right(item, calls) && !item.names_only {
            let right = Feedback::Right { calls: item.gold.clone() };
            let taught = course.agent.feedback(&item.task, &right, options, self.cancel, |_| {}).await;
            // Reference calls that do not fit their own menu cannot be taught.
            match taught {
                Ok(taught) if taught.lesson.is_some() => *course.corrections.entry(kind).or_default() += 1,
                Ok(_) | Err(Error::InvalidInput { .. } | Error::ContextOverflow { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Lesson { trace, corrections: Some(corrections) })
    }
}

async fn asked(agent: &Agent, task: &Task, options: &AskOptions, cancel: &Cancel) -> Result<Trace> {
    let mut asking = agent.ask(task, options, cancel);
    while let Some(event) = asking.next().await {
        if let AskEvent::Done(trace) = event? {
            return Ok(*trace);
        }
    }
    Err(Error::Aborted)
}

fn should_act(item: &SuiteSample) -> bool {
    item.want.is_none_or(|want| want == Want::Act) && !item.gold.is_empty()
}

fn is_right(item: &SuiteSample, calls: &[ToolCall]) -> bool {
    !calls.is_empty() && strict_match(calls, &item.gold, item.accept.as_deref())
}

/// The menu, the tools that are called, and the arguments that are filled.
fn kind(item: &SuiteSample) -> String {
    let sorted = |mut names: Vec<String>| {
        names.sort_unstable();
        names.join(",")
    };
    let menu = sorted(item.task.tools.iter().map(|tool| tool.name.clone()).collect());
    let calls =
        item.gold.iter().map(|call| format!("{}({})", call.name, sorted(call.arguments.keys().cloned().collect())));
    format!("{menu}|{}", sorted(calls.collect()))
}
