//! Decoder-only transformers of the Llama, Qwen2 and Qwen3 families, read from Hugging Face directories as they are.

pub mod block;
pub mod config;
pub mod decoder;
pub mod export;
pub mod init;
pub mod load;
pub mod lora;
pub mod mask;
pub mod names;
pub mod self_test;
pub mod source;
pub mod tokens;
pub mod weights;

pub use config::{Family, ModelConfig};
pub use decoder::{Decoder, Gradients};
pub use load::{Loaded, load};
pub use lora::{LayerLora, LoraWeights};
pub use names::Slot;
pub use source::{INDEX, ModelFiles, ModelParts, NAMED_TEMPLATES, SINGLE, shard_names, template_text};
pub use tokens::{Targets, Tokens};
