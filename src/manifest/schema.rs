//! The manifest's types: the shape check, the typed read and the JSON Schema all come from here.
//!
//! Every field is optional in Rust, so that a document with mistakes can still be read as far as it goes;
//! what the schema requires is told by the shape check.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// API groups that a Worker manifest may name, oldest first.
pub const API_VERSIONS: [&str; 3] =
    ["cloudflare.project-planton.org/v1", "cloudflare.openmcf.org/v1", "cloudflare.planton.dev/v1"];

/// What all kinds of documents have in common, around the `spec` of one kind.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "S: Deserialize<'de>")]
#[schemars(rename = "Manifest")]
pub struct Manifest<S> {
    /// Where an editor finds the schema of this file; otherwise ignored.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// API group and version.
    #[serde(rename = "apiVersion")]
    #[schemars(required, extend("enum" = API_VERSIONS))]
    pub api_version: Option<String>,
    /// What the document describes.
    #[schemars(required)]
    pub kind: Option<String>,
    /// Who it is.
    #[schemars(required)]
    pub metadata: Option<Metadata>,
    /// What it should be.
    #[schemars(required)]
    pub spec: Option<S>,
    /// Written by other tools; ignored.
    #[schemars(with = "Option<serde_json::Value>")]
    pub status: Option<IgnoredAny>,
}

/// Name and labels of a resource.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// Name of the resource; with `org` and `env` its identity. Empty: the name in `spec`.
    pub name: Option<String>,
    /// Has no effect here.
    pub slug: Option<String>,
    /// Has no effect here.
    pub id: Option<String>,
    /// Organisation, part of the identity.
    pub org: Option<String>,
    /// Environment, part of the identity.
    pub env: Option<String>,
    /// Has no effect here.
    pub labels: Option<BTreeMap<String, String>>,
    /// `drift: overwrite` lets a run replace somebody else's live version; others have no effect here.
    pub annotations: Option<BTreeMap<String, String>>,
    /// Has no effect here.
    pub tags: Option<Items<String>>,
    /// Has no effect here.
    pub relationships: Option<Items<Relationship>>,
    /// Has no effect here.
    pub group: Option<String>,
}

/// How the resource relates to another; has no effect here.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relationship {
    /// Kind of the other resource.
    pub kind: Option<Word>,
    /// Environment of the other resource.
    pub env: Option<String>,
    /// Name of the other resource.
    pub name: Option<String>,
    /// `depends_on`, `runs_on`, `managed_by` or `uses`.
    #[serde(rename = "type")]
    pub relation: Option<Word>,
    /// Visual group.
    pub group: Option<String>,
}

/// Text, which may be `$cloudflare-KIND/NAME/status.outputs.FIELD`, or where it comes from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TextOrFrom {
    /// As it is.
    Text(String),
    /// As the original system writes it.
    From(ValueOrFrom),
}

/// A value, or the resource that gives it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueOrFrom {
    /// The value itself.
    pub value: Option<String>,
    /// The resource, and which of its outputs.
    pub value_from: Option<ValueFrom>,
}

/// A field of another resource.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueFrom {
    /// Kind of the resource. Default: the one that the field takes; a variable takes several and has none.
    pub kind: Option<Word>,
    /// Environment of the resource; has no effect here.
    pub env: Option<String>,
    /// Name of the resource: of its document, or in the account. Of several documents of that name, the one of the same
    /// `org` and `env` is meant.
    #[schemars(required)]
    pub name: Option<String>,
    /// Output wanted, as `status.outputs.NAME`. Default: the one that the field takes, likewise.
    pub field_path: Option<String>,
}

/// An enum value by name or number.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Word {
    /// By name.
    Name(String),
    /// By number.
    Number(i64),
}

/// Text of a secret, or where it comes from.
///
/// INVARIANT: `writeOnly` in its schema keeps the value out of every finding.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct SecretValue(pub String);

impl std::fmt::Debug for SecretValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(crate::secret::MASK)
    }
}

impl JsonSchema for SecretValue {
    fn schema_name() -> Cow<'static, str> {
        "SecretValue".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true })
    }
}

/// A list whose unreadable items leave a gap, so that the others keep their index.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Items<T>(pub Vec<Option<T>>);

impl<T> Items<T> {
    /// The readable items with their indexes.
    pub fn each(&self) -> impl Iterator<Item = (usize, &T)> {
        self.0.iter().enumerate().filter_map(|(index, item)| item.as_ref().map(|item| (index, item)))
    }
}

impl<T: JsonSchema> JsonSchema for Items<T> {
    fn schema_name() -> Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<T>::json_schema(generator)
    }
}
