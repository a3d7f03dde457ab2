//! The custom domains of a run's accounts: which Worker answers at each, and which is to.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::marks::{self, DOMAINS, ScriptMarks};
use crate::resource::{DesiredState, LiveDomain, LiveState};

/// Account and script.
type Worker<'a> = (&'a str, &'a str);

/// What is known of them, indexed once a run.
#[derive(Default)]
pub(super) struct Domains<'a> {
    live: BTreeMap<&'a str, &'a BTreeMap<String, LiveDomain>>,
    by_script: BTreeMap<Worker<'a>, Vec<(&'a str, &'a LiveDomain)>>,
    /// Account and host → the Workers of the run that want it.
    wanted: BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>,
    /// Hashes of the hosts that a Worker of the run is marked with.
    held: BTreeMap<Worker<'a>, BTreeSet<String>>,
}

impl<'a> Domains<'a> {
    /// `destroys`: nobody wants anything any more.
    pub(super) fn of(desired: &'a DesiredState, live: &'a LiveState, destroys: bool) -> Self {
        let mut all = Self::default();
        for (account, listed) in &live.domains {
            all.live.insert(account, &listed.domains);
            for (host, domain) in &listed.domains {
                all.by_script.entry((account, &domain.service)).or_default().push((host, domain));
            }
        }
        for (manifest, live) in desired.manifests.iter().zip(&live.manifests) {
            let (account, script) = (manifest.identity.account.as_str(), manifest.script.name.as_str());
            for domain in manifest.domains.iter().flatten().filter(|_| !destroys) {
                all.wanted.entry((account, &domain.hostname)).or_default().insert(script);
            }
            let tags = live.script.iter().map(|live| ScriptMarks::parse(&live.tags));
            let ours = tags.filter(|marks| marks.ids.contains(&manifest.identity.id()));
            let hashes = ours.filter_map(|marks| marks.inventory.get(DOMAINS).cloned()).flatten();
            all.held.entry((account, script)).or_default().extend(hashes);
        }
        all
    }

    /// The domain of a host, as its account lists it.
    pub(super) fn listed(&self, account: &str, host: &str) -> Option<&'a LiveDomain> {
        self.live.get(account)?.get(host)
    }

    /// The hosts at which a Worker answers.
    pub(super) fn of_script(&self, account: &'a str, script: &'a str) -> &[(&'a str, &'a LiveDomain)] {
        self.by_script.get(&(account, script)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether another Worker of the run is to answer there.
    pub(super) fn is_wanted_by_another(&self, account: &str, host: &str, script: &str) -> bool {
        self.wanting(account, host).is_some_and(|scripts| scripts.iter().any(|other| *other != script))
    }

    /// Whether a Worker of the run was given the host by us, and is not to answer there any longer.
    pub(super) fn is_released(&self, account: &str, host: &str, script: &str) -> bool {
        let wants = self.wanting(account, host).is_some_and(|scripts| scripts.contains(script));
        !wants && self.held.get(&(account, script)).is_some_and(|held| held.contains(&marks::hash(host)))
    }

    fn wanting<'s>(&'s self, account: &'s str, host: &'s str) -> Option<&'s BTreeSet<&'s str>> {
        self.wanted.get(&(account, host))
    }
}
