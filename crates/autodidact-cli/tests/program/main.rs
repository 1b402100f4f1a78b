//! The program `autodidact`, run as its users run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]
#![cfg(not(target_family = "wasm"))]

mod cli;
mod eval_resume;
#[cfg(feature = "teacher-server")]
mod eval_teacher;
mod floors;
mod help;
mod pretrain_resume;
