//! A private agent that teaches itself, following the published method of test-time self-improvement
//! (arXiv 2510.07841), on [burn](https://burn.dev), natively and in a browser tab.
#![recursion_limit = "256"]
#![warn(missing_docs)]

pub mod adaptation;
pub mod adapter;
pub mod agent;
pub mod backend;
pub mod error;
#[cfg(all(feature = "cli", not(target_family = "wasm")))]
pub mod evaluation;
pub mod grammar;
pub mod inference;
pub mod model;
pub mod nn;
pub mod platform;
pub mod pretrain;
pub mod storage;
pub mod synthesis;
pub mod task;
pub mod taskgen;
pub mod tokenizer;
pub mod uncertainty;
#[cfg(target_family = "wasm")]
pub mod web;

pub use agent::{Agent, AskOptions};
pub use error::{Error, Result};
