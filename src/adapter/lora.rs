//! LoRA adapters as tensors: fresh ones, and the way from and to PEFT's files.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::peft::{LoraHost, PeftAdapter, PeftConfig, TargetModules};
use crate::{
    backend::readback,
    error::{Error, Result},
    identity::Base,
    model::{LayerLora, LoraWeights, ModelConfig, Slot},
    nn::{Matrix, lora::LoraPair},
};

/// The modules that LoRA can adapt, which is also the default: all linear layers.
pub const ALL_LINEAR: [&str; 7] = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

/// Largest rank.
const MAX_RANK: usize = 1024;

/// Shape of a LoRA adapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
#[serde(default, deny_unknown_fields)]
pub struct LoraConfig {
    /// Rank `r` of every pair, at least 1.
    pub rank: usize,
    /// `alpha`; the pair is scaled by `alpha / r`.
    pub alpha: f64,
    /// Names of the adapted modules, of [`ALL_LINEAR`].
    pub targets: Vec<String>,
}

impl Default for LoraConfig {
    fn default() -> Self {
        Self { rank: 8, alpha: 16.0, targets: ALL_LINEAR.map(String::from).to_vec() }
    }
}

impl LoraConfig {
    /// `s = alpha / r`.
    pub fn scale(&self) -> f32 {
        (self.alpha / self.rank as f64) as f32
    }

    /// # Errors
    /// [`Error::InvalidInput`] for rank 0, a non-finite alpha, no target, or one that is not in [`ALL_LINEAR`].
    pub fn check(&self) -> Result<()> {
        if self.rank == 0 || self.rank > MAX_RANK {
            return Err(Error::invalid("rank", format!("{} is not between 1 and {MAX_RANK}", self.rank)));
        }
        if !self.alpha.is_finite() || self.alpha <= 0.0 {
            return Err(Error::invalid("alpha", format!("{} is not a positive number", self.alpha)));
        }
        if self.targets.is_empty() {
            return Err(Error::invalid("targets", "no module is named"));
        }
        match self.targets.iter().find(|t| !ALL_LINEAR.contains(&t.as_str())) {
            Some(other) => Err(Error::invalid("targets", format!("`{other}` is not one of {}", ALL_LINEAR.join(", ")))),
            None => Ok(()),
        }
    }
}

/// A LoRA adapter that can be applied and trained.
#[derive(Debug, Clone)]
pub struct Adapter {
    /// Its shape.
    pub config: LoraConfig,
    /// Its matrices.
    pub weights: LoraWeights,
}

impl Adapter {
    /// `A` from `U(-1/sqrt(in), 1/sqrt(in))` (PEFT's default), `B` zero: the model's output is unchanged at first.
    ///
    /// # Errors
    /// As [`LoraConfig::check`].
    pub fn init(config: LoraConfig, model: &ModelConfig, seed: u64, device: &Device) -> Result<Self> {
        config.check()?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut modules = BTreeMap::new();
        for layer in 0..model.n_layers {
            for slot in Slot::ALL {
                let in_features = slot.in_features(model);
                let bound = 1.0 / (in_features as f32).sqrt();
                for (module, out_features) in slot.modules(model) {
                    if config.targets.iter().any(|t| t == module) {
                        let a = (0..config.rank * in_features).map(|_| rng.random_range(-bound..bound)).collect();
                        let b = vec![0.0; out_features * config.rank];
                        modules.insert(
                            (layer, module.to_owned()),
                            LoraHost { a, b, rank: config.rank, in_features, out_features },
                        );
                    }
                }
            }
        }
        let weights = assemble(&modules, model, config.scale(), device)?;
        Ok(Self { config, weights })
    }

    /// From a PEFT adapter. The weights that it was trained on are compared where the file states them; files written by PEFT do not.
    ///
    /// # Errors
    /// [`Error::BaseMismatch`] as in [`Base::fit`], [`Error::Adapter`] for a layer, module or shape that the model
    /// does not have.
    pub fn from_peft(peft: &PeftAdapter, model: &ModelConfig, base: &Base, device: &Device) -> Result<Self> {
        check_base(peft, model, base)?;
        // Before anything is made as large as the largest of them.
        let rank = peft.tensors.values().map(|host| host.rank).max().unwrap_or(1);
        if rank > MAX_RANK {
            return Err(Error::Adapter { reason: format!("its rank is {rank}, over the limit of {MAX_RANK}") });
        }
        let (config, modules) = uniform(peft);
        let mut weights = assemble(&modules, model, config.scale(), device)?;
        weights.invocation.clone_from(&peft.config.invocation);
        Ok(Self { config, weights })
    }

    /// As a PEFT adapter.
    ///
    /// # Errors
    /// [`Error::Backend`] when a matrix cannot be read back.
    pub async fn to_peft(&self, model: &ModelConfig, base_name: &str, base: Base) -> Result<PeftAdapter> {
        let mut tensors = BTreeMap::new();
        for (layer, pairs) in self.weights.layers.iter().enumerate() {
            for (slot, pair) in pairs.iter() {
                let (a, b) = (readback(pair.a.clone()).await?, readback(pair.b.clone()).await?);
                for (module, host) in split(&self.config, model, slot, &a, &b) {
                    tensors.insert((layer, module), host);
                }
            }
        }
        let config = PeftConfig {
            rank: self.config.rank,
            alpha: self.config.alpha,
            target_modules: TargetModules::List(self.config.targets.clone()),
            base_model_name_or_path: base_name.into(),
            invocation: self.weights.invocation.clone(),
            ..PeftConfig::default()
        };
        Ok(PeftAdapter { config, base, tensors })
    }
}

/// Checks that an adapter belongs to these base weights, where it names any, and that the model has its layers and modules, of its widths.
///
/// # Errors
/// [`Error::BaseMismatch`] and [`Error::Adapter`].
pub(super) fn check_base(peft: &PeftAdapter, model: &ModelConfig, base: &Base) -> Result<()> {
    base.fit(&peft.base)?;
    let known = |module: &str| ALL_LINEAR.contains(&module);
    let strange = peft.tensors.keys().find(|(layer, module)| *layer >= model.n_layers || !known(module));
    if let Some((layer, module)) = strange {
        let reason = format!("the model, of {} layers, has no {module} in layer {layer}", model.n_layers);
        return Err(Error::Adapter { reason });
    }
    peft.tensors.iter().try_for_each(|((layer, module), host)| check_widths(model, *layer, module, host))
}

/// The adapter with one rank and one scale for all modules, as it is computed here. Smaller ranks are filled up with
/// zeros, which training leaves at zero; a module's own scale goes into its `B`.
fn uniform(peft: &PeftAdapter) -> (LoraConfig, BTreeMap<(usize, String), LoraHost>) {
    let rank = peft.tensors.values().map(|host| host.rank).max().unwrap_or(1);
    let common = peft.config.scale();
    // A scale of 0 cannot be divided by.
    let scale = if common == 0.0 { 1.0 } else { common };
    let targets = ALL_LINEAR.iter().filter(|name| peft.tensors.keys().any(|(_, module)| module == *name));
    let config = LoraConfig { rank, alpha: scale * rank as f64, targets: targets.map(|t| (*t).to_owned()).collect() };
    let mut modules = BTreeMap::new();
    for ((layer, module), host) in &peft.tensors {
        let factor = (peft.scale(*layer, module).unwrap_or(common) / scale) as f32;
        let mut a = host.a.clone();
        a.resize(rank * host.in_features, 0.0);
        let rows = host.b.chunks_exact(host.rank);
        let b = rows.flat_map(|row| row.iter().map(|x| x * factor).chain(std::iter::repeat_n(0.0, rank - host.rank)));
        let b = b.collect();
        modules.insert((*layer, module.clone()), LoraHost { a, b, rank, ..*host });
    }
    // A module that only some layers adapt gets a zero pair in the others.
    let layers = modules.keys().map(|(layer, _)| layer + 1).max().unwrap_or(0);
    for target in &config.targets {
        let like = modules
            .iter()
            .find(|((_, module), _)| module == target)
            .map(|(_, host)| (host.in_features, host.out_features));
        let Some((in_features, out_features)) = like else { continue };
        for layer in 0..layers {
            modules.entry((layer, target.clone())).or_insert_with(|| LoraHost {
                a: vec![0.0; rank * in_features],
                b: vec![0.0; out_features * rank],
                rank,
                in_features,
                out_features,
            });
        }
    }
    (config, modules)
}

/// The adapted modules of a slot, with output widths and the columns where they start.
fn adapted<'a>(
    targets: &'a [String],
    model: &ModelConfig,
    slot: Slot,
) -> impl Iterator<Item = (&'static str, usize, usize)> + 'a {
    let mut start = 0;
    let modules = slot.modules(model).into_iter().map(move |(module, width)| {
        start += width;
        (module, width, start - width)
    });
    modules.filter(move |(module, ..)| targets.iter().any(|t| t == module))
}

/// Fused `A [in, R]` and `B [R, out]` back to the matrices of each module, `[r, in]` and `[out, r]`.
fn split(config: &LoraConfig, model: &ModelConfig, slot: Slot, a: &[f32], b: &[f32]) -> Vec<(String, LoraHost)> {
    let (in_features, out_total, r) = (slot.in_features(model), slot.out_features(model), config.rank);
    let modules: Vec<_> = adapted(&config.targets, model, slot).collect();
    let total = modules.len() * r;
    let part = |(i, (module, width, start)): (usize, &(&str, usize, usize))| {
        let a_part = (0..r).flat_map(|k| (0..in_features).map(move |row| a[row * total + i * r + k])).collect();
        let b_part = (0..*width).flat_map(|o| (0..r).map(move |k| b[(i * r + k) * out_total + start + o])).collect();
        let host = LoraHost { a: a_part, b: b_part, rank: r, in_features, out_features: *width };
        ((*module).to_owned(), host)
    };
    modules.iter().enumerate().map(part).collect()
}

/// Compares a module's widths with the model's.
fn check_widths(model: &ModelConfig, layer: usize, module: &str, host: &LoraHost) -> Result<()> {
    let found = (host.in_features, host.out_features);
    let of_slot = |slot: Slot| {
        let inputs = slot.in_features(model);
        slot.modules(model).into_iter().find(|(name, _)| *name == module).map(|(_, width)| (inputs, width))
    };
    match Slot::ALL.into_iter().find_map(of_slot) {
        Some(expected) if expected == found => Ok(()),
        expected => {
            let (inputs, outputs) = expected.unwrap_or((0, 0));
            let reason = format!(
                "layer {layer} {module}: the adapter is for {} inputs and {} outputs, the model has {inputs} and {outputs}",
                found.0, found.1
            );
            Err(Error::Adapter { reason })
        }
    }
}

/// Puts the modules' matrices side by side, slot by slot, and checks their shapes against the model.
fn assemble(
    modules: &BTreeMap<(usize, String), LoraHost>,
    model: &ModelConfig,
    scale: f32,
    device: &Device,
) -> Result<LoraWeights> {
    let mut layers = Vec::with_capacity(model.n_layers);
    for layer in 0..model.n_layers {
        let mut pairs = BTreeMap::new();
        for slot in Slot::ALL {
            let (in_features, out_total) = (slot.in_features(model), slot.out_features(model));
            let mut parts = Vec::new();
            let mut start = 0;
            for (module, width) in slot.modules(model) {
                if let Some(host) = modules.get(&(layer, module.to_owned())) {
                    check_widths(model, layer, module, host)?;
                    parts.push((host, start));
                }
                start += width;
            }
            if parts.is_empty() {
                continue;
            }
            pairs.insert(slot, fuse(&parts, in_features, out_total, scale, device));
        }
        layers.push(LayerLora::new(pairs));
    }
    Ok(LoraWeights { layers, invocation: Vec::new() })
}

fn fuse(parts: &[(&LoraHost, usize)], in_features: usize, out_total: usize, scale: f32, device: &Device) -> LoraPair {
    let total: usize = parts.iter().map(|(host, ..)| host.rank).sum();
    let mut a = vec![0.0; in_features * total];
    let mut b = vec![0.0; total * out_total];
    let mut mask = vec![0.0; total * out_total];
    let mut column = 0;
    for (host, start) in parts {
        for k in 0..host.rank {
            for i in 0..in_features {
                a[i * total + column + k] = host.a[k * in_features + i];
            }
            for o in 0..host.out_features {
                let at = (column + k) * out_total + start + o;
                b[at] = host.b[o * host.rank + k];
                mask[at] = 1.0;
            }
        }
        column += host.rank;
    }
    let fills = parts.len() == 1 && parts[0].0.out_features == out_total;
    let tensor =
        |values: Vec<f32>, shape: [usize; 2]| -> Matrix { Tensor::from_data(TensorData::new(values, shape), device) };
    LoraPair {
        a: tensor(a, [in_features, total]),
        b: tensor(b, [total, out_total]),
        mask: (!fills).then(|| tensor(mask, [total, out_total])),
        count: parts.iter().map(|(host, _)| host.rank * (in_features + host.out_features)).sum(),
        scale,
    }
}
