//! What is asked about the Workers of a run, and what the answers come to.

mod classes;
mod domains;
mod hosts;
mod manifest;
mod queues;
mod reads;
mod script;
mod scripts;
mod users;
mod versions;
mod workers;
mod zone_lists;
mod zones;

pub use hosts::ZoneIds;
pub use users::{add_users, add_users_of_renamed, user_reads, user_reads_of_renamed};
pub use zones::{Unfound, account_reads, find_zones, zone_reads};

use std::collections::{BTreeMap, BTreeSet};

use hosts::{Hosts, records_of};
use reads::{Asking, Extent, settings, shown_address, wants_domains, wants_queues};
pub(super) use scripts::Scripts;
use workers::Workers;
use zone_lists::Zones;

use crate::cloudflare::{Read, subdomain};
use crate::refresh::Known;
use crate::resource::{DesiredManifest, DesiredState, LiveManifest, LiveState};

/// So many Workers of a run are read in full at once; of more, only those that lists prove too little of.
const FEW: usize = 8;

/// The Workers of a run, and how much of them is looked at.
pub(in crate::kinds) struct Looking<'a> {
    desired: &'a DesiredState,
    extent: Extent<'a>,
}

impl<'a> Looking<'a> {
    /// `removes`: Workers under an earlier name go, so they are looked at as well, and all of them in full.
    pub(in crate::kinds) fn new(desired: &'a DesiredState, zones: &'a ZoneIds, removes: bool) -> Self {
        let in_full = removes || desired.manifests.len() <= FEW;
        Self { desired, extent: Extent { hosts: Hosts::of(zones), in_full, removes } }
    }

    /// The same with every Worker in full.
    pub(in crate::kinds) fn in_full(mut self) -> Self {
        self.extent.in_full = true;
        self
    }

    /// All that is asked, as far as what is known tells what to ask.
    pub(in crate::kinds) fn reads(&self, known: &Known) -> Vec<Read> {
        let manifests = self.desired.manifests.iter().enumerate();
        manifests.flat_map(|(index, manifest)| self.asking(index, manifest).all(known)).collect()
    }

    /// What the account has for each manifest, and the queues and custom domains of each account in which any of them has
    /// some.
    pub(in crate::kinds) fn live(&self, known: &Known) -> LiveState {
        let manifests = &self.desired.manifests;
        let workers: Vec<Workers> = manifests.iter().map(|manifest| workers_of(manifest, known)).collect();
        let lists = self.zone_lists(&workers, known);
        let concerned = || manifests.iter().zip(&workers);
        let consuming = concerned().filter(|(manifest, workers)| wants_queues(manifest) || workers.consume());
        let queues = queues::live(consuming.map(|(manifest, _)| manifest.identity.account.as_str()), known);
        let answering =
            concerned().filter(|(manifest, workers)| wants_domains(manifest) || workers.answer_at_domains());
        let domains = domains::live(answering.map(|(manifest, _)| manifest.identity.account.as_str()), known);
        let live = manifests.iter().zip(workers).enumerate().map(|(index, (manifest, workers))| {
            manifest::live(manifest, self.extent.hosts.of_manifest(index), workers, known, &lists)
        });
        LiveState { manifests: live.collect(), queues, domains, ..LiveState::default() }
    }

    fn asking(&'a self, index: usize, manifest: &'a DesiredManifest) -> Asking<'a> {
        Asking { manifest, zones: self.extent.hosts.of_manifest(index), extent: &self.extent }
    }

    /// Routes and records of all zones that manifests look at.
    fn zone_lists(&self, workers: &[Workers], known: &Known) -> Zones {
        let hosts = &self.extent.hosts;
        let mut of_accounts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut records = Vec::new();
        for (index, (manifest, workers)) in self.desired.manifests.iter().zip(workers).enumerate() {
            let mut looked_at = workers.inventory_zones();
            let of_hosts = hosts.of_manifest(index);
            looked_at.extend(of_hosts.iter().cloned());
            records.extend(looked_at.iter().flat_map(|zone| {
                records_of(manifest, of_hosts, zone, hosts).into_iter().map(|read| (zone.clone(), read))
            }));
            of_accounts.entry(manifest.identity.account.clone()).or_default().extend(looked_at);
        }
        // The order of the files makes no difference.
        records.sort_by(|(_, one), (_, other)| one.as_ref().cmp(other.as_ref()));
        records.dedup_by(|(_, one), (_, other)| one.as_ref() == other.as_ref());
        Zones::of(&of_accounts, records, known)
    }
}

/// What an empty account has for each manifest.
pub(in crate::kinds) fn in_empty_account(desired: &DesiredState) -> Vec<LiveManifest> {
    desired.manifests.iter().map(manifest::in_empty_account).collect()
}

fn workers_of(manifest: &DesiredManifest, known: &Known) -> Workers {
    Workers::of(manifest, &Scripts::of(&manifest.identity.account, known).unwrap_or_default(), known)
}

/// What is asked to know these Workers in full, of which only lists told.
pub fn rest(desired: &DesiredState, which: &BTreeSet<usize>, known: &Known) -> Vec<Read> {
    let manifests = desired.manifests.iter().enumerate().filter(|(index, _)| which.contains(index));
    let reads = manifests.flat_map(|(_, manifest)| {
        let script = workers_of(manifest, known).script;
        let address = script.and_then(|script| shown_address(&manifest.identity.account, &script));
        settings(manifest).into_iter().chain(address)
    });
    reads.collect()
}

/// Puts in what that told.
pub fn complete(desired: &DesiredState, which: &BTreeSet<usize>, known: &Known, live: &mut LiveState) {
    for (index, (manifest, state)) in desired.manifests.iter().zip(&mut live.manifests).enumerate() {
        if !which.contains(&index) {
            continue;
        }
        state.script = workers_of(manifest, known).script;
        if let Some(read) = known.get(&subdomain::of_account(&manifest.identity.account)) {
            state.account_subdomain.clone_from(&read.subdomain);
        }
    }
}
