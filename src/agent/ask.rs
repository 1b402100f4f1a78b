//! The loop of the method: score, answer, and when unsure synthesize, adapt, answer again, restore.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use super::{
    Agent, Answer, AskOptions, Asking, Event, Phase, ScoreReport, Trace, TrainingReport, Which, Writing,
    steps::perplexity,
};
use crate::{
    adapter::Adapter,
    error::{Error, Result},
    inference::{Cancel, Generation, Prefix, Session},
    platform::Stopwatch,
    synthesis::Synthesis,
    task::{Pair, Task, ToolCall},
    tokenizer::check_menu,
    uncertainty::{self, Uncertainty},
};

/// Collects the events of one question.
#[derive(Clone)]
struct Log(Rc<RefCell<VecDeque<Event>>>);

impl Log {
    fn put(&self, event: Event) {
        self.0.borrow_mut().push_back(event);
    }

    fn phase(&self, phase: Phase) {
        self.put(Event::Phase { phase });
    }
}

/// What learning starts from.
struct Learning<'a> {
    session: &'a Session<'a>,
    prompt: &'a [u32],
    start: Option<&'a Adapter>,
    options: &'a AskOptions,
    cancel: &'a Cancel,
}

impl Agent {
    /// Answers a task, learning first when unsure. Pull the result to make it go on.
    pub fn ask<'a>(&'a self, task: &'a Task, options: &'a AskOptions, cancel: &'a Cancel) -> Asking<'a> {
        Asking::new(|events| Box::pin(self.run(task, options, cancel, Log(events))))
    }

    async fn run(&self, task: &Task, options: &AskOptions, cancel: &Cancel, log: Log) -> Result<Trace> {
        options.check()?;
        check_task(task)?;
        self.check_name(options).await?;
        let mut seconds = BTreeMap::new();
        let total = Stopwatch::start();
        let mut watch = Stopwatch::start();

        let stored = self.adapter_named(options.adapter.as_deref()).await?;
        let lora = stored.as_ref().map(|a| &a.weights);
        let session = self.session(lora, cancel);
        let prompt = self.answer_ids(task)?;

        let answer_first = options.estimator.reads_the_answer();
        let threshold =
            options.update_rate.and_then(|rate| self.certainties.threshold(rate)).unwrap_or(options.threshold);
        let mut report = ScoreReport::new(options.estimator, threshold);
        log.phase(if answer_first { Phase::Answer } else { Phase::Score });
        let prefix = session.prefill(&prompt).await?;
        if !answer_first {
            report.add(self.score(&session, &prefix, task, options).await?);
            report.decide();
            log.put(Event::Score { uncertainty: report.clone() });
            seconds.insert("score".to_owned(), watch.lap());
            log.phase(Phase::Answer);
        }
        let (base_answer, generation) = self.answer(&session, &prefix, task, options, Which::Base, &log).await?;
        report.perplexity = Some(perplexity(&generation.log_probs)).filter(|p| p.is_finite());
        seconds.insert("answer".to_owned(), watch.lap());
        if answer_first {
            report.decide();
            if report.unsure || options.candidates {
                log.phase(Phase::Score);
                report.add(self.score(&session, &prefix, task, options).await?);
                seconds.insert("score".to_owned(), watch.lap());
            }
            log.put(Event::Score { uncertainty: report.clone() });
        }

        self.certainties.remember(report.certainty);
        let mut trace = Trace {
            backend: self.backend.kind.to_string(),
            model: self.model.name.clone(),
            answer: base_answer.clone(),
            base_answer,
            uncertainty: report,
            synthesis: None,
            training: None,
            adapted: false,
            gate: None,
            margin_after: None,
            seconds: BTreeMap::new(),
            restored: false,
            stored: None,
            note: None,
        };
        if !trace.uncertainty.unsure {
            self.canaries.remember(task, &trace.base_answer.text);
        } else {
            let learning = Learning { session: &session, prompt: &prompt, start: stored.as_ref(), options, cancel };
            let outcome = self.learn(task, &learning, &log, (&mut trace, &mut seconds)).await;
            match outcome {
                Ok(()) => {}
                Err(error @ (Error::Aborted | Error::DeviceLost { .. } | Error::Backend { .. })) => return Err(error),
                // An answer is there: what went wrong after it is told, and does not take it away.
                Err(error) => trace.note = Some(error.to_string()),
            }
        }
        log.phase(Phase::Restore);
        watch.lap();
        // Only training could have touched the weights; reading them back costs as much as they weigh.
        trace.restored = trace.synthesis.is_none() || self.is_unchanged().await?;
        seconds.insert("restore".to_owned(), watch.lap());
        seconds.insert("total".to_owned(), total.seconds());
        trace.seconds = seconds;
        Ok(trace)
    }

    /// What an unsure model does: examples, training, the second answer, and storing what was learned if that is wanted.
    /// The trace holds what was reached, also when there is an error.
    async fn learn(
        &self,
        task: &Task,
        how: &Learning<'_>,
        log: &Log,
        (trace, seconds): (&mut Trace, &mut BTreeMap<String, f64>),
    ) -> Result<()> {
        let Learning { session, prompt, start, options, cancel } = *how;
        let mut watch = Stopwatch::start();
        log.phase(Phase::Synthesize);
        trace.synthesis = Some(Synthesis { requested: options.synthesis.pairs, ..Synthesis::default() });
        let synthesis = self.synthesize(session, task, &trace.base_answer.calls, options, log).await?;
        trace.synthesis = Some(synthesis.clone());
        seconds.insert("synthesize".to_owned(), watch.lap());
        if synthesis.pairs.is_empty() {
            let attempts = synthesis.rejected.values().sum::<usize>();
            trace.note = Some(format!("no valid example came of {attempts} attempts; the base answer stands"));
            return Ok(());
        }
        log.phase(Phase::Train);
        let (adapter, training) = self.adapt(task, &synthesis.pairs, start, options, cancel, log).await?;
        trace.training = Some(training.clone());
        seconds.insert("train".to_owned(), watch.lap());
        if options.gate {
            log.phase(Phase::Gate);
            let how = Writing::greedy(options.max_answer_tokens, options.constrained);
            let answer = &trace.base_answer.calls;
            let held_back = self
                .synthesizer(*session, options.pairs())?
                .one_more(task, answer, &synthesis.pairs, options.seed)
                .await?;
            let weights = (start.map(|adapter| &adapter.weights), &adapter.weights);
            let report = self.gate(task, held_back.as_ref(), &self.canaries.all(), weights, how, cancel).await?;
            trace.gate = Some(report);
            seconds.insert("gate".to_owned(), watch.lap());
            if let Some(reason) = report.reason() {
                trace.note = Some(format!("{reason}; the base answer stands"));
                return Ok(());
            }
        }
        log.phase(Phase::AnswerAgain);
        let session = self.session(Some(&adapter.weights), cancel);
        let prefix = session.prefill(prompt).await?;
        let answer = self.answer(&session, &prefix, task, options, Which::Adapted, log).await?.0;
        seconds.insert("answer_again".to_owned(), watch.lap());
        if options.keep.is_some() {
            trace.margin_after = Some(self.score(&session, &prefix, task, options).await?.margin);
            seconds.insert("score_again".to_owned(), watch.lap());
        }
        trace.answer = answer;
        trace.adapted = true;
        if let Some(name) = &options.keep {
            cancel.check()?;
            log.phase(Phase::Store);
            let margins = (trace.uncertainty.margin, trace.margin_after);
            self.keep(name, &adapter, task, (&synthesis, &training), margins).await?;
            trace.stored = Some(name.clone());
            seconds.insert("store".to_owned(), watch.lap());
        }
        Ok(())
    }

    async fn score(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        task: &Task,
        options: &AskOptions,
    ) -> Result<Uncertainty> {
        let format = self.prompts.format();
        uncertainty::score(session, &self.tokenizer, format, prefix, task, options.score).await
    }

    /// Refuses a name for what will be learned that belongs to another adapter, before any work is done.
    pub(super) async fn check_name(&self, options: &AskOptions) -> Result<()> {
        let Some(name) =
            options.keep.as_ref().filter(|name| !options.replace && options.adapter.as_ref() != Some(name))
        else {
            return Ok(());
        };
        if self.store.list().await?.iter().any(|stored| stored.name == *name) {
            let reason = format!("an adapter `{name}` is stored already; choose another name, or allow to replace it");
            return Err(Error::invalid("keep", reason));
        }
        Ok(())
    }

    /// A greedy answer behind a prefilled prompt.
    async fn answer(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        task: &Task,
        options: &AskOptions,
        which: Which,
        log: &Log,
    ) -> Result<(Answer, Generation)> {
        let how = Writing::greedy(options.max_answer_tokens, options.constrained);
        let tell = |text| log.put(Event::Token { answer: which, text });
        let (answer, generation) = self.respond(session, prefix, task, how, tell).await?;
        log.put(Event::Answer { answer: which, result: answer.clone() });
        Ok((answer, generation))
    }

    async fn synthesize(
        &self,
        session: &Session<'_>,
        task: &Task,
        answer: &[ToolCall],
        options: &AskOptions,
        log: &Log,
    ) -> Result<Synthesis> {
        self.synthesizer(*session, options.pairs())?
            .run(task, answer, options.seed, |pair, rejection| log.put(Event::attempt(pair, rejection)))
            .await
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

pub(super) fn check_task(task: &Task) -> Result<()> {
    if task.query().trim().is_empty() {
        return Err(Error::invalid("query", "it is empty"));
    }
    if task.tools.is_empty() {
        return Err(Error::invalid("tools", "the menu is empty; give at least one tool"));
    }
    check_menu(&task.tools)
}
