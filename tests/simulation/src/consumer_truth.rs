//! What a run should find of queues and who gets their messages: ours is what leads to our Worker and stands in its
//! inventory.

use std::collections::BTreeSet;

use cfworker_deploy::model::marks;

use crate::account::{Account, Consumer, Script, Store, Subject};
use crate::case::{By, Verb};
use crate::consumptions::Consumption;
use crate::documents::QUEUE;
use crate::names;
use crate::truth::{Owner, Truth, is_held};
use crate::verdict::WRONG;

/// Whether a Worker's inventory names a queue.
pub fn holds_queue(script: &Script, queue: &str) -> bool {
    is_held(script, marks::QUEUES, queue)
}

impl<'a> Truth<'a> {
    /// The queue of an entry, if it is there, or nothing where nobody knows it.
    fn known_queue(&self, entry: &Consumption) -> Option<Option<&'a Store>> {
        let live = self.account.store(Subject::Queue, entry.queue);
        let described = self.stores().any(|store| store.index == QUEUE && store.is_called(entry.queue));
        match entry.how.by {
            By::Id => live.filter(|live| live.id == names::STORE_IDS[QUEUE]).map(Some),
            By::Name | By::Reference => (described || live.is_some()).then_some(live),
        }
    }

    /// Who has the messages of an entry's queue: its Worker, if it is among them.
    pub fn consumer_of(&self, entry: &Consumption) -> Option<&'a Consumer> {
        let queue = self.known_queue(entry)??;
        let is_ours = |consumer: &&Consumer| consumer.script.as_deref() == Some(entry.worker);
        let account: &'a Account = self.account;
        let here: Vec<&'a Consumer> = account.consumers.iter().filter(|consumer| consumer.queue == queue.id).collect();
        here.iter().copied().find(is_ours).or_else(|| here.first().copied())
    }

    pub fn consumer_owner(&self, entry: &Consumption) -> Owner {
        let Some(live) = self.consumer_of(entry) else { return Owner::Absent };
        let Some(name) = live.script.as_deref() else { return Owner::Other };
        let held = self.account.scripts.get(name).is_some_and(|script| holds_queue(script, entry.queue));
        if name == entry.worker {
            return if held { Owner::Ours } else { Owner::Stranger };
        }
        let is_renamed = entry.peer.is_none() && self.renamed().contains(&name);
        let member = self.wanted.members().into_iter().find(|member| member.name == name);
        let is_released = member.is_some_and(|member| {
            let mark = format!("cfwd1-{}", member.identity().id());
            let is_ours = self.account.scripts.get(name).is_some_and(|script| script.tags.contains(&mark));
            let wants = self.wanted.consumptions().any(|other| other.worker == name && other.queue == entry.queue);
            is_ours && !wants
        });
        if held && (is_renamed || is_released) { Owner::Ours } else { Owner::Other }
    }

    /// Whether a run may have what an entry asks for.
    pub fn may_consume(&self, entry: &Consumption) -> bool {
        let owner = self.consumer_owner(entry);
        let is_equal = self.consumer_of(entry).is_some_and(|live| entry.is(live));
        self.may_have(3, owner) || (owner == Owner::Stranger && is_equal && self.allow.adopt_equal)
    }

    /// Why entries stop an apply before its first write.
    pub fn consumer_refusals(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        for entry in self.wanted.consumptions() {
            if self.known_queue(&entry).is_none() {
                reasons.push(format!("{WRONG}there is no queue {}", entry.queue));
            } else if !self.may_consume(&entry) {
                reasons.push(format!("the consumer of {}: {:?}", entry.queue, self.consumer_owner(&entry)));
            }
        }
        reasons
    }

    /// Why no run may begin with such manifests: a queue has one consumer.
    pub fn consumed_twice(&self) -> Vec<String> {
        let mut claimed = BTreeSet::new();
        // Only a plan tells which queue an id or a reference means, and a run that destroys wants none of them.
        let is_told = |entry: &Consumption| self.verb == Verb::Apply || entry.how.by == By::Name;
        let twice = self.wanted.consumptions().filter(is_told).filter(|entry| !claimed.insert(entry.queue));
        twice.map(|entry| format!("{WRONG}two Workers want the messages of {}", entry.queue)).collect()
    }

    /// Whether an apply makes a consumer its own that is somebody else's.
    pub fn takes_over_consumers(&self) -> bool {
        let theirs = |entry: Consumption| !matches!(self.consumer_owner(&entry), Owner::Absent | Owner::Ours);
        self.wanted.consumptions().any(theirs)
    }

    /// Workers whose consumers a run looks at, each with the one whose manifest speaks of them, and whether it goes.
    fn holders(&self) -> Vec<(&'a str, &'static str, bool)> {
        let destroys = self.verb == Verb::Destroy;
        let members = self.wanted.members().into_iter().map(|member| (member.name, member.name, destroys));
        let renamed = self.renamed().into_iter().map(|name| (name, self.name(), destroys || self.allow.prune));
        members.map(|(name, of, goes)| (name as &'a str, of, goes)).chain(renamed).collect()
    }

    /// What goes, by ids, whether or not the run says so; `gated`: only where the manifest, or the call, says so.
    pub fn consumer_removals(&self, gated: bool) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        for (name, of, goes) in self.holders() {
            let is_stated =
                self.verb == Verb::Destroy || self.allow.prune || of != self.name() || self.wanted.consumes.is_some();
            for (consumer, queue) in self.consumed_by(name).filter(|_| is_stated || !gated) {
                let held = self.account.scripts.get(name).is_some_and(|script| holds_queue(script, queue));
                let removes = held || (goes && self.allow.take[3]);
                if removes && !self.is_wanted_consumer(queue) {
                    ids.insert(consumer.id.clone());
                }
            }
        }
        ids
    }

    /// Whether some Worker of the run is to have the messages of a queue.
    fn is_wanted_consumer(&self, queue: &str) -> bool {
        self.verb == Verb::Apply && self.wanted.consumptions().any(|entry| entry.queue == queue)
    }

    fn consumed_by(&self, name: &str) -> impl Iterator<Item = (&'a Consumer, &'a str)> {
        let account = self.account;
        let here = account.consumers.iter().filter(move |consumer| consumer.script.as_deref() == Some(name));
        here.filter_map(|consumer| Some((consumer, account.queue_of(consumer)?)))
    }

    /// Queues of others whose messages would be lost with a Worker that goes.
    pub fn lost_with(&self, name: &str) -> Vec<&'a str> {
        let held = |queue: &str| self.account.scripts.get(name).is_some_and(|script| holds_queue(script, queue));
        let foreign = self.consumed_by(name).map(|(_, queue)| queue);
        let given_up = self.allow.take[3] && self.lists_queues();
        foreign.filter(|queue| !held(queue) && !self.is_wanted_consumer(queue) && !given_up).collect()
    }

    /// Whether a run looks at queues: where no manifest wants their messages and no inventory names one, it does not, and a
    /// Worker that gets messages all the same stays, whatever the call gives up.
    fn lists_queues(&self) -> bool {
        let tags = |name: &str| self.account.scripts.get(name).into_iter().flat_map(|script| &script.tags);
        let is_named = |name: &str| tags(name).any(|tag| tag.starts_with("cfwd1-in-queues-"));
        self.wanted.consumptions().next().is_some() || self.holders().iter().any(|(name, ..)| is_named(name))
    }
}
