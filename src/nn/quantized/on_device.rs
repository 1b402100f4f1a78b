//! Quantized matrices as tensors on a device. For a product, rows are written out as f32 on the device and forgotten again.

use autodidact_kernels::quant::{QuantizedMatrix, Storage};
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::{
    backend::{readback, readback_words},
    error::Result,
    nn::{Matrix, rows},
};

/// Numbers that are written out at once: 32 MB, below the 128 MB that WebGPU promises for a binding.
const AT_ONCE: usize = 8 << 20;

/// Modules that read the same input, side by side.
#[derive(Debug, Clone)]
pub(super) struct OnDevice {
    parts: Vec<Part>,
    columns: usize,
}

/// Neighbouring modules that are stored in the same way, `[rows, columns]` all together.
#[derive(Debug, Clone)]
struct Part {
    /// Quants, the first one in the lowest bits of a word: `[rows, columns / quants of a word]`.
    words: Tensor<2, Int>,
    /// `[rows, spans]`
    scales: Matrix,
    /// `[rows, spans]`
    minimums: Matrix,
    bits: usize,
    rows: usize,
    columns: usize,
}

/// The rows of modules on their way to a device.
struct Packed {
    storage: Storage,
    rows: usize,
    words: Vec<i32>,
    scales: Vec<f32>,
    minimums: Vec<f32>,
}

impl Packed {
    fn new(storage: Storage) -> Self {
        Self { storage, rows: 0, words: Vec::new(), scales: Vec::new(), minimums: Vec::new() }
    }

    fn push(&mut self, module: &QuantizedMatrix) {
        let (columns, bits) = (module.columns(), bits(self.storage));
        let mut quants = vec![0; columns];
        for row in 0..module.rows() {
            module.quants_of(row, &mut quants);
            let word = |quants: &[u8]| {
                quants.iter().rev().fold(0_u32, |word, quant| word << bits | u32::from(*quant)).cast_signed()
            };
            self.words.extend(quants.chunks(32 / bits).map(word));
            let (scales, minimums) = module.spans_of(row);
            self.scales.extend(scales);
            self.minimums.extend(minimums);
        }
        self.rows += module.rows();
    }

    fn part(self, columns: usize, device: &Device) -> Part {
        let Self { storage, rows, words, scales, minimums } = self;
        let (bits, spans) = (bits(storage), columns / storage.span());
        let tensor = |numbers: Vec<f32>| Matrix::from_data(TensorData::new(numbers, [rows, spans]), device);
        let words = Tensor::from_data(TensorData::new(words, [rows, columns * bits / 32]), device);
        Part { words, scales: tensor(scales), minimums: tensor(minimums), bits, rows, columns }
    }
}

fn bits(storage: Storage) -> usize {
    match storage {
        Storage::Four => 4,
        Storage::Five | Storage::Eight | Storage::EightBySixteen => 8,
    }
}

impl Part {
    /// How many rows are written out at once.
    fn at_once(&self) -> usize {
        (AT_ONCE / self.columns.max(1)).max(1)
    }

    /// All rows, some at a time, in f32.
    fn pieces(&self) -> impl Iterator<Item = Matrix> {
        (0..self.rows).step_by(self.at_once()).map(|first| {
            let count = self.at_once().min(self.rows - first);
            let some = |x: &Matrix| x.clone().narrow(0, first, count);
            self.written_out(self.words.clone().narrow(0, first, count), some(&self.scales), some(&self.minimums))
        })
    }

    /// `scale * q + minimum` for each weight of some rows: `[n, columns]`.
    fn written_out(&self, words: Tensor<2, Int>, scales: Matrix, minimums: Matrix) -> Matrix {
        let ([rows, words_of_row], spans) = (words.dims(), scales.dims()[1]);
        let of_word = 32 / self.bits;
        let shifts = Tensor::<1, Int>::arange(0..of_word as i64, &words.device()).mul_scalar(self.bits as i32);
        let words: Tensor<3, Int> = words.reshape([rows, words_of_row, 1]);
        let quants =
            words.bitwise_right_shift(shifts.reshape([1, 1, of_word])).bitwise_and_scalar((1 << self.bits) - 1);
        let quants: Tensor<3> = quants.float().reshape([rows, spans, self.columns / spans.max(1)]);
        let weights = quants.mul(scales.reshape([rows, spans, 1])).add(minimums.reshape([rows, spans, 1]));
        weights.reshape([rows, self.columns])
    }
}

impl OnDevice {
    pub(super) fn new(modules: &[QuantizedMatrix], device: &Device) -> Self {
        let columns = modules.first().map_or(0, QuantizedMatrix::columns);
        let mut packed: Vec<Packed> = Vec::new();
        for module in modules {
            match packed.last_mut() {
                Some(last) if last.storage == module.storage() => last.push(module),
                _ => {
                    let mut next = Packed::new(module.storage());
                    next.push(module);
                    packed.push(next);
                }
            }
        }
        Self { parts: packed.into_iter().map(|packed| packed.part(columns, device)).collect(), columns }
    }

    fn pieces(&self) -> impl Iterator<Item = Matrix> {
        self.parts.iter().flat_map(Part::pieces)
    }

    pub(super) fn product(&self, x: &Matrix) -> Matrix {
        joined(self.pieces().map(|piece| x.clone().matmul(piece.transpose())).collect(), 1)
    }

    pub(super) fn product_transposed(&self, dy: &Matrix) -> Matrix {
        let mut first = 0;
        let products = self.pieces().map(|piece| {
            let rows = piece.dims()[0];
            first += rows;
            dy.clone().narrow(1, first - rows, rows).matmul(piece)
        });
        let sum = products.reduce(Tensor::add);
        sum.unwrap_or_else(|| Matrix::zeros([dy.dims()[0], self.columns], &dy.device()))
    }

    /// The rows of a table, which is one module.
    pub(super) fn select(&self, ids: &[u32]) -> Matrix {
        let pick = |part: &Part| {
            let ids = rows::indices(ids, &part.words.device());
            let (words, scales) =
                (part.words.clone().select(0, ids.clone()), part.scales.clone().select(0, ids.clone()));
            part.written_out(words, scales, part.minimums.clone().select(0, ids))
        };
        joined(self.parts.iter().map(pick).collect(), 0)
    }

    pub(super) fn mean(&self) -> Matrix {
        let count = self.parts.iter().map(|part| part.rows).sum::<usize>().max(1);
        let sums = self.pieces().map(|piece| piece.sum_dim(0)).reduce(Tensor::add);
        joined(sums.into_iter().collect(), 0).div_scalar(count as f32)
    }

    pub(super) fn full(&self) -> Matrix {
        joined(self.pieces().collect(), 0)
    }

    pub(super) async fn words(&self) -> Result<Vec<u32>> {
        let mut words = Vec::new();
        for part in &self.parts {
            words.extend(readback_words(part.words.clone()).await?);
            for numbers in [&part.scales, &part.minimums] {
                words.extend(readback(numbers.clone()).await?.into_iter().map(f32::to_bits));
            }
        }
        Ok(words)
    }
}

fn joined(mut parts: Vec<Matrix>, dimension: usize) -> Matrix {
    match parts.len() {
        1 => parts.swap_remove(0),
        _ => Matrix::cat(parts, dimension),
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
#[allow(clippy::unwrap_used, reason = "a test fails by a panic")]
mod tests {
    use autodidact_kernels::quant::Row;
    use futures_lite::future::block_on;

    use super::{super::host::Host, *};
    use crate::{backend, nn::arithmetic::Arithmetic};

    fn module(rows: usize, columns: usize, storage: Storage) -> QuantizedMatrix {
        let mut matrix = QuantizedMatrix::zeros(rows, columns, storage).unwrap();
        let most = match storage {
            Storage::Four => 16,
            Storage::Five => 32,
            Storage::Eight | Storage::EightBySixteen => 256,
        };
        for row in 0..rows {
            let quants: Vec<u8> = (0..columns).map(|column| ((row * 37 + column * 11) % most) as u8).collect();
            let numbers = |step: usize| {
                (0..columns / storage.span()).map(|span| ((row + span * step) % 7) as f32 / 64.0 - 0.05).collect()
            };
            let (scales, minimums): (Vec<f32>, Vec<f32>) = (numbers(3), numbers(5));
            matrix.set_row(row, Row { quants: &quants, scales: &scales, minimums: &minimums });
        }
        matrix
    }

    fn numbers(matrix: Matrix) -> Vec<f32> {
        block_on(readback(matrix)).unwrap()
    }

    fn gap(a: Matrix, b: Matrix) -> f32 {
        assert_eq!(a.dims(), b.dims());
        numbers(a).iter().zip(numbers(b)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    /// All of it on the CPU's device, where tensors and kernels can be compared.
    #[test]
    fn tensors_give_what_the_kernels_give() {
        let device = backend::cpu();
        // The first two modules are stored alike, and are one part.
        let kinds = [Storage::Eight, Storage::Eight, Storage::Four, Storage::EightBySixteen, Storage::Five];
        let modules: Vec<QuantizedMatrix> = kinds.iter().map(|kind| module(9, 64, *kind)).collect();
        let (host, tensors) = (Host::new(modules.clone(), device.clone()), OnDevice::new(&modules, &device));
        assert_eq!(tensors.parts.len(), 4);
        assert_eq!(numbers(tensors.full()), numbers(host.full()));
        let some = |rows: usize, columns: usize| {
            let numbers: Vec<f32> = (0..rows * columns).map(|i| (i * 13 % 29) as f32 / 29.0 - 0.4).collect();
            Matrix::from_data(TensorData::new(numbers, [rows, columns]), &device)
        };
        assert!(gap(tensors.product(&some(3, 64)), host.product(some(3, 64), Arithmetic::Floats, None)) < 1e-4);
        assert!(gap(tensors.product_transposed(&some(3, 45)), host.product_transposed(&some(3, 45), None)) < 1e-4);
        assert!(gap(tensors.mean(), host.mean()) < 1e-5);
        assert_eq!(
            block_on(tensors.words()).unwrap().len(),
            2 * 9 * 16 + 9 * 8 + 2 * 9 * 16 + 2 * 9 * (2 + 2 + 2 + 4 + 2)
        );

        let table = [module(50, 32, Storage::Four)];
        let (host, tensors) = (Host::new(table.to_vec(), device.clone()), OnDevice::new(&table, &device));
        assert_eq!(numbers(tensors.select(&[49, 0, 7, 7])), numbers(host.select(&[49, 0, 7, 7])));
    }
}
