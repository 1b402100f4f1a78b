//! What an unsure model does: other tools, other orders of the menu, examples, the examples in the context, training, the gate, the
//! second answer, and keeping what was learned.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use super::{Agent, Answer, AskOptions, Event, Phase, Trace, TrainingReport, Which, memory::Memory, steps::perplexity};
use crate::{
    adapter::Adapter,
    error::{Error, Result},
    inference::{Cancel, Prefix, Session},
    platform::Stopwatch,
    storage::{Lesson, LessonSource},
    synthesis::Synthesis,
    task::{Pair, Task, ToolCall},
};

/// Collects the events of one question.
#[derive(Clone)]
pub(super) struct Log(pub Rc<RefCell<VecDeque<Event>>>);

impl Log {
    pub(super) fn put(&self, event: Event) {
        self.0.borrow_mut().push_back(event);
    }

    pub(super) fn phase(&self, phase: Phase) {
        self.put(Event::Phase { phase });
    }
}

/// What learning starts from.
#[derive(Clone, Copy)]
pub(super) struct Learning<'a> {
    /// The task as it came.
    pub given: &'a Task,
    pub session: &'a Session<'a>,
    pub prompt: &'a [u32],
    pub start: Option<&'a Adapter>,
    pub options: &'a AskOptions,
    pub cancel: &'a Cancel,
}

impl Agent {
    /// The trace holds what was reached, also when there is an error.
    pub(super) async fn study(
        &self,
        how: &Learning<'_>,
        (prefix, log_probs): (&Prefix, &[f32]),
        log: &Log,
        (trace, seconds): (&mut Trace, &mut BTreeMap<String, f64>),
    ) -> Result<()> {
        let Learning { given, session, options, .. } = *how;
        let since_answer = Stopwatch::start();
        let mut watch = Stopwatch::start();
        let threshold = trace.uncertainty.threshold;
        let is_enough = |answer: &Answer, certainty: f32| {
            options.estimator.reads_the_answer() && certainty >= threshold && answer.error.is_none()
        };
        let mut surest = None;
        let mut surprise = trace.uncertainty.perplexity;
        let writing = options.writing();
        if options.searches() {
            log.phase(Phase::Search);
            let (first, candidates) = ((&trace.base_answer, log_probs), &trace.uncertainty.candidates[..]);
            let mut found = self.search(session, prefix, given, first, (candidates, writing)).await?;
            found.report.accepted = is_enough(&found.answer, found.report.certainty);
            log.put(Event::Answer { answer: Which::Searched, result: found.answer.clone() });
            surprise = Some(perplexity(&found.log_probs));
            trace.answer = found.answer;
            seconds.insert("search".to_owned(), watch.lap());
            let accepted = found.report.accepted;
            trace.search = Some(found.report);
            if accepted {
                return Ok(());
            }
        }
        if options.orders > 1 {
            log.phase(Phase::Reorder);
            let base = (&trace.answer, surprise);
            let mut found =
                self.surest_of_orders(session, given, base, (options.orders, options.seed), writing).await?;
            found.report.accepted = is_enough(&found.answer, found.report.certainty);
            log.put(Event::Answer { answer: Which::Reordered, result: found.answer.clone() });
            trace.answer = found.answer;
            seconds.insert("reorder".to_owned(), watch.lap());
            let accepted = found.report.accepted;
            surest = (found.report.chosen > 0).then_some(found.task);
            trace.orders = Some(found.report);
            if accepted {
                return Ok(());
            }
        }
        if !options.learn {
            return Ok(());
        }
        let other = surest.as_ref().map(|task| self.answer_ids(task)).transpose()?;
        let how = Learning { prompt: other.as_deref().unwrap_or(how.prompt), ..*how };
        self.learn(surest.as_ref().unwrap_or(given), &how, &since_answer, log, (trace, seconds)).await
    }

    /// `task` is the given one in the order of the menu that the model was surest with.
    async fn learn(
        &self,
        task: &Task,
        how: &Learning<'_>,
        since_answer: &Stopwatch,
        log: &Log,
        (trace, seconds): (&mut Trace, &mut BTreeMap<String, f64>),
    ) -> Result<()> {
        let Learning { given, session, prompt, start, options, cancel } = *how;
        let mut watch = Stopwatch::start();
        log.phase(Phase::Synthesize);
        trace.synthesis = Some(Synthesis { requested: options.synthesis.pairs, ..Synthesis::default() });
        let (synthesis, given_back) = self.pairs(session, task, &trace.answer.calls, options, log).await?;
        trace.synthesis = Some(synthesis.clone());
        seconds.insert("synthesize".to_owned(), watch.lap());
        if synthesis.pairs.is_empty() {
            let attempts = synthesis.rejected.values().sum::<usize>();
            trace.add_note(format!("no valid example came of {attempts} attempts; the answer before stands"));
            return Ok(());
        }
        if options.context_first {
            log.phase(Phase::AnswerInContext);
            let mut tell = |text| log.put(Event::Token { answer: Which::Context, text });
            let threshold = trace.uncertainty.threshold;
            match self.answer_in_context(session, task, &synthesis.pairs, options, threshold, &mut tell).await {
                Ok(report) => {
                    log.put(Event::Answer { answer: Which::Context, result: report.answer.clone() });
                    let accepted = report.accepted.then(|| report.answer.clone());
                    trace.context = Some(report);
                    if let Some(answer) = accepted {
                        seconds.insert("answer_in_context".to_owned(), watch.lap());
                        trace.answer = answer;
                        return Ok(());
                    }
                }
                // They fit into the training one by one.
                Err(Error::ContextOverflow { .. }) => {}
                Err(error) => return Err(error),
            }
            seconds.insert("answer_in_context".to_owned(), watch.lap());
        }
        if options.learn_within.is_some_and(|limit| since_answer.seconds() > limit) {
            trace.add_note("the time for learning was used up before training; the answer before stands");
            return Ok(());
        }
        log.phase(Phase::Train);
        let (adapter, training) = self.adapt(task, &synthesis.pairs, start, options, cancel, log).await?;
        trace.training = Some(training.clone());
        seconds.insert("train".to_owned(), watch.lap());
        let mut held_back = given_back;
        if options.is_gated() {
            log.phase(Phase::Gate);
            // What is learned about may change.
            self.canaries.forget(given);
            if held_back.is_none() {
                let answer = &trace.answer.calls;
                let writer = self.synthesizer(*session, options.pairs())?;
                held_back = writer.one_more(task, answer, &synthesis.pairs, options.seed).await?;
            }
            let how = options.writing();
            let weights = (start.map(|adapter| &adapter.weights), &adapter.weights);
            let report = self.gate(task, held_back.as_ref(), &self.canaries.all(), weights, how, cancel).await?;
            trace.gate = Some(report);
            seconds.insert("gate".to_owned(), watch.lap());
            if let Some(reason) = report.reason() {
                trace.add_note(format!("{reason}; the answer before stands"));
                return Ok(());
            }
        }
        log.phase(Phase::AnswerAgain);
        let session = self.session(Some(&adapter.weights), cancel);
        let prefix = session.prefill(prompt).await?;
        let (mut answer, generation) = self.answer(&session, &prefix, task, options, Which::Adapted, log).await?;
        // What stood before was searched for already.
        let searches = trace.search.is_some() && answer.calls != trace.answer.calls;
        if searches || options.keep.is_some() {
            let scored = self.score(&session, &prefix, task, options).await?;
            trace.margin_after = options.keep.as_ref().map(|_| scored.margin);
            if searches {
                let first = (&answer, &generation.log_probs[..]);
                let found =
                    self.search(&session, &prefix, task, first, (&scored.candidates, options.writing())).await?;
                log.put(Event::Answer { answer: Which::Adapted, result: found.answer.clone() });
                answer = found.answer;
            }
        }
        seconds.insert("answer_again".to_owned(), watch.lap());
        trace.answer = answer;
        trace.adapted = true;
        if options.keep.is_some() || options.memory.is_on() {
            cancel.check()?;
            log.phase(Phase::Store);
            let source = if options.examples.is_empty() { LessonSource::Synthetic } else { options.examples_from };
            let lessons = synthesis.pairs.into_iter().map(|pair| Lesson::new(pair, source)).collect();
            let learned = (lessons, training);
            self.store_learned(given, (&adapter, held_back), learned, options, trace).await?;
            seconds.insert("store".to_owned(), watch.lap());
        }
        Ok(())
    }

    async fn store_learned(
        &self,
        task: &Task,
        (adapter, held_back): (&Adapter, Option<Pair>),
        (mut lessons, training): (Vec<Lesson>, TrainingReport),
        options: &AskOptions,
        trace: &mut Trace,
    ) -> Result<()> {
        let margins = (trace.uncertainty.margin, trace.margin_after);
        if let Some(name) = &options.keep {
            let meta = self.describe(task, (lessons, &training), margins);
            trace.stored = Some(self.keep(name, adapter, meta).await?.name);
            return Ok(());
        }
        // It learned on from that adapter, whose lessons are in it too; one that failed the gate has no part in it.
        let from = trace.recalled.as_ref().filter(|recalled| recalled.gate.passed);
        if let Some(recalled) = from {
            let versions = self.versions(&recalled.cluster).await?;
            let Some((_, earlier)) = versions.into_iter().find(|(_, meta)| meta.name == recalled.name) else {
                let name = recalled.name.clone();
                trace.add_note(format!("`{name}` was deleted meanwhile, so what it grew into is not kept"));
                return Ok(());
            };
            let mut all = earlier.lessons;
            lessons.retain(|new| all.iter().all(|old| old.pair() != new.pair()));
            all.append(&mut lessons);
            lessons = all;
        }
        let cluster = from.map(|recalled| recalled.cluster.clone());
        let meta = self.describe(task, (lessons, &training), margins);
        let (name, note) = self.remember(Memory { task, adapter, meta, held_back, cluster }, &options.memory).await?;
        trace.stored = Some(name);
        if let Some(note) = note {
            trace.add_note(note);
        }
        Ok(())
    }

    /// The pairs to learn from: those of the caller, of which the last of several is held back for the gate; or written ones.
    async fn pairs(
        &self,
        session: &Session<'_>,
        task: &Task,
        answer: &[ToolCall],
        options: &AskOptions,
        log: &Log,
    ) -> Result<(Synthesis, Option<Pair>)> {
        if options.examples.is_empty() {
            let writer = self.synthesizer(*session, options.pairs())?;
            let tell = |pair: Option<&Pair>, rejection: Option<&_>| log.put(Event::attempt(pair, rejection));
            return Ok((writer.run(task, answer, options.seed, tell).await?, None));
        }
        super::teach::check_pairs(&options.examples, &task.tools)?;
        let mut pairs = options.examples.clone();
        let held_back = if options.is_gated() && pairs.len() > 1 { pairs.pop() } else { None };
        pairs.iter().for_each(|pair| log.put(Event::attempt(Some(pair), None)));
        let given = options.examples.len();
        Ok((Synthesis { requested: given, valid: given, pairs, ..Synthesis::default() }, held_back))
    }

    async fn adapt(
        &self,
        task: &Task,
        pairs: &[Pair],
        start: Option<&Adapter>,
        options: &AskOptions,
        cancel: &Cancel,
        log: &Log,
    ) -> Result<(Adapter, TrainingReport)> {
        let examples = self.examples(task, pairs)?;
        let how = (&options.adaptation, options.seed);
        self.train(examples, start, how, cancel, |event| log.put(Event::Train(event))).await
    }
}
