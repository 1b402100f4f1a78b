//! `tokenizer.json` from the vocabulary in a GGUF file.

use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::parts::Parts;
use crate::{
    error::{Error, Result},
    format::gguf::MetaValue,
};

/// Kinds of tokens, by their numbers in a file.
const NORMAL: i64 = 1;
const CONTROL: i64 = 3;
const USER_DEFINED: i64 = 4;
const UNUSED: i64 = 5;

/// Contractions, words, single digits, marks and spaces, as Qwen splits them.
const QWEN2: &str =
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// The same with digits by threes, as Llama 3 splits them.
const LLAMA_BPE: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// What llama.cpp splits by where a file names no way: marks, then as GPT-2, then digits, by threes.
const UNNAMED: [&str; 4] = [
    r"[\p{P}\$\+<=>\^~\|]+",
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)",
    r"\p{N}+",
    r"[0-9][0-9][0-9]",
];
/// Longest token of a SentencePiece vocabulary that merges make, in bytes.
const MAX_PIECE: usize = 512;

/// How a byte-level vocabulary splits a text before its merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pre {
    Unnamed,
    Gpt2,
    Smollm,
    Qwen2,
    LlamaBpe,
}

/// Names of the ways of splitting that are known, as `tokenizer.ggml.pre` has them.
const PRES: [(&str, Pre); 9] = [
    ("gpt-2", Pre::Gpt2),
    ("default", Pre::Unnamed),
    ("smollm", Pre::Smollm),
    ("qwen2", Pre::Qwen2),
    ("deepseek-r1-qwen", Pre::Qwen2),
    ("llama-bpe", Pre::LlamaBpe),
    ("llama-v3", Pre::LlamaBpe),
    ("llama3", Pre::LlamaBpe),
    ("smaug-bpe", Pre::LlamaBpe),
];

/// The vocabulary of a file.
pub(super) struct Vocabulary<'f> {
    tokens: &'f [String],
    kinds: &'f [i64],
    model: Model<'f>,
}

enum Model<'f> {
    ByteLevel { pre: Pre, merges: &'f [String] },
    SentencePiece { scores: &'f [f32], prefix: bool },
}

impl<'f> Vocabulary<'f> {
    pub(super) fn of(parts: &Parts<'f>) -> Result<Self> {
        let get = |name: &str| parts.value(&format!("tokenizer.ggml.{name}"));
        let tokens = get("tokens").and_then(MetaValue::as_texts).filter(|tokens| !tokens.is_empty());
        let tokens = tokens.ok_or_else(|| failure("the file has no vocabulary (`tokenizer.ggml.tokens`)"))?;
        let kinds = get("token_type").and_then(MetaValue::as_integers).unwrap_or_default();
        if !kinds.is_empty() && kinds.len() != tokens.len() {
            return Err(failure(format!("it has {} tokens and the kinds of {}", tokens.len(), kinds.len())));
        }
        let model = match get("model").and_then(MetaValue::as_str) {
            Some("gpt2") => {
                let found = get("pre").and_then(MetaValue::as_str).unwrap_or("default");
                let pre = PRES.iter().find(|(name, _)| *name == found).map(|(_, pre)| *pre);
                let known: Vec<&str> = PRES.iter().map(|(name, _)| *name).collect();
                let unknown = || failure(format!("`tokenizer.ggml.pre` is `{found}`; known are: {}", known.join(", ")));
                let merges = get("merges").and_then(MetaValue::as_texts);
                let merges = merges.ok_or_else(|| failure("`tokenizer.ggml.merges` is missing"))?;
                Model::ByteLevel { pre: pre.ok_or_else(unknown)?, merges }
            }
            Some("llama") => {
                let scores = get("scores").and_then(MetaValue::as_floats).filter(|scores| scores.len() == tokens.len());
                let scores = scores.ok_or_else(|| failure("`tokenizer.ggml.scores` does not go with the tokens"))?;
                let prefix = get("add_space_prefix").and_then(MetaValue::as_bool).unwrap_or(true);
                Model::SentencePiece { scores, prefix }
            }
            other => {
                let found = other.unwrap_or("(none)");
                return Err(failure(format!(
                    "`tokenizer.ggml.model` is `{found}`; known are `gpt2` (byte-level BPE) and `llama` (SentencePiece)"
                )));
            }
        };
        Ok(Self { tokens, kinds, model })
    }

    /// Number of tokens, unused ones included.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn token(&self, id: usize) -> Option<&'f str> {
        self.tokens.get(id).map(String::as_str)
    }

    fn kind(&self, id: usize) -> i64 {
        self.kinds.get(id).copied().unwrap_or(NORMAL)
    }

    /// The file as `tokenizers` reads it.
    pub(super) fn tokenizer_json(&self) -> Result<Vec<u8>> {
        let added = |(id, token): (u32, &String)| {
            let kind = self.kind(id as usize);
            matches!(kind, CONTROL | USER_DEFINED).then(|| {
                json!({"id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": kind == CONTROL})
            })
        };
        let (vocab, added_tokens) = (Vocab(self), self.used().filter_map(added).collect());
        let file = match &self.model {
            Model::ByteLevel { pre, merges } => byte_level(*pre, File::new(added_tokens, vocab, Merges::Texts(merges))),
            Model::SentencePiece { scores, prefix } => {
                let merges = Merges::Pairs(self.merges_by_score(scores));
                sentence_piece(*prefix, File::new(added_tokens, vocab, merges))
            }
        };
        serde_json::to_vec(&file).map_err(|e| failure(e.to_string()))
    }

    /// The tokens with their ids, but for unused ones.
    fn used(&self) -> impl Iterator<Item = (u32, &'f String)> {
        let tokens = (0..).zip(self.tokens);
        tokens.filter(|(id, _)| self.kind(*id as usize) != UNUSED)
    }

    /// The merges of a SentencePiece vocabulary, which has scores alone: each token can be made of any two others that it consists of, the
    /// one with the higher score first.
    fn merges_by_score(&self, scores: &[f32]) -> Vec<(&'f str, &'f str)> {
        let ids: HashMap<&str, usize> =
            self.tokens.iter().enumerate().map(|(id, token)| (token.as_str(), id)).collect();
        let mut merges: Vec<(f32, usize, usize, (&'f str, &'f str))> = Vec::new();
        let pieces = self.tokens.iter().enumerate();
        for (id, token) in pieces.filter(|(id, token)| self.kind(*id) == NORMAL && token.len() <= MAX_PIECE) {
            let splits = token.char_indices().skip(1).map(|(at, _)| token.split_at(at));
            let known = splits.filter_map(|(left, right)| Some((*ids.get(left)?, *ids.get(right)?, (left, right))));
            let score = scores.get(id).copied().unwrap_or_default();
            merges.extend(known.map(|(left, right, pair)| (score, left, right, pair)));
        }
        merges.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
        merges.into_iter().map(|(.., pair)| pair).collect()
    }
}

/// A `tokenizer.json`. Its long parts are written as they are read, without a tree of their values.
#[derive(Serialize)]
struct File<'a> {
    version: &'static str,
    truncation: (),
    padding: (),
    added_tokens: Vec<Value>,
    normalizer: Value,
    pre_tokenizer: Value,
    post_processor: (),
    decoder: Value,
    model: Bpe<'a>,
}

#[derive(Serialize)]
struct Bpe<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    dropout: (),
    unk_token: Option<&'static str>,
    continuing_subword_prefix: (),
    end_of_word_suffix: (),
    fuse_unk: bool,
    byte_fallback: bool,
    ignore_merges: bool,
    vocab: Vocab<'a>,
    merges: Merges<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Merges<'a> {
    Texts(&'a [String]),
    Pairs(Vec<(&'a str, &'a str)>),
}

struct Vocab<'a>(&'a Vocabulary<'a>);

impl Serialize for Vocab<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        // Of a token that is there twice the last one counts.
        let mut ids: BTreeMap<&str, u32> = BTreeMap::new();
        ids.extend(self.0.used().map(|(id, token)| (token.as_str(), id)));
        let is_last = |(id, token): &(u32, &String)| ids.get(token.as_str()) == Some(id);
        serializer.collect_map(self.0.used().filter(is_last).map(|(id, token)| (token, id)))
    }
}

impl<'a> File<'a> {
    fn new(added_tokens: Vec<Value>, vocab: Vocab<'a>, merges: Merges<'a>) -> Self {
        let model = Bpe {
            kind: "BPE",
            dropout: (),
            unk_token: None,
            continuing_subword_prefix: (),
            end_of_word_suffix: (),
            fuse_unk: false,
            byte_fallback: false,
            ignore_merges: false,
            vocab,
            merges,
        };
        Self {
            version: "1.0",
            truncation: (),
            padding: (),
            added_tokens,
            normalizer: Value::Null,
            pre_tokenizer: Value::Null,
            post_processor: (),
            decoder: Value::Null,
            model,
        }
    }
}

fn byte_level(pre: Pre, file: File<'_>) -> File<'_> {
    let bytes = |use_regex: bool| json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": use_regex});
    let split =
        |regex: &str| json!({"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": false});
    let parts: Vec<Value> = match pre {
        Pre::Unnamed => UNNAMED.map(split).into_iter().chain([bytes(false)]).collect(),
        Pre::Gpt2 => vec![bytes(true)],
        Pre::Smollm => vec![json!({"type": "Digits", "individual_digits": true}), bytes(true)],
        Pre::Qwen2 => vec![split(QWEN2), bytes(false)],
        Pre::LlamaBpe => vec![split(LLAMA_BPE), bytes(false)],
    };
    File {
        normalizer: if pre == Pre::Qwen2 { json!({"type": "NFC"}) } else { Value::Null },
        pre_tokenizer: json!({"type": "Sequence", "pretokenizers": parts}),
        decoder: bytes(true),
        model: Bpe { ignore_merges: pre == Pre::LlamaBpe, ..file.model },
        ..file
    }
}

fn sentence_piece(prefix: bool, file: File<'_>) -> File<'_> {
    let replace = |from: &str, to: &str| json!({"type": "Replace", "pattern": {"String": from}, "content": to});
    let mut normalizers = vec![replace(" ", "▁")];
    let mut decoders = vec![replace("▁", " "), json!({"type": "ByteFallback"}), json!({"type": "Fuse"})];
    if prefix {
        normalizers.insert(0, json!({"type": "Prepend", "prepend": "▁"}));
        decoders.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
    }
    File {
        normalizer: json!({"type": "Sequence", "normalizers": normalizers}),
        decoder: json!({"type": "Sequence", "decoders": decoders}),
        model: Bpe { unk_token: Some("<unk>"), fuse_unk: true, byte_fallback: true, ..file.model },
        ..file
    }
}

fn failure(reason: impl Into<String>) -> Error {
    Error::Tokenizer { reason: format!("the GGUF file: {}", reason.into()) }
}
