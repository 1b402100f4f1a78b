//! Runs a task through all modes. What several of them need is computed once.

mod baseline;
mod corrected;
mod in_context;
mod update;
mod whole;
mod words;

use std::collections::{BTreeMap, HashMap};

use autodidact::{
    adaptation::TrainEvent,
    adapter::Adapter,
    agent::{Again, Agent, Answer, AskOptions, Canary, GateReport, Learn, Model, Run, Standing, Trained, Writing},
    error::{Error, Result},
    inference::{Cancel, Prefix, Sampling},
    platform::Stopwatch,
    synthesis::Synthesis,
    task::{Pair, Task},
};

use self::{corrected::Course, words::by_rules};
use super::{
    estimators::Scores,
    matching::{canonical_calls, names_match, strict_match},
    modes::{Mode, Source},
    plan::{Key, Plan, Planned, Setting},
    record::{CONTEXT, CourseRecord, PairCounts, Record},
    seeds::task_seed,
    suite::{Suite, SuiteSample, Want},
    teacher::Teacher,
};

/// Runs tasks by a plan.
pub struct Runner<'a> {
    agent: &'a Agent,
    plan: &'a Plan,
    teacher: Option<&'a dyn Teacher>,
    train: &'a [SuiteSample],
    cancel: &'a Cancel,
    /// Adapters of the `sft` baseline, by seed and setting.
    sft: HashMap<(u64, String), Adapter>,
    /// Tasks that the gate asks again, when they are known.
    canaries: Option<Vec<Canary>>,
    /// The courses of the `corrected` mode, by suite.
    courses: HashMap<String, Course>,
    /// Sees the steps of the `sft` baseline, which can take long.
    watch: Box<dyn Fn(TrainEvent) + 'a>,
}

type Seconds = BTreeMap<String, f64>;

/// A run of the agent after its first tier: every mode goes on from a clone of it.
struct Base<'t> {
    run: Run<'t>,
    standing: Standing,
    scores: Scores,
}

impl Base<'_> {
    fn answer(&self) -> &Answer {
        &self.standing.response.answer
    }

    fn seconds(&self) -> Seconds {
        stage_seconds(&self.run)
    }
}

/// Sampled answers.
#[derive(Clone)]
struct Samples {
    answers: Vec<Answer>,
    /// Seconds that they took.
    seconds: f64,
}

/// An adapter that was trained for a task, with what was answered with it so far.
struct Update {
    synthesis: Option<PairCounts>,
    pairs: Vec<Pair>,
    note: Option<String>,
    learned: Option<LearnedAnswer>,
    samples: Option<Vec<Answer>>,
    seconds: Seconds,
}

/// An adapter with the greedy answer after learning.
struct LearnedAnswer {
    trained: Trained,
    again: Again,
    scores: Scores,
}

/// Pairs with the seconds that they took, and why there are none, other than that none was valid.
#[derive(Clone)]
struct Written {
    synthesis: Synthesis,
    note: Option<String>,
    seconds: f64,
}

/// What is known about a task, filled as modes ask for it.
struct Progress<'t> {
    suite: &'t str,
    item: &'t SuiteSample,
    base: Base<'t>,
    samples: HashMap<u64, Samples>,
    syntheses: HashMap<(u64, Source, usize), Written>,
    update: Option<((u64, Source, String), Update)>,
}

/// An answer on its way to a record.
#[derive(Default)]
struct Outcome {
    answers: Vec<Answer>,
    learned: bool,
    scores: Option<Scores>,
    synthesis: Option<PairCounts>,
    pairs: Vec<Pair>,
    gate: Option<GateReport>,
    note: Option<String>,
    seconds: Seconds,
    decided: Option<Want>,
    features: BTreeMap<String, f32>,
    course: Option<CourseRecord>,
}

impl<'a> Runner<'a> {
    /// A runner. `train` are the tasks of the training file, for the modes that need one.
    pub fn new(
        agent: &'a Agent,
        plan: &'a Plan,
        teacher: Option<&'a dyn Teacher>,
        train: &'a [SuiteSample],
        cancel: &'a Cancel,
    ) -> Self {
        Self {
            agent,
            plan,
            teacher,
            train,
            cancel,
            sft: HashMap::new(),
            canaries: None,
            courses: HashMap::new(),
            watch: Box::new(|_| {}),
        }
    }

    /// Tells of the training steps of the `sft` baseline.
    #[must_use]
    pub fn watching(self, watch: impl Fn(TrainEvent) + 'a) -> Self {
        Self { watch: Box::new(watch), ..self }
    }

    /// Computes the records of a task that are `wanted` and hands each to `emit` as soon as it is known.
    ///
    /// # Errors
    /// [`Error::Aborted`], those of the backend and the teacher, and those of `emit`. A task that does not fit the
    /// model's context is no error: its records say so.
    pub async fn task(
        &mut self,
        suite: &Suite,
        item: &SuiteSample,
        wanted: impl Fn(&Key) -> bool,
        mut emit: impl FnMut(Record) -> Result<()>,
    ) -> Result<()> {
        let mut keys = self.plan.keys(suite, &item.id, item.example.is_some());
        keys.retain(|planned| wanted(&planned.key));
        if keys.is_empty() {
            return Ok(());
        }
        let options = self.options(0, &Setting::default());
        let base = match self.base(&item.task, &options).await {
            Ok(base) => base,
            Err(Error::ContextOverflow { .. }) => {
                for planned in keys {
                    emit(overflown(planned.key))?;
                }
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let mut progress = Progress {
            suite: &suite.name,
            item,
            base,
            samples: HashMap::new(),
            syntheses: HashMap::new(),
            update: None,
        };
        for Planned { key, setting } in keys {
            let outcome = match key.mode {
                Mode::Corrected => self.corrected(&progress, suite).await?,
                _ => self.outcome(&mut progress, &key, &setting).await?,
            };
            emit(self.record(&progress, key, outcome))?;
        }
        Ok(())
    }

    fn model(&self) -> &'a Model {
        self.agent.model()
    }

    /// The options of the agent that the plan asks for.
    fn options(&self, seed: u64, setting: &Setting) -> AskOptions {
        let plan = self.plan;
        AskOptions {
            // The modes decide by themselves, or carry everything out.
            decide: false,
            estimator: plan.estimator(),
            learn: learn_below(plan.largest_threshold()),
            // Every record says how sure the model was by every estimator.
            candidates: true,
            seed,
            max_answer_tokens: plan.max_answer_tokens,
            constrained: plan.constrained,
            score: plan.score,
            synthesis: plan.synthesis_for(setting),
            adaptation: plan.adaptation_for(setting),
            ..AskOptions::default()
        }
    }

    /// The first tier of the agent: prompt, score of the candidates and greedy answer.
    async fn base<'t>(&self, task: &'t Task, options: &'t AskOptions) -> Result<Base<'t>>
    where
        'a: 't,
    {
        let mut run = Run::new(self.agent, task, options, self.cancel);
        let standing = run.first_answer().await?;
        let scores = run.trace().uncertainty.scores();
        Ok(Base { run, standing, scores })
    }

    async fn outcome(&mut self, progress: &mut Progress<'_>, key: &Key, setting: &Setting) -> Result<Outcome> {
        let mode = key.mode;
        let seconds = progress.base.seconds();
        match (mode, mode.source()) {
            (Mode::Rules, _) => Ok(by_rules(&progress.item.task)),
            (Mode::Words, _) => self.decided(progress).await,
            (Mode::IclTrain, _) => self.in_context_training(progress, setting).await,
            (Mode::Search, _) if self.selects(&progress.base.scores) => self.searched(progress).await,
            (Mode::Agent, _) if self.selects(&progress.base.scores) => self.asked(progress, key.seed, setting).await,
            (Mode::Reorder, _) if self.selects(&progress.base.scores) => self.reordered(progress, key.seed).await,
            (Mode::Sft, _) => self.fine_tuned(progress, key.seed, setting).await,
            (_, Some(source)) if self.selects(&progress.base.scores) => {
                if mode == Mode::IclSelf {
                    self.in_context_own(progress, key.seed, setting).await
                } else {
                    self.updated(progress, mode, (key.seed, source), setting).await
                }
            }
            _ if mode.samples() => {
                let Samples { answers, seconds: taken } = self.base_samples(progress, key.seed).await?;
                let mut seconds = seconds;
                seconds.insert("sample".into(), taken);
                Ok(Outcome { answers, seconds, ..Outcome::default() })
            }
            _ => Ok(Outcome { answers: vec![progress.base.answer().clone()], seconds, ..Outcome::default() }),
        }
    }

    fn selects(&self, scores: &Scores) -> bool {
        self.plan.updates_all() || self.plan.is_unsure(scores)
    }

    async fn base_samples(&self, progress: &mut Progress<'_>, seed: u64) -> Result<Samples> {
        if let Some(samples) = progress.samples.get(&seed) {
            return Ok(samples.clone());
        }
        let watch = Stopwatch::start();
        let answers = self.sample(progress, None, &progress.base.standing.prefix, seed).await?;
        let samples = Samples { answers, seconds: watch.seconds() };
        progress.samples.insert(seed, samples.clone());
        Ok(samples)
    }

    async fn sample(
        &self,
        progress: &Progress<'_>,
        adapter: Option<&Adapter>,
        prefix: &Prefix,
        seed: u64,
    ) -> Result<Vec<Answer>> {
        let session = self.model().session(adapter.map(|a| &a.weights), self.cancel);
        let config = self.plan.samples;
        let mut answers = Vec::with_capacity(config.answers);
        for index in 0..config.answers {
            let seed = task_seed(seed, &format!("sample {index}/{}", progress.suite), &progress.item.id);
            let sampling = Sampling { temperature: config.temperature, top_k: 0, top_p: config.top_p, seed };
            let writing = Writing { sampling, ..self.plan.greedy() };
            let response = self.model().respond(&session, prefix, &progress.item.task, writing, |_| {}).await?;
            answers.push(response.answer);
        }
        Ok(answers)
    }

    fn record(&self, progress: &Progress<'_>, key: Key, outcome: Outcome) -> Record {
        let Progress { item, base, .. } = progress;
        let mode = key.mode;
        let right =
            |answer: &Answer| is_readable(answer) && strict_match(&answer.calls, &item.gold, item.accept.as_deref());
        let named = |answer: &Answer| is_readable(answer) && names_match(&answer.calls, &item.gold);
        let right = |answer: &Answer| if item.names_only { named(answer) } else { right(answer) };
        let any = matches!(mode, Mode::Pass5 | Mode::TtSiPass5);
        let chosen = if any {
            outcome.answers.iter().find(|a| right(a)).or(outcome.answers.first()).cloned()
        } else {
            vote(&outcome.answers).cloned()
        };
        let answer = chosen.unwrap_or_default();
        let (strict, names) =
            if any { (right(&answer), outcome.answers.iter().any(named)) } else { (right(&answer), named(&answer)) };
        // Where nothing is to be carried out, what counts is that nothing was.
        let held = outcome.decided.is_some_and(|decided| decided != Want::Act);
        let (strict, names) = match item.want {
            Some(Want::Clarify | Want::Decline) if held => (true, true),
            _ => (strict, names),
        };
        let samples = if mode.samples() { outcome.answers.into_iter().map(|a| a.text).collect() } else { Vec::new() };
        Record {
            selected: mode.otherwise().is_some() && self.selects(&base.scores),
            key,
            strict,
            names,
            error: None,
            text: answer.text,
            calls: answer.calls,
            issue: answer.error,
            samples,
            scores: Some(base.scores),
            scores_after: outcome.scores,
            want: item.want,
            decided: outcome.decided,
            features: outcome.features,
            course: outcome.course,
            learned: outcome.learned,
            synthesis: outcome.synthesis,
            pairs: outcome.pairs,
            gate: outcome.gate,
            note: outcome.note,
            seconds: outcome.seconds,
        }
    }
}

/// A text in which a call begins but cannot be read is no answer, though it holds no calls, as a plain one.
fn is_readable(answer: &Answer) -> bool {
    !answer.calls.is_empty() || answer.error.is_none()
}

/// The first of the answers whose calls are most frequent. Answers that cannot be read have no vote, unless all are so.
fn vote(answers: &[Answer]) -> Option<&Answer> {
    let readable: Vec<_> = answers.iter().filter(|a| is_readable(a)).map(|a| (canonical_calls(&a.calls), a)).collect();
    let votes = |calls| readable.iter().filter(|(other, _)| other == calls).count();
    let most = readable.iter().map(|(calls, _)| votes(calls)).max().unwrap_or(0);
    let winner = readable.iter().find(|(calls, _)| votes(calls) == most).map(|(_, answer)| *answer);
    winner.or(answers.first())
}

/// A threshold of a plan as the agent's option.
fn learn_below(threshold: f32) -> Learn {
    match threshold {
        t if t > 1.0 => Learn::Always,
        t if t > 0.0 => Learn::Below(t),
        _ => Learn::Never,
    }
}

/// The seconds of a run by stage, without their sum.
fn stage_seconds(run: &Run<'_>) -> Seconds {
    let mut seconds = run.trace().seconds.clone();
    seconds.remove("total");
    seconds
}

fn counts(synthesis: &Synthesis) -> PairCounts {
    let Synthesis { requested, valid, rejected, .. } = synthesis;
    PairCounts { requested: *requested, valid: *valid, rejected: rejected.clone() }
}

/// The record of a task that does not fit the model's context.
fn overflown(key: Key) -> Record {
    Record { error: Some(CONTEXT.to_owned()), ..Record::new(key) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(city: Option<&str>, text: &str) -> Answer {
        let calls = city.map(|c| serde_json::from_value(json!({"name": "f", "arguments": {"c": c}})).unwrap());
        Answer { text: text.into(), calls: calls.into_iter().collect(), error: None }
    }

    #[test]
    fn votes() {
        let broken = Answer { text: "x".into(), calls: vec![], error: Some("bad_syntax".into()) };
        let winner = |answers: &[Answer]| vote(answers).map(|a| a.text.clone());
        let (a, b) = (answer(Some("Rome"), "1"), answer(Some("ROME "), "2"));
        assert_eq!(winner(&[answer(Some("Oslo"), "0"), a.clone(), b.clone()]).as_deref(), Some("1"));
        assert_eq!(winner(&[broken.clone(), broken.clone(), b]).as_deref(), Some("2"));
        assert_eq!(winner(&[answer(None, "3"), a.clone()]).as_deref(), Some("3"), "the first of a tie");
        assert_eq!(winner(std::slice::from_ref(&broken)).as_deref(), Some("x"));
        assert_eq!(winner(&[]), None);
        assert!(!is_readable(&broken) && is_readable(&answer(None, "No tool fits.")) && is_readable(&a));
    }
}
