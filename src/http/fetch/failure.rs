//! What a runtime says when a request fails, in words that may be shown.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::diagnostic::plain;
use crate::http::TransportError;

/// Error codes of Node for connections that never stood.
const NEVER_STOOD: [&str; 7] = [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
    "ERR_INVALID_URL",
];

/// A thrown value as a transport error: its message, and those of its causes.
pub(super) fn failure(thrown: &JsValue) -> TransportError {
    let mut said: Vec<String> = Vec::new();
    let (mut value, mut never_stood) = (thrown.clone(), false);
    for _ in 0..4 {
        let code = text(&value, "code");
        never_stood |= code.as_deref().is_some_and(|code| NEVER_STOOD.contains(&code));
        let message = value.as_string().or_else(|| text(&value, "message")).filter(|message| !message.is_empty());
        for part in message.into_iter().chain(code) {
            if !said.iter().any(|known| known.contains(&part)) {
                said.push(part);
            }
        }
        value = Reflect::get(&value, &"cause".into()).unwrap_or(JsValue::UNDEFINED);
        if value.is_undefined() || value.is_null() {
            break;
        }
    }
    if said.is_empty() {
        said.push("the runtime gave no reason".into());
    }
    TransportError {
        message: shown(&said.join(": ")),
        aborted: text(thrown, "name").as_deref() == Some("AbortError"),
        may_have_arrived: !never_stood,
    }
}

/// A request that did not leave.
pub(super) fn unsent(reason: &str) -> TransportError {
    TransportError { message: shown(reason), aborted: false, may_have_arrived: false }
}

fn text(value: &JsValue, name: &str) -> Option<String> {
    Reflect::get(value, &name.into()).ok()?.as_string()
}

/// Without queries of URLs: they carry signatures.
fn shown(message: &str) -> String {
    let words = plain(message, 400);
    let cut = |word: &str| match word.split_once('?') {
        Some((before, _)) if before.contains("://") => format!("{before}?…"),
        _ => word.to_owned(),
    };
    words.split(' ').map(cut).collect::<Vec<_>>().join(" ")
}
