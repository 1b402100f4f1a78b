//! Checkpoints of a pretraining run, and the finished model as files.

use std::collections::BTreeMap;

use burn::tensor::{Tensor, TensorData};
use half::{bf16, f16};
use safetensors::{Dtype, tensor::TensorView};
use serde_json::{Value, json};

use super::bpe::{TokenizerSettings, tokenizer_files};
use super::{config::PretrainConfig, trainer::Pretrainer};
use autodidact::{
    backend::readback,
    error::{Error, Result},
    format::safetensors::{HostTensor, SafetensorsFile, write},
    model::{Decoder, ModelConfig, ModelFiles, SINGLE, export},
    nn::Matrix,
    prompt::{SEED_END, SEED_PAD, SEED_TEMPLATE, SEED_TOKENS},
};

const SETTINGS: &str = "autodidact.pretrain";
const STEPS: &str = "autodidact.steps";
const PARAMETER: &str = "parameter";
const STATE: &str = "optimizer";

/// A file's name and content.
pub type NamedFile = (&'static str, Vec<u8>);

/// The whole state of a run as one safetensors file.
///
/// # Errors
/// [`Error::Backend`] when a tensor cannot be read back.
pub async fn save(run: &Pretrainer) -> Result<Vec<u8>> {
    let mut tensors = BTreeMap::new();
    let parts = [(PARAMETER, run.decoder().weights().parameters()), (STATE, run.optimizer().state())];
    for (part, matrices) in parts {
        for (i, matrix) in matrices.into_iter().enumerate() {
            let shape = matrix.dims().to_vec();
            tensors.insert(format!("{part}.{i:04}"), HostTensor { shape, data: readback(matrix).await? });
        }
    }
    let settings =
        serde_json::to_string(run.config()).map_err(|e| Error::config("pretraining settings", e.to_string()))?;
    let metadata = BTreeMap::from([(SETTINGS.to_owned(), settings), (STEPS.to_owned(), run.step_count().to_string())]);
    write(&tensors, &metadata)
}

/// Puts a saved state into a run that was made with the same settings (see [`PretrainConfig::continues`]).
///
/// # Errors
/// [`Error::Integrity`] for a damaged file, [`Error::Config`] for other settings.
pub fn restore(run: &mut Pretrainer, bytes: &[u8]) -> Result<()> {
    let file = SafetensorsFile::parse(bytes)?;
    let damaged = |reason: &str| Error::Integrity { what: "checkpoint".into(), reason: reason.into() };
    let saved = file.metadata().get(SETTINGS).ok_or_else(|| damaged("it states no settings"))?;
    let steps = file.metadata().get(STEPS).and_then(|s| s.parse().ok()).ok_or_else(|| damaged("it states no step"))?;
    // Settings that cannot be read are those of another version.
    let saved = serde_json::from_str::<PretrainConfig>(saved).ok();
    if !saved.is_some_and(|saved| run.config().continues(&saved, steps)) {
        return Err(Error::config(
            "checkpoint",
            "it was made with other settings; use the same options (more --steps only before the learning rate falls), \
             another --out, or --fresh to start over",
        ));
    }
    let device = run.decoder().device().clone();
    let matrix = |part: &str, i: usize, like: &Matrix| -> Result<Matrix> {
        let name = format!("{part}.{i:04}");
        let expected = like.dims();
        match file.shape(&name) {
            Some(found) if found == expected => {
                Ok(Tensor::from_data(TensorData::new(file.to_f32(&name)?, expected), &device))
            }
            Some(found) => {
                Err(Error::ShapeMismatch { tensor: name, expected: expected.to_vec(), found: found.to_vec() })
            }
            None => Err(Error::MissingTensor { tensor: name, expected: expected.to_vec() }),
        }
    };
    let read = |part: &str, like: Vec<Matrix>| -> Result<Vec<Matrix>> {
        like.iter().enumerate().map(|(i, like)| matrix(part, i, like)).collect()
    };
    let parameters = read(PARAMETER, run.decoder().weights().parameters())?;
    let state = read(STATE, run.optimizer().state())?;
    run.restore(parameters, state, steps)
}

/// The model as the files of a Hugging Face directory. Its weights are in F16; those of a run that started from a model
/// are in the type that the model's `config.json` names, or F32, and all its other files are as they were.
///
/// # Errors
/// [`Error::Backend`] when a tensor cannot be read back.
pub async fn model_files(run: &Pretrainer) -> Result<Vec<NamedFile>> {
    if let Some(origin) = run.origin() {
        return rewritten(run.decoder(), origin).await;
    }
    let config = run.decoder().config();
    let weights = weights_file(run.decoder(), Dtype::F16).await?;
    let settings = TokenizerSettings {
        eos_token: SEED_END,
        pad_token: SEED_PAD,
        model_max_length: config.context,
        chat_template: SEED_TEMPLATE,
        call_format: "pythonic",
        synthesis: "native",
    };
    let files = tokenizer_files(run.tokenizer(), SEED_TOKENS, &settings)?;
    let mut config_json = config.to_json();
    config_json["torch_dtype"] = json!("float16");
    config_json["pad_token_id"] = json!(run.tokenizer().token_to_id(SEED_PAD));
    config_json["eos_token_id"] = json!(config.eos.first());
    let generation = json!({"eos_token_id": config.eos, "pad_token_id": run.tokenizer().token_to_id(SEED_PAD)});
    Ok(vec![
        ("config.json", pretty(&config_json)?),
        ("generation_config.json", pretty(&generation)?),
        (SINGLE, weights),
        ("tokenizer.json", run.tokenizer().to_bytes()?),
        ("tokenizer_config.json", files.tokenizer_config),
        ("special_tokens_map.json", files.special_tokens_map),
    ])
}

/// The directory that a model came from with the model's weights in place of its own, in the type that its `config.json` names, or F32.
/// All other files stay as they are, but for the sizes that differ.
///
/// # Errors
/// [`Error::Backend`] when a tensor cannot be read back, [`Error::Config`] for a `config.json` that is none.
pub async fn rewritten(decoder: &Decoder, origin: &ModelFiles) -> Result<Vec<NamedFile>> {
    let mut config = origin.config.clone();
    let mut json: Value = serde_json::from_slice(&config).map_err(|e| Error::config("config.json", e.to_string()))?;
    let c = decoder.config();
    let before = ModelConfig::from_json(&config)?;
    if before.n_layers != c.n_layers {
        // One entry for each block; without it all are of the same type.
        json.as_object_mut().map(|fields| fields.remove("layer_types"));
    }
    if (before.d_model, before.n_heads) != (c.d_model, c.n_heads) {
        // Where it is not stated, it follows from other sizes.
        json["head_dim"] = json!(c.head_dim);
    }
    let sizes = [
        ("num_hidden_layers", before.n_layers, c.n_layers),
        ("hidden_size", before.d_model, c.d_model),
        ("num_attention_heads", before.n_heads, c.n_heads),
        ("num_key_value_heads", before.n_kv_heads, c.n_kv_heads),
        ("intermediate_size", before.d_ff, c.d_ff),
    ];
    let changed: Vec<_> = sizes.into_iter().filter(|(_, old, new)| old != new).collect();
    for (name, _, new) in &changed {
        json[*name] = json!(new);
    }
    if !changed.is_empty() {
        config = pretty(&json)?;
    }
    let optional = [
        ("generation_config.json", origin.generation_config.clone()),
        ("tokenizer_config.json", origin.tokenizer_config.clone()),
        ("chat_template.jinja", origin.chat_template.clone().map(String::into_bytes)),
    ];
    let weights = weights_file(decoder, stated_dtype(origin)).await?;
    let mut files = vec![("config.json", config), (SINGLE, weights), ("tokenizer.json", origin.tokenizer.clone())];
    files.extend(optional.into_iter().filter_map(|(name, bytes)| Some((name, bytes?))));
    Ok(files)
}

async fn weights_file(decoder: &Decoder, dtype: Dtype) -> Result<Vec<u8>> {
    let tensors = export::to_host(decoder).await?;
    let encoded: Vec<(String, Vec<usize>, Vec<u8>)> =
        tensors.into_iter().map(|(name, t)| (name, t.shape, encode(&t.data, dtype))).collect();
    let mut views = Vec::new();
    for (name, shape, bytes) in &encoded {
        let view =
            TensorView::new(dtype, shape.clone(), bytes).map_err(|e| Error::config(name.as_str(), e.to_string()))?;
        views.push((name.as_str(), view));
    }
    let metadata = Some(std::collections::HashMap::from([("format".to_owned(), "pt".to_owned())]));
    safetensors::serialize(views, metadata).map_err(|e| Error::config(SINGLE, e.to_string()))
}

fn pretty(value: &Value) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value).map_err(|e| Error::config("config.json", e.to_string()))
}

/// The type of the weights that a `config.json` names, where it is one that is written.
fn stated_dtype(files: &ModelFiles) -> Dtype {
    let config: Value = serde_json::from_slice(&files.config).unwrap_or_default();
    let stated = config.get("torch_dtype").or_else(|| config.get("dtype"));
    match stated.and_then(Value::as_str) {
        Some("float16") => Dtype::F16,
        Some("bfloat16") => Dtype::BF16,
        _ => Dtype::F32,
    }
}

fn encode(data: &[f32], dtype: Dtype) -> Vec<u8> {
    match dtype {
        Dtype::F16 => data.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect(),
        Dtype::BF16 => data.iter().flat_map(|x| bf16::from_f32(*x).to_le_bytes()).collect(),
        _ => data.iter().flat_map(|x| x.to_le_bytes()).collect(),
    }
}
