//! Versions of a script: immutable, so an annotation of ours on one proves what is in it.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/versions/>

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::accepted::{Accepted, FromResult};
use super::envelope::or_default;
use super::error::Family;
use super::permissions;
use super::read::ReadOf;
use super::scripts::LiveBinding;

/// `GET …/versions?deployable=true`: the newest hundred, no pages.
pub fn list(account_id: &str, script: &str) -> ReadOf<Versions> {
    let path = ["accounts", account_id, "workers", "scripts", script, "versions"];
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path, format!("versions of `{script}`"))
        .with("deployable", "true")
        .or_absent()
}

/// `GET …/versions/{version}`, a UUID with hyphens: one version with its bindings.
pub fn read(account_id: &str, script: &str, version_id: &str) -> ReadOf<Version> {
    let path = ["accounts", account_id, "workers", "scripts", script, "versions", version_id];
    let subject = format!("version {version_id} of `{script}`");
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path, subject).or_absent()
}

/// Versions of a script.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Versions {
    /// Newest first.
    #[serde(default, deserialize_with = "or_default")]
    pub items: Vec<Version>,
}

impl FromResult for Versions {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        let mut versions: Self = accepted.or_default()?;
        versions.items.sort_by_key(|version| Reverse(version.number));
        Ok(versions)
    }
}

impl FromResult for Version {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

/// A version.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Version {
    /// UUID with hyphens.
    pub id: String,
    /// Grows with each version.
    #[serde(default)]
    pub number: Option<u64>,
    /// Who made it and when.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: VersionMetadata,
    /// `workers/tag`, `workers/message`, `workers/triggered_by`. Absent in a list does not mean that there are none.
    #[serde(default)]
    pub annotations: Option<BTreeMap<String, Value>>,
    /// What is in it; only when read by its id.
    #[serde(default)]
    pub resources: Option<VersionResources>,
}

/// Who made a version and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct VersionMetadata {
    /// RFC 3339.
    #[serde(default)]
    pub created_on: Option<String>,
    /// `api`, `wrangler`, `dash`, `terraform`, ….
    #[serde(default)]
    pub source: Option<String>,
    /// Who, when it was a person.
    #[serde(default)]
    pub author_email: Option<String>,
}

/// What is in a version.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct VersionResources {
    /// Secrets without values.
    #[serde(default, deserialize_with = "or_default")]
    pub bindings: Vec<LiveBinding>,
    /// Compatibility and limits.
    #[serde(default)]
    pub script_runtime: Option<ScriptRuntime>,
}

/// How a version runs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct ScriptRuntime {
    /// `YYYY-MM-DD`.
    #[serde(default)]
    pub compatibility_date: Option<String>,
    /// In no certain order.
    #[serde(default, deserialize_with = "or_default")]
    pub compatibility_flags: Vec<String>,
    /// The last migration of its Durable Object classes.
    #[serde(default)]
    pub migration_tag: Option<String>,
}

impl Version {
    /// An annotation's text, such as `workers/tag`.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name)?.as_str()
    }
}
