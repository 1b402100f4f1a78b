//! Which device computes: the only place that names backends.

#[cfg_attr(not(feature = "cuda"), path = "no_cuda.rs")]
mod cuda;
pub mod health;
#[cfg_attr(target_family = "wasm", path = "probe_web.rs")]
#[cfg_attr(not(target_family = "wasm"), path = "probe_native.rs")]
mod probe;
mod readback;

use std::{cell::RefCell, sync::Arc};

use burn::tensor::{Device, wgpu::WgpuSetup};
use serde::{Deserialize, Serialize};

pub use self::readback::readback;
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
    /// The GPU through WebGPU (Vulkan, Metal or DirectX natively), or an error.
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
pub struct SelfTest {
    /// Largest absolute difference of logits and gradients.
    pub max_difference: f32,
    /// Accepted difference.
    pub tolerance: f32,
}

/// Which backend serves, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// An adapter that the platform offers.
#[derive(Debug, Clone)]
struct Adapter {
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
/// [`Error::WebGpuUnavailable`] when the GPU was asked for and there is none.
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
            let device = match gpu().await {
                Ok(device) => device,
                Err(error) if choice == BackendChoice::Auto => return Ok((cpu(), cpu_report(error.to_string()))),
                Err(error) => return Err(error),
            };
            let reason = if adapter.software { "software adapter, asked for" } else { "a GPU is there" };
            let Adapter { name, software } = adapter;
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

thread_local! {
    /// The GPU device is made once per thread (page or worker) and kept: burn registers one runtime for it.
    static GPU: RefCell<Option<(Device, WgpuSetup)>> = const { RefCell::new(None) };
}

async fn gpu() -> Result<Device> {
    if let Some(device) = GPU.with_borrow(|gpu| gpu.as_ref().map(|(device, _)| device.clone())) {
        // burn makes no second device in the same thread.
        if let Some(reason) = health::lost() {
            let reason = format!("the device was lost ({reason}), and a new one needs a new page, worker or process");
            return Err(Error::WebGpuUnavailable { reason });
        }
        // What was noted while nobody computed belongs to no call.
        health::reset();
        return Ok(device);
    }
    let (device, setup) = Device::wgpu_options()
        .init_with_setup_async()
        .await
        .map_err(|e| Error::WebGpuUnavailable { reason: e.to_string() })?;
    health::reset();
    // Replaces burn's handlers, which panic: an error is noted, and the running call fails with it.
    setup.device.on_uncaptured_error(Arc::new(|error| health::report_fault(error.to_string())));
    setup.device.set_device_lost_callback(|kind, message| health::report_lost(format!("{kind:?}: {message}")));
    GPU.set(Some((device.clone(), setup)));
    Ok(device)
}
