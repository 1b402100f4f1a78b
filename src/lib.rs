//! A private agent that teaches itself, following the published method of test-time self-improvement
//! (arXiv 2510.07841), on [burn](https://burn.dev), natively and in a browser tab.
//!
//! [`Agent::open`] takes the files of a Hugging Face model directory and a store; [`Agent::ask`] answers a task with tool calls, and when it
//! is unsure writes examples, trains a LoRA on them, answers again, and keeps or drops what it learned ([`AskOptions`]). Everything is pulled:
//! nothing runs between two pulls of an [`Asking`](agent::Asking), and dropping it cancels the work. The base weights are never changed.
//!
//! ```rust,ignore
#![doc = include_str!("../examples/native.rs")]
//! ```
//!
//! | floor | modules |
//! | --- | --- |
//! | the agent | [`agent`]: the loop, its gate, its memory, the user as teacher |
//! | the method | [`uncertainty`], [`synthesis`], [`adaptation`] |
//! | the machine | [`inference`], [`adapter`], [`storage`] |
//! | the model | [`model`], [`grammar`]; [`nn`] with hand-written backward passes; [`tokenizer`], [`calls`], [`prompt`]; [`mod@format`] |
//! | the ground | [`platform`], [`backend`], [`error`], [`task`] |
//!
//! A module names only modules of lower floors. Every error is an [`Error`] with a stable [`code`](Error::code).
//!
//! # Features
//!
//! None is on by default, and none of them opens a file or a connection beside the crate's [`storage::FolderStore`].
//! `gpu`: the native GPU backend (a browser build always has WebGPU). `cuda`: NVIDIA GPUs through LibTorch.
#![recursion_limit = "256"]
#![warn(missing_docs)]

pub mod adaptation;
pub mod adapter;
pub mod agent;
pub mod backend;
pub mod calls;
pub mod error;
pub mod format;
pub mod grammar;
pub mod inference;
pub mod model;
pub mod nn;
pub mod platform;
pub mod prompt;
pub mod storage;
pub mod synthesis;
pub mod task;
pub mod tokenizer;
pub mod uncertainty;
#[cfg(target_family = "wasm")]
pub mod web;

pub use agent::{Agent, AskOptions};
pub use error::{Error, Result};
