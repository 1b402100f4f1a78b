//! The kernels against burn's operations in f32, and calls that must be refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use autodidact_kernels::{Form, Heads, Kernels, Matrix, Rotation, matmul};
use burn::tensor::{Device, Tensor, TensorData};

/// bf16 keeps eight bits: a number of a product is off by up to this share of the product's root mean square.
const BF16: f32 = 0.05;

/// The kernels, or words on standard error: such a processor is rare.
fn kernels() -> Option<Kernels> {
    let kernels = Kernels::detect();
    if kernels.is_none() {
        eprintln!("SKIPPED: this processor has no tile registers, so there are no kernels to test");
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
    let attend = |qkv: Matrix, queries, kv, table: Tensor<4>| {
        let heads = Heads { batch: 2, tokens: 3, queries, kv, head_dim: 4 };
        drop(kernels.attention_forward(qkv, Rotation { cos: &table, sin: &table }, heads));
    };
    attend(m(6, 16), 2, 1, table(3));
    refuses("query heads that are no multiple", &|| attend(m(6, 28), 3, 2, table(5)));
    refuses("too few rows", &|| attend(m(5, 16), 2, 1, table(3)));
    refuses("a table of other heads", &|| attend(m(6, 16), 2, 1, table(2)));
}
