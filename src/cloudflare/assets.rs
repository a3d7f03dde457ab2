//! Upload of static assets: files are announced by hash, what the account lacks is sent in buckets, and a last token stands
//! for all of them in the upload of the script.
//!
//! <https://developers.cloudflare.com/workers/static-assets/direct-upload/>

use base64ct::{Base64, Encoding};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::accepted::{Accepted, FromResult};
use super::call::{Call, Origin};
use super::error::Family;
use super::multipart::{self, Part};
use super::permissions;
use super::raw_body::RawBody;
use crate::http::Method;
use crate::model::typed;
use crate::secret::Secret;

/// Says that a file is served without a content type.
const NO_TYPE: &str = "application/null";

/// One file on its way: its hash, its content type, its content.
pub type Sent<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// `POST …/scripts/{script}/assets-upload-session`: announces files. It makes nothing that anybody sees, so that it may be
/// sent twice.
pub fn announce(account_id: &str, script: &str, files: Value) -> Call {
    let path = ["accounts", account_id, "workers", "scripts", script, "assets-upload-session"];
    Call {
        body: json!({ "manifest": files }),
        repeats: true,
        ..Call::new((Family::Workers, permissions::SCRIPTS), Method::Post, &path)
    }
    .answered_by::<Session>()
}

/// `POST …/workers/assets/upload`: sends files of one bucket, with the token of the session in place of the credentials.
pub fn send<'a>(account_id: &str, token: &Secret, files: impl IntoIterator<Item = Sent<'a>>) -> Call {
    let part = |(hash, content_type, content): Sent<'a>| Part {
        name: hash,
        filename: Some(hash),
        content_type: content_type.unwrap_or(NO_TYPE),
        bytes: Bytes::from(Base64::encode_string(content)),
    };
    let parts: Vec<Part<'_>> = files.into_iter().map(part).collect();
    let (content_type, content) = multipart::encode(&parts);
    Call {
        origin: Origin::Bearer(token.clone()),
        query: vec![("base64", "true")],
        raw: Some(RawBody { content_type, content }),
        repeats: true,
        ..Call::new(
            (Family::Workers, permissions::SCRIPTS),
            Method::Post,
            &["accounts", account_id, "workers", "assets", "upload"],
        )
    }
}

/// What an announcement is answered with.
#[derive(Clone, Debug, Deserialize)]
pub struct Session {
    /// For sending files, or, where none is missing, for the upload of the script.
    pub jwt: Secret,
    /// Hashes of what is missing.
    #[serde(default)]
    pub buckets: Vec<Vec<String>>,
}

impl Session {
    /// Out of the result of an accepted announcement.
    pub fn told(result: &Value) -> Option<Self> {
        typed(result.clone()).ok()
    }
}

impl FromResult for Session {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

/// The token that stands for all files, once the last of them has arrived.
pub fn completion(result: &Value) -> Option<Secret> {
    result.get("jwt").and_then(Value::as_str).filter(|token| !token.is_empty()).map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::{Api, Auth};

    fn sent(auth: Auth) -> crate::http::Request {
        let api = Api::new(Api::BASE_URL, auth).expect("usable");
        let call = send(
            "a",
            &Secret::new("the-session"),
            [("0f", Some("text/css; charset=utf-8"), &b"p {}"[..]), ("1f", None, b"")],
        );
        call.request(&api, &|_| None).expect("a request")
    }

    #[test]
    fn files_go_to_the_api_with_the_token_of_their_session_and_no_other_credentials() {
        let key = Auth::Key { email: "me@example.com".into(), key: Secret::new("canary-key") };
        for auth in [Auth::Token(Secret::new("canary-token")), key] {
            let request = sent(auth);
            assert_eq!(
                request.url,
                "https://api.cloudflare.com/client/v4/accounts/a/workers/assets/upload?base64=true"
            );
            let headers: Vec<(&str, &str)> =
                request.headers.iter().map(|(name, value)| (*name, value.reveal())).collect();
            let credentials: Vec<_> =
                headers.into_iter().filter(|(name, _)| !["accept", "user-agent"].contains(name)).collect();
            assert_eq!(credentials, [("authorization", "Bearer the-session")]);
        }
    }

    #[test]
    fn a_file_is_a_part_by_its_hash_in_base64_with_the_type_that_it_is_served_with() {
        let (_, content) = sent(Auth::Token(Secret::new("t"))).body.expect("a body");
        let text = String::from_utf8(content.to_vec()).expect("text");
        assert!(
            text.contains("name=\"0f\"; filename=\"0f\"\r\nContent-Type: text/css; charset=utf-8\r\n\r\ncCB7fQ==\r\n"),
            "{text}"
        );
        assert!(text.contains("name=\"1f\"; filename=\"1f\"\r\nContent-Type: application/null\r\n\r\n\r\n"), "{text}");
    }

    #[test]
    fn an_answer_without_a_token_is_not_the_last_one() {
        assert!(completion(&json!({})).is_none() && completion(&json!({ "jwt": null })).is_none());
        assert!(completion(&json!({ "jwt": "" })).is_none() && completion(&Value::Null).is_none());
        assert_eq!(completion(&json!({ "jwt": "done" })).map(|token| token.reveal().to_owned()), Some("done".into()));
    }
}
