//! The JSON Schema of a manifest, as far as the engine needs it.

use std::sync::LazyLock;

use serde_json::Value;

/// Made from the types of `schema.rs` by a test of `editor_schema.rs`: the engine carries neither the generator nor what
/// only people and editors read.
const SHAPE: &str = include_str!("shape.schema.json");

/// The schema by which the shape check walks: each key in one spelling. Read once.
pub(super) fn shape() -> &'static Value {
    // A test reads it: the empty fallback, which would refuse every manifest, can't happen.
    static READ: LazyLock<Value> = LazyLock::new(|| serde_json::from_slice(SHAPE.as_bytes()).unwrap_or_default());
    &READ
}
