//! Device and precision of full training.

use autodidact::error::{Error, Result};
use autodidact_kernels::Precision;
use clap::{Args, ValueEnum};

use crate::shared::Device;

/// The device to train on, and the precision to train in.
#[derive(Debug, Clone, Copy, Args)]
pub struct ComputeArgs {
    /// Device to compute on.
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    pub device: Device,
    /// Precision of matrix products on a CPU.
    #[arg(long, value_enum, default_value_t = PrecisionChoice::Auto)]
    pub precision: PrecisionChoice,
}

/// The precision asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrecisionChoice {
    /// Mixed if the processor supports it, else full.
    Auto,
    /// f32 throughout.
    Full,
    /// Products of bf16 factors, everything else in f32.
    Mixed,
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
                "mixed needs a CPU with AVX-512 and AMX, on Linux; choose auto or full",
            )),
        }
    }
}
