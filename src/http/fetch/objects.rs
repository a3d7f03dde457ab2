//! Objects of the runtime: their members, their promises, and whose they are.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A member of an object; undefined where there is none.
pub(super) fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Lets a promise end without anybody waiting: a rejection must not end the process.
pub(super) fn settle(promise: Result<JsValue, JsValue>) {
    if let Ok(promise) = promise {
        spawn_local(async move {
            let _ = JsFuture::from(Promise::resolve(&promise)).await;
        });
    }
}

/// workerd's own kind of stream.
pub(super) fn fixed_length_stream() -> Option<Function> {
    member(&js_sys::global(), "FixedLengthStream").dyn_into().ok()
}

/// Whether streams are workerd's own: they read from an array of ours and fill one, without arrays in between.
pub(super) fn is_workerd() -> bool {
    fixed_length_stream().is_some()
}

/// Whether this is Node itself: Deno and Bun call themselves Node too, and tell their own version beside it.
pub(super) fn is_node() -> bool {
    let versions = member(&member(&js_sys::global(), "process"), "versions");
    let names = |name: &str| member(&versions, name).is_string();
    names("node") && !names("deno") && !names("bun")
}
