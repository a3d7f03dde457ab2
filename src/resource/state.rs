//! What a run wants, manifest by manifest.

use crate::model::Identity;

use super::{DesiredRecord, DesiredRoute, DesiredScript};

/// Everything that the manifests of one run want, in the order of the files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DesiredState {
    /// One entry a document.
    pub manifests: Vec<DesiredManifest>,
}

/// What one `CloudflareWorker` document wants.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredManifest {
    /// Index of the document among all documents of the run: the key of its places.
    pub document: usize,
    /// Who it is. INVARIANT: `identity.account` is the account that every request of this manifest names.
    pub identity: Identity,
    /// The Worker.
    pub script: DesiredScript,
    /// DNS record and routes; absent without a `dns` block or with `enabled: false`.
    pub routing: Option<Routing>,
    /// The `dns` block was stated with `enabled: false`: removing is asked for, not an omission.
    pub routing_disabled: bool,
    /// What to do about somebody else's work on the live Worker.
    pub drift: Drift,
    /// Proof wanted by `--wait`.
    pub wait: Option<Wait>,
}

/// Policy for a live version by another author.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drift {
    /// Conflict: stop and say who.
    #[default]
    Stop,
    /// `drift: overwrite` in the annotations: go on.
    Overwrite,
}

/// `wait: {path, header}`: how to prove that the new version answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Path to request.
    pub path: String,
    /// Response header that holds the version id.
    pub header: Option<String>,
}

/// How requests reach the Worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Routing {
    /// The zone.
    pub zone: ZoneRef,
    /// Host as a lower-case A-label.
    pub hostname: String,
    /// The DNS record.
    pub record: DesiredRecord,
    /// Routes, in the order of the manifest, without duplicates.
    pub routes: Vec<DesiredRoute>,
}

/// How the manifest names its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneRef {
    /// `zone_id`, 32 lower-case hex digits.
    Id(String),
    /// `zone: example.com`.
    Name(String),
    /// Not named: the longest active zone that the hostname lies in.
    OfHostname,
}
