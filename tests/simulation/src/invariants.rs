//! The invariants, and the order of writes: what holds after every single call, whatever goes wrong.

use std::collections::{BTreeMap, BTreeSet};

use cfworker_deploy::model::marks::{self, ScriptMarks};

use crate::account::{Account, Call, Maker, Script, Subject};
use crate::case::Verb;
use crate::things;
use crate::truth::{self, is_held};
use crate::watch::{Facts, is_theirs, secret_names};
use crate::{names, store_invariants};

/// What one write broke.
pub fn check(
    before: &Account,
    after: &Account,
    facts: &Facts,
    call: &Call,
    address: Option<&str>,
    changed: bool,
) -> Vec<String> {
    let mut seen = Seen { before, after, facts, call, broken: Vec::new() };
    seen.announced(address, changed);
    if changed {
        seen.targets();
        seen.order();
        seen.untouched();
        seen.keys();
        seen.secrets();
        seen.marks();
        seen.kept();
        seen.remembered();
        seen.broken.extend(store_invariants::check(before, after, facts, call));
    }
    seen.broken
}

pub(crate) struct Seen<'a> {
    pub(crate) before: &'a Account,
    pub(crate) after: &'a Account,
    pub(crate) facts: &'a Facts,
    pub(crate) call: &'a Call,
    broken: Vec<String>,
}

impl Seen<'_> {
    pub(crate) fn us(&self) -> Maker {
        Maker::Run(self.facts.deployer.wanted.identity)
    }

    pub(crate) fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            let told = format!("{} (after {})", what(), self.call.target());
            self.broken.push(told);
        }
    }

    pub(crate) fn is_call(&self, methods: &[&str], subject: Subject) -> bool {
        self.call.subject == subject && methods.contains(&self.call.method)
    }

    /// 1. A route never points to a script that does not exist.
    fn targets(&mut self) {
        let after = self.after;
        for route in after.zones.iter().flat_map(|zone| &zone.routes) {
            let lost = route.script.as_ref().filter(|script| !after.scripts.contains_key(*script));
            self.must(lost.is_none(), || format!("1 targets: {} leads to nothing", route.pattern));
        }
    }

    /// 3. Nothing changes that is not ours and was not named.
    fn untouched(&mut self) {
        let (was, is) =
            (things::now(self.before, &self.facts.protected), things::now(self.after, &self.facts.protected));
        // Others may have made it ours meanwhile.
        let (alone, us) = (self.facts.alone, self.us());
        let still = truth::Truth::of(self.before, &self.facts.deployer).protected();
        for (id, was) in was.iter().filter(|(id, was)| alone || (was.maker() != us && still.contains_key(*id))) {
            let is = is.get(id);
            self.must(is == Some(was), || format!("3 foreign: {id} was\n  {was:?}\nand is\n  {is:?}"));
        }
    }

    /// 4. At most one resource for each natural key.
    fn keys(&mut self) {
        // Two who deploy at once may want two types, and so may two runs of which one does not see the other's yet.
        let by_type = !self.facts.alone || self.facts.blind;
        for (was, zone) in self.before.zones.iter().zip(&self.after.zones) {
            let (were, are) = (ours(was, by_type), ours(zone, by_type));
            let twice =
                are.iter().find(|(key, count)| **count > 1 && were.get(key).is_none_or(|before| before < count));
            let twice = twice.map(|((name, ..), _)| (*name).to_owned());
            self.must(twice.is_none(), || format!("4 keys: {twice:?} is there twice"));
            let mut patterns: Vec<&str> = zone.routes.iter().map(|route| route.pattern.as_str()).collect();
            patterns.sort_unstable();
            let count = patterns.len();
            patterns.dedup();
            self.must(patterns.len() == count, || "4 keys: a pattern is there twice".into());
        }
    }

    /// 5. Secrets that the manifest did not remove are still there.
    fn secrets(&mut self) {
        let wanted = self.facts.deployer.wanted;
        self.secrets_of(names::script(wanted.script), &wanted.secret_values(), &wanted.variables());
        for peer in wanted.peer_names() {
            self.secrets_of(peer, &BTreeMap::new(), &BTreeMap::new());
        }
    }

    fn secrets_of(&mut self, name: &str, values: &BTreeMap<String, String>, variables: &BTreeMap<String, String>) {
        if !self.after.scripts.contains_key(name) {
            return;
        }
        let was = self.before.scripts.get(name);
        let now = secret_names(self.after, name);
        let leaves =
            |secret: &String| was.is_some_and(|was| truth::is_set(was, secret)) && !values.contains_key(secret);
        if !self.facts.alone && secret_names(self.before, name).iter().any(leaves) {
            // An upload that removes a secret names all others: one that came in between is not among them.
            return;
        }
        for secret in secret_names(self.before, name) {
            let set = was.is_some_and(|was| truth::is_set(was, &secret));
            let removed = set && !values.contains_key(&secret);
            // A variable of that name takes its place.
            let replaced = variables.contains_key(&secret);
            self.must(removed || replaced || now.contains(&secret), || format!("5 secrets: {secret} is lost"));
        }
    }

    /// 6. Marks name exactly one identity, and it is the one that wrote them.
    fn marks(&mut self) {
        let wanted = self.facts.deployer.wanted;
        for (name, script) in &self.after.scripts {
            let ids: Vec<&str> = ids(script).collect();
            self.must(ids.len() <= 1, || format!("6 marks: {name} names {ids:?}"));
        }
        let about = self.call.path.get(4).map(String::as_str);
        let marks = self.facts.alone && self.facts.deployer.verb == Verb::Apply;
        for member in wanted.members().iter().filter(|member| about == Some(member.name) && marks) {
            let script =
                self.after.scripts.get(member.name).filter(|_| self.is_call(&["PUT", "PATCH"], Subject::Script));
            let id = member.identity().id();
            let right = script.is_none_or(|script| ids(script).eq([id.as_str()]));
            self.must(right, || format!("6 marks: {} is not marked as ours", member.name));
        }
        let text: String = self.after.scripts.values().flat_map(|script| &script.tags).cloned().collect();
        let notes =
            self.after.zones.iter().flat_map(|zone| &zone.records).any(|record| record.comment.contains("canary"));
        let annotated = self
            .after
            .scripts
            .values()
            .flat_map(|script| &script.versions)
            .any(|version| version.annotations.values().any(|value| value.contains("canary")));
        self.must(!text.contains("canary") && !notes && !annotated, || "8 secrets: one stands in a mark".into());
    }

    /// A Worker that is taken over keeps what the manifest does not name, and everybody's tags stay.
    fn kept(&mut self) {
        // Cloudflare has no compare-and-set: what somebody adds between the read and the write is overwritten.
        for member in self.facts.deployer.wanted.members().iter().filter(|_| self.facts.alone) {
            self.kept_of(member.name);
        }
    }

    fn kept_of(&mut self, name: &str) {
        let (Some(was), Some(is)) = (self.before.scripts.get(name), self.after.scripts.get(name)) else { return };
        for tag in was.tags.iter().filter(|tag| !tag.starts_with("cfwd1-")) {
            self.must(is.tags.contains(tag), || format!("3 foreign: the tag {tag} is lost"));
        }
        let (Some(old), Some(new)) = (was.versions.first(), is.versions.first()) else { return };
        for binding in old.bindings.iter().filter(|binding| binding["name"].as_str().is_some_and(is_theirs)) {
            self.must(new.bindings.contains(binding), || format!("3 foreign: the binding {} is lost", binding["name"]));
        }
        let marked = ScriptMarks::parse(&was.tags);
        let wanted = &self.facts.deployer.wanted;
        let may_set_logpush = !names::is_peer(name) && (wanted.logpush.is_some() || marked.set("spec.logpush"));
        let logpush = may_set_logpush || was.logpush == is.logpush;
        let same = old.limits == new.limits && old.placement == new.placement && logpush;
        self.must(same, || "3 foreign: settings are lost".into());
        let theirs = names::tails(&was.tail_consumers);
        let theirs = theirs.filter(|service| !marked.set(&format!("spec.tail_consumers {service}")));
        let lost = theirs.filter(|service| !names::tails(&is.tail_consumers).any(|now| now == *service));
        let lost: Vec<&str> = lost.collect();
        self.must(lost.is_empty(), || format!("3 foreign: traces no longer go to {}", lost.join(", ")));
        let unnamed = names::is_peer(name) || self.facts.deployer.wanted.observability.is_none();
        let logs = was.observability["enabled"] == is.observability["enabled"];
        self.must(!unnamed || logs, || "3 foreign: the setting of logs is lost".into());
    }

    /// 9. What is ours and stays is still in an inventory of ours: else nobody would ever look for it again.
    fn remembered(&mut self) {
        if !self.facts.alone {
            return;
        }
        let (before, after, us) = (self.before, self.after, self.us());
        let holds = |account: &Account, zone: &str, script: Option<&String>, entry: &str| {
            let mut ours =
                account.scripts.iter().filter(|(name, own)| own.maker == us && script.is_none_or(|it| it == *name));
            ours.any(|(_, own)| is_held(own, zone, entry))
        };
        for consumer in before.consumers.iter().filter(|consumer| after.consumers.contains(consumer)) {
            let queue = before.queue_of(consumer).unwrap_or_default();
            let script = consumer.script.as_ref().filter(|script| after.scripts.contains_key(*script));
            let held = |account: &Account| script.is_some() && holds(account, marks::QUEUES, script, queue);
            let lost = held(before) && !held(after);
            self.must(!lost, || format!("9 inventory: the consumer of {queue} is there and forgotten"));
        }
        for (was, is) in before.zones.iter().zip(&after.zones) {
            for route in was.routes.iter().filter(|route| is.routes.contains(route) && route.script.is_some()) {
                let script = route.script.as_ref();
                let lost =
                    holds(before, was.id, script, &route.pattern) && !holds(after, is.id, script, &route.pattern);
                self.must(!lost, || format!("9 inventory: {} is there and forgotten", route.pattern));
            }
            for record in was.records.iter().filter(|record| record.maker == us && is.records.contains(record)) {
                let entry = format!("record:{}", record.name);
                let lost = holds(before, was.id, None, &entry) && !holds(after, is.id, None, &entry);
                self.must(!lost, || format!("9 inventory: {entry} is there and forgotten"));
            }
        }
    }

    /// A run beside others may name in the tags what it attached, although no change of the Worker was planned.
    fn only_names_more(&self) -> bool {
        let script = names::script(self.facts.deployer.wanted.script);
        let ((were, others), (are, others_now)) = (named(self.before, script), named(self.after, script));
        !self.facts.alone && self.is_call(&["PATCH"], Subject::Script) && were.is_subset(&are) && others == others_now
    }

    /// 7. Writes are those of the plan that was told before.
    fn announced(&mut self, address: Option<&str>, changed: bool) {
        let facts = self.facts;
        self.must(!facts.reads_only, || "7 plan: a plan writes".into());
        self.must(facts.planned, || "7 plan: a write before any plan was told".into());
        let Some(address) = address else {
            // Gone already: nothing tells any longer what it was.
            return self.must(!changed, || "7 plan: a write without an address".into());
        };
        let (kind, key) = address.split_once(':').unwrap_or_default();
        let names_it = |told: &str| {
            told == address
                || told
                    .strip_prefix(kind)
                    .is_some_and(|rest| rest.starts_with(":zone/") && rest.ends_with(&format!("/{key}")))
        };
        let actions: Vec<&str> =
            facts.announced.iter().filter(|(told, _)| names_it(told)).map(|(_, action)| action.as_str()).collect();
        let fits: &[&str] = match (self.call.subject, self.call.method) {
            // What is fetched becomes a Worker's by being made anew.
            (Subject::Consumer, "DELETE") => &["delete", "adopt"],
            (Subject::Consumer, "POST") => &["create", "adopt"],
            (_, "DELETE") => &["delete"],
            // What goes lets go of others first.
            (Subject::Script, "PATCH") if self.call.path.last().is_some_and(|last| last == "settings") => &["delete"],
            (Subject::Script, _) => &["create", "update", "adopt"],
            // What is set of a new store, and what goes into it, is part of its creation.
            (Subject::Kv | Subject::Queue | Subject::Bucket | Subject::D1, _) => &["create", "update"],
            (_, "POST") => &["create"],
            _ => &["update", "adopt"],
        };
        let told = actions.iter().any(|action| fits.contains(action));
        self.must(told || self.only_names_more(), || format!("7 plan: {address} was told as {actions:?}"));
    }
}

/// Entries of a Worker's inventory, and its other tags.
fn named(account: &Account, script: &str) -> (BTreeSet<(String, String)>, Vec<String>) {
    let tags = account.scripts.get(script).map(|script| script.tags.clone()).unwrap_or_default();
    let (inventory, others): (Vec<String>, Vec<String>) =
        tags.into_iter().partition(|tag| tag.starts_with("cfwd1-in-"));
    let inventory = ScriptMarks::parse(&inventory).inventory;
    let entries =
        inventory.into_iter().flat_map(|(zone, hashes)| hashes.into_iter().map(move |hash| (zone.clone(), hash)));
    (entries.collect(), others)
}

/// How many records each identity has for a host.
fn ours(zone: &crate::account::Zone, by_type: bool) -> BTreeMap<(&str, Maker, &str), u32> {
    let mut ours = BTreeMap::new();
    for record in zone.records.iter().filter(|record| matches!(record.maker, Maker::Run(_))) {
        let kind = if by_type { record.kind } else { "" };
        *ours.entry((record.name.as_str(), record.maker, kind)).or_default() += 1;
    }
    ours
}

/// Identities that a Worker's tags name.
fn ids(script: &Script) -> impl Iterator<Item = &str> {
    let hex = |rest: &&str| rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
    script.tags.iter().filter_map(|tag| tag.strip_prefix("cfwd1-")).filter(hex)
}
