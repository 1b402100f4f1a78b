//! The training loop: pulled step by step. Not pulling pauses it, dropping it cancels it, and the base weights are never
//! touched.

use serde::{Deserialize, Serialize};

use super::{
    AdaptationConfig,
    optimizer::{AdamW, AdamWConfig},
    schedule::Schedule,
};
use crate::{
    adapter::Adapter,
    backend::readback,
    error::{Error, Result},
    inference::{Cancel, Prefixes, Session},
    model::{Decoder, Gradients, Targets, Tokens},
    nn::{Matrix, linear::Trainable},
    platform::{Stopwatch, yield_now},
};

/// A pair as token ids: the loss is taken on the response alone.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingExample {
    /// The prompt.
    pub prompt: Vec<u32>,
    /// What the model should have answered, with the token that ends the turn.
    pub response: Vec<u32>,
}

/// What one optimizer step reports.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
pub struct TrainEvent {
    /// Steps done, from 1.
    pub step: usize,
    /// All steps.
    pub total: usize,
    /// Mean loss over the response tokens before the step, in nats.
    pub loss: f32,
    /// Learning rate of the step.
    pub learning_rate: f64,
    /// Norm of the gradient before clipping.
    pub gradient_norm: f32,
    /// Tokens (prompt and response) per second, since the start.
    pub tokens_per_second: f64,
    /// Seconds left at this pace.
    pub eta_seconds: f64,
}

/// A training run.
pub struct Trainer<'a> {
    decoder: Decoder,
    adapter: Adapter,
    examples: Vec<TrainingExample>,
    optimizer: AdamW,
    schedule: Schedule,
    batch: usize,
    watch: Stopwatch,
    tokens: usize,
    cancel: Cancel,
    /// Where the beginnings of prompts are kept that an activated adapter leaves to the model.
    prefixes: Option<&'a Prefixes>,
}

/// Examples of a step whose prompts begin alike, as far as the adapter leaves them to the model.
struct Group<'a> {
    /// The beginning.
    head: &'a [u32],
    examples: Vec<&'a TrainingExample>,
}

impl<'a> Trainer<'a> {
    /// A run over the examples, starting from `adapter`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without examples, with an empty response, with a prompt that lacks the invocation of an activated adapter, or
    /// for a precision that this machine lacks;
    /// [`Error::ContextOverflow`] for an example that is too long.
    pub fn new(
        decoder: &Decoder,
        adapter: Adapter,
        examples: Vec<TrainingExample>,
        config: &AdaptationConfig,
        cancel: Cancel,
    ) -> Result<Self> {
        config.check()?;
        if examples.is_empty() || examples.iter().any(|e| e.prompt.is_empty() || e.response.is_empty()) {
            return Err(Error::invalid("examples", "there must be at least one, each with a prompt and a response"));
        }
        if examples.iter().any(|e| adapter.weights.start(&e.prompt).is_none()) {
            return Err(Error::invalid("examples", "a prompt lacks the tokens from which on the adapter is at work"));
        }
        let limit = decoder.config().context;
        if let Some(tokens) = examples.iter().map(|e| e.prompt.len() + e.response.len()).find(|n| *n > limit) {
            return Err(Error::ContextOverflow { tokens, limit });
        }
        let total = config.steps_for(examples.len());
        let schedule = Schedule::with_warmup_ratio(config.learning_rate, config.warmup_ratio, total, config.decay);
        let settings = AdamWConfig {
            weight_decay: config.weight_decay,
            decay_vectors: true,
            max_norm: config.max_norm,
            ..AdamWConfig::default()
        };
        let optimizer = AdamW::new(settings, &adapter.weights.parameters());
        Ok(Self {
            decoder: config.precision.of(decoder)?,
            adapter,
            examples,
            optimizer,
            schedule,
            batch: config.batch,
            watch: Stopwatch::start(),
            tokens: 0,
            cancel,
            prefixes: None,
        })
    }

    /// The same run, which takes the beginnings of prompts from those that are kept, and keeps its own there.
    pub fn keeping(self, prefixes: &'a Prefixes) -> Self {
        Self { prefixes: Some(prefixes), ..self }
    }

    /// Takes the next step; `None` when all are done.
    ///
    /// # Errors
    /// [`Error::Aborted`], and [`Error::Diverged`] when the loss is not a number.
    pub async fn next(&mut self) -> Result<Option<TrainEvent>> {
        let (step, total) = (self.optimizer.steps, self.schedule.total_steps);
        if step >= total {
            return Ok(None);
        }
        self.cancel.check()?;
        let picked: Vec<&TrainingExample> = {
            let n = self.examples.len();
            (0..self.batch.min(n)).map(|i| &self.examples[(step * self.batch + i) % n]).collect()
        };
        let responses: usize = picked.iter().map(|example| example.response.len()).sum();
        let mut seen = 0;
        let mut sum: Option<Gradients> = None;
        for group in self.groups(picked) {
            let (tokens, targets) = batch(&group, responses);
            seen += tokens.ids.len();
            let gradients = self.gradients(&group, &tokens, &targets).await?;
            sum = Some(match sum {
                None => gradients,
                Some(sum) => added(sum, gradients),
            });
        }
        self.tokens += seen;
        let Gradients { loss, parameters } =
            sum.ok_or_else(|| Error::Backend { reason: "a step without examples".into() })?;
        let learning_rate = self.schedule.at(step);
        let (updated, norm) = self.optimizer.step(self.adapter.weights.parameters(), parameters, learning_rate);
        self.adapter.weights = self
            .adapter
            .weights
            .with_parameters(updated)
            .ok_or_else(|| Error::Backend { reason: "gradients and weights differ in number".into() })?;
        let loss = readback(loss).await?.first().copied().unwrap_or(f32::NAN);
        let gradient_norm = readback(norm).await?.first().copied().unwrap_or(f32::NAN);
        if !loss.is_finite() {
            return Err(Error::Diverged { step: step + 1, loss });
        }
        yield_now().await;
        let seconds = self.watch.seconds();
        Ok(Some(TrainEvent {
            step: step + 1,
            total,
            loss,
            learning_rate,
            gradient_norm,
            tokens_per_second: self.tokens as f64 / seconds.max(1e-9),
            eta_seconds: seconds / (step + 1) as f64 * (total - step - 1) as f64,
        }))
    }

    /// Tokens computed so far: prompts are included, but for the beginnings that an activated adapter leaves to the model.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// The adapter as it is now.
    pub fn into_adapter(self) -> Adapter {
        self.adapter
    }

    /// Examples that can be computed together, in their order.
    fn groups<'e>(&self, examples: Vec<&'e TrainingExample>) -> Vec<Group<'e>> {
        let mut groups: Vec<Group<'e>> = Vec::new();
        for example in examples {
            let head = &example.prompt[..self.adapter.weights.start(&example.prompt).unwrap_or(0)];
            match groups.iter_mut().find(|group| group.head == head) {
                Some(group) => group.examples.push(example),
                None => groups.push(Group { head, examples: vec![example] }),
            }
        }
        groups
    }

    async fn gradients(&self, group: &Group<'_>, tokens: &Tokens, targets: &Targets) -> Result<Gradients> {
        let weights = &self.adapter.weights;
        if group.head.is_empty() {
            return Ok(self.decoder.gradients(tokens, targets, Some(weights), Trainable::Adapter));
        }
        let session = Session { prefixes: self.prefixes, ..Session::new(&self.decoder, None, &self.cancel) };
        let head = session.begin(group.head, group.head.len(), group.head.len()).await?.cache;
        let past = head.fork(group.examples.len(), group.head.len() + tokens.len());
        Ok(self.decoder.gradients_behind(past, tokens, targets, weights))
    }
}

/// The examples of a group behind their common beginning. Each of the step's response tokens counts the same.
fn batch(group: &Group<'_>, responses: usize) -> (Tokens, Targets) {
    let rest = |example: &'_ TrainingExample| [&example.prompt[group.head.len()..], &example.response].concat();
    let sequences: Vec<Vec<u32>> = group.examples.iter().map(|example| rest(example)).collect();
    let tokens = Tokens::padded(&sequences, 0);
    let width = tokens.len();
    let mut targets = Targets::default();
    for (row, example) in group.examples.iter().enumerate() {
        for (i, id) in example.response.iter().enumerate() {
            targets.rows.push((row * width + example.prompt.len() - group.head.len() + i - 1) as u32);
            targets.ids.push(*id);
        }
    }
    targets.weights = vec![1.0 / responses as f32; targets.ids.len()];
    (tokens, targets)
}

fn added(sum: Gradients, more: Gradients) -> Gradients {
    let parameters = sum.parameters.into_iter().zip(more.parameters).map(|(a, b): (Matrix, Matrix)| a.add(b));
    Gradients { loss: sum.loss.add(more.loss), parameters: parameters.collect() }
}
