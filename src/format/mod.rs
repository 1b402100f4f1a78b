//! File formats, as bytes. Nothing here knows the compute backend.

pub mod bytes;
mod float;
pub mod gguf;
pub mod json;
pub mod safetensors;

pub use float::FloatType;
