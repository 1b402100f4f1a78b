//! The steps of the loop one by one, for callers that put them together in another way (suites, comparisons).

use super::{Agent, Answer, TrainingReport};
use crate::{
    adaptation::{AdaptationConfig, TrainEvent, Trainer, TrainingExample},
    adapter::Adapter,
    error::Result,
    inference::{Cancel, Generation, Prefix, Sampling, Session, Stop},
    model::{LoraWeights, export},
    synthesis::{SynthesisConfig, Synthesizer},
    task::{Task, ToolCall},
    tokenizer::check_call,
};

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
        (sampling, max_tokens): (Sampling, usize),
        mut on_text: impl FnMut(String),
    ) -> Result<(Answer, Generation)> {
        let mut stream = self.tokenizer.stream();
        let stop = Stop { tokens: &self.eos, max_tokens };
        let generation = session
            .generate(prefix, sampling, &stop, |id| {
                if let Some(text) = stream.push(id)? {
                    on_text(text);
                }
                Ok(())
            })
            .await?;
        if let Some(text) = stream.finish()? {
            on_text(text);
        }
        let text = self.tokenizer.decode(&generation.ids, true)?;
        let answer = match self.prompts.parse_answer(&text) {
            Ok(calls) => {
                let issue = calls.iter().find_map(|call| check_call(call, &task.tools).err());
                Answer { text, calls, error: issue.map(|i| i.reason().to_owned()) }
            }
            Err(failure) => Answer { text, calls: Vec::new(), error: Some(failure.reason().to_owned()) },
        };
        Ok((answer, generation))
    }

    /// Writes pairs like a task.
    pub fn synthesizer<'a>(&'a self, session: Session<'a>, config: SynthesisConfig) -> Synthesizer<'a> {
        Synthesizer { session, tokenizer: &self.tokenizer, prompts: &self.prompts, eos: &self.eos, config }
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
