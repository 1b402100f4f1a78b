//! Layers with a hand-written backward pass: linear with an optional LoRA pair, RMSNorm, rotary embedding, attention,
//! the gated MLP and the KV cache.
//!
//! There is no autodiff graph. Each layer's `forward` can leave what its `backward` needs on a tape, so that training
//! costs exactly the kernels written here, nothing is computed for frozen weights, and inference carries no overhead.
//!
//! # Shape legend
//!
//! | letter | meaning |
//! | --- | --- |
//! | `b` | sequences in the batch |
//! | `t` | tokens per sequence in this call |
//! | `n` | rows, `b * t` |
//! | `s` | positions that are attended to (cached and new) |
//! | `d` | `d_model` |
//! | `h` | query heads |
//! | `kv` | key/value heads |
//! | `g` | query heads per key/value head, `h / kv` |
//! | `hd` | `head_dim` |
//! | `r` | LoRA rank |

pub mod arithmetic;
pub mod attention;
pub mod cache;
pub mod linear;
pub mod lora;
pub mod loss;
pub mod mlp;
pub mod norm;
pub mod quantized;
pub mod rotary;
pub mod rows;
pub mod table;
pub mod weight;

use burn::tensor::Tensor;

/// A matrix. All parameters are matrices; a vector of length `n` is stored as `[1, n]`.
pub type Matrix = Tensor<2>;
