//! Decoder-only transformers of the Llama, Qwen2 and Qwen3 families, read from Hugging Face directories and GGUF files as they
//! are.

pub mod block;
pub mod config;
pub mod decoder;
pub mod dtype;
pub mod export;
pub mod gguf;
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
pub use dtype::Dtype;
pub use gguf::{model_name, part_names};
pub use load::{Loaded, TensorSource, load, load_as};
pub use lora::{LayerLora, LoraWeights};
pub use names::Slot;
pub use source::{INDEX, ModelFiles, ModelParts, NAMED_TEMPLATES, SINGLE, shard_names, template_text};
pub use tokens::{Targets, Tokens};
