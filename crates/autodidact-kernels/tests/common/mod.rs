//! What the tests of the kernels share: random numbers, matrices, and how far two of them are apart.
#![allow(dead_code, reason = "each test program uses its part")]

use std::io::Write;

use autodidact_kernels::{
    Kernels, Matrix,
    quant::{QuantizedMatrix, Row, Storage},
};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// bf16 keeps eight bits: a number of a product is off by up to this share of the product's root mean square.
pub const BF16: f32 = 0.05;

/// How weights are stored, all ways.
pub const STORAGES: [Storage; 4] = [Storage::Four, Storage::Five, Storage::Eight, Storage::EightBySixteen];

/// The largest number that a weight is stored as.
pub fn most(storage: Storage) -> u8 {
    match storage {
        Storage::Four => 15,
        Storage::Five => 31,
        Storage::Eight | Storage::EightBySixteen => 255,
    }
}

/// Random numbers, the same ones for the same seed.
pub struct Random(ChaCha8Rng);

impl Random {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// From 0 to 1.
    pub fn share(&mut self) -> f32 {
        self.0.random()
    }

    /// So many from `-most` to `most`.
    pub fn numbers(&mut self, count: usize, most: f32) -> Vec<f32> {
        (0..count).map(|_| self.0.random_range(-most..most)).collect()
    }

    /// So many weights as they are stored.
    pub fn quants(&mut self, count: usize, storage: Storage) -> Vec<u8> {
        (0..count).map(|_| self.0.random_range(0..=most(storage))).collect()
    }
}

/// Says on standard error that something was not tested.
pub fn skipped(reason: &str) {
    // Not eprintln, which the test harness swallows when the test passes.
    #[expect(clippy::explicit_write, reason = "see above")]
    writeln!(std::io::stderr(), "SKIPPED: {reason}").unwrap();
}

/// The kernels of mixed precision, or words on standard error.
pub fn kernels() -> Option<Kernels> {
    let kernels = Kernels::detect();
    if kernels.is_none() {
        skipped("this processor lacks AVX-512 with bf16, so there are no kernels to test");
    }
    kernels
}

/// A matrix of those numbers, row by row.
pub fn matrix(numbers: Vec<f32>, rows: usize, columns: usize) -> Matrix {
    Tensor::from_data(TensorData::new(numbers, [rows, columns]), &Device::flex())
}

/// A matrix of random numbers from -1 to 1.
pub fn random(rows: usize, columns: usize, seed: u64) -> Matrix {
    matrix(Random::new(seed).numbers(rows * columns, 1.0), rows, columns)
}

/// The numbers of a matrix, row by row.
pub fn numbers(matrix: &Matrix) -> Vec<f32> {
    matrix.clone().into_data().try_into_vec().unwrap()
}

/// Asserts that no number differs by more than that share of the root mean square of those wanted.
#[track_caller]
pub fn assert_close(got: &Matrix, want: &Matrix, share: f32) {
    assert_eq!(got.dims(), want.dims());
    let (got, want) = (numbers(got), numbers(want));
    let rms = (want.iter().map(|x| x * x).sum::<f32>() / want.len() as f32).sqrt();
    let gap = got.iter().zip(&want).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(gap <= share * rms, "{gap} with a root mean square of {rms}");
}

/// A quantized matrix, and its weights as they were given.
pub struct Quantized {
    pub matrix: QuantizedMatrix,
    /// `[rows, columns]`
    pub weights: Vec<f32>,
}

impl Quantized {
    /// Scales from 0 to 0.02 and minimums from -0.1 to 0.
    pub fn random(rows: usize, columns: usize, storage: Storage, random: &mut Random) -> Self {
        let mut matrix = QuantizedMatrix::zeros(rows, columns, storage).unwrap();
        let mut weights = Vec::new();
        for index in 0..rows {
            let quants = random.quants(columns, storage);
            let spans = columns / storage.span();
            let scales: Vec<f32> = (0..spans).map(|_| random.share() * 0.02).collect();
            let minimums: Vec<f32> = (0..spans).map(|_| -random.share() * 0.1).collect();
            matrix.set_row(index, Row { quants: &quants, scales: &scales, minimums: &minimums });
            weights.extend(quants.iter().enumerate().map(|(column, quant)| {
                let span = column / storage.span();
                scales[span] * f32::from(*quant) + minimums[span]
            }));
        }
        Self { matrix, weights }
    }
}
