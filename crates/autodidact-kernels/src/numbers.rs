//! The numbers of tensors, in memory of the CPU.

use burn::tensor::{Device, Tensor, TensorData};
use burn_flex::{Flex, FlexTensor};

use super::Matrix;

/// The numbers of a tensor, row by row.
pub struct Numbers(Option<FlexTensor>);

impl Numbers {
    /// Copied only where they do not stand row by row already.
    ///
    /// # Panics
    /// For a tensor that does not hold f32, or is not on the CPU.
    pub fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        let primitive = tensor.clone().try_into_primitive::<Flex>().ok();
        let numbers = Self(primitive.map(|primitive| primitive.to_contiguous()));
        let count = tensor.dims().iter().product::<usize>();
        assert_eq!(numbers.slice().len(), count, "the kernels take tensors of f32 on the CPU");
        numbers
    }

    /// The numbers, row by row.
    pub fn slice(&self) -> &[f32] {
        self.0.as_ref().and_then(FlexTensor::as_slice).unwrap_or_default()
    }
}

pub(crate) fn matrix(numbers: Vec<f32>, shape: [usize; 2], device: &Device) -> Matrix {
    Tensor::from_data(TensorData::new(numbers, shape), device)
}
