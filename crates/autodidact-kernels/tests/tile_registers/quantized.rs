//! The product with quantized matrices on tile registers, against the same with vectors.

use autodidact_kernels::quant::{Activations, Columns, Instructions, QuantizedMatrix, Row, SomeColumns, Storage};

use super::{
    common::{Quantized, Random, STORAGES, most, skipped},
    emulator,
};

/// AMX, or words on standard error: the sums are folded with AVX-512.
fn tiles() -> Option<Instructions> {
    emulator::enable();
    // SAFETY: something executes the instructions on tile registers.
    let tiles = unsafe { Instructions::assume_tiles() };
    if tiles.is_none() {
        skipped("this processor has no AVX-512 with VNNI, which the product needs beside tile registers");
    }
    tiles
}

/// The instructions whose order of sums is that of AMX.
fn vectors() -> Vec<Instructions> {
    let all = Instructions::all().into_iter();
    all.filter(|instructions| matches!(instructions, Instructions::Avx2(_) | Instructions::Vnni(_))).collect()
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn the_product_is_that_of_vectors_to_the_last_bit() {
    let Some(tiles) = tiles() else { return };
    let mut random = Random::new(1);
    for storage in STORAGES {
        for (rows, columns, tokens) in
            [(1, 32, 16), (8, 64, 17), (15, 96, 31), (16, 128, 32), (17, 160, 33), (41, 544, 50), (64, 288, 64)]
        {
            let matrix = Quantized::random(rows, columns, storage, &mut random).matrix;
            let x = Activations::new(&random.numbers(tokens * columns, 3.0), columns);
            let product = bits(&matrix.product(&x, tiles));
            for vectors in vectors() {
                let expected = bits(&matrix.product(&x, vectors));
                assert_eq!(
                    product, expected,
                    "{vectors:?} {storage:?}: {rows} rows, {columns} columns, {tokens} tokens"
                );
            }
        }
    }
}

#[test]
fn fewer_tokens_and_the_product_from_the_other_side_are_those_of_vectors() {
    let Some(tiles) = tiles() else { return };
    let mut random = Random::new(2);
    for storage in STORAGES {
        let matrix = Quantized::random(19, 96, storage, &mut random).matrix;
        for vectors in vectors() {
            for tokens in [0, 1, 5, 15] {
                let x = Activations::new(&random.numbers(tokens * 96, 3.0), 96);
                assert_eq!(bits(&matrix.product(&x, tiles)), bits(&matrix.product(&x, vectors)));
            }
            let y = random.numbers(20 * 19, 3.0);
            let transposed = |instructions| {
                let mut out = vec![1.0; 20 * 96];
                matrix.add_transposed(SomeColumns { numbers: &y, width: 19, first: 0 }, instructions, &mut out);
                bits(&out)
            };
            assert_eq!(transposed(tiles), transposed(vectors));
        }
    }
}

#[test]
fn other_columns_stay_as_they_are() {
    let Some(tiles) = tiles() else { return };
    let mut random = Random::new(3);
    let matrix = Quantized::random(21, 64, Storage::Four, &mut random).matrix;
    let x = Activations::new(&random.numbers(18 * 64, 3.0), 64);
    let (product, width, first) = (matrix.product(&x, tiles), 30, 4);
    let mut out = vec![7.0; 18 * width];
    matrix.multiply(&x, tiles, &mut Columns { numbers: &mut out, width, first });
    for (out, product) in out.chunks(width).zip(product.chunks(21)) {
        assert_eq!(out[..first], [7.0; 4]);
        assert_eq!(out[first..first + 21], *product);
        assert_eq!(out[first + 21..], [7.0; 5]);
    }
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    let Some(tiles) = tiles() else { return };
    let (rows, columns, tokens) = (9, 64, 18);
    for storage in STORAGES {
        let q = most(storage);
        let mut matrix = QuantizedMatrix::zeros(rows, columns, storage).unwrap();
        let (scales, minimums) = (vec![1.0; columns / storage.span()], vec![0.0; columns / storage.span()]);
        for row in 0..rows {
            matrix.set_row(row, Row { quants: &vec![q; columns], scales: &scales, minimums: &minimums });
        }
        for sign in [1.0, -1.0] {
            let activations = Activations::new(&vec![127.0 * sign; columns * tokens], columns);
            let expected = f32::from(q) * 127.0 * sign * columns as f32;
            assert_eq!(matrix.product(&activations, tiles), vec![expected; rows * tokens], "{storage:?}");
        }
    }
}

#[test]
fn zeros_stay_zeros_and_what_is_no_number_stays_none() {
    let Some(tiles) = tiles() else { return };
    let mut random = Random::new(4);
    for storage in STORAGES {
        let matrix = Quantized::random(8, 64, storage, &mut random).matrix;
        let tokens = 20;
        assert_eq!(matrix.product(&Activations::new(&[0.0; 64 * 20], 64), tiles), vec![0.0; 8 * tokens]);
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut x = [1.0; 64 * 20];
            // In one token alone.
            x[18 * 64 + 40] = odd;
            let product = matrix.product(&Activations::new(&x, 64), tiles);
            for (token, product) in product.chunks(8).enumerate() {
                assert!(product.iter().all(|y| y.is_nan() == (token == 18)), "{odd}: {product:?}");
            }
        }
    }
}

/// Both outcomes are right on a processor with tile registers; imitated ones are slower than any vectors.
#[test]
fn a_trial_decides_which_is_used() {
    let Some(tiles) = tiles() else { return };
    let chosen = tiles.tried();
    assert!(chosen == tiles || matches!(chosen, Instructions::Vnni(_)), "{chosen:?}");
    assert!(!emulator::enable() || chosen != tiles, "{chosen:?}");
}
