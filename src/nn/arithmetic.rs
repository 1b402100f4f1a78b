//! The choice between integers and floats for products with quantized weights.

/// How products with quantized weights are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arithmetic {
    /// On integers: the other factor is rounded to 16 bits, with a scale for each 32 numbers.
    #[default]
    Integers,
    /// In f32: training of the weights themselves, and comparisons with other implementations.
    Floats,
}
