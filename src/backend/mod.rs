//! Which device computes: the only place that names backends.

#[cfg_attr(not(feature = "cuda"), path = "no_cuda.rs")]
mod cuda;
#[cfg_attr(not(any(feature = "gpu", target_family = "wasm")), path = "no_gpu.rs")]
mod gpu;
pub mod health;
#[cfg_attr(target_family = "wasm", path = "probe_web.rs")]
#[cfg_attr(all(feature = "gpu", not(target_family = "wasm")), path = "probe_native.rs")]
#[cfg_attr(all(not(feature = "gpu"), not(target_family = "wasm")), path = "probe_none.rs")]
mod probe;
mod readback;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

pub use self::readback::{readback, readback_words};
use crate::error::{Error, Result};

/// Every kind of kernel is bytes of a page's download: the browser build keeps to few.
pub const FEW_KERNELS: bool = cfg!(target_family = "wasm");

/// What the caller asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendChoice {
    /// A real GPU where there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU (SIMD; several threads natively, one on the web).
    Cpu,
    /// The GPU through WebGPU (natively Vulkan, Metal or DirectX, with the crate feature `gpu`), or an error.
    #[serde(rename = "webgpu")]
    WebGpu,
    /// The first NVIDIA GPU, through LibTorch (crate feature `cuda`), or an error.
    Cuda,
}

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendKind {
    /// The CPU.
    Cpu,
    /// The GPU.
    #[serde(rename = "webgpu")]
    WebGpu,
    /// An NVIDIA GPU.
    Cuda,
}

impl std::fmt::Display for BackendKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cpu => "cpu",
            Self::WebGpu => "webgpu",
            Self::Cuda => "cuda",
        })
    }
}

/// The outcome of comparing a small forward pass with the CPU's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
pub struct SelfTest {
    /// Largest absolute difference of logits and gradients.
    pub max_difference: f32,
    /// Accepted difference.
    pub tolerance: f32,
}

/// Which backend serves, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
pub struct BackendReport {
    /// Kind.
    pub kind: BackendKind,
    /// The adapter's or the CPU backend's name.
    pub adapter: String,
    /// The adapter is software.
    pub software: bool,
    /// Why this one, in words.
    pub reason: String,
    /// Self-test against the CPU (GPU only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_test: Option<SelfTest>,
}

/// A GPU that the platform offers; WebGPU calls it an adapter.
#[derive(Debug, Clone)]
struct Gpu {
    name: String,
    software: bool,
}

/// The CPU device.
pub fn cpu() -> Device {
    crate::platform::init();
    Device::flex()
}

/// The report of the CPU device.
fn cpu_report(reason: impl Into<String>) -> BackendReport {
    BackendReport {
        kind: BackendKind::Cpu,
        adapter: "burn-flex".into(),
        software: false,
        reason: reason.into(),
        self_test: None,
    }
}

/// Opens a device.
///
/// A software GPU counts as none, since the CPU backend is many times faster than it, unless `force_software` is set.
///
/// # Errors
/// [`Error::WebGpuUnavailable`] when the GPU was asked for and there is none, or this build has no GPU backend.
pub async fn open(choice: BackendChoice, force_software: bool) -> Result<(Device, BackendReport)> {
    crate::platform::init();
    if choice == BackendChoice::Cpu {
        return Ok((cpu(), cpu_report("as asked")));
    }
    if choice == BackendChoice::Cuda {
        return cuda::open();
    }
    let found = match probe::adapter().await {
        Ok(adapter) if adapter.software && !force_software => {
            Err(format!("the only adapter, {}, is software, which is slower than the CPU backend", adapter.name))
        }
        other => other,
    };
    match (found, choice) {
        (Ok(adapter), _) => {
            let device = match gpu::open().await {
                Ok(device) => device,
                Err(error) if choice == BackendChoice::Auto => return Ok((cpu(), cpu_report(error.to_string()))),
                Err(error) => return Err(error),
            };
            let reason = if adapter.software { "software adapter, asked for" } else { "a GPU is there" };
            let Gpu { name, software } = adapter;
            let report = BackendReport {
                kind: BackendKind::WebGpu,
                adapter: name,
                software,
                reason: reason.into(),
                self_test: None,
            };
            Ok((device, report))
        }
        (Err(reason), BackendChoice::WebGpu) => Err(Error::WebGpuUnavailable { reason }),
        (Err(reason), _) => Ok((cpu(), cpu_report(reason))),
    }
}
