//! Training through LibTorch against the CPU backend. Only in builds with the feature `cuda`: `make test-cuda`.

use autodidact::{
    backend::{self, BackendChoice},
    model::{ModelConfig, Targets, Tokens, init, self_test},
};
use autodidact_lab::pretrain::{PretrainConfig, Workers, batching::MicroBatch, optimizer::Optimizer, update};
use burn::tensor::Device;

use crate::common::{block_on, read};

/// Losses, relative: Muon's iteration magnifies the last bits, and a GPU may be told to multiply in TF32.
const LOSSES: f32 = 5e-3;
const STEPS: usize = 4;

fn config() -> ModelConfig {
    let sizes =
        PretrainConfig { d_model: 64, n_layers: 2, n_heads: 4, n_kv_heads: 2, d_ff: 96, ..PretrainConfig::default() };
    sizes.model(300, 0).unwrap()
}

/// Rows enough for the ways of a GPU: 16 sequences of 320 tokens, all learned.
fn batch() -> MicroBatch {
    let (sequences, width) = (16, 320);
    let all: Vec<Vec<u32>> =
        (0..sequences).map(|s| (0..width).map(|i| ((i * i * (s + 3) + 7 * s) % 300) as u32).collect()).collect();
    let mut targets = Targets::default();
    for (s, sequence) in all.iter().enumerate() {
        for (i, id) in sequence.iter().enumerate().skip(1) {
            targets.rows.push((s * width + i - 1) as u32);
            targets.ids.push(*id);
            targets.weights.push(1.0 / (sequences * (width - 1)) as f32);
        }
    }
    MicroBatch { tokens: Tokens::padded(&all, 0), targets }
}

fn losses(device: &Device) -> Vec<f32> {
    let workers = Workers::new(Some(1)).unwrap();
    let mut decoder = init::random(config(), 5, 0.05, device);
    let mut optimizer = Optimizer::new(&config(), &decoder.weights().parameters(), 0.1);
    let mut losses = Vec::new();
    for _ in 0..STEPS {
        let done = update(&decoder, &mut optimizer, vec![batch()], 2e-2, &workers).unwrap();
        losses.extend(read(done.loss));
        decoder = done.decoder;
    }
    losses
}

#[test]
fn libtorch_trains_like_the_cpu() {
    let (device, report) =
        block_on(backend::open(BackendChoice::Cuda, false)).expect("LibTorch with a GPU, or AUTODIDACT_LIBTORCH_CPU=1");
    block_on(self_test::run(&device, report.kind)).unwrap();
    let (there, here) = (losses(&device), losses(&backend::cpu()));
    assert!(here[STEPS - 1] < 0.9 * here[0], "it learns: {here:?}");
    for (there, here) in there.iter().zip(&here) {
        assert!((there - here).abs() < LOSSES * here, "{there:?} on {}, {here:?} on the CPU", report.adapter);
    }
}
