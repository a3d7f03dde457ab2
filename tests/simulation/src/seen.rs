//! What a case touched: the cells action × resource × ownership × fault.

use std::collections::BTreeMap;

use crate::account::{Account, Subject};
use crate::case::{Deployer, Verb, Wish};
use crate::consumer_truth::holds_queue;
use crate::documents::ROWS;
use crate::fault::Kind;
use crate::kinds::Counts;
use crate::names;
use crate::truth::{Owner, Truth};
use crate::watch::Watch;

/// One cell.
pub type Cell = (Subject, Owner, Deed, Option<Kind>);

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    Create,
    Update,
    Delete,
    Adopt,
    Keep,
}

impl Deed {
    pub const ALL: [Self; 5] = [Self::Create, Self::Update, Self::Delete, Self::Adopt, Self::Keep];

    fn of(action: &str) -> Option<Self> {
        Some(match action {
            "create" => Self::Create,
            "update" => Self::Update,
            "delete" => Self::Delete,
            "adopt" => Self::Adopt,
            "no-op" => Self::Keep,
            _ => return None,
        })
    }
}

/// What one case touched.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub cells: BTreeMap<Cell, u32>,
    /// Cases by kinds and what they met.
    pub kinds: Counts,
    /// Requests that met a fault.
    pub struck: u32,
    /// Runs that said that another one was faster.
    pub losers: u32,
    /// Pairs of which both end well, with a part that neither order gives: one overwrote the other after that one looked.
    pub torn: u32,
    /// Pairs that both end well and leave a route that no list of ours names: an upload overwrote the tags before the read
    /// beside it arrived, or without one, or they were overwritten after both had looked for the last time.
    pub forgotten: u32,
    /// Pairs of runs that both ended well in a state that neither order alone gives, each part of it being one's.
    pub silent: u32,
    /// Lists that showed something else than what was there.
    pub stale_lists: u32,
    /// Runs that told of something which no list shows.
    pub kept_unseen: u32,
    /// Deletions that were accepted and not carried out.
    pub undone: u32,
    /// Address → whose it was.
    owners: BTreeMap<String, Owner>,
}

impl Seen {
    pub fn of(before: &Account, deployer: &Deployer) -> Self {
        let truth = Truth::of(before, deployer);
        let mut owners = BTreeMap::new();
        owners.insert(format!("script:{}", truth.name()), truth.script_owner());
        let peers = deployer.wanted.peer_names().into_iter();
        owners.extend(peers.map(|peer| (format!("script:{peer}"), truth.owner_of(peer))));
        for name in truth.renamed() {
            owners.insert(format!("script:{name}"), Owner::Ours);
        }
        owners.extend(truth.stores().map(|store| (store.address(), truth.store_owner(&store))));
        let entries = deployer.wanted.consumptions().filter(|_| deployer.verb == Verb::Apply);
        owners.extend(entries.map(|entry| (format!("consumer:{}", entry.queue), truth.consumer_owner(&entry))));
        let gone = truth.consumer_removals(true);
        for consumer in before.consumers.iter().filter(|consumer| gone.contains(&consumer.id)) {
            let held = consumer.script.as_ref().and_then(|script| before.scripts.get(script));
            let queue = before.queue_of(consumer).unwrap_or_default();
            let is_ours = held.is_some_and(|script| holds_queue(script, queue));
            owners.insert(format!("consumer:{queue}"), if is_ours { Owner::Ours } else { Owner::Stranger });
        }
        for content in &before.zones {
            let removals = truth.removals();
            for record in content.records.iter().filter(|record| removals.contains(&record.id)) {
                owners.insert(format!("record:{}", record.name), Owner::Ours);
            }
            for route in content.routes.iter().filter(|route| removals.contains(&route.id)) {
                owners.insert(format!("route:{}", route.pattern), Owner::Ours);
            }
        }
        if deployer.wanted.routing().is_some_and(|routing| routing.record != Wish::Existing) {
            let hosts = deployer.wanted.hosts().into_iter();
            owners.extend(hosts.map(|host| (format!("record:{}", names::host(host)), truth.record_owner(host).1)));
        }
        for (zone, pattern) in deployer.wanted.patterns() {
            let owner = truth.route_owner(zone, &pattern).1;
            owners.insert(format!("route:{pattern}"), owner);
        }
        Self { owners, ..Self::default() }
    }

    /// Adds what another case touched.
    pub fn add(&mut self, other: Self) {
        for (cell, count) in other.cells {
            *self.cells.entry(cell).or_default() += count;
        }
        for (cell, count) in other.kinds {
            *self.kinds.entry(cell).or_default() += count;
        }
        self.struck += other.struck;
        self.losers += other.losers;
        self.silent += other.silent;
        self.torn += other.torn;
        self.forgotten += other.forgotten;
        self.stale_lists += other.stale_lists;
        self.kept_unseen += other.kept_unseen;
        self.undone += other.undone;
    }

    /// Counts what the run of this number met: each planned change without a fault, each fault where it struck.
    pub fn met(&mut self, watch: &Watch, run: usize) {
        self.struck += watch.met.iter().filter(|(by, ..)| *by == run).count() as u32;
        // A run that a fault ended before it told a plan would have told that of the next one.
        let told = |run: usize| watch.facts.get(run).filter(|facts| facts.planned);
        let Some(announced) = told(run).or_else(|| told(run + 1)).map(|facts| &facts.announced) else { return };
        let deed = |address: &str| announced.get(address).and_then(|action| Deed::of(action));
        for (address, owner) in &self.owners {
            if let Some(deed) = deed(address) {
                *self.cells.entry((subject(address), *owner, deed, None)).or_default() += 1;
            }
        }
        for (by, fate, writes, on, address) in watch.met.iter().filter(|(by, ..)| *by == run) {
            let kind = fate.fault.map(|fault| fault.kind);
            self.undone += u32::from(kind == Some(Kind::Undone));
            debug_assert_eq!(*by, run);
            if let (true, Some(address)) = (*writes, address) {
                if let (Some(deed), Some(owner)) = (deed(address), self.owners.get(address)) {
                    *self.cells.entry((*on, *owner, deed, kind)).or_default() += 1;
                }
            } else if !*writes {
                // A read that failed may end the run before it tells a plan; what stays as it is was looked at.
                for (address, owner) in self.owners.iter().filter(|(address, _)| is_read_by(subject(address), *on)) {
                    if deed(address) == Some(Deed::Keep) {
                        *self.cells.entry((subject(address), *owner, Deed::Keep, kind)).or_default() += 1;
                    }
                }
            }
        }
    }
}

/// Whether reads about one tell of the other: the list of queues tells of their consumers.
fn is_read_by(of: Subject, on: Subject) -> bool {
    of == on || (of == Subject::Consumer && on == Subject::Queue)
}

fn subject(address: &str) -> Subject {
    match address.split(':').next() {
        Some("script") => Subject::Script,
        Some("record") => Subject::Record,
        Some("route") => Subject::Route,
        Some("consumer") => Subject::Consumer,
        word => ROWS.iter().find(|row| Some(row.word) == word).map_or(Subject::Rest, |row| row.of),
    }
}
