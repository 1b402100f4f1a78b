//! Rows that go to places of a larger matrix.
//!
//! burn's scatter takes one row after the other on a GPU, in an order that some backends leave open. Above a few thousand rows
//! reading, or a product, is faster there, and sums in a fixed order.

use burn::tensor::{Device, IndexingUpdateOp, Int, Tensor, TensorData};

use super::Matrix;
use crate::backend;

/// Numbers from which on that holds.
const LARGE: usize = 1 << 18;
/// Most numbers of the matrix of ones and zeros that a product takes.
const LARGEST: usize = 1 << 28;

/// `[n, d]` with the rows of `picked` at `places`, each of which occurs once, and zeros elsewhere.
///
/// # Shapes
/// - `picked`: `[m, d]` with `m = places.len()`
/// - `on_device`: `[m]`, the places once more
pub fn spread(picked: Matrix, places: &[u32], on_device: Tensor<1, Int>, n: usize) -> Matrix {
    if adds_well(&picked) {
        let zeros = Matrix::zeros([n, picked.dims()[1]], &picked.device());
        return zeros.select_assign(0, on_device, picked, IndexingUpdateOp::Add);
    }
    read(picked, places, n)
}

/// `table`, `[vocab, d]`, with each of `rows` added to the row at its place.
///
/// # Shapes
/// - `rows`: `[n, d]` with `n = places.len()`
pub fn add_rows(table: Matrix, places: &[u32], rows: Matrix) -> Matrix {
    if adds_well(&rows) || places.len() * table.dims()[0] > LARGEST {
        return added(table, places, rows);
    }
    multiplied(table, places, rows)
}

fn adds_well(rows: &Matrix) -> bool {
    backend::FEW_KERNELS || rows.device() == backend::cpu() || rows.dims().iter().product::<usize>() < LARGE
}

fn added(table: Matrix, places: &[u32], rows: Matrix) -> Matrix {
    let places = indices(places, &table.device());
    table.select_assign(0, places, rows, IndexingUpdateOp::Add)
}

/// Every row reads its source; those without one read a row of zeros behind the others.
fn read(picked: Matrix, places: &[u32], n: usize) -> Matrix {
    let ([m, d], device) = (picked.dims(), picked.device());
    let mut sources = vec![m as u32; n];
    for (source, place) in places.iter().enumerate() {
        if let Some(slot) = sources.get_mut(*place as usize) {
            *slot = source as u32;
        }
    }
    Matrix::cat(vec![picked, Matrix::zeros([1, d], &device)], 0).select(0, indices(&sources, &device))
}

/// The sum as a product with a matrix that has a one in each row, at its index.
fn multiplied(table: Matrix, places: &[u32], rows: Matrix) -> Matrix {
    let (n, vocab, device) = (places.len(), table.dims()[0], table.device());
    let columns = Tensor::<1, Int>::arange(0..vocab as i64, &device).reshape([1, vocab]);
    let ones = indices(places, &device).reshape([n, 1]).equal(columns).float();
    table.add(ones.transpose().matmul(rows))
}

/// Row numbers or token ids on a device, `[n]`.
pub fn indices(values: &[u32], device: &Device) -> Tensor<1, Int> {
    let values: Vec<i32> = values.iter().map(|value| *value as i32).collect();
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count]), device)
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::backend::readback;

    fn some(rows: usize, columns: usize) -> Matrix {
        let numbers: Vec<f32> = (0..rows * columns).map(|i| (i * 7 % 11) as f32 - 4.0).collect();
        Tensor::from_data(TensorData::new(numbers, [rows, columns]), &backend::cpu())
    }

    fn gap(a: Matrix, b: Matrix) -> f32 {
        assert_eq!(a.dims(), b.dims());
        futures_lite::future::block_on(readback(a.sub(b).abs().max())).map_or(f32::NAN, |gap| gap[0])
    }

    #[test]
    fn reading_is_adding_to_zeros() {
        let (picked, places) = (some(4, 3), [6, 0, 2, 5]);
        let on_device = indices(&places, &picked.device());
        assert!(gap(read(picked.clone(), &places, 8), spread(picked, &places, on_device, 8)) < 1e-5);
    }

    #[test]
    fn the_product_adds_rows_of_one_index_up() {
        let (table, rows, indices) = (some(5, 3), some(6, 3), [1, 4, 1, 0, 1, 4]);
        assert!(gap(multiplied(table.clone(), &indices, rows.clone()), add_rows(table, &indices, rows)) < 1e-5);
    }
}
