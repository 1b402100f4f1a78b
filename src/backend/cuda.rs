//! NVIDIA GPUs through LibTorch.
//!
//! burn calls its LibTorch backend deprecated in favour of its own CUDA backend, whose build fetches a compiler; this one needs
//! nothing but an installed LibTorch.
#![allow(deprecated)]

use burn::tensor::Device;

use super::{BackendKind, BackendReport};
use crate::error::{Error, Result};

/// Environment variable that puts LibTorch's CPU in the GPU's place, for tests on machines without one.
const ON_CPU: &str = "AUTODIDACT_LIBTORCH_CPU";

/// The first GPU.
pub(super) fn open() -> Result<(Device, BackendReport)> {
    let on_cpu = std::env::var_os(ON_CPU).is_some();
    if !on_cpu && !tch::Cuda::is_available() {
        return Err(Error::Backend { reason: "LibTorch finds no NVIDIA GPU, or is the build for the CPU".into() });
    }
    let (device, adapter) = if on_cpu {
        (Device::libtorch(), "LibTorch's CPU")
    } else {
        (Device::libtorch_cuda(0), "the first NVIDIA GPU, by LibTorch")
    };
    let report = BackendReport {
        kind: BackendKind::Cuda,
        adapter: adapter.into(),
        software: on_cpu,
        reason: "as asked".into(),
        self_test: None,
    };
    Ok((device, report))
}
