//! The files of a Hugging Face model directory or a GGUF model, and what is made of them; where they come from is the
//! caller's business.

use burn::tensor::Device;
use serde_json::Value;

use super::{
    config::{ModelConfig, token_ids},
    decoder::Decoder,
    dtype::Dtype,
    gguf::{GgufModel, GgufTensors, is_gguf},
    load::{Loaded, load_as},
};
use crate::{
    error::{Error, Result},
    format::{self, bytes::FileBytes, gguf::GgufFile, safetensors::SafetensorsFile},
    identity::{Base, ModelIdentity},
    prompt::{NamedTemplate, PromptBuilder, TemplateFiles},
    tokenizer::Tokenizer,
};

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
    /// `special_tokens_map.json`
    pub special_tokens_map: Option<Vec<u8>>,
    /// `chat_template.jinja`
    pub chat_template: Option<String>,
    /// The files of `additional_chat_templates/`, by their names without `.jinja`.
    pub named_templates: Vec<NamedTemplate>,
    /// `generation_config.json`
    pub generation_config: Option<Vec<u8>>,
    /// `certainty.json`: how sure the model's answers are, fitted on tasks whose answers are known.
    pub certainty: Option<Vec<u8>>,
    /// `model.safetensors`, the shards that the index names, or the parts of a GGUF model. They are read one tensor at a time.
    pub shards: Vec<FileBytes>,
}

/// A model with all that belongs to it.
pub struct ModelParts {
    /// The model.
    pub decoder: Decoder,
    /// Which weights these are.
    pub base: Base,
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// The prompts.
    pub prompts: PromptBuilder,
    /// Tokens that end a turn; the first is the one that the model writes. Empty where the files name none.
    pub eos: Vec<u32>,
}

impl ModelFiles {
    /// The files of a GGUF model, whose configuration, tokenizer and chat templates are made of its metadata. `parts`: the file, or all
    /// parts of a split one in their order. `name` is what the model is called.
    ///
    /// # Errors
    /// [`Error::Integrity`] for a damaged file or another version, [`Error::UnsupportedDtype`] for a type of tensors that is not read,
    /// [`Error::UnsupportedModel`] for another architecture, [`Error::Config`] for a missing or impossible value, and
    /// [`Error::Tokenizer`] for another kind of vocabulary.
    pub fn from_gguf(name: impl Into<String>, parts: Vec<FileBytes>) -> Result<Self> {
        let model = GgufModel::read(&parts)?;
        Ok(Self {
            name: name.into(),
            config: model.config,
            tokenizer: model.tokenizer,
            tokenizer_config: Some(model.tokenizer_config),
            named_templates: model.named_templates,
            shards: parts,
            ..Self::default()
        })
    }

    /// As [`ModelFiles::read_as`], with [`Dtype::Auto`].
    ///
    /// # Errors
    /// As [`ModelFiles::read_as`].
    pub fn read(&self, device: &Device) -> Result<ModelParts> {
        self.read_as(Dtype::Auto, device)
    }

    /// Reads all of them, with the weights on `device`.
    ///
    /// # Errors
    /// Errors of the configuration, the tokenizer, the chat template and the weights.
    pub fn read_as(&self, dtype: Dtype, device: &Device) -> Result<ModelParts> {
        let config = ModelConfig::from_json(&self.config)?;
        // Before the tokenizer, which leaves its scraps behind: in a tab they would stay free, and too small for matrices.
        let Loaded { decoder, fingerprint, stored_as } = self.load(config.clone(), dtype, device)?;
        let tokenizer = Tokenizer::from_bytes(&self.tokenizer)?;
        if tokenizer.vocab_size() > config.vocab_size {
            let reason =
                format!("it has {} tokens, the model's embedding only {}", tokenizer.vocab_size(), config.vocab_size);
            return Err(Error::Tokenizer { reason });
        }
        let prompts = PromptBuilder::from_files(&TemplateFiles {
            tokenizer_config: self.tokenizer_config.as_deref(),
            special_tokens_map: self.special_tokens_map.as_deref(),
            chat_template: self.chat_template.as_deref(),
            named: &self.named_templates,
        })?;
        let eos = end_of_turn(&config, self, &tokenizer, &prompts)?;
        let identity = ModelIdentity {
            architecture: decoder.config().family.model_type().to_owned(),
            shape: decoder.config().shape(),
            tokenizer: tokenizer.fingerprint(),
            source: declared_name(&self.config),
            stored_as,
        };
        let base = Base { fingerprint, identity: Some(identity) };
        Ok(ModelParts { decoder, base, tokenizer, prompts, eos })
    }

    fn load(&self, config: ModelConfig, dtype: Dtype, device: &Device) -> Result<Loaded> {
        if self.shards.iter().any(is_gguf) {
            let mut files: Vec<GgufFile> = self.shards.iter().cloned().map(GgufFile::open).collect::<Result<_>>()?;
            // The vocabulary is known, and its texts would lie among the weights.
            files.iter_mut().for_each(|file| file.metadata.clear());
            let tensors = GgufTensors::new(&files, &config);
            return load_as(config.clone(), &tensors, dtype, device);
        }
        let shards: Vec<SafetensorsFile> =
            self.shards.iter().cloned().map(SafetensorsFile::open).collect::<Result<_>>()?;
        load_as(config, &shards[..], dtype, device)
    }
}

/// What a configuration says the model is called.
fn declared_name(config: &[u8]) -> String {
    let config = format::json::read::<Value>(config).ok();
    let name = config.as_ref().and_then(|config| config.get("_name_or_path")).and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

/// All ids that the model's files name as the end of a turn, as far as the vocabulary reaches. The first is the one that
/// the model itself writes: the tokenizer's, since the others are also ends of documents.
fn end_of_turn(
    config: &ModelConfig,
    files: &ModelFiles,
    tokenizer: &Tokenizer,
    prompts: &PromptBuilder,
) -> Result<Vec<u32>> {
    let mut eos: Vec<u32> = Vec::new();
    eos.extend(prompts.template().special_token("eos_token").and_then(|token| tokenizer.token_to_id(token)));
    if let Some(bytes) = &files.generation_config {
        // An end of turn that only this file names would be lost without a word.
        let wrong = |reason: String| Error::config("generation_config.json", reason);
        let generation: Value = format::json::read(bytes).map_err(wrong)?;
        eos.extend(token_ids(generation.get("eos_token_id")).map_err(wrong)?);
    }
    eos.extend(&config.eos);
    let mut seen = std::collections::HashSet::new();
    eos.retain(|id| (*id as usize) < config.vocab_size && seen.insert(*id));
    Ok(eos)
}

/// The text of a `chat_template.jinja`.
///
/// # Errors
/// [`Error::Template`] when it is not UTF-8.
pub fn template_text(bytes: Vec<u8>) -> Result<String> {
    let text = String::from_utf8(bytes);
    let text = text
        .map_err(|e| Error::Template { reason: format!("chat_template.jinja is not UTF-8: {e}; save it as UTF-8") })?;
    Ok(format::json::text_without_mark(&text).to_owned())
}

/// Folder of chat templates by name, as `transformers` 5 saves them.
pub const NAMED_TEMPLATES: &str = "additional_chat_templates";
/// Weights in one file.
pub const SINGLE: &str = "model.safetensors";
/// The index of sharded weights.
pub const INDEX: &str = "model.safetensors.index.json";

/// The files that an index names, each once, in order.
///
/// # Errors
/// [`Error::Config`] for an index without a weight map, or with a name that is not a plain file name.
pub fn shard_names(index: &[u8]) -> Result<Vec<String>> {
    let index: Value = format::json::read(index).map_err(|reason| Error::config(INDEX, reason))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tokenizers_own_end_of_turn_is_trained() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/autodidact-cli/model/seed");
        let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
        let tokenizer = Tokenizer::from_bytes(&read("tokenizer.json")).unwrap();
        let prompts = PromptBuilder::from_config(Some(&read("tokenizer_config.json")), None).unwrap();
        let mut config = ModelConfig::from_json(&read("config.json")).unwrap();
        // Several ends, as in Qwen2.5, and one that is no token at all.
        config.eos = vec![5, 9_999_999];
        let generation_config = Some(br#"{"eos_token_id": [7, 5]}"#.to_vec());
        let files = ModelFiles { generation_config, ..ModelFiles::default() };
        let end = tokenizer.token_to_id("<|end|>").unwrap();
        assert_eq!(end_of_turn(&config, &files, &tokenizer, &prompts).unwrap(), [end, 7, 5]);
        // A file that cannot be read is said, and not passed over.
        let generation_config = Some(br#"{"eos_token_id": [7, 5],"#.to_vec());
        let files = ModelFiles { generation_config, ..ModelFiles::default() };
        let error = end_of_turn(&config, &files, &tokenizer, &prompts).unwrap_err().to_string();
        assert!(error.contains("generation_config.json") && error.contains("ends too early"), "{error}");
    }
}
