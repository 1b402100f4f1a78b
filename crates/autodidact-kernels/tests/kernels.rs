//! The kernels against burn's operations in f32, and calls that must be refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use autodidact_kernels::{
    Form, Heads, Matrix, PastPositions, Rotation, matmul,
    quant::{QuantizedMatrix, Row, Storage},
};
use burn::tensor::{Device, Tensor};
use common::{BF16, Random, STORAGES, assert_close, kernels, matrix, most, numbers, random};

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

/// Modules of some rows that read the same input, and all their weights, `[rows of all, columns]`. The weights lie around zero.
fn modules(rows: &[usize], columns: usize, storage: Storage) -> (Vec<QuantizedMatrix>, Matrix) {
    let most = f32::from(most(storage)) + 1.0;
    let spans = columns / storage.span();
    let mut random = Random::new(20);
    let mut all = Vec::new();
    let modules = rows.iter().map(|rows| {
        let mut module = QuantizedMatrix::zeros(*rows, columns, storage).unwrap();
        for index in 0..*rows {
            let (quants, scales) = (random.quants(columns, storage), random.numbers(spans, 1.0));
            let minimums: Vec<f32> = scales.iter().map(|scale| -scale * most / 2.1).collect();
            module.set_row(index, Row { quants: &quants, scales: &scales, minimums: &minimums });
            let mut row = vec![0.0; columns];
            module.row(index, &mut row);
            all.extend(row);
        }
        module
    });
    let modules = modules.collect();
    (modules, matrix(all, rows.iter().sum(), columns))
}

#[test]
fn products_with_quantized_weights() {
    let Some(kernels) = kernels() else { return };
    for storage in STORAGES {
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
    for storage in STORAGES {
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
        let one = |count: usize| matrix(identity(count), count, count);
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

#[test]
fn nothing_to_multiply_and_nobody_to_attend() {
    let Some(kernels) = kernels() else { return };
    assert_eq!(numbers(&kernels.matmul(&random(9, 0, 1), &random(0, 3, 2), Form::Plain)), vec![0.0; 27]);
    let heads = Heads { batch: 2, tokens: 0, queries: 2, kv: 1, head_dim: 4 };
    let table = Tensor::<4>::zeros([0, 3, 2, 2], &Device::flex());
    let rotation = Rotation { cos: &table, sin: &table };
    let (out, saved) = kernels.attention_forward(random(0, 16, 1), None, rotation, heads);
    assert_eq!(out.dims(), [0, 8]);
    assert_eq!(kernels.attention_backward(&saved, &out, rotation, heads).dims(), [0, 16]);
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
    refuses("another inner size", &|| drop(kernels.matmul(&m(2, 10), &m(40, 3), Form::Plain)));
    refuses("an inner size of one more", &|| drop(kernels.matmul(&m(2, 31), &m(32, 3), Form::Plain)));
    refuses("too few targets", &|| drop(kernels.cross_entropy(m(3, 5), &[1, 2], &[0.5, 0.5])));
    let past = |numbers: usize| {
        let numbers = vec![0.5; numbers];
        Some(Arc::new(PastPositions { len: 5, keys: numbers.clone(), values: numbers }))
    };
    behind(m(6, 16), past(2 * 5 * 4), 2, 1, table(3));
    behind(m(6, 16), past(5 * 4), 2, 1, table(3));
    refuses("too few positions before", &|| behind(m(6, 16), past(2 * 5 * 4 - 1), 2, 1, table(3)));
    refuses("query heads that are no multiple", &|| attend(m(6, 28), 3, 2, table(5)));
    refuses("too few rows", &|| attend(m(5, 16), 2, 1, table(3)));
    refuses("a table of other heads", &|| attend(m(6, 16), 2, 1, table(2)));
}
