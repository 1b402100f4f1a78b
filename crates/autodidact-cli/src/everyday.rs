//! A small menu of everyday tools, and a request that it can answer: what commands use when the user brings none.

use autodidact::{
    calls::menu_from_json,
    error::Result,
    task::{Task, Tool},
};

/// A request for one of the tools.
pub const QUERY: &str = "Find a hotel in Lisbon for 3 nights";

const TOOLS: &str = include_str!("everyday_tools.json");

/// The menu.
pub fn menu() -> Result<Vec<Tool>> {
    menu_from_json(TOOLS)
}

/// The request with the menu.
pub fn task() -> Result<Task> {
    Ok(Task::new(QUERY, menu()?))
}
