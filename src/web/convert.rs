//! Values and errors on their way to JavaScript and back.

use js_sys::{JSON, Reflect};
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use wasm_bindgen::JsValue;

use crate::error::Error;

/// An `Error` object with `name`, `code` and `message`; a cancelled call is named `AbortError`, as the platform does.
pub fn error(error: Error) -> JsValue {
    let js = js_sys::Error::new(&error.to_string());
    js.set_name(if error.is_aborted() { "AbortError" } else { "AutodidactError" });
    // Setting a property of a fresh object does not fail.
    let _ = Reflect::set(&js, &JsValue::from_str("code"), &JsValue::from_str(error.code()));
    js.into()
}

/// A plain object: maps become objects, missing values `null`.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|e| error(Error::invalid("result", e.to_string())))
}

/// A typed value from a plain object.
pub fn from_js<T: DeserializeOwned>(what: &str, value: JsValue) -> Result<T, JsValue> {
    // What goes in circles, or deeper than any schema, would end the stack and with it the agent.
    let text =
        JSON::stringify(&value).map_err(|e| error(Error::invalid(what, format!("it is not plain data: {e:?}"))))?;
    if let Some(text) = text.as_string() {
        serde_json::from_str::<IgnoredAny>(&text).map_err(|e| error(Error::invalid(what, e.to_string())))?;
    }
    serde_wasm_bindgen::from_value(value).map_err(|e| error(Error::invalid(what, e.to_string())))
}
