//! Reads that failed → one finding for each cause, with what it is about.

use super::reads::Read;
use crate::diagnostic::{Code, Diagnostic};
use crate::http::{CallError, Meaning};
use crate::resource::{DesiredManifest, DesiredState, ZoneRef};

/// A finding of the reads of a run.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What was looked at, for people.
    pub subject: String,
    /// Document that it is about; the finding then names a path in it.
    pub document: Option<usize>,
    /// What is wrong.
    pub finding: Diagnostic,
}

/// Whose id stands in the path of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner<'read> {
    /// An account.
    Account(&'read str),
    /// A zone.
    Zone(&'read str),
}

/// One finding a cause: an id that is wrong, or a group that is missing, meets every read of its account or zone.
pub fn failures(desired: &DesiredState, failed: &[(&Read, &CallError)]) -> Vec<Failure> {
    let mut causes = Vec::new();
    let mut failures = Vec::new();
    for (read, error) in failed {
        let owner = read.owner();
        let permission = error.refusal().and_then(|refusal| refusal.permission);
        let cause = match error.meaning() {
            Some(Meaning::UnknownId) => (Some(owner), String::new()),
            Some(Meaning::Permission) => (Some(owner), permission.unwrap_or_default().to_owned()),
            _ => (None, error.common_cause().unwrap_or_else(|| error.to_string())),
        };
        if !causes.contains(&cause) {
            failures.push(match error.meaning() {
                Some(Meaning::UnknownId) => unknown(desired, owner),
                // Cloudflare also refuses so what belongs to another account: the id may be what is wrong.
                Some(Meaning::Permission) => on_field(desired, owner, read.subject(), error.diagnostic()),
                _ => Failure { subject: read.subject(), document: None, finding: error.diagnostic() },
            });
            causes.push(cause);
        }
    }
    failures
}

/// A look-up of zones that failed.
pub(super) fn of_zones(desired: &DesiredState, account: &str, error: &CallError) -> Failure {
    match error.meaning() {
        Some(Meaning::UnknownId) => unknown(desired, Owner::Account(account)),
        _ => Failure { subject: "zones".into(), document: None, finding: error.diagnostic() },
    }
}

fn unknown(desired: &DesiredState, owner: Owner<'_>) -> Failure {
    let (kind, id) = match owner {
        Owner::Account(id) => ("account", id),
        Owner::Zone(id) => ("zone", id),
    };
    let message = format!("there is no {kind} `{id}` that these credentials can see");
    let (subject, code, help) = match owner {
        Owner::Account(_) => (
            "account".to_owned(),
            Code::AccountNotFound,
            "check the id, or leave it out where CLOUDFLARE_ACCOUNT_ID names the account",
        ),
        Owner::Zone(_) => (
            format!("zone {id}"),
            Code::ZoneIdNotFound,
            "check the id, or leave it out: the zone is then found from the hostname",
        ),
    };
    on_field(desired, owner, subject, Diagnostic::error(code, message).with_help(help))
}

/// A failure on the field that names the account or zone.
fn on_field(desired: &DesiredState, owner: Owner<'_>, subject: String, finding: Diagnostic) -> Failure {
    let names = |manifest: &&DesiredManifest| match (owner, &manifest.routing) {
        (Owner::Account(id), _) => manifest.identity.account == id,
        (Owner::Zone(id), Some(routing)) => matches!(&routing.zone, ZoneRef::Id(wanted) if wanted == id),
        (Owner::Zone(_), None) => false,
    };
    let path = match owner {
        Owner::Account(_) => "spec.account_id",
        Owner::Zone(_) => "spec.dns.zone_id",
    };
    let document = desired.manifests.iter().find(names).map(|manifest| manifest.document);
    Failure { subject, document, finding: finding.on(path) }
}
