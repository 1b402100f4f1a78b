//! Keys and values of the positions so far.

use std::sync::Arc;

use crate::lanes::{LANES, Lanes};

/// Parts from which on a copy shares one.
const MOST_PARTS: usize = 6;
/// Positions for which a head that is full makes room at once, at least.
const MORE: usize = 64;

/// Keys and values of one head of one layer, for one sequence.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    /// Blocks of eight positions, in them dimensions, in them positions. The last block is filled up with zeros.
    keys: Vec<Lanes>,
    /// Positions, in them dimensions, filled up with zeros.
    values: Vec<Lanes>,
}

impl Head {
    /// Makes room for so many positions in all, and for no others.
    fn reserve(&mut self, positions: usize, head_dim: usize) {
        let blocks = positions.div_ceil(LANES);
        let more = |lanes: &mut Vec<Lanes>, all: usize| lanes.reserve_exact(all.saturating_sub(lanes.len()));
        more(&mut self.keys, blocks * head_dim);
        more(&mut self.values, blocks * LANES * head_dim.div_ceil(LANES));
    }

    /// Forgets the positions from `len` on.
    fn truncate(&mut self, len: usize, head_dim: usize) {
        self.keys.truncate(len.div_ceil(LANES) * head_dim);
        self.values.truncate(len * head_dim.div_ceil(LANES));
        if !len.is_multiple_of(LANES) {
            let last = self.keys.len() - head_dim;
            self.keys[last..].iter_mut().for_each(|lanes| lanes[len % LANES..].fill(0.0));
        }
    }

    /// Appends a position behind `len` others.
    pub(super) fn push(&mut self, len: usize, key: &[f32], value: &[f32]) {
        let begins = len.is_multiple_of(LANES);
        let full = |lanes: &Vec<Lanes>, more: usize| lanes.capacity() - lanes.len() < more;
        if (begins && full(&self.keys, key.len())) || full(&self.values, value.len().div_ceil(LANES)) {
            // Not twice as many: what is behind the last position is memory lost, and what was outgrown is a hole.
            self.reserve(len + MORE.max(len / 4), key.len());
        }
        if begins {
            self.keys.resize(self.keys.len() + key.len(), [0.0; LANES]);
        }
        let start = self.keys.len() - key.len();
        for (lanes, x) in self.keys[start..].iter_mut().zip(key) {
            lanes[len % LANES] = *x;
        }
        let (whole, rest) = value.as_chunks::<LANES>();
        self.values.extend_from_slice(whole);
        if !rest.is_empty() {
            let mut last = [0.0; LANES];
            last[..rest.len()].copy_from_slice(rest);
            self.values.push(last);
        }
    }

    /// Blocks of eight positions, each with a row for each dimension.
    pub(super) fn blocks(&self, head_dim: usize) -> impl Iterator<Item = &[Lanes]> {
        self.keys.chunks_exact(head_dim)
    }

    /// The values of the positions: as many lanes for each as hold its dimensions.
    pub(super) fn values(&self) -> &[Lanes] {
        &self.values
    }

    fn value(&self, at: usize, head_dim: usize) -> &[f32] {
        let lanes = head_dim.div_ceil(LANES);
        &self.values[at * lanes..][..lanes].as_flattened()[..head_dim]
    }

    /// The key of a position.
    fn key(&self, at: usize, head_dim: usize) -> impl Iterator<Item = f32> {
        self.keys[at / LANES * head_dim..][..head_dim].iter().map(move |lanes| lanes[at % LANES])
    }

    /// Appends the first positions of another head.
    fn extend(&mut self, len: usize, other: &Self, count: usize, head_dim: usize) {
        for at in 0..count {
            let key: Vec<f32> = other.key(at, head_dim).collect();
            self.push(len + at, &key, other.value(at, head_dim));
        }
    }
}

/// Positions that several copies share.
#[derive(Debug, Clone)]
struct Shared {
    /// Layers, in them heads.
    heads: Arc<Vec<Head>>,
    /// How many of its positions count.
    len: usize,
}

/// Keys and values of all layers for a batch of sequences of equal length. A copy shares the positions so far.
#[derive(Debug, Clone)]
pub struct KeysValues {
    layers: usize,
    batch: usize,
    kv: usize,
    head_dim: usize,
    /// Common to all sequences, in their order.
    shared: Vec<Shared>,
    /// Layers, in them sequences, in them heads.
    own: Arc<Vec<Head>>,
    own_len: usize,
    /// Own positions for which there is room once there is one.
    room: usize,
}

impl KeysValues {
    /// No position yet.
    pub fn new(layers: usize, batch: usize, kv: usize, head_dim: usize) -> Self {
        let own = Arc::new(vec![Head::default(); layers * batch * kv]);
        Self { layers, batch, kv, head_dim, shared: Vec::new(), own, own_len: 0, room: 0 }
    }

    /// The same, which will take so many more positions. More are no error, and cost time.
    pub fn with_room(self, positions: usize) -> Self {
        Self { room: self.own_len + positions, ..self }
    }

    /// Positions.
    pub fn len(&self) -> usize {
        self.shared_len() + self.own_len
    }

    /// True before the first position.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sequences.
    pub fn batch(&self) -> usize {
        self.batch
    }

    pub(super) fn shared_len(&self) -> usize {
        self.shared.iter().map(|part| part.len).sum()
    }

    pub(super) fn own_len(&self) -> usize {
        self.own_len
    }

    pub(super) fn kv(&self) -> usize {
        self.kv
    }

    pub(super) fn head_dim(&self) -> usize {
        self.head_dim
    }

    /// The first `len` positions of a single sequence, for a batch that goes on from there. Nothing is copied.
    pub fn fork(&self, batch: usize, len: usize) -> Self {
        debug_assert_eq!(self.batch, 1, "only a single sequence is forked");
        let mut shared = self.shared.clone();
        if self.own_len > 0 {
            shared.push(Shared { heads: self.own.clone(), len: self.own_len });
        }
        let mut left = len;
        for part in &mut shared {
            part.len = part.len.min(left);
            left -= part.len;
        }
        shared.retain(|part| part.len > 0);
        if shared.len() > MOST_PARTS {
            shared = vec![self.joined(&shared)];
        }
        Self { batch, shared, ..Self::new(self.layers, batch, self.kv, self.head_dim) }
    }

    /// Forgets the positions of a single sequence from `len` on, in place where nobody shares them.
    pub fn truncate(&mut self, len: usize) {
        let (shared, head_dim) = (self.shared_len(), self.head_dim);
        match Arc::get_mut(&mut self.own) {
            Some(own) if len >= shared => {
                self.own_len = self.own_len.min(len - shared);
                own.iter_mut().for_each(|head| head.truncate(self.own_len, head_dim));
            }
            _ => *self = self.fork(self.batch, len),
        }
    }

    /// One part of several.
    fn joined(&self, parts: &[Shared]) -> Shared {
        let mut heads = vec![Head::default(); self.layers * self.kv];
        let all = parts.iter().map(|part| part.len).sum();
        heads.iter_mut().for_each(|head| head.reserve(all, self.head_dim));
        let mut len = 0;
        for part in parts {
            for (head, other) in heads.iter_mut().zip(part.heads.iter()) {
                head.extend(len, other, part.len, self.head_dim);
            }
            len += part.len;
        }
        Shared { heads: Arc::new(heads), len }
    }

    /// The heads of a layer that may be written: sequences, in them heads.
    pub(super) fn own_of(&mut self, layer: usize) -> &mut [Head] {
        let (width, head_dim) = (self.batch * self.kv, self.head_dim);
        let heads = &mut Arc::make_mut(&mut self.own)[layer * width..][..width];
        // Before the first position, and behind those of a copy that was shared.
        heads.iter_mut().for_each(|head| head.reserve(self.room, head_dim));
        heads
    }

    /// The parts of a head with their positions, the last of them with `new` more than were counted.
    pub(super) fn parts(&self, layer: usize, sequence: usize, head: usize, new: usize) -> Vec<(&Head, usize)> {
        let shared = self.shared.iter().map(|part| (&part.heads[layer * self.kv + head], part.len));
        let own = &self.own[(layer * self.batch + sequence) * self.kv + head];
        shared.chain([(own, self.own_len + new)]).collect()
    }

    /// Counts `new` positions, after all layers have written them.
    pub fn advance(&mut self, new: usize) {
        self.own_len += new;
    }

    /// Keys and values of a layer, `[sequences, kv, len, head_dim]` each: of one sequence where all have the same ones.
    pub fn written(&self, layer: usize) -> [Vec<f32>; 2] {
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        let sequences = if self.own_len == 0 { 1 } else { self.batch };
        for sequence in 0..sequences {
            for head in 0..self.kv {
                for (head, len) in self.parts(layer, sequence, head, 0) {
                    for at in 0..len {
                        keys.extend(head.key(at, self.head_dim));
                        values.extend_from_slice(head.value(at, self.head_dim));
                    }
                }
            }
        }
        [keys, values]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD_DIM: usize = 20;

    /// Writes positions, and gives those for which the first head has room: of its keys, and of its values.
    fn room(cache: &mut KeysValues, positions: usize) -> [usize; 2] {
        for _ in 0..positions {
            let len = cache.own_len;
            for head in cache.own_of(0) {
                head.push(len, &[1.0; HEAD_DIM], &[2.0; HEAD_DIM]);
            }
            cache.advance(1);
        }
        let head = &cache.own[0];
        [head.keys.capacity() / HEAD_DIM * LANES, head.values.capacity() / HEAD_DIM.div_ceil(LANES)]
    }

    #[test]
    fn there_is_room_for_what_was_said_and_little_more() {
        let mut cache = KeysValues::new(1, 1, 1, HEAD_DIM).with_room(253);
        assert_eq!(room(&mut cache, 1), [256; 2]);
        assert_eq!(room(&mut cache, 255), [256; 2]);
        // Keys and values grow at the same position, by a quarter.
        assert_eq!(room(&mut cache, 1), [320; 2]);
        assert_eq!(room(&mut cache, 64), [400; 2]);
        assert_eq!(room(&mut cache, 180), [504; 2]);
    }

    #[test]
    fn a_copy_that_was_shared_has_the_same_room() {
        let mut cache = KeysValues::new(1, 1, 1, HEAD_DIM).with_room(512);
        room(&mut cache, 300);
        let kept = cache.clone();
        assert_eq!(room(&mut cache, 1), [512; 2]);
        assert_eq!((kept.len(), cache.len()), (300, 301));
    }
}
