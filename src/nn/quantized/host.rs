//! Quantized matrices in the memory of the CPU, where the kernels read them.

use std::sync::Arc;

use autodidact_kernels::{
    Kernels, Numbers,
    quant::{Activations, Columns, Instructions, QuantizedMatrix, SomeColumns},
};
use burn::tensor::{Device, Tensor, TensorData};

use crate::nn::{Matrix, arithmetic::Arithmetic};

/// Rows that are written out as f32 at once, for products in f32.
const ROWS_AT_ONCE: usize = 512;

/// Modules that read the same input, side by side.
#[derive(Debug, Clone)]
pub struct Host {
    /// `[out of the module, in]` each.
    modules: Arc<[QuantizedMatrix]>,
    device: Device,
}

impl Host {
    /// Modules of the same input width. `device` is that of the CPU.
    pub(super) fn new(modules: Vec<QuantizedMatrix>, device: Device) -> Self {
        Self { modules: modules.into(), device }
    }

    /// The modules.
    pub fn modules(&self) -> &[QuantizedMatrix] {
        &self.modules
    }

    fn in_features(&self) -> usize {
        self.modules.first().map_or(0, QuantizedMatrix::columns)
    }

    /// Rows of all modules together.
    pub fn out_features(&self) -> usize {
        self.modules.iter().map(QuantizedMatrix::rows).sum()
    }

    /// `x W`, with the modules' outputs side by side.
    pub fn product(&self, x: Matrix, arithmetic: Arithmetic, kernels: Option<Kernels>) -> Matrix {
        if let Some(kernels) = kernels {
            return kernels.quantized(&x, &self.modules);
        }
        match arithmetic {
            Arithmetic::Integers => self.on_integers(&x),
            Arithmetic::Floats => {
                let parts = self.parts().map(|part| x.clone().matmul(part.transpose()));
                Matrix::cat(parts.collect(), 1)
            }
        }
    }

    /// `dy W^T`
    pub fn product_transposed(&self, dy: &Matrix, kernels: Option<Kernels>) -> Matrix {
        if let Some(kernels) = kernels {
            return kernels.quantized_transposed(dy, &self.modules);
        }
        let [tokens, width] = dy.dims();
        let mut out = vec![0.0; tokens * self.in_features()];
        let (numbers, instructions) = (Numbers::of(dy), Instructions::detect());
        let mut first = 0;
        for module in self.modules.iter() {
            let y = SomeColumns { numbers: numbers.slice(), width, first };
            module.add_transposed(y, instructions, &mut out);
            first += module.rows();
        }
        self.matrix(out, [tokens, self.in_features()])
    }

    /// Rows, in f32: `[n, in]`.
    pub fn select(&self, rows: &[u32]) -> Matrix {
        let width = self.in_features();
        let mut numbers = vec![0.0; rows.len() * width];
        for (row, out) in rows.iter().zip(numbers.chunks_exact_mut(width.max(1))) {
            let mut row = *row as usize;
            for module in self.modules.iter() {
                if row < module.rows() {
                    module.row(row, out);
                    break;
                }
                row -= module.rows();
            }
        }
        self.matrix(numbers, [rows.len(), width])
    }

    /// The mean of all rows: `[1, in]`.
    pub fn mean(&self) -> Matrix {
        let mut sum = vec![0.0_f64; self.in_features()];
        let mut row = vec![0.0; self.in_features()];
        for module in self.modules.iter() {
            for index in 0..module.rows() {
                module.row(index, &mut row);
                sum.iter_mut().zip(&row).for_each(|(sum, x)| *sum += f64::from(*x));
            }
        }
        let count = self.out_features().max(1) as f64;
        let mean: Vec<f32> = sum.into_iter().map(|sum| (sum / count) as f32).collect();
        self.matrix(mean, [1, self.in_features()])
    }

    /// All rows, in f32: `[out, in]`.
    pub fn full(&self) -> Matrix {
        Matrix::cat(self.parts().collect(), 0)
    }

    /// Some rows at a time, in f32.
    fn parts(&self) -> impl Iterator<Item = Matrix> {
        self.modules.iter().flat_map(move |module| {
            (0..module.rows()).step_by(ROWS_AT_ONCE).map(move |first| {
                let rows = ROWS_AT_ONCE.min(module.rows() - first);
                let width = module.columns();
                let mut numbers = vec![0.0; rows * width];
                for (row, out) in numbers.chunks_exact_mut(width).enumerate() {
                    module.row(first + row, out);
                }
                self.matrix(numbers, [rows, width])
            })
        })
    }

    fn on_integers(&self, x: &Matrix) -> Matrix {
        let x = Activations::of(x);
        let instructions = Instructions::detect();
        let width = self.out_features();
        let mut out = vec![0.0; x.tokens() * width];
        let mut first = 0;
        for module in self.modules.iter() {
            module.multiply(&x, instructions, &mut Columns { numbers: &mut out, width, first });
            first += module.rows();
        }
        self.matrix(out, [x.tokens(), width])
    }

    fn matrix(&self, numbers: Vec<f32>, shape: [usize; 2]) -> Matrix {
        Tensor::from_data(TensorData::new(numbers, shape), &self.device)
    }
}
