//! LoRA adapters: as tensors, and as the files that PEFT reads and writes.

pub mod lora;
pub mod peft;

pub use lora::{ALL_LINEAR, Adapter, LoraConfig};
pub use peft::{PeftAdapter, PeftConfig};
