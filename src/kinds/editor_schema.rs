//! The files that are made from the types of the kinds: tests compare them, and write them with `UPDATE_DOCS=1`
//! (`npm run docs`).
//!
//! `schema/manifest.schema.json` (draft-07) is for editors: the package carries it beside the engine.
//! `src/manifest/shape.schema.json` is for the engine, with no more than the engine reads.

use std::path::Path;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{DOCUMENTS, d1_database, kv_namespace, queue, r2_bucket, worker};
use crate::binding::row::Takes;
use crate::binding::table;
use crate::manifest::json_schema::shape;
use crate::manifest::schema::Manifest;
use crate::manifest::{referring, snake_case};
use crate::setting;

/// A kind: its name, what it is, its schema.
type Of = (&'static str, &'static str, Value);

fn kinds() -> [Of; 5] {
    [
        (
            referring::WORKER,
            "A Cloudflare Worker: its code in R2, its bindings, and the host that it answers on.",
            of_types::<worker::manifest::spec::Spec>(referring::WORKER),
        ),
        (kv_namespace::NAME, "A Workers KV namespace.", of_types::<kv_namespace::Spec>(kv_namespace::NAME)),
        (
            r2_bucket::NAME,
            "An R2 bucket: who may read it, and what becomes of its objects.",
            of_types::<r2_bucket::Spec>(r2_bucket::NAME),
        ),
        (queue::NAME, "A queue.", of_types::<queue::Spec>(queue::NAME)),
        (d1_database::NAME, "A database of D1.", of_types::<d1_database::Spec>(d1_database::NAME)),
    ]
}

/// The keywords that `shape.rs`, `wanted.rs` and `set.rs` read.
const READ: [&str; 16] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "definitions",
    "enum",
    "items",
    "maximum",
    "minimum",
    "oneOf",
    "properties",
    "readWhole",
    "required",
    "type",
    "writeOnly",
];

#[test]
fn every_kind_has_a_schema() {
    assert_eq!(kinds().map(|(name, _, _)| name), DOCUMENTS.map(|kind| kind.name()));
}

#[test]
fn the_engine_walks_by_the_types() {
    let read: Map<String, Value> =
        kinds().into_iter().map(|(name, _, schema)| (name.to_owned(), what_is_read(&schema))).collect();
    holds("src/manifest/shape.schema.json", &format!("{}\n", json!(read)));
    if std::env::var_os("UPDATE_DOCS").is_none() {
        for (name, schema) in &read {
            assert_eq!(shape(name), schema);
        }
    }
}

#[test]
fn editors_get_what_the_types_say() {
    holds("schema/manifest.schema.json", &format!("{:#}\n", of_all_kinds()));
}

/// One schema for all kinds: what `kind` says decides which definition the rest keeps to.
fn of_all_kinds() -> Value {
    let mut definitions = Map::new();
    let mut choices = Vec::new();
    let mut dialect = Value::Null;
    for (name, description, schema) in kinds() {
        let mut schema = for_editors(name, description, schema);
        let Some(root) = schema.as_object_mut() else { continue };
        dialect = root.remove("$schema").unwrap_or_default();
        let Some(Value::Object(own)) = root.remove("definitions") else { continue };
        for (inner, definition) in own {
            let known = definitions.insert(inner.clone(), definition.clone());
            assert!(known.is_none_or(|known| known == definition), "two definitions are called {inner}");
        }
        definitions.insert(name.to_owned(), schema);
        choices.push(json!({
            "if": { "properties": { "kind": { "const": name } }, "required": ["kind"] },
            "then": { "$ref": format!("#/definitions/{name}") },
        }));
    }
    json!({
        "$schema": dialect,
        "title": "cfworker-deploy",
        "description": "A manifest of cfworker-deploy.",
        "type": "object",
        "required": ["kind"],
        "properties": { "kind": { "enum": kinds().map(|(name, _, _)| name) } },
        "allOf": choices,
        "definitions": definitions,
        // For docs/manifest.md.
        "references": referring::all(),
        "bindings": types_of_bindings(),
        "settings": setting::table::rows().map(|row| json!({ "word": row.word, "of": row.of })).collect::<Value>(),
    })
}

/// What a manifest says of a binding beside its name and type.
fn types_of_bindings() -> Value {
    let types = table::ROWS.iter().map(|row| {
        let members = row.members.iter().map(|member| {
            json!({
                "name": member.name,
                "takes": in_words(member.takes),
                "required": member.required,
                "alternative": member.alternative,
                "refers": member.refers.is_some(),
            })
        });
        json!({ "type": row.word, "members": members.collect::<Value>() })
    });
    types.collect()
}

fn in_words(takes: Takes) -> &'static str {
    match takes {
        Takes::Text => "text",
        Takes::Hexadecimal => "32 hexadecimal digits",
        Takes::Uuid => "a UUID",
        Takes::Number => "a whole number",
        Takes::Switch => "true or false",
        Takes::Texts => "a list of text",
        Takes::Anything => "anything",
    }
}

#[test]
fn both_spellings_are_there() {
    let [(name, description, schema), ..] = kinds();
    let schema = for_editors(name, description, schema);
    assert!(schema.pointer("/properties/spec/properties/account_id").is_some());
    assert!(schema.pointer("/properties/spec/properties/accountId").is_some());
    assert!(schema.pointer("/properties/api_version").is_some());
    assert_eq!(other_case("kv_bindings"), "kvBindings");
    assert_eq!(other_case("apiVersion"), "api_version");
    assert_eq!(other_case("sha256"), "sha256");
}

#[expect(clippy::disallowed_methods, reason = "tests that write and read what the work tree keeps")]
fn holds(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, text).expect("written");
    }
    assert!(std::fs::read_to_string(file).expect("a file") == text, "{path}: npm run docs");
}

fn of_types<S: JsonSchema>(kind: &str) -> Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Manifest<S>>().to_value();
    if let Some(word) = schema.pointer_mut("/properties/kind").and_then(Value::as_object_mut) {
        word.insert("enum".into(), json!([kind]));
    }
    schema
}

/// The keywords that are read. Names of properties and definitions are no keywords, whatever they are.
fn what_is_read(schema: &Value) -> Value {
    match schema {
        Value::Object(parts) => {
            let read = parts.iter().filter(|(keyword, _)| READ.contains(&keyword.as_str()));
            let part = |(keyword, value): (&String, &Value)| match (keyword.as_str(), value) {
                ("properties" | "definitions", Value::Object(named)) => {
                    let named = named.iter().map(|(name, schema)| (name.clone(), what_is_read(schema)));
                    (keyword.clone(), Value::Object(named.collect()))
                }
                _ => (keyword.clone(), what_is_read(value)),
            };
            Value::Object(read.map(part).collect())
        }
        Value::Array(parts) => parts.iter().map(what_is_read).collect(),
        word => word.clone(),
    }
}

/// The schema for editors: both spellings of each key; of a Worker, at least one way to name the script.
fn for_editors(name: &str, description: &str, mut schema: Value) -> Value {
    spell_both_ways(&mut schema);
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".into(), name.into());
        root.insert("description".into(), description.into());
    }
    let spec = schema.pointer_mut("/properties/spec").and_then(Value::as_object_mut);
    if let Some(spec) = spec.filter(|_| name == referring::WORKER) {
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
    let snake = snake_case(key);
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
