//! What JavaScript sees: thin conversions around [`crate::agent`], made for a dedicated worker.

mod agent;
mod convert;
mod fetch;

use std::sync::Once;

use wasm_bindgen::prelude::*;

pub use agent::WebAgent;

unsafe extern "C" {
    /// The static constructors of the module, gathered by the linker.
    fn __wasm_call_ctors();
}

/// Runs once when the module is instantiated.
///
/// Some dependency registers constructors. When nothing names them, the linker makes a "command" module, in which every
/// exported call, wasm-bindgen's own included, runs all of them again: milliseconds for each kernel launch. Naming them
/// removes those wrappers, and then they must be called here.
#[wasm_bindgen(start)]
pub fn start() {
    static CONSTRUCTORS: Once = Once::new();
    // SAFETY: the linker provides the function in every wasm module; it takes and returns nothing, and `Once` sees to it
    // that it runs once, before anything that relies on it.
    CONSTRUCTORS.call_once(|| unsafe { __wasm_call_ctors() });
    console_error_panic_hook::set_once();
}

/// Reads a menu of tools: an array of tools, or of OpenAI's `{"type": "function", "function": {...}}`.
///
/// # Errors
/// `InvalidInput` that says where.
#[wasm_bindgen(js_name = parseTools)]
pub fn parse_tools(json: &str) -> Result<JsValue, JsValue> {
    let tools = crate::tokenizer::menu_from_json(json).map_err(convert::error)?;
    convert::to_js(&tools)
}
