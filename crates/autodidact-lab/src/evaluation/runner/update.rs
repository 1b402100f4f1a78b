//! TT-SI and its kin: pairs, training, answering again. The tiers are the agent's own.

use std::collections::BTreeMap;

use autodidact::{
    agent::{Canary, Examples, Trace, Trained},
    error::{Error, Result},
    platform::Stopwatch,
    synthesis::Synthesis,
    task::Pair,
};

use super::{LearnedAnswer, Outcome, Progress, Runner, Samples, Seconds, Update, Written, counts};
use crate::{
    evaluation::{
        estimators::Scores,
        modes::{Mode, Source},
        plan::Setting,
        seeds::task_seed,
        suite::SuiteSample,
    },
    taskgen::{Generator, GeneratorConfig, Split},
};

/// Canaries of the gate, and how many tasks are looked at for them.
const CANARIES: usize = 3;
const CANARY_TASKS: usize = 40;
const CANARY_SEED: u64 = 77;

impl Runner<'_> {
    /// The outcome of an update. Modes that share an update compute it once.
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
            learned: update.learned.is_some(),
            synthesis: update.synthesis.clone(),
            pairs: update.pairs.clone(),
            note: update.note.clone(),
            scores: update.learned.as_ref().map(|learned| learned.scores),
            seconds: progress.base.seconds(),
            ..Outcome::default()
        };
        match &update.learned {
            Some(LearnedAnswer { trained, again, .. }) if mode.samples() => {
                outcome.answers = match &update.samples {
                    Some(samples) => samples.clone(),
                    None => {
                        let watch = Stopwatch::start();
                        let samples = self.sample(progress, Some(&trained.adapter), &again.prefix, seed).await?;
                        update.seconds.insert("sample_again".into(), watch.seconds());
                        update.samples = Some(samples.clone());
                        samples
                    }
                };
            }
            Some(LearnedAnswer { trained, again, .. }) if mode == Mode::TtSiGate => {
                let pairs = update.pairs.clone();
                let trace = self.gated(progress, (seed, source), setting, pairs, trained).await?;
                let report = trace.gate.unwrap_or_default();
                outcome.seconds.extend(trace.seconds.get("gate").map(|seconds| ("gate".to_owned(), *seconds)));
                let answer = if report.passed { &again.response.answer } else { progress.base.answer() };
                outcome.answers = vec![answer.clone()];
                outcome.learned = report.passed;
                outcome.note = report.reason().map(str::to_owned);
                outcome.gate = Some(report);
            }
            Some(LearnedAnswer { again, .. }) => outcome.answers = vec![again.response.answer.clone()],
            None if mode.samples() => {
                let Samples { answers, seconds: taken } = self.base_samples(progress, seed).await?;
                outcome.answers = answers;
                outcome.seconds.insert("sample".into(), taken);
            }
            None => outcome.answers = vec![progress.base.answer().clone()],
        }
        outcome.seconds.extend(update.seconds.clone());
        if !mode.samples() {
            outcome.seconds.remove("sample_again");
        }
        progress.update = Some((name, update));
        Ok(outcome)
    }

    /// What the agent's gate says of an update. The canaries are the same for all tasks, so that their order does not matter.
    async fn gated(
        &mut self,
        progress: &Progress<'_>,
        (seed, source): (u64, Source),
        setting: &Setting,
        pairs: Vec<Pair>,
        trained: &Trained,
    ) -> Result<Trace> {
        let canaries = self.canaries().await?;
        let options = self.options(task_seed(seed, progress.suite, &progress.item.id), setting);
        let mut run = progress.base.run.clone().with_options(&options);
        let mut examples = Examples { pairs, held_back: None };
        if source == Source::Own {
            run.hold_back(&progress.base.standing, &mut examples).await?;
        }
        run.gate(&progress.base.standing, &examples, trained, &canaries).await?;
        Ok(run.into_trace())
    }

    /// The first generated tasks that the model is sure of.
    async fn canaries(&mut self) -> Result<Vec<Canary>> {
        if let Some(known) = &self.canaries {
            return Ok(known.clone());
        }
        let mut generator = Generator::new(Split::InDistribution, CANARY_SEED, GeneratorConfig::default());
        let options = self.options(0, &Setting::default());
        let mut canaries = Vec::new();
        for _ in 0..CANARY_TASKS {
            let task = generator.sample().task();
            let base = self.base(&task, &options).await?;
            if !self.plan.is_unsure(&base.scores) {
                canaries.push(Canary { answer: base.answer().text.clone(), task: task.clone() });
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
        let mut update =
            Update { synthesis: counts, pairs: synthesis.pairs, note, learned: None, samples: None, seconds };
        if update.pairs.is_empty() {
            return Ok(update);
        }
        let (base, model) = (&progress.base, self.model());
        let options = self.options(task_seed(seed, progress.suite, &item.id), setting);
        let mut run = base.run.clone().with_options(&options);
        let examples = match source {
            // The reference answers the task itself, its dialogue included.
            Source::Reference => {
                update.pairs.iter().map(|pair| model.example(&item.task, &pair.calls)).collect::<Result<_>>()?
            }
            _ => model.examples(&item.task, &update.pairs)?,
        };
        let trained = match run.train_on(examples).await {
            Ok(trained) => trained,
            Err(Error::ContextOverflow { .. }) => {
                update.note = Some("the pair does not fit the context".into());
                return Ok(update);
            }
            Err(error) => return Err(error),
        };
        let again = run.answer_adapted(&base.standing, &trained).await?;
        let trace = run.into_trace();
        for stage in ["train", "answer_again"] {
            update.seconds.extend(trace.seconds.get(stage).map(|seconds| (stage.to_owned(), *seconds)));
        }
        // For the records: no part of what the mode does, and not in its seconds.
        let session = model.session(Some(&trained.adapter.weights), self.cancel);
        let scored = model.score(&session, &again.prefix, &item.task, self.plan.score).await?;
        let scores = Scores {
            margin: Some(scored.margin),
            max_probability: Some(scored.max_probability),
            entropy: Some(scored.entropy),
            perplexity: again.response.perplexity(),
            candidates: scored.candidates.len(),
        };
        update.learned = Some(LearnedAnswer { trained, again, scores });
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
        let SuiteSample { task, gold, example, .. } = progress.item;
        let task_seed = task_seed(seed, progress.suite, &progress.item.id);
        let watch = Stopwatch::start();
        let written = match (source, example) {
            (Source::Own, _) => {
                let options = self.options(task_seed, setting);
                let mut run = progress.base.run.clone().with_options(&options);
                let written = run.write_examples(&progress.base.standing).await;
                written.map(|_| run.into_trace().synthesis.unwrap_or_default())
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
