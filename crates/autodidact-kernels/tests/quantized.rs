//! Products on integers against sums in f64, and all instructions against the plain ones.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod common;

use autodidact_kernels::quant::{Activations, BLOCK, Instructions, QuantizedMatrix, Row, SomeColumns, Storage};
use common::{Quantized, Random, STORAGES, most};

#[test]
fn rows_come_back_as_they_were_given() {
    let mut random = Random::new(1);
    for storage in STORAGES {
        let Quantized { matrix, weights } = Quantized::random(11, 96, storage, &mut random);
        for (index, expected) in weights.chunks(96).enumerate() {
            let mut row = vec![0.0; 96];
            matrix.row(index, &mut row);
            assert_eq!(row, expected, "{storage:?}, row {index}");
        }
    }
}

#[test]
fn products_are_those_of_the_rounded_activations() {
    let mut random = Random::new(2);
    for storage in STORAGES {
        for (rows, columns, tokens) in [(1, 32, 1), (8, 64, 4), (13, 96, 7), (24, 576, 9)] {
            let Quantized { matrix, weights } = Quantized::random(rows, columns, storage, &mut random);
            let x = random.numbers(tokens * columns, 2.0);
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
    let mut random = Random::new(7);
    for storage in STORAGES {
        for (rows, columns, tokens) in [(1, 32, 1), (8, 64, 2), (13, 96, 7), (24, 128, 131)] {
            let Quantized { matrix, weights } = Quantized::random(rows, columns, storage, &mut random);
            // Some columns of a wider matrix, added to what stands there.
            let (width, first) = (rows + 5, 3);
            let y = random.numbers(tokens * width, 2.0);
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
    let mut random = Random::new(3);
    for storage in STORAGES {
        let matrix = Quantized::random(40, 1536, storage, &mut random).matrix;
        let x = random.numbers(37 * 1536, 3.0);
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

/// Weights are unpacked for many tokens, and not for few.
#[test]
fn a_token_gives_the_same_bits_among_few_and_among_many() {
    let mut random = Random::new(9);
    for storage in STORAGES {
        let matrix = Quantized::random(13, 288, storage, &mut random).matrix;
        let x = random.numbers(37 * 288, 3.0);
        for instructions in Instructions::all() {
            let together = matrix.product(&Activations::new(&x, 288), instructions);
            let pieces = x.chunks(7 * 288).flat_map(|x| matrix.product(&Activations::new(x, 288), instructions));
            assert_eq!(together, pieces.collect::<Vec<f32>>(), "{instructions:?} {storage:?}");
        }
    }
}

#[test]
fn sums_of_integers_are_the_same_to_the_last_bit() {
    let mut random = Random::new(5);
    for storage in STORAGES {
        let spans = BLOCK / storage.span();
        for at in 0..spans {
            // Only one span counts, so that there is nothing to round but its product with the scales.
            let mut matrix = QuantizedMatrix::zeros(13, BLOCK, storage).unwrap();
            for row in 0..13 {
                let quants = random.quants(BLOCK, storage);
                let mut scales = vec![0.0; spans];
                scales[at] = random.share();
                matrix.set_row(row, Row { quants: &quants, scales: &scales, minimums: &vec![0.0; spans] });
            }
            let x = random.numbers(7 * BLOCK, 1.0);
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
        let mut matrix = QuantizedMatrix::zeros(8, columns, storage).unwrap();
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
    let mut random = Random::new(4);
    let matrix = Quantized::random(8, 64, Storage::Four, &mut random).matrix;
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

/// The matrix of ones on its diagonal gives the activations as they were rounded.
#[test]
fn rounding_is_within_half_a_step() {
    let columns = 96;
    let mut one = QuantizedMatrix::zeros(columns, columns, Storage::Eight).unwrap();
    for row in 0..columns {
        let mut quants = vec![0; columns];
        quants[row] = 1;
        one.set_row(row, Row { quants: &quants, scales: &[1.0; 3], minimums: &[0.0; 3] });
    }
    let mut random = Random::new(8);
    // The blocks of a row have sizes of their own, and one is zero.
    let sizes = [1e-3, 40.0, 0.0, 7.0, 1e20, 1e-20];
    let x: Vec<f32> =
        sizes.iter().flat_map(|size| random.numbers(BLOCK, 1.0).into_iter().map(move |x| x * size)).collect();
    let rounded = one.product(&Activations::new(&x, columns), Instructions::detect());
    for (x, rounded) in x.chunks(BLOCK).zip(rounded.chunks(BLOCK)) {
        let largest = x.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        for (x, rounded) in x.iter().zip(rounded) {
            assert!((x - rounded).abs() <= 0.501 * largest / 32767.0, "{x} {rounded}");
        }
    }
}
