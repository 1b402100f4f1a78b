//! The types that numbers are written in.

use half::f16;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The type of the elements of a tensor that is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FloatType {
    /// 32 bits: nothing is lost.
    #[default]
    F32,
    /// 16 bits: half the size, eleven significant bits, and nothing beyond ±65,504.
    F16,
}

impl FloatType {
    /// All types.
    pub const ALL: [Self; 2] = [Self::F32, Self::F16];

    /// The name in files of safetensors and GGUF.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
        }
    }

    /// Size of an element, in bytes.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }

    /// Appends the numbers, little-endian, each rounded to the nearest of the type. `tensor`: their name in the error.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a number that F16 cannot hold. What was appended until then stays.
    pub fn append(self, to: &mut Vec<u8>, tensor: &str, values: &[f32]) -> Result<()> {
        match self {
            Self::F32 => to.extend(values.iter().flat_map(|x| x.to_le_bytes())),
            Self::F16 => {
                let most = f16::MAX.to_f32();
                // Not `x.abs() > most`, which lets NaN pass.
                if let Some(x) = values.iter().find(|x| !(-most..=most).contains(*x)) {
                    let reason = format!("{x} is outside of F16, which ends at ±{most}; write it in f32");
                    return Err(Error::invalid(format!("tensor `{tensor}`"), reason));
                }
                to.extend(values.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(dtype: FloatType, values: &[f32]) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        dtype.append(&mut bytes, "t", values).map(|()| bytes)
    }

    #[test]
    fn f16_is_rounded_to_the_nearest() {
        let bytes = written(FloatType::F16, &[1.0, -0.1, 65504.0, 1e-9]).unwrap();
        let values: Vec<f32> = bytes.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect();
        assert_eq!(values, [1.0, -0.099_975_586, 65504.0, 0.0]);
        assert_eq!(written(FloatType::F32, &[1e-9]).unwrap(), 1e-9_f32.to_le_bytes());
    }

    #[test]
    fn what_f16_cannot_hold_is_refused() {
        for bad in [65504.1, -65505.0, 1e30, f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
            let error = written(FloatType::F16, &[0.0, bad]).unwrap_err();
            let said = error.to_string();
            assert!(error.code() == "InvalidInput" && said.contains("`t`") && said.contains("f32"), "{bad}: {said}");
        }
        assert!(written(FloatType::F32, &[1e30]).is_ok());
    }
}
