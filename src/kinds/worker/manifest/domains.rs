//! Entries of `custom_domains`: hosts that belong to the Worker whole.

use crate::binding::Input;
use crate::resource::{DesiredDomain, ZoneRef};

use super::generations::spec_path;
use super::spec::{Spec, WorkerDomain};
use crate::manifest::hostname::hostname;
use crate::manifest::path::Path;
use crate::manifest::referring::ZONE_OF_DOMAIN;
use crate::manifest::schema::{Items, TextOrFrom};
use crate::manifest::text::filled;
use crate::manifest::text_or_from::zone as zone_or_reference;

/// An entry in its parts.
pub(super) struct Said<'a> {
    /// Where its host stands.
    pub path: Path,
    pub hostname: Option<&'a str>,
    pub zone_id: Option<(&'a TextOrFrom, Path)>,
}

/// All entries, with the places of their parts.
pub(super) fn stated(spec: &Spec) -> impl Iterator<Item = Said<'_>> {
    let entries = spec.custom_domains.iter().flat_map(Items::each);
    entries.map(|(index, entry)| {
        let path = spec_path().key("custom_domains").index(index);
        match entry {
            WorkerDomain::Host(text) => Said { path, hostname: Some(text), zone_id: None },
            WorkerDomain::InZone(domain) => Said {
                hostname: filled(&domain.hostname),
                zone_id: domain.zone_id.as_ref().map(|zone| (zone, path.key("zone_id"))),
                path: path.key("hostname"),
            },
        }
    })
}

/// The usable hosts in one spelling, with the places where they stand.
pub(super) fn hosts(spec: &Spec) -> Vec<(Path, String)> {
    stated(spec).filter_map(|said| Some((said.path, hostname(said.hostname?).ok()?))).collect()
}

/// The custom domains that are wanted, each once; nothing where an entry can't be read.
pub(super) fn lower(spec: &Spec) -> Option<Vec<DesiredDomain>> {
    let mut domains: Vec<DesiredDomain> = Vec::new();
    for said in stated(spec) {
        let domain = domain(&said)?;
        if domains.iter().all(|known| known.hostname != domain.hostname) {
            domains.push(domain);
        }
    }
    Some(domains)
}

fn domain(said: &Said<'_>) -> Option<DesiredDomain> {
    let zone = match &said.zone_id {
        Some((given, path)) => zone_or_reference(given, &ZONE_OF_DOMAIN, path).ok()?,
        None => None,
    };
    Some(DesiredDomain {
        hostname: hostname(said.hostname?).ok()?,
        zone: match zone {
            Some(Input::Value(id)) => ZoneRef::Id(id),
            Some(Input::Reference(reference)) => ZoneRef::Referred(reference),
            Some(Input::Late(_)) => return None,
            None => ZoneRef::OfHostname,
        },
        field: said.path.to_string(),
    })
}
