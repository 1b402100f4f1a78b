//! `adapter_config.json` of PEFT: what of it can be served, and what is refused with the remedy.

use serde_json::{Map, Value, json};

use super::adapter;
use crate::{error::Result, format};

/// Fields that change the numbers in ways that are not served, with the remedy. Each may be absent, null, false or empty.
const REFUSED: [(&str, &str); 13] = [
    ("use_dora", "train with use_dora=False"),
    ("lora_bias", "train with lora_bias=False"),
    ("modules_to_save", "train with modules_to_save=None: only LoRA matrices are read"),
    ("trainable_token_indices", "train with trainable_token_indices=None"),
    ("target_parameters", "train with target_modules instead"),
    ("layer_replication", "train without layer_replication"),
    ("fan_in_fan_out", "train a model of linear layers, with fan_in_fan_out=False"),
    ("use_qalora", "train with use_qalora=False"),
    ("use_bdlora", "train with use_bdlora=None"),
    ("arrow_config", "load the routed adapters one by one"),
    ("kasa_config", "train with kasa_config=None"),
    ("monteclora_config", "train with monteclora_config=None"),
    ("megatron_config", "train with megatron_config=None"),
];
/// Initializations that leave the base weights as they are; the others move a part of them into the adapter.
const PLAIN_INITS: [&str; 3] = ["gaussian", "eva", "orthogonal"];

/// Which modules are adapted.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetModules {
    /// Names or path endings, such as `q_proj`; empty for what the tensors say.
    List(Vec<String>),
    /// `all-linear`, or a regular expression over the module's path; the tensors say what it means.
    Pattern(String),
}

impl TargetModules {
    /// True when the module of that path may be adapted. A pattern is not evaluated and covers all.
    pub fn covers(&self, path: &str) -> bool {
        match self {
            Self::List(names) => names.is_empty() || names.iter().any(|name| ends_with(path, name)),
            Self::Pattern(_) => true,
        }
    }
}

impl Default for TargetModules {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// What `adapter_config.json` says, as far as it is served. The default is all zero and empty: rank and alpha have to be
/// set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PeftConfig {
    /// `r`, at least 1.
    pub rank: usize,
    /// `lora_alpha`.
    pub alpha: f64,
    /// Adapted modules.
    pub target_modules: TargetModules,
    /// Name or path of the base model; empty for null.
    pub base_model_name_or_path: String,
    /// `lora_dropout` in training, in [0, 1).
    pub dropout: f64,
    /// Rank-stabilized scale; see [`super::PeftAdapter::scale`].
    pub use_rslora: bool,
    /// Ranks that differ from `rank`, by path ending or (kept, but not evaluated) regular expression; the first that fits
    /// counts.
    pub rank_pattern: Vec<(String, usize)>,
    /// Alphas that differ from `alpha`, by path ending; the first that fits counts.
    pub alpha_pattern: Vec<(String, f64)>,
    /// The only layers adapted; `None` for all.
    pub layers_to_transform: Option<Vec<usize>>,
    /// `alora_invocation_tokens`: token ids from which on an activated adapter is at work; empty for an ordinary one.
    pub invocation: Vec<u32>,
}

impl PeftConfig {
    /// A plain LoRA of these modules on that base.
    pub fn new(rank: usize, alpha: f64, modules: &[&str], base: &str) -> Self {
        Self {
            rank,
            alpha,
            target_modules: TargetModules::List(modules.iter().map(|name| (*name).to_owned()).collect()),
            base_model_name_or_path: base.to_owned(),
            ..Self::default()
        }
    }

    /// Reads `adapter_config.json`. Fields that do not bear on the numbers are passed over.
    ///
    /// # Errors
    /// [`Error::Adapter`](crate::error::Error::Adapter) with the field and the remedy.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let fields: Map<String, Value> =
            format::json::read(json).map_err(|reason| adapter(format!("adapter_config.json: {reason}")))?;
        let fields = Fields(&fields);
        fields.refuse()?;
        let layers = match fields.get("layers_to_transform") {
            None => None,
            Some(Value::Array(list)) => Some(list.iter().map(index).collect::<Option<Vec<_>>>()),
            Some(one) => Some(index(one).map(|layer| vec![layer])),
        };
        let config = Self {
            rank: fields.read("r", "an integer of at least 1", index)?.unwrap_or(8),
            alpha: fields.read("lora_alpha", "a number", Value::as_f64)?.unwrap_or(8.0),
            target_modules: match fields.get("target_modules") {
                Some(Value::String(pattern)) => TargetModules::Pattern(pattern.clone()),
                _ => TargetModules::List(fields.read("target_modules", "a list or a text", texts)?.unwrap_or_default()),
            },
            base_model_name_or_path: fields.read("base_model_name_or_path", "a text", text)?.unwrap_or_default(),
            dropout: fields.read("lora_dropout", "a number in [0, 1)", Value::as_f64)?.unwrap_or(0.0),
            use_rslora: fields.read("use_rslora", "true or false", Value::as_bool)?.unwrap_or(false),
            rank_pattern: fields.read("rank_pattern", "ranks by module", |v| pattern(v, index))?.unwrap_or_default(),
            alpha_pattern: fields
                .read("alpha_pattern", "alphas by module", |v| pattern(v, Value::as_f64))?
                .unwrap_or_default(),
            layers_to_transform: layers
                .map(|found| found.ok_or_else(|| wrong("layers_to_transform", "an index or a list of indices")))
                .transpose()?,
            invocation: fields.read("alora_invocation_tokens", "a list of token ids", tokens)?.unwrap_or_default(),
        };
        config.validate()?;
        Ok(config)
    }

    /// `adapter_config.json`, as `peft.PeftModel.from_pretrained` of peft 0.17 to 0.21 reads it.
    ///
    /// # Errors
    /// [`Error::Adapter`](crate::error::Error::Adapter) as in [`Self::validate`].
    pub fn to_json(&self) -> Result<Vec<u8>> {
        self.validate()?;
        let object = |pairs: Vec<(String, Value)>| Value::Object(pairs.into_iter().collect());
        let ranks = self.rank_pattern.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
        let alphas = self.alpha_pattern.iter().map(|(k, v)| (k.clone(), number(*v))).collect();
        let json = json!({
            "auto_mapping": null,
            "base_model_name_or_path": Some(&self.base_model_name_or_path).filter(|name| !name.is_empty()),
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "inference_mode": true,
            "r": self.rank,
            "lora_alpha": number(self.alpha),
            "lora_dropout": self.dropout,
            "target_modules": match &self.target_modules {
                TargetModules::List(names) => json!(names),
                TargetModules::Pattern(pattern) => json!(pattern),
            },
            "layers_to_transform": self.layers_to_transform,
            "bias": "none",
            "fan_in_fan_out": false,
            "init_lora_weights": true,
            "modules_to_save": null,
            "rank_pattern": object(ranks),
            "alpha_pattern": object(alphas),
            "use_dora": false,
            "use_rslora": self.use_rslora,
            "alora_invocation_tokens": Some(&self.invocation).filter(|ids| !ids.is_empty()),
        });
        let mut bytes = serde_json::to_vec_pretty(&json).map_err(|error| adapter(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Checks the ranges of the numbers, and that every key of `alpha_pattern` can be told from a regular expression.
    ///
    /// # Errors
    /// [`Error::Adapter`](crate::error::Error::Adapter) with the field and what it accepts.
    pub fn validate(&self) -> Result<()> {
        if self.rank == 0 || self.rank_pattern.iter().any(|(_, rank)| *rank == 0) {
            return Err(wrong("r and rank_pattern", "integers of at least 1"));
        }
        if !self.alpha_pattern.iter().map(|(_, alpha)| alpha).chain([&self.alpha]).all(|alpha| alpha.is_finite()) {
            return Err(wrong("lora_alpha and alpha_pattern", "finite numbers"));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(wrong("lora_dropout", "a number in [0, 1)"));
        }
        match self.alpha_pattern.iter().find(|(key, _)| plain(key).is_none()) {
            Some((key, _)) => {
                Err(wrong("alpha_pattern", &format!("module names or paths, not a pattern like `{key}`")))
            }
            None => Ok(()),
        }
    }

    /// What the update of a module without its own rank and alpha is multiplied with.
    pub fn scale(&self) -> f64 {
        self.scale_of(self.alpha, self.rank)
    }

    /// `alpha / rank`, or `alpha / sqrt(rank)` with `use_rslora`.
    pub(super) fn scale_of(&self, alpha: f64, rank: usize) -> f64 {
        let rank = rank as f64;
        alpha / if self.use_rslora { rank.sqrt() } else { rank }
    }

    /// Alpha of the module of that path.
    pub(super) fn alpha_of(&self, path: &str) -> f64 {
        let own = self.alpha_pattern.iter().find(|(key, _)| plain(key).is_some_and(|key| fits(path, &key)));
        own.map_or(self.alpha, |(_, alpha)| *alpha)
    }

    /// Rank of the module of that path; `None` when a regular expression may say otherwise.
    pub(super) fn rank_of(&self, path: &str) -> Option<usize> {
        for (key, rank) in &self.rank_pattern {
            if fits(path, &plain(key)?) {
                return Some(*rank);
            }
        }
        Some(self.rank)
    }
}

/// The fields of the file.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// A field that is there and not null.
    fn get(&self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    fn read<T>(&self, field: &str, accepted: &str, convert: impl Fn(&Value) -> Option<T>) -> Result<Option<T>> {
        self.get(field).map(|value| convert(value).ok_or_else(|| wrong(field, accepted))).transpose()
    }

    /// Refuses what cannot be served.
    fn refuse(&self) -> Result<()> {
        let kind = self.get("peft_type").and_then(Value::as_str).unwrap_or("(none)");
        if kind != "LORA" {
            return Err(adapter(format!("adapter_config.json: peft_type {kind} is not served; train with LoraConfig")));
        }
        if let Some(bias) = self.get("bias").filter(|bias| *bias != "none") {
            return Err(adapter(format!("adapter_config.json: bias {bias} is not served; train with bias=\"none\"")));
        }
        for (field, remedy) in REFUSED {
            let off = match self.get(field) {
                None | Some(Value::Bool(false)) => true,
                Some(Value::Array(list)) => list.is_empty(),
                Some(Value::Object(map)) => map.is_empty(),
                Some(_) => false,
            };
            if !off {
                return Err(adapter(format!("adapter_config.json: {field} is not served; {remedy}")));
            }
        }
        match self.get("init_lora_weights") {
            None | Some(Value::Bool(_)) => Ok(()),
            Some(init) if init.as_str().is_some_and(|init| PLAIN_INITS.contains(&init)) => Ok(()),
            Some(init) => Err(adapter(format!(
                "adapter_config.json: init_lora_weights {init} changes the base weights and is not served; convert the \
                 adapter with save_pretrained(path_initial_model_for_weight_conversion=...)"
            ))),
        }
    }
}

fn wrong(field: &str, accepted: &str) -> crate::error::Error {
    adapter(format!("adapter_config.json: {field} must be {accepted}"))
}

fn index(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn tokens(value: &Value) -> Option<Vec<u32>> {
    value.as_array()?.iter().map(|id| u32::try_from(id.as_u64()?).ok()).collect()
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(text).collect()
}

fn pattern<T>(value: &Value, convert: impl Fn(&Value) -> Option<T>) -> Option<Vec<(String, T)>> {
    value.as_object()?.iter().map(|(key, value)| Some((key.clone(), convert(value)?))).collect()
}

/// PEFT writes whole alphas as integers, and so does this.
fn number(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < 1e15 { json!(x as i64) } else { json!(x) }
}

/// The literal that a key of a pattern stands for, with `^` kept at its start; `None` for a regular expression. A dot is
/// taken for a dot.
fn plain(key: &str) -> Option<String> {
    let literal = key.replace("\\.", ".");
    let name = literal.strip_prefix('^').unwrap_or(&literal);
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)).then_some(literal)
}

/// PEFT's rule for a key of a pattern: the whole path, or what follows a dot in it; with `^` only the whole path.
fn fits(path: &str, literal: &str) -> bool {
    literal.strip_prefix('^').map_or_else(|| ends_with(path, literal), |whole| path == whole)
}

fn ends_with(path: &str, name: &str) -> bool {
    path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
