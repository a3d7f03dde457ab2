//! `kv_namespace`: a Workers KV namespace.
//!
//! <https://developers.cloudflare.com/kv/concepts/kv-bindings/>

use serde::Serialize;
use serde_json::{Value, json};

use super::{Input, Reference};
use crate::model::Address;

/// Cloudflare's word for the type.
pub const TYPE: &str = "kv_namespace";

/// An entry of `kv_bindings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KvNamespaceBinding {
    /// Name in JavaScript.
    pub name: String,
    /// Namespace id, 32 lower-case hex digits, or where it comes from.
    pub namespace_id: Input,
    /// The namespace, where a document of the same run describes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Address>,
}

impl KvNamespaceBinding {
    /// As the upload's metadata wants it; nothing while the reference is open.
    pub fn metadata(&self) -> Option<Value> {
        match &self.namespace_id {
            Input::Value(id) => Some(json!({ "type": TYPE, "name": self.name, "namespace_id": id })),
            Input::Reference(_) | Input::Late(_) => None,
        }
    }

    /// The open reference, if any.
    pub fn reference(&self) -> Option<&Reference> {
        match &self.namespace_id {
            Input::Value(_) | Input::Late(_) => None,
            Input::Reference(reference) => Some(reference),
        }
    }
}
