//! Forward, backward, cache and files of the decoder against PyTorch and `transformers`, by the checkpoints of
//! `reference/make_models.py`.

use std::collections::BTreeMap;

use autodidact::{
    Error, backend,
    format::safetensors::{self, HostTensor, SafetensorsFile},
    inference::{Cancel, Finish, Sampling, Session, Stop},
    model::{Decoder, Gradients, Loaded, ModelConfig, Tokens, export, load},
    nn::linear::Trainable,
};
use serde_json::Value;

use crate::common::{
    Checkpoint, Worst, block_on, bytes, fixtures, id_lists, ids, length, log_prob, logits, loss, moved,
    next_token_targets, numbers, read, same_bits,
};

/// Logits and log-probabilities: both sides compute in f32 and sum in other orders, and the fixtures have 7 digits; a
/// wrong epsilon moves a logit by 4e-4, anything else by more.
const LOGITS: f64 = 1e-4;
/// Logits by way of the cache against those without, both ours: only the order of sums differs, with the sizes of the
/// matrices.
const CACHED: f64 = 1e-5;
/// Losses and gradient norms, relative: PyTorch with other kernels differs from itself by 1e-6.
const RELATIVE: f64 = 1e-4;
/// A finite difference of an f32 loss against the gradient, relative: the rounding of the loss and the third derivative
/// at [`STEP`], for gradients down to 0.02.
const DIFFERENCE: f64 = 1e-2;
/// Step of the finite differences, as the length of the change of one matrix.
const STEP: f64 = 1e-2;

fn logits_agree(name: &str) {
    let checkpoint = Checkpoint::open(name);
    let decoder = checkpoint.load().decoder;
    let (positions, theirs) = (ids(&checkpoint.reference["positions"]), numbers(&checkpoint.reference["logits"]));
    let tokens = checkpoint.input();
    let mut worst = Worst::new(format!("{name}: logits"), LOGITS);
    worst.elements(&logits(&decoder, &tokens, &positions, None), &theirs, "a batch");
    let both: Vec<f32> = id_lists(&checkpoint.reference["input_ids"])
        .iter()
        .flat_map(|sequence| logits(&decoder, &Tokens::single(sequence), &positions, None))
        .collect();
    worst.elements(&both, &theirs, "one by one");
    worst.check();
}

/// Both sequences in one row, each attending to itself alone: rotary embeddings see only distances.
fn packed_documents_agree(name: &str) {
    let checkpoint = Checkpoint::open(name);
    let decoder = checkpoint.load().decoder;
    let batch = checkpoint.input();
    let width = batch.len() as u32;
    let documents = Some((0..2 * width).map(|i| i / width).collect());
    let tokens = Tokens { ids: batch.ids.clone(), batch: 1, documents };
    let positions = ids(&checkpoint.reference["positions"]);
    let rows: Vec<u32> = (0..2).flat_map(|b| positions.iter().map(move |p| b * width + p)).collect();
    let mut worst = Worst::new(format!("{name}: logits of packed documents"), LOGITS);
    worst.elements(&logits(&decoder, &tokens, &rows, None), &numbers(&checkpoint.reference["logits"]), "one row");
    worst.check();

    let targets = next_token_targets(&batch);
    let Gradients { loss, .. } = decoder.gradients(&tokens, &targets, None, Trainable::Base);
    let mut worst = Worst::new(format!("{name}: loss of packed documents"), RELATIVE);
    worst.relative(read(loss)[0].into(), checkpoint.reference["training"]["loss"].as_f64().unwrap(), "loss");
    worst.check();
}

fn cache_agrees(name: &str) {
    let checkpoint = Checkpoint::open(name);
    let decoder = checkpoint.load().decoder;
    let mut worst = Worst::new(format!("{name}: logits by way of the cache"), CACHED);
    for sequence in id_lists(&checkpoint.reference["input_ids"]) {
        let positions: Vec<u32> = (0..sequence.len() as u32).collect();
        let full = logits(&decoder, &Tokens::single(&sequence), &positions, None);
        let through = |sizes: &[usize]| {
            let mut cache = decoder.cache(sequence.len());
            let mut all = Vec::new();
            for size in sizes {
                let piece = &sequence[cache.len()..cache.len() + size];
                let hidden = decoder.forward(&Tokens::single(piece), Some(&mut cache), None);
                let rows: Vec<u32> = (0..*size as u32).collect();
                all.extend(read(decoder.logits(hidden, &rows)));
            }
            assert_eq!(cache.len(), sequence.len());
            all
        };
        let n = sequence.len();
        let prompt = 8;
        let decoding: Vec<usize> = std::iter::once(prompt).chain(std::iter::repeat_n(1, n - prompt)).collect();
        worst.elements(&through(&decoding), &full, "a prompt, then token by token");
        worst.elements(&through(&vec![1; n]), &full, "token by token from the start");
        worst.elements(&through(&[n]), &full, "one piece");
        // With 80 tokens, some of these fill a bucket of the cache, or reach over its end.
        for first in [1, 7, n / 2, 64, n - 1].into_iter().filter(|first| *first < n) {
            worst.elements(&through(&[first, n - first]), &full, &format!("two pieces, the first of {first}"));
        }
    }
    worst.check();
}

fn forks_are_apart(name: &str) {
    let checkpoint = Checkpoint::open(name);
    let decoder = checkpoint.load().decoder;
    let sequences = id_lists(&checkpoint.reference["input_ids"]);
    let (prefix, others) = (&sequences[0][..10], &sequences[1]);
    let mut cache = decoder.cache(prefix.len());
    decoder.forward(&Tokens::single(prefix), Some(&mut cache), None);
    let step = |cache: &mut _, id: u32| {
        let hidden = decoder.forward(&Tokens::single(&[id]), Some(cache), None);
        read(decoder.logits(hidden, &[0]))
    };
    let clean = step(&mut cache.clone(), others[0]);
    let (mut one, mut two) = (cache.fork(1, 70), cache.fork(1, 12));
    let first = step(&mut one, others[0]);
    let second = step(&mut two, others[1]);
    assert!(same_bits(&step(&mut cache, others[0]), &clean), "a fork changed what it was forked from");
    assert_ne!(first, second);
    // Both forks go on as if the other were not there.
    let mut worst = Worst::new(format!("{name}: logits of two forks"), CACHED);
    for (fork, id, logits_then) in [(&mut one, others[0], first), (&mut two, others[1], second)] {
        let whole = [prefix, &[id, others[2]]].concat();
        let full = logits(&decoder, &Tokens::single(&whole), &[10, 11], None);
        worst.elements(&[logits_then, step(fork, others[2])].concat(), &full, &format!("with token {id}"));
    }
    worst.check();
}

fn scoring_agrees(name: &str) {
    let checkpoint = Checkpoint::open(name);
    let decoder = checkpoint.load().decoder;
    let scoring = &checkpoint.reference["scoring"];
    let (prefix, continuations) = (ids(&scoring["prefix"]), id_lists(&scoring["continuations"]));
    let vocab = decoder.config().vocab_size;
    let mut worst = Worst::new(format!("{name}: log-probabilities of continuations"), LOGITS);
    let mut compare = |scores: Vec<Vec<f32>>, place: &str| {
        assert_eq!(scores.iter().map(Vec::len).collect::<Vec<_>>(), [1, 3, 6, 6], "{place}");
        let sums: Vec<f32> = scores.iter().map(|score| score.iter().sum()).collect();
        worst.elements(&scores.concat(), &numbers(&scoring["log_probs"]), place);
        worst.elements(&sums, &numbers(&scoring["sums"]), &format!("{place}: sums"));
    };

    let whole = |continuation: &Vec<u32>| {
        let ids = [&prefix[..], continuation].concat();
        let positions: Vec<u32> = (0..continuation.len()).map(|i| (prefix.len() + i - 1) as u32).collect();
        let rows = logits(&decoder, &Tokens::single(&ids), &positions, None);
        rows.chunks_exact(vocab).zip(continuation).map(|(row, id)| log_prob(row, *id) as f32).collect()
    };
    compare(continuations.iter().map(whole).collect(), "one by one, without a cache");

    // The prefix once, then all continuations on a fork of its cache, padded to one length.
    let mut cache = decoder.cache(prefix.len());
    let hidden = decoder.forward(&Tokens::single(&prefix), Some(&mut cache), None);
    let next = read(decoder.logits(hidden, &[prefix.len() as u32 - 1]));
    let width = continuations.iter().map(Vec::len).max().unwrap();
    let mut fork = cache.fork(continuations.len(), prefix.len() + width);
    let hidden = decoder.forward(&Tokens::padded(&continuations, 0), Some(&mut fork), None);
    let all: Vec<u32> = (0..(continuations.len() * width) as u32).collect();
    let rows = read(decoder.logits(hidden, &all));
    let score = |(b, continuation): (usize, &Vec<u32>)| {
        let row = |i: usize| if i == 0 { &next[..] } else { &rows[(b * width + i - 1) * vocab..][..vocab] };
        continuation.iter().enumerate().map(|(i, id)| log_prob(row(i), *id) as f32).collect()
    };
    compare(continuations.iter().enumerate().map(score).collect(), "one batch on a fork");

    let cancel = Cancel::default();
    let session = Session::new(&decoder, None, &cancel);
    let scores = block_on(async { session.score(&session.prefill(&prefix).await?, &continuations).await }).unwrap();
    compare(scores, "Session::score");
    worst.check();
}

fn greedy_tokens_are_equal(name: &str) {
    let checkpoint = Checkpoint::open(name);
    let decoder = checkpoint.load().decoder;
    let greedy = &checkpoint.reference["greedy"];
    let (prompt, theirs) = (ids(&greedy["prompt"]), ids(&greedy["tokens"]));
    assert_eq!(theirs.len(), 32);
    let cancel = Cancel::default();
    let session = Session::new(&decoder, None, &cancel);
    let mut seen = Vec::new();
    let generation = block_on(async {
        let prefix = session.prefill(&prompt).await?;
        // End tokens are tokens like others in this fixture.
        let stop = Stop::at(&[], theirs.len());
        let on_token = |id| {
            seen.push(id);
            Ok(())
        };
        session.generate(&prefix, Sampling::GREEDY, &stop, None, on_token).await
    })
    .unwrap();
    assert_eq!(generation.ids, theirs);
    assert_eq!(seen, theirs);
    assert_eq!(generation.finish, Finish::Length);

    // The reported log-probabilities are those of a pass over the whole.
    let whole = [&prompt[..], &theirs].concat();
    let positions: Vec<u32> = (prompt.len() as u32 - 1..whole.len() as u32 - 1).collect();
    let rows = logits(&decoder, &Tokens::single(&whole), &positions, None);
    let full: Vec<f32> = rows
        .chunks_exact(decoder.config().vocab_size)
        .zip(&theirs)
        .map(|(row, id)| log_prob(row, *id) as f32)
        .collect();
    let mut worst = Worst::new(format!("{name}: log-probabilities of greedy tokens"), CACHED);
    worst.elements(&generation.log_probs, &full, "token");
    worst.check();
}

fn gradients_agree(name: &str) {
    let checkpoint = Checkpoint::open(name);
    let decoder = checkpoint.load().decoder;
    let tokens = checkpoint.input();
    let Gradients { loss, parameters } =
        decoder.gradients(&tokens, &next_token_targets(&tokens), None, Trainable::Base);
    let training = &checkpoint.reference["training"];
    let mut worst = Worst::new(format!("{name}: training loss"), RELATIVE);
    worst.relative(read(loss)[0].into(), training["loss"].as_f64().unwrap(), "loss");
    worst.check();

    // Gradients have the layout of the weights: what splits these splits those.
    let gradients = decoder.weights().with_parameters(parameters, decoder.config()).expect("one gradient per weight");
    let by_name = block_on(export::to_host(&decoder.with_weights(gradients))).unwrap();
    let theirs = training["grad_norms"].as_object().unwrap();
    assert_eq!(by_name.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    let mut worst = Worst::new(format!("{name}: gradient norms"), RELATIVE);
    for (weight, norm) in theirs {
        worst.relative(length(&by_name[weight].data), norm.as_f64().unwrap(), weight);
    }
    worst.check();
}

/// The loss rises along each weight's gradient as fast as the gradient is long. Together with the lengths that PyTorch
/// gives this leaves no room for another direction, since along any other the true gradient falls short of its length.
fn loss_follows_gradients(name: &str) {
    let checkpoint = Checkpoint::open(name);
    let decoder = checkpoint.load().decoder;
    let (tokens, weights) = (checkpoint.input(), decoder.weights().parameters());
    let targets = next_token_targets(&tokens);
    let gradients = decoder.gradients(&tokens, &targets, None, Trainable::Base).parameters;
    assert_eq!(gradients.len(), weights.len());
    let mut worst = Worst::new(format!("{name}: finite differences along gradients"), DIFFERENCE);
    for (i, gradient) in gradients.into_iter().enumerate() {
        let norm = length(&read(gradient.clone()));
        let at = |step: f64| {
            let changed = moved(&weights, i, &gradient, step / norm);
            let changed = decoder.weights().with_parameters(changed, decoder.config()).unwrap();
            loss(&decoder.with_weights(changed), &tokens, &targets, None)
        };
        worst.relative((at(STEP) - at(-STEP)) / (2.0 * STEP), norm, &format!("weight {i}"));
    }
    worst.check();
}

fn export_gives_the_file_back(name: &str) {
    let checkpoint = Checkpoint::open(name);
    let ours = block_on(export::to_host(&checkpoint.load().decoder)).unwrap();
    let theirs = checkpoint.tensors();
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (tensor, value) in &theirs {
        assert_eq!(ours[tensor].shape, value.shape, "{tensor}");
        assert!(same_bits(&ours[tensor].data, &value.data), "{tensor}");
    }
}

/// One file or many, F32 or narrower, in any order: the same values have the same fingerprint, other values another.
fn fingerprint_is_of_the_values(name: &str) {
    let checkpoint = Checkpoint::open(name);
    let Loaded { decoder, fingerprint, .. } = checkpoint.load();
    assert_eq!(fingerprint.len(), 16);
    assert!(fingerprint.bytes().all(|b| b.is_ascii_hexdigit()), "{fingerprint}");
    let reload = |tensors: &BTreeMap<String, HostTensor>, files: usize| {
        let mut parts = vec![BTreeMap::new(); files];
        for (i, (name, tensor)) in tensors.iter().enumerate() {
            parts[files - 1 - i % files].insert(name.clone(), tensor.clone());
        }
        let written: Vec<Vec<u8>> =
            parts.iter().map(|part| safetensors::write(part, &BTreeMap::new()).unwrap()).collect();
        let shards: Vec<_> = written.iter().map(|file| SafetensorsFile::parse(file).unwrap()).collect();
        load(checkpoint.config.clone(), &shards[..], &backend::cpu()).unwrap().fingerprint
    };
    let mut tensors = block_on(export::to_host(&decoder)).unwrap();
    assert_eq!(reload(&tensors, 1), fingerprint, "one file");
    assert_eq!(reload(&tensors, 4), fingerprint, "four files");
    let value = &mut tensors.get_mut("model.norm.weight").unwrap().data[3];
    *value = f32::from_bits(value.to_bits() ^ 1);
    assert_ne!(reload(&tensors, 1), fingerprint, "one bit differs");
}

macro_rules! checkpoints {
    ($($name:ident)*) => {$(
        mod $name {
            const NAME: &str = stringify!($name);
            #[test]
            fn logits() { super::logits_agree(NAME); }
            #[test]
            fn packed_documents() { super::packed_documents_agree(NAME); }
            #[test]
            fn cache() { super::cache_agrees(NAME); }
            #[test]
            fn forks() { super::forks_are_apart(NAME); }
            #[test]
            fn scoring() { super::scoring_agrees(NAME); }
            #[test]
            fn greedy() { super::greedy_tokens_are_equal(NAME); }
            #[test]
            fn gradients() { super::gradients_agree(NAME); }
            #[test]
            fn finite_differences() { super::loss_follows_gradients(NAME); }
            #[test]
            fn export() { super::export_gives_the_file_back(NAME); }
            #[test]
            fn fingerprint() { super::fingerprint_is_of_the_values(NAME); }
        }
    )*};
}

checkpoints!(llama llama3 qwen2 qwen3 llama3_bf16 qwen3_f16);

/// Llama's options for biases on o and in the MLP have no fixture: their gradients are checked by finite differences
/// alone.
#[test]
fn all_biases_of_llama() {
    let mut raw: Value = serde_json::from_slice(&bytes(&fixtures().join("llama/config.json"))).unwrap();
    raw["attention_bias"] = true.into();
    raw["mlp_bias"] = true.into();
    let config = ModelConfig::from_json(raw.to_string().as_bytes()).unwrap();
    let decoder = autodidact::model::init::random(config, 3, 0.2, &backend::cpu());
    let tokens = Checkpoint::open("llama").input();
    let targets = next_token_targets(&tokens);
    let gradients = decoder.gradients(&tokens, &targets, None, Trainable::Base).parameters;
    let weights = decoder.weights().parameters();
    assert_eq!((gradients.len(), weights.len()), (2 * 10 + 3, 2 * 10 + 3));
    let mut worst = Worst::new("all biases: finite differences along gradients", DIFFERENCE);
    for (i, gradient) in gradients.into_iter().enumerate() {
        let norm = length(&read(gradient.clone()));
        let at = |step: f64| {
            let changed = moved(&weights, i, &gradient, step / norm);
            let changed = decoder.weights().with_parameters(changed, decoder.config()).unwrap();
            loss(&decoder.with_weights(changed), &tokens, &targets, None)
        };
        worst.relative((at(STEP) - at(-STEP)) / (2.0 * STEP), norm, &format!("weight {i}"));
    }
    worst.check();
}

/// Loads tensors written as one file.
fn load_tensors(config: &ModelConfig, tensors: &BTreeMap<String, HostTensor>) -> Result<Decoder, Error> {
    let file = safetensors::write(tensors, &BTreeMap::new())?;
    load(config.clone(), &[SafetensorsFile::parse(&file)?][..], &backend::cpu()).map(|loaded| loaded.decoder)
}

/// The error names all of these.
#[track_caller]
fn assert_names(error: &Error, parts: &[&str]) {
    let message = error.to_string();
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn a_missing_tensor_is_named() {
    let checkpoint = Checkpoint::open("qwen3");
    for (missing, expected) in [
        ("model.embed_tokens.weight", vec![80, 32]),
        ("model.layers.1.self_attn.k_proj.weight", vec![32, 32]),
        ("model.layers.0.self_attn.q_norm.weight", vec![16]),
        ("model.norm.weight", vec![32]),
        ("lm_head.weight", vec![80, 32]),
    ] {
        let mut tensors = checkpoint.tensors();
        tensors.remove(missing).unwrap();
        let error = load_tensors(&checkpoint.config, &tensors).unwrap_err();
        assert_names(&error, &[missing, &format!("{expected:?}")]);
        assert_eq!(error.code(), "MissingTensor");
        assert_eq!(error, Error::MissingTensor { tensor: missing.into(), expected });
    }

    let sharded = Checkpoint::open("qwen2");
    let error = load(sharded.config.clone(), &sharded.files()[..2], &backend::cpu()).err().unwrap();
    let Error::MissingTensor { tensor, .. } = &error else { panic!("{error}") };
    assert!(tensor.starts_with("model.layers.1."), "{tensor}");
    let error = load(sharded.config.clone(), &[][..], &backend::cpu()).err().unwrap();
    assert_eq!(error.code(), "MissingTensor");
}

#[test]
fn unused_tensors_are_named() {
    let checkpoint = Checkpoint::open("llama");
    let mut tensors = checkpoint.tensors();
    let strange = ["model.layers.0.self_attn.q_proj.bias", "model.layers.2.input_layernorm.weight"];
    for name in strange {
        tensors.insert(name.into(), HostTensor { shape: vec![32], data: vec![0.0; 32] });
    }
    let error = load_tensors(&checkpoint.config, &tensors).unwrap_err();
    assert_names(&error, &strange);
    assert_eq!(error, Error::UnusedTensors { tensors: strange.map(String::from).to_vec() });

    // A layer less in the configuration leaves its tensors over.
    let config = ModelConfig { n_layers: 1, ..checkpoint.config.clone() };
    let error = load_tensors(&config, &checkpoint.tensors()).unwrap_err();
    let Error::UnusedTensors { tensors } = &error else { panic!("{error}") };
    assert_eq!(tensors.len(), 9);
    assert!(tensors.iter().all(|name| name.starts_with("model.layers.1.")), "{tensors:?}");
}

/// Old checkpoints carry rotary frequencies, and tied ones the output projection once more.
#[test]
fn tensors_without_a_use_in_any_model_are_passed_over() {
    let checkpoint = Checkpoint::open("llama3");
    let mut tensors = checkpoint.tensors();
    tensors.insert("lm_head.weight".into(), tensors["model.embed_tokens.weight"].clone());
    let frequencies = HostTensor { shape: vec![8], data: vec![1.0; 8] };
    tensors.insert("model.layers.0.self_attn.rotary_emb.inv_freq".into(), frequencies);
    load_tensors(&checkpoint.config, &tensors).unwrap();
}

#[test]
fn a_wrong_shape_is_named() {
    let checkpoint = Checkpoint::open("llama");
    let name = "model.layers.1.mlp.down_proj.weight";
    let mut tensors = checkpoint.tensors();
    let (expected, found) = (vec![32, 48], vec![48, 32]);
    assert_eq!(tensors[name].shape, expected);
    tensors.get_mut(name).unwrap().shape = found.clone();
    let error = load_tensors(&checkpoint.config, &tensors).unwrap_err();
    assert_names(&error, &[name, "[32, 48]", "[48, 32]"]);
    assert_eq!(error, Error::ShapeMismatch { tensor: name.into(), expected, found });

    let config = ModelConfig { vocab_size: 81, ..checkpoint.config.clone() };
    let error = load_tensors(&config, &checkpoint.tensors()).unwrap_err();
    assert_names(&error, &["model.embed_tokens.weight", "[81, 32]", "[80, 32]"]);
}

#[test]
fn an_element_type_that_is_not_read_is_named() {
    let checkpoint = Checkpoint::open("llama");
    let file = &checkpoint.shards[0];
    let data = 8 + u64::from_le_bytes(*file.first_chunk().unwrap()) as usize;
    let mut header: Value = serde_json::from_slice(&file[8..data]).unwrap();
    header["model.norm.weight"]["dtype"] = "I32".into();
    let header = header.to_string();
    let changed = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &file[data..]].concat();
    let shards = [SafetensorsFile::parse(&changed).unwrap()];
    let error = load(checkpoint.config.clone(), &shards[..], &backend::cpu()).err().unwrap();
    assert_names(&error, &["model.norm.weight", "I32", "F32", "F16", "BF16"]);
    assert_eq!(error, Error::UnsupportedDtype { tensor: "model.norm.weight".into(), found: "I32".into() });
}

#[test]
fn a_truncated_file_is_refused() {
    let file = &Checkpoint::open("llama").shards[0];
    for kept in [0, 5, 8, 100, file.len() / 2, file.len() - 4, file.len() - 1] {
        let error = SafetensorsFile::parse(&file[..kept]).unwrap_err();
        assert_eq!(error.code(), "IntegrityError", "{kept} bytes: {error}");
        assert_names(&error, &["safetensors file"]);
    }
    let longer = [&file[..], &[0]].concat();
    assert_eq!(SafetensorsFile::parse(&longer).unwrap_err().code(), "IntegrityError");
}

#[test]
fn an_unsupported_family_is_named() {
    let mut raw: Value = serde_json::from_slice(&bytes(&fixtures().join("llama/config.json"))).unwrap();
    raw["model_type"] = "mistral".into();
    let error = ModelConfig::from_json(raw.to_string().as_bytes()).unwrap_err();
    assert_names(&error, &["mistral", "llama", "qwen2", "qwen3"]);
    assert_eq!(error.code(), "UnsupportedModel");
    raw.as_object_mut().unwrap().remove("model_type");
    assert_eq!(ModelConfig::from_json(raw.to_string().as_bytes()).unwrap_err().code(), "UnsupportedModel");
}

/// Settings that would change the numbers are refused, not passed over.
#[test]
fn impossible_or_unsupported_settings_are_named() {
    let raw: Value = serde_json::from_slice(&bytes(&fixtures().join("llama3/config.json"))).unwrap();
    for (field, value) in [
        ("hidden_act", "gelu".into()),
        ("use_sliding_window", true.into()),
        ("num_key_value_heads", 3.into()),
        ("head_dim", 7.into()),
        ("hidden_size", 0.into()),
        ("num_hidden_layers", (-1).into()),
        ("vocab_size", Value::Null),
        ("rms_norm_eps", 2.into()),
        ("rope_scaling", serde_json::json!({"rope_type": "yarn", "factor": 2.0})),
    ] {
        let mut changed = raw.clone();
        changed[field] = value;
        let error = ModelConfig::from_json(changed.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.code(), "ConfigError", "{field}: {error}");
    }
    assert_eq!(ModelConfig::from_json(b"{").unwrap_err().code(), "ConfigError");
}

/// What `to_json` writes is read back as the same model.
#[test]
fn config_survives_a_round_trip() {
    for name in ["llama", "llama3", "qwen2", "qwen3", "llama3_bf16", "qwen3_f16"] {
        let config = Checkpoint::open(name).config;
        assert_eq!(ModelConfig::from_json(config.to_json().to_string().as_bytes()).unwrap(), config, "{name}");
        let weights: usize = Checkpoint::open(name).tensors().values().map(|tensor| tensor.data.len()).sum();
        assert_eq!(config.parameters(), weights, "{name}");
    }
}
