//! The parts of an answer's forward pass against plain sums in f64.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod common;

use autodidact_kernels::{
    Heads, Rotation,
    infer::{HeadNorm, KeysValues, gate, log_sum_exp, norm},
};
use burn::tensor::{Device, Tensor, TensorData};
use common::Random;

const EPS: f64 = 1e-5;

/// Numbers from -1 to 1.
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    Random::new(seed).numbers(count, 1.0)
}

fn tensor<const D: usize>(numbers: &[f32], shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), shape), &Device::default())
}

fn close(ours: &[f32], theirs: &[f64], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (at, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((f64::from(*a) - b).abs() <= 2e-6 * b.abs().max(1.0), "{what}, {at}: {a} {b}");
    }
}

fn normed(x: &[f32], gain: &[f32]) -> Vec<f64> {
    let square = x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / x.len() as f64;
    x.iter().zip(gain).map(|(x, gain)| f64::from(*x) / (square + EPS).sqrt() * f64::from(*gain)).collect()
}

#[test]
fn norms_and_gates_are_those_of_their_formulas() {
    for (n, d) in [(1, 1), (3, 7), (2, 16), (5, 37), (1, 576)] {
        let (x, gain) = (numbers(n * d, 1), numbers(d, 2));
        let theirs: Vec<f64> = x.chunks(d).flat_map(|x| normed(x, &gain)).collect();
        close(&common::numbers(&norm(&tensor(&x, [n, d]), &tensor(&gain, [1, d]), EPS)), &theirs, "norm");
        let rows: Vec<f32> = numbers(n * 2 * d, 3).iter().map(|x| 40.0 * x).collect();
        let theirs = rows.chunks(2 * d).flat_map(|row| {
            (0..d).map(|at| {
                let (gate, up) = (f64::from(row[at]), f64::from(row[d + at]));
                gate / (1.0 + (-gate).exp()) * up
            })
        });
        let theirs: Vec<f64> = theirs.collect();
        close(&common::numbers(&gate(&tensor(&rows, [n, 2 * d]))), &theirs, "gate");
    }
    // What is no number stays none, and far numbers have their limits.
    let far = common::numbers(&gate(&tensor(&[f32::NAN, 1e30, -1e30, 1.0, 1.0, 1.0], [1, 6])));
    assert!(far[0].is_nan() && far[1] == 1e30 && far[2].abs() < 1e-7, "{far:?}");
    assert!(
        common::numbers(&norm(&tensor(&[f32::NAN, 1.0], [1, 2]), &tensor(&[1.0, 1.0], [1, 2]), EPS))
            .iter()
            .all(|x| x.is_nan())
    );
}

#[test]
fn logarithms_of_sums_are_those_of_their_formula() {
    for count in [1, 7, 8, 9, 1000] {
        for size in [1e-3, 1.0, 30.0, 300.0] {
            let x: Vec<f32> = numbers(count, count as u64).iter().map(|x| x * size).collect();
            let most = x.iter().fold(f64::MIN, |most, x| most.max(f64::from(*x)));
            let theirs = most + x.iter().map(|x| (f64::from(*x) - most).exp()).sum::<f64>().ln();
            close(&[log_sum_exp(&x)], &[theirs], "logarithm");
        }
    }
    assert_eq!(log_sum_exp(&[]), f32::NEG_INFINITY);
    assert_eq!(log_sum_exp(&[f32::NEG_INFINITY, 3.0, f32::NEG_INFINITY]), 3.0);
    for odd in [f32::NAN, f32::INFINITY] {
        assert!(log_sum_exp(&[1.0, odd, 2.0]).is_nan());
    }
}

/// A model's heads, and what its tokens bring.
struct Case {
    heads: Heads,
    gain: Option<Vec<f32>>,
}

impl Case {
    fn rows(&self) -> usize {
        self.heads.queries + self.heads.kv
    }

    /// Sines and cosines, any numbers: the kernel multiplies them as they are.
    fn table(&self, first: usize, tokens: usize, seed: u64) -> Vec<f32> {
        numbers((first + tokens) * self.rows() * self.heads.head_dim, seed)
            .split_off(first * self.rows() * self.heads.head_dim)
    }

    fn attend(&self, cache: &mut KeysValues, qkv: &[f32], first: usize, tokens: usize) -> Vec<f32> {
        let heads = Heads { batch: cache.batch(), tokens, ..self.heads };
        let n = heads.batch * tokens;
        let shape = [n, self.rows(), 2, heads.head_dim / 2];
        let table = |seed| tensor(&self.table(first, tokens, seed).repeat(heads.batch), shape);
        let gain = self.gain.as_ref().map(|gain| tensor(gain, [1, self.rows(), heads.head_dim]));
        let norm = gain.as_ref().map(|gain| HeadNorm { gain, eps: EPS });
        let (cos, sin) = (table(11), table(12));
        let qkv = tensor(qkv, [n, (heads.queries + 2 * heads.kv) * heads.head_dim]);
        let out = cache.attend(0, &qkv, Rotation { cos: &cos, sin: &sin }, norm, heads);
        cache.advance(tokens);
        common::numbers(&out)
    }

    /// All tokens of one sequence in f64, without a cache.
    fn expected(&self, qkv: &[f32]) -> Vec<f64> {
        let Heads { queries, kv, head_dim, .. } = self.heads;
        let width = (queries + 2 * kv) * head_dim;
        let tokens = qkv.len() / width;
        let (cos, sin) = (self.table(0, tokens, 11), self.table(0, tokens, 12));
        let rotated = |token: usize, head: usize| -> Vec<f64> {
            let x = &qkv[token * width + head * head_dim..][..head_dim];
            let x = match &self.gain {
                None => x.iter().map(|x| f64::from(*x)).collect(),
                Some(gain) => normed(x, &gain[head * head_dim..][..head_dim]),
            };
            let at = (token * self.rows() + head) * head_dim;
            (0..head_dim)
                .map(|d| x[d] * f64::from(cos[at + d]) + x[(d + head_dim / 2) % head_dim] * f64::from(sin[at + d]))
                .collect()
        };
        let mut out = Vec::new();
        for token in 0..tokens {
            for query in 0..queries {
                let head = query / (queries / kv);
                let q = rotated(token, query);
                let scores: Vec<f64> = (0..=token)
                    .map(|past| rotated(past, queries + head).iter().zip(&q).map(|(k, q)| k * q).sum())
                    .collect();
                let most = scores.iter().copied().fold(f64::MIN, f64::max);
                let weights: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
                let sum: f64 = weights.iter().sum();
                out.extend((0..head_dim).map(|d| {
                    let value = |past: usize| f64::from(qkv[past * width + (queries + kv + head) * head_dim + d]);
                    weights.iter().enumerate().map(|(past, weight)| weight / sum * value(past)).sum::<f64>()
                }));
            }
        }
        out
    }
}

fn cases() -> Vec<Case> {
    let heads = |queries, kv, head_dim| Heads { batch: 1, tokens: 1, queries, kv, head_dim };
    let of = |queries, kv, head_dim, is_normed: bool| Case {
        heads: heads(queries, kv, head_dim),
        gain: is_normed.then(|| numbers((queries + kv) * head_dim, 5)),
    };
    vec![
        of(1, 1, 8, false),
        of(9, 3, 64, false),
        of(14, 2, 64, false),
        of(4, 2, 20, true),
        of(2, 1, 6, false),
        of(3, 1, 128, true),
    ]
}

#[test]
fn attention_is_that_of_plain_sums_however_the_tokens_come() {
    for case in cases() {
        let Heads { queries, kv, head_dim, .. } = case.heads;
        let width = (queries + 2 * kv) * head_dim;
        let tokens = 37;
        let qkv = numbers(tokens * width, 7);
        let expected = case.expected(&qkv);
        let what = format!("{queries} queries, {kv} keys, {head_dim} wide");
        for pieces in [vec![37], vec![1; 37], vec![8, 1, 15, 13], vec![30, 7]] {
            let mut cache = KeysValues::new(1, 1, kv, head_dim);
            let mut done = Vec::new();
            let mut first = 0;
            for tokens in pieces {
                done.extend(case.attend(&mut cache, &qkv[first * width..][..tokens * width], first, tokens));
                first += tokens;
            }
            close(&done, &expected, &what);
            assert_eq!(cache.len(), 37);
        }
    }
}

#[test]
fn forks_share_what_they_have_in_common_and_do_not_see_each_other() {
    for case in cases() {
        let Heads { queries, kv, head_dim, .. } = case.heads;
        let width = (queries + 2 * kv) * head_dim;
        let (prompt, others) = (numbers(19 * width, 8), [numbers(5 * width, 9), numbers(5 * width, 10)]);
        let whole = |head: usize, other: &[f32]| [&prompt[..head * width], other].concat();
        let mut first = KeysValues::new(1, 1, kv, head_dim);
        case.attend(&mut first, &prompt, 0, 19);
        // As a batch of two, behind all of it.
        let mut both = first.fork(2, 19);
        let done = case.attend(&mut both, &others.concat(), 19, 5);
        for (other, done) in others.iter().zip(done.chunks(5 * queries * head_dim)) {
            close(done, &case.expected(&whole(19, other))[19 * queries * head_dim..], "a batch");
        }
        // Behind a part of it, by many steps of which each begins anew.
        let mut cache = first.fork(1, 13);
        let mut done = Vec::new();
        for at in 0..5 {
            done.extend(case.attend(&mut cache, &others[0][at * width..][..width], 13 + at, 1));
            cache = cache.fork(1, 14 + at);
        }
        close(&done, &case.expected(&whole(13, &others[0]))[13 * queries * head_dim..], "steps");
        // Bit for bit what one that shares nothing computes.
        let mut alone = KeysValues::new(1, 1, kv, head_dim);
        case.attend(&mut alone, &prompt[..13 * width], 0, 13);
        let again: Vec<f32> =
            (0..5).flat_map(|at| case.attend(&mut alone, &others[0][at * width..][..width], 13 + at, 1)).collect();
        assert_eq!(done, again);
        assert_eq!(alone.written(0), cache.written(0));
        // What is forgotten, in place or where others share it, can be written once more.
        for mut cache in [alone.clone(), cache.clone(), alone] {
            cache.truncate(15);
            assert_eq!(cache.len(), 15);
            let again: Vec<f32> =
                (2..5).flat_map(|at| case.attend(&mut cache, &others[0][at * width..][..width], 13 + at, 1)).collect();
            assert_eq!(again, done[2 * queries * head_dim..]);
        }
        assert_eq!((first.len(), cache.len(), cache.is_empty()), (19, 18, false));
        let [keys, values] = cache.written(0);
        assert_eq!((keys.len(), values.len()), (18 * kv * head_dim, 18 * kv * head_dim));
        assert_eq!(values[..head_dim], prompt[(queries + kv) * head_dim..][..head_dim]);
    }
}
