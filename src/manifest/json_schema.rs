//! The JSON Schemas of all kinds, as far as the engine needs them.

use std::sync::LazyLock;

use serde_json::Value;

/// Made from the types of the kinds by a test (`kinds/editor_schema.rs`): the engine carries neither the generator nor
/// what only people and editors read.
const SHAPES: &str = include_str!("shape.schema.json");

/// The schema by which the shape check walks documents of a kind: each key in one spelling. Read once.
pub fn shape(kind: &str) -> &'static Value {
    // A test reads it: the empty fallback, which takes any document, can't happen.
    static READ: LazyLock<Value> = LazyLock::new(|| serde_json::from_slice(SHAPES.as_bytes()).unwrap_or_default());
    READ.get(kind).unwrap_or(&Value::Null)
}
