//! The documents of a run, step by step.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    config::PretrainConfig,
    document::{Document, DocumentConfig, Writer},
    splitting::Splitter,
};
use crate::taskgen::{Generator, GeneratorConfig, Split};
use autodidact::{error::Result, prompt::PromptBuilder, task::Sample, tokenizer::Tokenizer};

/// All that documents are written from.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// Settings.
    pub config: PretrainConfig,
    /// Turns text into tokens.
    pub tokenizer: Tokenizer,
    /// Lays out menus, requests and answers.
    pub prompts: PromptBuilder,
    /// Mixed among those of the generator.
    pub tasks: Vec<Sample>,
    /// Takes words apart.
    pub splitter: Splitter,
    /// The token that ends a turn.
    pub end: u32,
}

impl Corpus {
    /// The documents of a step: a function of the seed and the step alone, so that a resumed run sees what it would
    /// have seen.
    ///
    /// # Errors
    /// Errors of the template and the tokenizer.
    pub fn documents(&self, step: usize) -> Result<Vec<Document>> {
        let c = &self.config;
        let seed = c.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(step as u64);
        let full = GeneratorConfig::default();
        let grown = full.max_tools * step / c.ramp_steps.max(1);
        let max_tools = if step < c.ramp_steps { grown.max(2).min(full.max_tools) } else { full.max_tools };
        let full = GeneratorConfig { max_tools, no_tool_rate: c.no_tool_rate, ..full };
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
}
