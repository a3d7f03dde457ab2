//! What a run should find, told by who truly made what: the reference that plans are measured with. It reads no mark
//! but the inventory, which is what makes a route ours by definition.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use cfworker_deploy::model::marks;

use crate::account::{Account, Maker, Record, Route, Script, Store};
use crate::case::{Allow, Deployer, Dns, Verb, Wanted, Wish};
use crate::names;

/// Why a run stops that is bound to another plan; one that has nothing left to do may end well all the same.
pub const ANOTHER_PLAN: &str = "another plan was approved";

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

/// Whether a run may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Goes,
    /// It must stop before the first write, for these reasons.
    Refused(Vec<String>),
    /// It begins, and can't end well: a database refuses a file.
    Stuck,
    /// Either is right.
    Maybe,
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

    fn script(&self) -> Option<&'a Script> {
        self.account.scripts.get(self.name())
    }

    pub fn script_owner(&self) -> Owner {
        let Some(script) = self.script() else { return Owner::Absent };
        match script.maker {
            Maker::Run(identity) if identity == self.wanted.identity => self.live_work(script),
            Maker::Run(_) => Owner::Other,
            Maker::Original | Maker::Stranger => Owner::Stranger,
        }
    }

    /// Whether what gets requests is our last work, give or take edits of secrets.
    fn live_work(&self, script: &Script) -> Owner {
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
    fn records_here(&self, host: u8) -> Vec<&'a Record> {
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
        let others = self.account.scripts.iter().filter(|(name, _)| *name != self.name());
        others.filter(|(_, script)| script.maker == self.us()).map(|(name, _)| name.as_str()).collect()
    }

    /// Whether that is a Worker of ours under another name whose tags name the route.
    fn renamed_holds(&self, script: &str, zone: usize, pattern: &str) -> bool {
        let script = self.account.scripts.get(script).filter(|_| self.renamed().contains(&script));
        script.is_some_and(|script| is_held(script, names::ZONE_IDS[zone], pattern))
    }

    /// Workers that go.
    fn going(&self) -> Vec<&'a str> {
        let own = (self.verb == Verb::Destroy && self.script().is_some()).then(|| self.name());
        let renamed = if self.verb == Verb::Destroy || self.allow.prune { self.renamed() } else { Vec::new() };
        own.into_iter().chain(renamed).collect()
    }

    /// Why a Worker under another name may not go, and which routes of others would go with one.
    fn going_refusals(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        let wanted = if self.verb == Verb::Apply { self.wanted.patterns() } else { Vec::new() };
        for name in self.going() {
            let Some(script) = self.account.scripts.get(name) else { continue };
            if name != self.name() && self.live_work(script) != Owner::Ours && !self.allow.take[0] {
                reasons.push(format!("{name}, under another name, was changed outside"));
            }
            for zone in self.zones() {
                let routes = self.account.zones[zone].routes.iter();
                let foreign = routes.filter(|route| {
                    let held = is_held(script, names::ZONE_IDS[zone], &route.pattern);
                    route.script.as_deref() == Some(name) && !held && !wanted.iter().any(|(_, it)| *it == route.pattern)
                });
                reasons.extend(
                    foreign
                        .filter(|_| !self.allow.take[2])
                        .map(|route| format!("the route {} would go with {name}", route.pattern)),
                );
            }
        }
        reasons
    }

    /// Zones that a run looks at: those of the manifest, and those of the inventory.
    fn zones(&self) -> BTreeSet<usize> {
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

    pub fn verdict(&self) -> Verdict {
        let mut reasons = Vec::new();
        if !self.may_have(0, self.script_owner()) {
            reasons.push(format!("script: {:?}", self.script_owner()));
        }
        reasons.extend(self.going_refusals());
        if self.allow.expects_other {
            reasons.push(ANOTHER_PLAN.into());
        }
        match self.verb {
            Verb::Apply => {
                reasons.extend(self.wanted.hosts().into_iter().filter_map(|host| self.record_refusal(host)));
                reasons.extend(self.route_refusals());
                reasons.extend(self.store_refusals());
                if !self.allow.deletes && (self.deletes() || self.takes_over() || self.stores_need_yes()) {
                    reasons.push("what goes or is taken over needs a yes".into());
                }
            }
            Verb::Destroy => {
                let nothing = self.removals().is_empty() && self.script().is_none() && self.renamed().is_empty();
                let nothing = nothing && !self.stores_need_yes();
                if !self.allow.deletes && !nothing {
                    reasons.push("deletions need a yes".into());
                }
            }
        }
        if !reasons.is_empty() {
            Verdict::Refused(reasons)
        } else if self.is_stuck() {
            Verdict::Stuck
        } else if self.may_lose_a_secret() {
            Verdict::Maybe
        } else {
            Verdict::Goes
        }
    }

    /// Whether an apply deletes anything: what the manifest states, or what left it with `--prune`.
    fn deletes(&self) -> bool {
        let removes = self.states() || self.allow.prune;
        (removes && !self.removals().is_empty()) || !self.going().is_empty()
    }

    /// Whether an apply makes something its own that is somebody else's.
    fn takes_over(&self) -> bool {
        let theirs = |owner: Owner| !matches!(owner, Owner::Absent | Owner::Ours);
        let managed = self.wanted.routing().is_some_and(|routing| routing.record != Wish::Existing);
        let mut records = self.wanted.hosts().into_iter().map(|host| self.record_owner(host).1);
        let mut routes = self.wanted.patterns().into_iter().map(|(zone, pattern)| self.route_owner(zone, &pattern).1);
        theirs(self.script_owner()) || (managed && records.any(theirs)) || routes.any(theirs)
    }

    fn may_have(&self, kind: usize, owner: Owner) -> bool {
        match owner {
            Owner::Absent | Owner::Ours | Owner::Original => true,
            Owner::Stranger => self.allow.adopt[kind],
            Owner::Other => self.allow.take[kind],
            Owner::Outside => self.allow.take[kind] || (self.wanted.overwrite && self.verb == Verb::Apply),
        }
    }

    fn record_refusal(&self, host: u8) -> Option<String> {
        let routing = self.wanted.routing()?;
        let here = self.records_here(host);
        if routing.record == Wish::Existing {
            let fits = !here.is_empty() && here.iter().all(|record| record.proxied);
            return (!fits).then(|| "no proxied record exists".to_owned());
        }
        let (record, owner) = self.record_owner(host);
        let record = record?;
        let (kind, content) = routing.content();
        let equal = record.kind == kind && record.content == content && record.proxied;
        if record.read_only {
            return Some("the record is read-only".into());
        }
        if owner != Owner::Ours && here.len() > 1 {
            return Some("several records".into());
        }
        let differs = !equal || owner != Owner::Ours;
        let in_the_way = |other: &&Record| {
            other.id != record.id && (other.kind == "CNAME" || (other.kind, other.content.as_str()) == (kind, content))
        };
        if differs && here.iter().copied().any(|other| in_the_way(&other)) {
            return Some("another record stands in the way".into());
        }
        let adopted = owner == Owner::Stranger && equal && self.allow.adopt_equal;
        (!self.may_have(1, owner) && !adopted).then(|| format!("record: {owner:?}"))
    }

    fn route_refusals(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        for (zone, pattern) in self.wanted.patterns() {
            let (_, owner) = self.route_owner(zone, &pattern);
            let adopted = owner == Owner::Stranger && self.allow.adopt_equal;
            if !self.may_have(2, owner) && !adopted {
                reasons.push(format!("route {pattern}: {owner:?}"));
            }
        }
        reasons
    }

    /// A secret that the manifest does not name, while the newest version is not the live one.
    fn may_lose_a_secret(&self) -> bool {
        let Some(script) = self.script() else { return false };
        let Some(newest) = script.versions.first() else { return false };
        let waits = script.live().is_none_or(|live| live.id != newest.id);
        let wanted = self.wanted.secret_values();
        let unnamed = newest.bindings.iter().any(|binding| {
            let name = binding["name"].as_str().unwrap_or_default();
            binding["type"] == "secret_text" && !wanted.contains_key(name)
        });
        waits && unnamed
    }

    /// What no run of this deployer may touch, as it is now.
    pub fn protected(&self) -> Things {
        let mut free = self.removals();
        for host in self.wanted.hosts() {
            if let (Some(record), owner) = self.record_owner(host)
                && (self.may_have(1, owner) || self.allow.adopt_equal)
                && self.wanted.routing().is_some_and(|routing| routing.record != Wish::Existing)
            {
                free.insert(record.id.clone());
            }
        }
        for (zone, pattern) in self.wanted.patterns() {
            if let (Some(route), owner) = self.route_owner(zone, &pattern)
                && (self.may_have(2, owner) || (owner == Owner::Stranger && self.allow.adopt_equal))
            {
                free.insert(route.id.clone());
            }
        }
        let mut gone: BTreeSet<&str> = BTreeSet::new();
        if self.may_have(0, self.script_owner()) {
            gone.insert(self.name());
        }
        if self.allow.prune || self.verb == Verb::Destroy {
            gone.extend(self.renamed());
        }
        free.extend(self.stores().filter_map(|store| store.live).map(key));
        things(self.account, |id| !free.contains(id), |name| !gone.contains(name), &gone)
    }
}

/// A thing as it was.
#[derive(Clone, Debug, PartialEq)]
pub enum Thing {
    Record(Record),
    Route(Route),
    Script(Box<Script>),
    Store(Rc<Store>),
}

impl Thing {
    pub fn maker(&self) -> Maker {
        match self {
            Self::Record(record) => record.maker,
            Self::Route(route) => route.maker,
            Self::Script(script) => script.maker,
            Self::Store(store) => store.maker,
        }
    }
}

/// Things by id or name.
pub type Things = BTreeMap<String, Thing>;

/// Those that are meant; routes that lead to a script which may go, go with it.
fn things(
    account: &Account,
    by_id: impl Fn(&str) -> bool,
    by_name: impl Fn(&str) -> bool,
    may_go: &BTreeSet<&str>,
) -> Things {
    let mut known = Things::new();
    for zone in &account.zones {
        for record in zone.records.iter().filter(|record| by_id(&record.id)) {
            known.insert(record.id.clone(), Thing::Record(record.clone()));
        }
        for route in zone.routes.iter().filter(|route| by_id(&route.id)) {
            if !route.script.as_deref().is_some_and(|script| may_go.contains(script)) {
                known.insert(route.id.clone(), Thing::Route(route.clone()));
            }
        }
    }
    for store in account.stores.iter().filter(|store| by_id(&key(store))) {
        known.insert(key(store), Thing::Store(store.clone()));
    }
    for (name, script) in account.scripts.iter().filter(|(name, _)| by_name(name)) {
        known.insert(name.clone(), Thing::Script(Box::new(script.clone())));
    }
    known
}

/// A store among all things.
fn key(store: &Store) -> String {
    format!("{:?} {}", store.of, store.id)
}

/// The same of what is there now, for those ids.
pub fn now(account: &Account, of: &Things) -> Things {
    things(account, |id| of.contains_key(id), |name| of.contains_key(name), &BTreeSet::new())
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
