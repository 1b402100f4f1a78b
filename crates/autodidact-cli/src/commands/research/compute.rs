//! Device and precision of full training.

use autodidact::error::{Error, Result};
use autodidact_kernels::Precision;
use clap::Args;

use crate::shared::{Device, PrecisionChoice};

/// The device to train on, and the precision to train in.
#[derive(Debug, Clone, Copy, Args)]
pub struct ComputeArgs {
    /// Device to compute on.
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    pub device: Device,
    /// Precision of matrix products on a CPU: bf16 factors (mixed) or f32 (full). Auto takes mixed where the processor has AVX-512
    /// with bf16.
    #[arg(long, value_enum, default_value_t = PrecisionChoice::Auto)]
    pub precision: PrecisionChoice,
}

impl PrecisionChoice {
    /// The precision asked for, or an error where this machine does not have it.
    pub fn resolve(self, on_gpu: bool) -> Result<Precision> {
        let fastest = if on_gpu { Precision::Full } else { Precision::fastest() };
        match self {
            Self::Auto => Ok(fastest),
            Self::Full => Ok(Precision::Full),
            Self::Mixed if fastest == Precision::Mixed => Ok(Precision::Mixed),
            Self::Mixed => Err(Error::invalid(
                "precision",
                "mixed needs a CPU with AVX-512 and bf16, on Linux; choose auto or full",
            )),
        }
    }
}
