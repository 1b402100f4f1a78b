//! Looks for a GPU adapter in the browser, in a window or a worker.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::Gpu;

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// The adapter that the browser offers, or why there is none.
pub(super) async fn adapter() -> Result<Gpu, String> {
    let gpu = get(&get(&js_sys::global(), "navigator"), "gpu");
    if gpu.is_undefined() || gpu.is_null() {
        return Err("this browser has no WebGPU".into());
    }
    let request: Function =
        get(&gpu, "requestAdapter").dyn_into().map_err(|_| "navigator.gpu.requestAdapter is missing")?;
    let promise: Promise =
        request.call0(&gpu).and_then(JsCast::dyn_into).map_err(|e| format!("requestAdapter failed: {e:?}"))?;
    let adapter = JsFuture::from(promise).await.map_err(|e| format!("requestAdapter failed: {e:?}"))?;
    if adapter.is_null() || adapter.is_undefined() {
        return Err("WebGPU offers no adapter".into());
    }
    let info = get(&adapter, "info");
    let word = |key: &str| get(&info, key).as_string().unwrap_or_default();
    let words = [word("vendor"), word("architecture"), word("description")];
    let name = words.iter().filter(|w| !w.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    let fallback = [&adapter, &info].into_iter().any(|object| get(object, "isFallbackAdapter").is_truthy());
    let software = fallback || name.to_lowercase().contains("swiftshader") || name.to_lowercase().contains("llvmpipe");
    Ok(Gpu { name: if name.is_empty() { "WebGPU adapter".into() } else { name }, software })
}
