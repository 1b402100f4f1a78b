//! The key/value cache of a generation: made fresh per prompt, or forked from a shared prefix.

use burn::tensor::{Device, Tensor};

/// Cache lengths are multiples of this many positions, so that a generation meets few distinct tensor shapes.
pub const BUCKET: usize = 64;

/// Keys and values of all layers for a batch of sequences of equal length.
///
/// Tensors are shared on clone and copied on write: [`KvCache::fork`] is cheap, and two forks never see each other.
#[derive(Debug, Clone)]
pub struct KvCache {
    layers: Vec<(Tensor<4>, Tensor<4>)>,
    len: usize,
    capacity: usize,
}

impl KvCache {
    /// An empty cache for up to `capacity` positions (rounded up to a multiple of [`BUCKET`]).
    pub fn new(
        n_layers: usize,
        batch: usize,
        n_kv_heads: usize,
        head_dim: usize,
        capacity: usize,
        device: &Device,
    ) -> Self {
        let capacity = capacity.div_ceil(BUCKET) * BUCKET;
        let shape = [batch, n_kv_heads, capacity, head_dim];
        let layers = (0..n_layers).map(|_| (Tensor::zeros(shape, device), Tensor::zeros(shape, device))).collect();
        Self { layers, len: 0, capacity }
    }

    /// Positions filled.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True before the first prefill.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Positions that fit.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Bytes of its tensors.
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(|(k, v)| 4 * (k.shape().num_elements() + v.shape().num_elements())).sum()
    }

    /// The first `len` positions, with room for `capacity`.
    pub fn beginning(&self, len: usize, capacity: usize) -> Self {
        Self { len: len.min(self.len), ..self.clone() }.fork(1, capacity)
    }

    /// Positions that attention reads when `new` tokens follow: the smallest bucket that holds them.
    pub fn window(&self, new: usize) -> usize {
        ((self.len + new).div_ceil(BUCKET) * BUCKET).min(self.capacity)
    }

    /// A copy for a batch of `batch` continuations of this (single) sequence, with room for `capacity` positions.
    pub fn fork(&self, batch: usize, capacity: usize) -> Self {
        let capacity = capacity.max(self.len).div_ceil(BUCKET) * BUCKET;
        let resize = |x: &Tensor<4>| {
            let [b, kv, own, hd] = x.dims();
            let x = if own >= capacity {
                x.clone().narrow(2, 0, capacity)
            } else {
                let room = Tensor::zeros([b, kv, capacity - own, hd], &x.device());
                Tensor::cat(vec![x.clone(), room], 2)
            };
            if batch == b { x } else { x.repeat_dim(0, batch) }
        };
        let layers = self.layers.iter().map(|(k, v)| (resize(k), resize(v))).collect();
        Self { layers, len: self.len, capacity }
    }

    /// Writes the new keys and values of one layer behind the filled positions and returns those that attention reads.
    ///
    /// # Shapes
    /// - `k`, `v`: `[b, kv, t, hd]`
    /// - outputs: `[b, kv, window, hd]`
    pub fn write(&mut self, layer: usize, k: Tensor<4>, v: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let [b, kv, t, hd] = k.dims();
        let window = self.window(t);
        let range = [0..b, 0..kv, self.len..self.len + t, 0..hd];
        let (old_k, old_v) = &mut self.layers[layer];
        old_k.inplace(|x| x.slice_assign(range.clone(), k));
        old_v.inplace(|x| x.slice_assign(range, v));
        if window == self.capacity {
            (old_k.clone(), old_v.clone())
        } else {
            (old_k.clone().narrow(2, 0, window), old_v.clone().narrow(2, 0, window))
        }
    }

    /// Counts `t` positions as filled, after all layers have written.
    pub fn advance(&mut self, t: usize) {
        self.len += t;
    }
}
