//! Normalization, the gate of the MLP, and the logarithm of a sum of exponentials, row by row.

use crate::lanes::{LANES, Vector, exp, fastest, lanes, largest, padded};

fastest!(
    /// `x / sqrt(mean(x^2) + eps) * gain` of each row. `out` is as long as `x`, and rows are as long as `gain`.
    norm = norm_of(x: &[f32], gain: &[f32], eps: f32, out: &mut [f32])
);

#[inline(always)]
fn norm_of<V: Vector>(x: &[f32], gain: &[f32], eps: f32, out: &mut [f32]) {
    let width = gain.len();
    let (gain_chunks, gain_rest) = gain.as_chunks::<LANES>();
    for (x, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let (chunks, rest) = x.as_chunks::<LANES>();
        let mut sums = [V::splat(0.0); 2];
        let (pairs, single) = chunks.as_chunks::<2>();
        for pair in pairs {
            for (sum, chunk) in sums.iter_mut().zip(pair) {
                let x = V::load(chunk);
                *sum = sum.plus_product(x, x);
            }
        }
        let rest_of_all = padded(rest, 0.0);
        for (sum, chunk) in sums.iter_mut().zip([single.first(), Some(&rest_of_all)].into_iter().flatten()) {
            let x = V::load(chunk);
            *sum = sum.plus_product(x, x);
        }
        let square = lanes(sums[0].plus(sums[1])).iter().sum::<f32>();
        let inverse = (square / width as f32 + eps).sqrt().recip();
        let (out_chunks, out_rest) = out.as_chunks_mut::<LANES>();
        for ((chunk, gain), out) in chunks.iter().zip(gain_chunks).zip(out_chunks) {
            V::load(chunk).times(V::splat(inverse)).times(V::load(gain)).store(out);
        }
        for ((x, gain), out) in rest.iter().zip(gain_rest).zip(out_rest) {
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
        let (gates, gate_rest) = gate.as_chunks::<LANES>();
        let (ups, up_rest) = up.as_chunks::<LANES>();
        let (outs, out_rest) = out.as_chunks_mut::<LANES>();
        for ((gate, up), out) in gates.iter().zip(ups).zip(outs) {
            gated(V::load(gate), V::load(up)).store(out);
        }
        if !gate_rest.is_empty() {
            let last = gated(V::load(&padded(gate_rest, 0.0)), V::load(&padded(up_rest, 0.0)));
            out_rest.copy_from_slice(&lanes(last)[..gate_rest.len()]);
        }
    }
}

/// `silu(gate) * up`
#[inline(always)]
fn gated<V: Vector>(gate: V, up: V) -> V {
    let negative = V::splat(0.0).minus(gate);
    gate.over(V::splat(1.0).plus(exp(negative))).times(up)
}

fastest!(
    /// `log(sum(exp(x)))` without overflow.
    log_sum_exp = log_sum_exp_of(numbers: &[f32], out: &mut f32)
);

#[inline(always)]
fn log_sum_exp_of<V: Vector>(numbers: &[f32], out: &mut f32) {
    let most = largest::<V>(numbers);
    let shift = V::splat(most);
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    let mut sums = V::splat(0.0);
    for chunk in chunks {
        sums = sums.plus(exp(V::load(chunk).minus(shift)));
    }
    let last = lanes(exp(V::load(&padded(rest, 0.0)).minus(shift)));
    *out = most + (lanes(sums).iter().sum::<f32>() + last[..rest.len()].iter().sum::<f32>()).ln();
}
