//! A private agent that teaches itself, following the published method of test-time self-improvement
//! (arXiv 2510.07841), on [burn](https://burn.dev), natively and in a browser tab.
//!
//! # From a model directory to an answer
//!
//! 1. Read the files of a Hugging Face model directory into [`ModelFiles`], and choose a home for learned adapters: [`MemoryStore`], or
//!    [`FolderStore`] natively.
//! 2. [`Agent::open`] loads them.
//! 3. [`Agent::ask`] takes a [`Task`] (messages and a menu of [`Tool`]s) and [`AskOptions`]. It answers with [`ToolCall`]s. When it is
//!    unsure it writes examples, trains a LoRA on them, answers again, and keeps or drops what it learned: [`Learn`] says when.
//! 4. Pull the returned [`Asking`](agent::Asking): events come first, then the [`Trace`]. Nothing runs between two pulls, and dropping it
//!    cancels the work. The base weights never change.
//!
//! An [`Agent`] is not `Send`. The queue of a GPU belongs to one thread and a browser has only one, so everything is async on one thread;
//! any executor will do. Every error is an [`Error`] with a stable [`code`](Error::code).
//!
//! # A program
//!
//! ```rust,no_run
#![doc = include_str!("../examples/native.rs")]
//! ```
//!
//! # Modules
//!
//! A module names only modules of lower floors, and a test holds that.
//!
//! | floor | modules |
//! | --- | --- |
//! | the agent | [`agent`]: the model, the memory, and the tiers of a question; the user as teacher |
//! | the method | [`uncertainty`], [`synthesis`], [`adaptation`] |
//! | the machine | [`inference`], [`adapter`], [`storage`] |
//! | the model | [`model`], [`grammar`]; [`prompt`]; [`nn`] with hand-written backward passes, [`tokenizer`], [`calls`], [`words`] |
//! | the ground | [`backend`]; [`platform`], [`mod@format`]; [`error`], [`task`] |
//!
//! # Features
//!
//! None is on by default, and none of them opens a file or a connection beside [`FolderStore`].
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `gpu` | the native GPU backend (Vulkan, Metal or DirectX); a browser build always has WebGPU |
//! | `cuda` | NVIDIA GPUs through an installed LibTorch |
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
pub mod identity;
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
pub mod words;

pub use agent::{Agent, AskEvent, AskOptions, Learn, ModelFiles, OpenOptions, Trace};
pub use calls::menu_from_json;
pub use error::{Error, Result};
pub use format::bytes::FileBytes;
pub use inference::Cancel;
#[cfg(not(target_family = "wasm"))]
pub use storage::FolderStore;
pub use storage::{AdapterStore, MemoryStore};
pub use task::{Message, Pair, Task, Tool, ToolCall};

/// The examples of the README, compiled as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
