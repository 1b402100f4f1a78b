//! The numbers of tensors, in memory of the CPU.

use burn::tensor::{Device, Tensor, TensorData};
use burn_flex::{Flex, FlexTensor};

use super::Matrix;

/// The numbers of a tensor, row by row.
pub(crate) struct Numbers(FlexTensor);

impl Numbers {
    /// Copied only where they do not stand row by row in this process already.
    ///
    /// # Panics
    /// For a tensor that does not hold f32.
    pub(crate) fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        let numbers = match tensor.clone().try_into_primitive::<Flex>() {
            Ok(primitive) => primitive.to_contiguous(),
            Err(_) => FlexTensor::from_data(tensor.clone().into_data()),
        };
        let numbers = Self(numbers);
        assert_eq!(numbers.slice().len(), tensor.dims().iter().product::<usize>(), "the kernels take tensors of f32");
        numbers
    }

    pub(crate) fn slice(&self) -> &[f32] {
        self.0.as_slice().unwrap_or_default()
    }
}

pub(crate) fn matrix(numbers: Vec<f32>, shape: [usize; 2], device: &Device) -> Matrix {
    Tensor::from_data(TensorData::new(numbers, shape), device)
}
