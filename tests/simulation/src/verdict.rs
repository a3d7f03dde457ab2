//! Whether a run may go on, and why not: told before its first write.

use crate::account::{Record, Script, referrers};
use crate::case::{Verb, Wish};
use crate::names;
use crate::truth::{Owner, Truth, is_held};

/// Why a run stops that is bound to another plan; one that has nothing left to do may end well all the same.
pub const ANOTHER_PLAN: &str = "another plan was approved";

/// What a reason begins with where the manifests themselves are wrong.
pub const WRONG: &str = "manifest: ";

/// Whether a run may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Goes,
    /// It must stop before the first write, for these reasons.
    Refused(Vec<String>),
    /// It begins, and can't end well: a database refuses a file.
    Stuck,
    /// It begins, and can't end well: something that is to be deleted is in use, or not empty.
    InUse,
    /// Either is right.
    Maybe,
}

impl<'a> Truth<'a> {
    pub fn verdict(&self) -> Verdict {
        let mut reasons = Vec::new();
        if !self.may_have(0, self.script_owner()) {
            reasons.push(format!("script: {:?}", self.script_owner()));
        }
        for peer in self.wanted.peer_names() {
            let owner = self.owner_of(peer);
            reasons.extend((!self.may_have_peer(owner)).then(|| format!("{peer}: {owner:?}")));
        }
        reasons.extend(self.going_refusals());
        reasons.extend(self.consumed_twice());
        if self.allow.expects_other {
            reasons.push(ANOTHER_PLAN.into());
        }
        match self.verb {
            Verb::Apply => {
                reasons.extend(self.wanted.hosts().into_iter().filter_map(|host| self.record_refusal(host)));
                reasons.extend(self.route_refusals());
                reasons.extend(self.store_refusals());
                reasons.extend(self.consumer_refusals());
                if !self.allow.deletes && (self.deletes() || self.takes_over() || self.stores_need_yes()) {
                    reasons.push("what goes or is taken over needs a yes".into());
                }
            }
            Verb::Destroy => {
                let nothing = self.removals().is_empty() && self.script().is_none() && self.renamed().is_empty();
                let peers = self.wanted.peer_names();
                let nothing = nothing && peers.iter().all(|peer| !self.account.scripts.contains_key(*peer));
                let nothing = nothing && !self.stores_need_yes() && self.consumer_removals(true).is_empty();
                if !self.allow.deletes && !nothing {
                    reasons.push("deletions need a yes".into());
                }
            }
        }
        if !reasons.is_empty() {
            Verdict::Refused(reasons)
        } else if self.is_stuck() {
            Verdict::Stuck
        } else if self.is_in_use() {
            Verdict::InUse
        } else if self.may_lose_a_secret() {
            Verdict::Maybe
        } else {
            Verdict::Goes
        }
    }

    /// Whether an apply deletes anything: what the manifest states, or what left it with `--prune`.
    fn deletes(&self) -> bool {
        let removes = self.states() || self.allow.prune;
        let consumers = !self.consumer_removals(true).is_empty();
        consumers || (removes && !self.removals().is_empty()) || !self.going().is_empty()
    }

    /// Whether an apply makes something its own that is somebody else's.
    fn takes_over(&self) -> bool {
        let theirs = |owner: Owner| !matches!(owner, Owner::Absent | Owner::Ours);
        let managed = self.wanted.routing().is_some_and(|routing| routing.record != Wish::Existing);
        let mut records = self.wanted.hosts().into_iter().map(|host| self.record_owner(host).1);
        let mut routes = self.wanted.patterns().into_iter().map(|(zone, pattern)| self.route_owner(zone, &pattern).1);
        let peers = self.wanted.peer_names();
        let peer_is_theirs = peers.iter().any(|peer| theirs(self.owner_of(peer)));
        peer_is_theirs
            || self.takes_over_consumers()
            || theirs(self.script_owner())
            || (managed && records.any(theirs))
            || routes.any(theirs)
    }

    pub fn may_have(&self, kind: usize, owner: Owner) -> bool {
        match owner {
            Owner::Absent | Owner::Ours | Owner::Original => true,
            Owner::Stranger => self.allow.adopt[kind],
            Owner::Other => self.allow.take[kind],
            Owner::Outside => self.allow.take[kind] || (self.wanted.overwrite && self.verb == Verb::Apply),
        }
    }

    /// The same of another Worker of the run, whose document allows nothing.
    pub fn may_have_peer(&self, owner: Owner) -> bool {
        if owner == Owner::Outside { self.allow.take[0] } else { self.may_have(0, owner) }
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
        let loses = |name: &str, named: bool| {
            self.account.scripts.get(name).is_some_and(|script| self.may_lose_one_of(script, named))
        };
        loses(self.name(), true) || self.wanted.peer_names().into_iter().any(|peer| loses(peer, false))
    }

    /// `named`: its secrets stand in a manifest.
    fn may_lose_one_of(&self, script: &Script, named: bool) -> bool {
        let Some(newest) = script.versions.first() else { return false };
        let waits = script.live().is_none_or(|live| live.id != newest.id);
        let wanted = if named { self.wanted.secret_values() } else { Default::default() };
        let unnamed = newest.bindings.iter().any(|binding| {
            let name = binding["name"].as_str().unwrap_or_default();
            binding["type"] == "secret_text" && !wanted.contains_key(name)
        });
        waits && unnamed
    }

    /// Who keeps a Worker that goes: whoever is bound to it, and neither goes nor is bound to another one in the same run.
    fn held_by(&self, name: &'a str) -> impl Iterator<Item = &'a String> {
        let members: Vec<&str> = self.wanted.members().iter().map(|member| member.name).collect();
        referrers(name, &self.account.scripts).filter(move |other| !members.contains(&other.as_str()))
    }

    /// Workers that go.
    fn going(&self) -> Vec<&'a str> {
        let own = (self.verb == Verb::Destroy && self.script().is_some()).then(|| self.name());
        let renamed = if self.verb == Verb::Destroy || self.allow.prune { self.renamed() } else { Vec::new() };
        let peers = self.wanted.peer_names().into_iter().filter(|_| self.verb == Verb::Destroy);
        let peers = peers.filter(|peer| self.account.scripts.contains_key(*peer));
        own.into_iter().chain(renamed).chain(peers).collect()
    }

    /// Why a Worker under another name may not go, and which routes of others would go with one.
    fn going_refusals(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        let wanted = if self.verb == Verb::Apply { self.wanted.patterns() } else { Vec::new() };
        for name in self.going() {
            let Some(script) = self.account.scripts.get(name) else { continue };
            let lost = self.lost_with(name).into_iter();
            reasons.extend(lost.map(|queue| format!("{name} would go, and gets the messages of {queue}")));
            reasons.extend(self.held_by(name).map(|other| format!("{name} would go, and {other} is bound to it")));
            if name != self.name()
                && !names::is_peer(name)
                && self.live_work(script) != Owner::Ours
                && !self.allow.take[0]
            {
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
}
