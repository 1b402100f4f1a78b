//! The steps of the loop one by one, for callers that put them together in another way (suites, comparisons).

use std::rc::Rc;

use super::{Agent, Answer, TrainingReport};
use crate::{
    adaptation::{AdaptationConfig, TrainEvent, Trainer, TrainingExample},
    adapter::Adapter,
    calls::check_call,
    error::Result,
    grammar::{Constraint, Grammar, Vocabulary},
    inference::{Cancel, Generation, Prefix, Sampling, Session, Stop},
    model::{LoraWeights, export},
    synthesis::{SynthesisConfig, Synthesizer},
    task::{Pair, Task, Tool, ToolCall},
    uncertainty::{Estimator, Scores},
};

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Writing {
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// Most tokens.
    pub max_tokens: usize,
    /// Only calls of the menu's tools that fit their schemas can be written, or a text without a call.
    pub constrained: bool,
}

impl Writing {
    /// Always the most probable token.
    pub fn greedy(max_tokens: usize, constrained: bool) -> Self {
        Self { sampling: Sampling::GREEDY, max_tokens, constrained }
    }
}

impl Agent {
    /// The model with an adapter, or without.
    pub fn session<'a>(&'a self, lora: Option<&'a LoraWeights>, cancel: &'a Cancel) -> Session<'a> {
        Session { decoder: &self.decoder, lora, cancel }
    }

    /// Token ids of the prompt behind which the task is answered.
    ///
    /// # Errors
    /// Those of the template and the tokenizer.
    pub fn answer_ids(&self, task: &Task) -> Result<Vec<u32>> {
        self.tokenizer.encode(&self.prompts.answer_prompt(task)?)
    }

    /// An answer behind a prefilled prompt. `on_text` sees it as it is written.
    ///
    /// # Errors
    /// Those of [`Session::generate`], the tokenizer and `on_text`.
    pub async fn respond(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        task: &Task,
        how: Writing,
        mut on_text: impl FnMut(String),
    ) -> Result<(Answer, Generation)> {
        self.respond_to(session, prefix, task, how, &mut on_text).await
    }

    async fn respond_to(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        task: &Task,
        how: Writing,
        on_text: &mut dyn FnMut(String),
    ) -> Result<(Answer, Generation)> {
        let stop = Stop::at(&self.eos, how.max_tokens);
        // Without tools nothing can be called.
        let constraint = match how.constrained && !task.tools.is_empty() {
            true => Some(self.vocabulary()?.constrain(&Grammar::answer(self.prompts.format(), &task.tools))?),
            false => None,
        };
        let generation = self.write(session, prefix, (how.sampling, &stop), constraint, on_text).await?;
        Ok((self.read_answer(&generation.ids, &task.tools)?, generation))
    }

    /// Text behind a prefilled prompt. `on_text` sees it as it is written.
    pub(super) async fn write(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        (sampling, stop): (Sampling, &Stop<'_>),
        constraint: Option<Constraint>,
        on_text: &mut dyn FnMut(String),
    ) -> Result<Generation> {
        let mut stream = self.tokenizer.stream();
        let generation = session
            .generate(prefix, sampling, stop, constraint, |id| {
                if let Some(text) = stream.push(id)? {
                    on_text(text);
                }
                Ok(())
            })
            .await?;
        if let Some(text) = stream.finish()? {
            on_text(text);
        }
        Ok(generation)
    }

    /// The calls in what was written, as far as they can be read.
    pub(super) fn read_answer(&self, ids: &[u32], tools: &[Tool]) -> Result<Answer> {
        let text = self.tokenizer.decode(ids, true)?;
        Ok(match self.prompts.parse_answer(&text) {
            Ok(calls) => {
                let issue = calls.iter().find_map(|call| check_call(call, tools).err());
                Answer { text, calls, error: issue.map(|i| i.reason().to_owned()) }
            }
            Err(failure) => Answer { text, calls: Vec::new(), error: Some(failure.reason().to_owned()) },
        })
    }

    /// The model's tokens for constrained decoding, read when they are first asked for.
    ///
    /// # Errors
    /// Those of [`Vocabulary::new`].
    pub fn vocabulary(&self) -> Result<&Vocabulary> {
        if let Some(vocabulary) = self.vocabulary.get() {
            return Ok(vocabulary);
        }
        let vocabulary = Rc::new(Vocabulary::new(&self.tokenizer, &self.eos)?);
        Ok(self.vocabulary.get_or_init(|| vocabulary))
    }

    /// Writes pairs like a task.
    ///
    /// # Errors
    /// Those of [`Agent::vocabulary`], when the pairs are constrained.
    pub fn synthesizer<'a>(&'a self, session: Session<'a>, config: SynthesisConfig) -> Result<Synthesizer<'a>> {
        let vocabulary = if config.constrained { Some(self.vocabulary()?) } else { None };
        let (tokenizer, prompts, eos) = (&self.tokenizer, &self.prompts, &self.eos[..]);
        Ok(Synthesizer { session, tokenizer, prompts, eos, vocabulary, config })
    }

    /// A labelled task as token ids: its answer prompt, and the calls as the model should have written them.
    ///
    /// # Errors
    /// Those of the template and the tokenizer.
    pub fn example(&self, task: &Task, calls: &[ToolCall]) -> Result<TrainingExample> {
        let mut response = self.tokenizer.encode_continuation(&self.prompts.answer_text(calls))?;
        response.extend(self.end);
        Ok(TrainingExample { prompt: self.answer_ids(task)?, response })
    }

    /// Pairs as the model would see them: the menu of the task, the pair's query, the pair's calls.
    pub(super) fn examples(&self, task: &Task, pairs: &[Pair]) -> Result<Vec<TrainingExample>> {
        pairs.iter().map(|p| self.example(&Task::new(p.query.clone(), task.tools.clone()), &p.calls)).collect()
    }

    /// Trains an adapter: `start`, or a fresh one whose first weights come from `seed`.
    ///
    /// # Errors
    /// Those of [`Trainer::new`] and [`Trainer::next`].
    pub async fn train(
        &self,
        examples: Vec<TrainingExample>,
        start: Option<&Adapter>,
        (config, seed): (&AdaptationConfig, u64),
        cancel: &Cancel,
        mut on_step: impl FnMut(TrainEvent),
    ) -> Result<(Adapter, TrainingReport)> {
        self.train_on(examples, start, (config, seed), cancel, &mut on_step).await
    }

    async fn train_on(
        &self,
        examples: Vec<TrainingExample>,
        start: Option<&Adapter>,
        (config, seed): (&AdaptationConfig, u64),
        cancel: &Cancel,
        on_step: &mut dyn FnMut(TrainEvent),
    ) -> Result<(Adapter, TrainingReport)> {
        let adapter = match start {
            Some(adapter) => adapter.clone(),
            None => Adapter::init(config.lora.clone(), self.decoder.config(), seed, self.decoder.device())?,
        };
        let mut trainer = Trainer::new(&self.decoder, adapter, examples, config, cancel.clone())?;
        let mut losses = Vec::new();
        while let Some(event) = trainer.next().await? {
            losses.push(event.loss);
            on_step(event);
        }
        let tokens = trainer.tokens();
        let adapter = trainer.into_adapter();
        let parameters = adapter.weights.count();
        Ok((adapter, TrainingReport { steps: losses.len(), losses, parameters, tokens }))
    }

    /// True when the base weights, read back, are bit for bit what they were when the model was loaded.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn is_unchanged(&self) -> Result<bool> {
        Ok(export::checksum(&self.decoder).await? == self.checksum)
    }
}

/// `exp` of the negative mean log-probability; 1 for no token.
pub fn perplexity(log_probs: &[f32]) -> f32 {
    (-log_probs.iter().sum::<f32>() / log_probs.len().max(1) as f32).exp()
}

/// How sure an answer of that perplexity is, in [0, 1].
pub(super) fn answer_certainty(perplexity: Option<f32>) -> f32 {
    let missing = f32::NAN;
    let perplexity = perplexity.filter(|p| p.is_finite());
    let scores = Scores { margin: missing, max_probability: missing, entropy: missing, perplexity, candidates: 0 };
    Estimator::Perplexity.certainty(&scores)
}
