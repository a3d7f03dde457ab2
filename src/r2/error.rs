//! What R2 said no to, and the next command.
//!
//! <https://developers.cloudflare.com/r2/api/error-codes/>

use std::fmt;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::{Object, Source};
use crate::diagnostic::{CallOption, Code, Diagnostic, Next, plain};
use crate::error::Exit;
use crate::http::{Again, Answer, CallError, Meaning, Refusal, Verdict, is_local};

/// An object that could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct R2Error {
    /// Which object.
    pub object: Object,
    /// Host that was asked.
    pub host: String,
    /// Where the keys came from.
    pub source: Source,
    /// What happened.
    pub kind: R2ErrorKind,
}

/// What happened to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum R2ErrorKind {
    /// The bucket does not exist at this endpoint.
    NoBucket,
    /// The bucket exists, the key does not.
    NoKey,
    /// The keys are not known, or the signature does not match them.
    WrongKeys {
        /// What was said.
        reason: String,
    },
    /// The keys are good, but may not do this.
    Forbidden,
    /// This machine's clock is wrong by more than R2 accepts, even after a correction.
    Clock,
    /// Something is there already and was not overwritten.
    Exists,
    /// Something else is there than what was seen before.
    Changed,
    /// The bucket name or the key can't be addressed.
    Address {
        /// What is wrong with it.
        reason: String,
    },
    /// The object is larger than a Worker may be.
    TooLarge {
        /// Its size in bytes, when told.
        size: Option<u64>,
    },
    /// Anything else.
    Call(CallError),
}

impl R2Error {
    /// The exit code that goes with it, as long as no write of the run took effect.
    pub fn exit(&self) -> Exit {
        match &self.kind {
            R2ErrorKind::WrongKeys { .. } | R2ErrorKind::Forbidden => Exit::Permission,
            R2ErrorKind::Exists | R2ErrorKind::Changed => Exit::Conflict,
            R2ErrorKind::Address { .. } | R2ErrorKind::TooLarge { .. } => Exit::BadManifest,
            R2ErrorKind::Call(error) => error.exit(),
            R2ErrorKind::NoBucket | R2ErrorKind::NoKey | R2ErrorKind::Clock => Exit::Failed,
        }
    }

    /// The finding that tells people.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, help) = match &self.kind {
            R2ErrorKind::NoBucket => (Code::BucketMissing, self.bucket_help()),
            R2ErrorKind::NoKey => (Code::ObjectMissing, "publish it".into()),
            R2ErrorKind::WrongKeys { .. } => (Code::S3KeysRefused, self.keys_help()),
            R2ErrorKind::Forbidden => (Code::S3PermissionMissing, self.permission_help()),
            R2ErrorKind::Clock => (Code::ClockSkew, "set this machine's clock, then run again".into()),
            R2ErrorKind::Exists => (Code::ObjectExists, "publish under another key or version, or replace it".into()),
            R2ErrorKind::Changed => (Code::BundleChanged, "run again: the plan is made with what is there now".into()),
            R2ErrorKind::Address { .. } => {
                (Code::ObjectAddress, "use a bucket name and a key without `.` and `..` segments".into())
            }
            R2ErrorKind::TooLarge { .. } => {
                (Code::BundleTooLarge, "check the path: this is more than a Worker may hold".into())
            }
            R2ErrorKind::Call(error) => return error.diagnostic(),
        };
        let mut finding = Diagnostic::error(code, self.to_string()).with_help(help);
        // Keys that somebody gave have permissions of their own; derived ones have the token's.
        let of_token = self.kind == R2ErrorKind::Forbidden && self.source == Source::Derived;
        finding.next = (self.kind == R2ErrorKind::NoKey).then(|| self.publishing());
        finding.options = self.option().into_iter().collect();
        finding.permission = of_token.then(|| "Workers R2 Storage Read".to_owned());
        finding
    }

    fn option(&self) -> Option<CallOption> {
        match self.kind {
            R2ErrorKind::Exists => Some(CallOption::Overwrite),
            R2ErrorKind::WrongKeys { .. } if self.is_local() => Some(CallOption::Local),
            _ => None,
        }
    }

    fn publishing(&self) -> Next {
        let Object { bucket, key } = &self.object;
        Next { command: "publish", operands: vec!["dist/index.js".into(), format!("r2://{bucket}/{key}")] }
    }

    fn bucket_help(&self) -> String {
        let bucket = &self.object.bucket;
        if self.is_local() {
            return format!(
                "Local Cloudflare starts with the bucket `bundles`; create `{bucket}` by its API: \
                 POST /accounts/ACCOUNT/r2/buckets {{\"name\": \"{bucket}\"}}, address and token in .cfworker-deploy/local.json"
            );
        }
        format!(
            "check `bundle.bucket` and, for a bucket with a jurisdiction, `bundle.jurisdiction`; \
             or create it: npx wrangler r2 bucket create {bucket}"
        )
    }

    fn keys_help(&self) -> String {
        if self.is_local() {
            return "use the keys of Local Cloudflare, which stand in .cfworker-deploy/local.json".into();
        }
        let way = match self.source {
            Source::Given => {
                "check R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY, also whether they are swapped; \
                 or unset them: keys are derived from the API token"
            }
            Source::Derived => {
                "give the API token the permission `Workers R2 Storage Read`, \
                 or set R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY"
            }
        };
        format!("{way}; then look again with `cfworker-deploy doctor`")
    }

    fn is_local(&self) -> bool {
        is_local(&format!("http://{}", self.host))
    }

    fn permission_help(&self) -> String {
        match self.source {
            Source::Given => "create S3 keys for this bucket: dashboard, R2, Manage API tokens".into(),
            Source::Derived => {
                "give the API token `Workers R2 Storage Read`, or `Workers R2 Storage Write` to publish".into()
            }
        }
    }
}

impl fmt::Display for R2Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bucket = plain(&self.object.bucket, 100);
        let place = format!("`r2://{bucket}/{}`", plain(&self.object.key, 300));
        let host = &self.host;
        match &self.kind {
            R2ErrorKind::NoBucket => write!(formatter, "the bucket `{bucket}` does not exist at `{host}`"),
            R2ErrorKind::NoKey => write!(formatter, "{place} does not exist, but its bucket does"),
            R2ErrorKind::WrongKeys { reason } => {
                let whose = match self.source {
                    Source::Given => "the S3 keys",
                    Source::Derived => "the S3 keys derived from the API token",
                };
                write!(formatter, "{whose} were refused by `{host}`: {reason}")
            }
            R2ErrorKind::Forbidden => write!(formatter, "the S3 keys may not access {place}"),
            R2ErrorKind::Clock => {
                write!(formatter, "`{host}` refused the signature because the clocks differ too much")
            }
            R2ErrorKind::Exists => write!(formatter, "{place} exists already and is not overwritten"),
            R2ErrorKind::Changed => write!(formatter, "{place} was replaced while the run was under way"),
            R2ErrorKind::Address { reason } => write!(formatter, "{place} {reason}"),
            R2ErrorKind::TooLarge { size: Some(size) } => {
                write!(formatter, "{place} is {size} bytes, too large for a Worker")
            }
            R2ErrorKind::TooLarge { size: None } => write!(formatter, "{place} is too large for a Worker"),
            R2ErrorKind::Call(error) => error.fmt(formatter),
        }
    }
}

/// What only a request for a range may be answered with; none of ours is one.
const PARTIAL_CONTENT: u16 = 206;

/// What an answer of the S3 API means.
pub(super) fn judge(answer: &Answer) -> Verdict {
    if answer.status == PARTIAL_CONTENT {
        return Verdict::Garbled("it is a part of the object (status 206), and all of it was asked for".into());
    }
    if answer.is_success() {
        return Verdict::Accepted;
    }
    let (name, message) = error_of(&answer.body);
    let (meaning, again) = classify(answer.status, name.as_deref());
    let fallback = || if answer.body.is_empty() { "no reason was given".to_owned() } else { answer.excerpt() };
    let refusal = Refusal {
        name,
        cf_ray: answer.cf_ray(),
        ..Refusal::new(answer.status, meaning, again, message.unwrap_or_else(fallback))
    };
    Verdict::Refused(Box::new(refusal))
}

fn classify(status: u16, name: Option<&str>) -> (Meaning, Again) {
    match (status, name) {
        (429, _) | (_, Some("TooManyRequests" | "SlowDown")) => (Meaning::Throttled, Again::Throttled),
        (_, Some("NotImplemented")) | (501, _) => (Meaning::Invalid, Again::Never),
        (408 | 500.., _) | (_, Some("RequestTimeout" | "ClientDisconnect" | "IncompleteBody")) => {
            (Meaning::Failed, Again::Unclear)
        }
        (0 | 300..=399, _) => (Meaning::Redirect, Again::Never),
        (404, _) => (Meaning::Absent, Again::Never),
        (409 | 412, _) => (Meaning::Conflict, Again::Never),
        (401, _) | (_, Some("SignatureDoesNotMatch" | "InvalidAccessKeyId")) => (Meaning::Credentials, Again::Never),
        (403, _) => (Meaning::Permission, Again::Never),
        _ => (Meaning::Invalid, Again::Never),
    }
}

/// What a refused call means for an object.
pub(super) fn kind(error: CallError) -> R2ErrorKind {
    let Some(refusal) = error.refusal() else { return R2ErrorKind::Call(error) };
    let reason = refusal.message.clone();
    match (refusal.status, refusal.name.as_deref()) {
        (_, Some("NoSuchBucket")) => R2ErrorKind::NoBucket,
        (_, Some("NoSuchKey")) | (404, None) => R2ErrorKind::NoKey,
        (_, Some("InvalidBucketName" | "InvalidObjectName")) => R2ErrorKind::Address { reason },
        (_, Some("RequestTimeTooSkewed" | "ExpiredRequest")) => R2ErrorKind::Clock,
        // R2 has one code for every argument, and says in words alone that it is the key: another wording only loses the help.
        (_, Some("InvalidArgument")) if reason.contains("access key") => R2ErrorKind::WrongKeys { reason },
        (_, Some("SignatureDoesNotMatch" | "InvalidAccessKeyId" | "Unauthorized")) | (401, _) => {
            R2ErrorKind::WrongKeys { reason }
        }
        (412, _) | (_, Some("PreconditionFailed")) => R2ErrorKind::Exists,
        (403, None | Some("AccessDenied" | "NotEntitled")) => R2ErrorKind::Forbidden,
        _ => R2ErrorKind::Call(error),
    }
}

/// Whether the signature's time was the trouble.
pub(super) fn is_clock(error: &CallError) -> bool {
    let name = error.refusal().and_then(|refusal| refusal.name.as_deref());
    matches!(name, Some("RequestTimeTooSkewed" | "ExpiredRequest"))
}

/// `Code` and `Message` of an error's XML; whatever else it is gives nothing.
fn error_of(body: &[u8]) -> (Option<String>, Option<String>) {
    let text = String::from_utf8_lossy(body);
    let mut reader = Reader::from_str(&text);
    let (mut element, mut name, mut message) = (String::new(), String::new(), String::new());
    // An error has a dozen elements; more is none.
    for _ in 0..100 {
        let text = match reader.read_event() {
            Ok(Event::Start(start)) => {
                element = start.name().as_ref().to_owned();
                continue;
            }
            Ok(Event::End(_)) => {
                element.clear();
                continue;
            }
            Ok(Event::Text(text)) => text.to_string(),
            Ok(Event::GeneralRef(entity)) => resolve_predefined_entity(&entity).unwrap_or("?").to_owned(),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => continue,
        };
        match element.as_str() {
            "Code" => name.push_str(&text),
            "Message" => message.push_str(&text),
            _ => {}
        }
    }
    let is_code = !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric());
    let message = plain(&message, 300);
    (is_code.then(|| plain(&name, 60)), (!message.is_empty()).then_some(message))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{R2ErrorKind, error_of, judge, kind};
    use crate::http::{Again, Answer, CallError, CallErrorKind, Verdict};

    fn refused(status: u16, body: &str) -> (R2ErrorKind, Again) {
        let answer = Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        let Verdict::Refused(refusal) = judge(&answer) else { panic!("{status} is accepted") };
        let again = refusal.again;
        let target = "GET https://r2.example/b/k".to_owned();
        let error = CallError { target, tries: 1, may_have_arrived: false, kind: CallErrorKind::Refused(refusal) };
        (kind(error), again)
    }

    fn xml(code: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>what\u{1b}[1m</Message></Error>"
        )
    }

    #[test]
    fn bucket_key_and_keys_are_three_errors() {
        assert_eq!(refused(404, &xml("NoSuchBucket")).0, R2ErrorKind::NoBucket);
        assert_eq!(refused(404, &xml("NoSuchKey")).0, R2ErrorKind::NoKey);
        let wrong = R2ErrorKind::WrongKeys { reason: "what [1m".into() };
        for (status, code) in [(403, "SignatureDoesNotMatch"), (401, "Unauthorized"), (403, "InvalidAccessKeyId")] {
            assert_eq!(refused(status, &xml(code)).0, wrong, "{code}");
        }
        assert_eq!(refused(403, &xml("AccessDenied")).0, R2ErrorKind::Forbidden);
        assert_eq!(refused(412, &xml("PreconditionFailed")).0, R2ErrorKind::Exists);
        assert_eq!(refused(400, &xml("ExpiredRequest")).0, R2ErrorKind::Clock);
        assert_eq!(refused(403, &xml("RequestTimeTooSkewed")).0, R2ErrorKind::Clock);
    }

    #[test]
    fn swapped_keys_are_told() {
        let body = "<Error><Code>InvalidArgument</Code><Message>Credential access key has length 64, should be 32</Message></Error>";
        assert!(matches!(refused(400, body).0, R2ErrorKind::WrongKeys { reason } if reason.contains("should be 32")));
    }

    #[test]
    fn failures_are_asked_again_and_refusals_are_not() {
        for (status, code, again) in [
            (429, "TooManyRequests", Again::Throttled),
            (500, "InternalError", Again::Unclear),
            (503, "ServiceUnavailable", Again::Unclear),
            (501, "NotImplemented", Again::Never),
            (400, "InvalidArgument", Again::Never),
        ] {
            assert_eq!(refused(status, &xml(code)).1, again, "{code}");
        }
        assert_eq!(refused(502, "<html>bad gateway</html>").1, Again::Unclear);
    }

    #[test]
    fn what_is_not_an_error_document_names_nothing() {
        assert_eq!(error_of(b""), (None, None));
        assert_eq!(error_of(b"<html><Code>&amp;"), (None, None));
        assert_eq!(error_of(b"{\"a\":1}"), (None, None));
        let escaped = error_of(b"<Error><Code>A</Code><Message>a &lt;b&gt; &amp; c</Message></Error>");
        assert_eq!(escaped, (Some("A".into()), Some("a <b> & c".into())));
    }

    proptest! {
        #[test]
        fn any_body_is_judged(status in 0_u16..600, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            judge(&Answer { status, headers: Vec::new(), body });
        }
    }
}
