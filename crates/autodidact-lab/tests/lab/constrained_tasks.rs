//! What the generator writes can be written under the grammar of its menu.

use std::path::Path;

use autodidact::{
    error::Result,
    grammar::{Constraint, Grammar, Vocabulary},
    prompt::{PairOrder, PromptBuilder},
    tokenizer::Tokenizer,
};
use autodidact_lab::taskgen::{Generator, GeneratorConfig, Split};

fn seed() -> (Tokenizer, PromptBuilder, Vec<u32>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../autodidact-cli/model/seed");
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    let tokenizer = Tokenizer::from_bytes(&read("tokenizer.json")).unwrap();
    let prompts = PromptBuilder::from_config(Some(&read("tokenizer_config.json")), None).unwrap();
    let end = tokenizer.token_to_id("<|end|>").unwrap();
    (tokenizer, prompts, vec![end])
}

/// True when the whole text can be written, and may end where it ends.
fn writes(constraint: &mut Constraint, tokenizer: &Tokenizer, text: &str) -> Result<bool> {
    for id in tokenizer.encode(text)? {
        if !constraint.allowed()?.contains(id as usize) {
            return Ok(false);
        }
        constraint.accept(id)?;
    }
    constraint.may_end()
}

#[test]
fn what_the_generator_writes_is_allowed() {
    let (tokenizer, prompts, eos) = seed();
    let vocabulary = Vocabulary::new(&tokenizer, &eos).unwrap();
    let mut generator = Generator::new(Split::Train, 3, GeneratorConfig::default());
    for _ in 0..60 {
        let example = generator.sample();
        let mut answer = vocabulary.constrain(&Grammar::answer(prompts.format(), &example.tools)).unwrap();
        let text = prompts.answer_text(&example.calls);
        assert!(writes(&mut answer, &tokenizer, &text).unwrap(), "{text}");
        let pair = generator.similar(&example);
        if pair.calls.is_empty() {
            continue;
        }
        for order in [PairOrder::QueryFirst, PairOrder::CallFirst] {
            let grammar = Grammar::pair(prompts.format(), prompts.style(), order, &example.tools);
            let text = prompts.synthesis_text(&pair, order);
            assert!(writes(&mut vocabulary.constrain(&grammar).unwrap(), &tokenizer, &text).unwrap(), "{text}");
        }
    }
}
