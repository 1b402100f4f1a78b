//! Runs a task through all modes. What several of them need is computed once.

mod baseline;
mod in_context;
mod reordered;
mod update;
mod whole;

use std::collections::{BTreeMap, HashMap};

use super::{
    estimators::Scores,
    matching::{canonical_calls, names_match, strict_match},
    modes::{Mode, Source},
    plan::{Key, Plan, Setting},
    record::{CONTEXT, PairCounts, Record},
    seeds::task_seed,
    suite::{Item, Suite},
    teacher::Teacher,
};
use autodidact::{
    adaptation::TrainEvent,
    adapter::Adapter,
    agent::{Agent, Answer, Canary, GateReport, Writing, perplexity},
    error::{Error, Result},
    inference::{Cancel, Generation, Prefix, Sampling},
    platform::Stopwatch,
    synthesis::Synthesis,
    task::{Pair, Task},
    uncertainty::{self, Candidate, Uncertainty},
};

/// Runs tasks by a plan.
pub struct Runner<'a> {
    agent: &'a Agent,
    plan: &'a Plan,
    teacher: Option<&'a dyn Teacher>,
    train: &'a [Item],
    cancel: &'a Cancel,
    /// Adapters of the `sft` baseline, by seed and setting.
    sft: HashMap<(u64, String), Adapter>,
    /// Tasks that the gate asks again, when they are known.
    canaries: Option<Vec<Canary>>,
    /// Sees the steps of the `sft` baseline, which can take long.
    watch: Box<dyn Fn(TrainEvent) + 'a>,
}

type Seconds = BTreeMap<String, f64>;

/// What the model does before any learning.
struct Base {
    prompt: Vec<u32>,
    prefix: Prefix,
    scores: Scores,
    answer: Answer,
    candidates: Vec<Candidate>,
    log_probs: Vec<f32>,
    seconds: Seconds,
}

/// An update, with what was answered with it so far.
struct Update {
    synthesis: Option<PairCounts>,
    pairs: Vec<Pair>,
    note: Option<String>,
    adapter: Option<Adapter>,
    scores: Option<Scores>,
    again: Option<(Prefix, Answer)>,
    samples: Option<Vec<Answer>>,
    seconds: Seconds,
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
    item: &'t Item,
    base: Base,
    samples: HashMap<u64, (Vec<Answer>, f64)>,
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
}

impl<'a> Runner<'a> {
    /// A runner. `train` are the tasks of the training file, for the modes that need one.
    pub fn new(
        agent: &'a Agent,
        plan: &'a Plan,
        teacher: Option<&'a dyn Teacher>,
        train: &'a [Item],
        cancel: &'a Cancel,
    ) -> Self {
        Self { agent, plan, teacher, train, cancel, sft: HashMap::new(), canaries: None, watch: Box::new(|_| {}) }
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
        item: &Item,
        wanted: impl Fn(&Key) -> bool,
        mut emit: impl FnMut(Record) -> Result<()>,
    ) -> Result<()> {
        let mut keys = self.plan.keys(suite, &item.id, item.example.is_some());
        keys.retain(|(key, _)| wanted(key));
        if keys.is_empty() {
            return Ok(());
        }
        let base = match self.base(&item.task).await {
            Ok(base) => base,
            Err(Error::ContextOverflow { .. }) => {
                for (key, _) in keys {
                    emit(overflown(key))?;
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
        for (key, setting) in keys {
            let outcome = self.outcome(&mut progress, &key, &setting).await?;
            emit(self.record(&progress, key, outcome))?;
        }
        Ok(())
    }

    /// Prefill, score and greedy answer.
    async fn base(&self, task: &Task) -> Result<Base> {
        let mut seconds = Seconds::new();
        let mut watch = Stopwatch::start();
        let prompt = self.agent.answer_ids(task)?;
        let session = self.agent.session(None, self.cancel);
        let prefix = session.prefill(&prompt).await?;
        seconds.insert("prefill".into(), watch.lap());
        let format = self.agent.prompts().format();
        let scored =
            uncertainty::score(&session, self.agent.tokenizer(), format, &prefix, task, self.plan.score).await?;
        seconds.insert("score".into(), watch.lap());
        let how = self.plan.greedy();
        let (answer, generation) = self.agent.respond(&session, &prefix, task, how, |_| {}).await?;
        seconds.insert("answer".into(), watch.lap());
        let scores = scores(&scored, &generation);
        let (candidates, log_probs) = (scored.candidates, generation.log_probs);
        Ok(Base { prompt, prefix, scores, answer, candidates, log_probs, seconds })
    }

    async fn outcome(&mut self, progress: &mut Progress<'_>, key: &Key, setting: &Setting) -> Result<Outcome> {
        let mode = key.mode;
        let seconds = progress.base.seconds.clone();
        match (mode, mode.source()) {
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
                let (answers, taken) = self.base_samples(progress, key.seed).await?;
                let mut seconds = seconds;
                seconds.insert("sample".into(), taken);
                Ok(Outcome { answers, seconds, ..Outcome::default() })
            }
            _ => Ok(Outcome { answers: vec![progress.base.answer.clone()], seconds, ..Outcome::default() }),
        }
    }

    fn selects(&self, scores: &Scores) -> bool {
        self.plan.updates_all() || self.plan.is_unsure(scores)
    }

    async fn base_samples(&self, progress: &mut Progress<'_>, seed: u64) -> Result<(Vec<Answer>, f64)> {
        if let Some(samples) = progress.samples.get(&seed) {
            return Ok(samples.clone());
        }
        let watch = Stopwatch::start();
        let answers = self.sample(progress, None, &progress.base.prefix, seed).await?;
        let samples = (answers, watch.seconds());
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
        let session = self.agent.session(adapter.map(|a| &a.weights), self.cancel);
        let config = self.plan.samples;
        let mut answers = Vec::with_capacity(config.answers);
        for index in 0..config.answers {
            let seed = task_seed(seed, &format!("sample {index}/{}", progress.suite), &progress.item.id);
            let sampling = Sampling { temperature: config.temperature, top_k: 0, top_p: config.top_p, seed };
            let how = Writing { sampling, ..self.plan.greedy() };
            answers.push(self.agent.respond(&session, prefix, &progress.item.task, how, |_| {}).await?.0);
        }
        Ok(answers)
    }

    fn record(&self, progress: &Progress<'_>, key: Key, outcome: Outcome) -> Record {
        let Progress { item, base, .. } = progress;
        let mode = key.mode;
        let right =
            |answer: &Answer| is_readable(answer) && strict_match(&answer.calls, &item.gold, item.accept.as_deref());
        let named = |answer: &Answer| is_readable(answer) && names_match(&answer.calls, &item.gold);
        let any = matches!(mode, Mode::Pass5 | Mode::TtSiPass5);
        let chosen = if any {
            outcome.answers.iter().find(|a| right(a)).or(outcome.answers.first()).cloned()
        } else {
            vote(&outcome.answers).cloned()
        };
        let answer = chosen.unwrap_or_default();
        let (strict, names) =
            if any { (right(&answer), outcome.answers.iter().any(named)) } else { (right(&answer), named(&answer)) };
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

fn scores(scored: &Uncertainty, generation: &Generation) -> Scores {
    Scores {
        margin: scored.margin,
        max_probability: scored.max_probability,
        entropy: scored.entropy,
        perplexity: Some(perplexity(&generation.log_probs)).filter(|p| p.is_finite()),
        candidates: scored.candidates.len(),
    }
}

fn counts(synthesis: &Synthesis) -> PairCounts {
    let Synthesis { requested, valid, rejected, .. } = synthesis;
    PairCounts { requested: *requested, valid: *valid, rejected: rejected.clone() }
}

/// The record of a task that does not fit the model's context.
fn overflown(key: Key) -> Record {
    Record {
        key,
        strict: false,
        names: false,
        error: Some(CONTEXT.to_owned()),
        text: String::new(),
        calls: Vec::new(),
        issue: None,
        samples: Vec::new(),
        scores: None,
        scores_after: None,
        selected: false,
        learned: false,
        synthesis: None,
        pairs: Vec::new(),
        gate: None,
        note: None,
        seconds: Seconds::new(),
    }
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
