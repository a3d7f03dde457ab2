//! Worker scripts.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/>

use serde::Serialize;

use crate::binding::Binding;

/// The Worker that the manifest wants.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredScript {
    /// Script name, `^[a-z0-9_][a-z0-9-_]*$`, at most 63 characters.
    pub name: String,
    /// Where its code lies.
    pub bundle: Bundle,
    /// Name of the entry module of a single-module bundle; absent = `index.js`.
    pub main_module: Option<String>,
    /// `YYYY-MM-DD`; absent keeps the live one, on create the date pinned in this release.
    pub compatibility_date: Option<String>,
    /// Exactly these; the default is already filled in.
    pub compatibility_flags: Vec<String>,
    /// `usage_model` as the manifest says it: accepted, told to have no effect.
    pub usage_model: Option<String>,
    /// Variables, secrets and stores, sorted by name.
    pub bindings: Vec<Binding>,
    /// Absent: on when the Worker is created, untouched later.
    pub observability: Option<Observability>,
    /// Absent: untouched.
    pub workers_dev: Option<WorkersDev>,
}

/// An object in R2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Bucket name.
    pub bucket: String,
    /// Object key, verbatim. INVARIANT: no `.` or `..` segment, which URL parsers would fold away.
    pub key: String,
    /// Pinned SHA-256, 64 lower-case hex digits.
    pub sha256: Option<String>,
    /// `eu` or `fedramp`: selects the endpoint.
    pub jurisdiction: Option<String>,
}

/// Workers Logs of a script.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Observability {
    /// On or off.
    pub enabled: bool,
    /// Share of requests that are logged, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_sampling_rate: Option<f64>,
}

/// The Worker's workers.dev address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WorkersDev {
    /// Whether `NAME.SUBDOMAIN.workers.dev` answers.
    pub enabled: bool,
    /// Whether preview addresses of versions answer.
    pub previews_enabled: bool,
}
