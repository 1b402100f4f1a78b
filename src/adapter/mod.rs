//! LoRA adapters: as tensors, as the files that PEFT reads and writes, and as the file that llama.cpp reads.

pub mod gguf;
pub mod lora;
pub mod peft;

pub use lora::{ALL_LINEAR, Adapter, LoraConfig};
pub use peft::{PeftAdapter, PeftConfig};
