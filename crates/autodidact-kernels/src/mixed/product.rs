//! Products of packed factors: f32 sums of bf16 products.

use std::mem::MaybeUninit;

use super::{
    block::Block,
    engine::Unit,
    packed::{BLOCK, OUTER, Packed, TILE},
};

/// Inner tiles up to which a block of the output costs more than its factors.
const FEW_STEPS: usize = 24;

/// Where a product goes.
#[derive(Clone, Copy)]
pub struct Product {
    /// Rows that are wanted.
    pub rows: usize,
    /// Columns that are wanted.
    pub cols: usize,
    /// Distance of two rows of the output.
    pub stride: usize,
    /// Add to what is there, which must be written then.
    pub add: bool,
}

/// A left factor from some block of [`BLOCK`] rows on.
#[derive(Clone, Copy)]
pub struct Blocks<'a> {
    /// The factor.
    pub of: &'a Packed,
    /// The first block.
    pub first: usize,
}

impl<'a> Blocks<'a> {
    /// The whole factor.
    pub fn all(of: &'a Packed) -> Self {
        Self { of, first: 0 }
    }
}

/// Memory that is written, as memory that need not be.
///
/// # Safety
/// Nothing uninitialized must be written to it.
pub unsafe fn writable(numbers: &mut [f32]) -> &mut [MaybeUninit<f32>] {
    // SAFETY: both have one layout, and the caller vouches for what is written.
    unsafe { &mut *(std::ptr::from_mut(numbers) as *mut [MaybeUninit<f32>]) }
}

/// `out (+)= left right`, with inner tiles up to `depth`, of which there must be one at least.
///
/// # Safety
/// The output must be written where it is added to.
pub unsafe fn multiply(
    unit: &Unit,
    Blocks { of: left, first }: Blocks<'_>,
    right: &Packed,
    depth: usize,
    out: &mut [MaybeUninit<f32>],
    to: Product,
) {
    assert!(depth > 0 && depth <= left.depth && depth <= right.depth, "factors of different depths");
    assert!(to.rows == 0 || out.len() >= (to.rows - 1) * to.stride + to.cols, "no room for a product");
    let blocks = to.rows.div_ceil(BLOCK);
    assert!(left.lines.len() >= (first + blocks) * 2 * left.depth * OUTER, "too few rows");
    assert!(right.lines.len() >= to.cols.div_ceil(BLOCK) * 2 * right.depth * OUTER, "too few columns");
    let mut edge = [0.0f32; BLOCK * BLOCK];
    let columns = to.cols.div_ceil(BLOCK);
    // Few steps a block: what it writes decides, so rows are finished one after the other. Many: what it reads does.
    let by_rows = depth <= FEW_STEPS;
    let (outer, inner) = if by_rows { (blocks, columns) } else { (columns, blocks) };
    for slow in 0..outer {
        for fast in 0..inner {
            let (row, column) = if by_rows { (slow, fast) } else { (fast, slow) };
            let (r, c) = (row * BLOCK, column * BLOCK);
            let whole = r + BLOCK <= to.rows && c + BLOCK <= to.cols;
            // SAFETY: both factors hold these blocks to this depth, by the assertions above.
            unsafe {
                let (target, stride) = if whole {
                    (out.as_mut_ptr().add(r * to.stride + c).cast(), to.stride)
                } else {
                    (edge.as_mut_ptr(), BLOCK)
                };
                unit.block(Block {
                    left: left.lines.as_ptr().add((first + row) * 2 * left.depth * OUTER).cast(),
                    left_next: left.depth * TILE,
                    right: right.lines.as_ptr().add(column * 2 * right.depth * OUTER).cast(),
                    right_next: right.depth * TILE,
                    depth,
                    out: target,
                    stride,
                    rows: to.rows - r,
                    add: to.add && whole,
                });
            }
            if whole {
                continue;
            }
            for i in 0..BLOCK.min(to.rows - r) {
                let width = BLOCK.min(to.cols - c);
                let target = &mut out[(r + i) * to.stride + c..][..width];
                for (t, e) in target.iter_mut().zip(&edge[i * BLOCK..]) {
                    // SAFETY: the caller vouches that what is added to is written.
                    let before = if to.add { unsafe { t.assume_init() } } else { 0.0 };
                    t.write(before + e);
                }
            }
        }
    }
}
