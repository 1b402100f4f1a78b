//! Products of bf16 factors and attention, against burn's operations in f32: on tile registers, and on what this processor has.

use std::sync::Arc;

use autodidact_kernels::{
    Form, Heads, Kernels, Matrix, PastPositions, Rotation,
    quant::{QuantizedMatrix, Row},
};
use burn::tensor::{Device, Tensor, activation::softmax};

use super::{
    common::{BF16, STORAGES, assert_close, matrix, numbers, random, skipped},
    emulator,
};

/// All numbers of a product in bf16 together are off by up to this share of their size, after two products in a row or three.
const BF16_TOGETHER: f32 = 0.01;

/// The kernels on tile registers and those that this processor would take, or words on standard error: factors are packed with AVX-512.
fn kernels() -> Vec<Kernels> {
    use std::arch::is_x86_feature_detected as has;
    if !(has!("avx512f") && has!("avx512bw") && has!("avx512vl") && has!("avx512dq") && has!("avx512bf16")) {
        skipped("this processor has no AVX-512 with bf16, which the kernels need beside tile registers");
        return Vec::new();
    }
    emulator::enable();
    // SAFETY: the processor has the vectors, and something executes the instructions on tile registers.
    let tiles = unsafe { Kernels::assume_tiles() };
    [tiles].into_iter().chain(Kernels::detect()).collect()
}

/// All kernels with each of the cases.
fn with_each<T: Copy>(cases: &[T]) -> Vec<(Kernels, T)> {
    kernels().into_iter().flat_map(|kernels| cases.iter().map(move |case| (kernels, *case))).collect()
}

/// The size of the error as a share of that of what is wanted.
fn error(got: &Matrix, want: &Matrix) -> f32 {
    let size = |x: Matrix| numbers(&x).iter().map(|x| x * x).sum::<f32>().sqrt();
    size(got.clone() - want.clone()) / size(want.clone())
}

#[test]
fn products_of_any_size_and_form() {
    for (kernels, (m, n, k)) in with_each(&[(1, 1, 1), (32, 32, 32), (33, 65, 31), (100, 48, 900), (7, 130, 64)]) {
        let (a, b) = (random(m, k, 1), random(k, n, 2));
        let want = a.clone().matmul(b.clone());
        assert_close(&kernels.matmul(&a, &b, Form::Plain), &want, BF16);
        // Transposed views, not copies: the kernels must not read the memory as it lies.
        let (at, bt) = (a.clone().transpose(), b.clone().transpose());
        assert_close(&kernels.matmul(&at, &b, Form::LeftTransposed), &want, BF16);
        assert_close(&kernels.matmul(&a, &bt, Form::RightTransposed), &want, BF16);
    }
}

/// Integers that bf16 holds, with sums that f32 holds: there is nothing to round.
#[test]
fn products_of_small_integers_are_exact() {
    let integers = |rows, cols, seed| random(rows, cols, seed).mul_scalar(9.0).round();
    let (a, b) = (integers(45, 130, 6), integers(130, 37, 7));
    for kernels in kernels() {
        assert_eq!(numbers(&kernels.matmul(&a, &b, Form::Plain)), numbers(&a.clone().matmul(b.clone())));
    }
}

/// Weights that bf16 holds, with sums that f32 holds: there is nothing to round.
#[test]
fn products_with_quantized_weights_of_small_integers_are_exact() {
    let (rows, columns) = (75, 96);
    for (kernels, storage) in with_each(&STORAGES) {
        let mut module = QuantizedMatrix::zeros(rows, columns, storage).unwrap();
        let spans = columns / storage.span();
        for row in 0..rows {
            let quants: Vec<u8> = (0..columns).map(|column| ((row * 7 + column * 3) % 16) as u8).collect();
            let minimums: Vec<f32> = (0..spans).map(|span| ((row + span) % 3) as f32 - 8.0).collect();
            module.set_row(row, Row { quants: &quants, scales: &vec![1.0; spans], minimums: &minimums });
        }
        let mut weights = vec![0.0; rows * columns];
        weights.chunks_mut(columns).enumerate().for_each(|(row, out)| module.row(row, out));
        let weights = matrix(weights, rows, columns);
        let integers = |rows, cols, seed| random(rows, cols, seed).mul_scalar(9.0).round();
        let (x, dy, modules) = (integers(45, columns, 6), integers(45, rows, 7), [module]);
        assert_eq!(numbers(&kernels.quantized(&x, &modules)), numbers(&x.matmul(weights.clone().transpose())));
        assert_eq!(numbers(&kernels.quantized_transposed(&dy, &modules)), numbers(&dy.matmul(weights)));
    }
}

/// Attention in f32.
struct Attention {
    out: Matrix,
    dqkv: Matrix,
    /// Rotated keys and values of all heads, `[tokens, head_dim]` each.
    keys_values: Vec<[Matrix; 2]>,
}

/// The table of one head of some tokens, `[tokens, head_dim]`.
fn of_head(table: &Tensor<4>, first: usize, head: usize, heads: Heads) -> Matrix {
    let part = table.clone().slice([first..first + heads.tokens, head..head + 1, 0..2, 0..heads.head_dim / 2]);
    part.reshape([heads.tokens, heads.head_dim])
}

/// The second half of each row before the first.
fn swapped(x: Matrix) -> Matrix {
    let [rows, width] = x.dims();
    let half = |from: usize| x.clone().slice([0..rows, from..from + width / 2]);
    Tensor::cat(vec![half(width / 2), half(0)], 1)
}

/// Attention in f32, head by head.
fn attention(qkv: &Matrix, rotation: Rotation<'_>, heads: Heads, dout: &Matrix) -> Attention {
    let Heads { batch, tokens, queries, kv, head_dim } = heads;
    let device = Device::flex();
    let hidden: Vec<f32> = (0..tokens * tokens).map(|at| if at % tokens > at / tokens { -1e9 } else { 0.0 }).collect();
    let hidden = matrix(hidden, tokens, tokens);
    let (mut outs, mut gradients, mut keys_values) = (Vec::new(), Vec::new(), Vec::new());
    for first in (0..batch).map(|sequence| sequence * tokens) {
        let columns =
            |x: &Matrix, head: usize| x.clone().slice([first..first + tokens, head * head_dim..(head + 1) * head_dim]);
        let tables = |head| (of_head(rotation.cos, first, head, heads), of_head(rotation.sin, first, head, heads));
        let rotated = |head: usize| {
            let (cos, sin) = tables(head);
            let x = columns(qkv, head);
            x.clone() * cos + swapped(x) * sin
        };
        let rotated_back = |dx: Matrix, head: usize| {
            let (cos, sin) = tables(head);
            dx.clone() * cos + swapped(dx * sin)
        };
        let (mut out, mut dq, mut dk, mut dv) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for head in 0..kv {
            let (keys, values) = (rotated(queries + head), columns(qkv, queries + kv + head));
            keys_values.push([keys.clone(), values.clone()]);
            let zeros = Tensor::<2>::zeros([tokens, head_dim], &device);
            let (mut dkeys, mut dvalues) = (zeros.clone(), zeros);
            for query in head * queries / kv..(head + 1) * queries / kv {
                let (q, dout) = (rotated(query), columns(dout, query));
                let p = softmax(q.clone().matmul(keys.clone().transpose()) + hidden.clone(), 1);
                out.push(p.clone().matmul(values.clone()));
                let dp = dout.clone().matmul(values.clone().transpose());
                let total = (dp.clone() * p.clone()).sum_dim(1);
                let dscores = (dp - total) * p.clone();
                dvalues = dvalues + p.transpose().matmul(dout);
                dkeys = dkeys + dscores.clone().transpose().matmul(q);
                dq.push(rotated_back(dscores.matmul(keys.clone()), query));
            }
            dk.push(rotated_back(dkeys, queries + head));
            dv.push(dvalues);
        }
        outs.push(Tensor::cat(out, 1));
        gradients.push(Tensor::cat([dq, dk, dv].concat(), 1));
    }
    Attention { out: Tensor::cat(outs, 0), dqkv: Tensor::cat(gradients, 0), keys_values }
}

/// The tokens of each sequence from `past` on.
fn behind(past: usize, x: &Matrix, heads: Heads) -> Matrix {
    let width = x.dims()[1];
    let of =
        |sequence: usize| x.clone().slice([sequence * heads.tokens + past..(sequence + 1) * heads.tokens, 0..width]);
    Tensor::cat((0..heads.batch).map(of).collect(), 0)
}

#[test]
fn attention_and_its_gradient() {
    let cases = [
        (0, Heads { batch: 2, tokens: 3, queries: 2, kv: 1, head_dim: 4 }),
        (0, Heads { batch: 1, tokens: 70, queries: 4, kv: 2, head_dim: 18 }),
        (0, Heads { batch: 3, tokens: 33, queries: 2, kv: 2, head_dim: 34 }),
        // Positions before, which get no gradient.
        (1, Heads { batch: 1, tokens: 2, queries: 1, kv: 1, head_dim: 4 }),
        (37, Heads { batch: 2, tokens: 80, queries: 4, kv: 2, head_dim: 18 }),
        (64, Heads { batch: 1, tokens: 97, queries: 2, kv: 1, head_dim: 34 }),
    ];
    for (kernels, (past, heads)) in with_each(&cases) {
        let Heads { batch, tokens, queries, kv, head_dim } = heads;
        let n = batch * tokens;
        let qkv = random(n, (queries + 2 * kv) * head_dim, 1);
        let rows: Vec<f32> = (0..n).map(|row| if row % tokens < past { 0.0 } else { 1.0 }).collect();
        let dout = random(n, queries * head_dim, 2) * matrix(rows, n, 1);
        let table = |seed| random(n, (queries + kv) * head_dim, seed);
        let whole = |table: &Matrix| table.clone().reshape([n, queries + kv, 2, head_dim / 2]);
        let (cos, sin) = (table(3), table(4));
        let want = attention(&qkv, Rotation { cos: &whole(&cos), sin: &whole(&sin) }, heads, &dout);

        let new = Heads { tokens: tokens - past, ..heads };
        let before = |which: usize| {
            let heads = want.keys_values.iter();
            heads.flat_map(|both| numbers(&both[which].clone().slice([0..past, 0..head_dim]))).collect()
        };
        let positions = PastPositions { len: past, keys: before(0), values: before(1) };
        let positions = (past > 0).then(|| Arc::new(positions));
        let table =
            |table: &Matrix| behind(past, table, heads).reshape([batch * new.tokens, queries + kv, 2, head_dim / 2]);
        let (cos, sin) = (table(&cos), table(&sin));
        let rotation = Rotation { cos: &cos, sin: &sin };
        let (out, saved) = kernels.attention_forward(behind(past, &qkv, heads), positions, rotation, new);
        let dqkv = kernels.attention_backward(&saved, &behind(past, &dout, heads), rotation, new);
        for (got, want) in [(out, want.out), (dqkv, want.dqkv)] {
            let error = error(&got, &behind(past, &want, heads));
            assert!(error < BF16_TOGETHER, "{past} before, {heads:?}: {error}");
        }
    }
}
