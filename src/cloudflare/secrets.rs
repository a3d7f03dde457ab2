//! Secrets of a script: names can be read, values can't.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/secrets/>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::api::{Api, Endpoint, json_bytes};
use super::envelope::Done;
use super::error::Family;
use super::permissions::{self, Grant};
use super::read::ReadOf;
use crate::http::{Answer, Method, Request};
use crate::secret::Secret;

/// `GET …/secrets`: of the newest version.
pub fn list(account_id: &str, script: &str) -> ReadOf<Vec<SecretName>> {
    let path = ["accounts", account_id, "workers", "scripts", script, "secrets"];
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path, format!("secrets of `{script}`")).or_absent()
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

impl Endpoint for PatchSecrets<'_> {
    type Output = Done;
    const FAMILY: Family = Family::Workers;
    const GRANT: Grant = permissions::SCRIPTS;

    fn request(&self, api: &Api) -> Request {
        let path = ["accounts", self.account_id, "workers", "scripts", self.script, "secrets-bulk"];
        let mut request = api.request(Method::Patch, &path);
        let members = self.secrets.iter().map(|(name, value)| (name.clone(), member(name, value.as_ref())));
        let secrets: Map<String, Value> = members.collect();
        request.body = Some(("application/merge-patch+json".into(), json_bytes(&json!({ "secrets": secrets })).into()));
        request
    }

    fn parse(&self, _answer: &Answer) -> Result<Self::Output, String> {
        Ok(Done)
    }
}

fn member(name: &str, value: Option<&Secret>) -> Value {
    value.map_or(Value::Null, |value| json!({ "name": name, "text": value.reveal(), "type": "secret_text" }))
}
