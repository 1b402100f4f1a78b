//! The loop of the method: score, answer, and when unsure synthesize, adapt, answer again, restore.

use std::collections::BTreeMap;

use super::{
    Agent, Answer, AskOptions, Asking, Event, Phase, ScoreReport, Trace, Which,
    learn::{Learning, Log},
    steps::perplexity,
};
use crate::{
    calls::check_menu,
    error::{Error, Result},
    inference::{Cancel, Generation, Prefix, Session},
    platform::Stopwatch,
    storage::AdapterStore,
    task::Task,
    uncertainty::{self, Uncertainty},
};

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

        let mut stored = self.adapter_named(options.adapter.as_deref()).await?;
        let (mut recalled, mut note) = (None, None);
        if options.memory.is_on() {
            log.phase(Phase::Recall);
            match self.recall(task, options, cancel).await {
                Ok(Some((found, adapter))) => {
                    note = found.gate.reason().map(|reason| format!("`{}` was not used: {reason}", found.name));
                    recalled = Some(found);
                    stored = adapter;
                }
                Ok(None) => {}
                Err(error) if stops(&error) => return Err(error),
                // The task can be answered without it.
                Err(error) => note = Some(format!("the memory was not used: {error}")),
            }
            seconds.insert("recall".to_owned(), watch.lap());
        }
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

        // At 0 and above 1 nobody asks how sure it is: such a run goes on from another, or is a sample of one's own.
        if threshold > 0.0 && threshold <= 1.0 || options.update_rate.is_some() {
            self.certainties.remember(report.certainty);
        }
        let mut trace = Trace {
            backend: self.backend.kind.to_string(),
            model: self.model.name.clone(),
            answer: base_answer.clone(),
            base_answer,
            uncertainty: report,
            synthesis: None,
            training: None,
            adapted: false,
            recalled,
            search: None,
            orders: None,
            context: None,
            gate: None,
            margin_after: None,
            seconds: BTreeMap::new(),
            restored: false,
            stored: None,
            note,
        };
        if !trace.uncertainty.unsure {
            // What an adapter answers, the model alone need not; and at a threshold of 0 nobody asked how sure it is.
            if stored.is_none() && threshold > 0.0 {
                self.canaries.remember(task, &trace.base_answer.text);
            }
        } else {
            let learning =
                Learning { given: task, session: &session, prompt: &prompt, start: stored.as_ref(), options, cancel };
            let first = (&prefix, &generation.log_probs[..]);
            let outcome = self.study(&learning, first, &log, (&mut trace, &mut seconds)).await;
            match outcome {
                Ok(()) => {}
                Err(error) if stops(&error) => return Err(error),
                // An answer is there: what went wrong after it is told, and does not take it away.
                Err(error) => trace.add_note(error.to_string()),
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

    pub(super) async fn score(
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
        let Some(name) = &options.keep else { return Ok(()) };
        let refused = |reason: String| Err(Error::invalid("keep", reason));
        if self.session_store.has(name).await? {
            return refused(format!("`{name}` is an adapter that lives as long as this agent; choose another name"));
        }
        let may_replace = options.replace || options.adapter.as_ref() == Some(name);
        if !may_replace && self.store.has(name).await? {
            return refused(format!(
                "an adapter `{name}` is stored already; choose another name, or allow to replace it"
            ));
        }
        Ok(())
    }

    /// A greedy answer behind a prefilled prompt.
    pub(super) async fn answer(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        task: &Task,
        options: &AskOptions,
        which: Which,
        log: &Log,
    ) -> Result<(Answer, Generation)> {
        let how = options.writing();
        let tell = |text| log.put(Event::Token { answer: which, text });
        let (answer, generation) = self.respond(session, prefix, task, how, tell).await?;
        log.put(Event::Answer { answer: which, result: answer.clone() });
        Ok((answer, generation))
    }
}

/// True for what leaves nothing to go on with.
fn stops(error: &Error) -> bool {
    matches!(error, Error::Aborted | Error::DeviceLost { .. } | Error::Backend { .. })
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
