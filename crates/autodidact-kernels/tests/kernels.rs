//! The kernels against burn's operations in f32, and calls that must be refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use autodidact_kernels::{
    Form, Heads, Kernels, Matrix, PastPositions, Rotation, matmul,
    quant::{QuantizedMatrix, Row, Storage},
};
use burn::tensor::{Device, Tensor, TensorData};

/// bf16 keeps eight bits: a number of a product is off by up to this share of the product's root mean square.
const BF16: f32 = 0.05;

/// The kernels, or words on standard error.
fn kernels() -> Option<Kernels> {
    let kernels = Kernels::detect();
    if kernels.is_none() {
        eprintln!("SKIPPED: this processor lacks AVX-512 with bf16, so there are no kernels to test");
    }
    kernels
}

/// Numbers that look random, in [-1, 1].
fn random(rows: usize, cols: usize, seed: u32) -> Matrix {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32 * 2.0 - 1.0
    };
    let data = (0..rows * cols).map(|_| next()).collect::<Vec<f32>>();
    Tensor::from_data(TensorData::new(data, [rows, cols]), &Device::flex())
}

fn numbers(matrix: &Matrix) -> Vec<f32> {
    matrix.clone().into_data().try_into_vec::<f32>().unwrap()
}

/// Asserts that no number differs by more than that share of the root mean square of those wanted.
#[track_caller]
fn assert_close(got: &Matrix, want: &Matrix, share: f32) {
    assert_eq!(got.dims(), want.dims());
    let (got, want) = (numbers(got), numbers(want));
    let rms = (want.iter().map(|x| x * x).sum::<f32>() / want.len() as f32).sqrt();
    let gap = got.iter().zip(&want).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(gap <= share * rms, "{gap} with a root mean square of {rms}");
}

#[test]
fn products_of_any_size_and_form() {
    let Some(kernels) = kernels() else { return };
    for (m, n, k) in [(1, 1, 1), (32, 32, 32), (33, 65, 31), (100, 48, 900), (7, 130, 64)] {
        let (a, b) = (random(m, k, 1), random(k, n, 2));
        let want = a.clone().matmul(b.clone());
        assert_close(&kernels.matmul(&a, &b, Form::Plain), &want, BF16);
        // Transposed views, not copies: the kernels must not read the memory as it lies.
        let (at, bt) = (a.clone().transpose(), b.clone().transpose());
        assert_close(&kernels.matmul(&at, &b, Form::LeftTransposed), &want, BF16);
        assert_close(&kernels.matmul(&a, &bt, Form::RightTransposed), &want, BF16);
    }
}

/// Modules of some rows that read the same input, and all their weights, `[rows of all, columns]`.
fn modules(rows: &[usize], columns: usize, storage: Storage) -> (Vec<QuantizedMatrix>, Matrix) {
    let most = match storage {
        Storage::Four => 16.0,
        Storage::Five => 32.0,
        Storage::Eight | Storage::EightBySixteen => 256.0,
    };
    let spans = columns / storage.span();
    let mut all = Vec::new();
    let modules = rows.iter().enumerate().map(|(at, rows)| {
        let mut module = QuantizedMatrix::zeros(*rows, columns, storage).unwrap();
        let quants = numbers(&random(*rows, columns, at as u32 + 20));
        let scales = numbers(&random(*rows, spans, at as u32 + 30));
        for index in 0..*rows {
            let quants: Vec<u8> =
                quants[index * columns..][..columns].iter().map(|q| ((q + 1.0) / 2.01 * most) as u8).collect();
            let scales = &scales[index * spans..][..spans];
            let minimums: Vec<f32> = scales.iter().map(|scale| -scale * most / 2.1).collect();
            module.set_row(index, Row { quants: &quants, scales, minimums: &minimums });
            let mut row = vec![0.0; columns];
            module.row(index, &mut row);
            all.extend(row);
        }
        module
    });
    let modules = modules.collect();
    let rows = rows.iter().sum::<usize>();
    (modules, Tensor::from_data(TensorData::new(all, [rows, columns]), &Device::flex()))
}

#[test]
fn products_with_quantized_weights() {
    let Some(kernels) = kernels() else { return };
    for storage in [Storage::Four, Storage::Five, Storage::Eight, Storage::EightBySixteen] {
        // Rows that fill no strip, no group and no tile; more of them than are packed at once; tokens that fill no block.
        for (rows, columns, tokens) in
            [(&[8, 3][..], 32, 1), (&[96, 40, 33], 96, 33), (&[2100], 64, 5), (&[50], 576, 70)]
        {
            let (modules, weights) = modules(rows, columns, storage);
            let (x, dy) = (random(tokens, columns, 1), random(tokens, weights.dims()[0], 2));
            assert_close(&kernels.quantized(&x, &modules), &x.clone().matmul(weights.clone().transpose()), BF16);
            assert_close(&kernels.quantized_transposed(&dy, &modules), &dy.clone().matmul(weights), BF16);
        }
    }
}

/// Sixteen numbers that bf16 holds exactly: the products are exact, wherever they stand.
#[test]
fn products_with_quantized_weights_meet_the_right_numbers() {
    let Some(kernels) = kernels() else { return };
    for storage in [Storage::Four, Storage::Five, Storage::Eight, Storage::EightBySixteen] {
        let (rows, columns) = (75, 96);
        let spans = columns / storage.span();
        let mut module = QuantizedMatrix::zeros(rows, columns, storage).unwrap();
        let quant = |row: usize, column: usize| ((row * 7 + column * 3 + row * column) % 16) as u8;
        let minimum = |row: usize, span: usize| ((row + span) % 3) as f32 - 1.0;
        for row in 0..rows {
            let quants: Vec<u8> = (0..columns).map(|column| quant(row, column)).collect();
            let minimums: Vec<f32> = (0..spans).map(|span| minimum(row, span)).collect();
            module.set_row(row, Row { quants: &quants, scales: &vec![1.0; spans], minimums: &minimums });
        }
        let weight = |row: usize, column: usize| f32::from(quant(row, column)) + minimum(row, column / storage.span());
        let one = |count: usize| Tensor::from_data(TensorData::new(identity(count), [count, count]), &Device::flex());
        let modules = [module];
        let product = numbers(&kernels.quantized(&one(columns), &modules));
        let transposed = numbers(&kernels.quantized_transposed(&one(rows), &modules));
        for row in 0..rows {
            for column in 0..columns {
                let want = weight(row, column);
                assert_eq!(product[column * rows + row], want, "{storage:?}, row {row}, column {column}");
                assert_eq!(transposed[row * columns + column], want, "{storage:?}, row {row}, column {column}");
            }
        }
    }
}

fn identity(count: usize) -> Vec<f32> {
    (0..count * count).map(|at| f32::from(u8::from(at / count == at % count))).collect()
}

#[test]
fn without_kernels_a_product_is_burns_own() {
    let (a, b) = (random(9, 17, 1), random(17, 5, 2));
    let want = numbers(&a.clone().matmul(b.clone()));
    assert_eq!(numbers(&matmul(None, a.clone(), b.clone(), Form::Plain)), want);
    let close = |got: Vec<f32>| got.iter().zip(&want).all(|(got, want)| (got - want).abs() < 1e-5);
    assert!(close(numbers(&matmul(None, a.clone().transpose(), b.clone(), Form::LeftTransposed))));
    assert!(close(numbers(&matmul(None, a, b.transpose(), Form::RightTransposed))));
}

/// A safe method must not let anybody see memory that no kernel wrote.
#[test]
fn shapes_that_do_not_fit_are_refused() {
    let Some(kernels) = kernels() else { return };
    let refuses = |what: &str, call: &dyn Fn()| {
        assert!(catch_unwind(AssertUnwindSafe(call)).is_err(), "{what} was not refused");
    };
    let m = |rows, cols| random(rows, cols, 3);
    refuses("a gain of another width", &|| drop(kernels.norm_forward(&m(4, 8), &m(1, 7), 1e-5)));
    refuses("a gradient of other rows", &|| drop(kernels.norm_backward(&m(4, 8), &m(4, 1), &m(1, 8), &m(3, 8))));
    refuses("an odd width", &|| drop(kernels.gate_forward(&m(4, 7))));
    refuses("a gradient of another width", &|| drop(kernels.gate_backward(&m(4, 8), &m(4, 5))));
    let table = |heads: usize| Tensor::<4>::zeros([6, heads, 2, 2], &Device::flex());
    let behind = |qkv: Matrix, past: Option<Arc<PastPositions>>, queries, kv, table: Tensor<4>| {
        let heads = Heads { batch: 2, tokens: 3, queries, kv, head_dim: 4 };
        drop(kernels.attention_forward(qkv, past, Rotation { cos: &table, sin: &table }, heads));
    };
    let attend = |qkv: Matrix, queries, kv, table: Tensor<4>| behind(qkv, None, queries, kv, table);
    attend(m(6, 16), 2, 1, table(3));
    let past = |numbers: usize| {
        let numbers = vec![0.5; numbers];
        Some(Arc::new(PastPositions { len: 5, keys: numbers.clone(), values: numbers }))
    };
    behind(m(6, 16), past(2 * 5 * 4), 2, 1, table(3));
    refuses("too few positions before", &|| behind(m(6, 16), past(2 * 5 * 4 - 1), 2, 1, table(3)));
    refuses("query heads that are no multiple", &|| attend(m(6, 28), 3, 2, table(5)));
    refuses("too few rows", &|| attend(m(5, 16), 2, 1, table(3)));
    refuses("a table of other heads", &|| attend(m(6, 16), 2, 1, table(2)));
}
