//! Training of a byte-level BPE vocabulary that is made for copying.
//!
//! A small model that writes tool calls copies most of its output from the prompt: names, dates, numbers. That is
//! easiest when a value has the same tokens wherever it stands: after a space, after a quote, inside of a name. So merges
//! happen only inside of a word, a hump of camel case is a word, digits and punctuation marks (`_` and brackets among them)
//! are tokens of their own, and a space is never part of a word. What that costs is won back where nothing is copied:
//! frequent function words take their space along, and the fixed parts of menus and calls are one token each. The result
//! is an ordinary `tokenizer.json`.

use std::collections::HashSet;

use autodidact::{
    error::{Error, Result},
    prompt::AddedSpec,
    tokenizer::Tokenizer,
};
use serde_json::json;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{
    AddedToken, DecoderWrapper, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer,
    SplitDelimiterBehavior, Tokenizer as HfTokenizer, Trainer,
};

/// In this order: function words with their space; `, `, types of parameters and the quotes around values; words, split at
/// humps; digits and punctuation one by one; white space, whose last character is left to the word that follows.
const SPLIT: &str = concat!(
    r" (?:the|a|an|to|of|with|for|and|is|in|on|by|my|me|at|from|be|should|it|this|our|please|set)(?![\p{L}\p{M}\p{N}_])",
    r#"|, |: (?:string|integer|number|boolean)(?![\p{L}\p{M}\p{N}_])|: |="|", |"\)"#,
    r"|\p{Lu}?[\p{Ll}\p{M}]+|\p{Lu}+(?!\p{Ll})|[\p{L}\p{M}]+",
    r"|\p{N}|[^\s\p{L}\p{M}\p{N}]|\s+(?!\S)|\s",
);

/// Longest token, in bytes: longer ones are rote fragments of the corpus.
const MAX_TOKEN_BYTES: usize = 24;

/// Trains a byte-level BPE on `texts`. The `special` tokens get the first ids in their order, then come the 256 bytes,
/// then merges, until there are `vocab_size` tokens or no pair is left. All texts are held in memory at once; the same
/// texts give the same tokenizer.
///
/// # Errors
/// [`Error::InvalidInput`] when `vocab_size` does not hold the bytes and the special tokens or a special token is empty
/// or named twice; [`Error::Tokenizer`] when training fails.
pub fn train_bpe(texts: impl Iterator<Item = String>, vocab_size: usize, special: &[AddedSpec]) -> Result<Tokenizer> {
    let distinct: HashSet<&str> = special.iter().map(|t| t.content).collect();
    if distinct.len() != special.len() || distinct.contains("") {
        return Err(Error::invalid("special", "tokens must be distinct and not empty"));
    }
    let floor = 256 + special.len();
    if vocab_size < floor {
        return Err(Error::invalid(
            "vocab_size",
            format!("{vocab_size} is below {floor}, the bytes and special tokens"),
        ));
    }
    let added: Vec<AddedToken> = special.iter().map(|t| AddedToken::from(t.content, t.special)).collect();
    let pre_tokenizer = pre_tokenizer()?;
    let mut trainer = BpeTrainer::builder()
        .vocab_size(vocab_size)
        .min_frequency(2)
        .show_progress(false)
        .special_tokens(added.clone())
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .max_token_length(Some(MAX_TOKEN_BYTES))
        .build();
    let texts: Vec<String> = texts.collect();
    trainer
        .feed(texts.iter(), |text| {
            let mut pieces = PreTokenizedString::from(text);
            pre_tokenizer.pre_tokenize(&mut pieces)?;
            let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
            Ok(splits.into_iter().map(|(piece, _, _)| piece.to_owned()).collect())
        })
        .map_err(failure)?;
    drop(texts);
    let mut model = BPE::default();
    trainer.train(&mut model).map_err(failure)?;

    let mut inner = HfTokenizer::new(model);
    inner.with_pre_tokenizer(Some(pre_tokenizer));
    inner.with_decoder(Some(DecoderWrapper::ByteLevel(byte_level())));
    inner.add_tokens(added).map_err(failure)?;
    Tokenizer::from_bytes(&serde_json::to_vec(&inner).map_err(failure)?)
}

/// The `tokenizer_config.json` and `special_tokens_map.json` that belong to a trained tokenizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenizerFiles {
    /// Content of `tokenizer_config.json`.
    pub tokenizer_config: Vec<u8>,
    /// Content of `special_tokens_map.json`.
    pub special_tokens_map: Vec<u8>,
}

/// What stands in the configuration beside the tokenizer.
#[derive(Debug, Clone, Copy)]
pub struct TokenizerSettings<'a> {
    /// Token that ends a turn.
    pub eos_token: &'a str,
    /// Token that fills up a batch.
    pub pad_token: &'a str,
    /// Longest context, in tokens.
    pub model_max_length: usize,
    /// Jinja source of the chat template.
    pub chat_template: &'a str,
    /// Value of the key `call_format` (`hermes`, `llama3_json`, `pythonic`).
    pub call_format: &'a str,
    /// Value of the key `synthesis` (`instructed`, `native`).
    pub synthesis: &'a str,
}

/// Writes the configuration files that make `transformers` open the tokenizer as a `PreTrainedTokenizerFast`.
///
/// # Errors
/// [`Error::InvalidInput`] when the tokenizer lacks a token that is named.
pub fn tokenizer_files(
    tokenizer: &Tokenizer,
    special: &[AddedSpec],
    settings: &TokenizerSettings<'_>,
) -> Result<TokenizerFiles> {
    let mut decoder = serde_json::Map::new();
    for token in special {
        let id = tokenizer.token_to_id(token.content);
        let id = id.ok_or_else(|| Error::invalid(token.content, "the tokenizer has no such token"))?;
        let entry = json!({"content": token.content, "lstrip": false, "normalized": !token.special, "rstrip": false,
            "single_word": false, "special": token.special});
        decoder.insert(id.to_string(), entry);
    }
    for token in [settings.eos_token, settings.pad_token] {
        if tokenizer.token_to_id(token).is_none() {
            return Err(Error::invalid(token, "the tokenizer has no such token"));
        }
    }
    let others: Vec<&str> = special
        .iter()
        .filter(|t| t.special && t.content != settings.eos_token && t.content != settings.pad_token)
        .map(|t| t.content)
        .collect();
    let config = json!({
        "added_tokens_decoder": decoder,
        "additional_special_tokens": others,
        "bos_token": null,
        "call_format": settings.call_format,
        "chat_template": settings.chat_template,
        "clean_up_tokenization_spaces": false,
        "eos_token": settings.eos_token,
        "model_max_length": settings.model_max_length,
        "pad_token": settings.pad_token,
        "synthesis": settings.synthesis,
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": null,
    });
    let map = json!({"additional_special_tokens": others, "eos_token": settings.eos_token,
        "pad_token": settings.pad_token});
    let write = |value| serde_json::to_vec_pretty(value).map_err(|e| Error::Tokenizer { reason: e.to_string() });
    Ok(TokenizerFiles { tokenizer_config: write(&config)?, special_tokens_map: write(&map)? })
}

fn pre_tokenizer() -> Result<PreTokenizerWrapper> {
    let split = Split::new(SplitPattern::Regex(SPLIT.to_owned()), SplitDelimiterBehavior::Isolated, false);
    let split = PreTokenizerWrapper::Split(split.map_err(failure)?);
    Ok(PreTokenizerWrapper::Sequence(Sequence::new(vec![split, PreTokenizerWrapper::ByteLevel(byte_level())])))
}

fn byte_level() -> ByteLevel {
    ByteLevel::new(false, false, false)
}

fn failure(cause: impl std::fmt::Display) -> Error {
    Error::Tokenizer { reason: format!("training failed: {cause}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autodidact::prompt::{SEED_TEMPLATE, SEED_TOKENS};

    fn trained(vocab_size: usize) -> Tokenizer {
        let texts = (0..40).map(|i| format!("<|user|>Find_a hotel in Paris 2024-0{i} find_hotel(city=\"Paris\")"));
        train_bpe(texts, vocab_size, SEED_TOKENS).unwrap()
    }

    fn pieces(tokenizer: &Tokenizer, text: &str) -> Vec<String> {
        tokenizer.encode(text).unwrap().iter().map(|&id| tokenizer.id_to_token(id).unwrap()).collect()
    }

    #[test]
    fn splits_for_copying() {
        let tokenizer = trained(400);
        assert_eq!(
            pieces(&tokenizer, "<|call|>find_hotel(city=\"Paris\", nights=2024)")[..8],
            ["<|call|>", "find", "_", "hotel", "(", "city", "=\"", "Paris"]
        );
        assert_eq!(pieces(&tokenizer, " Paris 2024"), ["Ġ", "Paris", "Ġ", "2", "0", "2", "4"]);
        assert_eq!(pieces(&tokenizer, " in Paris"), ["Ġin", "Ġ", "Paris"]);
        assert_eq!(pieces(&tokenizer, "hotelParisHOTEL")[..2], ["hotel", "Paris"]);
        assert_eq!(pieces(&tokenizer, "hotel()"), ["hotel", "(", ")"]);
        let (whole, prefix) = (pieces(&tokenizer, "<|call|>find_hotel()"), pieces(&tokenizer, "<|call|>find_hotel("));
        assert!(whole.starts_with(&prefix));
    }

    #[test]
    fn special_tokens_come_first_and_every_byte_is_there() {
        let tokenizer = trained(300);
        for (id, token) in SEED_TOKENS.iter().enumerate() {
            assert_eq!(tokenizer.token_to_id(token.content), Some(id as u32), "{}", token.content);
        }
        let text: String = ('\u{0}'..='\u{2ff}').chain("日本語🦀".chars()).collect();
        let ids = tokenizer.encode(&text).unwrap();
        assert_eq!(tokenizer.decode(&ids, false).unwrap(), text);
        assert!(tokenizer.vocab_size() <= 300);
    }

    #[test]
    fn training_is_deterministic() {
        assert_eq!(trained(330).to_bytes().unwrap(), trained(330).to_bytes().unwrap());
    }

    #[test]
    fn bad_sizes_are_named() {
        assert_eq!(train_bpe(std::iter::empty(), 200, SEED_TOKENS).unwrap_err().code(), "InvalidInput");
        let twice = [SEED_TOKENS[0], SEED_TOKENS[0]];
        assert_eq!(train_bpe(std::iter::empty(), 400, &twice).unwrap_err().code(), "InvalidInput");
        assert_eq!(train_bpe(std::iter::empty(), 300, SEED_TOKENS).unwrap().vocab_size(), 256 + SEED_TOKENS.len());
    }

    #[test]
    fn config_files_name_the_tokens() {
        let settings = TokenizerSettings {
            eos_token: "<|end|>",
            pad_token: "<|pad|>",
            model_max_length: 1024,
            chat_template: SEED_TEMPLATE,
            call_format: "pythonic",
            synthesis: "native",
        };
        let tokenizer = trained(300);
        let files = tokenizer_files(&tokenizer, SEED_TOKENS, &settings).unwrap();
        let config: serde_json::Value = serde_json::from_slice(&files.tokenizer_config).unwrap();
        assert_eq!(config["added_tokens_decoder"]["1"]["content"], "<|end|>");
        assert_eq!(config["chat_template"], SEED_TEMPLATE);
        let wrong = TokenizerSettings { eos_token: "<|no|>", ..settings };
        assert!(tokenizer_files(&tokenizer, SEED_TOKENS, &wrong).is_err());
    }

    /// The small tokenizer of the tests of `autodidact`, which cannot train one.
    #[test]
    fn the_fixture_is_what_is_trained() {
        let texts = ["book a hotel in Paris", "find_hotel(city=\"Paris\")"].map(str::to_owned).into_iter();
        let texts = texts.chain((0..30).map(|i| format!("<|user|>find the hotel in Paris: string, 2024-0{i}")));
        let trained = train_bpe(texts, 300, SEED_TOKENS).unwrap().to_bytes().unwrap();
        let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/bpe/tokenizer.json");
        // `AUTODIDACT_WRITE_FIXTURES=1` makes it anew.
        if std::env::var_os("AUTODIDACT_WRITE_FIXTURES").is_some() {
            std::fs::write(&fixture, &trained).unwrap();
        }
        assert_eq!(std::fs::read(&fixture).unwrap(), trained, "{}", fixture.display());
    }
}
