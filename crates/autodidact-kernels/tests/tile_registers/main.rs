//! The kernels on tile registers (AMX), against other ways to compute the same. On a processor without tile registers
//! the instructions on them are imitated, so that these tests run on all machines with AVX-512.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

#[path = "../common/mod.rs"]
mod common;
mod emulator;
mod instructions;
mod mixed_precision;
mod quantized;
