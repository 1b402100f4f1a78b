//! Normalization and the gate of the MLP, row by row.

use super::lanes::{Vector, exp, fastest, multiply_add};

fastest!(
    /// `x / sqrt(mean(x^2) + eps) * gain` of each row. `out` is as long as `x`, and rows are as long as `gain`.
    norm = norm_of(x: &[f32], gain: &[f32], eps: f32, out: &mut [f32])
);

#[inline(always)]
fn norm_of<V: Vector>(x: &[f32], gain: &[f32], eps: f32, out: &mut [f32]) {
    let width = gain.len();
    for (x, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let mut sums = [0.0_f32; 16];
        let (chunks, rest) = x.as_chunks::<16>();
        for chunk in chunks {
            for (sum, x) in sums.iter_mut().zip(chunk) {
                *sum = multiply_add::<V>(*x, *x, *sum);
            }
        }
        let square = sums.iter().sum::<f32>() + rest.iter().map(|x| x * x).sum::<f32>();
        let inverse = (square / width as f32 + eps).sqrt().recip();
        for ((x, gain), out) in x.iter().zip(gain).zip(out) {
            *out = x * inverse * gain;
        }
    }
}

fastest!(
    /// `silu(gate) * up` of each row of `gate_up`, which has the gate first. `out` is half as long.
    gate = gate_of(gate_up: &[f32], width: usize, out: &mut [f32])
);

#[inline(always)]
fn gate_of<V: Vector>(gate_up: &[f32], width: usize, out: &mut [f32]) {
    for (row, out) in gate_up.chunks_exact(2 * width).zip(out.chunks_exact_mut(width)) {
        let (gate, up) = row.split_at(width);
        for ((gate, up), out) in gate.iter().zip(up).zip(out) {
            *out = gate / (1.0 + exp::<V>(-gate)) * up;
        }
    }
}
