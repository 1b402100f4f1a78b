//! Groups of flags that several commands share.

use std::path::PathBuf;

use autodidact::{adaptation::TrainingPrecision, backend::BackendChoice};
use clap::{Args, ValueEnum};

/// The model to open, and the device to run it on.
#[derive(Debug, Clone, Args)]
pub struct ModelArgs {
    /// Model directory in Hugging Face's layout, or a GGUF file [default: the seed model that is part of the program].
    #[arg(long, value_name = "DIR|FILE")]
    pub model: Option<PathBuf>,
    /// Device to compute on.
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    pub device: Device,
    /// How the weights are held in memory, on the CPU.
    #[arg(long, value_enum, default_value_t = Dtype::Auto)]
    pub dtype: Dtype,
}

/// The precision to train an adapter in.
#[derive(Debug, Clone, Copy, Args)]
pub struct PrecisionArgs {
    /// Precision of a training on the CPU: bf16 factors (mixed) or f32 (full). Auto takes mixed for quantized weights, where the
    /// processor has AVX-512 with bf16.
    #[arg(long, value_enum, default_value_t = PrecisionChoice::Auto)]
    pub precision: PrecisionChoice,
}

/// The precision asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrecisionChoice {
    /// Mixed where it is supported and makes sense, else full.
    Auto,
    /// f32 throughout.
    Full,
    /// Products of bf16 factors, everything else in f32.
    Mixed,
}

impl From<PrecisionArgs> for TrainingPrecision {
    fn from(args: PrecisionArgs) -> Self {
        match args.precision {
            PrecisionChoice::Auto => Self::Auto,
            PrecisionChoice::Full => Self::Full,
            PrecisionChoice::Mixed => Self::Mixed,
        }
    }
}

/// How the weights are held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dtype {
    /// As in the file: those of a GGUF file stay quantized, others are f32.
    Auto,
    /// f32.
    F32,
    /// Eight bits a weight.
    Q8,
    /// Four bits a weight.
    Q4,
}

impl From<Dtype> for autodidact::model::Dtype {
    fn from(dtype: Dtype) -> Self {
        match dtype {
            Dtype::Auto => Self::Auto,
            Dtype::F32 => Self::F32,
            Dtype::Q8 => Self::Q8,
            Dtype::Q4 => Self::Q4,
        }
    }
}

/// The folder of stored adapters.
#[derive(Debug, Clone, Args)]
pub struct StoreArgs {
    // Global, so that it may also follow a subcommand, as in `adapters list --store DIR`.
    /// Folder of stored adapters [default: in the user's data folder].
    #[arg(long, value_name = "DIR", global = true)]
    pub store: Option<PathBuf>,
}

/// Storing what was learned.
#[derive(Debug, Clone, Args)]
pub struct KeepArgs {
    /// Store what was learned under this name, for `ask --adapter`.
    #[arg(long, value_name = "NAME")]
    pub keep: Option<String>,
    /// With --keep: replace an adapter of that name.
    #[arg(long)]
    pub replace: bool,
}

/// The seed of the random numbers.
#[derive(Debug, Clone, Copy, Args)]
pub struct SeedArgs {
    /// Seed of the random numbers.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
}

/// The device to compute on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Device {
    /// A hardware GPU if there is one, else the CPU.
    Auto,
    /// The CPU.
    Cpu,
    /// The GPU, through Vulkan, Metal or DirectX.
    Gpu,
    /// The first NVIDIA GPU, through LibTorch (only in builds with the feature `cuda`).
    Cuda,
}

impl From<Device> for BackendChoice {
    fn from(device: Device) -> Self {
        match device {
            Device::Auto => Self::Auto,
            Device::Cpu => Self::Cpu,
            Device::Gpu => Self::WebGpu,
            Device::Cuda => Self::Cuda,
        }
    }
}
