//! A matrix of 4-bit weights in blocks of 32, each with a scale, and a vector in integers of 16 bits.

/// Columns of the matrix: the width of SmolLM2-135M.
pub const COLUMNS: usize = 576;
/// Weights that share a scale.
pub const BLOCK: usize = 32;
/// Blocks of a row.
pub const BLOCKS: usize = COLUMNS / BLOCK;
/// Rows: 38 MB of weights, more than the caches of most processors.
pub const ROWS: usize = 131_072;

/// The matrix and the vector.
///
/// Rows lie in groups. Of each group and block there are 8 runs of 2 bytes a row: a byte
/// of run `p` has a weight of the `p`-th pair of columns in its lower half, and one of pair `p + 8` in its upper half.
/// Weights are stored with 8 added.
pub struct Matrix {
    pub(crate) weights: Vec<u8>,
    /// For each group and block, one a row.
    pub(crate) scales: Vec<f32>,
    pub(crate) x: Vec<[i16; 2]>,
    /// Of each block of the vector: its scale, and eight times the sum of its numbers.
    pub(crate) x_scales: [f32; BLOCKS],
    pub(crate) x_offsets: [i32; BLOCKS],
}

impl Default for Matrix {
    /// Any numbers: they fill every layout.
    fn default() -> Self {
        let x: Vec<[i16; 2]> =
            (0..COLUMNS / 2).map(|at| [(at * 7 % 251) as i16 - 125, (at * 5 % 241) as i16]).collect();
        let mut x_offsets = [0; BLOCKS];
        for (offset, block) in x_offsets.iter_mut().zip(x.chunks_exact(BLOCK / 2)) {
            *offset = 8 * block.iter().flatten().map(|&number| i32::from(number)).sum::<i32>();
        }
        let weights = (0..ROWS * COLUMNS / 2).map(|at| (at * 37 % 255) as u8).collect();
        let scales = (0..ROWS * BLOCKS).map(|at| 0.01 + (at % 7) as f32 * 1e-3).collect();
        Self { weights, scales, x, x_scales: [0.01; BLOCKS], x_offsets }
    }
}
