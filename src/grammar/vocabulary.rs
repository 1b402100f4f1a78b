//! The tokens of a model as bytes.

use std::sync::Arc;

use llguidance::{
    Matcher, ParserFactory, TokenParser,
    api::TopLevelGrammar,
    token_bytes_from_tokenizer_json,
    toktrie::{ApproximateTokEnv, InferenceCapabilities, TokEnv, TokRxInfo, TokTrie},
};

use serde_json::Value;

use super::failure;
use super::{
    constraint::Constraint,
    lark::{Grammar, styled},
};
use crate::{error::Result, tokenizer::Tokenizer};

/// A model's tokens, ready to be constrained. Made once for a model.
pub struct Vocabulary {
    factory: ParserFactory,
}

impl Vocabulary {
    /// `eos` are the tokens that end a turn.
    ///
    /// # Errors
    /// [`Error::Grammar`] when the tokenizer's tokens cannot be read as bytes (it is neither byte-level nor has it a byte
    /// fallback), or when no token ends a turn.
    pub fn new(tokenizer: &Tokenizer, eos: &[u32]) -> Result<Self> {
        let unusable = |reason: &str| failure(format!("{reason}; switch constrained decoding off for this model"));
        let words = token_bytes_from_tokenizer_json(&tokenizer.parts()?)
            .map_err(|e| unusable(&format!("the bytes of the tokenizer's tokens are unknown ({e})")))?;
        // A model's embedding may have more rows than its tokenizer has tokens.
        let eos: Vec<u32> = eos.iter().copied().filter(|id| (*id as usize) < words.len()).collect();
        let first = *eos.first().ok_or_else(|| unusable("no token of the tokenizer ends a turn"))?;
        let trie = TokTrie::from(&TokRxInfo::new(words.len() as u32, first), &words).with_eos_tokens(&eos);
        let env: TokEnv = Arc::new(ApproximateTokEnv::new(trie));
        let mut factory =
            ParserFactory::new(&env, InferenceCapabilities::default(), &[]).map_err(|e| unusable(&e.to_string()))?;
        factory.quiet();
        factory.limits_mut().verbose_errors = false;
        Ok(Self { factory })
    }

    /// Follows one text of that form. Of a menu's parameter whose schema cannot be enforced (no value fits it, or it is
    /// beyond the library) only the type is.
    ///
    /// # Errors
    /// [`Error::Grammar`] when the schemas cannot be enforced.
    pub fn constrain(&self, grammar: &Grammar) -> Result<Constraint> {
        let parser = match self.parser(grammar.text(&|_| false)) {
            Err(_) if grammar.may_loosen() => self.parser(grammar.text(&|schema| !self.is_enforceable(schema))),
            parser => parser,
        };
        parser.map(|parser| Constraint::new(Matcher::new(Ok(parser))))
    }

    fn is_enforceable(&self, schema: &Value) -> bool {
        self.parser(format!("start: %json {}\n", styled(schema.clone()))).is_ok()
    }

    fn parser(&self, text: String) -> Result<TokenParser> {
        let parser = self.factory.create_parser(TopLevelGrammar::from_lark(text));
        parser.map_err(|e| failure(format!("{e}; mend the schema, or switch constrained decoding off")))
    }
}
