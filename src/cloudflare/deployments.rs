//! Deployments of a script: which versions are live.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::api::{Api, Endpoint};
use super::envelope::{or_default, result_or_default};
use super::error::Family;
use super::permissions::{self, Grant};
use crate::http::{Answer, Method, Request};

/// `GET …/deployments`: newest first; the first one is live.
#[derive(Clone, Copy, Debug)]
pub struct ListDeployments<'a> {
    /// Account id.
    pub account_id: &'a str,
    /// Script name.
    pub script: &'a str,
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

#[derive(Default, Deserialize)]
struct Deployments {
    #[serde(default, deserialize_with = "or_default")]
    deployments: Vec<Deployment>,
}

impl Endpoint for ListDeployments<'_> {
    type Output = Vec<Deployment>;
    const FAMILY: Family = Family::Workers;
    const GRANT: Grant = permissions::SCRIPTS;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Get, &["accounts", self.account_id, "workers", "scripts", self.script, "deployments"])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result_or_default(answer).map(|list: Deployments| list.deployments)
    }
}
