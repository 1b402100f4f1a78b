//! Products on integers against sums in f64, and all instructions against the plain ones.
#![allow(clippy::expect_used, reason = "a test fails by a panic")]

use autodidact_kernels::quant::{Activations, BLOCK, Instructions, QuantizedMatrix, Row, SomeColumns, Storage};

/// Numbers that look random, from 0 to 1.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}

const STORAGES: [Storage; 4] = [Storage::Four, Storage::Five, Storage::Eight, Storage::EightBySixteen];

/// The largest number that a weight is stored as.
fn most(storage: Storage) -> u8 {
    match storage {
        Storage::Four => 15,
        Storage::Five => 31,
        Storage::Eight | Storage::EightBySixteen => 255,
    }
}

/// A matrix, and its weights as they were given.
fn matrix(rows: usize, columns: usize, storage: Storage, numbers: &mut Numbers) -> (QuantizedMatrix, Vec<f32>) {
    let mut matrix = QuantizedMatrix::zeros(rows, columns, storage).expect("whole blocks");
    let most = f32::from(most(storage)) + 1.0;
    let mut weights = Vec::new();
    for index in 0..rows {
        let quants: Vec<u8> = (0..columns).map(|_| (numbers.next() * most) as u8).collect();
        let spans = columns / storage.span();
        let scales: Vec<f32> = (0..spans).map(|_| numbers.next() * 0.02).collect();
        let minimums: Vec<f32> = (0..spans).map(|_| -numbers.next() * 0.1).collect();
        matrix.set_row(index, Row { quants: &quants, scales: &scales, minimums: &minimums });
        for (column, q) in quants.iter().enumerate() {
            let span = column / storage.span();
            weights.push(scales[span] * f32::from(*q) + minimums[span]);
        }
    }
    (matrix, weights)
}

#[test]
fn rows_come_back_as_they_were_given() {
    let mut numbers = Numbers(1);
    for storage in STORAGES {
        let (matrix, weights) = matrix(11, 96, storage, &mut numbers);
        for (index, expected) in weights.chunks(96).enumerate() {
            let mut row = vec![0.0; 96];
            matrix.row(index, &mut row);
            assert_eq!(row, expected, "{storage:?}, row {index}");
        }
    }
}

#[test]
fn products_are_those_of_the_rounded_activations() {
    let mut numbers = Numbers(2);
    for storage in STORAGES {
        for (rows, columns, tokens) in [(1, 32, 1), (8, 64, 4), (13, 96, 7), (24, 576, 9)] {
            let (matrix, weights) = matrix(rows, columns, storage, &mut numbers);
            let x: Vec<f32> = (0..tokens * columns).map(|_| numbers.next() * 4.0 - 2.0).collect();
            let activations = Activations::new(&x, columns);
            for instructions in Instructions::all() {
                let product = matrix.product(&activations, instructions);
                for (token, x) in x.chunks(columns).enumerate() {
                    for (row, weights) in weights.chunks(columns).enumerate() {
                        let exact: f64 = weights.iter().zip(x).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
                        let size: f64 = weights.iter().zip(x).map(|(w, x)| f64::from((w * x).abs())).sum();
                        let found = f64::from(product[token * rows + row]);
                        // Each activation is off by half a step of 1/127 of the largest at most.
                        assert!(
                            (found - exact).abs() <= 0.01 * size + 1e-6,
                            "{instructions:?} {storage:?}: {found} {exact}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn products_from_the_other_side_are_sums_over_the_rows() {
    let mut numbers = Numbers(7);
    for storage in STORAGES {
        for (rows, columns, tokens) in [(1, 32, 1), (8, 64, 2), (13, 96, 7), (24, 128, 131)] {
            let (matrix, weights) = matrix(rows, columns, storage, &mut numbers);
            // Some columns of a wider matrix, added to what stands there.
            let (width, first) = (rows + 5, 3);
            let y: Vec<f32> = (0..tokens * width).map(|_| numbers.next() * 4.0 - 2.0).collect();
            for instructions in Instructions::all() {
                let mut out = vec![1.0; tokens * columns];
                matrix.add_transposed(SomeColumns { numbers: &y, width, first }, instructions, &mut out);
                for (token, y) in y.chunks(width).enumerate() {
                    for column in 0..columns {
                        let exact: f64 = (0..rows)
                            .map(|row| f64::from(y[first + row]) * f64::from(weights[row * columns + column]))
                            .sum();
                        let found = f64::from(out[token * columns + column]) - 1.0;
                        assert!((found - exact).abs() < 1e-4, "{instructions:?} {storage:?}: {found} {exact}");
                    }
                }
            }
        }
    }
}

#[test]
fn all_instructions_give_the_same_product() {
    let mut numbers = Numbers(3);
    for storage in STORAGES {
        let (matrix, _) = matrix(40, 1536, storage, &mut numbers);
        let x: Vec<f32> = (0..37 * 1536).map(|_| numbers.next() * 6.0 - 3.0).collect();
        let activations = Activations::new(&x, 1536);
        let plain = matrix.product(&activations, Instructions::Scalar);
        for instructions in Instructions::all() {
            let product = matrix.product(&activations, instructions);
            let largest = plain.iter().zip(&product).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            // The integers are the same; only the sums of f32 are rounded otherwise.
            assert!(largest < 1e-3, "{instructions:?} {storage:?}: {largest}");
        }
    }
}

#[test]
fn sums_of_integers_are_the_same_to_the_last_bit() {
    let mut numbers = Numbers(5);
    for storage in STORAGES {
        let spans = BLOCK / storage.span();
        for at in 0..spans {
            // Only one span counts, so that there is nothing to round but its product with the scales.
            let mut matrix = QuantizedMatrix::zeros(13, BLOCK, storage).expect("whole blocks");
            let most = f32::from(most(storage)) + 1.0;
            for row in 0..13 {
                let quants: Vec<u8> = (0..BLOCK).map(|_| (numbers.next() * most) as u8).collect();
                let mut scales = vec![0.0; spans];
                scales[at] = numbers.next();
                matrix.set_row(row, Row { quants: &quants, scales: &scales, minimums: &vec![0.0; spans] });
            }
            let x: Vec<f32> = (0..7 * BLOCK).map(|_| numbers.next() * 2.0 - 1.0).collect();
            let activations = Activations::new(&x, BLOCK);
            let plain = matrix.product(&activations, Instructions::Scalar);
            for instructions in Instructions::all() {
                assert_eq!(matrix.product(&activations, instructions), plain, "{instructions:?} {storage:?}");
            }
        }
    }
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    let columns = 64;
    for storage in STORAGES {
        let q = most(storage);
        let mut matrix = QuantizedMatrix::zeros(8, columns, storage).expect("whole blocks");
        let (scales, minimums) = (vec![1.0; columns / storage.span()], vec![0.0; columns / storage.span()]);
        for row in 0..8 {
            matrix.set_row(row, Row { quants: &vec![q; columns], scales: &scales, minimums: &minimums });
        }
        for sign in [1.0, -1.0] {
            let activations = Activations::new(&vec![127.0 * sign; columns], columns);
            for instructions in Instructions::all() {
                let expected = f32::from(q) * 127.0 * sign * columns as f32;
                assert_eq!(matrix.product(&activations, instructions), [expected; 8], "{instructions:?} {storage:?}");
            }
        }
    }
}

#[test]
fn zeros_stay_zeros_and_what_is_no_number_stays_none() {
    let mut numbers = Numbers(4);
    let (matrix, _) = matrix(8, 64, Storage::Four, &mut numbers);
    for instructions in Instructions::all() {
        assert_eq!(matrix.product(&Activations::new(&[0.0; 64], 64), instructions), [0.0; 8]);
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut x = [1.0; 64];
            x[40] = odd;
            let product = matrix.product(&Activations::new(&x, 64), instructions);
            assert!(product.iter().all(|y| y.is_nan()), "{instructions:?} {odd}: {product:?}");
        }
    }
}

#[test]
fn columns_that_fill_no_blocks_are_refused() {
    assert!(QuantizedMatrix::zeros(4, BLOCK + 1, Storage::Four).is_none());
    assert!(QuantizedMatrix::zeros(0, BLOCK, Storage::Four).is_none());
    assert!(QuantizedMatrix::zeros(usize::MAX, BLOCK, Storage::Eight).is_none());
    assert_eq!(QuantizedMatrix::zeros(8, BLOCK, Storage::Four).map(|m| m.bytes()), Some(128 + 64));
}
