//! `config.json` from metadata.

use serde_json::{Value, json};

use super::{
    parts::Parts,
    rope::{self, Frequencies},
};
use crate::{
    error::{Error, Result},
    model::config::Family,
};

/// The configuration that the metadata describe. `vocabulary`: number of tokens.
pub(super) fn config(parts: &Parts<'_>, vocabulary: usize) -> Result<Value> {
    let found = parts.text("general.architecture").unwrap_or("(no general.architecture)");
    let unsupported = |found: String, supported: String| Error::UnsupportedModel { found, supported };
    let family = Family::ALL.into_iter().find(|family| family.model_type() == found);
    let family = family.ok_or_else(|| unsupported(found.to_owned(), Family::ALL.map(Family::model_type).join(", ")))?;
    let key = |name: &str| format!("{found}.{name}");
    let wrong = |name: &str, reason: &str| Error::config(format!("`{}` of the GGUF file", key(name)), reason);
    let size = |name: &str| {
        parts.value(&key(name)).ok_or_else(|| wrong(name, "it is missing"))?;
        // Sizes are multiplied with each other.
        let size = parts.usize(&key(name)).filter(|size| (1..1 << 31).contains(size));
        size.ok_or_else(|| wrong(name, "it is not one positive whole number below 2^31"))
    };
    let optional = |name: &str| parts.value(&key(name)).map(|_| size(name)).transpose();
    let number = |name: &str| parts.f64(&key(name));
    if number("expert_count").is_some_and(|count| count > 0.0) {
        return Err(unsupported(format!("{found} with experts"), "models without experts".to_owned()));
    }
    if number("attention.sliding_window").is_some_and(|window| window > 0.0) {
        return Err(wrong("attention.sliding_window", "sliding-window attention is not supported"));
    }
    let heads = size("attention.head_count")?;
    let width = size("embedding_length")?;
    let head_dim = optional("attention.key_length")?.unwrap_or(width / heads);
    if optional("attention.value_length")?.is_some_and(|values| values != head_dim) {
        return Err(wrong("attention.value_length", "values of another width than the keys are not supported"));
    }
    if optional("rope.dimension_count")?.is_some_and(|rotated| rotated != head_dim) {
        return Err(wrong("rope.dimension_count", "heads that are rotated in part are not supported"));
    }
    let theta = number("rope.freq_base").unwrap_or(10_000.0);
    let rows = parts.tensor("token_embd.weight").and_then(|tensor| tensor.shape.first().copied());
    let has = |name: &str| parts.tensor(name).is_some();
    let epsilon = "attention.layer_norm_rms_epsilon";
    Ok(json!({
        "_name_or_path": parts.text("general.name").unwrap_or_default(),
        "model_type": found,
        "vocab_size": rows.unwrap_or(vocabulary),
        "hidden_size": width,
        "num_hidden_layers": size("block_count")?,
        "num_attention_heads": heads,
        "num_key_value_heads": optional("attention.head_count_kv")?.unwrap_or(heads),
        "head_dim": head_dim,
        "intermediate_size": size("feed_forward_length")?,
        "max_position_embeddings": size("context_length")?,
        "rms_norm_eps": number(epsilon).ok_or_else(|| wrong(epsilon, "it is missing"))?,
        "rope_theta": theta,
        "rope_scaling": rope::scaling(parts, found, &Frequencies { head_dim, theta })?,
        "tie_word_embeddings": !has("output.weight"),
        "attention_bias": family != Family::Qwen2 && has("blk.0.attn_q.bias"),
        "mlp_bias": family == Family::Llama && has("blk.0.ffn_up.bias"),
        "hidden_act": "silu",
        "eos_token_id": ends(parts),
    }))
}

/// Tokens that end a document, a turn, or a message.
fn ends(parts: &Parts<'_>) -> Vec<usize> {
    ["eot", "eos", "eom"].iter().filter_map(|name| parts.usize(&format!("tokenizer.ggml.{name}_token_id"))).collect()
}
