//! Which model an adapter belongs to, whatever form the model's weights are stored in.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What a model is apart from the numbers of its weights. In JSON the names are in camel case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelIdentity {
    /// `model_type` of its configuration.
    pub architecture: String,
    /// Layers, widths and heads, as text.
    pub shape: String,
    /// First 16 hexadecimal digits of the SHA-256 over its tokens by their ids.
    pub tokenizer: String,
    /// What its files say it is called; empty where they say nothing.
    #[serde(default)]
    pub source: String,
    /// Element types of its weights in the file, such as `F16` or `F32+Q4_1+Q8_0`.
    pub stored_as: String,
}

impl ModelIdentity {
    /// True for what may be the same model with its weights stored in another form. Names are compared where both are known.
    fn is_other_form_of(&self, other: &Self) -> bool {
        let (a, b) = (model_words(&self.source), model_words(&other.source));
        self.architecture == other.architecture
            && self.shape == other.shape
            && self.tokenizer == other.tokenizer
            && self.stored_as != other.stored_as
            && (a.is_empty() || b.is_empty() || a == b)
    }
}

/// The words of a model's name, without its owner and without what says how its weights are stored.
fn model_words(source: &str) -> Vec<String> {
    let name = source.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase);
    words.take_while(|word| !is_storage(word)).collect()
}

fn is_storage(word: &str) -> bool {
    let of_bits = word
        .trim_start_matches('i')
        .strip_prefix('q')
        .is_some_and(|bits| bits.starts_with(|c: char| ('1'..='8').contains(&c)) && bits.len() == 1);
    const NAMES: [&str; 13] =
        ["gguf", "ggml", "awq", "gptq", "mlx", "f16", "f32", "fp16", "fp32", "bf16", "int4", "int8", "4bit"];
    of_bits || word == "8bit" || NAMES.contains(&word)
}

/// The weights that an adapter was trained on, or those of the model that is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Base {
    /// Fingerprint of the weights; empty when unknown.
    pub fingerprint: String,
    /// Which model they are of; `None` when unknown.
    pub identity: Option<ModelIdentity>,
}

/// Key of the fingerprint in the metadata of an adapter's weights.
const FINGERPRINT: &str = "autodidact.base_fingerprint";
/// Key of the identity, as JSON.
const IDENTITY: &str = "autodidact.base_identity";

/// How an adapter fits the loaded model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It was trained on these weights.
    Same,
    /// It was trained on the same model, whose weights were stored in another form.
    OtherForm,
    /// It does not say what it was trained on, as the files of other programs.
    Unknown,
}

impl Base {
    /// What the metadata of an adapter's weights say; those of PEFT say nothing. An identity that cannot be read is none.
    pub fn from_metadata<'a>(metadata: impl IntoIterator<Item = (&'a String, &'a String)>) -> Self {
        let mut base = Self::default();
        for (key, value) in metadata {
            match key.as_str() {
                FINGERPRINT => base.fingerprint.clone_from(value),
                IDENTITY => base.identity = serde_json::from_str(value).ok(),
                _ => {}
            }
        }
        base
    }

    /// The metadata that say the same.
    pub fn to_metadata(&self) -> BTreeMap<String, String> {
        let identity = self.identity.as_ref().and_then(|identity| serde_json::to_string(identity).ok());
        let fingerprint = (FINGERPRINT, Some(self.fingerprint.clone()).filter(|fingerprint| !fingerprint.is_empty()));
        let known = [fingerprint, (IDENTITY, identity)];
        known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }

    /// How an adapter that was trained on `trained` fits this model.
    ///
    /// # Errors
    /// [`Error::BaseMismatch`] for another model, or other weights in the same form.
    pub fn fit(&self, trained: &Self) -> Result<Fit> {
        if trained.fingerprint.is_empty() {
            return Ok(Fit::Unknown);
        }
        if trained.fingerprint == self.fingerprint {
            return Ok(Fit::Same);
        }
        match (&self.identity, &trained.identity) {
            (Some(own), Some(other)) if own.is_other_form_of(other) => Ok(Fit::OtherForm),
            _ => Err(Error::BaseMismatch { expected: trained.to_string(), found: self.to_string() }),
        }
    }
}

impl Display for Base {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.identity {
            Some(ModelIdentity { architecture, source, stored_as, .. }) => {
                let name = if source.is_empty() { architecture } else { source };
                write!(f, "{} ({name} in {stored_as})", self.fingerprint)
            }
            None => write!(f, "{}", self.fingerprint),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(fingerprint: &str, source: &str, stored_as: &str) -> Base {
        let identity = ModelIdentity {
            architecture: "llama".into(),
            shape: "2 layers".into(),
            tokenizer: "00".into(),
            source: source.into(),
            stored_as: stored_as.into(),
        };
        Base { fingerprint: fingerprint.into(), identity: Some(identity) }
    }

    #[test]
    fn the_same_model_in_another_form_fits() {
        let loaded = base("a", "SmolLM2 135M Instruct Q4_K_M GGUF", "Q4_1");
        assert_eq!(loaded.fit(&base("a", "", "F16")), Ok(Fit::Same));
        assert_eq!(loaded.fit(&Base::default()), Ok(Fit::Unknown));
        for source in ["HuggingFaceTB/SmolLM2-135M-Instruct", "smollm2-135m-instruct-bf16", ""] {
            assert_eq!(loaded.fit(&base("b", source, "F16")), Ok(Fit::OtherForm), "{source}");
        }
    }

    #[test]
    fn another_model_does_not() {
        let loaded = base("a", "SmolLM2-135M-Instruct", "Q4_1");
        let refused = |trained: &Base| loaded.fit(trained).unwrap_err();
        // Other weights in the same form are another model.
        assert_eq!(refused(&base("b", "SmolLM2-135M-Instruct", "Q4_1")).code(), "BaseMismatch");
        assert_eq!(refused(&base("b", "SmolLM2-135M", "F16")).code(), "BaseMismatch");
        assert_eq!(refused(&Base { fingerprint: "b".into(), identity: None }).code(), "BaseMismatch");
        let mut other = base("b", "SmolLM2-135M-Instruct", "F16");
        if let Some(identity) = &mut other.identity {
            identity.tokenizer = "01".into();
        }
        let message = refused(&other).to_string();
        assert!(message.contains("b (SmolLM2-135M-Instruct in F16)") && message.contains("in Q4_1"), "{message}");
    }

    #[test]
    fn metadata_come_back() {
        for base in [base("a", "b", "F16"), Base { fingerprint: "a".into(), identity: None }, Base::default()] {
            assert_eq!(Base::from_metadata(&base.to_metadata()), base);
        }
        let broken = BTreeMap::from([(IDENTITY.to_owned(), "{".to_owned()), ("format".to_owned(), "pt".to_owned())]);
        assert_eq!(Base::from_metadata(&broken), Base::default());
    }

    #[test]
    fn what_says_how_weights_are_stored_is_no_part_of_a_name() {
        assert_eq!(model_words("Qwen/Qwen2.5-Coder-0.5B-Instruct-AWQ"), ["qwen2", "5", "coder", "0", "5b", "instruct"]);
        assert_eq!(model_words("a\\b\\Quill-Q8_0/"), ["quill"]);
        assert_eq!(model_words("qwen2"), ["qwen2"]);
        assert!(model_words("").is_empty());
    }
}
