//! Settings of a script together with those of its newest version.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/script_and_version_settings/>

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::api::json_bytes;
use super::call::Call;
use super::error::Family;
use super::multipart::{self, Part};
use super::permissions;
use super::raw_body::RawBody;
use crate::http::Method;

/// `PATCH …/settings`: makes a version from the newest one, with its code, and deploys it to all requests.
pub fn patch(account_id: &str, script: &str, settings: &VersionSettings) -> Call {
    let path = ["accounts", account_id, "workers", "scripts", script, "settings"];
    let bytes = json_bytes(settings);
    let part = Part { name: "settings", filename: None, content_type: "application/json", bytes };
    let (content_type, content) = multipart::encode(&[part]);
    let raw = Some(RawBody { content_type, content });
    Call { raw, ..Call::new((Family::Workers, permissions::SCRIPTS), Method::Patch, &path) }
}

/// Members of a version; each replaces that of the version before as a whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VersionSettings {
    /// All bindings: one that stays as it is has the type `inherit`.
    pub bindings: Vec<Value>,
    /// Those of the version before do not stay: `workers/tag` (100 bytes), `workers/message` (1,000 bytes).
    pub annotations: BTreeMap<String, String>,
    /// Of the script: all Workers that get its traces; absent keeps them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tail_consumers: Option<Vec<Value>>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloudflare::{Api, Auth};
    use crate::http::Repeat;
    use crate::secret::Secret;

    #[test]
    fn settings_go_as_the_one_part_of_a_form_and_may_be_sent_again() {
        let api = Api::new("https://api.example/client/v4", Auth::Token(Secret::new("t"))).expect("an API");
        let settings = VersionSettings {
            bindings: vec![json!({ "type": "inherit", "name": "KEY" })],
            annotations: BTreeMap::from([("workers/tag".to_owned(), "mark".to_owned())]),
            tail_consumers: None,
        };
        let request = patch("acc", "api", &settings).request(&api, &|_| None).expect("a request");
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
