//! TT-SI and its kin: pairs, training, answering again.

use std::collections::BTreeMap;

use super::{Outcome, Progress, Runner, Seconds, Update, Written, counts, scores};
use crate::{
    adaptation::TrainingExample,
    error::{Error, Result},
    evaluation::{
        estimators::Scores,
        modes::{Mode, Source},
        plan::{Setting, task_seed},
        suite::Item,
    },
    platform::Stopwatch,
    synthesis::Synthesis,
    task::{Pair, Task},
    taskgen::{Generator, GeneratorConfig},
    uncertainty,
};

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
            (Some(_), Some(_)) if mode == Mode::TtSiGate && !update.has_grown(&progress.base.scores) => {
                outcome.answers = vec![progress.base.answer.clone()];
                outcome.learned = false;
                outcome.note = Some("the margin did not grow".into());
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
        if mode != Mode::TtSiGate {
            // Measured for the records; no part of what the mode does.
            outcome.seconds.remove("score_again");
        }
        progress.update = Some((name, update));
        Ok(outcome)
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
                self.agent.synthesizer(session, config)?.run(task, task_seed, |_, _| {}).await
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

impl Update {
    /// The gate: the margin after learning is above the one before.
    fn has_grown(&self, before: &Scores) -> bool {
        self.scores.is_some_and(|after| after.margin > before.margin)
    }
}

/// Pairs that need no checks.
fn given(pairs: Vec<Pair>) -> Synthesis {
    Synthesis { requested: pairs.len(), valid: pairs.len(), rejected: BTreeMap::new(), pairs }
}
