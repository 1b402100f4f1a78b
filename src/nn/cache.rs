//! The key/value cache of a generation: made fresh per prompt, or forked from a shared prefix.

use autodidact_kernels::{PastPositions, infer::KeysValues};
use burn::tensor::{Device, Tensor, TensorData};

use crate::backend;

/// Lengths on a GPU are multiples of this many positions, so that a generation meets few distinct tensor shapes.
pub const BUCKET: usize = 64;

/// Positions for which a fork makes room on the CPU, at most: an answer may have many tokens, and mostly has few.
const MOST_ROOM: usize = 256;

/// Keys and values of all layers for a batch of sequences of equal length.
///
/// What forks have in common is shared, and two forks never see each other.
#[derive(Debug, Clone)]
pub struct KvCache {
    store: Store,
    layers: usize,
    n_kv_heads: usize,
    head_dim: usize,
    len: usize,
    capacity: usize,
    device: Device,
}

#[derive(Debug, Clone)]
enum Store {
    /// On a GPU, filled up to the capacity: `[b, kv, capacity, hd]`.
    Tensors(Vec<(Tensor<4>, Tensor<4>)>),
    /// In the memory of the CPU, where the kernels read it.
    Host(KeysValues),
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
        let wanted = capacity;
        let capacity = wanted.div_ceil(BUCKET) * BUCKET;
        let shape = [batch, n_kv_heads, capacity, head_dim];
        let store = if *device == backend::cpu() {
            Store::Host(KeysValues::new(n_layers, batch, n_kv_heads, head_dim).with_room(wanted))
        } else {
            let zeros = || Tensor::zeros(shape, device);
            Store::Tensors((0..n_layers).map(|_| (zeros(), zeros())).collect())
        };
        Self { store, layers: n_layers, n_kv_heads, head_dim, len: 0, capacity, device: device.clone() }
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

    /// Bytes of the keys and values: on a GPU with the room for more, on the CPU as if nothing were shared.
    pub fn bytes(&self) -> usize {
        let (batch, positions) = match &self.store {
            Store::Tensors(layers) => (layers.first().map_or(1, |(k, _)| k.dims()[0]), self.capacity),
            Store::Host(host) => (host.batch(), self.len),
        };
        2 * 4 * self.layers * batch * self.n_kv_heads * positions * self.head_dim
    }

    /// The first `len` positions, with room for `capacity`.
    pub fn beginning(&self, len: usize, capacity: usize) -> Self {
        Self { len: len.min(self.len), ..self.clone() }.fork(1, capacity)
    }

    /// Forgets the positions of a single sequence from `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        if let Store::Host(host) = &mut self.store {
            host.truncate(self.len);
        }
    }

    /// Positions that attention reads when `new` tokens follow: on a GPU the smallest bucket that holds them.
    pub fn window(&self, new: usize) -> usize {
        match &self.store {
            Store::Tensors(_) => ((self.len + new).div_ceil(BUCKET) * BUCKET).min(self.capacity),
            Store::Host(_) => self.len + new,
        }
    }

    /// A copy for a batch of `batch` continuations of this (single) sequence, with room for `capacity` positions.
    pub fn fork(&self, batch: usize, capacity: usize) -> Self {
        let wanted = capacity.saturating_sub(self.len);
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
        let store = match &self.store {
            Store::Tensors(layers) => Store::Tensors(layers.iter().map(|(k, v)| (resize(k), resize(v))).collect()),
            Store::Host(host) => Store::Host(host.fork(batch, self.len).with_room(wanted.min(MOST_ROOM))),
        };
        Self { store, capacity, ..self.clone() }
    }

    /// True for a cache in the memory of the CPU.
    pub fn is_on_host(&self) -> bool {
        matches!(self.store, Store::Host(_))
    }

    /// The cache in the memory of the CPU, if it is there.
    pub fn host(&mut self) -> Option<&mut KeysValues> {
        match &mut self.store {
            Store::Tensors(_) => None,
            Store::Host(host) => Some(host),
        }
    }

    /// Keys and values of one layer, where they are in the memory of the CPU.
    pub fn positions(&self, layer: usize) -> Option<PastPositions> {
        match &self.store {
            Store::Tensors(_) => None,
            Store::Host(host) => {
                let [keys, values] = host.written(layer);
                Some(PastPositions { len: self.len, keys, values })
            }
        }
    }

    /// Keys and values of one layer with new ones behind the filled positions, as attention reads them. On a GPU the new ones are kept, on
    /// the CPU [`KeysValues::attend`] keeps them.
    ///
    /// # Shapes
    /// - `k`, `v`: `[b, kv, t, hd]`
    /// - outputs: `[b, kv, window, hd]`
    pub fn write(&mut self, layer: usize, k: Tensor<4>, v: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let [b, kv, t, hd] = k.dims();
        let window = self.window(t);
        let (len, capacity) = (self.len, self.capacity);
        match &mut self.store {
            Store::Tensors(layers) => {
                let range = [0..b, 0..kv, len..len + t, 0..hd];
                let (old_k, old_v) = &mut layers[layer];
                old_k.inplace(|x| x.slice_assign(range.clone(), k));
                old_v.inplace(|x| x.slice_assign(range, v));
                if window == capacity {
                    (old_k.clone(), old_v.clone())
                } else {
                    (old_k.clone().narrow(2, 0, window), old_v.clone().narrow(2, 0, window))
                }
            }
            Store::Host(host) => {
                let [old_k, old_v] = host.written(layer).map(|x| {
                    let sequences = if len == 0 { b } else { x.len() / (kv * len * hd) };
                    let past = Tensor::<4>::from_data(TensorData::new(x, [sequences, kv, len, hd]), &self.device);
                    past.expand([b, kv, len, hd])
                });
                (Tensor::cat(vec![old_k, k], 2), Tensor::cat(vec![old_v, v], 2))
            }
        }
    }

    /// Counts `t` positions as filled, after all layers have written.
    pub fn advance(&mut self, t: usize) {
        self.len += t;
        if let Store::Host(host) = &mut self.store {
            host.advance(t);
        }
    }
}
