//! The digest of a version mark that tells code and versioned configuration.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::DesiredScript;
use crate::binding::{Binding, secret_text};
use crate::model::{Syntax, marks};

/// Digest of code and versioned configuration: what decides whether an upload is needed.
pub fn code_digest(sha256: &str, script: &DesiredScript, date: &str) -> String {
    let bindings: Vec<Value> = script.bindings.iter().map(digested).collect();
    let mut content = json!({
        "bundle": sha256,
        "main_module": script.main_module,
        "compatibility_date": date,
        "compatibility_flags": script.compatibility_flags,
        "bindings": bindings,
    });
    if let (Some(Syntax::ServiceWorker), Some(members)) = (script.format, content.as_object_mut()) {
        members.insert("format".into(), Syntax::ServiceWorker.as_str().into());
    }
    if let (Some(assets), Some(members)) = (&script.assets, content.as_object_mut()) {
        members.insert("assets".into(), assets.digested());
    }
    if let (Some(settings), Some(members)) = (script.settings.digested(), content.as_object_mut()) {
        members.insert("settings".into(), settings);
    }
    if let (Some(exports), Some(members)) = (&script.classes.exports, content.as_object_mut()) {
        members.insert("exports".into(), json!(exports));
    }
    marks::short_digest(&Sha256::digest(content.to_string().as_bytes()))
}

/// A binding in the digest: secrets by name only.
fn digested(binding: &Binding) -> Value {
    match binding {
        Binding::PlainText(binding) => binding.metadata().unwrap_or_default(),
        Binding::Plain(binding) => binding.metadata().unwrap_or_default(),
        Binding::SecretText(binding) => json!({ "type": secret_text::TYPE, "name": binding.name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binding::{Input, PlainBinding};

    /// Another form would upload every Worker with a KV binding again after an upgrade.
    #[test]
    fn a_kv_binding_enters_the_digest_in_the_form_of_the_marks_that_are_out_there() {
        let id = "0123456789abcdef0123456789abcdef";
        let value = Input::Value(id.into());
        let binding = PlainBinding::referring("CACHE".into(), "kv_namespace", "namespace_id", value);
        let form = r#"{"name":"CACHE","namespace_id":"0123456789abcdef0123456789abcdef","type":"kv_namespace"}"#;
        assert_eq!(digested(&Binding::Plain(binding)).to_string(), form);
    }
}
