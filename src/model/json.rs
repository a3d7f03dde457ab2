//! JSON text.

use serde_json::Value;

/// A value as JSON text. Its `to_string` says the same, through two more writers of JSON that the engine need not hold.
pub fn json_text(value: &Value) -> String {
    // A value always has such a form.
    serde_json::to_string(value).unwrap_or_default()
}
