//! The loops, as macros: each instruction set says what its operations are called.

/// `name(panels)`: a tile of `rows` by `vectors` sums. `(zero, splat, load, multiply and add)` are the operations, on
/// vectors of `lanes` lanes of 4 bytes; a lane holds `numbers` numbers, taken from `panel`.
macro_rules! register_tile {
    ($(#[$attribute:meta])* $name:ident, $panel:ident, $numbers:literal, $lanes:literal,
     $rows:literal x $vectors:literal, ($zero:expr, $splat:expr, $load:expr, $add:expr)) => {
        $(#[$attribute])*
        unsafe fn $name(panels: &$crate::Panels) -> u64 {
            use $crate::panels::{DEPTH, TIMES};
            let [left, right] = &panels.$panel;
            let left: &[[_; $rows]] = left.as_chunks().0;
            let right: &[[_; $vectors * $lanes]] = right.as_chunks().0;
            let mut sums = [[$zero; $vectors]; $rows];
            for _ in 0..TIMES {
                for (left, right) in left[..DEPTH].iter().zip(&right[..DEPTH]) {
                    for (sums, number) in sums.iter_mut().zip(left) {
                        for (vector, sum) in sums.iter_mut().enumerate() {
                            *sum = $add(*sum, $splat(number), $load(right.as_ptr().add(vector * $lanes)));
                        }
                    }
                }
            }
            std::hint::black_box(sums);
            (TIMES * DEPTH * $rows * $vectors * $lanes * $numbers) as u64
        }
    };
}

/// `name(matrix)`: the product of a matrix with its vector, `groups` groups of `rows` rows at a time. The operations
/// are, of vectors of integers, `(zero, splat of a pair, load of bytes as 16 bits, lower half, upper half, multiply and add,
/// splat of a number, subtract)`, and of vectors of `f32`, `(zero, from integers, load, splat, multiply, multiply and
/// add)`.
macro_rules! streamed_product {
    ($(#[$attribute:meta])* $name:ident, $rows:literal x $groups:literal,
     ($zero:expr, $pair:expr, $extend:expr, $low:expr, $high:expr, $add:expr, $splat:expr, $subtract:expr),
     ($zero_f32:expr, $convert:expr, $load:expr, $splat_f32:expr, $multiply:expr, $add_f32:expr)) => {
        $(#[$attribute])*
        unsafe fn $name(matrix: &$crate::Matrix) -> u64 {
            use $crate::matrix::{BLOCK, BLOCKS, COLUMNS, ROWS};
            // Bytes of a block of a group.
            const BYTES: usize = $rows * BLOCK / 2;
            let blocks: &[[u8; BYTES]] = matrix.weights.as_chunks().0;
            let scales: &[[f32; $rows]] = matrix.scales.as_chunks().0;
            let x: &[[[i16; 2]; BLOCK / 2]] = matrix.x.as_chunks().0;
            let mut all = $zero_f32;
            for first in (0..ROWS / $rows).step_by($groups) {
                let mut sums = [$zero_f32; $groups];
                for block in 0..BLOCKS {
                    let mut dots = [$zero; $groups];
                    for run in 0..8 {
                        let low = $pair(&x[block][run]);
                        let high = $pair(&x[block][run + 8]);
                        for (group, dots) in dots.iter_mut().enumerate() {
                            let bytes = $extend(blocks[(first + group) * BLOCKS + block].as_ptr().add(run * 2 * $rows));
                            *dots = $add(*dots, $low(bytes), low);
                            *dots = $add(*dots, $high(bytes), high);
                        }
                    }
                    for (group, (dots, sum)) in dots.into_iter().zip(sums.iter_mut()).enumerate() {
                        let whole = $convert($subtract(dots, $splat(matrix.x_offsets[block])));
                        let scale = $load(scales[(first + group) * BLOCKS + block].as_ptr());
                        *sum = $add_f32(*sum, whole, $multiply(scale, $splat_f32(matrix.x_scales[block])));
                    }
                }
                for sum in sums {
                    all = $add_f32(all, sum, $splat_f32(1.0));
                }
            }
            std::hint::black_box(all);
            (ROWS * COLUMNS) as u64
        }
    };
}

pub(crate) use {register_tile, streamed_product};
