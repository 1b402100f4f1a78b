//! Makes the seed model: a small decoder trained from scratch on generated tool-call tasks.
//!
//! The loop is pulled step by step; files are the caller's business, so that the same code would run in a browser.

pub mod batching;
pub mod bpe;
pub mod checkpoint;
pub mod config;
pub mod corpus;
pub mod document;
pub mod optimizer;
pub mod splitting;
pub mod trainer;
pub mod vocabulary;
mod workers;
#[cfg_attr(target_family = "wasm", path = "writers_web.rs")]
mod writers;

pub use bpe::train_bpe;
pub use config::PretrainConfig;
pub use trainer::{Pretrainer, StepReport, Update, update};
pub use workers::Workers;
