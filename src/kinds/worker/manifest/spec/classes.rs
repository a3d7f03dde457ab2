//! The Worker's own classes of Durable Objects, as a manifest says them: `migrations` by tag, as wrangler has them, or the
//! map `exports`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::schema::Items;

/// One step of what became of the Worker's classes of Durable Objects.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ClassMigration")]
pub struct Migration {
    /// What the step is called, such as `v1`: each step has a tag of its own, and keeps it. The account remembers the last
    /// one that was carried out.
    #[schemars(required)]
    pub tag: Option<String>,
    /// Classes that come to be, with storage in SQLite.
    pub new_sqlite_classes: Option<Items<String>>,
    /// Classes that come to be with storage of the earlier kind, which new accounts do not get.
    pub new_classes: Option<Items<String>>,
    /// Classes that get another name and keep their objects.
    pub renamed_classes: Option<Items<Rename>>,
    /// Classes that go with all that their objects store: that also needs `--delete-data class:WORKER/CLASS`.
    pub deleted_classes: Option<Items<String>>,
    /// Classes of other Workers that come over with their objects.
    pub transferred_classes: Option<Items<Transfer>>,
}

/// A class that gets another name.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RenamedClass")]
pub struct Rename {
    /// Its name until then.
    #[schemars(required)]
    pub from: Option<String>,
    /// Its name from then on.
    #[schemars(required)]
    pub to: Option<String>,
}

/// A class that comes from another Worker.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TransferredClass")]
pub struct Transfer {
    /// Its name in the other Worker.
    #[schemars(required)]
    pub from: Option<String>,
    /// Script name of the other Worker.
    #[schemars(required)]
    pub from_script: Option<String>,
    /// Its name here.
    #[schemars(required)]
    pub to: Option<String>,
}

/// What the Worker's code exports under a name, or what became of a class that it exported.
#[derive(Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// `durable-object`, or `worker` for an entrypoint.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(required, extend("enum" = ["durable-object", "worker"]))]
    pub export_type: Option<String>,
    /// How objects store: `sqlite`, or `legacy-kv` for a class that has that already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = [Some("sqlite"), Some("legacy-kv"), None::<&str>]))]
    pub storage: Option<String>,
    /// What is to be: `created`, `deleted` (with all that its objects store: that also needs
    /// `--delete-data class:WORKER/CLASS`), `renamed`, `transferred` or `expecting-transfer`. Default: `created`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = [Some("created"), Some("deleted"), Some("renamed"), Some("transferred"), Some("expecting-transfer"), None::<&str>]))]
    pub state: Option<String>,
    /// The class that has its objects from then on, with `renamed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renamed_to: Option<String>,
    /// Script name of the Worker that has it from then on, with `transferred`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transferred_to: Option<String>,
    /// Script name of the Worker that has it until then, with `expecting-transfer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_from: Option<String>,
    /// Whether answers of the entrypoint are cached, with type `worker`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<ExportCache>,
}

/// Whether answers of an entrypoint are cached.
#[derive(Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExportCache {
    /// On or off.
    #[schemars(required)]
    pub enabled: Option<bool>,
}

/// The map `exports`, by the names in the code.
pub type Exports = BTreeMap<String, Export>;
