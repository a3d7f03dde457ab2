//! Which zone a hostname lies in: one round, all suffixes at once.

use std::collections::{BTreeMap, BTreeSet};

use super::hosts::ZoneIds;
use crate::binding::Reference;
use crate::cloudflare::permissions::ZONES;
use crate::cloudflare::zones::{self, Zone};
use crate::cloudflare::{Read, scripts};
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::dns_name::a_labels;
use crate::kinds::failures::{Failure, of_zones};
use crate::model::{Identity, OutputSet};
use crate::refresh::Answers;
use crate::resource::{DesiredManifest, DesiredState, ZoneRef, ZonedHost};

/// The zones of some hosts that were not found.
pub struct Unfound {
    /// Why, one finding each.
    pub failures: Vec<Failure>,
    /// No zone was shown at all. A list of zones is empty too where the account is unknown: only a read of the account tells
    /// that.
    pub saw_none: bool,
}

/// What is asked to find the zones that neither the manifests nor given outputs say by their ids.
pub fn zone_reads(desired: &DesiredState, outputs: &OutputSet) -> Vec<Read> {
    all_names(desired, outputs).iter().map(|(account, name)| zones::named(name, account).into()).collect()
}

/// What tells whether the accounts are there in which zones were looked for.
pub fn account_reads(desired: &DesiredState, outputs: &OutputSet) -> Vec<Read> {
    all_names(desired, outputs).iter().map(|(account, _)| scripts::list(account).into()).collect()
}

/// The zones of the hosts of a run, by what was answered.
///
/// # Errors
/// A finding for each hostname without a zone, and for each look-up that failed.
pub fn find_zones(desired: &DesiredState, outputs: &OutputSet, answers: &Answers) -> Result<ZoneIds, Unfound> {
    let mut zones: BTreeMap<String, Vec<Zone>> = BTreeMap::new();
    let mut failures: Vec<Failure> = Vec::new();
    for ((_, answer), (account, name)) in answers.iter().zip(all_names(desired, outputs)) {
        match answer {
            Ok(reply) => {
                for zone in zones::named(&name, &account).result(reply).iter().flat_map(|found| found.iter()) {
                    zones.entry(zone.name.clone()).or_default().push(zone.clone());
                }
            }
            Err(error) => failures.push(of_zones(desired, &account, error)),
        }
    }
    let mut ids = ZoneIds::new();
    let all_looked_up = failures.is_empty();
    let hosts = desired.manifests.iter().enumerate();
    let hosts = hosts.flat_map(|(index, manifest)| manifest.hosts().map(move |host| (index, manifest, host)));
    for (index, manifest, host) in hosts {
        match choose(&manifest.identity, host, &zones, outputs) {
            Ok(id) => ids.entry(index).or_default().push(id),
            Err(finding) if all_looked_up => {
                failures.push(Failure { subject: "zone".into(), document: Some(manifest.document), finding });
            }
            Err(_) => {}
        }
    }
    if failures.is_empty() {
        return Ok(ids);
    }
    let saw_none = zones.is_empty() && failures.iter().any(|failure| failure.finding.code == Code::ZoneNotFound);
    failures.dedup_by(|one, other| one.finding.message == other.finding.message);
    Err(Unfound { failures, saw_none })
}

/// Accounts and names to ask for, each once.
fn all_names(desired: &DesiredState, outputs: &OutputSet) -> BTreeSet<(String, String)> {
    desired.manifests.iter().flat_map(|manifest| candidates(manifest, outputs)).collect()
}

/// Account and names to ask for.
fn candidates(manifest: &DesiredManifest, outputs: &OutputSet) -> Vec<(String, String)> {
    let names = manifest.hosts().flat_map(|host| names(&manifest.identity, host, outputs));
    names.map(|name| (manifest.identity.account.clone(), name)).collect()
}

/// Names that the zone of a host can have.
fn names(who: &Identity, host: ZonedHost<'_>, outputs: &OutputSet) -> Vec<String> {
    match host.zone {
        ZoneRef::Id(_) => Vec::new(),
        ZoneRef::Referred(reference) if reference.given(outputs, who).is_some() => Vec::new(),
        ZoneRef::Referred(reference) => a_labels(&reference.name).into_iter().collect(),
        ZoneRef::Name(name) => vec![name.clone()],
        ZoneRef::OfHostname => suffixes(host.hostname),
    }
}

/// The host and everything above it, down to two labels.
fn suffixes(host: &str) -> Vec<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let starts = 0..labels.len().saturating_sub(1);
    starts.filter_map(|start| labels.get(start..).map(|rest| rest.join("."))).collect()
}

/// The zone of a host: active ones first, the longest name wins.
fn choose(
    who: &Identity,
    host: ZonedHost<'_>,
    zones: &BTreeMap<String, Vec<Zone>>,
    outputs: &OutputSet,
) -> Result<String, Diagnostic> {
    match host.zone {
        ZoneRef::Id(id) => return Ok(id.clone()),
        ZoneRef::Referred(reference) => {
            if let Some(id) = reference.given(outputs, who) {
                return zone_id(id).ok_or_else(|| no_id(reference));
            }
        }
        ZoneRef::Name(_) | ZoneRef::OfHostname => {}
    }
    let of_account = |zone: &&Zone| {
        let owner = zone.account.as_ref().and_then(|account| account.id.as_ref());
        owner.is_none_or(|owner| *owner == who.account)
    };
    let names = names(who, host, outputs);
    let named = names.iter().filter_map(|name| zones.get(name)).flatten();
    let best = named.filter(of_account).max_by_key(|zone| (zone.is_active(), zone.name.len()));
    best.map(|zone| zone.id.clone()).ok_or_else(|| {
        let mut finding = not_found(host);
        // A token that was shown a zone may read zones; one that was shown none may lack that.
        finding.permission = zones.is_empty().then(|| ZONES.read.unwrap_or_default().to_owned());
        finding
    })
}

/// An id of a zone is 32 hexadecimal digits.
fn zone_id(text: &str) -> Option<String> {
    (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_ascii_lowercase())
}

fn no_id(reference: &Reference) -> Diagnostic {
    let message = format!("the reference to `{}` can't be resolved: what was given is no zone id", reference.name);
    Diagnostic::error(Code::ReferenceUnresolved, message)
        .with_help("a zone id has 32 hexadecimal digits: correct the file of outputs")
        .by(CallOption::Outputs)
        .on(&reference.path)
}

fn not_found(host: ZonedHost<'_>) -> Diagnostic {
    if let ZoneRef::Referred(reference) = host.zone {
        let problem = "no zone of the account that this token can see has that name";
        let message = format!("the reference to `{}` can't be resolved: {problem}", reference.name);
        return Diagnostic::error(Code::ZoneNotFound, message)
            .with_help("correct the name, such as `example.com`, give a file of outputs, or give the token `Zone Read`")
            .by(CallOption::Outputs)
            .on(&reference.path);
    }
    let message = format!("no zone of the account that this token can see holds `{}`", host.hostname);
    Diagnostic::error(Code::ZoneNotFound, message)
        .with_help("correct it, set `zone_id`, or give the token `Zone Read`: without it the list is empty")
        .on(host.field)
}

#[cfg(test)]
mod tests {
    use super::suffixes;

    #[test]
    fn suffixes_stop_at_two_labels() {
        assert_eq!(suffixes("a.b.example.com"), ["a.b.example.com", "b.example.com", "example.com"]);
        assert_eq!(suffixes("example.com"), ["example.com"]);
    }
}
