//! What the library does in a native program. One program, as burn's backend is compiled into each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]
#![cfg(not(target_family = "wasm"))]

mod asking;
#[path = "../common/mod.rs"]
mod common;
mod constrained;
mod errors;
#[cfg(feature = "cli")]
mod eval_runner;
mod floors;
#[cfg(feature = "cuda")]
mod libtorch;
mod lora_parity;
#[cfg(feature = "cli")]
mod memory;
mod mixed_precision;
mod model_parity;
mod search;
#[path = "../seed/mod.rs"]
mod seed;
mod seed_model;
#[cfg(feature = "cli")]
mod single_steps;
mod text_parity;
