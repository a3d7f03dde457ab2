//! The metadata of a multipart file: which part is the entry, which bindings name parts, and what else the Worker that
//! it was made for has.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::model::{Syntax, is_code_binding, typed};

/// Members that say how to upload, not what the Worker is.
const ABOUT_THE_UPLOAD: [&str; 10] = [
    "main_module",
    "body_part",
    "bindings",
    "compatibility_date",
    "compatibility_flags",
    "observability",
    "keep_bindings",
    "annotations",
    "code_update_strategy",
    "package_dependencies",
];

/// A binding that names a part of the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeBinding {
    /// Name in JavaScript.
    pub name: String,
    /// `wasm_module`, `text_blob` or `data_blob`.
    pub type_name: String,
    /// Name of the module that it stands for.
    pub part: String,
}

/// What the Worker that a file was made for has beside its code. A manifest says all of this itself, or loses it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asks {
    /// Bindings, without those that name parts.
    pub bindings: Vec<AskedBinding>,
    /// `YYYY-MM-DD`.
    pub compatibility_date: Option<String>,
    /// All of them.
    pub compatibility_flags: Vec<String>,
    /// Workers Logs, as the upload spells them.
    pub observability: Option<Value>,
    /// Names of members that no manifest can state yet, such as `migrations`.
    pub others: Vec<String>,
}

/// A binding that a file asks for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AskedBinding {
    /// Name in JavaScript.
    pub name: String,
    /// Cloudflare's word for the type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Everything else that the file says of it.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// All of it.
pub(super) struct Metadata {
    pub(super) syntax: Syntax,
    pub(super) main: String,
    pub(super) code_bindings: Vec<CodeBinding>,
    pub(super) asks: Asks,
}

#[derive(Deserialize)]
struct Written {
    main_module: Option<String>,
    body_part: Option<String>,
    #[serde(default)]
    bindings: Option<Vec<AskedBinding>>,
    compatibility_date: Option<String>,
    compatibility_flags: Option<Vec<String>>,
    observability: Option<Value>,
}

/// Reads it.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Result<Metadata, String> {
    let members: Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|error| format!("its metadata: {error}"))?;
    let others = members.iter().filter(|(name, value)| says_something(name, value)).map(|(name, _)| name.clone());
    let others = others.collect();
    // The reader's own reason would quote a value, and a file may hold values of secrets.
    let written: Written =
        typed(Value::Object(members)).map_err(|_| "a member of its metadata has another type than an upload's")?;
    let (syntax, main) = match (written.main_module, written.body_part) {
        (Some(_), Some(_)) => return Err("its metadata names two entries".into()),
        (Some(main), None) => (Syntax::EsModule, main),
        (None, Some(main)) => (Syntax::ServiceWorker, main),
        (None, None) => return Err("its metadata names no entry".into()),
    };
    let (code, bindings): (Vec<_>, Vec<_>) =
        written.bindings.unwrap_or_default().into_iter().partition(|binding| is_code_binding(&binding.type_name));
    Ok(Metadata {
        syntax,
        main,
        code_bindings: code.into_iter().map(code_binding).collect::<Result<_, _>>()?,
        asks: Asks {
            bindings,
            compatibility_date: written.compatibility_date,
            compatibility_flags: written.compatibility_flags.unwrap_or_default(),
            observability: written.observability,
            others,
        },
    })
}

fn code_binding(AskedBinding { name, type_name, fields }: AskedBinding) -> Result<CodeBinding, String> {
    match fields.get("part") {
        Some(Value::String(part)) => Ok(CodeBinding { part: part.clone(), name, type_name }),
        _ => Err(format!("its binding `{name}` names no part")),
    }
}

/// Some tools always send every member, the unused ones as nothing.
fn says_something(name: &str, value: &Value) -> bool {
    let empty = match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::String(_) => false,
    };
    !empty && !ABOUT_THE_UPLOAD.contains(&name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{CodeBinding, read};
    use crate::model::Syntax;

    #[test]
    fn parts_that_bindings_name_are_told_from_what_the_worker_asks_for() {
        let metadata = json!({
            "body_part": "worker.js",
            "bindings": [
                { "name": "WASM", "type": "wasm_module", "part": "add" },
                { "name": "CACHE", "type": "kv_namespace", "namespace_id": "0" },
            ],
            "compatibility_flags": ["nodejs_compat"],
            "keep_bindings": ["secret_text"],
            "migrations": { "new_tag": "v1" },
            "tail_consumers": [],
            "logpush": false,
            "placement": null,
            "limits": { "cpu_ms": 50 },
        });
        let read = read(metadata.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((read.syntax, read.main.as_str()), (Syntax::ServiceWorker, "worker.js"));
        let wasm = CodeBinding { name: "WASM".into(), type_name: "wasm_module".into(), part: "add".into() };
        assert_eq!(read.code_bindings, [wasm]);
        assert_eq!(read.asks.bindings.len(), 1);
        assert_eq!(read.asks.others, ["limits", "migrations"]);
        assert_eq!(read.asks.compatibility_flags, ["nodejs_compat"]);
    }

    #[test]
    fn what_names_no_entry_two_or_no_part_is_refused() {
        for bad in [
            json!({}),
            json!({ "main_module": "a.js", "body_part": "a.js" }),
            json!({ "main_module": 1 }),
            json!({ "main_module": "a.js", "bindings": [{ "type": "ai" }] }),
            json!({ "body_part": "a.js", "bindings": [{ "name": "A", "type": "data_blob" }] }),
            json!([]),
        ] {
            assert!(read(bad.to_string().as_bytes()).is_err(), "{bad}");
        }
    }
}
