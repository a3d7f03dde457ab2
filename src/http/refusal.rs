//! What the other side said no to, and why.

/// A refused request: an answer came and it was no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Cloudflare's error code. It means something only together with the endpoint's family.
    pub code: Option<i64>,
    /// Error name of an S3 answer, such as `NoSuchKey`.
    pub name: Option<String>,
    /// What was said, safe to print.
    pub message: String,
    /// What it comes to.
    pub meaning: Meaning,
    /// Whether the same request can go better later.
    pub again: Again,
    /// Permission group that the request needs, as the dashboard's token page calls it.
    pub permission: Option<&'static str>,
    /// Who asked showed a global API key with an e-mail address, not a token.
    pub with_key: bool,
    /// Cloudflare's id of the request, for its support.
    pub cf_ray: Option<String>,
    /// Seconds after which the other side wants to be asked again, where that is longer than anybody waits.
    pub come_back_in_s: Option<u64>,
}

impl Refusal {
    /// A refusal without code and permission.
    pub fn new(status: u16, meaning: Meaning, again: Again, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            code: None,
            name: None,
            message,
            meaning,
            again,
            permission: None,
            with_key: false,
            cf_ray: None,
            come_back_in_s: None,
        }
    }
}

/// What a refusal comes to, whatever endpoint said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// The thing is not there.
    Absent,
    /// Something else stands where we wanted to write, or the state moved.
    Conflict,
    /// What stands there excludes what we want to write, for good.
    Excluded,
    /// The credentials are wrong, disabled, expired or not understood.
    Credentials,
    /// The credentials are good, but may not do this.
    Permission,
    /// Something that the request refers to does not exist (yet).
    MissingTarget,
    /// The account or zone whose id stands in the path is none that the credentials can see.
    UnknownId,
    /// The content of the request was not accepted: a person has to change something.
    Invalid,
    /// A limit of the account or plan.
    Quota,
    /// Too many requests.
    Throttled,
    /// The other side failed.
    Failed,
    /// The answer was a redirect: not followed, credentials stay with their origin.
    Redirect,
    /// None of these.
    Other,
}

/// Whether the same request can go better later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// No: the answer stays the same.
    Never,
    /// Yes, soon: it was refused for certain, the state it needs is on its way.
    NotYet,
    /// Yes, when the other side says so: it was refused for certain.
    Throttled,
    /// Yes, but the request may have taken effect.
    Unclear,
}
