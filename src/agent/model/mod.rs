//! The first of the agent's owners: a loaded model with its tokenizer and its prompts. It reads prompts, answers, scores and trains,
//! and knows nothing of stored adapters or of the question that it works for.

mod fine_tune;
mod respond;
mod similarity;
mod train;

use std::cell::OnceCell;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

pub use self::{
    fine_tune::FineTuned,
    respond::{Response, Writing, perplexity},
    train::{Trained, Training},
};
use super::{conduct::CertaintyTable, facts::Facts};
use crate::{
    error::Result,
    format::bytes::FileBytes,
    grammar::{Constraint, Grammar, Vocabulary},
    identity::{Base, ModelIdentity},
    inference::{Cancel, Prefix, Prefixes, Session},
    model::{Decoder, Dtype, LoraWeights, ModelFiles, ModelParts, export},
    prompt::{PromptBuilder, SynthesisStyle},
    synthesis::{SynthesisConfig, Synthesizer},
    task::Task,
    tokenizer::Tokenizer,
    uncertainty::{self, ScoreConfig, Uncertainty},
};

/// What is known of a loaded model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    /// Name.
    pub name: String,
    /// `model_type` of its configuration.
    pub family: String,
    /// Number of weights.
    pub parameters: u64,
    /// Longest sequence, in tokens.
    pub context: usize,
    /// Rows of the embedding.
    pub vocab: usize,
    /// Fingerprint of the weights.
    pub fingerprint: String,
    /// Which model they are of.
    pub identity: ModelIdentity,
    /// Bytes of the weight files.
    pub bytes: u64,
}

/// A loaded model with its tokenizer and its prompts. Its weights never change.
pub struct Model {
    decoder: Decoder,
    tokenizer: Tokenizer,
    prompts: PromptBuilder,
    eos: Vec<u32>,
    /// Checksum of the base weights when they were loaded.
    checksum: u64,
    report: ModelReport,
    certainty: CertaintyTable,
    /// Made when text is first constrained.
    vocabulary: OnceCell<Vocabulary>,
    /// Prompts without an adapter, so that a menu is read once.
    prefixes: Prefixes,
}

/// Bytes of prompts that are kept. A menu of eleven tools takes 20 to 40 MB of a model of a hundred to five hundred million weights.
const KEPT_BYTES: usize = if cfg!(target_family = "wasm") { 64 << 20 } else { 256 << 20 };

impl Model {
    /// Reads a model directory onto a device.
    ///
    /// # Errors
    /// Errors of the configuration, the tokenizer, the checkpoint and the backend.
    pub async fn read(files: ModelFiles, dtype: Dtype, device: &Device) -> Result<Self> {
        let bytes = files.shards.iter().map(FileBytes::len).sum();
        let ModelParts { decoder, base, tokenizer, prompts, eos } = files.read_as(dtype, device)?;
        let config = decoder.config();
        let report = ModelReport {
            name: files.name,
            family: config.family.model_type().into(),
            parameters: config.parameters() as u64,
            context: config.context,
            vocab: config.vocab_size,
            fingerprint: base.fingerprint,
            identity: base.identity.unwrap_or_default(),
            bytes,
        };
        let certainty = files.certainty.as_deref().map(CertaintyTable::from_json).transpose()?.unwrap_or_default();
        let checksum = export::checksum(&decoder).await?;
        let (vocabulary, prefixes) = (OnceCell::new(), Prefixes::new(KEPT_BYTES));
        Ok(Self { decoder, tokenizer, prompts, eos, checksum, report, certainty, vocabulary, prefixes })
    }

    /// What is known of the model.
    pub fn report(&self) -> &ModelReport {
        &self.report
    }

    /// Which weights it has.
    pub fn base(&self) -> Base {
        Base { fingerprint: self.report.fingerprint.clone(), identity: Some(self.report.identity.clone()) }
    }

    /// How sure its answers are.
    pub fn certainty(&self) -> &CertaintyTable {
        &self.certainty
    }

    /// The transformer.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The prompts.
    pub fn prompts(&self) -> &PromptBuilder {
        &self.prompts
    }

    /// Token ids that end a turn. The first one ends turns in training text.
    pub fn eos(&self) -> &[u32] {
        &self.eos
    }

    /// The model with an adapter, or without. Prompts without one are kept, for the next one that begins with the same menu.
    pub fn session<'a>(&'a self, lora: Option<&'a LoraWeights>, cancel: &'a Cancel) -> Session<'a> {
        Session { prefixes: Some(&self.prefixes), ..Session::new(&self.decoder, lora, cancel) }
    }

    /// Forgets the prompts that are kept, so that the next one is computed from its first token on.
    pub fn forget_prompts(&self) {
        self.prefixes.clear();
    }

    /// Token ids of the prompt behind which a task is answered.
    ///
    /// # Errors
    /// [`Error::Template`](crate::Error::Template) when the template fails on the task, and
    /// [`Error::Tokenizer`](crate::Error::Tokenizer).
    pub fn prompt(&self, task: &Task) -> Result<Vec<u32>> {
        self.tokenizer.encode(&self.prompts.answer_prompt(task)?)
    }

    /// Token ids of the prompt with facts of the system in it. A model that was trained on prompts of its own form has not seen any, and gets
    /// none.
    ///
    /// # Errors
    /// Errors of [`Model::prompt`].
    pub fn prompt_with(&self, task: &Task, facts: &Facts) -> Result<Vec<u32>> {
        match self.prompts.style() {
            SynthesisStyle::Instructed => self.prompt(&facts.before(task)),
            SynthesisStyle::Native => self.prompt(task),
        }
    }

    /// The score of each tool of the menu, behind the prefilled prompt of a task.
    ///
    /// # Errors
    /// Errors of [`uncertainty::score`].
    pub async fn score(
        &self,
        session: &Session<'_>,
        prefix: &Prefix,
        task: &Task,
        config: ScoreConfig,
    ) -> Result<Uncertainty> {
        uncertainty::score(session, &self.tokenizer, self.prompts.format(), prefix, task, config).await
    }

    /// The model's tokens for constrained decoding, read when they are first asked for.
    ///
    /// # Errors
    /// Errors of [`Vocabulary::new`].
    pub fn vocabulary(&self) -> Result<&Vocabulary> {
        if let Some(vocabulary) = self.vocabulary.get() {
            return Ok(vocabulary);
        }
        let vocabulary = Vocabulary::new(&self.tokenizer, &self.eos)?;
        Ok(self.vocabulary.get_or_init(|| vocabulary))
    }

    /// A constraint that lets only texts of the grammar be written.
    ///
    /// # Errors
    /// [`Error::Grammar`](crate::Error::Grammar) for a grammar that cannot be compiled.
    pub fn constrain(&self, grammar: &Grammar) -> Result<Constraint> {
        self.vocabulary()?.constrain(grammar)
    }

    /// Writes pairs like a task.
    ///
    /// # Errors
    /// Errors of [`Model::vocabulary`], when the pairs are constrained.
    pub fn synthesizer<'a>(&'a self, session: Session<'a>, config: SynthesisConfig) -> Result<Synthesizer<'a>> {
        let vocabulary = if config.constrained { Some(self.vocabulary()?) } else { None };
        let (tokenizer, prompts, eos) = (&self.tokenizer, &self.prompts, &self.eos[..]);
        Ok(Synthesizer { session, tokenizer, prompts, eos, vocabulary, config })
    }

    /// True when the base weights, read back, are bit for bit what they were when the model was loaded.
    ///
    /// # Errors
    /// Errors of the backend.
    pub async fn is_unchanged(&self) -> Result<bool> {
        Ok(export::checksum(&self.decoder).await? == self.checksum)
    }
}
