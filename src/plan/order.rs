//! Writes in order: what each one waits for, from what its resource needs and from its phase alone.

use std::collections::BTreeMap;
use std::ops::Range;

use super::sketch::{Owner, Phase, Sketch, Sketches, Wish};
use super::step::Step;
use crate::guard::{self, Guard};
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
}

/// Account and address → the writes that make, or delete, what is there.
type ByAddress<'a> = BTreeMap<(&'a str, &'a Address), Vec<usize>>;

/// The steps of all documents. What needs nothing goes out at once; steps of a document stand together.
pub(super) fn steps(documents: &[Sketches]) -> Vec<Step> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut own: Vec<Range<usize>> = Vec::new();
    for document in documents {
        let start = entries.len();
        add(document, &mut entries);
        own.push(start..entries.len());
    }
    let creations = creations(&entries);
    let deletions = deletions(&entries);
    let in_document = own.into_iter().filter_map(|range| entries.get(range));
    let step = |entry: &Entry<'_>, own: &[Entry<'_>]| entry.step(own, &entries, (&creations, &deletions));
    in_document.flat_map(|own| own.iter().map(|entry| step(entry, own)).collect::<Vec<_>>()).collect()
}

/// Adds the writes of a document: what is made, resource by resource; then what goes; then what closes the run.
fn add<'a>(document: &'a Sketches, entries: &mut Vec<Entry<'a>>) {
    let writes = document.resources.iter().flat_map(|sketch| sketch.writes.iter().map(move |write| (sketch, write)));
    let mut writes: Vec<_> = writes.collect();
    writes.sort_by_key(|(_, write)| write.phase.max(Phase::Beside));
    for (sketch, write) in writes {
        let (index, phase, operation) = (entries.len(), write.phase, &write.operation);
        let account = document.planned.account.as_str();
        entries.push(Entry { index, manifest: document.manifest, account, phase, sketch, operation });
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

impl Entry<'_> {
    fn step(&self, own: &[Self], all: &[Self], (creations, deletions): (&ByAddress<'_>, &ByAddress<'_>)) -> Step {
        let mut after: Vec<usize> = own
            .iter()
            .filter(|before| before.index != self.index && self.waits_for(before))
            .map(|it| it.index)
            .collect();
        if self.makes() {
            after.extend(
                self.sketch.needs.iter().filter_map(|need| creations.get(&need.in_account(self.account))).flatten(),
            );
        }
        // What goes waits for what still refers to it.
        if self.removes() {
            let needs = self.sketch.needs.iter();
            after.extend(needs.filter_map(|need| deletions.get(&need.in_account(self.account))).flatten());
        }
        // What holds something lets go of it when another one has it.
        if matches!(self.phase, Phase::Close | Phase::Last) {
            let takes = |other: &&Self| {
                other.account == self.account && other.makes() && self.sketch.gives_up.contains(&other.sketch.address)
            };
            let given_up = !self.sketch.gives_up.is_empty();
            after.extend(all.iter().filter(|_| given_up).filter(takes).map(|it| it.index));
        }
        // Data goes last: whatever may still refer to it, in whichever document, is gone by then.
        if self.phase == Phase::Remove && self.sketch.holds_data {
            after.extend(
                all.iter()
                    .filter(|before| before.removes() && before.account == self.account && self.goes_after(before))
                    .map(|it| it.index),
            );
        }
        after.sort_unstable();
        after.dedup();
        Step { address: self.sketch.address.clone(), manifest: self.manifest, operation: self.operation.clone(), after }
    }

    /// Whether it waits for another write of the same document.
    fn waits_for(&self, before: &Self) -> bool {
        let same = self.sketch.address == before.sketch.address && before.index < self.index;
        match self.phase {
            Phase::Make | Phase::Fill => before.makes() && (same || self.sketch.needs.contains(&before.sketch.address)),
            Phase::Beside => before.phase <= Phase::Beside && same,
            Phase::Remove => match before.phase {
                Phase::Make | Phase::Fill | Phase::Beside => guard::holds(Guard::OldGoesLast),
                Phase::Remove => self.goes_after(before) && guard::holds(Guard::RoutesGoFirst),
                Phase::Close | Phase::Last => false,
            },
            Phase::Close => before.phase < Phase::Close,
            Phase::Last => before.phase < Phase::Last,
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

    /// Whether others wait for it. A need that the account meets already orders nothing.
    fn is_awaited(&self) -> bool {
        let is_new = self.makes() && matches!(self.sketch.owner, Owner::Absent);
        self.sketch.wish == Wish::Keep && (is_new || self.phase == Phase::Fill)
    }
}
