//! File formats, as bytes. Nothing here knows the compute backend.

pub mod bytes;
pub mod gguf;
pub mod json;
pub mod safetensors;
