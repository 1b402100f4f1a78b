//! Attention of some rows of one head to the positions so far.

use super::{
    keys_values::Head,
    lanes::{LANES, Lanes, Vector, exp, fastest},
};

/// Rows that are computed together.
pub(super) const ROWS: usize = 4;
/// Lanes of the values that are summed up together: as many as the registers hold for all rows.
const WIDE: usize = if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) { 2 } else { 1 };

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
    /// Scores of each row.
    scores: [Vec<f32>; ROWS],
    /// Probabilities, position by position.
    probabilities: Vec<[f32; ROWS]>,
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
    scratch.probabilities.clear();
    scratch.probabilities.resize(seen, [0.0; ROWS]);
    for (row, (scores, visible)) in scratch.scores.iter_mut().zip(task.visible).enumerate() {
        let scores = &mut scores[..visible];
        softmax::<V>(scores);
        for (probabilities, score) in scratch.probabilities.iter_mut().zip(scores) {
            probabilities[row] = *score;
        }
    }
    let lanes = head_dim.div_ceil(LANES);
    let mut start = 0;
    while start + WIDE <= lanes {
        values::<V, WIDE>(task.parts, lanes, start, &scratch.probabilities, out);
        start += WIDE;
    }
    while start < lanes {
        values::<V, 1>(task.parts, lanes, start, &scratch.probabilities, out);
        start += 1;
    }
}

/// The weighted values of some dimensions. `out` has whole lanes. Positions are summed up one by one, in one order however they are spread over
/// parts, so that a prompt gives the same bits whatever of it was known before.
#[inline(always)]
fn values<V: Vector, const WIDTH: usize>(
    parts: &[(&Head, usize)],
    lanes: usize,
    start: usize,
    mut probabilities: &[[f32; ROWS]],
    out: &mut [Lanes],
) {
    let mut sums = [[V::splat(0.0); WIDTH]; ROWS];
    for (head, len) in parts {
        let (own, others) = probabilities.split_at((*len).min(probabilities.len()));
        probabilities = others;
        for (values, probabilities) in head.values().chunks_exact(lanes).zip(own) {
            let Some(values) = values[start..].first_chunk::<WIDTH>() else { return };
            let values = values.each_ref().map(V::load);
            for (sums, probability) in sums.iter_mut().zip(probabilities) {
                let probability = V::splat(*probability);
                for (sum, values) in sums.iter_mut().zip(values) {
                    *sum = sum.plus_product(probability, values);
                }
            }
        }
    }
    for (out, sums) in out.chunks_exact_mut(lanes).zip(sums) {
        for (out, sum) in out[start..].iter_mut().zip(sums) {
            sum.store(out);
        }
    }
}

#[inline(always)]
fn softmax<V: Vector>(scores: &mut [f32]) {
    let mut most = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = scores.as_chunks::<LANES>();
    for chunk in chunks {
        for (most, score) in most.iter_mut().zip(chunk) {
            *most = if *score > *most { *score } else { *most };
        }
    }
    let most = most.iter().chain(rest).copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sums = [0.0_f32; LANES];
    let (chunks, rest) = scores.as_chunks_mut::<LANES>();
    for chunk in chunks {
        for (sum, score) in sums.iter_mut().zip(chunk) {
            *score = exp::<V>(*score - most);
            *sum += *score;
        }
    }
    let mut sum = sums.iter().sum::<f32>();
    for score in rest {
        *score = exp::<V>(*score - most);
        sum += *score;
    }
    let inverse = sum.recip();
    scores.iter_mut().for_each(|score| *score *= inverse);
}
