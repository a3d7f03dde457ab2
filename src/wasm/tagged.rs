//! Values across the border.

use std::fmt::Display;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;

use crate::diagnostic::Code;
use crate::error::{Error, Exit};
use crate::manifest::Source;
use crate::model::typed;

#[derive(Deserialize)]
struct GivenSource {
    name: String,
    text: String,
}

/// `{ ok }` or `{ error }` as a plain object: maps become objects, nothing becomes null.
pub(super) fn tagged<T: Serialize>(result: Result<T, Error>) -> JsValue {
    let (name, value) = match result {
        Ok(value) => ("ok", plain(&value)),
        Err(error) => ("error", plain(&error)),
    };
    object(&json!({ name: value }))
}

/// A value as a plain object. By way of [`Value`]: one conversion for all types is a third of the size of one each.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    object(&plain(value))
}

fn plain(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| lost(&error))
}

fn object(plain: &Value) -> JsValue {
    plain.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_else(|error| lost(&error))
}

/// An answer without a form in JavaScript, such as a number beyond 2^53, ends the call as a trap: js/index.js then tells
/// what was done and what nobody knows. No answer at all would look like nothing had happened.
fn lost(error: &dyn Display) -> ! {
    wasm_bindgen::throw_str(&format!("an answer of the engine can't be told to JavaScript: {error}"))
}

/// Reads an argument; null and undefined are its default.
pub(super) fn from_js<T: DeserializeOwned + Default>(name: &str, value: JsValue) -> Result<T, Error> {
    match given(name, value)? {
        Some(plain) => typed(plain).map_err(|error| unreadable(name, &error)),
        None => Ok(T::default()),
    }
}

/// The same for an argument that may hold bytes, which no JSON can.
pub(super) fn with_bytes_from_js<T: DeserializeOwned + Default>(name: &str, value: JsValue) -> Result<T, Error> {
    if value.is_undefined() || value.is_null() {
        return Ok(T::default());
    }
    serde_wasm_bindgen::from_value(value).map_err(|error| unreadable(name, &error))
}

fn given(name: &str, value: JsValue) -> Result<Option<Value>, Error> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    serde_wasm_bindgen::from_value(value).map(Some).map_err(|error| unreadable(name, &error))
}

fn unreadable(name: &str, error: &dyn Display) -> Error {
    bad_argument(&format!("the {name} can't be read: {error}"))
}

/// The same for an argument that holds secrets: the parser's own reason would quote them.
pub(super) fn secret_from_js<T: DeserializeOwned + Default>(name: &str, value: JsValue) -> Result<T, Error> {
    let unreadable =
        |_| bad_argument(&format!("the {name} can't be read: they are no object, or a value in them is no text"));
    from_js(name, value).map_err(unreadable)
}

/// Reads the list of sources.
pub(super) fn sources(text: &str) -> Result<Vec<Source>, Error> {
    let given = serde_json::from_slice(text.as_bytes()).and_then(typed::<Vec<GivenSource>>);
    let given = given.map_err(|error| bad_argument(&format!("the list of manifests can't be read: {error}")))?;
    Ok(given.into_iter().map(|GivenSource { name, text }| Source { name, text }).collect())
}

fn bad_argument(message: &str) -> Error {
    Error::new(Code::BadArgument, Exit::Usage, message)
}
