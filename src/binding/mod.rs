//! Binding types: one file each, one line in [`Binding`] each.

use serde::Serialize;

use crate::model::{Address, Output};

pub mod kv_namespace;
pub mod plain_text;
pub mod secret_text;

pub use kv_namespace::KvNamespaceBinding;
pub use plain_text::PlainTextBinding;
pub use secret_text::{SecretSource, SecretTextBinding};

/// A value that stands in the manifest, or that another resource will give.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Input {
    /// Known.
    Value(String),
    /// To be resolved before planning; a `$…` text never reaches Cloudflare.
    Reference(Reference),
    /// Known when another resource of the run is made.
    Late(Output),
}

/// Points to a field of another resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// Kind as a manifest spells it, such as `CloudflareKvNamespace`.
    pub kind: String,
    /// Name of the resource (for a live look-up: its title).
    pub name: String,
    /// Output wanted, such as `namespace_id`.
    pub output: String,
    /// Path in the manifest where the reference stands, for findings.
    pub path: String,
}

/// A binding as the manifest wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Binding {
    /// An environment variable.
    PlainText(PlainTextBinding),
    /// A secret.
    SecretText(SecretTextBinding),
    /// A KV namespace.
    KvNamespace(KvNamespaceBinding),
}

impl Binding {
    /// Name in JavaScript, `env.NAME`.
    pub fn name(&self) -> &str {
        match self {
            Self::PlainText(binding) => &binding.name,
            Self::SecretText(binding) => &binding.name,
            Self::KvNamespace(binding) => &binding.name,
        }
    }

    /// Cloudflare's word for the type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::PlainText(_) => plain_text::TYPE,
            Self::SecretText(_) => secret_text::TYPE,
            Self::KvNamespace(_) => kv_namespace::TYPE,
        }
    }

    /// What it refers to and must be resolved before planning.
    pub fn reference(&self) -> Option<&Reference> {
        match self {
            Self::PlainText(_) | Self::SecretText(_) => None,
            Self::KvNamespace(binding) => binding.reference(),
        }
    }

    /// What it comes from, where a document of the same run describes that.
    pub fn needs(&self) -> Option<Address> {
        match self {
            Self::PlainText(_) | Self::SecretText(_) => None,
            Self::KvNamespace(binding) => binding.of.clone(),
        }
    }

    /// Whether its value is made by another write of the run.
    pub fn is_late(&self) -> bool {
        matches!(self, Self::KvNamespace(binding) if matches!(binding.namespace_id, Input::Late(_)))
    }

    /// The same with the values that other writes of the run made.
    #[must_use]
    pub fn with_late(mut self, late: &dyn Fn(&Output) -> Option<String>) -> Self {
        if let Self::KvNamespace(binding) = &mut self
            && let Input::Late(output) = &binding.namespace_id
            && let Some(value) = late(output)
        {
            binding.namespace_id = Input::Value(value);
        }
        self
    }
}
