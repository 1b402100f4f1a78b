//! Web: a yield is a macrotask, so that messages (a cancel among them) are delivered.

use std::sync::{Once, OnceLock};

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_time::Instant;

/// Lets the event loop of this page or worker run once.
pub async fn yield_now() {
    let mut channel = None;
    let promise = Promise::new(&mut |resolve, _reject| {
        channel = post(&resolve).ok();
        if channel.is_none() {
            // No channels in this scope: resolve at once rather than never.
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    // The promise never rejects.
    let _ = JsFuture::from(promise).await;
    if let Some(port) = channel {
        let _ = method(&port, "close").and_then(|close| close.call0(&port));
    }
}

/// Has `resolve` called by a message to ourselves. A timer would do too, but browsers delay nested ones by 4 ms.
fn post(resolve: &Function) -> Result<JsValue, JsValue> {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &JsValue::from_str(name));
    let class: Function = get(&js_sys::global(), "MessageChannel")?.dyn_into()?;
    let channel = Reflect::construct(&class, &js_sys::Array::new())?;
    let (receiver, sender) = (get(&channel, "port1")?, get(&channel, "port2")?);
    Reflect::set(&receiver, &JsValue::from_str("onmessage"), resolve)?;
    method(&sender, "postMessage")?.call1(&sender, &JsValue::NULL)?;
    Ok(receiver)
}

fn method(object: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(object, &JsValue::from_str(name))?.dyn_into()
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

/// The clock of `instant`, by which llguidance times itself: without a feature that would turn on a part of `web-sys` that
/// nothing else needs, it calls a function of this name that the page would have to bring.
///
/// Milliseconds since the first call; never falls.
#[unsafe(no_mangle)]
extern "C" fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}
