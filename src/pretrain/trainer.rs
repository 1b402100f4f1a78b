//! The pretraining loop: pulled step by step, stopped and resumed at any step.

use burn::tensor::{Device, Tensor};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{
    batching::{MicroBatch, micro_batches},
    config::PretrainConfig,
    document::{Document, DocumentConfig, Writer},
    optimizer::Optimizer,
    splitting::Splitter,
};
use crate::{
    adaptation::{Decay, Schedule},
    error::{Error, Result},
    model::{Decoder, Gradients, ModelFiles, ModelParts, init},
    nn::{Matrix, linear::Trainable},
    platform::{Stopwatch, Workers, readback},
    task::Labelled,
    taskgen::{Generator, GeneratorConfig, Split},
    tokenizer::{PromptBuilder, Tokenizer},
};

/// Tasks that a worker measures at once.
const TASKS_AT_ONCE: usize = 256;
/// Standard deviation of the first weights.
const INIT_DEVIATION: f32 = 0.02;

/// What one step reports.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// Steps done.
    pub step: usize,
    /// All steps.
    pub total: usize,
    /// Loss over the learned tokens, in nats.
    pub loss: f32,
    /// Learning rate of the step.
    pub learning_rate: f64,
    /// Norm of the gradient before clipping.
    pub gradient_norm: f32,
    /// Tokens of documents in the step.
    pub tokens: usize,
    /// Seconds of the step.
    pub seconds: f64,
}

/// A run.
pub struct Pretrainer {
    config: PretrainConfig,
    tokenizer: Tokenizer,
    prompts: PromptBuilder,
    decoder: Decoder,
    optimizer: Optimizer,
    workers: Workers,
    tasks: Vec<Labelled>,
    splitter: Splitter,
    /// Documents of a later step, written while the one before was trained.
    ahead: Option<(usize, Vec<Document>)>,
    end: u32,
    pad: u32,
    origin: Option<ModelFiles>,
}

impl Pretrainer {
    /// A run at its first step.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the tokenizer lacks the named tokens, and those of [`PretrainConfig::model`].
    pub fn new(
        config: PretrainConfig,
        tokenizer: Tokenizer,
        prompts: PromptBuilder,
        end: &str,
        pad: &str,
        device: &Device,
        workers: Workers,
    ) -> Result<Self> {
        config.check()?;
        let id = |token: &str| {
            tokenizer
                .token_to_id(token)
                .ok_or_else(|| Error::Tokenizer { reason: format!("the token `{token}` is missing") })
        };
        let (end, pad) = (id(end)?, id(pad)?);
        let decoder = init::random(config.model(tokenizer.vocab_size(), end)?, config.seed, INIT_DEVIATION, device);
        Self::at_start(config, (decoder, tokenizer, prompts), (end, pad), workers)
    }

    /// A run that starts from the weights of a model, whose tokenizer and prompts it uses. Of the sizes in `config` those
    /// of the model take the place.
    ///
    /// # Errors
    /// Those of [`ModelFiles::read`]; [`Error::Tokenizer`] when no token ends a turn, or when words shall be taken apart
    /// and the tokenizer has no merges.
    pub fn from_model(
        config: PretrainConfig,
        mut files: ModelFiles,
        device: &Device,
        workers: Workers,
    ) -> Result<Self> {
        let ModelParts { decoder, fingerprint, tokenizer, prompts, eos } = files.read(device)?;
        files.shards.clear();
        let config = config.from_model(decoder.config(), &fingerprint);
        config.check()?;
        let end =
            *eos.first().ok_or_else(|| Error::Tokenizer { reason: "the model's files name no end token".into() })?;
        // Padding is never looked at.
        let pad = prompts.template().special_token("pad_token").and_then(|token| tokenizer.token_to_id(token));
        let run = Self::at_start(config, (decoder, tokenizer, prompts), (end, pad.unwrap_or(end)), workers)?;
        Ok(Self { origin: Some(files), ..run })
    }

    fn at_start(
        config: PretrainConfig,
        (decoder, tokenizer, prompts): (Decoder, Tokenizer, PromptBuilder),
        (end, pad): (u32, u32),
        workers: Workers,
    ) -> Result<Self> {
        let decoder = decoder.with_precision(config.precision);
        let optimizer = Optimizer::new(decoder.config(), &decoder.weights().parameters(), config.weight_decay)
            .with_kernels(decoder.kernels());
        let splitter = Splitter::new(&tokenizer, config.split_rate)?;
        let (tasks, ahead, origin) = (Vec::new(), None, None);
        Ok(Self { config, tokenizer, prompts, decoder, optimizer, workers, tasks, splitter, ahead, end, pad, origin })
    }

    /// Mixes these tasks among those of the generator, at the rate of the settings, whose `tasks_digest` names them. Tasks
    /// longer than a document may be are left out; the second value is how many are used.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when there are tasks and none fits, and those of the template and the tokenizer.
    pub fn with_tasks(mut self, mut tasks: Vec<Labelled>) -> Result<(Self, usize)> {
        let given = tasks.len();
        let fits = |labelled: &Labelled| -> Result<bool> {
            let prompt = self.tokenizer.encode(&self.prompts.answer_prompt(&labelled.task)?)?;
            let answer = self.tokenizer.encode(&self.prompts.answer_text(&labelled.calls))?;
            // The end of the turn is a token too.
            Ok(prompt.len() + answer.len() < self.config.max_len)
        };
        let fit = self.workers.map(tasks.chunks(TASKS_AT_ONCE).collect(), |part| part.iter().map(fits).collect())?;
        let mut fit = fit.into_iter().flat_map(|part: Vec<bool>| part);
        tasks.retain(|_| fit.next().unwrap_or(false));
        if tasks.is_empty() && given > 0 {
            let reason = format!("all {given} are longer than {} tokens", self.config.max_len);
            return Err(Error::invalid("tasks", reason));
        }
        let used = tasks.len();
        self.tasks = tasks;
        Ok((self, used))
    }

    /// The files of the model that the run started from, without its weights.
    pub fn origin(&self) -> Option<&ModelFiles> {
        self.origin.as_ref()
    }

    /// Settings.
    pub fn config(&self) -> &PretrainConfig {
        &self.config
    }

    /// The model as it is now.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The tokenizer of the run.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The prompts of the run.
    pub fn prompts(&self) -> &PromptBuilder {
        &self.prompts
    }

    /// Steps done.
    pub fn step_count(&self) -> usize {
        self.optimizer.steps()
    }

    /// True when all steps are done.
    pub fn is_finished(&self) -> bool {
        self.optimizer.steps() >= self.config.steps
    }

    /// The state of the optimizer.
    pub fn optimizer(&self) -> &Optimizer {
        &self.optimizer
    }

    /// Puts a saved state back.
    ///
    /// # Errors
    /// [`Error::Integrity`] when the number of matrices differs.
    pub fn restore(&mut self, parameters: Vec<Matrix>, state: Vec<Matrix>, steps: usize) -> Result<()> {
        let other = || Error::Integrity { what: "checkpoint".into(), reason: "it is of another model".into() };
        let weights = self.decoder.weights().with_parameters(parameters, self.decoder.config()).ok_or_else(other)?;
        if !self.optimizer.set_state(state, steps) {
            return Err(other());
        }
        self.decoder = self.decoder.with_weights(weights);
        Ok(())
    }

    /// The documents of a step: a function of the seed and the step alone, so that a resumed run sees what it would
    /// have seen.
    ///
    /// # Errors
    /// Those of the template and the tokenizer.
    pub fn documents(&self, step: usize) -> Result<Vec<Document>> {
        let c = &self.config;
        let seed = c.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(step as u64);
        let full = GeneratorConfig::default();
        let grown = full.max_tools * step / c.ramp_steps.max(1);
        let max_tools = if step < c.ramp_steps { grown.max(2).min(full.max_tools) } else { full.max_tools };
        let full = GeneratorConfig { max_tools, ..full };
        let strange = GeneratorConfig {
            coined_rate: 0.35,
            compound_rate: 0.4,
            param_description_rate: 0.6,
            optional_rate: 0.6,
            ..full
        };
        let mut strange = Generator::new(Split::Train, !seed, strange);
        let mut generator = Generator::new(Split::Train, seed, full);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let settings = DocumentConfig {
            max_turns: c.max_turns,
            synthesis_rate: c.synthesis_rate,
            max_len: c.max_len,
            read_weight: if step < c.read_steps { 1.0 } else { 0.0 },
            splits: c.split_rate > 0.0 && step >= c.split_from,
        };
        let writer = Writer::new(&self.tokenizer, &self.prompts, &self.splitter, self.end, settings);
        let mut documents = Vec::new();
        let mut tokens = 0;
        while tokens < c.step_tokens {
            let document = if !self.tasks.is_empty() && rng.random_bool(c.tasks_rate) {
                writer.labelled(&self.tasks[rng.random_range(0..self.tasks.len())], &mut rng)?
            } else {
                let strange_one = c.strange_rate > 0.0 && rng.random_bool(c.strange_rate);
                writer.document(if strange_one { &mut strange } else { &mut generator }, &mut rng)?
            };
            if document.ids.len() <= c.max_len {
                tokens += document.ids.len();
                documents.push(document);
            }
        }
        Ok(documents)
    }

    /// One optimizer step.
    ///
    /// # Errors
    /// Those of [`Pretrainer::documents`], and [`Error::Diverged`] when the loss is not a number.
    pub async fn step(&mut self) -> Result<StepReport> {
        let watch = Stopwatch::start();
        let step = self.optimizer.steps();
        let schedule = Schedule {
            learning_rate: self.config.learning_rate,
            warmup_steps: self.config.warmup_steps,
            total_steps: self.config.steps,
            decay: Decay::Stable { share: self.config.decay_share, root_from: self.config.root_from },
        };
        let learning_rate = schedule.at(step);
        let documents = match self.ahead.take() {
            Some((of, documents)) if of == step => documents,
            _ => self.documents(step)?,
        };
        let tokens = documents.iter().map(|d| d.ids.len()).sum();
        let batches = micro_batches(documents, self.pad, self.config.micro_tokens);
        let next = || if step + 1 < self.config.steps { self.documents(step + 1) } else { Ok(Vec::new()) };
        let (passes, next) = passes(&self.decoder, batches, &self.workers, next)?;
        let update = apply(&self.decoder, &mut self.optimizer, passes, learning_rate, &self.workers)?;
        self.ahead = Some((step + 1, next));
        self.decoder = update.decoder;
        let loss = readback(update.loss).await?.first().copied().unwrap_or(f32::NAN);
        let gradient_norm = readback(update.gradient_norm).await?.first().copied().unwrap_or(f32::NAN);
        if !loss.is_finite() {
            return Err(Error::Diverged { step: step + 1, loss });
        }
        Ok(StepReport {
            step: step + 1,
            total: self.config.steps,
            loss,
            learning_rate,
            gradient_norm,
            tokens,
            seconds: watch.seconds(),
        })
    }
}

/// What an optimizer step leaves.
pub struct Update {
    /// The model with its new weights.
    pub decoder: Decoder,
    /// `[1]`, in nats.
    pub loss: Tensor<1>,
    /// `[1]`, before clipping.
    pub gradient_norm: Tensor<1>,
}

/// Forward and backward passes over all micro-batches, and one step of the optimizer.
///
/// # Errors
/// [`Error::InvalidInput`] when there is no micro-batch, and those of [`Workers::map`].
pub fn update(
    decoder: &Decoder,
    optimizer: &mut Optimizer,
    batches: Vec<MicroBatch>,
    learning_rate: f64,
    workers: &Workers,
) -> Result<Update> {
    let (passes, ()) = passes(decoder, batches, workers, || Ok(()))?;
    apply(decoder, optimizer, passes, learning_rate, workers)
}

/// The gradients of all micro-batches, and the result of `beside`, which the workers do with them.
fn passes<T: Send>(
    decoder: &Decoder,
    batches: Vec<MicroBatch>,
    workers: &Workers,
    beside: impl Fn() -> Result<T> + Sync,
) -> Result<(Vec<Gradients>, T)> {
    // It goes first: it is one piece, and others can fill the time of the other workers.
    let items = std::iter::once(None).chain(batches.into_iter().map(Some)).collect();
    let done = workers.map(items, |item| match item {
        None => Ok((None, Some(beside()?))),
        Some(MicroBatch { tokens, targets }) => {
            Ok((Some(decoder.gradients(&tokens, &targets, None, Trainable::Base)), None))
        }
    })?;
    let (mut passes, mut result) = (Vec::with_capacity(done.len()), None);
    for (pass, beside) in done {
        passes.extend(pass);
        result = result.or(beside);
    }
    let result = result.ok_or_else(|| Error::Backend { reason: "a worker left no result".into() })?;
    Ok((passes, result))
}

/// One step of the optimizer along the sum of the gradients.
fn apply(
    decoder: &Decoder,
    optimizer: &mut Optimizer,
    passes: Vec<Gradients>,
    learning_rate: f64,
    workers: &Workers,
) -> Result<Update> {
    let mut losses = Vec::new();
    let mut sum: Option<Vec<Matrix>> = None;
    for Gradients { loss, parameters } in passes {
        losses.push(loss);
        sum = Some(match sum {
            None => parameters,
            Some(sum) => sum.into_iter().zip(parameters).map(|(a, b)| a.add(b)).collect(),
        });
    }
    let gradients = sum.ok_or_else(|| Error::invalid("step_tokens", "must be above 0"))?;
    let (parameters, gradient_norm) =
        optimizer.step(decoder.weights().parameters(), gradients, learning_rate, workers)?;
    let weights = decoder.weights().with_parameters(parameters, decoder.config());
    let weights = weights.ok_or_else(|| Error::Backend { reason: "gradients and weights differ in number".into() })?;
    Ok(Update { decoder: decoder.with_weights(weights), loss: Tensor::cat(losses, 0).sum(), gradient_norm })
}
