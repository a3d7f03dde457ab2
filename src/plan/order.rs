//! Writes in order: what each one waits for, from what its resource needs and from its phase alone.

use std::collections::BTreeMap;
use std::ops::Range;

use super::sketch::{Phase, Sketch, Sketches, Wish, Write};
use super::split::{Split, Splits};
use super::step::Step;
use crate::model::{Address, Kind};
use crate::resource::Operation;

/// A write beside what decides its place.
struct Entry<'a> {
    index: usize,
    manifest: usize,
    account: &'a str,
    phase: Phase,
    sketch: &'a Sketch,
    operation: &'a Operation,
    /// The first write of a resource that is written twice because of a circle.
    is_first_of_two: bool,
}

/// What decides the places of all writes.
struct Order<'a> {
    entries: &'a [Entry<'a>],
    creations: ByAddress<'a>,
    deletions: ByAddress<'a>,
    splits: &'a Splits,
}

/// Account and address → the writes that make, or delete, what is there.
type ByAddress<'a> = BTreeMap<(&'a str, &'a Address), Vec<usize>>;

/// The steps of all documents. What needs nothing goes out at once; steps of a document stand together.
pub(super) fn steps(documents: &[Sketches], splits: &Splits) -> Vec<Step> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut own: Vec<Range<usize>> = Vec::new();
    for document in documents {
        let start = entries.len();
        add(document, splits, &mut entries);
        own.push(start..entries.len());
    }
    let (creations, deletions) = (creations(&entries), deletions(&entries));
    let order = Order { entries: &entries, creations, deletions, splits };
    let in_document = own.into_iter().filter_map(|range| entries.get(range));
    in_document.flat_map(|own| own.iter().map(|entry| entry.step(own, &order)).collect::<Vec<_>>()).collect()
}

/// Adds the writes of a document: what is made, resource by resource; then what goes; then what closes the run.
fn add<'a>(document: &'a Sketches, splits: &Splits, entries: &mut Vec<Entry<'a>>) {
    let account = document.planned.account.as_str();
    let mut writes = Vec::new();
    for sketch in &document.resources {
        let is_twice = splits.left_at_first(sketch.address.in_account(account)).is_some();
        writes.extend(sketch.writes.iter().enumerate().map(|(at, write)| (sketch, write, is_twice && at == 0)));
    }
    writes.sort_by_key(|(_, write, _)| write.phase.max(Phase::Beside));
    for (sketch, Write { phase, operation }, is_first_of_two) in writes {
        let (index, manifest, phase) = (entries.len(), document.manifest, *phase);
        entries.push(Entry { index, manifest, account, phase, sketch, operation, is_first_of_two });
    }
}

/// The writes that make what is not there yet: what others need, they wait for.
fn creations<'a>(entries: &[Entry<'a>]) -> ByAddress<'a> {
    let mut creations = ByAddress::new();
    for entry in entries.iter().filter(|entry| entry.is_awaited()) {
        creations.entry(entry.sketch.address.in_account(entry.account)).or_default().push(entry.index);
    }
    creations
}

/// The writes that delete: what others were bound to, they wait for.
fn deletions<'a>(entries: &[Entry<'a>]) -> ByAddress<'a> {
    let mut deletions = ByAddress::new();
    for entry in entries.iter().filter(|entry| entry.removes()) {
        deletions.entry(entry.sketch.address.in_account(entry.account)).or_default().push(entry.index);
    }
    deletions
}

impl Order<'_> {
    /// The writes that make what a resource needs. Those of one circle wait for each other's first writes; whoever else
    /// needs one of them waits until all of them are whole, and so does what makes one of them public.
    fn made_before(&self, entry: &Entry<'_>, need: &Address) -> Vec<usize> {
        let key = need.in_account(entry.account);
        let Some(writes) = self.creations.get(&key) else { return Vec::new() };
        let Some(split) = self.splits.of(key) else { return writes.clone() };
        if !split.holds(entry.key()) {
            return writes.iter().copied().chain(self.made_whole(split)).collect();
        }
        let (leaves, is_twice) = (split.frees(&entry.sketch.address, need), split.twice.contains_key(need));
        match (entry.is_first_of_two && leaves, is_twice) {
            (true, _) => Vec::new(),
            (false, true) => writes.first().copied().into_iter().collect(),
            (false, false) => writes.clone(),
        }
    }

    /// The writes of those of a circle that are written twice.
    fn made_whole<'s>(&'s self, split: &'s Split) -> impl Iterator<Item = usize> + 's {
        let twice = split.twice.keys().map(|address| (split.account.as_str(), address));
        twice.filter_map(|key| self.creations.get(&key)).flatten().copied()
    }

    /// The writes that delete what refers to a resource, or the one that takes the reference out of it.
    fn gone_before(&self, entry: &Entry<'_>, need: &Address) -> Vec<usize> {
        let key = need.in_account(entry.account);
        let Some(writes) = self.deletions.get(&key) else { return Vec::new() };
        let split = self.splits.of(key).filter(|split| split.holds(entry.key()));
        if split.is_some_and(|split| split.frees(need, &entry.sketch.address)) {
            return writes.first().copied().into_iter().collect();
        }
        writes.clone()
    }

    /// What goes before one of a circle lets go of the others: all that leads to one of them, and whoever else refers to
    /// one of them.
    fn detached_before(&self, entry: &Entry<'_>) -> Vec<usize> {
        let Some(split) = self.splits.of(entry.key()) else { return Vec::new() };
        let leads = |other: &&Entry<'_>| other.phase < Phase::Last && split.manifests.contains(&other.manifest);
        let leading = self.entries.iter().filter(leads).map(|other| other.index);
        let members = self.entries.iter().filter(|member| member.removes() && split.holds(member.key()));
        let users = members.flat_map(|member| member.sketch.needs.iter().map(|need| need.in_account(member.account)));
        let users = users.filter(|user| !split.holds(*user)).filter_map(|user| self.deletions.get(&user)).flatten();
        leading.chain(users.copied()).collect()
    }
}

impl Entry<'_> {
    fn step(&self, own: &[Self], order: &Order<'_>) -> Step {
        let mut after: Vec<usize> = own
            .iter()
            .filter(|before| before.index != self.index && self.waits_for(before))
            .map(|it| it.index)
            .collect();
        let needs = self.sketch.needs.iter();
        match (self.makes(), self.removes()) {
            (true, _) => after.extend(needs.flat_map(|need| order.made_before(self, need))),
            // What lets go of others waits for none of them.
            (false, true) if self.is_first_of_two => after.extend(order.detached_before(self)),
            (false, true) => after.extend(needs.flat_map(|need| order.gone_before(self, need))),
            (false, false) => {}
        }
        if self.phase == Phase::Beside
            && let Some(split) = order.splits.of(self.key())
        {
            after.extend(order.made_whole(split));
        }
        // What holds something lets go of it when another one has it.
        if matches!(self.phase, Phase::Close | Phase::Last) {
            let takes = |other: &&Entry<'_>| {
                other.account == self.account && other.makes() && self.sketch.gives_up.contains(&other.sketch.address)
            };
            let given_up = !self.sketch.gives_up.is_empty();
            after.extend(order.entries.iter().filter(|_| given_up).filter(takes).map(|it| it.index));
        }
        // Data goes last: whatever may still refer to it, in whichever document, is gone by then.
        if self.phase == Phase::Remove && self.sketch.holds_data {
            after.extend(
                order
                    .entries
                    .iter()
                    .filter(|before| before.removes() && before.account == self.account && self.goes_after(before))
                    .map(|it| it.index),
            );
        }
        after.sort_unstable();
        after.dedup();
        Step { address: self.sketch.address.clone(), manifest: self.manifest, operation: self.operation.clone(), after }
    }

    /// What tells its resource from those of other accounts.
    fn key(&self) -> (&str, &Address) {
        self.sketch.address.in_account(self.account)
    }

    /// Whether it waits for another write of the same document.
    fn waits_for(&self, before: &Self) -> bool {
        let same = self.sketch.address == before.sketch.address && before.index < self.index;
        match self.phase {
            Phase::Make | Phase::Fill => before.makes() && (same || self.sketch.needs.contains(&before.sketch.address)),
            Phase::Beside => before.phase <= Phase::Beside && same,
            Phase::Remove => match before.phase {
                Phase::Make | Phase::Fill | Phase::Beside => true,
                Phase::Remove => self.goes_after(before),
                Phase::Close | Phase::Last => false,
            },
            Phase::Close => before.phase < Phase::Close,
            Phase::Last => before.phase < Phase::Last || same,
        }
    }

    /// What is made last goes first: nothing may lead to what is gone.
    fn goes_after(&self, before: &Self) -> bool {
        let rank = |entry: &Self| Kind::ALL.iter().position(|kind| *kind == entry.sketch.address.kind);
        rank(self) < rank(before)
    }

    fn removes(&self) -> bool {
        matches!(self.phase, Phase::Remove | Phase::Last) && matches!(self.sketch.wish, Wish::Remove(_))
    }

    fn makes(&self) -> bool {
        matches!(self.phase, Phase::Make | Phase::Fill)
    }

    /// Whether others wait for it.
    fn is_awaited(&self) -> bool {
        self.sketch.is_awaited(self.phase)
    }
}
