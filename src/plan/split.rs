//! Circles that are split: where one of those that wait for each other can be written twice, the first time without what
//! leads to the others, all of them can be made, or go.

use std::collections::{BTreeMap, BTreeSet};

use super::circle::circles;
use super::fewest::{Tie, fewest};
use super::sketch::{Phase, Sketch, Sketches, Wish, Write};
use crate::model::Address;
use crate::resource::Operation;

/// Resources that wait for each other, and which of them are written twice.
#[derive(Debug)]
pub(super) struct Split {
    /// What tells their addresses from those of other accounts.
    pub account: String,
    /// All of them.
    members: BTreeSet<Address>,
    /// Those that are written twice, and which others their first write goes without.
    pub twice: BTreeMap<Address, BTreeSet<Address>>,
    /// Their documents.
    pub manifests: BTreeSet<usize>,
}

/// The circles of a run that are split.
#[derive(Debug, Default)]
pub(super) struct Splits {
    all: Vec<Split>,
    /// Those with a member of this address, in whichever account.
    at: BTreeMap<Address, Vec<usize>>,
}

impl Splits {
    /// The circle of a resource, by its address in its account.
    pub(super) fn of(&self, key: (&str, &Address)) -> Option<&Split> {
        let mut at = self.at.get(key.1)?.iter().filter_map(|index| self.all.get(*index));
        at.find(|split| split.holds(key))
    }

    fn add(&mut self, split: Split) {
        for member in &split.members {
            self.at.entry(member.clone()).or_default().push(self.all.len());
        }
        self.all.push(split);
    }

    /// What the first of two writes of a resource goes without; nothing where it is written once.
    pub(super) fn left_at_first(&self, key: (&str, &Address)) -> Option<&BTreeSet<Address>> {
        self.of(key)?.twice.get(key.1)
    }
}

impl Split {
    /// Whether a resource is one of those that wait for each other.
    pub(super) fn holds(&self, (account, address): (&str, &Address)) -> bool {
        self.account == account && self.members.contains(address)
    }

    /// What the first write of `address` goes without `other`.
    pub(super) fn frees(&self, address: &Address, other: &Address) -> bool {
        self.twice.get(address).is_some_and(|left| left.contains(other))
    }
}

/// Splits what can be split: adds the first of two writes to as few resources as possible.
pub(super) fn split(documents: &mut [Sketches]) -> Splits {
    let (splits, places) = found(documents);
    for (place, first) in places {
        let sketch = documents.get_mut(place.0).and_then(|document| document.resources.get_mut(place.1));
        sketch.into_iter().for_each(|sketch| sketch.write_first(first.clone()));
    }
    splits
}

impl Sketch {
    /// Adds a write before all others, which are then no longer the first ones.
    fn write_first(&mut self, operation: Operation) {
        let Some(phase) = self.writes.first().map(|write| write.phase) else { return };
        for write in &mut self.writes {
            write.operation = write.operation.again();
        }
        self.writes.insert(0, Write { phase, operation });
    }

    /// Whether others that need it wait until it is made.
    fn is_made_first(&self) -> bool {
        self.writes.iter().any(|write| self.is_awaited(write.phase))
    }

    fn goes(&self) -> bool {
        let removes = |write: &Write| matches!(write.phase, Phase::Remove | Phase::Last);
        matches!(self.wish, Wish::Remove(_)) && self.writes.iter().any(removes)
    }

    /// What it is written with first, without what leads to some others; nothing where it can't do without them.
    fn without(&self, others: &BTreeSet<Address>) -> Option<Operation> {
        let whole = if self.goes() { self.loosens.as_ref() } else { self.writes.first().map(|write| &write.operation) };
        whole?.without(others)
    }
}

/// Document, and resource of it.
type Place = (usize, usize);

/// A resource that others may wait for.
struct Node<'a> {
    place: Place,
    key: (&'a str, &'a Address),
    manifest: usize,
    sketch: &'a Sketch,
}

fn found(documents: &[Sketches]) -> (Splits, Vec<(Place, Operation)>) {
    let nodes = nodes(documents);
    let waits = waits(&nodes);
    let (mut splits, mut places) = (Splits::default(), Vec::new());
    for circle in circles(&waits) {
        let members: Vec<&Node<'_>> = circle.iter().filter_map(|index| nodes.get(*index)).collect();
        let Some(twice) = twice(&members) else { continue };
        let firsts = twice.iter().map(|(node, left)| Some((node.place, node.sketch.without(left)?)));
        let Some(firsts) = firsts.collect::<Option<Vec<_>>>() else { continue };
        places.extend(firsts);
        splits.add(Split {
            account: members.first().map_or_else(String::new, |node| node.key.0.to_owned()),
            members: members.iter().map(|node| node.key.1.clone()).collect(),
            twice: twice.into_iter().map(|(node, left)| (node.key.1.clone(), left)).collect(),
            manifests: members.iter().map(|node| node.manifest).collect(),
        });
    }
    (splits, places)
}

/// By account and address: the order of documents makes no difference.
fn nodes(documents: &[Sketches]) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let resources =
            document.resources.iter().enumerate().filter(|(_, sketch)| sketch.is_made_first() || sketch.goes());
        nodes.extend(resources.map(|(resource, sketch)| Node {
            place: (index, resource),
            key: sketch.address.in_account(&document.planned.account),
            manifest: document.manifest,
            sketch,
        }));
    }
    nodes.sort_by_key(|node| node.key);
    nodes
}

/// For each one the others that it waits for: what is made waits for what is made, what goes for what goes.
fn waits(nodes: &[Node<'_>]) -> Vec<Vec<usize>> {
    let mut at: BTreeMap<(bool, (&str, &Address)), usize> = BTreeMap::new();
    for (index, node) in nodes.iter().enumerate() {
        at.entry((node.sketch.goes(), node.key)).or_insert(index);
    }
    let needed = |node: &Node<'_>| {
        let account = node.account();
        let needs = node.sketch.needs.iter().map(|need| (node.sketch.goes(), need.in_account(account)));
        needs.filter_map(|key| at.get(&key).copied()).collect()
    };
    nodes.iter().map(needed).collect()
}

impl Node<'_> {
    /// Circles are those of one account: what belongs to a zone alone refers to nothing that refers back.
    fn account(&self) -> &str {
        self.key.0
    }
}

/// The members that are written twice, as few as possible, each with the others that its first write goes without;
/// nothing where that does not help.
fn twice<'a>(members: &[&'a Node<'a>]) -> Option<Vec<(&'a Node<'a>, BTreeSet<Address>)>> {
    let ties = ties(members);
    let chosen = fewest(members.len(), &ties)?;
    let left = |index: &usize| {
        let node = *members.get(*index)?;
        let of_it = ties.iter().filter(|tie| tie.by == Some(*index));
        let others = of_it.map(|tie| if node.sketch.goes() { tie.waits } else { tie.on });
        let others = others.filter_map(|other| Some(members.get(other)?.key.1.clone()));
        Some((node, others.collect()))
    };
    chosen.iter().map(left).collect()
}

/// Who waits for whom among the members of a circle. What is made can be written without what it waits for; what goes
/// can let go of who waits for it.
fn ties(members: &[&Node<'_>]) -> Vec<Tie> {
    let mut ties = Vec::new();
    for (waits, node) in members.iter().enumerate() {
        for (on, other) in members.iter().enumerate() {
            if waits == on || !node.sketch.needs.contains(other.key.1) {
                continue;
            }
            let (by, breaks, end) = if node.sketch.goes() { (on, other, node) } else { (waits, node, other) };
            let is_breakable = breaks.sketch.without(&BTreeSet::from([end.key.1.clone()])).is_some();
            ties.push(Tie { waits, on, by: is_breakable.then_some(by) });
        }
    }
    ties
}
