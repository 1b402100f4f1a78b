//! Tool calls: menus of tools, the text forms in which models write calls, and checks of what they wrote.

mod dates;
mod format;
mod grounding;
pub(crate) mod json_calls;
mod menu;
mod parse_failure;
pub(crate) mod python_text;
pub(crate) mod pythonic;
pub(crate) mod schema;

pub use format::CallFormat;
pub use grounding::{first_ungrounded, ungrounded, values_grounded};
pub use menu::{LeftOut, Menu, check_menu, menu_from_json, usable};
pub use parse_failure::ParseFailure;
pub use schema::{CallIssue, check_call, order_arguments};
