//! Training documents: a menu and a few requests over it, each answered, or used as the example for writing another.

use rand::{Rng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::splitting::Splitter;
use crate::taskgen::{GeneratedSample, Generator};
use autodidact::{
    error::Result,
    prompt::{PairOrder, PromptBuilder},
    task::{Message, Role, Sample, Task},
    tokenizer::Tokenizer,
};

/// Tokens with the weight that each has as a target of the loss.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Token ids.
    pub ids: Vec<u32>,
    /// Weight of the loss of predicting each token from those before it; 0 for text that is only read.
    pub weights: Vec<f32>,
}

/// How documents are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DocumentConfig {
    /// Requests per menu, at most.
    pub max_turns: u32,
    /// Share of the documents that teach to write a similar task.
    pub synthesis_rate: f64,
    /// No request is added beyond so many tokens.
    pub max_len: usize,
    /// Weight of the text that the model only reads (menus and requests).
    pub read_weight: f32,
    /// Whether words are taken apart.
    pub splits: bool,
}

/// Writes documents as token ids.
pub struct Writer<'a> {
    tokenizer: &'a Tokenizer,
    prompts: &'a PromptBuilder,
    splitter: &'a Splitter,
    end: u32,
    end_text: String,
    config: DocumentConfig,
}

impl<'a> Writer<'a> {
    /// `end` is the id of the token that ends a turn.
    pub fn new(
        tokenizer: &'a Tokenizer,
        prompts: &'a PromptBuilder,
        splitter: &'a Splitter,
        end: u32,
        config: DocumentConfig,
    ) -> Self {
        let end_text = tokenizer.id_to_token(end).unwrap_or_default();
        Self { tokenizer, prompts, splitter, end, end_text, config }
    }

    /// One document: a menu with a request and a task written after its example, or with one or more answered requests.
    ///
    /// # Errors
    /// Errors of the template and the tokenizer.
    pub fn document(&self, generator: &mut Generator, rng: &mut ChaCha8Rng) -> Result<Document> {
        let example = generator.sample();
        let salt = self.salt(rng);
        if rng.random_bool(self.config.synthesis_rate) {
            self.synthesis(&example, generator, (rng, salt))
        } else {
            self.answers(example, generator, (rng, salt))
        }
    }

    /// Decides how the words of a document come apart. Nothing is drawn where nothing does.
    fn salt(&self, rng: &mut ChaCha8Rng) -> u64 {
        if self.config.splits { rng.random() } else { 0 }
    }

    /// A task that the generator did not make, answered. Its menu is shuffled: there are collections in which the right tool
    /// nearly always stands first, and a model learns that sooner than to read.
    ///
    /// # Errors
    /// Errors of the template and the tokenizer.
    pub fn labelled(&self, labelled: &Sample, rng: &mut ChaCha8Rng) -> Result<Document> {
        let salt = self.salt(rng);
        let mut out = Document::default();
        let mut task = labelled.task.clone();
        task.tools.shuffle(rng);
        self.read(&mut out, &self.prompts.answer_prompt(&task)?, salt)?;
        self.learn(&mut out, &self.prompts.answer_text(&labelled.calls), salt)?;
        Ok(out)
    }

    fn synthesis(
        &self,
        example: &GeneratedSample,
        generator: &mut Generator,
        (rng, salt): (&mut ChaCha8Rng, u64),
    ) -> Result<Document> {
        let order = if rng.random_bool(0.5) { PairOrder::QueryFirst } else { PairOrder::CallFirst };
        let mut out = Document::default();
        self.read(&mut out, &self.prompts.synthesis_prompt(&example.task(), &[], order)?, salt)?;
        self.learn(&mut out, &self.prompts.synthesis_text(&generator.similar(example), order), salt)?;
        Ok(out)
    }

    fn answers(
        &self,
        mut example: GeneratedSample,
        generator: &mut Generator,
        (rng, salt): (&mut ChaCha8Rng, u64),
    ) -> Result<Document> {
        let turns = rng.random_range(1..=self.config.max_turns.max(1));
        let mut out = Document::default();
        let mut task = Task { messages: Vec::new(), tools: example.tools.clone() };
        let mut seen = String::new();
        for turn in 0..turns {
            if turn > 0 {
                example = generator.another(&example);
            }
            task.messages.push(Message::text(Role::User, example.query.clone()));
            let prompt = self.prompts.answer_prompt(&task)?;
            let answer = self.prompts.answer_text(&example.calls);
            // Some templates render a past turn in another way than the model wrote it: there the document ends.
            let Some(new) = prompt.strip_prefix(&seen) else { break };
            let kept = out.ids.len();
            self.read(&mut out, new, salt)?;
            self.learn(&mut out, &answer, salt)?;
            if turn > 0 && out.ids.len() > self.config.max_len {
                out.ids.truncate(kept);
                out.weights.truncate(kept);
                break;
            }
            seen = prompt + &answer + &self.end_text;
            let content = if example.calls.is_empty() { answer } else { String::new() };
            task.messages.push(Message::calling(content, example.calls.clone()));
        }
        Ok(out)
    }

    fn encode(&self, text: &str, salt: u64) -> Result<Vec<u32>> {
        let ids = self.tokenizer.encode(text)?;
        Ok(if self.config.splits { self.splitter.split(&ids, salt) } else { ids })
    }

    fn read(&self, out: &mut Document, text: &str, salt: u64) -> Result<()> {
        let ids = self.encode(text, salt)?;
        out.weights.extend(ids.iter().map(|_| self.config.read_weight));
        out.ids.extend(ids);
        Ok(())
    }

    fn learn(&self, out: &mut Document, text: &str, salt: u64) -> Result<()> {
        let ids = self.encode(text, salt)?;
        out.ids.extend(ids);
        out.ids.push(self.end);
        out.weights.resize(out.ids.len(), 1.0);
        Ok(())
    }
}
