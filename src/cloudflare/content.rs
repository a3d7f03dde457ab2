//! The live code of a script, as its modules.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/content/methods/get/>

use bytes::Bytes;

use super::api::{Api, malformed};
use super::error::{Family, judge};
use super::permissions;
use crate::bundle;
use crate::http::{Answer, CallError, CallErrorKind, Client, Method, Verdict};

/// More than any Worker has.
const MOST_BYTES: usize = 128 * 1024 * 1024;
/// A body that breaks off is asked for again.
const TRIES: u32 = 4;

/// The live code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveContent {
    /// One script, whose name no answer tells.
    Script(Bytes),
    /// Modules with their names.
    Modules(Vec<(String, Bytes)>),
}

/// `GET …/scripts/{script}/content/v2`; nothing where nothing is.
///
/// # Errors
/// [`CallError`] of a read that failed.
pub async fn read(
    api: &Api,
    client: &Client,
    account_id: &str,
    script: &str,
) -> Result<Option<LiveContent>, CallError> {
    let request = api.request(Method::Get, &["accounts", account_id, "workers", "scripts", script, "content", "v2"]);
    let permission = permissions::SCRIPTS.group(false);
    let judged = |answer: &Answer| {
        // What is accepted is no envelope but the code itself.
        if answer.is_success() && !is_json(answer) {
            return Verdict::Accepted;
        }
        match judge(Family::Workers, permission, false, answer) {
            Ok(_) => Verdict::Garbled("it holds no code".into()),
            Err(verdict) => verdict,
        }
    };
    let mut broken = String::new();
    for _ in 0..TRIES {
        let opened = match client.open(&request, &judged).await {
            Err(error) if error.is_absent() => return Ok(None),
            answer => answer?,
        };
        let head = opened.head.clone();
        match client.read(opened, MOST_BYTES).await {
            Ok(bytes) if bytes.len() > MOST_BYTES => {
                return Err(malformed(request.target(), head.cf_ray(), "the code has no end"));
            }
            Ok(bytes) => {
                let found = parts(&head, bytes.into());
                return found.map(Some).map_err(|reason| malformed(request.target(), head.cf_ray(), &reason));
            }
            Err(error) if error.aborted => {
                let kind = client.stop();
                return Err(CallError { target: request.target(), tries: 1, may_have_arrived: false, kind });
            }
            Err(error) => broken = error.message,
        }
    }
    let kind = CallErrorKind::Unanswered { reason: broken };
    Err(CallError { target: request.target(), tries: TRIES, may_have_arrived: false, kind })
}

fn is_json(answer: &Answer) -> bool {
    answer.header("content-type").is_some_and(|value| value.starts_with("application/json"))
}

fn parts(head: &Answer, bytes: Bytes) -> Result<LiveContent, String> {
    let is_form = head.header("content-type").is_some_and(|value| value.starts_with("multipart/"));
    if !is_form {
        return Ok(LiveContent::Script(bytes));
    }
    bundle::parts(&bytes).map(LiveContent::Modules)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(content_type: &str) -> Answer {
        Answer { status: 200, headers: vec![("content-type".into(), content_type.into())], body: Vec::new() }
    }

    #[test]
    fn a_form_is_modules_by_name_and_anything_else_is_one_script() {
        let form = Bytes::from_static(
            b"--b\r\nContent-Disposition: form-data; name=\"index.js\"; filename=\"index.js\"\r\n\
              Content-Type: application/javascript+module\r\n\r\nexport default {}\r\n\
              --b\r\nContent-Disposition: form-data; name=\"lib/a.wasm\"\r\n\r\n\0asm\r\n--b--\r\n",
        );
        let modules = parts(&head("multipart/form-data; boundary=b"), form.clone()).expect("modules");
        let wanted = [("index.js", &b"export default {}"[..]), ("lib/a.wasm", b"\0asm")];
        let wanted = wanted.map(|(name, bytes)| (name.to_owned(), Bytes::from_static(bytes)));
        assert_eq!(modules, LiveContent::Modules(wanted.to_vec()));
        let script = parts(&head("application/javascript"), form.clone()).expect("a script");
        assert_eq!(script, LiveContent::Script(form.clone()));
        assert!(parts(&head("multipart/form-data; boundary=b"), form.slice(..60)).is_err());
    }
}
