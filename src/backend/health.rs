//! Errors that the GPU reports outside any call.
//!
//! A shader that fails validation does not fail the call that used it: the buffers keep what they held, and stale
//! numbers look like data. The device's handlers note such an error here, and the next read of a tensor fails with it.

use std::sync::Mutex;

use crate::error::{Error, Result};

#[derive(Debug, Default)]
struct Health {
    fault: Option<String>,
    lost: Option<String>,
}

static HEALTH: Mutex<Health> = Mutex::new(Health { fault: None, lost: None });

fn lock() -> std::sync::MutexGuard<'static, Health> {
    HEALTH.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Notes an uncaptured error; the first one wins until it has been reported.
pub fn report_fault(reason: String) {
    lock().fault.get_or_insert(reason);
}

/// Notes that the device is gone. Stays until [`reset`].
pub fn report_lost(reason: String) {
    lock().lost.get_or_insert(reason);
}

/// Why the device is gone, if it is.
pub fn lost() -> Option<String> {
    lock().lost.clone()
}

/// Forgets what was noted about an earlier device.
pub fn reset() {
    *lock() = Health::default();
}

/// # Errors
/// [`Error::DeviceLost`] for ever after a loss; [`Error::Backend`] once for each noted error.
pub fn check() -> Result<()> {
    let mut health = lock();
    if let Some(reason) = &health.lost {
        return Err(Error::DeviceLost { reason: reason.clone() });
    }
    match health.fault.take() {
        Some(reason) => Err(Error::Backend { reason }),
        None => Ok(()),
    }
}
