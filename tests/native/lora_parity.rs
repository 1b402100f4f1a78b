//! LoRA gradients, training runs and adapter files against PyTorch and `peft`, by the fixtures of
//! `reference/make_lora.py`.

use std::path::{Path, PathBuf};

use autodidact::{
    Error,
    adaptation::{
        AdaptationConfig, Decay, TrainEvent, Trainer, TrainingExample, TrainingPrecision,
        optimizer::{AdamW, AdamWConfig},
        schedule::Schedule,
    },
    adapter::{Adapter, LoraConfig, PeftAdapter, peft::LoraHost},
    backend,
    format::FloatType,
    identity::Base,
    inference::Cancel,
    model::{Decoder, Gradients, Loaded, LoraWeights, ModelFiles, Targets, Tokens, export},
    nn::{Matrix, cache::KvCache, linear::Trainable, weight::Arithmetic},
};
use autodidact_kernels::Kernels;
use burn::tensor::{Tensor, TensorData};
use serde_json::{Value, json};

use crate::common::{
    Checkpoint, Worst, block_on, bytes, distance, fixtures, ids, length, logits, loss, moved, numbers, read, reference,
    same_bits,
};
use crate::programs;

/// Logits: as in `model_parity.rs`.
const LOGITS: f64 = 1e-4;
/// Logits of one function computed in two ways, both ours.
const SAME: f64 = 1e-5;
/// Losses, gradient norms and (by the length of the difference) gradients and trained matrices, relative: PyTorch with
/// other kernels differs from itself by 1e-6, which forty steps of AdamW widen.
const RELATIVE: f64 = 1e-4;
/// Learning rates, relative: both are computed in f64, and the fixture has 7 digits.
const RATES: f64 = 1e-6;
/// What training adds to a matrix, relative: five steps change a matrix by a few hundredths of its length, so that this
/// is as much stricter; AdamW makes steps of full size of gradients near zero, whose rounding shows at 1e-5.
const UPDATE: f64 = 1e-4;
/// A finite difference of an f32 loss against the gradient, relative: the rounding of the loss and the third derivative
/// at [`STEP`], for elements over 0.01.
const DIFFERENCE: f64 = 1e-2;
/// Step of the finite differences.
const STEP: f64 = 1e-2;
/// A loss in mixed precision, relative: bf16 keeps eight bits of a factor.
const MIXED_LOSS: f64 = 2e-3;
/// A gradient of a matrix in mixed precision, by the length of the difference, relative.
const MIXED_GRADIENT: f64 = 6e-2;
/// What five steps in mixed precision add to a matrix, by the length of the difference, relative: AdamW makes steps of full size of
/// gradients near zero, whose sign bf16 can turn.
const MIXED_UPDATE: f64 = 2.5e-1;
/// Share of warm-up steps of the fixtures' `cosine` runs.
const WARMUP_RATIO: f64 = 0.03;

/// An adapter fixture with its base.
struct Case {
    folder: PathBuf,
    reference: Value,
    base: PathBuf,
    base_name: String,
    decoder: Decoder,
    base_weights: Base,
}

/// A padded batch with its reference loss.
struct Batch {
    tokens: Tokens,
    targets: Targets,
    examples: Vec<TrainingExample>,
    loss: f64,
}

impl Case {
    fn open(name: &str) -> Self {
        let reference = reference(name);
        let base_name = reference["base"].as_str().unwrap().to_owned();
        let (decoder, base_weights) = if base_name.ends_with("_mixed") {
            let file = bytes(&fixtures().join("gguf").join(format!("{base_name}.gguf")));
            let parts = ModelFiles::from_gguf("base", vec![file.into()]).unwrap().read(&backend::cpu()).unwrap();
            (parts.decoder.with_arithmetic(Arithmetic::Floats), parts.base)
        } else {
            let Loaded { decoder, fingerprint, .. } = Checkpoint::open(&base_name).load();
            (decoder, Base { fingerprint, identity: None })
        };
        let (folder, base) = (fixtures().join(name), fixtures().join(&base_name));
        Self { folder, reference, base, base_name, decoder, base_weights }
    }

    fn peft(&self, which: &str) -> PeftAdapter {
        let folder = self.folder.join(which);
        let file = |name: &str| bytes(&folder.join(name));
        PeftAdapter::from_bytes(&file("adapter_config.json"), &file("adapter_model.safetensors")).unwrap()
    }

    fn adapter(&self, which: &str) -> Adapter {
        self.tensors(&self.peft(which))
    }

    /// A PEFT adapter as tensors for this base.
    fn tensors(&self, peft: &PeftAdapter) -> Adapter {
        Adapter::from_peft(peft, self.decoder.config(), &self.base_weights, self.decoder.device()).unwrap()
    }

    /// An adapter as PEFT's matrices.
    fn host(&self, adapter: &Adapter) -> PeftAdapter {
        block_on(adapter.to_peft(self.decoder.config(), &self.base_name, self.base_weights.clone())).unwrap()
    }

    /// Matrices in the order of `parameters()`, such as gradients, as PEFT's matrices.
    fn split(&self, like: &Adapter, parameters: Vec<Matrix>) -> PeftAdapter {
        let weights = like.weights.with_parameters(parameters).expect("one matrix per parameter");
        self.host(&Adapter { config: like.config.clone(), weights })
    }

    /// The batches, with the rows and ids that `labels` mean once they are shifted.
    fn batches(&self) -> Vec<Batch> {
        self.reference["batches"].as_array().unwrap().iter().map(batch).collect()
    }

    fn runs(&self) -> &[Value] {
        let runs = self.reference["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 7);
        runs
    }

    /// Logits of the adapter fixture's sequence at its positions.
    fn logits(&self, lora: Option<&LoraWeights>) -> Vec<f32> {
        let given = &self.reference["logits"];
        logits_of(&self.decoder, &ids(&given["input_ids"][0]), &ids(&given["positions"]), lora)
    }

    /// Loss and gradients of a batch. With an activated adapter each sequence stands behind its own beginning, which is the base's.
    fn gradients(&self, batch: &Batch, weights: &LoraWeights) -> Gradients {
        if weights.invocation.is_empty() {
            return self.decoder.gradients(&batch.tokens, &batch.targets, Some(weights), Trainable::Adapter);
        }
        let responses: usize = batch.examples.iter().map(|example| example.response.len()).sum();
        let each = batch.examples.iter().map(|TrainingExample { prompt, response }| {
            let start = weights.start(prompt).unwrap();
            let rows = (0..response.len()).map(|i| (prompt.len() - start + i - 1) as u32);
            let targets = Targets {
                rows: rows.collect(),
                ids: response.clone(),
                weights: vec![1.0 / responses as f32; response.len()],
            };
            let tokens = Tokens::single(&[&prompt[start..], response].concat());
            let past = beginning(&self.decoder, &prompt[..start], tokens.len());
            self.decoder.gradients_behind(past, &tokens, &targets, weights)
        });
        let sum = |sum: Gradients, more: Gradients| Gradients {
            loss: sum.loss.add(more.loss),
            parameters: sum.parameters.into_iter().zip(more.parameters).map(|(a, b)| a.add(b)).collect(),
        };
        each.reduce(sum).unwrap()
    }

    fn loss(&self, batch: &Batch, weights: &LoraWeights) -> f64 {
        if weights.invocation.is_empty() {
            return loss(&self.decoder, &batch.tokens, &batch.targets, Some(weights));
        }
        read(self.gradients(batch, weights).loss)[0].into()
    }

    /// The result of the run `constant`.
    fn trained(&self, initial: &Adapter) -> Adapter {
        let run = &self.runs()[0];
        assert_eq!(run["name"], "constant");
        self.train(run, initial.clone()).1
    }

    /// A run step by step, from the parts of the training; losses, gradient norms, learning rates, and the result.
    fn train(&self, run: &Value, mut adapter: Adapter) -> ([Vec<f32>; 3], Adapter) {
        let number = |field: &str| run[field].as_f64().unwrap();
        let batch = self.batches().swap_remove(run["batch"].as_u64().unwrap() as usize);
        let settings = AdamWConfig {
            beta1: run["betas"][0].as_f64().unwrap(),
            beta2: run["betas"][1].as_f64().unwrap(),
            eps: number("eps"),
            weight_decay: number("weight_decay"),
            max_norm: Some(number("max_grad_norm")),
            decay_vectors: true,
        };
        let mut optimizer = AdamW::new(settings, &adapter.weights.parameters());
        let schedule = schedule(run);
        let [mut losses, mut norms, mut rates] = [const { Vec::new() }; 3];
        for step in 0..schedule.total_steps {
            let Gradients { loss, parameters } = self.gradients(&batch, &adapter.weights);
            let rate = schedule.at(step);
            let (updated, norm) = optimizer.step(adapter.weights.parameters(), parameters, rate);
            adapter.weights = adapter.weights.with_parameters(updated).unwrap();
            losses.extend(read(loss));
            norms.extend(read(norm));
            rates.push(rate as f32);
        }
        ([losses, norms, rates], adapter)
    }

    /// A run by the trainer that the agent uses; what it reported, and the result.
    fn train_by_trainer(&self, run: &Value, initial: Adapter) -> (Vec<TrainEvent>, Adapter) {
        let Batch { examples, .. } = self.batches().swap_remove(run["batch"].as_u64().unwrap() as usize);
        let (warmup_ratio, decay) = shape(run);
        let config = AdaptationConfig {
            lora: initial.config.clone(),
            learning_rate: run["learning_rate"].as_f64().unwrap(),
            batch: examples.len(),
            steps: Some(run["steps"].as_u64().unwrap() as usize),
            warmup_ratio,
            decay,
            weight_decay: run["weight_decay"].as_f64().unwrap(),
            max_norm: run["max_grad_norm"].as_f64(),
            precision: TrainingPrecision::Full,
            ..AdaptationConfig::default()
        };
        let mut trainer = Trainer::new(&self.decoder, initial, examples, &config, Cancel::default()).unwrap();
        let mut events = Vec::new();
        while let Some(event) = block_on(trainer.next()).unwrap() {
            events.push(event);
        }
        (events, trainer.into_adapter())
    }
}

/// The first tokens as the model without an adapter reads them, with room for more.
fn beginning(decoder: &Decoder, ids: &[u32], more: usize) -> KvCache {
    let mut cache = decoder.cache(ids.len() + more);
    decoder.forward(&Tokens::single(ids), Some(&mut cache), None);
    cache
}

/// Logits of a sequence at those positions, before and behind the invocation of an activated adapter.
fn logits_of(decoder: &Decoder, sequence: &[u32], positions: &[u32], lora: Option<&LoraWeights>) -> Vec<f32> {
    let start = lora.map_or(0, |lora| lora.start(sequence).unwrap());
    if start == 0 {
        return logits(decoder, &Tokens::single(sequence), positions, lora);
    }
    let (before, behind): (Vec<u32>, Vec<u32>) = positions.iter().partition(|position| (**position as usize) < start);
    let mut out = logits(decoder, &Tokens::single(sequence), &before, None);
    let mut cache = beginning(decoder, &sequence[..start], sequence.len() - start);
    let hidden = decoder.forward(&Tokens::single(&sequence[start..]), Some(&mut cache), lora);
    let rows: Vec<u32> = behind.iter().map(|position| position - start as u32).collect();
    out.extend(read(decoder.logits(hidden, &rows)));
    out
}

fn batch(value: &Value) -> Batch {
    let rows = |field: &str| value[field].as_array().unwrap().clone();
    let (mut sequences, mut examples, mut targets) = (Vec::new(), Vec::new(), Targets::default());
    let width = value["input_ids"][0].as_array().unwrap().len();
    let parts = rows("input_ids").into_iter().zip(rows("attention_mask")).zip(rows("labels"));
    for (b, ((all, mask), labels)) in parts.enumerate() {
        let real = ids(&mask).iter().sum::<u32>() as usize;
        let sequence = ids(&all)[..real].to_vec();
        let labels: Vec<i64> = labels.as_array().unwrap().iter().map(|label| label.as_i64().unwrap()).collect();
        let learned: Vec<usize> = (0..width).filter(|i| labels[*i] >= 0).collect();
        for i in &learned {
            assert_eq!(labels[*i], i64::from(sequence[*i]));
            targets.rows.push((b * width + i - 1) as u32);
            targets.ids.push(sequence[*i]);
        }
        let (prompt, response) = sequence.split_at(learned[0]);
        assert_eq!(response.len(), learned.len());
        examples.push(TrainingExample { prompt: prompt.to_vec(), response: response.to_vec() });
        sequences.push(sequence);
    }
    targets.weights = vec![1.0 / targets.ids.len() as f32; targets.ids.len()];
    let tokens = Tokens::padded(&sequences, 0);
    assert_eq!(tokens.len(), width);
    Batch { tokens, targets, examples, loss: value["loss"].as_f64().unwrap() }
}

/// Share of warm-up steps and shape of a run's learning rate.
fn shape(run: &Value) -> (f64, Decay) {
    match run["schedule"].as_str().unwrap() {
        "cosine" => (WARMUP_RATIO, Decay::Cosine),
        other => {
            assert_eq!(other, "constant");
            (0.0, Decay::Constant)
        }
    }
}

fn schedule(run: &Value) -> Schedule {
    let (ratio, decay) = shape(run);
    let steps = run["steps"].as_u64().unwrap() as usize;
    let schedule = Schedule::with_warmup_ratio(run["learning_rate"].as_f64().unwrap(), ratio, steps, decay);
    assert_eq!(schedule.warmup_steps as u64, run["warmup_steps"].as_u64().unwrap());
    schedule
}

/// Both matrices of every module, with their names.
fn matrices(peft: &PeftAdapter) -> impl Iterator<Item = (String, &Vec<f32>)> {
    let pairs = peft.tensors.iter();
    pairs.flat_map(|((layer, module), LoraHost { a, b, .. })| {
        [(format!("layer {layer} {module} A"), a), (format!("layer {layer} {module} B"), b)]
    })
}

/// The same matrices in two adapters.
fn pairs<'a>(
    ours: &'a PeftAdapter,
    theirs: &'a PeftAdapter,
) -> impl Iterator<Item = (String, &'a Vec<f32>, &'a Vec<f32>)> {
    assert_eq!(ours.tensors.keys().collect::<Vec<_>>(), theirs.tensors.keys().collect::<Vec<_>>());
    matrices(ours).zip(matrices(theirs)).map(|((name, a), (_, b))| (name, a, b))
}

fn relative(worst: &mut Worst, ours: &[f32], theirs: &[f32], place: &str) {
    assert_eq!(ours.len(), theirs.len(), "{place}");
    for (step, (a, b)) in ours.iter().zip(theirs).enumerate() {
        // A learning rate is 0 at the start of a warm-up, in both.
        let difference = if a == b { 0.0 } else { (f64::from(*a) - f64::from(*b)).abs() / f64::from(b.abs()) };
        worst.add(difference, format!("{place}, step {step}: ours {a}, theirs {b}"));
    }
}

fn logits_agree(name: &str) {
    let case = Case::open(name);
    let theirs = &case.reference["logits"];
    let mut worst = Worst::new(format!("{name}: logits"), LOGITS);
    worst.elements(&case.logits(None), &numbers(&theirs["base"]), "without adapter");
    for which in ["initial", "final"] {
        let ours = case.logits(Some(&case.adapter(which).weights));
        worst.elements(&ours, &numbers(&theirs[which]), which);
    }
    worst.check();
}

/// Fusing and splitting lose and add nothing.
fn matrices_survive(name: &str) {
    let case = Case::open(name);
    for which in ["initial", "final"] {
        let theirs = case.peft(which);
        assert_eq!((theirs.config.rank, theirs.config.alpha, &theirs.base), (4, 8.0, &Base::default()));
        let adapter = case.adapter(which);
        assert_eq!((adapter.config.rank, adapter.config.alpha), (4, 8.0));
        let ours = case.host(&adapter);
        assert_eq!(ours.base, case.base_weights);
        assert_eq!(ours.tensors, theirs.tensors);
        assert_eq!(ours.tensors.len(), 2 * 7);
    }
}

/// Compares losses and gradients of all batches with PEFT's, with all that the way back needs kept, and with so little room that each
/// block is computed once more.
fn compare_gradients(case: &mut Case, initial: &Adapter, losses: &mut Worst, gradients: &mut Worst) {
    for most_tape in [usize::MAX, 0] {
        case.decoder = case.decoder.with_tape(most_tape);
        for (i, batch) in case.batches().into_iter().enumerate() {
            let Gradients { loss, parameters } = case.gradients(&batch, &initial.weights);
            losses.relative(read(loss)[0].into(), batch.loss, &format!("batch {i}"));
            let path = case.folder.join(format!("grads_batch{i}.safetensors"));
            if !path.exists() {
                assert!(!case.folder.ends_with("lora_llama") && i == 0, "{} is missing", path.display());
                continue;
            }
            let config = bytes(&case.folder.join("initial/adapter_config.json"));
            let theirs = PeftAdapter::from_bytes(&config, &bytes(&path)).unwrap();
            for (matrix, a, b) in pairs(&case.split(initial, parameters), &theirs) {
                gradients.norms(a, b, &format!("batch {i}, {matrix}"));
            }
        }
    }
}

fn gradients_agree(name: &str) {
    let mut case = Case::open(name);
    let initial = case.adapter("initial");
    let mut losses = Worst::new(format!("{name}: loss"), RELATIVE);
    let mut gradients = Worst::new(format!("{name}: gradients"), RELATIVE);
    compare_gradients(&mut case, &initial, &mut losses, &mut gradients);
    losses.check();
    gradients.check();
}

/// Losses, gradients and five steps of AdamW with products of bf16 factors, against PEFT in f32.
fn mixed_precision_is_within_its_bounds(name: &str) {
    if Kernels::detect().is_none() {
        programs::skipped("this processor lacks AVX-512 with bf16, so there is no mixed precision to test");
        return;
    }
    let mut case = Case::open(name);
    case.decoder = TrainingPrecision::Mixed.of(&case.decoder).unwrap();
    let initial = case.adapter("initial");
    let mut losses = Worst::new(format!("{name}: losses in mixed precision"), MIXED_LOSS);
    let mut gradients = Worst::new(format!("{name}: gradients in mixed precision"), MIXED_GRADIENT);
    compare_gradients(&mut case, &initial, &mut losses, &mut gradients);
    let run = &case.runs()[0];
    let ([ours, _, _], trained) = case.train(run, initial.clone());
    relative(&mut losses, &ours, &numbers(&run["losses"]), "constant");
    let (start, ours, theirs) = (case.peft("initial"), case.host(&trained), case.peft("final"));
    let mut updates = Worst::new(format!("{name}: what training in mixed precision added"), MIXED_UPDATE);
    for ((matrix, a, b), (_, _, from)) in pairs(&ours, &theirs).zip(pairs(&ours, &start)) {
        updates.add(distance(a, b) / distance(b, from), matrix);
    }
    losses.check();
    gradients.check();
    updates.check();
}

/// What `auto` chooses, and what is refused.
#[test]
fn a_precision_is_chosen_by_the_weights_and_the_processor() {
    let (quantized, floats) = (Case::open("alora_qwen2_mixed").decoder, Case::open("lora_llama").decoder);
    let mixed = |precision: TrainingPrecision, decoder: &Decoder| precision.of(decoder).map(|d| d.kernels().is_some());
    assert_eq!(TrainingPrecision::default(), TrainingPrecision::Auto);
    let has_kernels = Kernels::detect().is_some();
    assert_eq!(mixed(TrainingPrecision::Auto, &quantized).unwrap(), has_kernels);
    assert!(!mixed(TrainingPrecision::Auto, &floats).unwrap());
    assert!(!mixed(TrainingPrecision::Full, &quantized).unwrap());
    for decoder in [&quantized, &floats] {
        match mixed(TrainingPrecision::Mixed, decoder) {
            Ok(mixed) => assert!(mixed && has_kernels),
            Err(Error::InvalidInput { what, .. }) => assert!(what == "precision" && !has_kernels),
            Err(other) => panic!("{other}"),
        }
    }
}

/// A trainer takes the precision that it is given: its losses are those of both, each its own.
#[test]
fn a_trainer_trains_in_its_precision() {
    if Kernels::detect().is_none() {
        programs::skipped("this processor lacks AVX-512 with bf16, so there is no mixed precision to train in");
        return;
    }
    let case = Case::open("alora_qwen2_mixed");
    let (examples, initial) = (case.batches().swap_remove(0).examples, case.adapter("initial"));
    let losses = |precision| {
        let config =
            AdaptationConfig { precision, steps: Some(3), lora: initial.config.clone(), ..AdaptationConfig::default() };
        let mut trainer =
            Trainer::new(&case.decoder, initial.clone(), examples.clone(), &config, Cancel::default()).unwrap();
        std::iter::from_fn(|| block_on(trainer.next()).unwrap().map(|event| event.loss)).collect::<Vec<f32>>()
    };
    let [auto, full, mixed] = [TrainingPrecision::Auto, TrainingPrecision::Full, TrainingPrecision::Mixed].map(losses);
    assert_eq!(auto, mixed);
    assert_ne!(full, mixed);
    for (full, mixed) in full.iter().zip(&mixed) {
        assert!(f64::from((full - mixed).abs()) < 10.0 * MIXED_LOSS * f64::from(*full), "{full} {mixed}");
    }
}

/// Outside of the modules' blocks the fused B has no gradient at all, and stays zero.
fn blocks_stay_apart(name: &str) {
    let case = Case::open(name);
    let initial = case.adapter("initial");
    let batch = case.batches().swap_remove(1);
    let gradients = case.decoder.gradients(&batch.tokens, &batch.targets, Some(&initial.weights), Trainable::Adapter);
    let gradients = initial.weights.with_parameters(gradients.parameters).unwrap();
    let trained = case.trained(&initial);
    let mut outside = 0;
    for weights in [&gradients, &trained.weights] {
        for (layer, masks) in weights.layers.iter().zip(&initial.weights.layers) {
            for ((slot, pair), (_, with_mask)) in layer.iter().zip(masks.iter()) {
                let Some(mask) = &with_mask.mask else { continue };
                let values = read(pair.b.clone());
                for (value, inside) in values.iter().zip(read(mask.clone())) {
                    assert!(inside == 1.0 || inside == 0.0);
                    assert!(inside == 1.0 || *value == 0.0, "{slot:?}: {value} outside of the blocks");
                    outside += usize::from(inside == 0.0);
                }
            }
        }
    }
    assert!(outside > 0);
}

/// The largest element of each gradient, and one in its middle, against the change of the loss.
fn elements_agree_with_finite_differences(name: &str) {
    let case = Case::open(name);
    let initial = case.adapter("initial");
    let weights = initial.weights.parameters();
    let Batch { tokens, targets, .. } = case.batches().swap_remove(1);
    let gradients = case.decoder.gradients(&tokens, &targets, Some(&initial.weights), Trainable::Adapter).parameters;
    assert_eq!(gradients.len(), weights.len());
    let mut worst = Worst::new(format!("{name}: finite differences of elements"), DIFFERENCE);
    for (i, gradient) in gradients.into_iter().enumerate() {
        let values = read(gradient.clone());
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|x, y| values[*y].abs().total_cmp(&values[*x].abs()));
        for element in [order[0], order[order.len() / 4]] {
            let mut unit = vec![0.0_f32; values.len()];
            unit[element] = 1.0;
            let unit = Tensor::from_data(TensorData::new(unit, gradient.dims()), case.decoder.device());
            let at = |step: f64| {
                let changed = initial.weights.with_parameters(moved(&weights, i, &unit, step)).unwrap();
                loss(&case.decoder, &tokens, &targets, Some(&changed))
            };
            let slope = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            let ours = f64::from(values[element]);
            let place = format!("matrix {i}, element {element}: gradient {ours}, difference {slope}");
            // Small elements count as if they had this size: below it, the rounding of the loss is what is measured.
            worst.add((slope - ours).abs() / ours.abs().max(0.01), place);
        }
    }
    worst.check();
}

fn runs_agree(name: &str) {
    let case = Case::open(name);
    let initial = case.adapter("initial");
    let mut losses = Worst::new(format!("{name}: losses of training runs"), RELATIVE);
    let mut norms = Worst::new(format!("{name}: gradient norms of training runs"), RELATIVE);
    let mut rates = Worst::new(format!("{name}: learning rates of training runs"), RATES);
    for run in case.runs() {
        let place = run["name"].as_str().unwrap();
        let ([our_losses, our_norms, our_rates], trained) = case.train(run, initial.clone());
        relative(&mut losses, &our_losses, &numbers(&run["losses"]), place);
        relative(&mut norms, &our_norms, &numbers(&run["grad_norms"]), place);
        relative(&mut rates, &our_rates, &numbers(&run["lrs"]), place);
        let batch = &case.batches()[run["batch"].as_u64().unwrap() as usize];
        let last = case.loss(batch, &trained.weights);
        losses.relative(last, run["final_loss"].as_f64().unwrap(), &format!("{place}, after the last step"));
    }
    losses.check();
    norms.check();
    rates.check();
}

fn trained_matrices_agree(name: &str) {
    let case = Case::open(name);
    let initial = case.adapter("initial");
    let trained = case.trained(&initial);
    let (start, ours, theirs) = (case.peft("initial"), case.host(&trained), case.peft("final"));
    let mut worst = Worst::new(format!("{name}: trained matrices"), RELATIVE);
    let mut updates = Worst::new(format!("{name}: what training added"), UPDATE);
    for ((matrix, a, b), (_, _, from)) in pairs(&ours, &theirs).zip(pairs(&ours, &start)) {
        worst.norms(a, b, &matrix);
        updates.add(distance(a, b) / distance(b, from), matrix);
    }
    worst.check();
    updates.check();
    let mut worst = Worst::new(format!("{name}: logits after training"), LOGITS);
    worst.elements(&case.logits(Some(&trained.weights)), &numbers(&case.reference["logits"]["final"]), "trained here");
    worst.check();
}

/// The trainer that the agent uses gives the same runs from prompts and responses.
fn trainer_agrees(name: &str) {
    let case = Case::open(name);
    let initial = case.adapter("initial");
    let mut losses = Worst::new(format!("{name}: losses of the trainer"), RELATIVE);
    let mut norms = Worst::new(format!("{name}: gradient norms of the trainer"), RELATIVE);
    let mut rates = Worst::new(format!("{name}: learning rates of the trainer"), RATES);
    for run in case.runs() {
        let place = run["name"].as_str().unwrap();
        let (events, trained) = case.train_by_trainer(run, initial.clone());
        let steps = run["steps"].as_u64().unwrap() as usize;
        assert!(
            events.iter().map(|event| (event.step, event.total)).eq((1..=steps).map(|step| (step, steps))),
            "{place}"
        );
        let column = |field: fn(&TrainEvent) -> f32| events.iter().map(field).collect::<Vec<_>>();
        relative(&mut losses, &column(|event| event.loss), &numbers(&run["losses"]), place);
        relative(&mut norms, &column(|event| event.gradient_norm), &numbers(&run["grad_norms"]), place);
        relative(&mut rates, &column(|event| event.learning_rate as f32), &numbers(&run["lrs"]), place);
        let (_, stepwise) = case.train(run, initial.clone());
        for (matrix, a, b) in pairs(&case.host(&trained), &case.host(&stepwise)) {
            assert!(same_bits(a, b), "{place}: {matrix} differs from the parts put together by hand");
        }
    }
    losses.check();
    norms.check();
    rates.check();
}

/// Training changes the adapter alone, and without it the model is what it was, to the last bit.
fn base_is_untouched(name: &str) {
    let case = Case::open(name);
    let checksum = || block_on(export::checksum(&case.decoder)).unwrap();
    let (before, logits) = (checksum(), case.logits(None));
    let initial = case.adapter("initial");
    let trained = case.trained(&initial);
    assert!(!same_bits(&case.logits(Some(&trained.weights)), &logits), "the adapter has no effect");
    assert_eq!(checksum(), before);
    assert!(same_bits(&case.logits(None), &logits), "adapter off");
    assert!(same_bits(&case.logits(Some(&LoraWeights::default())), &logits), "an adapter without pairs");
    let file = Checkpoint::open(&case.base_name).tensors();
    let ours = block_on(export::to_host(&case.decoder)).unwrap();
    assert!(file.iter().all(|(tensor, value)| same_bits(&ours[tensor].data, &value.data)));
    // The adapter that the training started from is not changed either.
    assert_eq!(case.host(&initial).tensors, case.peft("initial").tensors);
    // A fresh adapter adds zero.
    let fresh = Adapter::init(LoraConfig::default(), case.decoder.config(), 5, case.decoder.device()).unwrap();
    assert_eq!(case.logits(Some(&fresh.weights)), logits, "a fresh adapter");
    // The checksum sees a single bit.
    let mut parameters = case.decoder.weights().parameters();
    let last = parameters.len() - 1;
    parameters[last] = parameters[last].clone().mul_scalar(1.0 + f64::from(f32::EPSILON));
    let changed = case.decoder.weights().with_parameters(parameters, case.decoder.config()).unwrap();
    assert_ne!(block_on(export::checksum(&case.decoder.with_weights(changed))).unwrap(), before);
}

fn saved_adapter_is_the_same(name: &str) {
    let case = Case::open(name);
    let trained = case.trained(&case.adapter("initial"));
    let written = case.host(&trained).to_bytes().unwrap();
    let reopened = PeftAdapter::from_bytes(&written.0, &written.1).unwrap();
    assert_eq!(reopened, case.host(&trained));
    assert_eq!(reopened.to_bytes().unwrap(), written);
    let loaded = case.tensors(&reopened);
    assert_eq!(loaded.config, trained.config);
    assert!(same_bits(&case.logits(Some(&loaded.weights)), &case.logits(Some(&trained.weights))));

    // Training goes on from the loaded one as it would have from the other.
    let (on, again) = (case.trained(&trained), case.trained(&loaded));
    for (matrix, a, b) in pairs(&case.host(&on), &case.host(&again)) {
        assert!(same_bits(a, b), "{matrix}");
    }
}

fn other_bases_are_refused(name: &str) {
    let case = Case::open(name);
    let mut peft = case.host(&case.adapter("final"));
    let open = |peft: &PeftAdapter| {
        Adapter::from_peft(peft, case.decoder.config(), &case.base_weights, case.decoder.device()).map(|_| ())
    };
    open(&peft).unwrap();
    peft.base.fingerprint = "0123456789abcdef".into();
    let error = open(&peft).unwrap_err();
    assert_eq!(
        error,
        Error::BaseMismatch { expected: "0123456789abcdef".into(), found: case.base_weights.to_string() }
    );

    // Without a fingerprint, shapes that do not fit are what tells.
    let other = Case::open(if name == "lora_llama" { "lora_qwen3" } else { "lora_llama" });
    let error = open(&other.peft("final")).unwrap_err();
    assert_eq!(error.code(), "AdapterError");
    assert!(error.to_string().contains("layer 0 "), "{error}");
    let mut deeper = case.peft("final");
    let host = deeper.tensors[&(0, "q_proj".to_owned())].clone();
    for layer in [2, usize::MAX] {
        deeper.tensors.insert((layer, "q_proj".into()), host.clone());
        let error = open(&deeper).unwrap_err();
        assert_eq!(error.code(), "AdapterError");
        assert!(error.to_string().contains(&format!("of 2 layers, has no q_proj in layer {layer}")), "{error}");
        deeper.tensors.pop_last();
    }
}

/// Decay moves every matrix, that of rank 1 too, whose B is a single row: PyTorch knows no exception for it.
fn weight_decay_reaches_rank_one(name: &str) {
    let case = Case::open(name);
    let mut peft = case.peft("initial");
    peft.config.rank = 1;
    peft.config.alpha = 2.0;
    for host in peft.tensors.values_mut() {
        host.a.truncate(host.in_features);
        host.b = host.b.chunks_exact(host.rank).map(|row| row[0]).collect();
        host.rank = 1;
    }
    let initial = case.tensors(&peft);
    let step = |weight_decay: f64| {
        let mut run = case.runs()[0].clone();
        run["weight_decay"] = weight_decay.into();
        run["learning_rate"] = 0.1.into();
        run["steps"] = 1.into();
        case.train_by_trainer(&run, initial.clone()).1
    };
    let (plain, decayed) = (case.host(&step(0.0)), case.host(&step(0.5)));
    let mut worst = Worst::new(format!("{name}: decay with rank 1"), RELATIVE);
    for ((matrix, without, with), (_, _, from)) in pairs(&plain, &decayed).zip(pairs(&plain, &peft)) {
        let expected: Vec<f32> = without.iter().zip(from).map(|(p, p0)| p - 0.1 * 0.5 * p0).collect();
        assert!(length(from) > 0.0, "{matrix}");
        worst.norms(with, &expected, &matrix);
    }
    worst.check();
}

/// Alpha 0 switches the adapter off; it must not divide by zero.
fn alpha_of_zero_adds_nothing(name: &str) {
    let case = Case::open(name);
    let mut peft = case.peft("initial");
    peft.config.alpha = 0.0;
    assert_eq!(case.logits(Some(&case.tensors(&peft).weights)), case.logits(None));
    // Unless a module has an alpha of its own.
    peft.config.alpha_pattern.push(("v_proj".into(), 8.0));
    let one = case.logits(Some(&case.tensors(&peft).weights));
    peft.config = case.peft("initial").config;
    peft.tensors.retain(|(_, module), _| module == "v_proj");
    let mut worst = Worst::new(format!("{name}: logits with an alpha for one module"), SAME);
    worst.elements(&one, &case.logits(Some(&case.tensors(&peft).weights)), "v_proj");
    worst.check();
}

/// Has PEFT open the adapter, with matrices of that type, and compare its logits with ours.
fn check_with_peft(case: &Case, peft: &PeftAdapter, dtype: FloatType, python: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let (config, weights) = peft.to_bytes_as(dtype).unwrap();
    let adapter = case.tensors(&PeftAdapter::from_bytes(&config, &weights).unwrap());
    std::fs::write(folder.path().join("adapter_config.json"), config).unwrap();
    std::fs::write(folder.path().join("adapter_model.safetensors"), weights).unwrap();
    let sequences = case.reference["batches"][1]["input_ids"].clone();
    let sequences: Vec<Vec<u32>> = sequences.as_array().unwrap().iter().map(ids).collect();
    let positions = [0_u32, 5, 11, 23];
    let of = |sequence: &Vec<u32>| logits_of(&case.decoder, sequence, &positions, Some(&adapter.weights));
    let ours: Vec<f32> = sequences.iter().flat_map(of).collect();
    let rows: Vec<&[f32]> = ours.chunks_exact(case.decoder.config().vocab_size).collect();
    let input = json!({
        "input_ids": sequences,
        "positions": positions,
        "logits": rows.chunks_exact(positions.len()).collect::<Vec<_>>(),
    });
    let path = folder.path().join("input.json");
    std::fs::write(&path, input.to_string()).unwrap();
    programs::check(python, "check_adapter.py", &[&case.base, folder.path(), &path]);
}

/// The adapter with ranks and alphas of their own for some modules, and the rank-stabilized scale.
pub fn mixed(mut peft: PeftAdapter) -> PeftAdapter {
    peft.config.use_rslora = true;
    peft.config.rank_pattern = vec![("k_proj".into(), 2), ("layers.1.mlp.up_proj".into(), 1)];
    peft.config.alpha_pattern = vec![("down_proj".into(), 3.0), ("q_proj".into(), 1.0)];
    for ((layer, module), host) in &mut peft.tensors {
        let rank = match (layer, module.as_str()) {
            (_, "k_proj") => 2,
            (1, "up_proj") => 1,
            _ => continue,
        };
        host.a.truncate(rank * host.in_features);
        host.b = host.b.chunks_exact(host.rank).flat_map(|row| row[..rank].to_vec()).collect();
        host.rank = rank;
    }
    peft
}

fn peft_opens_what_was_trained(name: &str) {
    let Some(python) = programs::python() else { return };
    let case = Case::open(name);
    check_with_peft(&case, &case.host(&case.trained(&case.adapter("initial"))), FloatType::F32, &python);
}

/// All modules after the run `constant`; some of them, with another rank and scale, from our own start; and ranks and
/// alphas by module.
fn peft_opens_ours(name: &str) {
    let Some(python) = programs::python() else { return };
    let case = Case::open(name);
    let trained = case.trained(&case.adapter("initial"));
    check_with_peft(&case, &case.host(&trained), FloatType::F32, &python);
    check_with_peft(&case, &case.host(&trained), FloatType::F16, &python);
    let targets = ["q_proj", "v_proj", "up_proj", "down_proj"].map(String::from).to_vec();
    let config = LoraConfig { rank: 3, alpha: 12.0, targets };
    let fresh = Adapter::init(config, case.decoder.config(), 9, case.decoder.device()).unwrap();
    let mut run = case.runs()[0].clone();
    run["learning_rate"] = 0.02.into();
    let (_, trained) = case.train_by_trainer(&run, fresh);
    check_with_peft(&case, &case.host(&trained), FloatType::F32, &python);

    check_with_peft(&case, &mixed(case.peft("final")), FloatType::F32, &python);
}

/// On quantized weights, against PEFT on the same weights in f32; and an adapter that is at work from its invocation on.
macro_rules! quantized {
    ($($name:ident)*) => {$(
        mod $name {
            const NAME: &str = stringify!($name);
            #[test]
            fn logits() { super::logits_agree(NAME); }
            #[test]
            fn matrices() { super::matrices_survive(NAME); }
            #[test]
            fn gradients() { super::gradients_agree(NAME); }
            #[test]
            fn runs() { super::runs_agree(NAME); }
            #[test]
            fn trained() { super::trained_matrices_agree(NAME); }
            #[test]
            fn trainer() { super::trainer_agrees(NAME); }
            #[test]
            fn saved() { super::saved_adapter_is_the_same(NAME); }
            #[test]
            fn peft() { super::peft_opens_what_was_trained(NAME); }
            #[test]
            fn mixed_precision() { super::mixed_precision_is_within_its_bounds(NAME); }
        }
    )*};
}

quantized!(lora_qwen2_mixed alora_qwen2_mixed);

macro_rules! cases {
    ($($name:ident)*) => {$(
        mod $name {
            const NAME: &str = stringify!($name);
            #[test]
            fn logits() { super::logits_agree(NAME); }
            #[test]
            fn matrices() { super::matrices_survive(NAME); }
            #[test]
            fn gradients() { super::gradients_agree(NAME); }
            #[test]
            fn blocks() { super::blocks_stay_apart(NAME); }
            #[test]
            fn finite_differences() { super::elements_agree_with_finite_differences(NAME); }
            #[test]
            fn runs() { super::runs_agree(NAME); }
            #[test]
            fn trained() { super::trained_matrices_agree(NAME); }
            #[test]
            fn trainer() { super::trainer_agrees(NAME); }
            #[test]
            fn base() { super::base_is_untouched(NAME); }
            #[test]
            fn saved() { super::saved_adapter_is_the_same(NAME); }
            #[test]
            fn other_bases() { super::other_bases_are_refused(NAME); }
            #[test]
            fn rank_one_decay() { super::weight_decay_reaches_rank_one(NAME); }
            #[test]
            fn alpha_of_zero() { super::alpha_of_zero_adds_nothing(NAME); }
            #[test]
            fn peft() { super::peft_opens_ours(NAME); }
            #[test]
            fn mixed_precision() { super::mixed_precision_is_within_its_bounds(NAME); }
        }
    )*};
}

cases!(lora_llama lora_qwen3);
