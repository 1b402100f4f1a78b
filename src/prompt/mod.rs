//! Prompts: chat templates as `transformers` renders them, and what a model is asked for a [`crate::task::Task`].
//!
//! [`ChatTemplate`] turns dialogues into text, and [`PromptBuilder`] puts a template and a [`crate::calls::CallFormat`] together.

mod builder;
mod clock;
mod python_methods;
mod seed_template;
mod synthesis_prompt;
mod template;
mod template_fit;

pub use builder::{PLAIN_ANSWER, PromptBuilder};
pub use clock::today;
pub use seed_template::{AddedSpec, SEED_END, SEED_PAD, SEED_TEMPLATE, SEED_TOKENS};
pub use synthesis_prompt::{NATIVE_ANSWER, NATIVE_QUERY, PairOrder, SynthesisStyle};
pub use template::{ChatTemplate, NamedTemplate, TemplateFiles, tool_value};
