//! The precision of a training.

use autodidact_kernels::Precision;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    model::Decoder,
};

/// The precision of a training on a CPU. A GPU, and a tab, train in f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrainingPrecision {
    /// Mixed where the model's weights are quantized and the processor has what it takes, else full.
    #[default]
    Auto,
    /// Products in f32; those with quantized weights on integers on the way forward.
    Full,
    /// Products of bf16 factors with f32 sums, everything else in f32: gradients within a few hundredths, for several times the speed.
    Mixed,
}

impl TrainingPrecision {
    /// The model as this precision trains it.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for [`TrainingPrecision::Mixed`] where the processor lacks it or the model is on a GPU.
    pub fn of(self, decoder: &Decoder) -> Result<Decoder> {
        let mixed = decoder.with_precision(Precision::Mixed);
        match self {
            Self::Auto if decoder.weights().is_quantized() => Ok(mixed),
            Self::Auto | Self::Full => Ok(decoder.with_precision(Precision::Full)),
            Self::Mixed if mixed.kernels().is_some() => Ok(mixed),
            Self::Mixed => Err(Error::invalid(
                "precision",
                "mixed needs a model on a CPU with AVX-512 and bf16, on Linux; choose auto or full",
            )),
        }
    }
}
