//! A model from GGUF files: the files of a Hugging Face directory are made of the metadata, and tensors found by their names there.

mod config;
mod parts;
mod rope;
mod tensors;
mod tokenizer;

use serde_json::{Value, json};

pub use parts::{is_gguf, model_name, part_names};
pub use tensors::GgufTensors;
pub(crate) use tensors::{Alternating, stored_name};

use self::{parts::Parts, tokenizer::Vocabulary};
use crate::{
    error::{Error, Result},
    format::{bytes::FileBytes, gguf::GgufFile},
    prompt::NamedTemplate,
};

/// What a Hugging Face directory holds beside the weights, made of the metadata of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GgufModel {
    /// `config.json`
    pub config: Vec<u8>,
    /// `tokenizer.json`
    pub tokenizer: Vec<u8>,
    /// `tokenizer_config.json`, with the chat template.
    pub tokenizer_config: Vec<u8>,
    /// Chat templates by name, beside the one in `tokenizer_config`.
    pub named_templates: Vec<NamedTemplate>,
}

impl GgufModel {
    /// Reads the metadata of a model in one file, or in the parts of a split one, in their order.
    ///
    /// # Errors
    /// [`Error::Integrity`] for a damaged file or a missing part, [`Error::UnsupportedModel`] for another architecture, [`Error::Config`]
    /// for a missing or impossible value, [`Error::Tokenizer`] for a vocabulary of another kind.
    pub fn read(parts: &[FileBytes]) -> Result<Self> {
        let files: Vec<GgufFile> = parts.iter().cloned().map(GgufFile::open).collect::<Result<_>>()?;
        let parts = Parts::new(&files)?;
        let vocabulary = Vocabulary::of(&parts)?;
        Ok(Self {
            config: bytes(&config::config(&parts, vocabulary.len())?),
            tokenizer: vocabulary.tokenizer_json()?,
            tokenizer_config: bytes(&tokenizer_config(&parts, &vocabulary)),
            named_templates: templates(&parts)?,
        })
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn tokenizer_config(parts: &Parts<'_>, vocabulary: &Vocabulary<'_>) -> Value {
    let token = |name: &str| {
        let id = parts.usize(&format!("tokenizer.ggml.{name}_token_id"));
        id.and_then(|id| vocabulary.token(id))
    };
    let mut config = json!({
        "bos_token": token("bos"),
        // Where both are named, the second one ends a turn and the first one a document.
        "eos_token": token("eot").or_else(|| token("eos")),
        "unk_token": token("unknown"),
        "pad_token": token("padding"),
        "chat_template": parts.text("tokenizer.chat_template"),
    });
    if let Some(map) = config.as_object_mut() {
        map.retain(|_, value| !value.is_null());
    }
    config
}

/// The templates `tokenizer.chat_template.NAME` of the names in `tokenizer.chat_templates`.
fn templates(parts: &Parts<'_>) -> Result<Vec<NamedTemplate>> {
    let template = |name: &String| {
        let key = format!("tokenizer.chat_template.{name}");
        let source = parts.text(&key);
        let source =
            source.ok_or_else(|| Error::Template { reason: format!("`{key}` is missing in the GGUF file") })?;
        Ok(NamedTemplate { name: name.clone(), source: source.to_owned() })
    };
    parts.texts("tokenizer.chat_templates").iter().map(template).collect()
}
