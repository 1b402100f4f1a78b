//! File formats of weights, as bytes. Nothing here knows the compute backend.

pub mod safetensors;
