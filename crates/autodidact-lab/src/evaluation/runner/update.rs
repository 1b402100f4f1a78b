//! TT-SI and its kin: pairs, training, answering again.

use std::collections::BTreeMap;

use super::{Outcome, Progress, Runner, Seconds, Update, Written, counts, scores};
use crate::{
    evaluation::{
        modes::{Mode, Source},
        plan::Setting,
        seeds::task_seed,
        suite::Item,
    },
    taskgen::{Generator, GeneratorConfig, Split},
};
use autodidact::{
    adaptation::TrainingExample,
    adapter::Adapter,
    agent::{Canary, GateReport},
    error::{Error, Result},
    platform::Stopwatch,
    synthesis::Synthesis,
    task::{Pair, Task},
    uncertainty,
};

/// Canaries of the gate, and how many tasks are looked at for them.
const CANARIES: usize = 3;
const CANARY_TASKS: usize = 40;
const CANARY_SEED: u64 = 77;

impl Runner<'_> {
    /// The outcome of an update, which the modes that share it see in turn.
    pub(super) async fn updated(
        &mut self,
        progress: &mut Progress<'_>,
        mode: Mode,
        (seed, source): (u64, Source),
        setting: &Setting,
    ) -> Result<Outcome> {
        let name = (seed, source, setting.hash());
        let mut update = match progress.update.take() {
            Some((known, update)) if known == name => update,
            _ => self.update(progress, (seed, source), setting).await?,
        };
        let mut outcome = Outcome {
            learned: update.adapter.is_some(),
            synthesis: update.synthesis.clone(),
            pairs: update.pairs.clone(),
            note: update.note.clone(),
            scores: update.scores,
            seconds: progress.base.seconds.clone(),
            ..Outcome::default()
        };
        match (&update.adapter, &update.again) {
            (Some(adapter), Some((prefix, _))) if mode.samples() => {
                outcome.answers = match &update.samples {
                    Some(samples) => samples.clone(),
                    None => {
                        let watch = Stopwatch::start();
                        let samples = self.sample(progress, Some(adapter), prefix, seed).await?;
                        update.seconds.insert("sample_again".into(), watch.seconds());
                        update.samples = Some(samples.clone());
                        samples
                    }
                };
            }
            (Some(adapter), Some((_, answer))) if mode == Mode::TtSiGate => {
                let watch = Stopwatch::start();
                let report = self.gated(progress, (seed, source), setting, &update.pairs, adapter).await?;
                outcome.seconds.insert("gate".into(), watch.seconds());
                outcome.answers = vec![if report.passed { answer.clone() } else { progress.base.answer.clone() }];
                outcome.learned = report.passed;
                outcome.note = report.reason().map(str::to_owned);
                outcome.gate = Some(report);
            }
            (Some(_), Some((_, answer))) => outcome.answers = vec![answer.clone()],
            _ if mode.samples() => {
                let (answers, taken) = self.base_samples(progress, seed).await?;
                outcome.answers = answers;
                outcome.seconds.insert("sample".into(), taken);
            }
            _ => outcome.answers = vec![progress.base.answer.clone()],
        }
        outcome.seconds.extend(update.seconds.clone());
        if !mode.samples() {
            outcome.seconds.remove("sample_again");
        }
        // Measured for the records; no part of what the mode does.
        outcome.seconds.remove("score_again");
        progress.update = Some((name, update));
        Ok(outcome)
    }

    /// What the agent's gate says of an update. The canaries are the same for all tasks, so that their order does not matter.
    async fn gated(
        &mut self,
        progress: &Progress<'_>,
        (seed, source): (u64, Source),
        setting: &Setting,
        pairs: &[Pair],
        adapter: &Adapter,
    ) -> Result<GateReport> {
        let (task, answer) = (&progress.item.task, &progress.base.answer.calls);
        let held_back = match source {
            Source::Own => {
                let session = self.agent.session(None, self.cancel);
                let synthesizer = self.agent.synthesizer(session, self.plan.synthesis_for(setting))?;
                synthesizer.one_more(task, answer, pairs, task_seed(seed, progress.suite, &progress.item.id)).await?
            }
            _ => None,
        };
        let canaries = self.canaries().await?;
        let how = self.plan.greedy();
        self.agent.gate(task, held_back.as_ref(), &canaries, (None, &adapter.weights), how, self.cancel).await
    }

    /// The first generated tasks that the model is sure of.
    async fn canaries(&mut self) -> Result<Vec<Canary>> {
        if let Some(known) = &self.canaries {
            return Ok(known.clone());
        }
        let mut generator = Generator::new(Split::InDistribution, CANARY_SEED, GeneratorConfig::default());
        let mut canaries = Vec::new();
        for _ in 0..CANARY_TASKS {
            let task = generator.sample().task();
            let base = self.base(&task).await?;
            if !self.plan.is_unsure(&base.scores) {
                canaries.push(Canary { task, answer: base.answer.text });
            }
            if canaries.len() == CANARIES {
                break;
            }
        }
        self.canaries = Some(canaries.clone());
        Ok(canaries)
    }

    async fn update(
        &self,
        progress: &mut Progress<'_>,
        (seed, source): (u64, Source),
        setting: &Setting,
    ) -> Result<Update> {
        let item = progress.item;
        let mut seconds = Seconds::new();
        let Written { synthesis, note, seconds: taken } = self.pairs(progress, (seed, source), setting).await?;
        if source != Source::Reference {
            seconds.insert("synthesize".into(), taken);
        }
        let counts = (source != Source::Reference).then(|| counts(&synthesis));
        let mut update = Update {
            synthesis: counts,
            pairs: synthesis.pairs,
            note,
            adapter: None,
            scores: None,
            again: None,
            samples: None,
            seconds,
        };
        if update.pairs.is_empty() {
            return Ok(update);
        }
        let mut watch = Stopwatch::start();
        let examples = update.pairs.iter().map(|pair| match source {
            // The reference answers the task itself, its dialogue included.
            Source::Reference => self.agent.example(&item.task, &pair.calls),
            _ => self.agent.example(&Task::new(pair.query.clone(), item.task.tools.clone()), &pair.calls),
        });
        let examples = examples.collect::<Result<Vec<TrainingExample>>>()?;
        let config = self.plan.adaptation_for(setting);
        let seed = task_seed(seed, progress.suite, &item.id);
        let trained = self.agent.train(examples, None, (&config, seed), self.cancel, |_| {}).await;
        let adapter = match trained {
            Ok((adapter, _)) => adapter,
            Err(Error::ContextOverflow { .. }) => {
                update.note = Some("the pair does not fit the context".into());
                return Ok(update);
            }
            Err(error) => return Err(error),
        };
        update.seconds.insert("train".into(), watch.lap());
        let session = self.agent.session(Some(&adapter.weights), self.cancel);
        let prefix = session.prefill(&progress.base.prompt).await?;
        let read_again = watch.lap();
        let (format, score) = (self.agent.prompts().format(), self.plan.score);
        let scored = uncertainty::score(&session, self.agent.tokenizer(), format, &prefix, &item.task, score).await?;
        let score_again = watch.lap();
        let how = self.plan.greedy();
        let (answer, generation) = self.agent.respond(&session, &prefix, &item.task, how, |_| {}).await?;
        update.seconds.insert("answer_again".into(), read_again + watch.lap());
        update.seconds.insert("score_again".into(), score_again);
        update.scores = Some(scores(&scored, &generation));
        update.again = Some((prefix, answer));
        update.adapter = Some(adapter);
        Ok(update)
    }

    /// The pairs of an update.
    pub(super) async fn pairs(
        &self,
        progress: &mut Progress<'_>,
        (seed, source): (u64, Source),
        setting: &Setting,
    ) -> Result<Written> {
        let config = self.plan.synthesis_for(setting);
        let name = (seed, source, config.pairs);
        if let Some(known) = progress.syntheses.get(&name) {
            return Ok(known.clone());
        }
        let Item { task, gold, example, .. } = progress.item;
        let task_seed = task_seed(seed, progress.suite, &progress.item.id);
        let watch = Stopwatch::start();
        let written = match (source, example) {
            (Source::Own, _) => {
                let session = self.agent.session(None, self.cancel);
                self.agent
                    .synthesizer(session, config)?
                    .run(task, &progress.base.answer.calls, task_seed, |_, _| {})
                    .await
            }
            (Source::Teacher, _) => match self.teacher {
                Some(teacher) => teacher.pairs(task, config, task_seed).await,
                None => Err(Error::invalid("teacher", "none was given")),
            },
            (Source::Neighbours, Some((split, example))) => {
                let mut generator = Generator::new(*split, task_seed, GeneratorConfig::default());
                Ok(given((0..config.pairs).map(|_| generator.similar(example)).collect()))
            }
            (Source::Neighbours, None) => Ok(Synthesis::default()),
            (Source::Reference, _) => Ok(given(vec![Pair { query: task.query().to_owned(), calls: gold.clone() }])),
        };
        let found = match written {
            Ok(synthesis) => Written { synthesis, note: None, seconds: watch.seconds() },
            Err(Error::ContextOverflow { .. }) => {
                let note = "the prompt for pairs does not fit the context".to_owned();
                let synthesis = Synthesis { requested: config.pairs, ..Synthesis::default() };
                Written { synthesis, note: Some(note), seconds: watch.seconds() }
            }
            Err(error) => return Err(error),
        };
        progress.syntheses.insert(name, found.clone());
        Ok(found)
    }
}

/// Pairs that need no checks.
fn given(pairs: Vec<Pair>) -> Synthesis {
    Synthesis { requested: pairs.len(), valid: pairs.len(), rejected: BTreeMap::new(), pairs }
}
