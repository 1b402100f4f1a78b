//! The weights of a decoder, as the matrices that are computed with.

use burn::tensor::Tensor;

use super::{config::ModelConfig, names::Slot};
use crate::nn::{Matrix, linear::Linear, quantized::Quantized, table::Table, weight::Weight};

/// All weights. Tensors are shared on clone.
#[derive(Debug, Clone)]
pub struct Weights {
    /// `[vocab, d]`
    pub embedding: Table,
    /// Blocks, first to last.
    pub layers: Vec<LayerWeights>,
    /// `[1, d]`
    pub final_norm: Matrix,
    /// `[vocab, d]`; `None` where it is the embedding.
    pub lm_head: Option<Table>,
}

/// A part of the weights.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// A matrix in f32 on the device.
    Matrix(&'a Matrix),
    /// The matrix of a linear layer.
    Weight(&'a Weight),
    /// The embedding, or the output projection.
    Table(&'a Table),
}

impl Part<'_> {
    /// The part in f32.
    pub fn full(self) -> Matrix {
        match self {
            Self::Matrix(matrix) => matrix.clone(),
            Self::Weight(weight) => weight.full(),
            Self::Table(table) => table.full(),
        }
    }

    /// The part, where it is quantized.
    pub fn quantized(&self) -> Option<&Quantized> {
        match self {
            Self::Weight(Weight::Quantized(weight)) | Self::Table(Table::Quantized(weight)) => Some(weight),
            _ => None,
        }
    }
}

/// The weights of one block.
#[derive(Debug, Clone)]
pub struct LayerWeights {
    /// `[1, d]`
    pub input_norm: Matrix,
    /// `[1, d]`
    pub post_norm: Matrix,
    /// `[d, (h + 2 kv) hd]`
    pub qkv: Linear,
    /// `[h hd, d]`
    pub o: Linear,
    /// `[d, 2 ff]`
    pub gate_up: Linear,
    /// `[ff, d]`
    pub down: Linear,
    /// Gains of the normalized queries and keys, both `[1, hd]`.
    pub qk_norm: Option<(Matrix, Matrix)>,
    /// The same, repeated for every head: `[1, h + kv, hd]`.
    qk_gain: Option<Tensor<3>>,
}

impl LayerWeights {
    /// Puts a block together.
    pub fn new(
        input_norm: Matrix,
        post_norm: Matrix,
        [qkv, o, gate_up, down]: [Linear; 4],
        qk_norm: Option<(Matrix, Matrix)>,
        config: &ModelConfig,
    ) -> Self {
        let qk_gain = qk_norm.as_ref().map(|(q, k)| {
            let repeat = |gain: &Matrix, heads: usize| gain.clone().repeat_dim(0, heads);
            let both = Matrix::cat(vec![repeat(q, config.n_heads), repeat(k, config.n_kv_heads)], 0);
            both.reshape([1, config.n_heads + config.n_kv_heads, config.head_dim])
        });
        Self { input_norm, post_norm, qkv, o, gate_up, down, qk_norm, qk_gain }
    }

    /// The linear layer of a slot.
    pub fn linear(&self, slot: Slot) -> &Linear {
        match slot {
            Slot::Qkv => &self.qkv,
            Slot::O => &self.o,
            Slot::GateUp => &self.gate_up,
            Slot::Down => &self.down,
        }
    }

    /// `[1, h + kv, hd]`
    pub fn qk_gain(&self) -> Option<Tensor<3>> {
        self.qk_gain.clone()
    }
}

impl Weights {
    /// True where the linear layers are in few bits.
    pub fn is_quantized(&self) -> bool {
        self.layers
            .iter()
            .any(|layer| Slot::ALL.iter().any(|slot| matches!(layer.linear(*slot).weight, Weight::Quantized(_))))
    }

    /// All matrices in a fixed order: embedding, per block (norms, then weight and bias of each slot, then the query and
    /// key gains), final norm, output projection.
    pub fn parts(&self) -> Vec<Part<'_>> {
        let mut all = vec![Part::Table(&self.embedding)];
        for layer in &self.layers {
            all.extend([&layer.input_norm, &layer.post_norm].map(Part::Matrix));
            for slot in Slot::ALL {
                let linear = layer.linear(slot);
                all.push(Part::Weight(&linear.weight));
                all.extend(linear.bias.as_ref().map(Part::Matrix));
            }
            if let Some((q, k)) = &layer.qk_norm {
                all.extend([q, k].map(Part::Matrix));
            }
        }
        all.push(Part::Matrix(&self.final_norm));
        all.extend(self.lm_head.as_ref().map(Part::Table));
        all
    }

    /// All [parts](Weights::parts) in f32: what is trained.
    pub fn parameters(&self) -> Vec<Matrix> {
        self.parts().into_iter().map(Part::full).collect()
    }

    /// The inverse of [`Weights::parameters`], all in f32; `None` when the number of matrices differs.
    pub fn with_parameters(&self, parameters: Vec<Matrix>, config: &ModelConfig) -> Option<Self> {
        let mut next = parameters.into_iter();
        let embedding = Table::Full(next.next()?);
        let mut layers = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let (input_norm, post_norm) = (next.next()?, next.next()?);
            let mut linear = |slot: Slot| -> Option<Linear> {
                let weight = next.next()?.into();
                let bias = match layer.linear(slot).bias {
                    Some(_) => Some(next.next()?),
                    None => None,
                };
                Some(Linear { weight, bias })
            };
            let linears = [linear(Slot::Qkv)?, linear(Slot::O)?, linear(Slot::GateUp)?, linear(Slot::Down)?];
            let qk_norm = match layer.qk_norm {
                Some(_) => Some((next.next()?, next.next()?)),
                None => None,
            };
            layers.push(LayerWeights::new(input_norm, post_norm, linears, qk_norm, config));
        }
        let final_norm = next.next()?;
        let lm_head = match self.lm_head {
            Some(_) => Some(Table::Full(next.next()?)),
            None => None,
        };
        next.next().is_none().then_some(Self { embedding, layers, final_norm, lm_head })
    }

    /// `[vocab, d]`: the output projection, tied or not.
    pub fn head(&self) -> &Table {
        self.lm_head.as_ref().unwrap_or(&self.embedding)
    }
}
