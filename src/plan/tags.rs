//! Tags of the Worker before, during and after a run.

use std::collections::{BTreeMap, BTreeSet};

use super::removal::Removal;
use super::script::ScriptPlan;
use super::sketch::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, Guard};
use crate::model::marks::{self, ScriptMarks};
use crate::model::{Address, Field};

/// Tags that a Worker holds.
const OF_A_WORKER: usize = 10;

type Inventory = BTreeMap<String, BTreeSet<String>>;

/// The tags at each point of the run: a killed run leaves an inventory that covers old and new.
pub(super) struct Tags {
    pub live: Vec<String>,
    /// Old ∪ new: written before anything is attached.
    pub during: Vec<String>,
    /// New: written after everything else.
    pub target: Vec<String>,
    /// Marks behind `target`.
    pub marks: ScriptMarks,
}

impl Tags {
    /// `removes`: what is no longer wanted goes; otherwise it stays in the inventory.
    pub fn new(context: &Context<'_>, script: &ScriptPlan, removals: &[Removal], removes: bool) -> Self {
        let live = context.live.script.as_ref().map(|live| live.tags.clone()).unwrap_or_default();
        let name = Some(&context.desired.script.name);
        let kept = removals.iter().filter(|removal| !removes && removal.script.as_ref().or(name) == name);
        let target = ScriptMarks { inventory: wanted(context, kept), ..script.marks.clone() };
        let during = ScriptMarks {
            inventory: if guard::holds(Guard::TagUnion) {
                union(&script.live_marks.inventory, &target.inventory)
            } else {
                target.inventory.clone()
            },
            names: target.names.iter().cloned().chain(leaving(script)).collect(),
            ..target.clone()
        };
        Self { during: during.merged_into(&live), target: target.merged_into(&live), marks: target, live }
    }

    /// The Worker has no room for them.
    pub fn finding(&self, context: &Context<'_>) -> Option<Diagnostic> {
        let needed = self.during.len().max(self.target.len());
        (needed > OF_A_WORKER).then(|| {
            let message = format!("`{}` would need {needed} tags and holds {OF_A_WORKER}", context.desired.script.name);
            Diagnostic::error(Code::TooManyTags, message)
                .with_help("remove tags from the Worker that nobody needs")
                .about(Address::script(&context.desired.script.name))
        })
    }

    /// Whether the Worker's tags end up other than they are.
    pub fn change(&self) -> bool {
        !same(&self.target, &self.live)
    }

    /// The inventory as a field of the Worker, when it changes.
    pub fn field(&self, live: &ScriptMarks) -> Option<Field> {
        let (old, new) = (lines(&live.inventory), lines(&self.marks.inventory));
        (old != new).then(|| Field::new("inventory", old, new))
    }
}

/// Secrets that may outlive the upload which leaves them out: ours until they are seen to be gone.
fn leaving(script: &ScriptPlan) -> impl Iterator<Item = String> + '_ {
    script.upload.iter().flat_map(|upload| &upload.remove_secrets).map(|name| marks::hash(name))
}

/// Whether two lists are the same tags: their order on the Worker makes no difference.
pub(super) fn same(one: &[String], other: &[String]) -> bool {
    one.iter().collect::<BTreeSet<_>>() == other.iter().collect()
}

/// Zone and patterns that the manifest wants, and what stays ours as an orphan.
fn wanted<'a>(context: &Context<'_>, kept: impl Iterator<Item = &'a Removal>) -> Inventory {
    let mut inventory = Inventory::new();
    if let Some((routing, zone)) = context.routing() {
        let hashes = routing.routes.iter().map(|route| marks::hash(&route.pattern));
        inventory.insert(zone.to_owned(), hashes.collect());
    }
    for removal in kept {
        // A record that stays behind keeps its zone in the inventory, or nobody would look for it there.
        inventory.entry(removal.zone.clone()).or_default().extend(removal.hash.clone());
    }
    inventory
}

fn union(one: &Inventory, other: &Inventory) -> Inventory {
    let mut inventory = one.clone();
    for (zone, hashes) in other {
        inventory.entry(zone.clone()).or_default().extend(hashes.iter().cloned());
    }
    inventory
}

fn lines(inventory: &Inventory) -> Vec<String> {
    inventory.iter().flat_map(|(zone, hashes)| hashes.iter().map(move |hash| format!("{zone}/{hash}"))).collect()
}
