//! Runs a task through all modes. What several of them need is computed once.

use std::collections::{BTreeMap, HashMap};

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    estimators::{Scores, is_unsure},
    matching::{canonical_calls, names_match, strict_match},
    modes::{Mode, Source},
    neighbours::nearest,
    plan::{Key, Plan, Setting, task_seed},
    record::{CONTEXT, PairCounts, Record},
    suite::{Item, Suite},
    teacher::Teacher,
};
use crate::{
    adaptation::{TrainEvent, TrainingExample},
    adapter::Adapter,
    agent::{Agent, Answer, perplexity},
    error::{Error, Result},
    inference::{Cancel, Prefix, Sampling},
    platform::Stopwatch,
    synthesis::Synthesis,
    task::{Pair, Task},
    taskgen::{Generator, GeneratorConfig},
    uncertainty,
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
    seconds: Seconds,
}

/// An update, with what was answered with it so far.
struct Update {
    synthesis: Option<PairCounts>,
    pairs: Vec<Pair>,
    note: Option<String>,
    adapter: Option<Adapter>,
    again: Option<(Prefix, Answer)>,
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
    synthesis: Option<PairCounts>,
    pairs: Vec<Pair>,
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
        Self { agent, plan, teacher, train, cancel, sft: HashMap::new(), watch: Box::new(|_| {}) }
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
        let how = (Sampling::GREEDY, self.plan.max_answer_tokens);
        let (answer, generation) = self.agent.respond(&session, &prefix, task, how, |_| {}).await?;
        seconds.insert("answer".into(), watch.lap());
        let scores = Scores {
            margin: scored.margin,
            max_probability: scored.max_probability,
            entropy: scored.entropy,
            perplexity: Some(perplexity(&generation.log_probs)).filter(|p| p.is_finite()),
        };
        Ok(Base { prompt, prefix, scores, answer, seconds })
    }

    async fn outcome(&mut self, progress: &mut Progress<'_>, key: &Key, setting: &Setting) -> Result<Outcome> {
        let mode = key.mode;
        let seconds = progress.base.seconds.clone();
        match (mode, mode.source()) {
            (Mode::IclTrain, _) => self.in_context_training(progress, setting).await,
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
        self.plan.updates_all() || is_unsure(scores, self.plan.largest_threshold())
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
            let how = (sampling, self.plan.max_answer_tokens);
            answers.push(self.agent.respond(&session, prefix, &progress.item.task, how, |_| {}).await?.0);
        }
        Ok(answers)
    }

    /// TT-SI and its kin: pairs, training, answering again.
    async fn updated(
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
            seconds: progress.base.seconds.clone(),
            ..Outcome::default()
        };
        match (&update.adapter, &update.again) {
            (Some(adapter), Some((prefix, _))) if mode.samples() => {
                let watch = Stopwatch::start();
                outcome.answers = self.sample(progress, Some(adapter), prefix, seed).await?;
                update.seconds.insert("sample_again".into(), watch.seconds());
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
        let mut update =
            Update { synthesis: counts, pairs: synthesis.pairs, note, adapter: None, again: None, seconds };
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
        let how = (Sampling::GREEDY, self.plan.max_answer_tokens);
        let (answer, _) = self.agent.respond(&session, &prefix, &item.task, how, |_| {}).await?;
        update.seconds.insert("answer_again".into(), watch.lap());
        update.again = Some((prefix, answer));
        update.adapter = Some(adapter);
        Ok(update)
    }

    /// The pairs of an update.
    async fn pairs(
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
                self.agent.synthesizer(session, config).run(task, task_seed, |_, _| {}).await
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

    async fn in_context_own(&self, progress: &mut Progress<'_>, seed: u64, setting: &Setting) -> Result<Outcome> {
        let written = self.pairs(progress, (seed, Source::Own), setting).await?;
        let Written { synthesis, note, seconds: taken } = written;
        let mut outcome = self.in_context(progress, synthesis.pairs.clone()).await?;
        outcome.synthesis = Some(counts(&synthesis));
        outcome.note = note.or(outcome.note);
        outcome.seconds.insert("synthesize".into(), taken);
        Ok(outcome)
    }

    async fn in_context_training(&self, progress: &Progress<'_>, setting: &Setting) -> Result<Outcome> {
        let wanted = self.plan.synthesis_for(setting).pairs;
        let near = nearest(progress.item.task.query(), self.train, wanted);
        // The nearest stands last, next to the task.
        let pairs = near.into_iter().rev();
        let pairs = pairs.map(|item| Pair { query: item.task.query().to_owned(), calls: item.gold.clone() }).collect();
        self.in_context(progress, pairs).await
    }

    /// Answers with the pairs before the task, leaving out the first ones until the prompt fits the context.
    async fn in_context(&self, progress: &Progress<'_>, mut pairs: Vec<Pair>) -> Result<Outcome> {
        let task = &progress.item.task;
        let wanted = pairs.len();
        let mut seconds = progress.base.seconds.clone();
        let watch = Stopwatch::start();
        let session = self.agent.session(None, self.cancel);
        while !pairs.is_empty() {
            let prompt = self.agent.prompts().icl_prompt(task, &pairs)?;
            let ids = self.agent.tokenizer().encode(&prompt)?;
            match session.prefill(&ids).await {
                Ok(prefix) => {
                    let how = (Sampling::GREEDY, self.plan.max_answer_tokens);
                    let (answer, _) = self.agent.respond(&session, &prefix, task, how, |_| {}).await?;
                    seconds.insert("answer_again".into(), watch.seconds());
                    let left = wanted - pairs.len();
                    let note = (left > 0).then(|| format!("{left} of {wanted} pairs did not fit the context"));
                    return Ok(Outcome {
                        answers: vec![answer],
                        learned: true,
                        pairs,
                        note,
                        seconds,
                        ..Outcome::default()
                    });
                }
                Err(Error::ContextOverflow { .. }) => pairs.remove(0),
                Err(error) => return Err(error),
            };
        }
        let note = (wanted > 0).then(|| "no pair fits the context".to_owned());
        Ok(Outcome { answers: vec![progress.base.answer.clone()], note, seconds, ..Outcome::default() })
    }

    async fn fine_tuned(&mut self, progress: &Progress<'_>, seed: u64, setting: &Setting) -> Result<Outcome> {
        let name = (seed, setting.hash());
        if !self.sft.contains_key(&name) {
            let adapter = self.fine_tune(seed, setting).await?;
            self.sft.insert(name.clone(), adapter);
        }
        let lora = self.sft.get(&name).map(|adapter| &adapter.weights);
        let watch = Stopwatch::start();
        let session = self.agent.session(lora, self.cancel);
        let prefix = session.prefill(&progress.base.prompt).await?;
        let how = (Sampling::GREEDY, self.plan.max_answer_tokens);
        let (answer, _) = self.agent.respond(&session, &prefix, &progress.item.task, how, |_| {}).await?;
        let seconds = Seconds::from([("answer".to_owned(), watch.seconds())]);
        Ok(Outcome { answers: vec![answer], learned: true, seconds, ..Outcome::default() })
    }

    /// The `sft` baseline: one LoRA on the training file, shuffled by the seed. Tasks that do not fit the context are left
    /// out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when no task is left, and those of the training.
    pub async fn fine_tune(&self, seed: u64, setting: &Setting) -> Result<Adapter> {
        let limit = self.agent.decoder().config().context;
        let mut examples = Vec::with_capacity(self.train.len());
        for item in self.train {
            let example = self.agent.example(&item.task, &item.gold)?;
            if example.prompt.len() + example.response.len() <= limit {
                examples.push(example);
            }
        }
        let seed = task_seed(seed, "sft", "");
        examples.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let mut config = self.plan.adaptation_for(setting);
        (config.steps, config.epochs, config.batch) = (None, self.plan.sft.epochs, self.plan.sft.batch);
        Ok(self.agent.train(examples, None, (&config, seed), self.cancel, &self.watch).await?.0)
    }

    /// Gives the runner an adapter that [`Runner::fine_tune`] made earlier; without, it makes its own when it needs one.
    pub fn set_fine_tuned(&mut self, seed: u64, setting: &Setting, adapter: Adapter) {
        self.sft.insert((seed, setting.of_mode(Mode::Sft).hash()), adapter);
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
            selected: mode.source().is_some() && self.selects(&base.scores),
            key,
            strict,
            names,
            error: None,
            text: answer.text,
            calls: answer.calls,
            issue: answer.error,
            samples,
            scores: Some(base.scores),
            learned: outcome.learned,
            synthesis: outcome.synthesis,
            pairs: outcome.pairs,
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

fn counts(synthesis: &Synthesis) -> PairCounts {
    let Synthesis { requested, valid, rejected, .. } = synthesis;
    PairCounts { requested: *requested, valid: *valid, rejected: rejected.clone() }
}

/// Pairs that need no checks.
fn given(pairs: Vec<Pair>) -> Synthesis {
    Synthesis { requested: pairs.len(), valid: pairs.len(), rejected: BTreeMap::new(), pairs }
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
        selected: false,
        learned: false,
        synthesis: None,
        pairs: Vec::new(),
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
        assert_eq!(winner(&[broken.clone()]).as_deref(), Some("x"));
        assert_eq!(winner(&[]), None);
        assert!(!is_readable(&broken) && is_readable(&answer(None, "No tool fits.")) && is_readable(&a));
    }
}
