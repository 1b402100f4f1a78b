//! What the library does in a native program. One program, as burn's backend is compiled into each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]
#![cfg(not(target_family = "wasm"))]

mod asking;
#[path = "../common/mod.rs"]
mod common;
mod conduct;
mod constrained;
mod errors;
mod floors;
mod gguf;
mod gguf_adapter;
mod lessons;
mod lora_parity;
mod memory;
mod model_parity;
mod programs;
mod real_model;
#[path = "../seed/mod.rs"]
mod seed;
mod single_steps;
mod text_parity;
mod typescript;
