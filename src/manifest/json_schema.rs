//! The JSON Schema of a manifest: draft-07, which editors read.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// Generated from the types of `schema.rs` by a test: the engine carries the result, not the generator.
const SHAPE: &str = include_str!("shape.schema.json");

/// The schema by which the shape check walks: each key in one spelling. Read once.
pub fn shape() -> &'static Value {
    // A test reads it: the empty fallback, which would refuse every manifest, can't happen.
    static READ: LazyLock<Value> = LazyLock::new(|| serde_json::from_slice(SHAPE.as_bytes()).unwrap_or_default());
    &READ
}

/// The schema for editors: both spellings of each key, and at least one way to name the script.
pub fn schema() -> Value {
    let mut schema = shape().clone();
    spell_both_ways(&mut schema);
    if let Some(spec) = schema.pointer_mut("/properties/spec").and_then(Value::as_object_mut) {
        let named = ["script", "worker_name", "workerName"].map(|key| json!({ "required": [key] }));
        spec.insert("anyOf".into(), Value::from(named.to_vec()));
    }
    schema
}

/// Adds `accountId` beside `account_id`; a required key is required in either spelling.
fn spell_both_ways(schema: &mut Value) {
    match schema {
        Value::Object(parts) => parts.values_mut().for_each(spell_both_ways),
        Value::Array(parts) => parts.iter_mut().for_each(spell_both_ways),
        _ => return,
    }
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let mut other_spellings = Map::new();
    for (key, value) in properties.iter() {
        let other = other_case(key);
        if other == *key {
            continue;
        }
        let mut value = value.clone();
        if let Some(value) = value.as_object_mut() {
            value.insert("description".into(), format!("The same as `{key}`.").into());
            value.insert("doNotSuggest".into(), true.into());
        }
        other_spellings.insert(other, value);
    }
    properties.extend(other_spellings);
    require_either(schema);
}

fn require_either(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    let Some(Value::Array(required)) = schema.get("required") else { return };
    let (one, two): (Vec<_>, Vec<_>) =
        required.iter().filter_map(Value::as_str).map(str::to_owned).partition(|key| other_case(key) == *key);
    if two.is_empty() {
        return;
    }
    let either = two.iter().map(|key| json!({ "anyOf": [{ "required": [key] }, { "required": [other_case(key)] }] }));
    let all_of = Value::Array(either.collect());
    schema.insert("required".into(), one.into());
    schema.insert("allOf".into(), all_of);
}

/// `accountId` of `account_id`, and `api_version` of `apiVersion`.
fn other_case(key: &str) -> String {
    let snake = super::tree::snake_case(key);
    if snake != key {
        return snake;
    }
    let mut words = key.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut characters = word.chars();
        camel.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(characters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use schemars::generate::SchemaSettings;

    use super::{SHAPE, other_case, schema, shape};
    use crate::manifest::schema::Manifest;

    /// `UPDATE_DOCS=1` writes the file.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test that writes what the engine carries")]
    fn is_what_the_types_say() {
        let generated = SchemaSettings::draft07().into_generator().into_root_schema_for::<Manifest>().to_value();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manifest/shape.schema.json");
            std::fs::write(file, format!("{generated:#}\n")).expect("written");
        } else {
            assert_eq!(*shape(), generated, "run the test with UPDATE_DOCS=1");
            assert_eq!(SHAPE, format!("{generated:#}\n"));
        }
    }

    #[test]
    fn both_spellings_are_there() {
        let schema = schema();
        assert!(schema.pointer("/properties/spec/properties/account_id").is_some());
        assert!(schema.pointer("/properties/spec/properties/accountId").is_some());
        assert!(schema.pointer("/properties/api_version").is_some());
        assert_eq!(other_case("kv_bindings"), "kvBindings");
        assert_eq!(other_case("apiVersion"), "api_version");
        assert_eq!(other_case("sha256"), "sha256");
    }
}
