//! Research around [`autodidact`]: what makes the seed model, changes models, and measures the method. Nothing here ships.
//!
//! | module | content |
//! | --- | --- |
//! | [`taskgen`] | invents tool-call tasks with their answers |
//! | [`pretrain`] | trains the seed model on them, with its BPE vocabulary |
//! | [`surgery`] | deeper, wider and averaged models |
//! | [`evaluation`] | suites, modes, records and tables (docs/evaluation.md) |
//! | [`latency`] | what the score and the learning add to the time of an answer |
//! | [`throughput`] | what reading, writing and training cost on a machine |
#![recursion_limit = "256"]
#![warn(missing_docs)]

#[cfg(not(target_family = "wasm"))]
pub mod evaluation;
pub mod latency;
pub mod pretrain;
pub mod surgery;
pub mod taskgen;
pub mod throughput;
