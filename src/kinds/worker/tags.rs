//! Tags of the Worker before, during and after a run.

use super::context::Context;
use super::inventory::{self, noted, union, without};
use super::removal::Removal;
use super::script_plan::ScriptPlan;
use super::settings;
use super::tag_list::same;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::marks::{self, Inventory, ScriptMarks};
use crate::model::{Address, Field};
use crate::plan::{Owner, Reason};

/// Tags that a Worker holds.
const OF_A_WORKER: usize = 10;

/// The tags at each point of the run: a killed run leaves an inventory that covers old and new.
pub(super) struct Tags {
    pub live: Vec<String>,
    /// Old ∪ new: written before anything is attached.
    pub during: Vec<String>,
    /// New: written after everything else.
    pub target: Vec<String>,
    /// Marks behind `target`.
    pub marks: ScriptMarks,
    /// Entries of the inventory that nobody wants and no list shows: they stay until they are proven gone.
    pub unseen: Inventory,
    /// Entries that leave because they were missed long ago and still are.
    gone: Inventory,
}

impl Tags {
    /// `removals`: what is no longer wanted. What `stays` of it all the same stays in the inventory.
    pub(super) fn new(
        context: &Context<'_>,
        script: &ScriptPlan,
        removals: &[Removal],
        stays: impl Fn(&Removal) -> bool,
    ) -> Self {
        let live = context.live.script.as_ref().map(|live| live.tags.clone()).unwrap_or_default();
        let others = &settings::tags(context, &live, &script.live_marks);
        let own = &context.desired.script.name;
        let name = Some(own);
        let kept = removals.iter().filter(|removal| stays(removal) && removal.script.as_ref().or(name) == name);
        let wanted = inventory::wanted(context, &script.live_marks);
        let unseen = inventory::unseen(context, own, &script.live_marks, removals);
        let inventory = union(&with(&wanted, kept), &unseen);
        let unseen_before = noted(&script.live_marks, &inventory, &wanted);
        let mut target = ScriptMarks { inventory, unseen: unseen_before, ..script.marks.clone() };
        let mut gone = Inventory::new();
        // What is not seen is no reason for a write of its own: it is noted, and leaves, with the next one.
        if script.upload.is_some() || !same(&target.merged_into(others), &live) {
            gone = inventory::proven_gone(context, &script.live_marks, &unseen);
            target.inventory = without(&target.inventory, &gone);
            target.unseen = noted(&script.live_marks, &target.inventory, &wanted);
            inventory::note(context, &mut target.unseen, &without(&unseen, &gone));
            if target.merged_into(others).len() > OF_A_WORKER {
                target.unseen.clear();
            }
        }
        let during = ScriptMarks {
            inventory: union(&without(&script.live_marks.inventory, &gone), &target.inventory),
            names: target.names.iter().cloned().chain(leaving(script)).collect(),
            ..target.clone()
        };
        let unseen = without(&unseen, &gone);
        let (during, target, marks) = (during.merged_into(others), target.merged_into(others), target);
        Self { live, during, target, marks, unseen, gone }
    }

    /// The Worker has no room for them.
    pub(super) fn finding(&self, context: &Context<'_>) -> Option<Diagnostic> {
        let needed = self.during.len().max(self.target.len());
        (needed > OF_A_WORKER).then(|| {
            let message = format!("`{}` would need {needed} tags and holds {OF_A_WORKER}", context.desired.script.name);
            Diagnostic::error(Code::TooManyTags, message)
                .with_help("remove tags from the Worker that nobody needs")
                .about(Address::script(&context.desired.script.name))
        })
    }

    /// Whether the Worker's tags end up other than they are.
    pub(super) fn change(&self) -> bool {
        !same(&self.target, &self.live)
    }

    /// The inventory as a field of the Worker, when it changes, and why. What leaves because time has passed is not told:
    /// the same plan made a minute later is the same.
    pub(super) fn field(&self, live: &ScriptMarks) -> Option<(Field, Reason)> {
        let (old, new) = (live.inventory.clone(), union(&self.marks.inventory, &self.gone));
        let reason = reason(&old, &new);
        let (old, new) = (lines(&old), lines(&new));
        (old != new).then(|| (Field::new("inventory", old, new), reason))
    }

    /// The marks are part of the Worker: a change of them alone is a change of the Worker's tags.
    pub(super) fn shown_in(&self, script: &mut ScriptPlan) {
        let (field, reason) = self.field(&script.live_marks).unzip();
        if matches!(script.sketch.owner, Owner::Ours(None)) && self.change() {
            script.sketch.owner = Owner::Ours(Some(reason.unwrap_or(Reason::MarksOutdated)));
        }
        script.sketch.fields.extend(field);
    }
}

/// Secrets that may outlive the upload which leaves them out: ours until they are seen to be gone.
fn leaving(script: &ScriptPlan) -> impl Iterator<Item = String> + '_ {
    script.upload.iter().flat_map(|upload| &upload.remove_secrets).map(|name| marks::hash(name))
}

/// What is wanted, and what stays ours as an orphan.
fn with<'a>(wanted: &Inventory, kept: impl Iterator<Item = &'a Removal>) -> Inventory {
    let mut inventory = wanted.clone();
    for removal in kept {
        inventory.entry(removal.zone.clone()).or_default().extend(removal.hashes.iter().cloned());
    }
    inventory
}

/// What a list of what we attached says differently, named by what comes first of several.
fn reason(old: &Inventory, new: &Inventory) -> Reason {
    let differs = |is_meant: &dyn Fn(&str) -> bool| {
        let of = |inventory: &Inventory| -> Inventory {
            let meant = inventory.iter().filter(|(place, _)| is_meant(place));
            meant.map(|(place, hashes)| (place.clone(), hashes.clone())).collect()
        };
        of(old) != of(new)
    };
    match () {
        () if differs(&marks::is_zone) => Reason::InventoryChanged,
        () if differs(&|place| place == marks::QUEUES) => Reason::QueuesChanged,
        () if differs(&|place| place == marks::DOMAINS) => Reason::DomainsChanged,
        () => Reason::SchedulesChanged,
    }
}

fn lines(inventory: &Inventory) -> Vec<String> {
    inventory.iter().flat_map(|(zone, hashes)| hashes.iter().map(move |hash| format!("{zone}/{hash}"))).collect()
}
