//! Reading tensors back from the device.

use burn::tensor::{Int, Tensor};

use super::health;
use crate::error::{Error, Result};

/// The integers of a tensor in row-major order, as words of 32 bits.
///
/// # Errors
/// As [`readback`].
pub async fn readback_words<const D: usize>(tensor: Tensor<D, Int>) -> Result<Vec<u32>> {
    let on_gpu = tensor.device() != super::cpu();
    let data = tensor.into_data_async().await;
    if on_gpu {
        health::check()?;
    }
    let data = data.map_err(|e| Error::Backend { reason: format!("{e:?}") })?;
    let words = data.convert::<i32>().try_into_vec::<i32>().map_err(|e| Error::Backend { reason: format!("{e:?}") })?;
    Ok(words.into_iter().map(i32::cast_unsigned).collect())
}

/// The values of a tensor in row-major order. Always asynchronous: the web cannot block.
///
/// # Errors
/// [`Error::Backend`] or [`Error::DeviceLost`] when the device reported an error since the last read: the numbers are
/// then discarded, since they may be stale.
pub async fn readback<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let on_gpu = tensor.device() != super::cpu();
    let data = tensor.into_data_async().await;
    // A read that fails because the device is gone is told as that.
    if on_gpu {
        health::check()?;
    }
    let data = data.map_err(|e| Error::Backend { reason: format!("{e:?}") })?;
    data.convert::<f32>().try_into_vec::<f32>().map_err(|e| Error::Backend { reason: format!("{e:?}") })
}
