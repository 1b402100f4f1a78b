//! Adapters as GGUF files, which llama.cpp loads beside its model (`--lora FILE`).
//!
//! Contract: `convert_lora_to_gguf.py` and `src/llama-adapter.cpp` of <https://github.com/ggml-org/llama.cpp>. A module's pair stands under
//! the name of its weight, `blk.3.attn_q.weight.lora_a` of `[rank, in]` and `.lora_b` of `[out, rank]`, with the rows of B in the order
//! that the weight has there. The file has one alpha, and each pair adds `alpha / rank * B (A x)` with the rank of its own.

use std::collections::BTreeMap;

use super::{
    lora::check_base,
    peft::{LoraHost, PeftAdapter, module_path},
};
use crate::{
    error::{Error, Result},
    format::{
        FloatType,
        gguf::{Entry, EntryValue, write},
        safetensors::HostTensor,
    },
    identity::Base,
    model::{
        ModelConfig,
        gguf::{Alternating, stored_name},
    },
};

/// The file of an adapter. `name`: what the file calls it; `model` and `base`: the model, whose architecture the file states. A
/// scale that one alpha for all modules cannot express goes into the module's B.
///
/// # Errors
/// [`Error::BaseMismatch`] for other base weights, [`Error::Adapter`] for a layer, module or shape that the model does not have or a scale
/// that makes a number infinite, [`Error::InvalidInput`] for a number that the type cannot hold.
pub fn to_gguf(peft: &PeftAdapter, name: &str, model: &ModelConfig, base: &Base, dtype: FloatType) -> Result<Vec<u8>> {
    peft.validate()?;
    check_base(peft, model, base)?;
    let alpha = common_alpha(peft);
    let mut tensors = BTreeMap::new();
    for ((layer, module), lora) in &peft.tensors {
        let path = module_path(*layer, module)?;
        let unknown = || adapter(format!("{path} has no name in GGUF files"));
        let stored = stored_name(&format!("{path}.weight")).ok_or_else(unknown)?;
        let factor = peft.scale(*layer, module).unwrap_or_default() * lora.rank as f64 / f64::from(alpha);
        let b = rows_of_b(lora, Alternating::of(model, &stored).as_ref(), factor as f32);
        if !b.iter().all(|x| x.is_finite()) {
            return Err(adapter(format!("{path}: its scale is too large; lower its alpha")));
        }
        tensors.insert(
            format!("{stored}.lora_a"),
            HostTensor { shape: vec![lora.rank, lora.in_features], data: lora.a.clone() },
        );
        tensors.insert(format!("{stored}.lora_b"), HostTensor { shape: vec![lora.out_features, lora.rank], data: b });
    }
    let entry = |key, value| Entry { key, value };
    let mut metadata = vec![
        entry("general.architecture", EntryValue::Text(model.family.model_type())),
        entry("general.type", EntryValue::Text("adapter")),
        entry("general.name", EntryValue::Text(name)),
        entry("general.file_type", EntryValue::U32(file_type(dtype))),
        entry("adapter.type", EntryValue::Text("lora")),
        entry("adapter.lora.alpha", EntryValue::F32(alpha)),
    ];
    if !peft.config.invocation.is_empty() {
        metadata.push(entry("adapter.alora.invocation_tokens", EntryValue::U32s(&peft.config.invocation)));
    }
    let trained_on = peft.base.to_metadata();
    metadata.extend(trained_on.iter().map(|(key, value)| entry(key, EntryValue::Text(value))));
    write(&metadata, &tensors, dtype)
}

/// The alpha that gives modules without a rank and an alpha of their own their scale. Never 0, by which llama.cpp would understand a scale
/// of 1.
fn common_alpha(peft: &PeftAdapter) -> f32 {
    let alpha = (peft.config.scale() * peft.config.rank as f64) as f32;
    if alpha.is_normal() { alpha } else { 1.0 }
}

/// The rows of B, multiplied, in the order of the GGUF file.
fn rows_of_b(lora: &LoraHost, heads: Option<&Alternating>, factor: f32) -> Vec<f32> {
    let mut placed = vec![0.0; lora.b.len()];
    for (row, values) in lora.b.chunks_exact(lora.rank).enumerate() {
        let start = heads.map_or(row, |heads| heads.place(row)) * lora.rank;
        for (to, value) in placed.iter_mut().skip(start).zip(values) {
            *to = value * factor;
        }
    }
    placed
}

/// The number of the type in `general.file_type`.
fn file_type(dtype: FloatType) -> u32 {
    match dtype {
        FloatType::F32 => 0,
        FloatType::F16 => 1,
    }
}

fn adapter(reason: String) -> Error {
    Error::Adapter { reason }
}

#[cfg(test)]
mod tests;
