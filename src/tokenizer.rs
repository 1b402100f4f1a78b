//! Text to ids and back, by a Hugging Face `tokenizer.json`.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokenizers::{Tokenizer as HfTokenizer, normalizers::Precompiled};

use crate::{
    error::{Error, Result},
    format,
};

/// A tokenizer read from a `tokenizer.json`.
///
/// Encoding follows `apply_chat_template(tokenize=True)` of transformers: special tokens that stand in the text become
/// their ids, and the post-processor adds none. Truncation and padding that the file asks for are ignored.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: HfTokenizer,
    vocab_size: usize,
}

impl Tokenizer {
    /// Reads the bytes of a `tokenizer.json`.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the bytes are not such a file or name a part that is not known.
    pub fn from_bytes(tokenizer_json: &[u8]) -> Result<Self> {
        let unreadable = |reason: String| failure(format!("tokenizer.json cannot be read: {reason}"));
        let tokenizer_json = format::json::without_mark(tokenizer_json);
        let outline: Outline = format::json::read(tokenizer_json).map_err(unreadable)?;
        check_precompiled(&outline.normalizer).map_err(unreadable)?;
        check_merges(&outline.model.continuing_subword_prefix, tokenizer_json).map_err(unreadable)?;
        let visible =
            if outline.hides_marks() { Some(with_visible_marks(tokenizer_json).map_err(unreadable)?) } else { None };
        let inner = HfTokenizer::from_bytes(visible.as_deref().unwrap_or(tokenizer_json));
        Self::from_inner(inner.map_err(|e| unreadable(e.to_string()))?)
    }

    /// Takes a tokenizer that was built in memory.
    pub(super) fn from_inner(mut inner: HfTokenizer) -> Result<Self> {
        inner.with_truncation(None).map_err(|e| failure(e.to_string()))?;
        inner.with_padding(None);
        let vocab_size = inner.get_vocab(true).values().max().map_or(0, |&id| id as usize + 1);
        if vocab_size == 0 {
            return Err(failure("the vocabulary is empty".to_owned()));
        }
        Ok(Self { inner, vocab_size })
    }

    /// The ids of `text`. Special tokens in the text are recognized; none is added.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the model has no token for a piece of the text and no unknown token either.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.inner.encode_fast(text, false).map_err(|e| failure(e.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The ids of `text` as it goes on behind a prompt that ends a line or a mark. A sentencepiece tokenizer puts a space
    /// before every text that it is given; here that space would be one of the answer.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn encode_continuation(&self, text: &str) -> Result<Vec<u32>> {
        const BEFORE: &str = "\n";
        let before = self.encode(BEFORE)?;
        let joined = self.encode(&format!("{BEFORE}{text}"))?;
        match joined.strip_prefix(&before[..]) {
            Some(rest) => Ok(rest.to_vec()),
            None => self.encode(text),
        }
    }

    /// The text of `ids`; with `skip_special`, tokens marked special leave no trace. Ids outside of the vocabulary are
    /// skipped, bytes that are no UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the decoder fails.
    pub fn decode(&self, ids: &[u32], skip_special: bool) -> Result<String> {
        self.inner.decode(ids, skip_special).map_err(|e| failure(e.to_string()))
    }

    /// The id of a token by its exact content (for byte-level vocabularies in their own alphabet, `Ġhotel`).
    pub fn token_to_id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    /// The content of the token of that id.
    pub fn id_to_token(&self, id: u32) -> Option<String> {
        self.inner.id_to_token(id)
    }

    /// Largest id + 1: the smallest embedding table that holds every token. A checkpoint's may be larger.
    pub fn vocab_size(&self) -> usize {
        self.vocab_size
    }

    /// First 16 hexadecimal digits of the SHA-256 over all tokens by their ids.
    pub fn fingerprint(&self) -> String {
        let mut tokens: Vec<(u32, String)> =
            self.inner.get_vocab(true).into_iter().map(|(token, id)| (id, token)).collect();
        tokens.sort_unstable();
        let mut hash = Sha256::new();
        for (id, token) in tokens {
            hash.update(id.to_le_bytes());
            hash.update((token.len() as u64).to_le_bytes());
            hash.update(token.as_bytes());
        }
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The bytes of the `tokenizer.json`.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when a part cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.inner.to_string(false).map(String::into_bytes).map_err(|e| failure(e.to_string()))
    }

    /// What of a `tokenizer.json` says which bytes a token stands for: `decoder`, `added_tokens` and `model.vocab`.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when a part cannot be written.
    pub(crate) fn parts(&self) -> Result<Value> {
        let decoder = serde_json::to_value(self.inner.get_decoder()).map_err(|e| failure(e.to_string()))?;
        let decoder = byte_level(&decoder).cloned().unwrap_or(decoder);
        let added = self.inner.get_added_tokens_decoder();
        let added: Vec<Value> = added
            .iter()
            .map(|(id, token)| json!({"id": id, "content": token.content, "special": token.special}))
            .collect();
        // Only bytes are written so; the exception would be a piece of text that a byte-fallback reader stumbles over.
        let is_byte = |token: &str| {
            let digits = token.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>'));
            digits.is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        let odd = |token: &str| token.starts_with("<0x") && !is_byte(token);
        let vocab: Map<String, Value> = self
            .inner
            .get_vocab(false)
            .into_iter()
            .filter(|(token, _)| !odd(token))
            .map(|(token, id)| (token, id.into()))
            .collect();
        Ok(json!({"decoder": decoder, "added_tokens": added, "model": {"vocab": vocab}}))
    }

    /// A decoder for tokens that come one at a time; special tokens leave no trace.
    pub fn stream(&self) -> TextStream<'_> {
        self.stream_with(true)
    }

    /// As [`Tokenizer::stream`], with the choice of showing special tokens.
    pub fn stream_with(&self, skip_special: bool) -> TextStream<'_> {
        TextStream { tokenizer: self, skip_special, ids: Vec::new(), settled: 0 }
    }
}

/// The decoder itself, or a part of the sequence that it is, if it turns the byte-level alphabet into bytes.
fn byte_level(decoder: &Value) -> Option<&Value> {
    match decoder.get("type").and_then(Value::as_str) {
        Some("ByteLevel") => Some(decoder),
        Some("Sequence") => decoder.get("decoders").and_then(Value::as_array)?.iter().find_map(byte_level),
        _ => None,
    }
}

/// Marks around calls and thoughts. Some tokenizers have them as special tokens, which leave no trace in the text that is
/// read; there they would carry the meaning.
const MARKS: [&str; 8] =
    ["<tool_call>", "</tool_call>", "<tools>", "</tools>", "<|call|>", "<|python_tag|>", "<think>", "</think>"];

/// The parts of a `tokenizer.json` that are looked at before the library reads it. Its readers panic on a decoder that is no
/// JSON, on a broken table of a `Precompiled` normalizer, and on merges without the prefix that the model names. The rest of the file, which may be megabytes, is passed over.
#[derive(Deserialize)]
struct Outline {
    #[serde(default)]
    normalizer: Value,
    #[serde(default, rename = "decoder")]
    _decoder: Value,
    #[serde(default)]
    added_tokens: Option<Vec<Value>>,
    #[serde(default)]
    model: ModelOutline,
}

#[derive(Default, Deserialize)]
struct ModelOutline {
    #[serde(default)]
    continuing_subword_prefix: Value,
}

/// The merges of a BPE model, in both forms that files have.
#[derive(Deserialize)]
struct Merges {
    model: MergesOfModel,
}

#[derive(Deserialize)]
struct MergesOfModel {
    #[serde(default)]
    merges: Vec<Merge>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Merge {
    Joined(String),
    Pair([String; 2]),
}

/// Where pieces inside of a word begin with a prefix, the second part of every merge begins with it: the library cuts so many bytes off.
fn check_merges(prefix: &Value, tokenizer_json: &[u8]) -> std::result::Result<(), String> {
    let Some(prefix) = prefix.as_str().filter(|prefix| !prefix.is_empty()) else { return Ok(()) };
    // Models of other kinds have no merges, and the library says what is wrong with merges of another form.
    let Ok(Merges { model }) = serde_json::from_slice::<Merges>(tokenizer_json) else { return Ok(()) };
    for merge in &model.merges {
        let second = match merge {
            Merge::Joined(text) => text.split_once(' ').map_or("", |(_, second)| second),
            Merge::Pair([_, second]) => second,
        };
        if !second.starts_with(prefix) {
            return Err(format!(
                "`continuing_subword_prefix` is {prefix:?}, and the second part of the merge {second:?} does not begin with it"
            ));
        }
    }
    Ok(())
}

impl Outline {
    fn hides_marks(&self) -> bool {
        self.added_tokens.iter().flatten().any(is_hidden_mark)
    }
}

fn is_hidden_mark(token: &Value) -> bool {
    let content = token.get("content").and_then(Value::as_str);
    token.get("special") == Some(&Value::Bool(true)) && content.is_some_and(|content| MARKS.contains(&content))
}

/// The same tokenizer, with marks that are ordinary added tokens: encoding treats both kinds alike.
fn with_visible_marks(tokenizer_json: &[u8]) -> Result<Vec<u8>, String> {
    let mut all: Value = format::json::read(tokenizer_json)?;
    let tokens = all.get_mut("added_tokens").and_then(Value::as_array_mut);
    for token in tokens.into_iter().flatten().filter(|token| is_hidden_mark(token)) {
        token["special"] = Value::Bool(false);
    }
    serde_json::to_vec(&all).map_err(|e| e.to_string())
}

/// Checks the tables of all `Precompiled` normalizers.
fn check_precompiled(value: &Value) -> Result<(), String> {
    match value {
        Value::Object(map) if map.get("type").and_then(Value::as_str) == Some("Precompiled") => {
            serde_json::from_value::<Precompiled>(value.clone()).map(drop).map_err(|e| e.to_string())
        }
        Value::Object(map) => map.values().try_for_each(check_precompiled),
        Value::Array(items) => items.iter().try_for_each(check_precompiled),
        _ => Ok(()),
    }
}

/// Decodes tokens as they come and never splits a UTF-8 character.
///
/// The ids of the piece last given out stay in the window as context, because some decoders treat the first token of a
/// text differently (a sentencepiece decoder drops its leading space).
#[derive(Debug)]
pub struct TextStream<'a> {
    tokenizer: &'a Tokenizer,
    skip_special: bool,
    /// Context (the piece last given out), then what is not given out yet.
    ids: Vec<u32>,
    /// How many of `ids` are context.
    settled: usize,
}

impl TextStream<'_> {
    /// Takes the next id; gives the text that became certain, or `None` while a character is incomplete.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the decoder fails.
    pub fn push(&mut self, id: u32) -> Result<Option<String>> {
        self.ids.push(id);
        self.advance(false)
    }

    /// Gives what is left at the end of a generation; an incomplete character shows as U+FFFD.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the decoder fails.
    pub fn finish(&mut self) -> Result<Option<String>> {
        let rest = if self.settled < self.ids.len() { self.advance(true)? } else { None };
        self.ids.clear();
        self.settled = 0;
        Ok(rest)
    }

    fn advance(&mut self, last: bool) -> Result<Option<String>> {
        let (context, _) = self.ids.split_at(self.settled.min(self.ids.len()));
        let before = self.tokenizer.decode(context, self.skip_special)?;
        let all = self.tokenizer.decode(&self.ids, self.skip_special)?;
        if !last && all.ends_with(char::REPLACEMENT_CHARACTER) {
            return Ok(None);
        }
        let Some(new) = all.get(before.len()..).filter(|new| !new.is_empty()).map(str::to_owned) else {
            return Ok(None);
        };
        self.ids.drain(..self.settled);
        self.settled = self.ids.len();
        Ok(Some(new))
    }
}

fn failure(reason: String) -> Error {
    Error::Tokenizer { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Tokenizer {
        Tokenizer::from_bytes(include_bytes!("../tests/fixtures/bpe/tokenizer.json")).unwrap()
    }

    #[test]
    fn garbage_is_a_typed_error() {
        for bytes in [&b""[..], b"{}", b"nonsense", b"{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}}"] {
            assert_eq!(Tokenizer::from_bytes(bytes).unwrap_err().code(), "TokenizerError");
        }
        // The library would cut the prefix off a part that is shorter.
        let file = serde_json::from_slice::<Value>(include_bytes!("../tests/fixtures/bpe/tokenizer.json")).unwrap();
        for prefix in ["®", "@@", "longer than any"] {
            let mut file = file.clone();
            file["model"]["continuing_subword_prefix"] = prefix.into();
            let error = Tokenizer::from_bytes(file.to_string().as_bytes()).unwrap_err().to_string();
            assert!(error.contains("does not begin with it"), "{error}");
        }
    }

    #[test]
    fn stream_gives_whole_characters_and_the_whole_text() {
        let tokenizer = small();
        let text = "Zürich 東京 🦀 book <|call|>x";
        let ids = tokenizer.encode(text).unwrap();
        assert!(ids.len() > text.chars().count() / 2);
        let mut stream = tokenizer.stream();
        let mut out = String::new();
        for &id in &ids {
            if let Some(piece) = stream.push(id).unwrap() {
                assert!(!piece.contains('\u{fffd}'), "split a character: {piece:?}");
                out.push_str(&piece);
            }
        }
        out.push_str(&stream.finish().unwrap().unwrap_or_default());
        assert_eq!(out, text);
    }

    #[test]
    fn an_incomplete_character_shows_at_the_end() {
        let tokenizer = small();
        let ids = tokenizer.encode("a🦀").unwrap();
        let mut stream = tokenizer.stream();
        let mut out = String::new();
        for &id in &ids[..ids.len() - 1] {
            out.push_str(&stream.push(id).unwrap().unwrap_or_default());
        }
        assert_eq!(out, "a");
        assert!(stream.finish().unwrap().unwrap().contains('\u{fffd}'));
        assert_eq!(stream.finish().unwrap(), None);
    }

    #[test]
    fn bytes_round_trip() {
        let tokenizer = small();
        let again = Tokenizer::from_bytes(&tokenizer.to_bytes().unwrap()).unwrap();
        let text = "<|user|>Find a hotel, 12 nights<|assistant|>";
        assert_eq!(tokenizer.encode(text).unwrap(), again.encode(text).unwrap());
        assert_eq!(again.vocab_size(), tokenizer.vocab_size());
        assert_eq!(again.decode(&again.encode(text).unwrap(), true).unwrap(), "Find a hotel, 12 nights");
        assert_eq!(again.decode(&again.encode(text).unwrap(), false).unwrap(), text);
    }
}
