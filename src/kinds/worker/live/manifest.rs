//! Answers → what the account has for one manifest.

use std::collections::{BTreeMap, BTreeSet};

use super::workers::Workers;
use super::zone_lists::Zones;
use crate::cloudflare::{subdomain, workflows, zones};
use crate::refresh::Known;
use crate::resource::{DesiredManifest, LiveManifest, LiveWorkflow, LiveZone, LiveZoneContent, ZoneRef};

/// Puts together what was read for one manifest; what was not read is absent.
pub(super) fn live(
    manifest: &DesiredManifest,
    of_hosts: &[String],
    workers: Workers,
    known: &Known,
    zones: &Zones,
) -> LiveManifest {
    let subdomain = known.get(&subdomain::of_account(&manifest.identity.account));
    LiveManifest {
        content: Vec::new(),
        gone_stores: BTreeSet::new(),
        zones_of_hosts: of_hosts.iter().map(|zone| live_zone(zone, known)).collect(),
        zones: contents(manifest, of_hosts, &workers, zones),
        workflows: workflows_of(manifest, known),
        bundle: None,
        account_subdomain: subdomain.and_then(|read| read.subdomain.clone()),
        script: workers.script,
        renamed: workers.renamed,
        used_by: workers.traced,
    }
}

fn workflows_of(manifest: &DesiredManifest, known: &Known) -> BTreeMap<String, LiveWorkflow> {
    let own = manifest.script.own_workflows().into_keys();
    let live = own.filter_map(|name| {
        let read = known.get(&workflows::read(&manifest.identity.account, &name))?;
        let (script, class) = (read.script_name.clone()?, read.class_name.clone()?);
        Some((name, LiveWorkflow { script, class }))
    });
    live.collect()
}

fn live_zone(zone: &str, known: &Known) -> LiveZone {
    let read = known.get(&zones::read(zone));
    let read = read.as_deref();
    LiveZone {
        id: zone.to_owned(),
        name: read.map(|read| read.name.clone()),
        status: read.and_then(|read| read.status.clone()),
        account: read.and_then(|read| read.account.as_ref()?.id.clone()),
        paused: read.is_some_and(|read| read.paused == Some(true)),
        partial: read.is_some_and(|read| read.zone_type.as_deref() == Some("partial")),
    }
}

/// What concerns the manifest in the zones of its hosts, in those of its inventories, and wherever routes lead to its Workers.
fn contents(
    manifest: &DesiredManifest,
    of_hosts: &[String],
    workers: &Workers,
    zones: &Zones,
) -> BTreeMap<String, LiveZoneContent> {
    let account = &manifest.identity.account;
    let id = manifest.identity.id();
    let scripts = || [&manifest.script.name].into_iter().chain(workers.renamed.iter().map(|renamed| &renamed.name));
    let mut concerned = workers.inventory_zones();
    concerned.extend(of_hosts.iter().cloned());
    let with_records = concerned.clone();
    concerned.extend(scripts().flat_map(|script| zones.leading_to(account, script)).cloned());
    let mut contents = BTreeMap::new();
    for zone in concerned {
        let hosts = manifest.hosts().map(|host| host.hostname);
        let patterns = manifest.routing.iter().flat_map(|host| &host.routes).map(|route| route.pattern.as_str());
        let routes = zones.routes(&zone, patterns, scripts().map(String::as_str));
        let records = zones.records(&zone, hosts, &id).filter(|_| with_records.contains(&zone));
        if routes.is_some() || records.is_some() {
            let (routes, read_at) = routes.unwrap_or_default();
            contents.insert(zone, LiveZoneContent { records: records.unwrap_or_default(), routes, read_at });
        }
    }
    contents
}

/// A manifest beside an empty account: its zones are there, nothing in them.
pub(super) fn in_empty_account(manifest: &DesiredManifest) -> LiveManifest {
    let zones = manifest.hosts().map(|host| LiveZone {
        id: match host.zone {
            ZoneRef::Id(id) => id.clone(),
            ZoneRef::Referred(_) | ZoneRef::Name(_) | ZoneRef::OfHostname => String::new(),
        },
        ..LiveZone::default()
    });
    LiveManifest { zones_of_hosts: zones.collect(), ..LiveManifest::default() }
}
