//! File formats, as bytes. Nothing here knows the compute backend.

pub mod json;
pub mod safetensors;
