//! `config.json` of a Hugging Face model directory, for the families that are implemented.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    format,
    nn::rotary::RopeScaling,
};

/// The supported families, by their `model_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Llama, TinyLlama, SmolLM, Llama 3.
    Llama,
    /// Qwen2 and Qwen2.5: biases on q, k and v.
    Qwen2,
    /// Qwen3: normalized queries and keys, a head size of its own.
    Qwen3,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 3] = [Self::Llama, Self::Qwen2, Self::Qwen3];

    /// `model_type` in `config.json`.
    pub fn model_type(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Qwen2 => "qwen2",
            Self::Qwen3 => "qwen3",
        }
    }

    fn architecture(self) -> &'static str {
        match self {
            Self::Llama => "LlamaForCausalLM",
            Self::Qwen2 => "Qwen2ForCausalLM",
            Self::Qwen3 => "Qwen3ForCausalLM",
        }
    }
}

/// The shape of a decoder-only transformer.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// Family.
    pub family: Family,
    /// Rows of the embedding.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub d_model: usize,
    /// Blocks.
    pub n_layers: usize,
    /// Query heads.
    pub n_heads: usize,
    /// Key/value heads; divides `n_heads`.
    pub n_kv_heads: usize,
    /// Width of one head.
    pub head_dim: usize,
    /// Width of the MLP.
    pub d_ff: usize,
    /// Longest sequence, in tokens.
    pub context: usize,
    /// Epsilon of the normalizations.
    pub norm_eps: f64,
    /// Base of the rotary frequencies.
    pub rope_theta: f64,
    /// Stretching of the rotary frequencies.
    pub rope_scaling: RopeScaling,
    /// The output projection is the embedding.
    pub tied: bool,
    /// Biases on q, k and v.
    pub qkv_bias: bool,
    /// Bias on o.
    pub o_bias: bool,
    /// Biases in the MLP.
    pub mlp_bias: bool,
    /// Normalized queries and keys.
    pub qk_norm: bool,
    /// Token ids that end a turn, as the configuration states them.
    pub eos: Vec<u32>,
}

impl ModelConfig {
    /// The shape of a model for tests and self-tests: two blocks of width 32, a vocabulary of 64, and what the family demands.
    pub fn tiny(family: Family) -> Self {
        Self {
            family,
            vocab_size: 64,
            d_model: 32,
            n_layers: 2,
            n_heads: 4,
            n_kv_heads: 2,
            head_dim: 8,
            d_ff: 64,
            context: 256,
            norm_eps: 1e-5,
            rope_theta: 10_000.0,
            rope_scaling: RopeScaling::Default,
            tied: true,
            qkv_bias: family == Family::Qwen2,
            o_bias: false,
            mlp_bias: false,
            qk_norm: family == Family::Qwen3,
            eos: vec![1],
        }
    }

    /// Layers, widths and heads, as text: the same for the same model, whether its head is tied or not.
    pub fn shape(&self) -> String {
        let Self { n_layers, d_model, d_ff, n_heads, n_kv_heads, head_dim, .. } = self;
        format!("{n_layers} layers, {d_model} wide, {d_ff} within, {n_heads}/{n_kv_heads} heads of {head_dim}")
    }

    /// Reads `config.json`.
    ///
    /// # Errors
    /// [`Error::UnsupportedModel`] for another family, [`Error::Config`] for a missing or impossible value.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        let raw: Value = format::json::read(bytes).map_err(wrong)?;
        let family = family(&raw)?;
        refuse_quantized(&raw)?;
        let size = |name: &str| positive(&raw, name)?.ok_or_else(|| wrong(format!("`{name}` is missing")));
        let (d_model, n_heads) = (size("hidden_size")?, size("num_attention_heads")?);
        match present(&raw, "hidden_act") {
            None => {}
            Some(activation) if activation == "silu" => {}
            Some(other) => return Err(wrong(format!("hidden_act {other} is not supported; expected \"silu\""))),
        }
        if slides(&raw)? {
            return Err(wrong("sliding-window attention is not supported; set `use_sliding_window` to false"));
        }
        let bias = flag(&raw, "attention_bias")?;
        let (rope_theta, rope_scaling) = rope(&raw)?;
        let config = Self {
            family,
            vocab_size: size("vocab_size")?,
            d_model,
            n_layers: size("num_hidden_layers")?,
            n_heads,
            n_kv_heads: positive(&raw, "num_key_value_heads")?.unwrap_or(n_heads),
            head_dim: positive(&raw, "head_dim")?.unwrap_or(if family == Family::Qwen3 {
                128
            } else {
                d_model / n_heads
            }),
            d_ff: size("intermediate_size")?,
            context: positive(&raw, "max_position_embeddings")?.unwrap_or(2048),
            norm_eps: number(&raw, "rms_norm_eps")?.unwrap_or(1e-6),
            rope_theta,
            rope_scaling,
            tied: flag(&raw, "tie_word_embeddings")?,
            qkv_bias: family == Family::Qwen2 || bias,
            o_bias: family != Family::Qwen2 && bias,
            mlp_bias: family == Family::Llama && flag(&raw, "mlp_bias")?,
            qk_norm: family == Family::Qwen3,
            eos: token_ids(raw.get("eos_token_id")).map_err(wrong)?,
        };
        config.check()?;
        Ok(config)
    }

    /// The same as a `config.json` that `transformers` reads.
    pub fn to_json(&self) -> Value {
        let rope_scaling = match self.rope_scaling {
            RopeScaling::Default => Value::Null,
            RopeScaling::Linear { factor } => json!({"rope_type": "linear", "factor": factor}),
            RopeScaling::Llama3 { factor, low_freq_factor, high_freq_factor, original_context } => json!({
                "rope_type": "llama3", "factor": factor, "low_freq_factor": low_freq_factor,
                "high_freq_factor": high_freq_factor, "original_max_position_embeddings": original_context,
            }),
        };
        json!({
            "architectures": [self.family.architecture()], "model_type": self.family.model_type(),
            "vocab_size": self.vocab_size, "hidden_size": self.d_model, "num_hidden_layers": self.n_layers,
            "num_attention_heads": self.n_heads, "num_key_value_heads": self.n_kv_heads, "head_dim": self.head_dim,
            "intermediate_size": self.d_ff, "max_position_embeddings": self.context, "rms_norm_eps": self.norm_eps,
            "rope_theta": self.rope_theta, "rope_scaling": rope_scaling, "tie_word_embeddings": self.tied,
            "attention_bias": self.qkv_bias && self.family != Family::Qwen2, "mlp_bias": self.mlp_bias,
            "hidden_act": "silu", "attention_dropout": 0.0, "initializer_range": 0.02,
            "eos_token_id": self.eos, "torch_dtype": "bfloat16",
        })
    }

    /// Query heads per key/value head.
    pub fn group(&self) -> usize {
        self.n_heads / self.n_kv_heads
    }

    /// Width of all queries, of all keys.
    pub fn widths(&self) -> (usize, usize) {
        (self.n_heads * self.head_dim, self.n_kv_heads * self.head_dim)
    }

    /// Number of weights; as large as can be for sizes that no file can hold.
    pub fn parameters(&self) -> usize {
        let wide = |n: usize| n as u128;
        let (q, kv) = self.widths();
        let (q, kv, d, d_ff, head_dim) = (wide(q), wide(kv), wide(self.d_model), wide(self.d_ff), wide(self.head_dim));
        let (vocab, n_layers) = (wide(self.vocab_size), wide(self.n_layers));
        let bias = if self.qkv_bias { q + 2 * kv } else { 0 }
            + if self.o_bias { d } else { 0 }
            + if self.mlp_bias { 2 * d_ff + d } else { 0 };
        let norms = 2 * d + if self.qk_norm { 2 * head_dim } else { 0 };
        let layer = d * (q + 2 * kv) + q * d + 3 * d * d_ff + bias + norms;
        let head = if self.tied { 0 } else { vocab * d };
        usize::try_from(vocab * d + head + d + n_layers * layer).unwrap_or(usize::MAX)
    }

    fn check(&self) -> Result<()> {
        let fail = |reason: String| Err(wrong(reason));
        if !self.n_heads.is_multiple_of(self.n_kv_heads) {
            return fail(format!(
                "num_attention_heads {} is not a multiple of num_key_value_heads {}",
                self.n_heads, self.n_kv_heads
            ));
        }
        if self.head_dim == 0 || !self.head_dim.is_multiple_of(2) {
            return fail(format!("head_dim {} is not a positive even number", self.head_dim));
        }
        if !(self.norm_eps > 0.0 && self.norm_eps < 1.0) {
            return fail(format!("rms_norm_eps {} is not between 0 and 1", self.norm_eps));
        }
        if !(self.rope_theta > 1.0 && self.rope_theta.is_finite()) {
            return fail(format!("rope_theta {} is not above 1", self.rope_theta));
        }
        Ok(())
    }
}

fn family(raw: &Value) -> Result<Family> {
    let found = raw.get("model_type").and_then(Value::as_str).unwrap_or("(no model_type)");
    Family::ALL.into_iter().find(|f| f.model_type() == found).ok_or_else(|| Error::UnsupportedModel {
        found: found.into(),
        supported: Family::ALL.map(Family::model_type).join(", "),
    })
}

/// GPTQ, AWQ, bitsandbytes and their like store other tensors under these names.
fn refuse_quantized(raw: &Value) -> Result<()> {
    let Some(quantization) =
        present(raw, "quantization_config").filter(|q| q.as_object().is_none_or(|map| !map.is_empty()))
    else {
        return Ok(());
    };
    let method = quantization.get("quant_method").and_then(Value::as_str).unwrap_or("a method that is not named");
    Err(wrong(format!(
        "`quantization_config`: the weights are quantized by {method}, which is not supported; take the checkpoint that was \
         not quantized (F32, F16 or BF16)"
    )))
}

/// Whether any layer attends to a window only: those from `max_window_layers` on, or those that `layer_types` names.
fn slides(raw: &Value) -> Result<bool> {
    // An absent window is not none: `transformers` has a default.
    if !flag(raw, "use_sliding_window")? || raw.get("sliding_window").is_some_and(Value::is_null) {
        return Ok(false);
    }
    if let Some(kinds) = present(raw, "layer_types").and_then(Value::as_array) {
        return Ok(kinds.iter().any(|kind| kind != "full_attention"));
    }
    let first = number(raw, "max_window_layers")?.unwrap_or(0.0);
    Ok(number(raw, "num_hidden_layers")?.is_some_and(|layers| first < layers))
}

fn wrong(reason: impl Into<String>) -> Error {
    Error::config("config.json", reason)
}

fn present<'a>(raw: &'a Value, name: &str) -> Option<&'a Value> {
    raw.get(name).filter(|value| !value.is_null())
}

/// The value itself, or what its text says: some exporters write `"32"` for 32.
fn unquoted(value: &Value) -> Value {
    value
        .as_str()
        .and_then(|text| serde_json::from_str(&text.trim().to_lowercase()).ok())
        .unwrap_or_else(|| value.clone())
}

/// A positive integer below 2^31 (larger values are malformed, and would overflow sizes computed from them).
fn positive(raw: &Value, name: &str) -> Result<Option<usize>> {
    let Some(value) = present(raw, name) else { return Ok(None) };
    match unquoted(value) {
        Value::Number(n) if n.as_u64().is_some_and(|n| n > 0 && n < 1 << 31) => Ok(n.as_u64().map(|n| n as usize)),
        _ => Err(wrong(format!("`{name}` is {value}, not a positive integer below 2^31"))),
    }
}

fn number(raw: &Value, name: &str) -> Result<Option<f64>> {
    let Some(value) = present(raw, name) else { return Ok(None) };
    match unquoted(value).as_f64() {
        Some(number) => Ok(Some(number)),
        None => Err(wrong(format!("`{name}` is {value}, not a number"))),
    }
}

/// False when absent.
fn flag(raw: &Value, name: &str) -> Result<bool> {
    let Some(value) = present(raw, name) else { return Ok(false) };
    match unquoted(value) {
        Value::Bool(flag) => Ok(flag),
        _ => Err(wrong(format!("`{name}` is {value}, not true or false"))),
    }
}

/// Old checkpoints state `rope_theta` and `rope_scaling`, those of transformers 5 `rope_parameters`.
fn rope(raw: &Value) -> Result<(f64, RopeScaling)> {
    for name in ["rope_parameters", "rope_scaling"] {
        if let Some(other) = present(raw, name).filter(|value| !value.is_object()) {
            return Err(wrong(format!("`{name}` is {other}, not an object")));
        }
    }
    let parameters = present(raw, "rope_parameters");
    let scaling = parameters.or_else(|| present(raw, "rope_scaling"));
    let stated = parameters.map_or(Ok(None), |parameters| number(parameters, "rope_theta"))?;
    let theta = match stated {
        Some(theta) => theta,
        None => number(raw, "rope_theta")?.unwrap_or(10_000.0),
    };
    let Some(scaling) = scaling else { return Ok((theta, RopeScaling::Default)) };
    let positive = |name: &str| {
        let found = number(scaling, name)?.filter(|x| *x > 0.0);
        found.ok_or_else(|| wrong(format!("rope scaling: `{name}` is missing or not positive")))
    };
    let kind =
        present(scaling, "rope_type").or_else(|| present(scaling, "type")).cloned().unwrap_or_else(|| "default".into());
    let scaling = match kind.as_str() {
        Some("default") => RopeScaling::Default,
        Some("linear") => RopeScaling::Linear { factor: positive("factor")? },
        Some("llama3") => RopeScaling::Llama3 {
            factor: positive("factor")?,
            low_freq_factor: positive("low_freq_factor")?,
            high_freq_factor: positive("high_freq_factor")?,
            original_context: positive("original_max_position_embeddings")? as usize,
        },
        _ => return Err(wrong(format!("rope type {kind} is not supported; expected default, linear or llama3"))),
    };
    Ok((theta, scaling))
}

/// One id or a list of them; none when absent.
///
/// # Errors
/// A value that is no id.
pub fn token_ids(value: Option<&Value>) -> Result<Vec<u32>, String> {
    let id = |value: &Value| {
        let id = unquoted(value).as_u64().and_then(|id| u32::try_from(id).ok());
        id.ok_or_else(|| format!("`eos_token_id` has {value}, which is not the id of a token"))
    };
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(ids)) => ids.iter().map(id).collect(),
        Some(one) => Ok(vec![id(one)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(key: &str, value: Value) -> Result<ModelConfig> {
        let mut raw = ModelConfig::tiny(Family::Llama).to_json();
        raw[key] = value;
        ModelConfig::from_json(raw.to_string().as_bytes())
    }

    #[test]
    fn numbers_and_flags_may_be_texts() {
        let mut plain = with("hidden_size", json!(32)).unwrap();
        assert_eq!(with("hidden_size", json!("32")).unwrap(), plain);
        assert_eq!(with("rms_norm_eps", json!("1e-5")).unwrap(), plain);
        assert_eq!(with("eos_token_id", json!("1")).unwrap(), plain);
        plain.tied = false;
        assert_eq!(with("tie_word_embeddings", json!("False")).unwrap(), plain);
    }

    #[test]
    fn what_cannot_be_read_is_named_and_never_a_default() {
        for (key, value) in [
            ("rms_norm_eps", json!("small")),
            ("rms_norm_eps", json!([1e-5])),
            ("rope_theta", json!(true)),
            ("rope_scaling", json!("linear")),
            ("tie_word_embeddings", json!(1)),
            ("attention_bias", json!("yes")),
            ("eos_token_id", json!([1, "two"])),
            ("eos_token_id", json!(-1)),
            ("hidden_act", json!(["silu"])),
            ("num_key_value_heads", json!(2.5)),
            ("quantization_config", json!({"quant_method": "gptq", "bits": 4})),
        ] {
            let error = with(key, value).unwrap_err();
            assert_eq!(error.code(), "ConfigError");
            assert!(error.to_string().contains(key), "{error}");
        }
        assert!(with("quantization_config", Value::Null).is_ok());
    }
}
