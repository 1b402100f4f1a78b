//! What is computed row by row: normalization, the gate of the MLP, and the loss.

use std::{arch::x86_64::*, mem::MaybeUninit};

use super::simd::{LANES, dot, exp_in_place, load, max, sigmoid, store, write};

/// Unit rows, the same times the gain, and the inverse root mean squares of rows of `gain.len()` numbers.
#[target_feature(enable = "avx512f")]
pub fn norm_forward(
    x: &[f32],
    gain: &[f32],
    eps: f32,
    (unit, out): (&mut [MaybeUninit<f32>], &mut [MaybeUninit<f32>]),
    inverse_rms: &mut [f32],
) {
    let d = gain.len();
    let rows = x.chunks_exact(d).zip(unit.chunks_exact_mut(d)).zip(out.chunks_exact_mut(d)).zip(inverse_rms);
    for (((x, unit), out), inverse_rms) in rows {
        let inverse = 1.0 / (dot(x, x) / d as f32 + eps).sqrt();
        *inverse_rms = inverse;
        let inverse = _mm512_set1_ps(inverse);
        for at in (0..d).step_by(LANES) {
            let u = _mm512_mul_ps(load(x, at), inverse);
            write(unit, at, u);
            write(out, at, _mm512_mul_ps(u, load(gain, at)));
        }
    }
}

/// The gradient of the input; that of the gain is added to `dgain`.
#[target_feature(enable = "avx512f")]
pub fn norm_backward(
    (unit, inverse_rms): (&[f32], &[f32]),
    gain: &[f32],
    dy: &[f32],
    dx: &mut [MaybeUninit<f32>],
    dgain: &mut [f32],
) {
    let d = gain.len();
    let rows = unit.chunks_exact(d).zip(dy.chunks_exact(d)).zip(dx.chunks_exact_mut(d)).zip(inverse_rms);
    for (((unit, dy), dx), inverse_rms) in rows {
        let mut projection = _mm512_setzero_ps();
        for at in (0..d).step_by(LANES) {
            let terms = _mm512_mul_ps(load(dy, at), load(unit, at));
            store(dgain, at, _mm512_add_ps(load(dgain, at), terms));
            projection = _mm512_fmadd_ps(terms, load(gain, at), projection);
        }
        let projection = _mm512_set1_ps(_mm512_reduce_add_ps(projection) / d as f32);
        let inverse = _mm512_set1_ps(*inverse_rms);
        for at in (0..d).step_by(LANES) {
            let scaled = _mm512_mul_ps(load(dy, at), load(gain, at));
            write(dx, at, _mm512_mul_ps(_mm512_fnmadd_ps(load(unit, at), projection, scaled), inverse));
        }
    }
}

/// `silu(gate) up`, the two side by side in rows of `2 ff` numbers.
#[target_feature(enable = "avx512f")]
pub fn gate_forward(gate_up: &[f32], ff: usize, out: &mut [MaybeUninit<f32>]) {
    for (both, out) in gate_up.chunks_exact(2 * ff).zip(out.chunks_exact_mut(ff)) {
        let (gate, up) = both.split_at(ff);
        for at in (0..ff).step_by(LANES) {
            let g = load(gate, at);
            write(out, at, _mm512_mul_ps(_mm512_mul_ps(g, sigmoid(g)), load(up, at)));
        }
    }
}

/// The gradients of gate and up, side by side.
#[target_feature(enable = "avx512f")]
pub fn gate_backward(gate_up: &[f32], dy: &[f32], ff: usize, out: &mut [MaybeUninit<f32>]) {
    for ((both, dy), out) in gate_up.chunks_exact(2 * ff).zip(dy.chunks_exact(ff)).zip(out.chunks_exact_mut(2 * ff)) {
        let (gate, up) = both.split_at(ff);
        let (dgate, dup) = out.split_at_mut(ff);
        for at in (0..ff).step_by(LANES) {
            let (g, dy) = (load(gate, at), load(dy, at));
            let c = sigmoid(g);
            let silu = _mm512_mul_ps(g, c);
            // The slope of silu: c + silu (1 - c).
            let slope = _mm512_fmadd_ps(silu, _mm512_sub_ps(_mm512_set1_ps(1.0), c), c);
            write(dup, at, _mm512_mul_ps(dy, silu));
            write(dgate, at, _mm512_mul_ps(_mm512_mul_ps(dy, load(up, at)), slope));
        }
    }
}

/// Replaces each row of logits by the gradient of its weighted cross-entropy, and returns the sum of the losses.
#[target_feature(enable = "avx512f")]
pub fn cross_entropy(logits: &mut [f32], vocab: usize, targets: &[u32], weights: &[f32]) -> f32 {
    let mut loss = 0.0;
    for ((row, &target), &weight) in logits.chunks_exact_mut(vocab).zip(targets).zip(weights) {
        let target = target as usize;
        let (shift, picked) = (max(row), row[target]);
        let sum = exp_in_place(row, shift);
        loss += weight * (sum.ln() + shift - picked);
        let scale = _mm512_set1_ps(weight / sum);
        for at in (0..vocab).step_by(LANES) {
            store(row, at, _mm512_mul_ps(load(row, at), scale));
        }
        row[target] -= weight;
    }
    loss
}
