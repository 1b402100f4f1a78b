//! The seed model's tokenizer, trained on the texts that the model trains on.

use super::bpe::train_bpe;
use crate::taskgen::{Generator, GeneratorConfig, Split};
use autodidact::{
    error::{Error, Result},
    prompt::{PromptBuilder, SEED_END, SEED_PAD, SEED_TEMPLATE, SEED_TOKENS},
    task::{Sample, Task},
    tokenizer::Tokenizer,
};

/// Tasks whose texts the merges are counted on.
const CORPUS_TASKS: usize = 20_000;

/// The prompts of the seed model: its own template, calls as function calls, synthesis by control tokens.
///
/// # Errors
/// [`Error::Template`] when the template does not compile.
pub fn prompts() -> Result<PromptBuilder> {
    let config = serde_json::json!({
        "chat_template": SEED_TEMPLATE, "call_format": "pythonic", "synthesis": "native",
        "eos_token": SEED_END, "pad_token": SEED_PAD,
    });
    let bytes = serde_json::to_vec(&config).map_err(|e| Error::Template { reason: e.to_string() })?;
    PromptBuilder::from_config(Some(&bytes), None)
}

/// Trains the byte-level BPE on the generator's texts, and on as many of the given tasks, evenly spread.
///
/// # Errors
/// Errors of [`train_bpe`] and of the template.
pub fn train(vocab_size: usize, seed: u64, prompts: &PromptBuilder, tasks: &[Sample]) -> Result<Tokenizer> {
    let mut generator = Generator::new(Split::Train, seed ^ 0x70_6b65_6e73, GeneratorConfig::default());
    let generated = (0..CORPUS_TASKS).map(|_| {
        let example = generator.sample();
        Ok(prompts.answer_prompt(&Task::new(example.query, example.tools))? + &prompts.answer_text(&example.calls))
    });
    let given = tasks.iter().step_by(tasks.len().div_ceil(CORPUS_TASKS).max(1));
    let given = given.map(|given| Ok(prompts.answer_prompt(&given.task)? + &prompts.answer_text(&given.calls)));
    let texts = generated.chain(given).collect::<Result<Vec<String>>>()?;
    train_bpe(texts.into_iter(), vocab_size, SEED_TOKENS)
}
