//! Names in Hugging Face checkpoints, as a table, and how modules are fused into this crate's matrices.

use super::config::ModelConfig;

/// Embedding, `[vocab, d]`.
pub const EMBEDDING: &str = "model.embed_tokens.weight";
/// Last normalization, `[d]`.
pub const FINAL_NORM: &str = "model.norm.weight";
/// Output projection, `[vocab, d]`; absent where it is tied to the embedding.
pub const LM_HEAD: &str = "lm_head.weight";
/// Normalization before attention, `[d]`.
pub const INPUT_NORM: &str = "input_layernorm.weight";
/// Normalization before the MLP, `[d]`.
pub const POST_NORM: &str = "post_attention_layernorm.weight";
/// Normalization of queries (Qwen3), `[hd]`.
pub const Q_NORM: &str = "self_attn.q_norm.weight";
/// Normalization of keys (Qwen3), `[hd]`.
pub const K_NORM: &str = "self_attn.k_norm.weight";

/// The linear layers of a block as they are computed: modules that read the same input are one matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// `q_proj | k_proj | v_proj`
    Qkv,
    /// `o_proj`
    O,
    /// `gate_proj | up_proj`
    GateUp,
    /// `down_proj`
    Down,
}

impl Slot {
    /// All, in the order of the computation.
    pub const ALL: [Self; 4] = [Self::Qkv, Self::O, Self::GateUp, Self::Down];

    /// The modules of the slot with their output widths, in the order of their columns.
    pub fn modules(self, c: &ModelConfig) -> Vec<(&'static str, usize)> {
        let (q, kv) = c.widths();
        match self {
            Self::Qkv => vec![("q_proj", q), ("k_proj", kv), ("v_proj", kv)],
            Self::O => vec![("o_proj", c.d_model)],
            Self::GateUp => vec![("gate_proj", c.d_ff), ("up_proj", c.d_ff)],
            Self::Down => vec![("down_proj", c.d_model)],
        }
    }

    /// Input width.
    pub fn in_features(self, c: &ModelConfig) -> usize {
        match self {
            Self::Qkv | Self::GateUp => c.d_model,
            Self::O => c.widths().0,
            Self::Down => c.d_ff,
        }
    }

    /// Output width of all modules together.
    pub fn out_features(self, c: &ModelConfig) -> usize {
        self.modules(c).iter().map(|(_, width)| width).sum()
    }

    /// Whether the modules have biases.
    pub fn has_bias(self, c: &ModelConfig) -> bool {
        match self {
            Self::Qkv => c.qkv_bias,
            Self::O => c.o_bias,
            Self::GateUp | Self::Down => c.mlp_bias,
        }
    }

    /// `self_attn` or `mlp`.
    pub fn parent(self) -> &'static str {
        match self {
            Self::Qkv | Self::O => "self_attn",
            Self::GateUp | Self::Down => "mlp",
        }
    }
}

/// `model.layers.{layer}.{rest}`
pub fn in_layer(layer: usize, rest: &str) -> String {
    format!("model.layers.{layer}.{rest}")
}

/// `model.layers.{layer}.{parent}.{module}.{weight|bias}`
pub fn linear(layer: usize, slot: Slot, module: &str, part: &str) -> String {
    format!("model.layers.{layer}.{}.{module}.{part}", slot.parent())
}

/// Tensors that checkpoints may carry and that no computation needs.
pub fn is_ignored(name: &str, tied: bool) -> bool {
    name.ends_with(".rotary_emb.inv_freq") || (tied && name == LM_HEAD)
}
