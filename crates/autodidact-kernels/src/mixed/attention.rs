//! Causal grouped-query attention, 32 queries at a time against all keys before them, with the rotary embedding on the way
//! in. Keys and values of earlier positions may stand before those of the call: they get no gradient. The scores of a strip of
//! queries are written, used and forgotten; the backward pass computes them again from the queries, the keys and the logarithms
//! of the sums (Dao et al., 2022, arXiv 2205.14135).

use std::{arch::x86_64::*, mem::MaybeUninit, ops::Range};

use super::{
    super::Heads,
    engine::{Engine, Unit},
    packed::{BLOCK, Layout, Packed, Side, View},
    product::{Blocks, Product, multiply, writable},
    simd::{LANES, dot, exp, exp_in_place, load, max, store},
};

impl Heads {
    /// Where a head's numbers of a token lie in rows of `width` heads.
    fn at(&self, row: usize, width: usize, head: usize) -> usize {
        (row * width + head) * self.head_dim
    }
}

/// The rotary tables: `[n, queries + kv, head_dim]` each, as in `nn::rotary`.
#[derive(Clone, Copy)]
pub struct Rotary<'a> {
    /// Cosines, with the scale of each head.
    pub cos: &'a [f32],
    /// Sines, with the scale of each head, negative in the first half.
    pub sin: &'a [f32],
}

/// Keys and values of positions before the call's: `[batch, kv, len, head_dim]` each, the keys rotated; or those of one sequence, which all
/// have in common.
#[derive(Debug, Clone, Copy, Default)]
pub struct Past<'a> {
    /// Keys.
    pub keys: &'a [f32],
    /// Values.
    pub values: &'a [f32],
    /// Positions.
    pub len: usize,
}

impl Past<'_> {
    /// The numbers of a head of all sequences.
    fn of<'a>(&self, numbers: &'a [f32], head: usize, head_dim: usize) -> &'a [f32] {
        let each = self.len * head_dim;
        if each == 0 { &[] } else { &numbers[head * each % numbers.len()..][..each] }
    }
}

/// What both passes read.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// `[n, (queries + 2 kv) * head_dim]`
    pub qkv: &'a [f32],
    /// Positions before.
    pub past: Past<'a>,
    /// Tables of the rotary embedding.
    pub rotary: Rotary<'a>,
    /// Sizes.
    pub heads: Heads,
}

/// At most [`BLOCK`] queries in a row of one sequence.
struct Strip {
    /// Its place among the strips.
    block: usize,
    /// The first query, as a token of the call.
    from: usize,
    /// Queries.
    height: usize,
    /// Positions that the last query sees, those before the call among them.
    seen: usize,
}

impl Input<'_> {
    /// Positions of a sequence, those before the call among them.
    fn positions(&self) -> usize {
        self.past.len + self.heads.tokens
    }

    /// Columns of the scores of a strip in memory.
    fn stride(&self) -> usize {
        self.positions().next_multiple_of(BLOCK)
    }

    /// The strips of a sequence.
    fn strips(&self) -> impl Iterator<Item = Strip> {
        let (past, tokens) = (self.past.len, self.heads.tokens);
        (0..tokens.div_ceil(BLOCK)).map(move |block| {
            let from = block * BLOCK;
            let height = BLOCK.min(tokens - from);
            Strip { block, from, height, seen: past + from + height }
        })
    }

    /// Query heads that read the same keys and values.
    fn queries_of(&self, head: usize) -> Range<usize> {
        let group = self.heads.queries / self.heads.kv;
        head * group..(head + 1) * group
    }

    /// The rotated keys of a head, and its values: `[past + tokens, head_dim]` each.
    #[target_feature(enable = "avx512f")]
    fn keys_values(&self, sequence: usize, head: usize, keys: &mut Vec<f32>, values: &mut Vec<f32>) {
        let Heads { tokens, queries, kv, head_dim, .. } = self.heads;
        let past = self.past;
        for (all, numbers) in [(&mut *keys, past.keys), (&mut *values, past.values)] {
            all.clear();
            all.extend_from_slice(past.of(numbers, sequence * kv + head, head_dim));
            all.resize((past.len + tokens) * head_dim, 0.0);
        }
        self.rotate(sequence, queries + head, &mut keys[past.len * head_dim..]);
        for (i, value) in values[past.len * head_dim..].chunks_exact_mut(head_dim).enumerate() {
            let at = self.heads.at(sequence * tokens + i, queries + 2 * kv, queries + kv + head);
            value.copy_from_slice(&self.qkv[at..at + head_dim]);
        }
    }

    /// One head of all tokens of a sequence, rotated and scaled, `[tokens, head_dim]`.
    #[target_feature(enable = "avx512f")]
    fn rotate(&self, sequence: usize, head: usize, out: &mut [f32]) {
        let (heads, rotary) = (self.heads, self.rotary);
        let (hd, half) = (heads.head_dim, heads.head_dim / 2);
        for (i, out) in out.chunks_exact_mut(hd).enumerate() {
            let row = sequence * heads.tokens + i;
            let x = &self.qkv[heads.at(row, heads.queries + 2 * heads.kv, head)..][..hd];
            let table = heads.at(row, heads.queries + heads.kv, head);
            let (cos, sin) = (&rotary.cos[table..][..hd], &rotary.sin[table..][..hd]);
            let turn = |out: &mut [f32], x: &[f32], other: &[f32], cos: &[f32], sin: &[f32]| {
                for ((out, (x, other)), (cos, sin)) in out.iter_mut().zip(x.iter().zip(other)).zip(cos.iter().zip(sin))
                {
                    *out = x * cos + other * sin;
                }
            };
            turn(&mut out[..half], &x[..half], &x[half..], &cos[..half], &sin[..half]);
            turn(&mut out[half..], &x[half..], &x[..half], &cos[half..], &sin[half..]);
        }
    }
}

/// Memory that every call uses again.
#[derive(Default)]
pub struct Scratch {
    rotated: Vec<f32>,
    all_keys: Vec<f32>,
    all_values: Vec<f32>,
    scores: Vec<f32>,
    slopes: Vec<f32>,
    dkeys: Vec<f32>,
    dvalues: Vec<f32>,
    part: Vec<f32>,
    factors: Factors,
}

/// Packed factors of products.
#[derive(Default)]
struct Factors {
    /// The keys of a head: of the scores, and of the gradient of the queries.
    keys: Packed,
    keys_back: Packed,
    values: Packed,
    /// The queries of a head.
    queries: Packed,
    /// The gradient of a head's output.
    dheads: Packed,
    /// The probabilities of a strip, or the gradients of its scores.
    strip: Packed,
    /// One of both the other way round, and what it is multiplied with.
    turned: Packed,
    right: Packed,
}

impl Scratch {
    /// Room for one strip and the queries of one head.
    fn fit(&mut self, input: &Input<'_>) {
        let Heads { tokens, head_dim, .. } = input.heads;
        self.rotated.resize(tokens * head_dim, 0.0);
        self.part.resize(BLOCK * head_dim, 0.0);
        for scores in [&mut self.scores, &mut self.slopes] {
            scores.resize(BLOCK * input.stride(), 0.0);
        }
    }
}

/// The transpose of [`Input::rotate`] for the gradient of one head of one token.
#[target_feature(enable = "avx512f")]
fn rotate_back(dy: &[f32], cos: &[f32], sin: &[f32], out: &mut [MaybeUninit<f32>]) {
    let (low, high) = dy.split_at(dy.len() / 2);
    let (cos_low, cos_high) = cos.split_at(low.len());
    let (sin_low, sin_high) = sin.split_at(low.len());
    let (out_low, out_high) = out.split_at_mut(low.len());
    for i in 0..low.len() {
        out_low[i].write(low[i] * cos_low[i] + high[i] * sin_high[i]);
        out_high[i].write(high[i] * cos_high[i] + low[i] * sin_low[i]);
    }
}

/// `heads [n, queries * head_dim]` from `qkv`, and the logarithm of each row's sum of exponentials, `[queries, n]`.
///
/// # Safety
/// The processor must offer what [`Engine::detect`] asks for.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]
pub unsafe fn forward(
    engine: Engine,
    input: Input<'_>,
    out: &mut [MaybeUninit<f32>],
    log_sums: &mut [f32],
    scratch: &mut Scratch,
) {
    let Input { past: Past { len: past, .. }, heads, .. } = input;
    let Heads { batch, tokens: t, queries, kv, head_dim: hd } = heads;
    let (all, stride) = (input.positions(), input.stride());
    scratch.fit(&input);
    let Scratch { rotated, all_keys, all_values, scores, part, factors, .. } = scratch;
    let Factors { keys, values, queries: all_queries, strip: weights, .. } = factors;
    // SAFETY: the caller vouches for the instructions.
    unsafe {
        let unit = Unit::ready(engine);
        for sequence in 0..batch {
            let first = sequence * t;
            for head in 0..kv {
                input.keys_values(sequence, head, all_keys, all_values);
                keys.pack(View::new(all_keys, all, hd), Side::Right, Layout::RowPerOuter);
                values.pack(View::new(all_values, all, hd), Side::Right, Layout::RowPerInner);
                for query in input.queries_of(head) {
                    input.rotate(sequence, query, rotated);
                    all_queries.pack(View::new(rotated, t, hd), Side::Left, Layout::RowPerOuter);
                    for Strip { block, from, height, seen } in input.strips() {
                        let to = Product { rows: height, cols: seen, stride, add: false };
                        multiply(
                            &unit,
                            Blocks { of: all_queries, first: block },
                            keys,
                            all_queries.depth(),
                            writable(scores),
                            to,
                        );
                        let mut inverse = [0.0; BLOCK];
                        for (i, line) in scores.chunks_exact_mut(stride).take(height).enumerate() {
                            let (visible, hidden) = line[..seen].split_at_mut(past + from + i + 1);
                            hidden.fill(0.0);
                            let shift = max(visible);
                            let sum = exp_in_place(visible, shift);
                            inverse[i] = 1.0 / sum;
                            log_sums[query * batch * t + first + from + i] = shift + sum.ln();
                        }
                        weights.pack(View::strided(scores, height, seen, stride), Side::Left, Layout::RowPerOuter);
                        let to = Product { rows: height, cols: hd, stride: hd, add: false };
                        multiply(&unit, Blocks::all(weights), values, weights.depth(), writable(part), to);
                        for (i, line) in part.chunks_exact(hd).take(height).enumerate() {
                            let target = &mut out[heads.at(first + from + i, queries, query)..][..hd];
                            for (o, x) in target.iter_mut().zip(line) {
                                o.write(x * inverse[i]);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the forward pass left.
#[derive(Clone, Copy)]
pub struct Saved<'a> {
    /// `[n, queries * head_dim]`
    pub out: &'a [f32],
    /// `[queries, n]`
    pub log_sums: &'a [f32],
}

/// The gradient of `qkv`, with its shape.
///
/// # Safety
/// The processor must offer what [`Engine::detect`] asks for.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")]
pub unsafe fn backward(
    engine: Engine,
    input: Input<'_>,
    saved: Saved<'_>,
    dout: &[f32],
    dqkv: &mut [MaybeUninit<f32>],
    scratch: &mut Scratch,
) {
    let Input { past: Past { len: past, .. }, rotary, heads, .. } = input;
    let Heads { batch, tokens: t, queries, kv, head_dim: hd } = heads;
    let (all, stride, width) = (input.positions(), input.stride(), queries * hd);
    let Saved { out, log_sums } = saved;
    scratch.fit(&input);
    let Scratch { rotated, all_keys, all_values, scores, slopes, dkeys, dvalues, part, factors } = scratch;
    let Factors { keys, keys_back, values, queries: all_queries, dheads: all_dheads, strip: dscores, turned, right } =
        factors;
    let table = |token: usize, head: usize| {
        let at = heads.at(token, queries + kv, head);
        (&rotary.cos[at..at + hd], &rotary.sin[at..at + hd])
    };
    // SAFETY: the caller vouches for the instructions.
    unsafe {
        let unit = Unit::ready(engine);
        for sequence in 0..batch {
            let first = sequence * t;
            for head in 0..kv {
                input.keys_values(sequence, head, all_keys, all_values);
                keys.pack(View::new(all_keys, all, hd), Side::Right, Layout::RowPerOuter);
                keys_back.pack(View::new(all_keys, all, hd), Side::Right, Layout::RowPerInner);
                values.pack(View::new(all_values, all, hd), Side::Right, Layout::RowPerOuter);
                for gradient in [&mut *dkeys, &mut *dvalues] {
                    gradient.clear();
                    gradient.resize(t * hd, 0.0);
                }
                for query in input.queries_of(head) {
                    input.rotate(sequence, query, rotated);
                    all_queries.pack(View::new(rotated, t, hd), Side::Left, Layout::RowPerOuter);
                    let dheads = &dout[first * width + query * hd..];
                    all_dheads.pack(View::strided(dheads, t, hd, width), Side::Left, Layout::RowPerOuter);
                    for Strip { block, from, height, seen } in input.strips() {
                        let to = Product { rows: height, cols: seen, stride, add: false };
                        multiply(
                            &unit,
                            Blocks { of: all_queries, first: block },
                            keys,
                            all_queries.depth(),
                            writable(scores),
                            to,
                        );
                        multiply(
                            &unit,
                            Blocks { of: all_dheads, first: block },
                            values,
                            all_dheads.depth(),
                            writable(slopes),
                            to,
                        );
                        let lines = scores.chunks_exact_mut(stride).zip(slopes.chunks_exact_mut(stride));
                        for (i, (line, slope)) in lines.take(height).enumerate() {
                            let token = first + from + i;
                            let at = heads.at(token, queries, query);
                            let total = dot(&dout[at..at + hd], &out[at..at + hd]);
                            let log_sum = log_sums[query * batch * t + token];
                            let last = past + from + i + 1;
                            line[last..seen].fill(0.0);
                            slope[last..seen].fill(0.0);
                            slopes_of(&mut line[..last], &mut slope[..last], log_sum, total);
                        }
                        // Queries.
                        dscores.pack(View::strided(slopes, height, seen, stride), Side::Left, Layout::RowPerOuter);
                        let to = Product { rows: height, cols: hd, stride: hd, add: false };
                        multiply(&unit, Blocks::all(dscores), keys_back, dscores.depth(), writable(part), to);
                        for (i, line) in part.chunks_exact(hd).take(height).enumerate() {
                            let token = first + from + i;
                            let (cos, sin) = table(token, query);
                            let at = heads.at(token, queries + 2 * kv, query);
                            rotate_back(line, cos, sin, &mut dqkv[at..at + hd]);
                        }
                        // Keys and values of the call.
                        let to = Product { rows: seen - past, cols: hd, stride: hd, add: true };
                        let new = View::strided(&slopes[past..], height, seen - past, stride);
                        turned.pack(new, Side::Left, Layout::RowPerInner);
                        right.pack(View::new(&rotated[from * hd..], height, hd), Side::Right, Layout::RowPerInner);
                        multiply(&unit, Blocks::all(turned), right, turned.depth(), writable(dkeys), to);
                        let new = View::strided(&scores[past..], height, seen - past, stride);
                        turned.pack(new, Side::Left, Layout::RowPerInner);
                        let dheads = View::strided(&dheads[from * width..], height, hd, width);
                        right.pack(dheads, Side::Right, Layout::RowPerInner);
                        multiply(&unit, Blocks::all(turned), right, turned.depth(), writable(dvalues), to);
                    }
                }
                for (i, (dkey, dvalue)) in dkeys.chunks_exact(hd).zip(dvalues.chunks_exact(hd)).enumerate() {
                    let (cos, sin) = table(first + i, queries + head);
                    let at = heads.at(first + i, queries + 2 * kv, queries + head);
                    rotate_back(dkey, cos, sin, &mut dqkv[at..at + hd]);
                    let at = heads.at(first + i, queries + 2 * kv, queries + kv + head);
                    dqkv[at..at + hd].write_copy_of_slice(dvalue);
                }
            }
        }
    }
}

/// Scores to probabilities `p`, and gradients of probabilities `dp` to those of scores, `p (dp - total)`.
#[target_feature(enable = "avx512f")]
fn slopes_of(scores: &mut [f32], slopes: &mut [f32], log_sum: f32, total: f32) {
    let (shift, total) = (_mm512_set1_ps(log_sum), _mm512_set1_ps(total));
    for at in (0..scores.len()).step_by(LANES) {
        let p = exp(_mm512_sub_ps(load(scores, at), shift));
        store(scores, at, p);
        store(slopes, at, _mm512_mul_ps(p, _mm512_sub_ps(load(slopes, at), total)));
    }
}
