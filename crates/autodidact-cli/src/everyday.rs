//! A small menu of everyday tools, and a request that it can answer: what commands use when the user brings none.

use std::path::Path;

use autodidact::{
    calls::menu_from_json,
    error::Result,
    task::{Sample, Task, Tool, ToolCall},
};
use serde_json::json;

use crate::files;

/// A request for one of the tools.
pub const QUERY: &str = "Find a hotel in Lisbon for 3 nights";

const TOOLS: &str = include_str!("everyday_tools.json");

/// The menu.
pub fn menu() -> Result<Vec<Tool>> {
    menu_from_json(TOOLS)
}

/// The menu in a file, or this one without a file.
pub fn menu_from(path: Option<&Path>) -> Result<Vec<Tool>> {
    let Some(path) = path else { return menu() };
    let text = String::from_utf8(files::read(path)?).map_err(|e| files::io(path, e))?;
    menu_from_json(&text)
}

/// The request with its right call.
pub fn sample() -> Result<Sample> {
    let arguments = [("city", json!("Lisbon")), ("nights", json!(3))].map(|(name, value)| (name.to_owned(), value));
    let call = ToolCall { name: "find_hotel".into(), arguments: arguments.into_iter().collect() };
    Ok(Sample { task: task()?, calls: vec![call] })
}

/// The request with the menu.
pub fn task() -> Result<Task> {
    Ok(Task::new(QUERY, menu()?))
}
