//! Values and errors on their way to JavaScript and back.

use js_sys::{JSON, Reflect};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

use crate::{error::Error, format};

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
///
/// It goes by way of JSON: a value that refers to itself or is nested deeper than any schema is refused instead of ending the stack, and
/// an unknown field is named, which a walk over the known fields would pass over.
pub fn from_js<T: DeserializeOwned>(what: &str, value: JsValue) -> Result<T, JsValue> {
    let text =
        JSON::stringify(&value).map_err(|e| error(Error::invalid(what, format!("it is not plain data: {e:?}"))))?;
    // A function or `undefined` has no text.
    let text = text.as_string().unwrap_or_else(|| "null".to_owned());
    serde_json::from_str(&text).map_err(|e| error(Error::invalid(what, format::json::in_words(&e.to_string()))))
}
