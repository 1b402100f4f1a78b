//! Web: a yield is a macrotask, so that messages (a cancel among them) are delivered.

use std::sync::Once;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Lets the event loop of this page or worker run once.
pub async fn yield_now() {
    let promise = Promise::new(&mut |resolve, _reject| {
        let global = js_sys::global();
        let timer =
            Reflect::get(&global, &JsValue::from_str("setTimeout")).ok().and_then(|f| f.dyn_into::<Function>().ok());
        let queued = timer.and_then(|f| f.call2(&global, &resolve, &JsValue::from_f64(0.0)).ok());
        if queued.is_none() {
            // No timer in this scope: resolve at once rather than never.
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    // The promise never rejects.
    let _ = JsFuture::from(promise).await;
}

unsafe extern "C" {
    /// The static constructors of the module, gathered by the linker.
    fn __wasm_call_ctors();
}

/// Runs the module's static constructors, once. Must come before any tensor is made.
///
/// Some dependency registers constructors. When nothing names them, the linker makes a "command" module, in which every
/// exported call, wasm-bindgen's own included, runs all of them again: milliseconds for each kernel launch. Naming them
/// removes those wrappers, and then they must be called here.
pub fn init() {
    static CONSTRUCTORS: Once = Once::new();
    // SAFETY: the linker provides the function in every wasm module; it takes and returns nothing, and `Once` sees to it
    // that it runs once, before anything that relies on it.
    CONSTRUCTORS.call_once(|| unsafe { __wasm_call_ctors() });
}
