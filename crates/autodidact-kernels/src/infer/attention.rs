//! Attention of some rows of one head to the positions so far.

use super::keys_values::Head;
use crate::lanes::{LANES, Lanes, Vector, exp, fastest, lanes, largest, padded, replace};

/// Rows that are computed together.
pub(super) const ROWS: usize = 4;
/// Lanes of the values that are summed up together: as many as the registers hold for all rows.
const WIDE: usize = if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) { 2 } else { 1 };
/// Positions whose values stay in the cache while all dimensions pass.
const AT_ONCE: usize = 64;

/// What is computed, and what for.
pub(super) struct Task<'a> {
    /// Rotated and scaled queries, dimension by dimension.
    pub queries: &'a [[f32; ROWS]],
    /// The positions that each row sees; 0 for a row that is none.
    pub visible: [usize; ROWS],
    /// Keys and values, with the positions of each part.
    pub parts: &'a [(&'a Head, usize)],
}

/// Memory that is used again by each task.
#[derive(Default)]
pub(super) struct Scratch {
    /// Scores of each row, which become probabilities.
    scores: [Vec<f32>; ROWS],
}

fastest!(
    /// `softmax(q k^T) v`: `out` has as many lanes for each row as hold its dimensions.
    attend = attend_to(task: &Task<'_>, scratch: &mut Scratch, out: &mut [Lanes])
);

#[inline(always)]
fn attend_to<V: Vector>(task: &Task<'_>, scratch: &mut Scratch, out: &mut [Lanes]) {
    let head_dim = task.queries.len();
    let seen = task.visible.into_iter().max().unwrap_or_default();
    for scores in &mut scratch.scores {
        scores.clear();
        scores.resize(seen + LANES, 0.0);
    }
    let mut first = 0;
    for (head, len) in task.parts {
        let len = (*len).min(seen - first);
        for (at, keys) in (0..len).step_by(LANES).zip(head.blocks(head_dim)) {
            let mut sums = [V::splat(0.0); ROWS];
            for (keys, queries) in keys.iter().zip(task.queries) {
                let keys = V::load(keys);
                for (sum, query) in sums.iter_mut().zip(queries) {
                    *sum = sum.plus_product(V::splat(*query), keys);
                }
            }
            for (scores, sum) in scratch.scores.iter_mut().zip(sums) {
                // What stands behind the part is overwritten by the next one.
                if let Some(scores) = scores[first + at..].first_chunk_mut::<LANES>() {
                    sum.store(scores);
                }
            }
        }
        first += len;
    }
    for (scores, visible) in scratch.scores.iter_mut().zip(task.visible) {
        let (visible, hidden) = scores.split_at_mut(visible);
        softmax::<V>(visible);
        hidden.fill(0.0);
    }
    out.fill([0.0; LANES]);
    let wide = head_dim.div_ceil(LANES);
    let mut first = 0;
    for (head, len) in task.parts {
        let len = (*len).min(seen - first);
        for (at, values) in (0..len).step_by(AT_ONCE).zip(head.values().chunks(AT_ONCE * wide)) {
            let range = first + at..first + len.min(at + AT_ONCE);
            let probabilities = scratch.scores.each_ref().map(|scores| &scores[range.clone()]);
            let mut start = 0;
            while start + WIDE <= wide {
                add_values::<V, WIDE>(values, wide, start, probabilities, out);
                start += WIDE;
            }
            while start < wide {
                add_values::<V, 1>(values, wide, start, probabilities, out);
                start += 1;
            }
        }
        first += len;
    }
}

/// Adds the weighted values of some dimensions at some positions, `wide` lanes each. `out` has whole lanes. Positions are summed up one by one,
/// in one order however they are spread over parts, so that a prompt gives the same bits whatever of it was known before.
#[inline(always)]
fn add_values<V: Vector, const WIDTH: usize>(
    values: &[Lanes],
    wide: usize,
    start: usize,
    [a, b, c, d]: [&[f32]; ROWS],
    out: &mut [Lanes],
) {
    let mut sums = [[V::splat(0.0); WIDTH]; ROWS];
    for (sums, out) in sums.iter_mut().zip(out.chunks_exact(wide)) {
        for (sum, out) in sums.iter_mut().zip(&out[start..]) {
            *sum = V::load(out);
        }
    }
    for ((((values, a), b), c), d) in values.chunks_exact(wide).zip(a).zip(b).zip(c).zip(d) {
        let Some(values) = values[start..].first_chunk::<WIDTH>() else { return };
        let values = values.each_ref().map(V::load);
        for (sums, probability) in sums.iter_mut().zip([a, b, c, d]) {
            let probability = V::splat(*probability);
            for (sum, values) in sums.iter_mut().zip(values) {
                *sum = sum.plus_product(probability, values);
            }
        }
    }
    for (out, sums) in out.chunks_exact_mut(wide).zip(sums) {
        for (out, sum) in out[start..].iter_mut().zip(sums) {
            sum.store(out);
        }
    }
}

#[inline(always)]
fn softmax<V: Vector>(scores: &mut [f32]) {
    let most = V::splat(largest::<V>(scores));
    let mut sums = V::splat(0.0);
    let (chunks, rest) = scores.as_chunks_mut::<LANES>();
    for chunk in chunks {
        let power = exp(V::load(chunk).minus(most));
        power.store(chunk);
        sums = sums.plus(power);
    }
    let last = lanes(exp(V::load(&padded(rest, 0.0)).minus(most)));
    rest.copy_from_slice(&last[..rest.len()]);
    let sum = lanes(sums).iter().chain(rest.iter()).sum::<f32>();
    let inverse = V::splat(sum.recip());
    replace(scores, |score: V| score.times(inverse));
}
