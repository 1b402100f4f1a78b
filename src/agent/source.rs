//! The files of a Hugging Face model directory, as bytes; where they come from is the caller's business.

use serde_json::Value;

use crate::error::{Error, Result};

/// The files that a model needs.
#[derive(Debug, Clone, Default)]
pub struct ModelFiles {
    /// What the model is called in reports and in the adapters made for it.
    pub name: String,
    /// `config.json`
    pub config: Vec<u8>,
    /// `tokenizer.json`
    pub tokenizer: Vec<u8>,
    /// `tokenizer_config.json`
    pub tokenizer_config: Option<Vec<u8>>,
    /// `chat_template.jinja`
    pub chat_template: Option<String>,
    /// `generation_config.json`
    pub generation_config: Option<Vec<u8>>,
    /// `model.safetensors`, or the shards that the index names.
    pub shards: Vec<Vec<u8>>,
}

/// Weights in one file.
pub const SINGLE: &str = "model.safetensors";
/// The index of sharded weights.
pub const INDEX: &str = "model.safetensors.index.json";

/// The files that an index names, each once, in order.
///
/// # Errors
/// [`Error::Config`] for an index without a weight map, or with a name that is not a plain file name.
pub fn shard_names(index: &[u8]) -> Result<Vec<String>> {
    let index: Value = serde_json::from_slice(index).map_err(|e| Error::config(INDEX, e.to_string()))?;
    let map = index
        .get("weight_map")
        .and_then(Value::as_object)
        .ok_or_else(|| Error::config(INDEX, "`weight_map` is missing"))?;
    let mut names: Vec<String> = map.values().filter_map(Value::as_str).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    match names.iter().find(|n| n.is_empty() || n.starts_with('.') || n.contains(['/', '\\', ':'])) {
        Some(name) => Err(Error::config(INDEX, format!("`{name}` is not a plain file name"))),
        None => Ok(names),
    }
}
