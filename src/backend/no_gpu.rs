//! In place of `gpu` in native builds without the crate's feature of that name.

use burn::tensor::Device;

use crate::error::{Error, Result};

/// Always an error: this build has no GPU backend.
pub(super) async fn open() -> Result<Device> {
    Err(Error::WebGpuUnavailable { reason: super::probe::NO_GPU.into() })
}
