//! Versions of a script: immutable, so an annotation of ours on one proves what is in it.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/versions/>

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::api::{Api, Endpoint, with_query};
use super::envelope::{or_default, result, result_or_default};
use super::error::Family;
use super::permissions::{self, Grant};
use super::scripts::LiveBinding;
use crate::http::{Answer, Method, Request};

/// `GET …/versions?deployable=true`: the newest hundred, no pages.
#[derive(Clone, Copy, Debug)]
pub struct ListVersions<'a> {
    /// Account id.
    pub account_id: &'a str,
    /// Script name.
    pub script: &'a str,
}

/// `GET …/versions/{version}`: one version with its bindings.
#[derive(Clone, Copy, Debug)]
pub struct ReadVersion<'a> {
    /// Account id.
    pub account_id: &'a str,
    /// Script name.
    pub script: &'a str,
    /// UUID with hyphens.
    pub version_id: &'a str,
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
}

impl Version {
    /// An annotation's text, such as `workers/tag`.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name)?.as_str()
    }
}

#[derive(Default, Deserialize)]
struct Items {
    #[serde(default, deserialize_with = "or_default")]
    items: Vec<Version>,
}

impl Endpoint for ListVersions<'_> {
    type Output = Vec<Version>;
    const FAMILY: Family = Family::Workers;
    const GRANT: Grant = permissions::SCRIPTS;

    fn request(&self, api: &Api) -> Request {
        let path = ["accounts", self.account_id, "workers", "scripts", self.script, "versions"];
        with_query(api.request(Method::Get, &path), &[("deployable", "true")])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        let mut versions = result_or_default::<Items>(answer)?.items;
        versions.sort_by_key(|version| Reverse(version.number));
        Ok(versions)
    }
}

impl Endpoint for ReadVersion<'_> {
    type Output = Version;
    const FAMILY: Family = Family::Workers;
    const GRANT: Grant = permissions::SCRIPTS;

    fn request(&self, api: &Api) -> Request {
        let path = ["accounts", self.account_id, "workers", "scripts", self.script, "versions", self.version_id];
        api.request(Method::Get, &path)
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result(answer)
    }
}
