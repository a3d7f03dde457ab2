//! Desired state → reads → live state. Reads go out together, each once, whoever asked for it.

mod failures;
mod live;
mod reads;
mod references;
mod referrers;
mod zones;

use std::collections::BTreeMap;

use crate::cloudflare::Api;
use crate::http::{CallError, Client};
use crate::model::marks::{ScriptMarks, comment_prefix};
use crate::resource::{DesiredManifest, DesiredState, LiveScript, LiveState, LiveVersion};

pub use failures::{Failure, failures};
pub use reads::{Found, Read};

pub use references::resolve;
pub use referrers::{add_referrers_of_renamed, referrers};
pub use zones::{ZoneIds, find as find_zones};

/// So many versions on either side of the live one are read by id, where the list shows no annotations.
const UNTOLD_VERSIONS: usize = 10;

/// Everything that has been read so far.
pub type Known = BTreeMap<Read, Found>;

/// Reads what the account has for the manifests: one round, and a second one only where the first one's
/// answers ask for it (an inventory in another zone, a version that only a read by id explains). A third one is for
/// secret edits alone, where the list of versions shows no annotations. `removes`: Workers under an earlier name go, so
/// they are looked at as well.
///
/// # Errors
/// One finding for each cause of a failed read; all reads of a round are made first.
pub async fn refresh(
    api: &Api,
    client: &Client,
    desired: &DesiredState,
    zones: &ZoneIds,
    removes: bool,
) -> Result<(LiveState, Known), Vec<Failure>> {
    let mut known = Known::new();
    let first =
        desired.manifests.iter().enumerate().flat_map(|(index, manifest)| first_reads(manifest, zones.get(&index)));
    reads::make(api, client, desired, first.collect(), &mut known).await?;
    let second = desired
        .manifests
        .iter()
        .enumerate()
        .flat_map(|(index, manifest)| second_reads(manifest, zones.get(&index), &known, removes));
    reads::make(api, client, desired, second.collect(), &mut known).await?;
    let third = desired
        .manifests
        .iter()
        .enumerate()
        .flat_map(|(index, manifest)| third_reads(manifest, zones.get(&index), &known, removes));
    reads::make(api, client, desired, third.collect(), &mut known).await?;
    let manifests = desired.manifests.iter().enumerate();
    let live = manifests.map(|(index, manifest)| live::manifest(manifest, zones.get(&index), &known)).collect();
    Ok((LiveState { manifests: live }, known))
}

/// Makes the reads of a plan, each with its own answer: for those who want to know what a token may see.
pub async fn probe(
    api: &Api,
    client: &Client,
    desired: &DesiredState,
    zones: &ZoneIds,
) -> Vec<(Read, Result<Found, CallError>)> {
    let reads = desired.manifests.iter().enumerate();
    let reads = reads.flat_map(|(index, manifest)| first_reads(manifest, zones.get(&index)));
    reads::look(api, client, reads.collect()).await
}

/// What every plan of this manifest looks at.
fn first_reads(manifest: &DesiredManifest, zone: Option<&String>) -> Vec<Read> {
    let account = manifest.identity.account.clone();
    let script = manifest.script.name.clone();
    let mut reads = vec![
        Read::Scripts { account: account.clone() },
        Read::Settings { account: account.clone(), script: script.clone() },
        Read::Deployments { account: account.clone(), script: script.clone() },
        Read::Versions { account: account.clone(), script: script.clone() },
        Read::WorkersDev { account: account.clone(), script },
    ];
    if manifest.script.workers_dev.is_some_and(|wanted| wanted.enabled) {
        reads.push(Read::AccountSubdomain { account: account.clone() });
    }
    if manifest.script.bindings.iter().any(|binding| binding.reference().is_some()) {
        reads.push(Read::Namespaces { account });
    }
    if let Some(zone) = zone {
        reads.push(Read::Zone { zone: zone.clone() });
        reads.extend(zone_reads(manifest, zone));
    }
    reads
}

/// Routes and records of one zone that can concern the manifest.
fn zone_reads(manifest: &DesiredManifest, zone: &str) -> [Read; 2] {
    let host = manifest.routing.as_ref().map(|routing| routing.hostname.clone());
    [
        Read::Routes { zone: zone.to_owned() },
        Read::Records { zone: zone.to_owned(), host, comment: comment_prefix(&manifest.identity) },
    ]
}

/// What only the first answers ask for.
fn second_reads(manifest: &DesiredManifest, zone: Option<&String>, known: &Known, removes: bool) -> Vec<Read> {
    let live = live::manifest(manifest, zone, known);
    let mut reads = Vec::new();
    let tags =
        live.script.iter().map(|script| &script.tags).chain(live.renamed.iter().map(|renamed| &renamed.live.tags));
    let inventories = tags.flat_map(|tags| ScriptMarks::parse(tags).inventory.into_keys());
    for other in inventories.filter(|other| Some(other) != zone) {
        reads.extend(zone_reads(manifest, &other));
    }
    let account = manifest.identity.account.clone();
    for renamed in live.renamed.iter().filter(|_| removes) {
        let (account, script) = (account.clone(), renamed.name.clone());
        reads.push(Read::Settings { account: account.clone(), script: script.clone() });
        reads.push(Read::Deployments { account: account.clone(), script: script.clone() });
        reads.push(Read::Versions { account, script });
    }
    let Some(script) = &live.script else { return reads };
    let on = script.workers_dev.is_some_and(|workers_dev| workers_dev.enabled);
    if on && !known.contains_key(&Read::AccountSubdomain { account: account.clone() }) {
        reads.push(Read::AccountSubdomain { account: account.clone() });
    }
    for version in unexplained(script) {
        reads.push(Read::Version { account: account.clone(), script: manifest.script.name.clone(), version });
    }
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
fn third_reads(manifest: &DesiredManifest, zone: Option<&String>, known: &Known, removes: bool) -> Vec<Read> {
    let live = live::manifest(manifest, zone, known);
    let read = |script: &str, versions: Vec<String>| {
        let (account, script) = (manifest.identity.account.clone(), script.to_owned());
        let read = move |version| Read::Version { account: account.clone(), script: script.clone(), version };
        versions.into_iter().map(read).collect::<Vec<_>>()
    };
    let mut reads = read(&manifest.script.name, live.script.as_ref().map(before_edit).unwrap_or_default());
    for renamed in live.renamed.iter().filter(|_| removes) {
        reads.extend(read(&renamed.name, unexplained(&renamed.live)));
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
