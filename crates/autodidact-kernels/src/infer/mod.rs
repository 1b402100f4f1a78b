//! The parts of a forward pass that are no product with a weight, as one function each, for answers on a CPU. They take the place of forty
//! operations of burn a layer, whose cost is felt where a token is all there is to compute.

mod attention;
mod keys_values;
mod rows;

use std::cell::RefCell;

use burn::tensor::Tensor;

use self::attention::{ROWS, Scratch, Task, attend};
pub use self::keys_values::KeysValues;
use super::{
    Heads, Matrix, Rotation,
    lanes::{LANES, Lanes},
    numbers::{Numbers, matrix},
};

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Gains of queries and keys that are normalized: `[1, queries + kv, head_dim]`.
#[derive(Debug, Clone, Copy)]
pub struct HeadNorm<'a> {
    /// The gains.
    pub gain: &'a Tensor<3>,
    /// Added to the mean square.
    pub eps: f64,
}

/// `x / sqrt(mean(x^2) + eps) * gain` of each row.
///
/// # Panics
/// Like all functions here: for shapes that do not fit each other, and for tensors that do not hold f32.
pub fn norm(x: &Matrix, gain: &Matrix, eps: f64) -> Matrix {
    let ([n, d], device) = (x.dims(), x.device());
    assert!(d > 0 && gain.dims() == [1, d], "`gain` must be one row as wide as `x`");
    let mut out = vec![0.0; n * d];
    rows::norm(Numbers::of(x).slice(), Numbers::of(gain).slice(), eps as f32, &mut out);
    matrix(out, [n, d], &device)
}

/// `silu(gate) * up`: `[n, 2 ff]`, the gate first, to `[n, ff]`.
///
/// # Panics
/// As [`norm`].
pub fn gate(gate_up: &Matrix) -> Matrix {
    let ([n, width], device) = (gate_up.dims(), gate_up.device());
    assert!(width > 0 && width.is_multiple_of(2), "`gate_up` must hold as many gates as values");
    let mut out = vec![0.0; n * width / 2];
    rows::gate(Numbers::of(gate_up).slice(), width / 2, &mut out);
    matrix(out, [n, width / 2], &device)
}

/// `log(sum(exp(x)))`: of logits, the logarithm of the sum that makes probabilities of them. Numbers of -87 and less below the largest add
/// next to nothing. Negative infinity for no numbers.
pub fn log_sum_exp(numbers: &[f32]) -> f32 {
    let mut out = 0.0;
    rows::log_sum_exp(numbers, &mut out);
    out
}

impl KeysValues {
    /// Rotates queries and keys, appends keys and values to a layer, and lets each token attend to all positions up to its own. Gives the
    /// heads side by side, `[n, queries * head_dim]`.
    ///
    /// # Shapes
    /// - `qkv`: `[n, (queries + 2 kv) * head_dim]`, sequence by sequence
    ///
    /// # Panics
    /// As [`norm`].
    pub fn attend(
        &mut self,
        layer: usize,
        qkv: &Matrix,
        rotation: Rotation<'_>,
        norm: Option<HeadNorm<'_>>,
        heads: Heads,
    ) -> Matrix {
        let Heads { batch, tokens, queries, kv, head_dim } = heads;
        let (n, device) = (batch * tokens, qkv.device());
        assert!(
            kv > 0 && queries > 0 && queries.is_multiple_of(kv),
            "the query heads must be a multiple of the others"
        );
        assert!((batch, kv, head_dim) == (self.batch(), self.kv(), self.head_dim()), "the cache must have these heads");
        assert_eq!(qkv.dims(), [n, (queries + 2 * kv) * head_dim], "`qkv` must hold all heads of all tokens");
        let table = [n, queries + kv, 2, head_dim / 2];
        assert!(rotation.cos.dims() == table && rotation.sin.dims() == table, "the rotary tables must fit the heads");
        let (qkv, cos, sin) = (Numbers::of(qkv), Numbers::of(rotation.cos), Numbers::of(rotation.sin));
        let gain = norm.map(|norm| (Numbers::of(norm.gain), norm.eps as f32));
        let rotated = rotated(qkv.slice(), (cos.slice(), sin.slice()), gain.as_ref(), heads);

        let (own_len, width) = (self.own_len(), (queries + 2 * kv) * head_dim);
        for (at, own) in self.own_of(layer).iter_mut().enumerate() {
            let (sequence, head) = (at / kv, at % kv);
            for token in 0..tokens {
                let row = sequence * tokens + token;
                let key = &rotated[(row * (queries + kv) + queries + head) * head_dim..][..head_dim];
                let value = &qkv.slice()[row * width + (queries + kv + head) * head_dim..][..head_dim];
                own.push(own_len + token, key, value);
            }
        }

        let past = self.len();
        let group = queries / kv;
        // Each with the rows of a head, token by token and in them query by query.
        let tiles: Vec<(usize, usize, usize)> = (0..batch)
            .flat_map(|sequence| (0..kv).map(move |head| (sequence, head)))
            .flat_map(|(sequence, head)| (0..tokens * group).step_by(ROWS).map(move |first| (sequence, head, first)))
            .collect();
        let work = |&(sequence, head, first): &(usize, usize, usize)| {
            let count = ROWS.min(tokens * group - first);
            let mut queries_of = vec![[0.0; ROWS]; head_dim];
            let mut visible = [0; ROWS];
            for at in 0..count {
                let (token, query) = ((first + at) / group, (first + at) % group);
                let row = sequence * tokens + token;
                let from = (row * (queries + kv) + head * group + query) * head_dim;
                for (to, x) in queries_of.iter_mut().zip(&rotated[from..][..head_dim]) {
                    to[at] = *x;
                }
                visible[at] = past + token + 1;
            }
            let parts = self.parts(layer, sequence, head, tokens);
            let task = Task { queries: &queries_of, visible, parts: &parts };
            let mut out = vec![[0.0; LANES]; ROWS * head_dim.div_ceil(LANES)];
            SCRATCH.with_borrow_mut(|scratch| attend(&task, scratch, &mut out));
            out
        };
        let done = each(&tiles, past * tokens * queries * head_dim, work);
        let mut out = vec![0.0; n * queries * head_dim];
        for (&(sequence, head, first), done) in tiles.iter().zip(&done) {
            for at in 0..ROWS.min(tokens * group - first) {
                let (token, query) = ((first + at) / group, (first + at) % group);
                let to = ((sequence * tokens + token) * queries + head * group + query) * head_dim;
                let lanes = head_dim.div_ceil(LANES);
                out[to..to + head_dim].copy_from_slice(&done[at * lanes..][..lanes].as_flattened()[..head_dim]);
            }
        }
        matrix(out, [n, queries * head_dim], &device)
    }
}

/// Normalized and rotated queries and keys: `[n, queries + kv, head_dim]`.
fn rotated(qkv: &[f32], (cos, sin): (&[f32], &[f32]), gain: Option<&(Numbers, f32)>, heads: Heads) -> Vec<f32> {
    let Heads { queries, kv, head_dim, .. } = heads;
    let (width, half) = ((queries + 2 * kv) * head_dim, head_dim / 2);
    let mut out = Vec::with_capacity(qkv.len());
    let mut normed = vec![0.0; head_dim];
    for (row, qkv) in qkv.chunks_exact(width).enumerate() {
        for (head, x) in qkv.chunks_exact(head_dim).take(queries + kv).enumerate() {
            let at = (row * (queries + kv) + head) * head_dim;
            let (cos, sin) = (&cos[at..at + head_dim], &sin[at..at + head_dim]);
            let x = match gain {
                None => x,
                Some((gain, eps)) => {
                    rows::norm(x, &gain.slice()[head * head_dim..][..head_dim], *eps, &mut normed);
                    &normed[..]
                }
            };
            let (first, second) = x.split_at(half);
            let flipped = second.iter().chain(first);
            out.extend(
                x.iter().zip(flipped).zip(cos.iter().zip(sin)).map(|((x, other), (cos, sin))| x * cos + other * sin),
            );
        }
    }
    out
}

/// Calls `work` for each tile, on all cores where that is worth it. `cost`: products of numbers in all of them.
#[cfg(not(target_family = "wasm"))]
fn each<T: Sync>(tiles: &[T], cost: usize, work: impl Fn(&T) -> Vec<Lanes> + Send + Sync) -> Vec<Vec<Lanes>> {
    use rayon::prelude::*;

    /// Products of numbers that are worth a core of their own.
    const SPLIT: usize = 1 << 18;
    if cost < SPLIT {
        return tiles.iter().map(work).collect();
    }
    tiles.par_iter().with_min_len(8).map(work).collect()
}

/// Calls `work` for each tile.
#[cfg(target_family = "wasm")]
fn each<T>(tiles: &[T], _cost: usize, work: impl Fn(&T) -> Vec<Lanes>) -> Vec<Vec<Lanes>> {
    tiles.iter().map(work).collect()
}
