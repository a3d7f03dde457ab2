//! Reads that failed → one finding for each cause, with what it is about.

use std::collections::BTreeSet;

use crate::cloudflare::Read;
use crate::diagnostic::{Code, Diagnostic};
use crate::http::{CallError, Meaning};
use crate::resource::{DesiredManifest, DesiredState, DesiredStore, ZoneRef};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner<'read> {
    /// An account.
    Account(&'read str),
    /// A zone.
    Zone(&'read str),
    /// Nobody's.
    None,
}

impl<'read> Owner<'read> {
    fn of(read: &'read Read) -> Self {
        match (read.account(), read.zone()) {
            (Some(account), _) => Self::Account(account),
            (None, Some(zone)) => Self::Zone(zone),
            (None, None) => Self::None,
        }
    }
}

/// One finding a cause: an id that is wrong, or a group that is missing, meets every read of its account or zone.
pub fn failures(desired: &DesiredState, failed: &[(&Read, &CallError)]) -> Vec<Failure> {
    let mut causes = BTreeSet::new();
    let mut failures = Vec::new();
    for (read, error) in failed {
        let owner = Owner::of(read);
        let permission = error.refusal().and_then(|refusal| refusal.permission);
        let cause = match error.meaning() {
            Some(Meaning::UnknownId) => (Some(owner), String::new()),
            Some(Meaning::Permission) => (Some(owner), permission.unwrap_or_default().to_owned()),
            _ => (None, error.common_cause().unwrap_or_else(|| error.to_string())),
        };
        if causes.insert(cause) {
            let subject = read.subject().to_owned();
            failures.push(match error.meaning() {
                Some(Meaning::UnknownId) => unknown(desired, owner).unwrap_or_else(|| bare(subject, error)),
                // Cloudflare also refuses so what belongs to another account: the id may be what is wrong.
                Some(Meaning::Permission) => on_field(desired, owner, subject, error.diagnostic()),
                _ => bare(subject, error),
            });
        }
    }
    failures
}

/// A look-up of zones that failed.
pub(in crate::kinds) fn of_zones(desired: &DesiredState, account: &str, error: &CallError) -> Failure {
    let unknown = (error.meaning() == Some(Meaning::UnknownId)).then(|| unknown(desired, Owner::Account(account)));
    unknown.flatten().unwrap_or_else(|| bare("zones".into(), error))
}

fn bare(subject: String, error: &CallError) -> Failure {
    Failure { subject, document: None, finding: error.diagnostic() }
}

/// Nothing where no id stands in the path.
fn unknown(desired: &DesiredState, owner: Owner<'_>) -> Option<Failure> {
    let (kind, id, subject, code, help) = match owner {
        Owner::Account(id) => (
            "account",
            id,
            "account".to_owned(),
            Code::AccountNotFound,
            "check the id, or leave it out where CLOUDFLARE_ACCOUNT_ID names the account",
        ),
        Owner::Zone(id) => (
            "zone",
            id,
            format!("zone {id}"),
            Code::ZoneIdNotFound,
            "check the id, or leave it out: the zone is then found from the hostname",
        ),
        Owner::None => return None,
    };
    let message = format!("there is no {kind} `{id}` that these credentials can see");
    Some(on_field(desired, owner, subject, Diagnostic::error(code, message).with_help(help)))
}

/// Where the hosts under `dns` name their zone.
const ZONE_OF_DNS: &str = "spec.dns.zone_id";

/// Whether a host says its zone by this id. The id behind a reference was given: where nobody else says this one, it is
/// that.
fn names_zone(zone: &ZoneRef, id: &str) -> bool {
    match zone {
        ZoneRef::Id(wanted) => wanted == id,
        ZoneRef::Referred(_) => true,
        ZoneRef::Name(_) | ZoneRef::OfHostname => false,
    }
}

/// The field that names the zone: of the hosts under `dns`, or of a custom domain.
fn zone_field(manifest: &DesiredManifest, id: &str) -> String {
    let is_of_dns = manifest.routing.iter().any(|host| names_zone(&host.zone, id));
    let mut domains = manifest.domains.iter().flatten().filter(|_| !is_of_dns);
    let domain = domains.find(|domain| names_zone(&domain.zone, id));
    let entry = domain.map(|domain| domain.field.strip_suffix(".hostname").unwrap_or(&domain.field));
    entry.map_or_else(|| ZONE_OF_DNS.to_owned(), |entry| format!("{entry}.zone_id"))
}

/// A failure on the field that names the account or zone.
fn on_field(desired: &DesiredState, owner: Owner<'_>, subject: String, finding: Diagnostic) -> Failure {
    let worker = |manifest: &&DesiredManifest| match owner {
        Owner::Account(id) => manifest.identity.account == id,
        Owner::Zone(id) => manifest.hosts().any(|host| names_zone(host.zone, id)),
        Owner::None => false,
    };
    let store = |store: &&DesiredStore| owner == Owner::Account(&store.identity.account);
    let of_worker = desired.manifests.iter().find(worker);
    let document = of_worker.map(|manifest| manifest.document);
    let document = document.or_else(|| desired.stores.iter().find(store).map(|store| store.document));
    let finding = match owner {
        Owner::Account(_) => finding.on("spec.account_id"),
        Owner::Zone(id) => {
            finding.on(of_worker.map_or_else(|| ZONE_OF_DNS.to_owned(), |worker| zone_field(worker, id)))
        }
        Owner::None => finding,
    };
    Failure { subject, document, finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::queues;
    use crate::http::{Again, CallErrorKind, Refusal};
    use crate::manifest::{ReadOptions, Source};

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn an_account_that_nobody_knows_is_told_once_at_the_document_that_names_it_whatever_its_kind() {
        let text = format!(
            "apiVersion: cloudflare.project-planton.org/v1\nkind: CloudflareQueue\nmetadata: {{ name: jobs }}\n\
             spec: {{ account_id: {ACCOUNT}, queue_name: jobs }}\n"
        );
        let desired = crate::kinds::read(&[Source { name: "a".into(), text }], &ReadOptions::default()).desired;
        let refusal = Refusal::new(404, Meaning::UnknownId, Again::Never, "could not route to it");
        let kind = CallErrorKind::Refused(Box::new(refusal));
        let error = CallError { target: "GET".into(), tries: 1, may_have_arrived: false, kind };
        let reads: [Read; 2] = [queues::list(ACCOUNT).into(), queues::consumer(ACCOUNT, "q", "c").into()];
        let failed: Vec<_> = reads.iter().map(|read| (read, &error)).collect();
        let told: Vec<_> = failures(&desired, &failed)
            .into_iter()
            .map(|failure| (failure.document, failure.finding.code, failure.finding.path().map(str::to_owned)))
            .collect();
        assert_eq!(told, [(Some(0), Code::AccountNotFound, Some("spec.account_id".to_owned()))]);
    }
}
