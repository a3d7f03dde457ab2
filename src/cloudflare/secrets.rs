//! Secrets of a script: names can be read, values can't.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/secrets/>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::api::{Api, Endpoint, json_bytes};
use super::envelope::{Done, result_or_default};
use super::error::Family;
use super::permissions::{self, Grant};
use crate::http::{Answer, Method, Request};
use crate::secret::Secret;

/// `GET …/secrets`: of the newest version.
#[derive(Clone, Copy, Debug)]
pub struct ListSecrets<'a> {
    /// Account id.
    pub account_id: &'a str,
    /// Script name.
    pub script: &'a str,
}

/// `PATCH …/secrets-bulk`: sets and removes in one new version, which goes live at once.
///
/// Refused with 10215 while the newest version is not the live one.
#[derive(Clone, Copy, Debug)]
pub struct PatchSecrets<'a> {
    /// Account id.
    pub account_id: &'a str,
    /// Script name.
    pub script: &'a str,
    /// A value sets a secret, nothing removes it; others stay.
    pub secrets: &'a BTreeMap<String, Option<Secret>>,
}

/// A secret as it can be read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SecretName {
    /// Name in JavaScript.
    pub name: String,
}

impl Endpoint for ListSecrets<'_> {
    type Output = Vec<SecretName>;
    const FAMILY: Family = Family::Workers;
    const GRANT: Grant = permissions::SCRIPTS;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Get, &["accounts", self.account_id, "workers", "scripts", self.script, "secrets"])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result_or_default(answer)
    }
}

impl Endpoint for PatchSecrets<'_> {
    type Output = Done;
    const FAMILY: Family = Family::Workers;
    const GRANT: Grant = permissions::SCRIPTS;

    fn request(&self, api: &Api) -> Request {
        let path = ["accounts", self.account_id, "workers", "scripts", self.script, "secrets-bulk"];
        let mut request = api.request(Method::Patch, &path);
        let members = self.secrets.iter().map(|(name, value)| (name.clone(), member(name, value.as_ref())));
        let secrets: Map<String, Value> = members.collect();
        request.body = Some(("application/merge-patch+json".into(), json_bytes(&json!({ "secrets": secrets }))));
        request
    }

    fn parse(&self, _answer: &Answer) -> Result<Self::Output, String> {
        Ok(Done)
    }
}

fn member(name: &str, value: Option<&Secret>) -> Value {
    value.map_or(Value::Null, |value| json!({ "name": name, "text": value.reveal(), "type": "secret_text" }))
}
