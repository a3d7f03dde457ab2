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
        let bytes = json_bytes(self.settings);
        let part = Part { name: "settings", filename: None, content_type: "application/json", bytes };
        request.body = Some(multipart::encode(&[part]));
        request
    }

    fn parse(&self, _answer: &Answer) -> Result<Self::Output, String> {
        Ok(Done)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloudflare::Auth;
    use crate::http::Repeat;
    use crate::secret::Secret;

    #[test]
    fn settings_go_as_the_one_part_of_a_form_and_may_be_sent_again() {
        let api = Api::new("https://api.example/client/v4", Auth::Token(Secret::new("t"))).expect("an API");
        let settings = VersionSettings {
            bindings: vec![json!({ "type": "inherit", "name": "KEY" })],
            annotations: BTreeMap::from([("workers/tag".to_owned(), "mark".to_owned())]),
        };
        let request = PatchSettings { account_id: "acc", script: "api", settings: &settings }.request(&api);
        assert_eq!(request.url, "https://api.example/client/v4/accounts/acc/workers/scripts/api/settings");
        assert_eq!((request.method, request.repeat), (Method::Patch, Repeat::Safe));
        let (content_type, body) = request.body.expect("a body");
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=").expect("a boundary");
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"settings\"\r\nContent-Type: application/json\r\n\r\n\
             {}\r\n--{boundary}--\r\n",
            r#"{"bindings":[{"name":"KEY","type":"inherit"}],"annotations":{"workers/tag":"mark"}}"#
        );
        let sent = String::from_utf8(body.to_vec()).expect("text");
        assert_eq!(sent, expected);
    }
}
