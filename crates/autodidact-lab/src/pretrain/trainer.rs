//! The pretraining loop: pulled step by step, stopped and resumed at any step.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::{
    batching::{MicroBatch, micro_batches},
    config::PretrainConfig,
    corpus::Corpus,
    document::Document,
    optimizer::Optimizer,
    splitting::Splitter,
    workers::Workers,
    writers::Writers,
};
use autodidact::{
    adaptation::{Decay, Schedule},
    backend::readback,
    error::{Error, Result},
    model::{Decoder, Gradients, ModelFiles, ModelParts, init},
    nn::{Matrix, linear::Trainable},
    platform::Stopwatch,
    prompt::PromptBuilder,
    task::Sample,
    tokenizer::Tokenizer,
};

/// Tasks that a worker measures at once.
const TASKS_AT_ONCE: usize = 256;
/// Widths of batches on a GPU are multiples of this, so that all rows are aligned, and few kernels are compiled.
const GPU_MULTIPLE: usize = 64;
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
    corpus: Arc<Corpus>,
    decoder: Decoder,
    optimizer: Optimizer,
    workers: Workers,
    /// Started with the first step.
    writers: Option<Writers>,
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
    /// Errors of [`ModelFiles::read`]; [`Error::Tokenizer`] when no token ends a turn, or when words shall be taken apart
    /// and the tokenizer has no merges.
    pub fn from_model(
        config: PretrainConfig,
        mut files: ModelFiles,
        device: &Device,
        workers: Workers,
    ) -> Result<Self> {
        let ModelParts { decoder, base, tokenizer, prompts, eos } = files.read(device)?;
        files.shards.clear();
        let config = config.from_model(decoder.config(), &base.fingerprint);
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
        let corpus = Arc::new(Corpus { config, tokenizer, prompts, tasks: Vec::new(), splitter, end });
        Ok(Self { corpus, decoder, optimizer, workers, writers: None, pad, origin: None })
    }

    /// Mixes these tasks among those of the generator, at the rate of the settings, whose `tasks_digest` names them. Tasks
    /// longer than a document may be are left out; the second value is how many are used.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when there are tasks and none fits, and those of the template and the tokenizer.
    pub fn with_tasks(mut self, mut tasks: Vec<Sample>) -> Result<(Self, usize)> {
        let given = tasks.len();
        let corpus = &self.corpus;
        let fits = |labelled: &Sample| -> Result<bool> {
            let prompt = corpus.tokenizer.encode(&corpus.prompts.answer_prompt(&labelled.task)?)?;
            let answer = corpus.tokenizer.encode(&corpus.prompts.answer_text(&labelled.calls))?;
            // The end of the turn is a token too.
            Ok(prompt.len() + answer.len() < corpus.config.max_len)
        };
        let fit =
            Workers::new(None)?.map(tasks.chunks(TASKS_AT_ONCE).collect(), |part| part.iter().map(fits).collect())?;
        let mut fit = fit.into_iter().flat_map(|part: Vec<bool>| part);
        tasks.retain(|_| fit.next().unwrap_or(false));
        if tasks.is_empty() && given > 0 {
            let reason = format!("all {given} are longer than {} tokens", corpus.config.max_len);
            return Err(Error::invalid("tasks", reason));
        }
        let used = tasks.len();
        Arc::make_mut(&mut self.corpus).tasks = tasks;
        Ok((self, used))
    }

    /// The files of the model that the run started from, without its weights.
    pub fn origin(&self) -> Option<&ModelFiles> {
        self.origin.as_ref()
    }

    /// Settings.
    pub fn config(&self) -> &PretrainConfig {
        &self.corpus.config
    }

    /// The model as it is now.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The tokenizer of the run.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.corpus.tokenizer
    }

    /// The prompts of the run.
    pub fn prompts(&self) -> &PromptBuilder {
        &self.corpus.prompts
    }

    /// Steps done.
    pub fn step_count(&self) -> usize {
        self.optimizer.steps()
    }

    /// True when all steps are done.
    pub fn is_finished(&self) -> bool {
        self.optimizer.steps() >= self.corpus.config.steps
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
        self.writers = None;
        Ok(())
    }

    /// One optimizer step.
    ///
    /// # Errors
    /// Errors of [`Corpus::documents`], and [`Error::Diverged`] when the loss is not a number.
    pub async fn step(&mut self) -> Result<StepReport> {
        let watch = Stopwatch::start();
        let step = self.optimizer.steps();
        let config = &self.corpus.config;
        let schedule = Schedule {
            learning_rate: config.learning_rate,
            warmup_steps: config.warmup_steps,
            total_steps: config.steps,
            decay: Decay::Stable { share: config.decay_share, root_from: config.root_from },
        };
        let learning_rate = schedule.at(step);
        let documents = self.documents(step)?;
        let tokens = documents.iter().map(|d| d.ids.len()).sum();
        let batches = micro_batches(documents, self.pad, self.corpus.config.micro_tokens, self.multiple());
        let update = update(&self.decoder, &mut self.optimizer, batches, learning_rate, &self.workers)?;
        self.decoder = update.decoder;
        let loss = readback(update.loss).await?.first().copied().unwrap_or(f32::NAN);
        let gradient_norm = readback(update.gradient_norm).await?.first().copied().unwrap_or(f32::NAN);
        if !loss.is_finite() {
            return Err(Error::Diverged { step: step + 1, loss });
        }
        Ok(StepReport {
            step: step + 1,
            total: self.corpus.config.steps,
            loss,
            learning_rate,
            gradient_norm,
            tokens,
            seconds: watch.seconds(),
        })
    }

    /// The documents of a step, written beside the training of those before. Steps are asked for one after the other.
    fn documents(&mut self, step: usize) -> Result<Vec<Document>> {
        let writers = match self.writers.take() {
            Some(writers) => writers,
            // Beside the training on the CPU one thread is more than enough.
            None => Writers::start(&self.corpus, step, if self.decoder.on_cpu() { Some(1) } else { None })?,
        };
        let documents = writers.documents(step);
        self.writers = Some(writers);
        documents
    }

    /// Widths of batches are multiples of this.
    fn multiple(&self) -> usize {
        if self.decoder.on_cpu() { 1 } else { GPU_MULTIPLE }
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
    let passes = workers.map(batches, |MicroBatch { tokens, targets }| {
        Ok(decoder.gradients(&tokens, &targets, None, Trainable::Base))
    })?;
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
