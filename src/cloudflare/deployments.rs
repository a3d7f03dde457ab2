//! Deployments of a script: which versions are live.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::accepted::{Accepted, FromResult};
use super::call::Call;
use super::envelope::or_default;
use super::error::Family;
use super::permissions;
use super::read::ReadOf;
use crate::http::Method;

/// `GET …/deployments`: newest first; the first one is live.
pub fn list(account_id: &str, script: &str) -> ReadOf<Deployments> {
    let path = ["accounts", account_id, "workers", "scripts", script, "deployments"];
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path, format!("deployments of `{script}`")).or_absent()
}

/// Refused because the versions that get requests now have other secrets; `force` goes on.
pub const SECRETS_CHANGED: i64 = 10220;

/// `POST …/deployments`: these versions get requests from now on, each its share of a hundred. `force`: also where they
/// have other secrets than those that get them now. Not to be sent again unseen: somebody may have deployed in between.
///
/// <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/methods/create/>
pub fn create(account_id: &str, script: &str, shares: &[(String, f64)], force: bool, message: &str) -> Call {
    let path = ["accounts", account_id, "workers", "scripts", script, "deployments"];
    let share =
        |(version_id, percentage): &(String, f64)| json!({ "version_id": version_id, "percentage": percentage });
    let versions: Vec<Value> = shares.iter().map(share).collect();
    Call {
        query: if force { vec![("force", "true")] } else { Vec::new() },
        body: json!({
            "strategy": "percentage",
            "versions": versions,
            "annotations": { "workers/message": message },
        }),
        ..Call::new((Family::Workers, permissions::SCRIPTS), Method::Post, &path)
    }
}

/// Deployments of a script.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Deployments {
    /// Newest first.
    #[serde(default, deserialize_with = "or_default")]
    pub deployments: Vec<Deployment>,
}

impl FromResult for Deployments {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.or_default()
    }
}

/// A deployment. Its annotations speak of the deploying, never of the version.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Deployment {
    /// UUID.
    pub id: String,
    /// RFC 3339.
    #[serde(default)]
    pub created_on: Option<String>,
    /// `api`, `wrangler`, `dash`, ….
    #[serde(default)]
    pub source: Option<String>,
    /// Who, when it was a person.
    #[serde(default)]
    pub author_email: Option<String>,
    /// One or two versions, 100 per cent in all.
    #[serde(default, deserialize_with = "or_default")]
    pub versions: Vec<DeployedVersion>,
    /// `workers/message` and `workers/triggered_by`.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<String, Value>,
}

/// A version's share of requests.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DeployedVersion {
    /// UUID with hyphens.
    pub version_id: String,
    /// Per cent.
    pub percentage: f64,
}
