//! Why a call gave no result.

use std::fmt;

use super::{Lasting, Meaning, Refusal};
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::error::Exit;

/// A call that gave no result, after all the tries that it was worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// Method and URL without its query.
    pub target: String,
    /// How often it was sent.
    pub tries: u32,
    /// One of the tries may have taken effect all the same: for a create, look before asking again.
    pub may_have_arrived: bool,
    /// What happened.
    pub kind: CallErrorKind,
}

/// What happened to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallErrorKind {
    /// An answer came and it was no.
    Refused(Box<Refusal>),
    /// No usable answer came.
    Unanswered {
        /// What was seen instead.
        reason: String,
    },
    /// It can't be sent from here, however often it is tried.
    Lasting {
        /// What is in the way.
        what: Lasting,
        /// What was seen of it.
        reason: String,
    },
    /// The caller's signal came before it was sent (again).
    Aborted,
    /// The run's time was over before it was sent (again).
    GaveUp {
        /// What the run took.
        after_ms: u64,
        /// What held it up: the last failure that was not overcome, or a request without an answer.
        last: Option<String>,
    },
    /// The answer said yes, but not in a form that we understand.
    Malformed {
        /// What is wrong with it.
        reason: String,
        /// Cloudflare's id of the request, for its support.
        cf_ray: Option<String>,
    },
    /// It was never sent: the request itself is broken, such as a token with a line break.
    Unsendable {
        /// What is wrong with it.
        reason: String,
    },
}

impl CallError {
    /// The refusal, if it was one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.kind {
            CallErrorKind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// What the refusal comes to, if it was one.
    pub fn meaning(&self) -> Option<Meaning> {
        self.refusal().map(|refusal| refusal.meaning)
    }

    /// Cloudflare's error code, if it was refused with one.
    pub fn code(&self) -> Option<i64> {
        self.refusal().and_then(|refusal| refusal.code)
    }

    /// What is told once, however many requests to the same server meet it.
    pub fn common_cause(&self) -> Option<String> {
        let server = self.target.split('/').nth(2).unwrap_or_default();
        let is_common = match &self.kind {
            CallErrorKind::Unanswered { .. } | CallErrorKind::Lasting { .. } => true,
            CallErrorKind::Refused(refusal) => {
                refusal.meaning == Meaning::Throttled || matches!(refusal.status, 502..=504)
            }
            CallErrorKind::Malformed { .. }
            | CallErrorKind::Aborted
            | CallErrorKind::GaveUp { .. }
            | CallErrorKind::Unsendable { .. } => false,
        };
        is_common.then(|| format!("{:?} {server}", self.finding_code()))
    }

    /// The thing asked for is not there.
    pub fn is_absent(&self) -> bool {
        self.meaning() == Some(Meaning::Absent)
    }

    /// Stopped by the caller's signal, or by the end of the run's time.
    pub fn is_aborted(&self) -> bool {
        matches!(self.kind, CallErrorKind::Aborted | CallErrorKind::GaveUp { .. })
    }

    /// The exit code that goes with it, as long as no write of the run took effect.
    pub fn exit(&self) -> Exit {
        match (&self.kind, self.meaning()) {
            (CallErrorKind::Aborted, _) => Exit::Interrupted,
            (_, Some(Meaning::Credentials | Meaning::Permission)) => Exit::Permission,
            (_, Some(Meaning::Conflict | Meaning::Excluded)) => Exit::Conflict,
            _ => Exit::Failed,
        }
    }

    /// The finding that tells people.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut finding = Diagnostic::error(self.finding_code(), self.to_string());
        let refused = self.refusal().filter(|refusal| refusal.meaning == Meaning::Permission);
        finding.permission = refused.and_then(|refusal| refusal.permission).map(str::to_owned);
        if matches!(self.kind, CallErrorKind::GaveUp { .. }) {
            finding = finding.by(CallOption::TimeoutMs);
        }
        match self.help() {
            Some(help) => finding.with_help(help),
            None => finding,
        }
    }

    fn finding_code(&self) -> Code {
        match &self.kind {
            CallErrorKind::Refused(refusal) => match refusal.meaning {
                Meaning::Credentials => Code::CredentialsRefused,
                Meaning::Permission => Code::PermissionMissing,
                Meaning::Throttled => Code::Throttled,
                Meaning::Quota => Code::QuotaReached,
                Meaning::Failed => Code::CloudflareFailed,
                _ => Code::RequestRefused,
            },
            CallErrorKind::Unanswered { .. } => Code::NoAnswer,
            CallErrorKind::Lasting { what, .. } => what.code(),
            CallErrorKind::Aborted => Code::Interrupted,
            CallErrorKind::GaveUp { .. } => Code::GaveUp,
            CallErrorKind::Malformed { .. } => Code::AnswerMalformed,
            CallErrorKind::Unsendable { .. } => Code::RequestUnsendable,
        }
    }

    fn help(&self) -> Option<String> {
        match &self.kind {
            CallErrorKind::Refused(refusal) => refusal_help(refusal),
            CallErrorKind::Unanswered { .. } if self.may_have_arrived => {
                Some("the request may have taken effect; run the same command again, it looks before it writes".into())
            }
            CallErrorKind::Unanswered { .. } => Some("check the network and the endpoint, then run again".into()),
            CallErrorKind::Lasting { what, .. } => Some(what.help().into()),
            CallErrorKind::Malformed { .. } => {
                Some("check that the endpoint is Cloudflare's and that no proxy rewrites its answers".into())
            }
            CallErrorKind::Aborted => None,
            CallErrorKind::GaveUp { .. } => Some("run the same command again, or give it more time".into()),
            CallErrorKind::Unsendable { .. } => {
                Some("look at the credentials and the endpoint: a value holds what can't go into a request".into())
            }
        }
    }
}

impl Lasting {
    fn code(self) -> Code {
        match self {
            Self::Certificate => Code::CertificateRefused,
            Self::HostLimit => Code::HostLimit,
            Self::Fetch => Code::FetchBroken,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Certificate => "there is no trusted TLS connection to the server",
            Self::HostLimit => "this runtime sends no more requests",
            Self::Fetch => "`fetch` does not work as one",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Certificate => {
                "check the endpoint; behind a proxy that opens TLS, name its certificate in NODE_EXTRA_CA_CERTS"
            }
            Self::HostLimit => "deploy fewer manifests in one run, or from a host with higher limits",
            Self::Fetch => "give a `fetch` that returns a promise of a `Response`",
        }
    }
}

fn refusal_help(refusal: &Refusal) -> Option<String> {
    match (refusal.meaning, refusal.permission) {
        (Meaning::Permission, Some(group)) => Some(format!(
            "give the API token the permission `{group}` for this account or zone, or correct the id of that"
        )),
        (Meaning::Permission, None) if refusal.with_key => {
            Some("a key may do what its user may: is that user a member of this account?".into())
        }
        (Meaning::Permission, None) => Some("give the API token the permission that this request needs".into()),
        (Meaning::Credentials, _) if refusal.with_key => Some(
            "check CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL: the key must be the global one of the user with that address"
                .into(),
        ),
        (Meaning::Credentials, _) => {
            Some("check CLOUDFLARE_API_TOKEN: whether it is complete, active and not expired".into())
        }
        (Meaning::Throttled, _) => Some(
            "the limit is 1,200 requests in 5 minutes for all clients of this user; wait 5 minutes and run again"
                .into(),
        ),
        (Meaning::Failed, _) => Some("see https://www.cloudflarestatus.com and run again later".into()),
        (Meaning::Redirect, _) => Some("configure the endpoint that the redirect points to, if you trust it".into()),
        _ => None,
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = &self.target;
        if self.tries == 0 && matches!(self.kind, CallErrorKind::Refused(_) | CallErrorKind::Unanswered { .. }) {
            write!(formatter, "`{target}` was not sent, as another request to the same server failed: ")?;
        }
        match &self.kind {
            CallErrorKind::Refused(refusal) => {
                if self.tries > 0 {
                    write!(formatter, "`{target}` was refused: ")?;
                }
                formatter.write_str(&refusal.message)?;
                write_details(formatter, refusal, self.tries)
            }
            CallErrorKind::Unanswered { reason } => {
                if self.tries > 0 {
                    write!(formatter, "`{target}` got no answer: ")?;
                }
                formatter.write_str(reason)?;
                if self.tries > 1 { write!(formatter, " ({} tries)", self.tries) } else { Ok(()) }
            }
            CallErrorKind::Lasting { what, reason } => {
                write!(formatter, "`{target}` can't be sent: {}: {reason}", what.words())
            }
            CallErrorKind::Aborted => write!(formatter, "`{target}` was stopped"),
            // Without the target: whatever was under way ends at this moment, for this one reason.
            CallErrorKind::GaveUp { after_ms, last } => {
                write!(formatter, "gave up after {:.1} s; ", *after_ms as f64 / 1_000.0)?;
                formatter.write_str(last.as_deref().unwrap_or("no request had failed, answers were slow to come"))
            }
            CallErrorKind::Malformed { reason, cf_ray } => {
                write!(formatter, "`{target}` got an answer that can't be read: {reason}")?;
                cf_ray.as_ref().map_or(Ok(()), |ray| write!(formatter, " (cf-ray {ray})"))
            }
            CallErrorKind::Unsendable { reason } => write!(formatter, "`{target}` can't be sent: {reason}"),
        }
    }
}

fn write_details(formatter: &mut fmt::Formatter<'_>, refusal: &Refusal, tries: u32) -> fmt::Result {
    write!(formatter, " (status {}", refusal.status)?;
    if let Some(code) = refusal.code {
        write!(formatter, ", code {code}")?;
    }
    if let Some(name) = &refusal.name {
        write!(formatter, ", {name}")?;
    }
    if let Some(ray) = &refusal.cf_ray {
        write!(formatter, ", cf-ray {ray}")?;
    }
    if let Some(seconds) = refusal.come_back_in_s {
        write!(formatter, ", to be asked again in {seconds} s")?;
    }
    if tries > 1 {
        write!(formatter, ", {tries} tries")?;
    }
    formatter.write_str(")")
}
