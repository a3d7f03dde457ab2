//! Where the API is and who asks.

use std::cell::Cell;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::envelope::Envelope;
use super::error::{self, Family};
use super::permissions::Grant;
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::http::{self, Answer, CallError, CallErrorKind, Client, LocalFuture, Method, Request, Verdict};
use crate::secret::{Secret, stands_in_quotes};

/// What a path segment may hold unescaped.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Who asks.
///
/// <https://developers.cloudflare.com/fundamentals/api/get-started/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// An API token, owned by a user or an account.
    Token(Secret),
    /// A global API key.
    Key {
        /// E-mail address of the user.
        email: String,
        /// The key.
        key: Secret,
    },
}

/// The API as one caller sees it.
#[derive(Clone, Debug)]
pub struct Api {
    base_url: String,
    auth: Auth,
    user_agent: String,
}

/// The path that every address of the API ends with.
const API_PATH: &str = "/client/v4";

/// Cloudflare's own hosts of it.
const CLOUDFLARE_HOSTS: [&str; 2] = ["api.cloudflare.com", "api.fed.cloudflare.com"];

impl Api {
    /// Cloudflare's own address.
    pub const BASE_URL: &'static str = "https://api.cloudflare.com/client/v4";

    /// An API at `base_url` (with `/client/v4`), asked as `auth`.
    ///
    /// # Errors
    /// A finding when the address is not safe for credentials or the credentials can't stand in a header.
    pub fn new(base_url: &str, auth: Auth) -> Result<Self, Diagnostic> {
        let base_url = http::endpoint(base_url).map_err(|reason| {
            let shown = http::shown_address(base_url);
            Diagnostic::error(Code::EndpointRefused, format!("the API base URL `{shown}` {reason}"))
                .with_help(format!("leave it out for Cloudflare itself ({})", Self::BASE_URL))
        })?;
        let is_cloudflares = base_url.domain().is_some_and(|host| CLOUDFLARE_HOSTS.contains(&host));
        if is_cloudflares && base_url.path() != API_PATH {
            let message = format!("the API base URL `{base_url}` does not end with `{API_PATH}`");
            return Err(Diagnostic::error(Code::BaseUrlPath, message)
                .with_help(format!("leave it out for Cloudflare itself ({})", Self::BASE_URL)));
        }
        let auth = checked(auth)?;
        let user_agent = concat!("cfworker-deploy/", env!("CARGO_PKG_VERSION")).to_owned();
        Ok(Self { base_url: base_url.as_str().trim_end_matches('/').to_owned(), auth, user_agent })
    }

    /// Whether it is on this machine: commands for Cloudflare itself don't reach it.
    pub fn is_local(&self) -> bool {
        http::is_local(&self.base_url)
    }

    /// Who asks.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// The API token, if that is how we ask.
    pub fn token(&self) -> Option<&Secret> {
        match &self.auth {
            Auth::Token(token) => Some(token),
            Auth::Key { .. } => None,
        }
    }

    /// Sends one request; its answer was accepted, and read while it was judged. Boxed, so that its code exists once.
    pub(super) fn exchange<'a>(
        &'a self,
        client: &'a Client,
        request: &'a Request,
        (family, grant): (Family, Grant),
        just_created: bool,
    ) -> LocalFuture<'a, Result<(Answer, Envelope), CallError>> {
        Box::pin(async move {
            if !self.names_one_thing(request) {
                return Err(unaddressed(request));
            }
            let permission = grant.group(request.method.writes());
            let accepted = Cell::new(None);
            let judge = |answer: &Answer| match error::judge(family, permission, just_created, answer) {
                Ok(envelope) => {
                    accepted.set(Some(envelope));
                    Verdict::Accepted
                }
                Err(verdict) => verdict,
            };
            let answer = client.exchange(request, &judge).await.map_err(|error| self.as_asked(error))?;
            Ok((answer, accepted.take().unwrap_or_default()))
        })
    }

    /// A refusal of a key is told as one: a key has no permission groups of its own.
    fn as_asked(&self, mut error: CallError) -> CallError {
        if let (Auth::Key { .. }, CallErrorKind::Refused(refusal)) = (&self.auth, &mut error.kind) {
            refusal.with_key = true;
            refusal.permission = None;
        }
        if !self.base_url.ends_with(API_PATH) {
            name_missing_path(&mut error.kind);
        }
        error
    }

    /// A request for a path made of segments, each escaped here.
    pub(crate) fn request(&self, method: Method, segments: &[&str]) -> Request {
        let mut url = self.base_url.clone();
        for segment in segments {
            url.push('/');
            url.extend(utf8_percent_encode(segment, SEGMENT));
        }
        let mut request = Request::new(method, url);
        request.headers = self.headers();
        request
    }

    /// A request with a JSON body.
    pub(crate) fn json(&self, method: Method, segments: &[&str], body: &impl Serialize) -> Request {
        let mut request = self.request(method, segments);
        request.body = Some(("application/json".into(), json_bytes(body).into()));
        request
    }

    /// Whether each segment of the path is one of its own: URL parsers fold `.`, `..` and nothing away, and an id that
    /// came in an answer may be any of them.
    fn names_one_thing(&self, request: &Request) -> bool {
        let path = request.url.strip_prefix(&self.base_url).and_then(|rest| rest.split('?').next());
        let segments = path.and_then(|path| path.strip_prefix('/'));
        segments.is_some_and(|segments| segments.split('/').all(|segment| !matches!(segment, "" | "." | "..")))
    }

    fn headers(&self) -> Vec<(&'static str, Secret)> {
        let mut headers = match &self.auth {
            Auth::Token(token) => vec![("authorization", Secret::new(format!("Bearer {}", token.reveal())))],
            Auth::Key { email, key } => {
                vec![("x-auth-email", Secret::new(email.as_str())), ("x-auth-key", key.clone())]
            }
        };
        headers.push(("accept", Secret::new("application/json")));
        headers.push(("user-agent", Secret::new(self.user_agent.as_str())));
        headers
    }
}

fn unaddressed(request: &Request) -> CallError {
    let reason = "an id in its path is empty, `.` or `..`, so it would reach something else".to_owned();
    let kind = CallErrorKind::Unsendable { reason };
    CallError { target: request.target(), tries: 0, may_have_arrived: false, kind }
}

/// An answer that a server gives which has the API elsewhere: under an address without the usual path that is the
/// likely cause, and no id of the manifest.
fn name_missing_path(kind: &mut CallErrorKind) {
    let told = match kind {
        CallErrorKind::Malformed { reason, .. } => reason.clone(),
        CallErrorKind::Refused(refusal) if matches!(refusal.code, Some(7000 | 7003)) => refusal.message.clone(),
        _ => return,
    };
    let cf_ray = match kind {
        CallErrorKind::Malformed { cf_ray, .. } => cf_ray.clone(),
        CallErrorKind::Refused(refusal) => refusal.cf_ray.clone(),
        _ => None,
    };
    let reason = format!("{told}; the API base URL does not end with `{API_PATH}`, which may be why");
    *kind = CallErrorKind::Malformed { reason, cf_ray };
}

/// An accepted answer that can't be read.
pub(super) fn malformed(target: String, cf_ray: Option<String>, reason: &str) -> CallError {
    let kind = CallErrorKind::Malformed { reason: plain(reason, 200), cf_ray };
    CallError { target, tries: 1, may_have_arrived: true, kind }
}

/// Bytes of a value as JSON. Our own values always have a JSON form; the empty fallback would be refused.
pub(crate) fn json_bytes(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).unwrap_or_default().into()
}

/// Adds a query; names and values are escaped here.
pub(crate) fn with_query(mut request: Request, pairs: &[(&str, &str)]) -> Request {
    for (index, (name, value)) in pairs.iter().enumerate() {
        request.url.push(if index == 0 { '?' } else { '&' });
        request.url.push_str(name);
        request.url.push('=');
        request.url.extend(utf8_percent_encode(value, SEGMENT));
    }
    request
}

fn checked(auth: Auth) -> Result<Auth, Diagnostic> {
    match auth {
        Auth::Token(token) => Ok(Auth::Token(checked_value("API token", &token)?)),
        Auth::Key { email, key } => {
            let email = checked_value("e-mail address", &Secret::new(email))?.reveal().to_owned();
            Ok(Auth::Key { email, key: checked_value("API key", &key)? })
        }
    }
}

/// Trims a credential and checks that it can stand in a header; says nothing about its value.
fn checked_value(name: &str, value: &Secret) -> Result<Secret, Diagnostic> {
    let trimmed = value.reveal().trim();
    let problem = if trimmed.is_empty() {
        "is empty"
    } else if stands_in_quotes(trimmed) {
        "stands in quotes, which are no part of it"
    } else if !trimmed.chars().all(|character| character.is_ascii_graphic()) {
        "holds a blank, a line break or a character outside ASCII"
    } else {
        return Ok(Secret::new(trimmed));
    };
    Err(Diagnostic::error(Code::CredentialsUnusable, format!("the {name} {problem}"))
        .with_help("set CLOUDFLARE_API_TOKEN, or CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL, without quotes or blanks"))
}

#[cfg(test)]
mod tests {
    use super::{Api, Auth, with_query};
    use crate::http::Method;
    use crate::secret::Secret;

    fn api() -> Api {
        Api::new("https://api.example/client/v4/", Auth::Token(Secret::new(" t0ken\n"))).expect("an API")
    }

    #[test]
    fn escapes_each_segment_and_query_value_once() {
        let request = api().request(Method::Get, &["zones", "a/b c", "%2F"]);
        let request = with_query(request, &[("name.exact", "a&b.example"), ("page", "1")]);
        assert_eq!(request.url, "https://api.example/client/v4/zones/a%2Fb%20c/%252F?name.exact=a%26b.example&page=1");
    }

    #[test]
    fn an_id_that_is_empty_or_dots_reaches_nothing_else() {
        let api = api();
        for id in ["", ".", ".."] {
            for segments in [["zones", id, "dns_records"], ["accounts", "a", id]] {
                assert!(!api.names_one_thing(&api.request(Method::Delete, &segments)), "{segments:?}");
            }
        }
        for id in ["...", "a.b", "%2e", "/"] {
            let request = with_query(api.request(Method::Get, &["zones", id]), &[("name", "..")]);
            assert!(api.names_one_thing(&request), "{id}");
        }
    }

    #[test]
    fn sends_the_trimmed_token_and_never_shows_it() {
        let request = api().request(Method::Get, &["user"]);
        let authorization = request.headers.iter().find(|(name, _)| *name == "authorization");
        assert_eq!(authorization.map(|(_, value)| value.reveal()), Some("Bearer t0ken"));
        assert!(!format!("{:?} {request:?}", api()).contains("t0ken"));
    }

    #[test]
    fn legacy_keys_go_into_their_own_headers() {
        let auth = Auth::Key { email: "a@b.example".into(), key: Secret::new("k") };
        let request = Api::new(Api::BASE_URL, auth).expect("an API").request(Method::Get, &["user"]);
        let names: Vec<_> = request.headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["x-auth-email", "x-auth-key", "accept", "user-agent"]);
    }

    #[test]
    fn refuses_tokens_that_would_break_a_header_without_naming_them() {
        for bad in ["", "  ", "secr\net", "secr et", "secrét", "secr\u{0}et"] {
            let finding = Api::new(Api::BASE_URL, Auth::Token(Secret::new(bad))).expect_err("a finding");
            assert!(!finding.message.contains("secr"), "{}", finding.message);
        }
        assert!(Api::new("http://api.example", Auth::Token(Secret::new("t"))).is_err());
    }
}
