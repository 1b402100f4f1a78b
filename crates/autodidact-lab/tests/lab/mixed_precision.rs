//! The kernels of mixed precision against the layers in f32: one by one, and in a whole model that trains. Products alone are tested in
//! `autodidact-kernels`.

use autodidact::{
    adapter::{Adapter, LoraConfig},
    backend,
    model::{Decoder, Family, Gradients, ModelConfig, Targets, Tokens, init},
    nn::{Matrix, linear::Trainable, loss, mlp, norm::RmsNorm},
};
use autodidact_kernels::Precision;
use autodidact_lab::pretrain::{Workers, batching::MicroBatch, optimizer::Optimizer, update};
use burn::tensor::{Tensor, TensorData};

use crate::kernels::{assert_close, kernels, numbers};

/// Sums in another order.
const F32: f32 = 1e-5;

/// A matrix of normally distributed numbers.
fn random(rows: usize, cols: usize, seed: u64) -> Matrix {
    let data = TensorData::new(init::Normal::new(seed).sample(rows * cols, 1.0), [rows, cols]);
    Tensor::from_data(data, &backend::cpu())
}

#[test]
fn normalization_and_gate() {
    let Some(kernels) = kernels() else { return };
    for (n, d) in [(1, 5), (9, 192), (40, 24)] {
        let (x, gain, dy) = (random(n, d, 3), random(1, d, 4), random(n, d, 5));
        let norm = RmsNorm { eps: 1e-5 };
        let (want, want_tape) = norm.forward_rows(x.clone(), gain.clone(), None);
        let (got, tape) = norm.forward_rows(x, gain.clone(), Some(kernels));
        assert_close(&got, &want, F32);
        let (want_dx, want_gain) = norm.backward_rows(want_tape, gain.clone(), dy.clone(), true, None);
        let (dx, dgain) = norm.backward_rows(tape, gain, dy, true, Some(kernels));
        assert_close(&dx, &want_dx, F32);
        assert_close(&dgain.unwrap(), &want_gain.unwrap(), F32);

        let (gate_up, dy) = (random(n, 2 * d, 6), random(n, d, 7));
        let (want, want_tape) = mlp::forward(gate_up.clone(), None, true);
        let (got, tape) = mlp::forward(gate_up, Some(kernels), true);
        assert_close(&got, &want, F32);
        let gradient = |tape: Option<mlp::GateTape>| mlp::backward(tape.unwrap(), dy.clone());
        assert_close(&gradient(tape), &gradient(want_tape), F32);
    }
}

#[test]
fn cross_entropy() {
    let Some(kernels) = kernels() else { return };
    let (logits, ids, weights) = (random(6, 37, 8), [0, 36, 5, 5, 17, 30], [0.1, 0.2, 0.3, 0.1, 0.2, 0.1]);
    let device = backend::cpu();
    let targets = Tensor::from_data(TensorData::new(ids.map(|id| id as i32).to_vec(), [6, 1]), &device);
    let column = Tensor::from_data(TensorData::new(weights.to_vec(), [6, 1]), &device);
    let (want, want_gradient) = loss::cross_entropy(logits.clone(), targets, column);
    let (loss, gradient) = kernels.cross_entropy(logits, &ids, &weights);
    assert_close(&loss.reshape([1, 1]), &want.reshape([1, 1]), F32);
    assert_close(&gradient, &want_gradient, F32);
}

/// Two query heads to a key/value head, and sizes that fill no tile.
fn decoder(family: Family) -> Decoder {
    let config = ModelConfig {
        vocab_size: 75,
        d_model: 72,
        head_dim: 18,
        d_ff: 100,
        context: 128,
        tied: family == Family::Llama,
        ..ModelConfig::tiny(family)
    };
    init::random(config, 4, 0.08, &backend::cpu())
}

/// Sequences of different lengths, longer than a block of attention.
fn batch() -> MicroBatch {
    let sequences: Vec<Vec<u32>> =
        [41usize, 70, 3].iter().map(|&len| (0..len).map(|i| ((i * i * 7 + len) % 75) as u32).collect()).collect();
    let (width, mut targets) = (70, Targets::default());
    for (row, sequence) in sequences.iter().enumerate() {
        for (i, id) in sequence.iter().enumerate().skip(1) {
            targets.rows.push((row * width + i - 1) as u32);
            targets.ids.push(*id);
            targets.weights.push(1.0 / 111.0);
        }
    }
    MicroBatch { tokens: Tokens::padded(&sequences, 0), targets }
}

#[test]
fn the_gradients_of_every_family_point_the_same_way() {
    let Some(_) = kernels() else { return };
    for family in Family::ALL {
        let full = decoder(family);
        let mixed = full.with_precision(Precision::Mixed);
        assert!(mixed.kernels().is_some() && full.kernels().is_none());
        let MicroBatch { tokens, targets } = batch();
        let want = full.gradients(&tokens, &targets, None, Trainable::Base);
        let got = mixed.gradients(&tokens, &targets, None, Trainable::Base);
        assert_same_way(family, &got, &want);
    }
}

/// Positions before are common to all sequences, and get no gradient. Qwen3 normalizes its queries and keys, which no kernel of attention
/// does.
#[test]
fn the_gradients_of_an_adapter_behind_other_positions_point_the_same_way() {
    let Some(_) = kernels() else { return };
    for family in Family::ALL {
        let full = decoder(family);
        let mixed = full.with_precision(Precision::Mixed);
        let lora = Adapter::init(LoraConfig::default(), full.config(), 5, full.device()).unwrap().weights;
        let moved = lora.parameters().into_iter().map(|matrix| matrix.add_scalar(0.01)).collect();
        let lora = lora.with_parameters(moved).unwrap();
        let menu: Vec<u32> = (0..45).map(|i| (i * 11 + 3) % 75).collect();
        let mut head = full.cache(menu.len());
        full.forward(&Tokens::single(&menu), Some(&mut head), None);
        let MicroBatch { tokens, targets } = batch();
        // With all that the way back needs, and with so little room that each block is computed once more.
        for most_tape in [usize::MAX, 0] {
            let gradients = |decoder: &Decoder| {
                let past = head.fork(3, menu.len() + tokens.len());
                decoder.with_tape(most_tape).gradients_behind(past, &tokens, &targets, &lora)
            };
            assert_same_way(family, &gradients(&mixed), &gradients(&full));
        }
    }
}

/// Asserts that two losses are close, and that the gradients of each parameter have nearly one direction and one length.
fn assert_same_way(family: Family, got: &Gradients, want: &Gradients) {
    assert_close(&got.loss.clone().reshape([1, 1]), &want.loss.clone().reshape([1, 1]), 1e-3);
    assert_eq!(got.parameters.len(), want.parameters.len());
    for (index, (got, want)) in got.parameters.iter().zip(&want.parameters).enumerate() {
        let (got, want) = (numbers(got), numbers(want));
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let cosine = dot(&got, &want) / (dot(&got, &got) * dot(&want, &want)).sqrt();
        assert!(cosine > 0.999, "{family:?}, parameter {index}: {cosine}");
        let ratio = (dot(&got, &got) / dot(&want, &want)).sqrt();
        assert!((0.98..1.02).contains(&ratio), "{family:?}, parameter {index}: {ratio}");
    }
}

#[test]
fn answers_stay_in_full_precision() {
    let Some(_) = kernels() else { return };
    let full = decoder(Family::Llama);
    let tokens = batch().tokens;
    let hidden = |decoder: &Decoder| numbers(&decoder.forward(&tokens, None, None));
    assert_eq!(hidden(&full.with_precision(Precision::Mixed)), hidden(&full));
}

#[test]
fn training_goes_the_same_way_and_does_not_depend_on_the_workers() {
    let Some(_) = kernels() else { return };
    let train = |precision: Precision, workers: usize| {
        let workers = Workers::new(Some(workers)).unwrap();
        let mut decoder = decoder(Family::Llama).with_precision(precision);
        let mut optimizer =
            Optimizer::new(decoder.config(), &decoder.weights().parameters(), 0.1).with_kernels(decoder.kernels());
        let losses = (0..30).map(|_| {
            let mut halves = [batch(), batch()];
            for half in &mut halves {
                half.targets.weights.iter_mut().for_each(|weight| *weight /= 2.0);
            }
            let done = update(&decoder, &mut optimizer, halves.to_vec(), 4e-3, &workers).unwrap();
            decoder = done.decoder;
            done.loss.into_data().try_into_vec::<f32>().unwrap()[0]
        });
        losses.collect::<Vec<f32>>()
    };
    let (full, mixed) = (train(Precision::Full, 1), train(Precision::Mixed, 1));
    assert!(full[29] < 0.7 * full[0], "{full:?}");
    for (full, mixed) in full.iter().zip(&mixed) {
        assert!((full - mixed).abs() < 0.03 * full, "{full} and {mixed}");
    }
    assert_eq!(mixed, train(Precision::Mixed, 2));
}
