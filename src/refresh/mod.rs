//! Desired state → reads → live state. Reads go out together, each once, whoever asked for it.

mod failures;
mod hosts;
mod index;
mod known;
mod live;
mod queue_lists;
mod referrers;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use self::hosts::{Hosts, records_of};
use self::index::{Accounts, Zones};
use self::live::Workers;
use crate::cloudflare::{Api, Read, Reply};
use crate::cloudflare::{deployments, queues, routes, scripts, subdomain, versions};
use crate::http::{CallError, Client};
use crate::resource::{DesiredManifest, DesiredState, LiveScript, LiveState, LiveVersion};

pub use failures::{Failure, failures};
pub use known::Known;
pub use referrers::{add_referrers_of_renamed, referrers};
pub use zones::{FoundZones, ZoneIds, find as find_zones};

/// So many Workers of a run are read in full at once; of more, only those that lists prove too little of.
const FEW: usize = 8;

/// So many versions on either side of the live one are read by id, where the list shows no annotations.
const UNTOLD_VERSIONS: usize = 10;

/// What a run read of the account.
pub struct Refreshed {
    /// For each manifest what concerns it.
    pub live: LiveState,
    /// All that was read.
    pub known: Known,
}

/// Reads what the account has for the manifests: one round, and a second one only where the first one's
/// answers ask for it (an inventory in another zone, a version that only a read by id explains). A third one is for
/// secret edits alone, where the list of versions shows no annotations. `others`: what else is read, as far as what is known
/// tells what to ask: in every round. `removes`: Workers under an earlier name go, so they are
/// looked at as well, all of them in full.
///
/// # Errors
/// One finding for each cause of a failed read; all reads of a round are made first.
pub async fn refresh(
    api: &Api,
    client: &Client,
    desired: &DesiredState,
    zones: FoundZones,
    others: &dyn Fn(&Known) -> Vec<Read>,
    removes: bool,
) -> Result<Refreshed, Vec<Failure>> {
    let FoundZones { ids: zones, mut known } = zones;
    let zones = &zones;
    let zones = &Hosts::of(zones);
    let in_full = removes || desired.manifests.len() <= FEW;
    known.add(api, client, desired, every_first_read(desired, zones, in_full, others(&known))).await?;
    let names = desired.manifests.iter().map(|manifest| manifest.identity.account.as_str());
    let accounts = Accounts::index(names, &known);
    let workers = desired.manifests.iter().map(|manifest| Workers::of(manifest, &accounts, &known));
    let mut workers: Vec<Workers> = workers.collect();
    for more in [second_reads, third_reads] {
        let asked = desired.manifests.iter().zip(&workers).enumerate();
        let asked = asked
            .map(|(index, (manifest, workers))| more(manifest, zones.of_manifest(index), workers, (zones, removes)));
        let asked: Vec<Vec<Read>> = asked.collect();
        let others = others(&known);
        let asks = asked.iter().map(|reads| !reads.is_empty()).collect::<Vec<_>>();
        let asked = asked.into_iter().flatten().chain(others);
        known.add(api, client, desired, asked.collect()).await?;
        let asking = desired.manifests.iter().zip(&mut workers).zip(asks).filter(|(_, asks)| *asks);
        for ((manifest, workers), _) in asking {
            *workers = Workers::of(manifest, &accounts, &known);
            workers.add_details(manifest, &known);
        }
    }
    let lists = zone_lists(desired, zones, &workers, &known);
    let both = desired.manifests.iter().zip(&workers);
    let concerned = both.filter(|(manifest, workers)| wants_queues(manifest) || workers.consume());
    let queues = queue_lists::live(concerned.map(|(manifest, _)| manifest.identity.account.as_str()), &known);
    let manifests = desired.manifests.iter().zip(workers).enumerate();
    let live = manifests.map(|(index, (manifest, workers))| {
        live::manifest(manifest, zones.of_manifest(index), workers, &known, &lists)
    });
    let live = LiveState { manifests: live.collect(), stores: Vec::new(), queues };
    Ok(Refreshed { live, known })
}

/// Routes and records of all zones that manifests look at.
fn zone_lists(desired: &DesiredState, zones: &Hosts<'_>, workers: &[Workers], known: &Known) -> Zones {
    let mut of_accounts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut records = Vec::new();
    for (index, (manifest, workers)) in desired.manifests.iter().zip(workers).enumerate() {
        let mut looked_at = workers.inventory_zones();
        let of_hosts = zones.of_manifest(index);
        looked_at.extend(of_hosts.iter().cloned());
        records.extend(
            looked_at.iter().flat_map(|zone| {
                records_of(manifest, of_hosts, zone, zones).into_iter().map(|read| (zone.clone(), read))
            }),
        );
        of_accounts.entry(manifest.identity.account.clone()).or_default().extend(looked_at);
    }
    // The order of the files makes no difference.
    records.sort_by(|(_, one), (_, other)| one.as_ref().cmp(other.as_ref()));
    records.dedup_by(|(_, one), (_, other)| one.as_ref() == other.as_ref());
    Zones::index(&of_accounts, records, known)
}

/// Makes the reads of a plan, each with its own answer: for those who want to know what a token may see.
pub async fn probe(
    api: &Api,
    client: &Client,
    desired: &DesiredState,
    zones: &ZoneIds,
    more: Vec<Read>,
) -> Vec<(Read, Result<Reply, CallError>)> {
    known::gather(api, client, every_first_read(desired, &Hosts::of(zones), true, more)).await
}

/// Reads in full those Workers that only lists told of.
///
/// # Errors
/// One finding for each cause of a failed read.
pub async fn complete(
    api: &Api,
    client: &Client,
    desired: &DesiredState,
    refreshed: &mut Refreshed,
    which: &BTreeSet<usize>,
) -> Result<(), Vec<Failure>> {
    let Refreshed { live, known } = refreshed;
    let manifests = || desired.manifests.iter().enumerate().filter(|(index, _)| which.contains(index));
    let reads = manifests().flat_map(|(_, manifest)| settings_reads(manifest));
    known.add(api, client, desired, reads.collect()).await?;
    let is_on = |script: &LiveScript| script.workers_dev.is_some_and(|workers_dev| workers_dev.enabled);
    let accounts = Accounts::index(manifests().map(|(_, manifest)| manifest.identity.account.as_str()), known);
    let mut addresses: Vec<Read> = Vec::new();
    for (index, manifest) in manifests() {
        let mut workers = Workers::of(manifest, &accounts, known);
        workers.add_details(manifest, known);
        if workers.script.as_ref().is_some_and(is_on) {
            addresses.push(subdomain::of_account(&manifest.identity.account).into());
        }
        if let Some(live) = live.manifests.get_mut(index) {
            live.script = workers.script;
        }
    }
    known.add(api, client, desired, addresses).await?;
    for (index, manifest) in manifests() {
        if let (Some(live), Some(read)) =
            (live.manifests.get_mut(index), known.get(&subdomain::of_account(&manifest.identity.account)))
        {
            live.account_subdomain.clone_from(&read.subdomain);
        }
    }
    Ok(())
}

fn every_first_read(desired: &DesiredState, zones: &Hosts<'_>, in_full: bool, more: Vec<Read>) -> Vec<Read> {
    let manifests = desired.manifests.iter().enumerate();
    manifests.flat_map(|(index, manifest)| first_reads(manifest, index, zones, in_full)).chain(more).collect()
}

/// What the lists of a Worker leave open.
fn settings_reads(manifest: &DesiredManifest) -> [Read; 2] {
    let (account, script) = (manifest.identity.account.as_str(), manifest.script.name.as_str());
    [scripts::settings(account, script).into(), subdomain::of_script(account, script).into()]
}

/// What every plan of this manifest looks at.
fn first_reads(manifest: &DesiredManifest, index: usize, hosts: &Hosts<'_>, in_full: bool) -> Vec<Read> {
    let (account, script) = (manifest.identity.account.as_str(), manifest.script.name.as_str());
    let zones = hosts.of_manifest(index);
    let mut reads: Vec<Read> = vec![
        scripts::list(account).into(),
        deployments::list(account, script).into(),
        versions::list(account, script).into(),
    ];
    if in_full {
        reads.extend(settings_reads(manifest));
    } else if manifest.script.workers_dev.is_some() || manifest.routing.is_empty() {
        reads.push(subdomain::of_script(account, script).into());
    }
    if manifest.script.workers_dev.is_some_and(|wanted| wanted.enabled) {
        reads.push(subdomain::of_account(account).into());
    }
    if wants_queues(manifest) {
        reads.push(queues::list(account).into());
    }
    for zone in zones.iter().collect::<BTreeSet<_>>() {
        reads.push(crate::cloudflare::zones::read(zone).into());
        reads.extend(zone_reads(manifest, zones, zone, hosts));
    }
    reads
}

/// Whether it wants the messages of queues: who has them now stands in the list of queues.
fn wants_queues(manifest: &DesiredManifest) -> bool {
    manifest.consumers.as_ref().is_some_and(|consumers| !consumers.is_empty())
}

/// Routes and records of one zone that can concern the manifest.
fn zone_reads(manifest: &DesiredManifest, zones: &[String], zone: &str, hosts: &Hosts<'_>) -> Vec<Read> {
    let records = records_of(manifest, zones, zone, hosts).into_iter().map(Read::from);
    [routes::list(zone).into()].into_iter().chain(records).collect()
}

/// What only the first answers ask for.
fn second_reads(
    manifest: &DesiredManifest,
    zones: &[String],
    workers: &Workers,
    (hosts, removes): (&Hosts<'_>, bool),
) -> Vec<Read> {
    let account = manifest.identity.account.as_str();
    let mut reads: Vec<Read> = Vec::new();
    if workers.needs_settings {
        reads.extend(settings_reads(manifest));
    }
    for other in workers.inventory_zones().iter().filter(|other| !zones.contains(other)) {
        reads.extend(zone_reads(manifest, zones, other, hosts));
    }
    if workers.consume() {
        reads.push(queues::list(account).into());
    }
    for renamed in workers.renamed.iter().filter(|_| removes) {
        let script = renamed.name.as_str();
        reads.push(scripts::settings(account, script).into());
        reads.push(deployments::list(account, script).into());
        reads.push(versions::list(account, script).into());
    }
    let Some(script) = &workers.script else { return reads };
    if script.workers_dev.is_some_and(|workers_dev| workers_dev.enabled) {
        reads.push(subdomain::of_account(account).into());
    }
    reads.extend(unexplained(script).iter().map(|id| versions::read(account, &manifest.script.name, id).into()));
    reads
}

/// Versions that must be read by id: a live one that the list lacks or shows without annotations, and, beside
/// a secret edit, our last upload to compare it with. Newer ones where the list says nothing about them.
fn unexplained(script: &LiveScript) -> Vec<String> {
    let Some([(live, _)]) = script.deployment.as_ref().map(|deployment| deployment.versions.as_slice()) else {
        return Vec::new();
    };
    let listed = script.live_version();
    let marked = listed.is_some_and(|version| !version.tag.is_empty() && version.triggered_by != "secret");
    if marked {
        return Vec::new();
    }
    let number = listed.map_or(u64::MAX, |version| version.number);
    let ours = script.versions.iter().find(|version| version.number < number && live::is_upload_of_ours(version));
    let ours = ours.map(|version| version.id.clone());
    // Newer ones of ours tell a rollback.
    let newer = untold(script.versions.iter().filter(|version| version.number > number));
    [live.clone()].into_iter().chain(ours).chain(newer).collect()
}

/// What stood before a secret edit, when the list does not tell: the versions before it, by id.
fn third_reads(
    manifest: &DesiredManifest,
    _: &[String],
    workers: &Workers,
    (_, removes): (&Hosts<'_>, bool),
) -> Vec<Read> {
    let account = manifest.identity.account.as_str();
    let by_id = |script: &str, ids: Vec<String>| -> Vec<Read> {
        ids.iter().map(|id| versions::read(account, script, id).into()).collect()
    };
    let mut reads = by_id(&manifest.script.name, workers.script.as_ref().map(before_edit).unwrap_or_default());
    for renamed in workers.renamed.iter().filter(|_| removes) {
        reads.extend(by_id(&renamed.name, unexplained(&renamed.live)));
    }
    reads
}

/// Versions of which the list does not say who made them.
fn untold<'a>(versions: impl Iterator<Item = &'a LiveVersion>) -> Vec<String> {
    let untold = versions.filter(|version| version.tag.is_empty() && version.triggered_by.is_empty());
    untold.take(UNTOLD_VERSIONS).map(|version| version.id.clone()).collect()
}

fn before_edit(script: &LiveScript) -> Vec<String> {
    let Some(live) = script.live_version().filter(|live| live.triggered_by == "secret") else { return Vec::new() };
    let before = script.versions.iter().filter(|version| version.number < live.number);
    if before.clone().any(live::is_upload_of_ours) {
        return Vec::new();
    }
    untold(before)
}
