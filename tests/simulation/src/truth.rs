//! What a run should find, told by who truly made what: the reference that plans are measured with. It reads no mark
//! but the inventory, which is what makes a route ours by definition.

use std::collections::BTreeSet;

use cfworker_deploy::model::marks;

use crate::account::{Account, Maker, Record, Route, Script};
use crate::case::{Allow, Deployer, Dns, Verb, Wanted, Wish};
use crate::names;

/// Whose a thing is, seen from one identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    Absent,
    Ours,
    /// Ours, with somebody else's work on it.
    Outside,
    Original,
    Stranger,
    Other,
}

/// One deployer beside an account.
#[derive(Clone, Copy)]
pub struct Truth<'a> {
    pub account: &'a Account,
    pub wanted: &'a Wanted,
    pub allow: &'a Allow,
    pub verb: Verb,
}

impl<'a> Truth<'a> {
    pub fn of(account: &'a Account, deployer: &'a Deployer) -> Self {
        Self { account, wanted: &deployer.wanted, allow: &deployer.allow, verb: deployer.verb }
    }

    pub fn us(&self) -> Maker {
        Maker::Run(self.wanted.identity)
    }

    pub fn name(&self) -> &'static str {
        names::script(self.wanted.script)
    }

    pub fn script(&self) -> Option<&'a Script> {
        self.account.scripts.get(self.name())
    }

    pub fn script_owner(&self) -> Owner {
        self.owner_of(self.name())
    }

    /// Whose a Worker of the run is.
    pub fn owner_of(&self, name: &str) -> Owner {
        let Some(script) = self.account.scripts.get(name) else { return Owner::Absent };
        match script.maker {
            Maker::Run(identity) if identity == self.wanted.identity => self.live_work(script),
            Maker::Run(_) => Owner::Other,
            Maker::Original | Maker::Stranger => Owner::Stranger,
        }
    }

    /// Whether what gets requests is our last work, give or take edits of secrets.
    pub fn live_work(&self, script: &Script) -> Owner {
        let Some(live) = script.live() else { return Owner::Outside };
        let uploads = |version: &&crate::account::Version| !is_secret_edit(version);
        let newest_of_ours = script.versions.iter().filter(uploads).find(|version| version.maker == self.us());
        let base = script.versions.iter().filter(uploads).find(|version| version.number <= live.number);
        if script.versions.iter().any(|version| version.number > live.number && is_secret_edit(version)) {
            return Owner::Outside;
        }
        match (base, newest_of_ours) {
            (Some(base), Some(ours)) if base.id == ours.id => Owner::Ours,
            _ => Owner::Outside,
        }
    }

    /// Records that decide where requests to a host go.
    pub fn records_here(&self, host: u8) -> Vec<&'a Record> {
        let zone = &self.account.zones[names::zone_of(host)];
        let here = zone.records.iter().filter(|record| record.name == names::host(host));
        here.filter(|record| record.kind != "TXT").collect()
    }

    /// The record of a host, and whose it is.
    pub fn record_owner(&self, host: u8) -> (Option<&'a Record>, Owner) {
        let here = self.records_here(host);
        let mut ours = here.iter().filter(|record| record.maker == self.us());
        let first = ours.clone().next();
        // Two of ours: a run did not see the first one yet.
        let content = self.wanted.routing().map(|routing| routing.content());
        let fits = ours.find(|record| content == Some((record.kind, record.content.as_str())) && record.proxied);
        let Some(record) = fits.or(first).or(here.first()) else { return (None, Owner::Absent) };
        let owner = match record.maker {
            maker if maker == self.us() => Owner::Ours,
            Maker::Run(_) => Owner::Other,
            Maker::Original => Owner::Original,
            Maker::Stranger => Owner::Stranger,
        };
        (Some(record), owner)
    }

    /// Whether the Worker's tags name the route.
    fn holds(&self, zone: usize, pattern: &str) -> bool {
        self.script().is_some_and(|script| is_held(script, names::ZONE_IDS[zone], pattern))
    }

    /// The route of a pattern of the manifest, and whose it is.
    pub fn route_owner(&self, zone: usize, pattern: &str) -> (Option<&'a Route>, Owner) {
        let Some(route) = self.account.zones[zone].routes.iter().find(|route| route.pattern == pattern) else {
            return (None, Owner::Absent);
        };
        let owner = match &route.script {
            Some(script) if script == self.name() && self.holds(zone, pattern) => Owner::Ours,
            Some(script) if script == self.name() => Owner::Stranger,
            Some(script) if self.renamed_holds(script, zone, pattern) => Owner::Ours,
            _ => Owner::Other,
        };
        (Some(route), owner)
    }

    /// Workers of ours under another name.
    pub fn renamed(&self) -> Vec<&'a str> {
        let others = self.account.scripts.iter().filter(|(name, _)| *name != self.name() && !names::is_peer(name));
        others.filter(|(_, script)| script.maker == self.us()).map(|(name, _)| name.as_str()).collect()
    }

    /// Whether that is a Worker of ours under another name whose tags name the route.
    fn renamed_holds(&self, script: &str, zone: usize, pattern: &str) -> bool {
        let script = self.account.scripts.get(script).filter(|_| self.renamed().contains(&script));
        script.is_some_and(|script| is_held(script, names::ZONE_IDS[zone], pattern))
    }

    /// Zones that a run looks at: those of the manifest, and those of the inventory.
    pub fn zones(&self) -> BTreeSet<usize> {
        let wanted = self.wanted.hosts().into_iter().map(names::zone_of);
        let held = |zone: &usize| {
            let start = format!("cfwd1-in-{}-", names::ZONE_IDS[*zone]);
            let renamed = self.renamed().into_iter().filter_map(|name| self.account.scripts.get(name));
            self.script().into_iter().chain(renamed).any(|script| script.tags.iter().any(|tag| tag.starts_with(&start)))
        };
        (0..names::ZONES.len()).filter(held).chain(wanted).collect()
    }

    /// What is ours and no longer wanted: routes and records, by their ids.
    pub fn removals(&self) -> BTreeSet<String> {
        let wanted = self.wanted.routing().filter(|_| self.verb == Verb::Apply);
        let mut ids = BTreeSet::new();
        let ours: Vec<&str> = self.renamed().into_iter().chain([self.name()]).collect();
        for zone in self.zones() {
            let content = &self.account.zones[zone];
            let patterns = wanted.map(|routing| routing.names()).unwrap_or_default();
            let routes = content.routes.iter().filter(|route| {
                let leads_to = route.script.as_deref().filter(|script| ours.contains(script));
                let script = leads_to.and_then(|script| self.account.scripts.get(script));
                let held = script.is_some_and(|script| is_held(script, names::ZONE_IDS[zone], &route.pattern));
                held && !patterns.iter().any(|(at, pattern)| (*at, pattern) == (zone, &route.pattern))
            });
            ids.extend(routes.map(|route| route.id.clone()));
            let hosts = wanted.map(|routing| routing.hosts()).unwrap_or_default();
            let managed = wanted.is_some_and(|routing| routing.record != Wish::Existing);
            let chosen: Vec<(&str, Option<&Record>)> = hosts
                .into_iter()
                .map(|host| (names::host(host), self.record_owner(host).0.filter(|_| managed)))
                .collect();
            let records = content.records.iter().filter(|record| {
                let chosen = chosen.iter().find(|(host, _)| *host == record.name);
                let keeps = chosen.is_some_and(|(_, chosen)| {
                    record.kind == "TXT" || chosen.is_none_or(|chosen| chosen.id == record.id)
                });
                record.maker == self.us() && !record.read_only && !keeps
            });
            ids.extend(records.map(|record| record.id.clone()));
        }
        ids
    }

    /// Whether the manifest says what shall be, so that what is not said goes.
    pub fn states(&self) -> bool {
        !matches!(self.wanted.dns, Dns::Absent)
    }
}

pub fn is_secret_edit(version: &crate::account::Version) -> bool {
    version.annotations.get("workers/triggered_by").is_some_and(|by| by == "secret")
}

/// Whether a Worker's inventory names a route.
pub fn is_held(script: &Script, zone: &str, pattern: &str) -> bool {
    let (start, hash) = (format!("cfwd1-in-{zone}-"), marks::hash(pattern));
    let tags = script.tags.iter().filter_map(|tag| tag.strip_prefix(&start));
    tags.flat_map(|hashes| hashes.split('.')).any(|held| held == hash)
}

/// Whether a Worker's marks say that a run of ours set this binding.
pub fn is_set(script: &Script, binding: &str) -> bool {
    let hash = marks::hash(binding);
    let tags = script.tags.iter().filter_map(|tag| tag.strip_prefix("cfwd1-n-"));
    tags.flat_map(|hashes| hashes.split('.')).any(|set| set == hash)
}
