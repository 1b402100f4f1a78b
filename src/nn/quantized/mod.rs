//! Matrices in few bits: modules that read the same input, side by side.

mod host;
mod on_device;

use autodidact_kernels::{Kernels, quant::QuantizedMatrix};
use burn::tensor::Device;

use self::{host::Host, on_device::OnDevice};
use super::{Matrix, arithmetic::Arithmetic};
use crate::{backend, error::Result};

/// Quantized modules that read the same input, `[out, in]` all together.
#[derive(Debug, Clone)]
pub struct Quantized(Place);

#[derive(Debug, Clone)]
enum Place {
    /// In the memory of the CPU, for its kernels.
    Host(Host),
    /// On a GPU, as tensors that are written out as f32 for each product.
    Device(OnDevice),
}

impl Quantized {
    /// Modules of the same input width, for products on a device.
    pub fn new(modules: Vec<QuantizedMatrix>, device: &Device) -> Self {
        Self(if *device == backend::cpu() {
            Place::Host(Host::new(modules, device.clone()))
        } else {
            Place::Device(OnDevice::new(&modules, device))
        })
    }

    /// The modules, where the CPU has them.
    pub fn modules(&self) -> Option<&[QuantizedMatrix]> {
        match &self.0 {
            Place::Host(host) => Some(host.modules()),
            Place::Device(_) => None,
        }
    }

    /// All that it holds, as words of 32 bits, put into one value: for checksums.
    ///
    /// # Errors
    /// [`crate::Error::Backend`] when a tensor cannot be read back.
    pub async fn fold<T>(&self, start: T, with: impl Fn(T, u32) -> T + Copy) -> Result<T> {
        match &self.0 {
            Place::Host(host) => Ok(host.modules().iter().fold(start, |value, module| module.fold_words(value, with))),
            Place::Device(device) => Ok(device.words().await?.into_iter().fold(start, with)),
        }
    }

    /// `x W`, with the modules' outputs side by side. With kernels it is in mixed precision; on a GPU it is always in f32.
    ///
    /// # Shapes
    /// - `x`: `[n, in]`; output: `[n, out]`
    pub fn product(&self, x: Matrix, arithmetic: Arithmetic, kernels: Option<Kernels>) -> Matrix {
        match &self.0 {
            Place::Host(host) => host.product(x, arithmetic, kernels),
            Place::Device(device) => device.product(&x),
        }
    }

    /// `dy W^T`, in f32, or with kernels in mixed precision.
    ///
    /// # Shapes
    /// - `dy`: `[n, out]`; output: `[n, in]`
    pub fn product_transposed(&self, dy: &Matrix, kernels: Option<Kernels>) -> Matrix {
        match &self.0 {
            Place::Host(host) => host.product_transposed(dy, kernels),
            Place::Device(device) => device.product_transposed(dy),
        }
    }

    /// Rows, in f32: `[n, in]`.
    pub fn select(&self, rows: &[u32]) -> Matrix {
        match &self.0 {
            Place::Host(host) => host.select(rows),
            Place::Device(device) => device.select(rows),
        }
    }

    /// The mean of all rows: `[1, in]`.
    pub fn mean(&self) -> Matrix {
        match &self.0 {
            Place::Host(host) => host.mean(),
            Place::Device(device) => device.mean(),
        }
    }

    /// All rows, in f32: `[out, in]`.
    pub fn full(&self) -> Matrix {
        match &self.0 {
            Place::Host(host) => host.full(),
            Place::Device(device) => device.full(),
        }
    }
}
