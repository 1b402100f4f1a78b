//! Text and ids: the tokenizer, chat templates, the ways models write tool calls, prompts, and checks of calls.
//!
//! No tensors here. [`Tokenizer`] turns text into ids, [`ChatTemplate`] dialogues into text, [`CallFormat`] calls into
//! text and back, and [`PromptBuilder`] puts the three together for a [`crate::task::Task`].

mod call_format;
mod clock;
mod dates;
mod grounding;
mod json_calls;
mod menu;
mod parse_failure;
mod prompt;
mod python_text;
mod pythonic;
mod schema;
mod seed_template;
mod synthesis_prompt;
mod template;
mod template_fit;
#[allow(clippy::module_inception, reason = "the file is about the type of that name")]
mod tokenizer;

pub use call_format::CallFormat;
pub use clock::today;
pub use grounding::{first_ungrounded, values_grounded};
pub use menu::{check_menu, menu_from_json};
pub use parse_failure::ParseFailure;
pub use prompt::{PLAIN_ANSWER, PromptBuilder};
pub use schema::{CallIssue, check_call, order_arguments};
pub use seed_template::{AddedSpec, SEED_END, SEED_PAD, SEED_TEMPLATE, SEED_TOKENS};
pub use synthesis_prompt::{NATIVE_ANSWER, NATIVE_QUERY, PairOrder, SynthesisStyle};
pub use template::{ChatTemplate, tool_value};
pub use tokenizer::{TextStream, Tokenizer};
