//! The seed model's tokenizer, trained on the generator's own texts.

use crate::{
    error::{Error, Result},
    task::Task,
    taskgen::{Generator, GeneratorConfig, Split},
    tokenizer::{PromptBuilder, SEED_END, SEED_PAD, SEED_TEMPLATE, SEED_TOKENS, Tokenizer, train_bpe},
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

/// Trains the byte-level BPE.
///
/// # Errors
/// Those of [`train_bpe`] and of the template.
pub fn train(vocab_size: usize, seed: u64, prompts: &PromptBuilder) -> Result<Tokenizer> {
    let mut generator = Generator::new(Split::Train, seed ^ 0x70_6b65_6e73, GeneratorConfig::default());
    let mut failure = None;
    let texts = (0..CORPUS_TASKS).map_while(|_| {
        let example = generator.sample();
        let answer = prompts.answer_text(&example.calls);
        match prompts.answer_prompt(&Task::new(example.query, example.tools)) {
            Ok(prompt) => Some(prompt + &answer),
            Err(error) => {
                failure = Some(error);
                None
            }
        }
    });
    let tokenizer = train_bpe(texts, vocab_size, SEED_TOKENS)?;
    match failure {
        Some(error) => Err(error),
        None => Ok(tokenizer),
    }
}
