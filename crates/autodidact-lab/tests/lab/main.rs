//! The research crate natively. One program, as burn's backend is compiled into each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]
#![cfg(not(target_family = "wasm"))]

#[path = "../../../../tests/native/asking.rs"]
mod asking;
#[path = "../../../../tests/common/mod.rs"]
mod common;
mod constrained_tasks;
mod eval_runner;
#[path = "../../../autodidact-kernels/tests/common/mod.rs"]
mod kernels;
#[cfg(feature = "cuda")]
mod libtorch;
mod mixed_precision;
mod search;
#[path = "../../../../tests/seed/mod.rs"]
mod seed;
mod seed_model;
mod surgery;
