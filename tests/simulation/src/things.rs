//! Things as they are, for telling whether they stayed so: what no run of a deployer may touch.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::account::{Account, Consumer, Maker, Record, Route, Script, Store};
use crate::case::{Verb, Wish};
use crate::truth::{Owner, Truth};

impl Truth<'_> {
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
        free.extend(self.consumer_removals(true));
        for entry in self.wanted.consumptions().filter(|entry| self.may_consume(entry)) {
            free.extend(self.consumer_of(&entry).map(|consumer| consumer.id.clone()));
        }
        let peers = self.wanted.peer_names().into_iter();
        gone.extend(peers.filter(|peer| self.may_have_peer(self.owner_of(peer))));
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
    Consumer(Consumer),
}

impl Thing {
    pub fn maker(&self) -> Maker {
        match self {
            Self::Record(record) => record.maker,
            Self::Route(route) => route.maker,
            Self::Script(script) => script.maker,
            Self::Store(store) => store.maker,
            Self::Consumer(consumer) => consumer.maker,
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
    for consumer in account.consumers.iter().filter(|consumer| by_id(&consumer.id)) {
        known.insert(consumer.id.clone(), Thing::Consumer(consumer.clone()));
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
