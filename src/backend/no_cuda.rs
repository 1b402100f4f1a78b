//! In place of `cuda`, where the crate's feature of that name is off.

use burn::tensor::Device;

use super::BackendReport;
use crate::error::{Error, Result};

/// There is none.
pub(super) fn open() -> Result<(Device, BackendReport)> {
    Err(Error::invalid("device", "this program was built without the feature `cuda`"))
}
