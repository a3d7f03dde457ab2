//! Settings of a script together with those of its newest version.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/script_and_version_settings/>

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::api::{Api, Endpoint, json_bytes};
use super::envelope::Done;
use super::error::Family;
use super::multipart::{self, Part};
use super::permissions::{self, Grant};
use crate::http::{Answer, Method, Request};

/// `PATCH …/settings`: makes a version from the newest one, with its code, and deploys it to all requests.
#[derive(Clone, Copy, Debug)]
pub struct PatchSettings<'a> {
    /// Account id.
    pub account_id: &'a str,
    /// Script name.
    pub script: &'a str,
    /// What the new version has otherwise.
    pub settings: &'a VersionSettings,
}

/// Members of a version; each replaces that of the version before as a whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VersionSettings {
    /// All bindings: one that stays as it is has the type `inherit`.
    pub bindings: Vec<Value>,
    /// Those of the version before do not stay: `workers/tag` (100 bytes), `workers/message` (1,000 bytes).
    pub annotations: BTreeMap<String, String>,
}

impl Endpoint for PatchSettings<'_> {
    type Output = Done;
    const FAMILY: Family = Family::Workers;
    const GRANT: Grant = permissions::SCRIPTS;

    fn request(&self, api: &Api) -> Request {
        let path = ["accounts", self.account_id, "workers", "scripts", self.script, "settings"];
        let mut request = api.request(Method::Patch, &path);
        let bytes = json_bytes(self.settings).into();
        let part = Part { name: "settings", filename: None, content_type: "application/json", bytes };
        request.body = Some(multipart::encode(&[part]));
        request
    }

    fn parse(&self, _answer: &Answer) -> Result<Self::Output, String> {
        Ok(Done)
    }
}
