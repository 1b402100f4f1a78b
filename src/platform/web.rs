//! Web: a yield is a macrotask, so that messages (a cancel among them) are delivered.

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
