//! The GPU through wgpu.

use std::{cell::RefCell, sync::Arc};

use burn::tensor::{Device, wgpu::WgpuSetup};

use super::health;
use crate::error::{Error, Result};

thread_local! {
    /// The GPU device is made once per thread (page or worker) and kept: burn registers one runtime for it.
    static GPU: RefCell<Option<(Device, WgpuSetup)>> = const { RefCell::new(None) };
}

/// The GPU of this thread.
pub(super) async fn open() -> Result<Device> {
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
