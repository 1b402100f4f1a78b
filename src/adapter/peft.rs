//! LoRA adapters as PEFT keeps them on disk: `adapter_config.json` beside `adapter_model.safetensors`.
//!
//! Contract: <https://huggingface.co/docs/peft/developer_guides/checkpoint>, read and written for peft 0.17 to 0.21. Of
//! the two matrices of a module, PEFT stores A as `[rank, in]` and B as `[out, rank]`, row-major, so that the module adds
//! `scale * B (A x)`; whoever needs the transpose makes it. Nothing here knows the compute backend.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    error::{Error, Result},
    format::{
        FloatType,
        safetensors::{self, HostTensor, SafetensorsFile},
    },
    identity::Base,
};

mod config;

pub use config::{PeftConfig, TargetModules};

/// Modules that can be adapted, with the block that they stand in, in the order of the forward pass.
pub const MODULES: [(&str, &str); 7] = [
    ("q_proj", "self_attn"),
    ("k_proj", "self_attn"),
    ("v_proj", "self_attn"),
    ("o_proj", "self_attn"),
    ("gate_proj", "mlp"),
    ("up_proj", "mlp"),
    ("down_proj", "mlp"),
];
/// What PEFT puts before a module's path: its own wrapper and the name of the wrapped model in it.
const PREFIX: &str = "base_model.model.";

/// One of the two matrices of a LoRA module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matrix {
    /// The first to be applied, `[rank, in]` on disk.
    A,
    /// The second, `[out, rank]` on disk.
    B,
}

/// The module's path in the model, such as `model.layers.3.self_attn.q_proj`.
///
/// # Errors
/// [`Error::Adapter`] for a module that is not in [`MODULES`].
pub fn module_path(layer: usize, module: &str) -> Result<String> {
    let known = MODULES.iter().find(|(name, _)| *name == module);
    let (name, block) =
        known.ok_or_else(|| adapter(format!("module `{module}` cannot be adapted; {}", known_modules())))?;
    Ok(format!("model.layers.{layer}.{block}.{name}"))
}

/// The tensor's name on disk, such as `base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight`.
///
/// # Errors
/// [`Error::Adapter`] for a module that is not in [`MODULES`].
pub fn key(layer: usize, module: &str, matrix: Matrix) -> Result<String> {
    Ok(format!("{PREFIX}{}.lora_{matrix:?}.weight", module_path(layer, module)?))
}

/// Layer, module and matrix of a tensor's name on disk; `None` for any name that [`key`] does not give.
pub fn parse_key(key: &str) -> Option<(usize, &'static str, Matrix)> {
    let path = key.strip_prefix(PREFIX)?;
    let (path, matrix) = match path.strip_suffix(".lora_A.weight") {
        Some(path) => (path, Matrix::A),
        None => (path.strip_suffix(".lora_B.weight")?, Matrix::B),
    };
    let (number, rest) = path.strip_prefix("model.layers.")?.split_once('.')?;
    let layer = number.parse().ok().filter(|layer: &usize| layer.to_string() == number)?;
    let (block, name) = rest.split_once('.')?;
    let (module, _) = MODULES.iter().find(|(m, b)| *m == name && *b == block)?;
    Some((layer, *module, matrix))
}

/// The two matrices of one module.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraHost {
    /// A, `[rank, in_features]`, row-major.
    pub a: Vec<f32>,
    /// B, `[out_features, rank]`, row-major.
    pub b: Vec<f32>,
    /// Rank of the update.
    pub rank: usize,
    /// Width of the module's input.
    pub in_features: usize,
    /// Width of the module's output.
    pub out_features: usize,
}

/// An adapter in host memory.
#[derive(Debug, Clone, PartialEq)]
pub struct PeftAdapter {
    /// What `adapter_config.json` says.
    pub config: PeftConfig,
    /// The weights that it was trained on; PEFT's own files do not tell.
    pub base: Base,
    /// Matrices by layer and module.
    pub tensors: BTreeMap<(usize, String), LoraHost>,
}

impl PeftAdapter {
    /// Reads and checks the two files. F16 and BF16 are widened.
    ///
    /// # Errors
    /// [`Error::Adapter`] for a configuration that cannot be served (it names the field and the remedy), a tensor of an
    /// unknown name, an A without its B, ranks or shapes that do not agree, or a number that is not finite;
    /// [`Error::Integrity`] for a damaged weights file; [`Error::UnsupportedDtype`].
    pub fn from_bytes(config: &[u8], weights: &[u8]) -> Result<Self> {
        let config = PeftConfig::parse(config)?;
        let file = SafetensorsFile::parse(weights)?;
        let mut modules = BTreeSet::new();
        for name in file.names() {
            let (layer, module, _) = parse_key(&name).ok_or_else(|| unknown(&name))?;
            modules.insert((layer, module));
        }
        let mut tensors = BTreeMap::new();
        for (layer, module) in modules {
            tensors.insert((layer, module.to_owned()), read_module(&file, layer, module)?);
        }
        let adapter = Self { config, base: Base::from_metadata(file.metadata()), tensors };
        adapter.validate()?;
        Ok(adapter)
    }

    /// The two files, `(adapter_config.json, adapter_model.safetensors)`, in F32. The same adapter gives the same bytes.
    /// An empty list of target modules is filled with the modules that the adapter has.
    ///
    /// # Errors
    /// [`Error::Adapter`] as in [`Self::from_bytes`].
    pub fn to_bytes(&self) -> Result<(Vec<u8>, Vec<u8>)> {
        self.to_bytes_as(FloatType::F32)
    }

    /// As [`Self::to_bytes`], with matrices of that type.
    ///
    /// # Errors
    /// As [`Self::to_bytes`], and [`Error::InvalidInput`] for a number that the type cannot hold.
    pub fn to_bytes_as(&self, dtype: FloatType) -> Result<(Vec<u8>, Vec<u8>)> {
        self.validate()?;
        let mut config = self.config.clone();
        if config.target_modules == TargetModules::List(Vec::new()) {
            config.target_modules = TargetModules::List(self.modules());
        }
        let mut tensors = BTreeMap::new();
        for ((layer, module), lora) in &self.tensors {
            let a = HostTensor::new(vec![lora.rank, lora.in_features], lora.a.clone())?;
            let b = HostTensor::new(vec![lora.out_features, lora.rank], lora.b.clone())?;
            tensors.insert(key(*layer, module, Matrix::A)?, a);
            tensors.insert(key(*layer, module, Matrix::B)?, b);
        }
        let mut metadata = BTreeMap::from([("format".to_owned(), "pt".to_owned())]);
        metadata.extend(self.base.to_metadata());
        Ok((config.to_json()?, safetensors::write_as(&tensors, &metadata, dtype)?))
    }

    /// Names of the modules that are adapted in some layer, in the order of [`MODULES`].
    pub fn modules(&self) -> Vec<String> {
        let used: BTreeSet<&str> = self.tensors.keys().map(|(_, module)| module.as_str()).collect();
        MODULES.iter().filter(|(name, _)| used.contains(name)).map(|(name, _)| (*name).to_owned()).collect()
    }

    /// What the module's update `B (A x)` is multiplied with: `alpha / rank`, or `alpha / sqrt(rank)` with rank-stabilized
    /// LoRA (<https://arxiv.org/abs/2312.03732>), alpha and rank being the module's own. `None` when it is not adapted.
    pub fn scale(&self, layer: usize, module: &str) -> Option<f64> {
        let lora = self.tensors.get(&(layer, module.to_owned()))?;
        let path = module_path(layer, module).ok()?;
        Some(self.config.scale_of(self.config.alpha_of(&path), lora.rank))
    }

    /// Checks that the tensors fit each other and the configuration.
    ///
    /// # Errors
    /// [`Error::Adapter`].
    pub fn validate(&self) -> Result<()> {
        self.config.validate()?;
        if self.tensors.is_empty() {
            return Err(adapter("it holds no LoRA tensor"));
        }
        for ((layer, module), lora) in &self.tensors {
            let path = module_path(*layer, module)?;
            let LoraHost { a, b, rank, in_features, out_features } = lora;
            let sizes = (rank.checked_mul(*in_features), rank.checked_mul(*out_features));
            if [*rank, *in_features, *out_features].contains(&0) || sizes != (Some(a.len()), Some(b.len())) {
                let found = format!("A has {} elements and B {}", a.len(), b.len());
                return Err(adapter(format!("{path}: {found}, rank {rank}, in {in_features}, out {out_features}")));
            }
            if !a.iter().chain(b).all(|x| x.is_finite()) {
                return Err(adapter(format!("{path}: it holds a number that is not finite")));
            }
            if let Some(expected) = self.config.rank_of(&path).filter(|expected| expected != rank) {
                return Err(adapter(format!("{path}: the tensors have rank {rank}, the configuration {expected}")));
            }
            if !self.config.target_modules.covers(&path) {
                return Err(adapter(format!("{path}: it has tensors, but target_modules does not name it")));
            }
        }
        Ok(())
    }
}

/// Both matrices of a module, with shapes that agree.
fn read_module(file: &SafetensorsFile, layer: usize, module: &str) -> Result<LoraHost> {
    let (a, b) = (key(layer, module, Matrix::A)?, key(layer, module, Matrix::B)?);
    let shape = |name: &str, other: &str| match file.shape(name) {
        Some([rows, columns]) => Ok((*rows, *columns)),
        Some(shape) => Err(adapter(format!("tensor `{name}` has shape {shape:?}; expected two sizes"))),
        None => Err(adapter(format!("tensor `{other}` is there without its partner `{name}`"))),
    };
    let ((rank, in_features), (out_features, columns)) = (shape(&a, &b)?, shape(&b, &a)?);
    if rank != columns {
        return Err(adapter(format!("`{a}` has rank {rank} (rows), `{b}` has rank {columns} (columns)")));
    }
    Ok(LoraHost { a: file.to_f32(&a)?, b: file.to_f32(&b)?, rank, in_features, out_features })
}

fn unknown(name: &str) -> Error {
    adapter(format!("tensor `{name}` is not a LoRA matrix of this model family; {}", known_modules()))
}

fn known_modules() -> String {
    let names: Vec<_> = MODULES.iter().map(|(name, _)| *name).collect();
    format!("train with target_modules out of {}", names.join(", "))
}

fn adapter(reason: impl Into<String>) -> Error {
    Error::Adapter { reason: reason.into() }
}

#[cfg(test)]
mod tests;
