//! A set of LoRA pairs for a whole decoder.

use std::collections::BTreeMap;

use super::names::Slot;
use crate::nn::{Matrix, lora::LoraPair};

/// The pairs of one block, by slot.
#[derive(Debug, Clone, Default)]
pub struct LayerLora {
    pairs: BTreeMap<Slot, LoraPair>,
}

impl LayerLora {
    /// Pairs by slot; slots without a pair are left as they are.
    pub fn new(pairs: BTreeMap<Slot, LoraPair>) -> Self {
        Self { pairs }
    }

    /// The pair of that slot.
    pub fn get(&self, slot: Slot) -> Option<&LoraPair> {
        self.pairs.get(&slot)
    }

    /// Slots that carry a pair, with the pairs, in the order of the computation.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &LoraPair)> {
        self.pairs.iter().map(|(slot, pair)| (*slot, pair))
    }
}

/// The adapter of a decoder: what training changes while the base weights stay.
#[derive(Debug, Clone, Default)]
pub struct LoraWeights {
    /// One entry per block.
    pub layers: Vec<LayerLora>,
    /// Token ids from which on the adapter is at work: an activated adapter, PEFT's `alora_invocation_tokens`. What stands before them is left
    /// to the model as it is. Empty for an adapter that is at work everywhere.
    pub invocation: Vec<u32>,
}

impl LoraWeights {
    /// All trainable matrices in a fixed order: per block and slot `A`, then `B`.
    pub fn parameters(&self) -> Vec<Matrix> {
        let pairs = self.layers.iter().flat_map(|layer| layer.pairs.values());
        pairs.flat_map(|pair| [pair.a.clone(), pair.b.clone()]).collect()
    }

    /// The inverse of [`LoraWeights::parameters`]; `None` when the number of matrices differs.
    pub fn with_parameters(&self, parameters: Vec<Matrix>) -> Option<Self> {
        let mut next = parameters.into_iter();
        let mut set = self.clone();
        for layer in &mut set.layers {
            for pair in layer.pairs.values_mut() {
                pair.a = next.next()?;
                pair.b = next.next()?;
            }
        }
        next.next().is_none().then_some(set)
    }

    /// Where the adapter begins to be at work: at the last place of its invocation. `None` where the ids lack it, and the adapter does
    /// nothing.
    pub fn start(&self, ids: &[u32]) -> Option<usize> {
        if self.invocation.is_empty() {
            return Some(0);
        }
        ids.windows(self.invocation.len()).rposition(|ids| ids == self.invocation)
    }

    /// Number of trained weights; zeros outside the blocks of a fused `B` do not count.
    pub fn count(&self) -> usize {
        let pairs = self.layers.iter().flat_map(|layer| layer.pairs.values());
        pairs.map(|pair| pair.count).sum()
    }
}
