//! The order of writes: what leads to a Worker comes after it and goes before it, and old goes when new stands.

use std::collections::BTreeMap;

use crate::account::Subject;
use crate::case::{Verb, Wish};
use crate::consumer_truth::holds_queue;
use crate::invariants::Seen;
use crate::members::{called_by, reaches};
use crate::names;
use crate::truth::{self, is_held};

impl Seen<'_> {
    /// 2. Create side: Worker → record → routes; remove side: routes → records → Worker; old goes when new stands.
    pub(crate) fn order(&mut self) {
        if !self.facts.alone {
            return;
        }
        let (before, after, us) = (self.before, self.after, self.us());
        let wanted = self.facts.deployer.wanted;
        let name = names::script(wanted.script);
        let deletes = self.call.method == "DELETE";
        if self.is_call(&["POST", "PATCH"], Subject::Record) {
            self.must(after.scripts.contains_key(name), || "2 order: a record before its Worker".into());
        }
        if self.is_call(&["POST", "PUT"], Subject::Route) {
            self.route_attached(name);
            self.whole("a route before its Worker is whole");
        }
        if self.is_call(&["POST", "PUT"], Subject::Consumer) {
            self.consumer_attached();
        }
        if self.is_call(&["POST"], Subject::Record) {
            self.whole("a record before its Worker is whole");
        }
        if self.is_call(&["PATCH"], Subject::Script) && self.call.path.last().is_some_and(|last| last == "settings") {
            self.let_go();
        }
        if deletes && self.call.subject == Subject::Route && self.facts.deployer.verb == Verb::Apply {
            self.must(self.stands(), || "2 order: an old route goes before the new ones stand".into());
        }
        // A record goes although a route that no list shows yet is left: without it nothing reaches that route.
        if deletes && self.call.subject == Subject::Record && !self.facts.blind {
            let stays = |host: &String| {
                after.zones.iter().flat_map(|zone| &zone.records).any(|it| it.maker == us && it.name == *host)
            };
            for record in gone(&before.zones, &after.zones).into_iter().filter(|host| !stays(host)) {
                let needed = after.zones.iter().flat_map(|zone| zone.routes.iter().map(move |route| (zone.id, route)));
                let mut needed = needed.filter(|(zone, route)| {
                    let script = route.script.as_ref().and_then(|script| after.scripts.get(script));
                    let held = script.is_some_and(|script| script.maker == us && is_held(script, zone, &route.pattern));
                    names::host_of(&route.pattern) == record && held
                });
                self.must(needed.next().is_none(), || {
                    format!("2 order: the record of {record} goes before its routes")
                });
            }
        }
        if deletes && self.call.subject == Subject::Script {
            self.script_removed();
        }
    }

    /// Nothing leads to a Worker that lacks a binding to another one of the run.
    fn whole(&mut self, what: &str) {
        let members = self.facts.deployer.wanted.members();
        let newest = self.after.scripts.get(members[0].name).and_then(|script| script.versions.first());
        let is_bound = |other: &&str| newest.is_some_and(|newest| called_by(newest).any(|called| called == *other));
        let lacks = members[0].calls.iter().find(|other| !is_bound(other));
        self.must(lacks.is_none(), || format!("2 order: {what}: no binding to {lacks:?}"));
    }

    /// A Worker that goes lets go of others when nothing of ours leads to it any more.
    fn let_go(&mut self) {
        let (after, us) = (self.after, self.us());
        self.must(self.facts.deployer.verb == Verb::Destroy, || {
            "2 order: a Worker that stays lets go of others".into()
        });
        let before = self.before;
        let lets_go = self.call.path.get(4).map(String::as_str).unwrap_or_default();
        for zone in after.zones.iter().filter(|_| !self.facts.blind) {
            for route in &zone.routes {
                let Some((name, script)) = route.script.as_ref().and_then(|name| after.scripts.get_key_value(name))
                else {
                    continue;
                };
                let held = script.maker == us && is_held(script, zone.id, &route.pattern);
                let leads = held && reaches(before, name, lets_go);
                self.must(!leads, || format!("2 order: {lets_go} lets go while {} still leads to it", route.pattern));
            }
        }
    }

    fn route_attached(&mut self, name: &str) {
        let wanted = self.facts.deployer.wanted;
        let after = self.after;
        let Some(routing) = wanted.routing() else {
            return self.must(false, || "2 order: a route that nobody wants".into());
        };
        let before: BTreeMap<_, _> =
            self.before.zones.iter().flat_map(|zone| &zone.routes).map(|route| (&route.id, route)).collect();
        let all = after.zones.iter().flat_map(|zone| zone.routes.iter().map(move |route| (zone, route)));
        for (zone, route) in all.filter(|(_, route)| before.get(&route.id) != Some(route)) {
            let host = names::host_of(&route.pattern);
            let stands = zone.records.iter().any(|record| record.name == host && record.proxied);
            self.must(stands || routing.record == Wish::Existing, || "2 order: a route before its record".into());
            let held = after.scripts.get(name).is_some_and(|script| is_held(script, zone.id, &route.pattern));
            self.must(held, || format!("2 order: {} is not in the inventory yet", route.pattern));
        }
    }

    /// A Worker gets messages when it is there, and when its inventory says so.
    fn consumer_attached(&mut self) {
        let (before, after) = (self.before, self.after);
        for consumer in after.consumers.iter().filter(|consumer| !before.consumers.contains(consumer)) {
            let queue = after.queue_of(consumer).unwrap_or_default();
            let script = consumer.script.as_ref().and_then(|script| after.scripts.get(script));
            let held = script.is_some_and(|script| holds_queue(script, queue));
            self.must(held, || format!("2 order: the consumer of {queue} is not in the inventory yet"));
            let mut wanted = self.facts.deployer.wanted.consumptions();
            let wanted = wanted.find(|entry| entry.queue == queue && consumer.script.as_deref() == Some(entry.worker));
            self.must(wanted.is_some(), || format!("2 order: a consumer of {queue} that nobody wants"));
            if wanted.is_some_and(|wanted| wanted.peer.is_none()) {
                self.whole("a consumer before its Worker is whole");
            }
        }
    }

    /// Whether all routes that are wanted are there.
    fn stands(&self) -> bool {
        let wanted = self.facts.deployer.wanted;
        wanted.patterns().iter().all(|(zone, pattern)| {
            self.after.zones[*zone]
                .routes
                .iter()
                .any(|route| route.pattern == *pattern && route.script.as_deref() == Some(names::script(wanted.script)))
        })
    }

    fn script_removed(&mut self) {
        let (before, after, us) = (self.before, self.after, self.us());
        for (name, script) in before.scripts.iter().filter(|(name, _)| !after.scripts.contains_key(*name)) {
            let mut left = after.consumers.iter().filter(|consumer| consumer.script.as_ref() == Some(name));
            self.must(left.next().is_none(), || format!("1 targets: messages go to {name}, which is gone"));
            for zone in &before.zones {
                for route in zone.routes.iter().filter(|route| route.script.as_ref() == Some(name)) {
                    let ours = script.maker == us && is_held(script, zone.id, &route.pattern);
                    self.must(!ours, || format!("2 order: {name} goes before its route {}", route.pattern));
                }
            }
            let others = after.scripts.iter().filter(|(name, _)| !names::is_peer(name));
            let another = names::is_peer(name) || others.into_iter().any(|(_, script)| script.maker == us);
            let records = after.zones.iter().flat_map(|zone| &zone.records);
            // What no run can know of (its zone stands nowhere) is not this one's fault.
            let known = truth::Truth::of(before, &self.facts.deployer).removals();
            let mut ours = records.filter(|record| record.maker == us && record.proxied && known.contains(&record.id));
            self.must(another || ours.next().is_none(), || format!("2 order: {name} goes before its record"));
        }
    }
}

/// Hosts whose record of ours went.
fn gone(before: &[crate::account::Zone], after: &[crate::account::Zone]) -> Vec<String> {
    let is_left = |id: &str| after.iter().flat_map(|zone| &zone.records).any(|record| record.id == id);
    let records = before.iter().flat_map(|zone| &zone.records).filter(|record| !is_left(&record.id));
    records.map(|record| record.name.clone()).collect()
}
