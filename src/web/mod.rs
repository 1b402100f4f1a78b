//! What JavaScript sees: thin conversions around [`crate::agent`], made for a dedicated worker.

mod agent;
mod blob;
mod convert;
mod fetch;
mod memory;

use wasm_bindgen::prelude::*;

use crate::calls::{check_menu, menu_from_json};

pub use agent::WebAgent;

/// Runs once when the module is instantiated.
#[wasm_bindgen(start)]
pub fn start() {
    crate::platform::init();
    console_error_panic_hook::set_once();
}

/// Reads a menu of tools: an array of tools, or of OpenAI's `{"type": "function", "function": {...}}`.
///
/// # Errors
/// `InvalidInput` that says where.
#[wasm_bindgen(js_name = parseTools)]
pub fn parse_tools(json: &str) -> Result<JsValue, JsValue> {
    let tools = menu_from_json(json).map_err(convert::error)?;
    check_menu(&tools).map_err(convert::error)?;
    convert::to_js(&tools)
}
