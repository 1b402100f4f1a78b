//! Fixture directories (their layout: `reference/README.md`), and how far two results are apart.
#![allow(dead_code, reason = "each test program uses its part")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use autodidact::{
    backend::{self, readback},
    format::safetensors::{HostTensor, SafetensorsFile},
    model::{Decoder, Loaded, LoraWeights, ModelConfig, Targets, Tokens, load},
    nn::Matrix,
};
use burn::tensor::Tensor;
pub use futures_lite::future::block_on;
use serde_json::Value;

/// How many cases a statistical test takes: `short` in `make test`, `long` in `make soak`.
pub fn cases(short: usize, long: usize) -> usize {
    if std::env::var_os("AUTODIDACT_SOAK").is_some() { long } else { short }
}

/// Folder of all fixtures.
pub fn fixtures() -> PathBuf {
    // Test programs of other crates of the workspace use them too.
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("tests/fixtures"));
    folders.into_iter().find(|folder| folder.is_dir()).expect("a folder of fixtures")
}

/// The bytes of a file, or a panic with its path.
pub fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// `reference.json` of a fixture.
pub fn reference(name: &str) -> Value {
    serde_json::from_slice(&bytes(&fixtures().join(name).join("reference.json"))).unwrap()
}

/// A tiny checkpoint on disk.
pub struct Checkpoint {
    /// Its shape.
    pub config: ModelConfig,
    /// `reference.json`
    pub reference: Value,
    /// The bytes of its safetensors files, in the order of their names.
    pub shards: Vec<Vec<u8>>,
}

impl Checkpoint {
    /// The fixture of that name.
    pub fn open(name: &str) -> Self {
        let folder = fixtures().join(name);
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "safetensors"));
        paths.sort();
        assert!(!paths.is_empty(), "{}: no weights", folder.display());
        Self {
            config: ModelConfig::from_json(&bytes(&folder.join("config.json"))).unwrap(),
            reference: reference(name),
            shards: paths.iter().map(|path| bytes(path)).collect(),
        }
    }

    /// Its files, parsed.
    pub fn files(&self) -> Vec<SafetensorsFile> {
        self.shards.iter().map(|shard| SafetensorsFile::parse(shard).unwrap()).collect()
    }

    /// All its tensors, widened to f32.
    pub fn tensors(&self) -> BTreeMap<String, HostTensor> {
        let files = self.files();
        let all = files.iter().flat_map(|file| file.names().into_iter().map(move |name| (file, name)));
        all.map(|(file, name)| (name.clone(), file.to_host(&name).unwrap())).collect()
    }

    /// The model on the CPU, with its fingerprint.
    pub fn load(&self) -> Loaded {
        load(self.config.clone(), &self.files()[..], &backend::cpu()).unwrap()
    }

    /// `input_ids`, as one batch.
    pub fn input(&self) -> Tokens {
        Tokens::padded(&id_lists(&self.reference["input_ids"]), 0)
    }
}

/// A list of token ids.
pub fn ids(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|id| u32::try_from(id.as_u64().unwrap()).unwrap()).collect()
}

/// A list of lists of token ids.
pub fn id_lists(value: &Value) -> Vec<Vec<u32>> {
    value.as_array().unwrap().iter().map(ids).collect()
}

/// All numbers of a value, of nested lists in their order.
pub fn numbers(value: &Value) -> Vec<f32> {
    match value {
        Value::Array(list) => list.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap() as f32],
    }
}

/// The tensor's elements.
pub fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    block_on(readback(tensor)).unwrap()
}

/// Logits at those positions of every sequence, without a cache.
pub fn logits(decoder: &Decoder, tokens: &Tokens, positions: &[u32], lora: Option<&LoraWeights>) -> Vec<f32> {
    let width = tokens.len() as u32;
    let rows: Vec<u32> = (0..tokens.batch as u32).flat_map(|b| positions.iter().map(move |p| b * width + p)).collect();
    read(decoder.logits(decoder.forward(tokens, None, lora), &rows))
}

/// Mean over all tokens but the first of each sequence, as `transformers` takes it.
pub fn next_token_targets(tokens: &Tokens) -> Targets {
    let width = tokens.len();
    let rows: Vec<u32> =
        (0..tokens.ids.len() as u32).filter(|row| !(*row as usize + 1).is_multiple_of(width)).collect();
    let ids = rows.iter().map(|row| tokens.ids[*row as usize + 1]).collect();
    Targets { ids, weights: vec![1.0 / rows.len() as f32; rows.len()], rows }
}

/// Mean loss over the targets in f64, from logits, without the backward pass.
pub fn loss(decoder: &Decoder, tokens: &Tokens, targets: &Targets, lora: Option<&LoraWeights>) -> f64 {
    let rows = read(decoder.logits(decoder.forward(tokens, None, lora), &targets.rows));
    let vocab = decoder.config().vocab_size;
    let terms = rows.chunks_exact(vocab).zip(&targets.ids).zip(&targets.weights);
    terms.map(|((row, id), weight)| -log_prob(row, *id) * f64::from(*weight)).sum()
}

/// `log softmax(row)[id]`, in f64.
pub fn log_prob(row: &[f32], id: u32) -> f64 {
    let exponentials: f64 = row.iter().map(|x| f64::from(*x).exp()).sum();
    f64::from(row[id as usize]) - exponentials.ln()
}

/// Euclidean length, in f64.
pub fn length(values: &[f32]) -> f64 {
    values.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt()
}

/// Euclidean length of the difference.
pub fn distance(ours: &[f32], theirs: &[f32]) -> f64 {
    assert_eq!(ours.len(), theirs.len(), "two results of different sizes");
    ours.iter().zip(theirs).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>().sqrt()
}

/// True when every element has the same bits.
pub fn same_bits(ours: &[f32], theirs: &[f32]) -> bool {
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// The parameter moved by `step` along the direction.
pub fn moved(parameters: &[Matrix], index: usize, direction: &Matrix, step: f64) -> Vec<Matrix> {
    let mut moved = parameters.to_vec();
    moved[index] = moved[index].clone().add(direction.clone().mul_scalar(step));
    moved
}

/// Collects differences of one kind; the worst is printed (`--nocapture`) and must not exceed the tolerance.
pub struct Worst {
    kind: String,
    tolerance: f64,
    worst: Option<(f64, String)>,
}

impl Worst {
    /// Nothing compared yet.
    pub fn new(kind: impl Into<String>, tolerance: f64) -> Self {
        Self { kind: kind.into(), tolerance, worst: None }
    }

    /// A difference, and where it was found. A difference that is not a number is the worst of all.
    pub fn add(&mut self, difference: f64, place: impl Into<String>) {
        let difference = if difference.is_nan() { f64::INFINITY } else { difference };
        if self.worst.as_ref().is_none_or(|(worst, _)| difference > *worst) {
            self.worst = Some((difference, place.into()));
        }
    }

    /// The largest difference of two lists, element by element.
    pub fn elements(&mut self, ours: &[f32], theirs: &[f32], place: &str) {
        assert_eq!(ours.len(), theirs.len(), "{}, {place}: sizes differ", self.kind);
        for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
            self.add((f64::from(*a) - f64::from(*b)).abs(), format!("{place}, element {i}: ours {a}, theirs {b}"));
        }
    }

    /// The difference of two numbers, relative to the second.
    pub fn relative(&mut self, ours: f64, theirs: f64, place: &str) {
        self.add((ours - theirs).abs() / theirs.abs(), format!("{place}: ours {ours}, theirs {theirs}"));
    }

    /// The length of the difference of two lists, relative to the length of the second.
    pub fn norms(&mut self, ours: &[f32], theirs: &[f32], place: &str) {
        self.add(distance(ours, theirs) / length(theirs), place);
    }

    /// Fails when nothing was compared, or the worst is above the tolerance.
    #[track_caller]
    pub fn check(self) {
        let Self { kind, tolerance, worst } = self;
        let Some((worst, place)) = worst else { panic!("{kind}: nothing was compared") };
        println!("{kind}: {worst:.2e} at most, {tolerance:.0e} accepted ({place})");
        assert!(worst <= tolerance, "{kind}: {worst:e} > {tolerance:e} at {place}");
    }
}
