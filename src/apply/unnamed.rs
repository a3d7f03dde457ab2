//! Whether the Worker's tags still name, at the end of a run, what is in front of it.
//!
//! Tags are written whole, so another run may have overwritten this one's, or this one another's. Where a run has a
//! round to spare the tags are read in it: beside an upload that is not its last write, and beside the last write of a
//! run that attaches something. A run that took what it removed off the tags looks whether it is there again. What is
//! missing is added to the tags and told.

use std::collections::{BTreeMap, BTreeSet};

use super::gone::{self, There};
use super::{Run, Target, race, tags};
use crate::cloudflare::Segment;
use crate::cloudflare::scripts::{self, PatchScriptSettings, ScriptSettings};
use crate::diagnostic::Diagnostic;
use crate::guard::{self, Guard};
use crate::http::{CallError, Method};
use crate::model::marks::{self, Inventory, ScriptMarks};
use crate::model::{Address, Kind};
use crate::plan::{Plan, Step};
use crate::resource::Operation;

/// What was read beside the writes, by index of the manifest.
#[derive(Default)]
pub(super) struct TagLooks {
    /// The tags beside the last write.
    last: BTreeMap<usize, Vec<String>>,
    /// What another run attached since the plan, and this run's upload did not name.
    theirs: BTreeMap<usize, Inventory>,
}

impl TagLooks {
    /// Whether the tags are to be read beside a step; `last`: beside it goes the look of the last write.
    pub(super) fn are_due(plan: &Plan, step: &Step, last: bool) -> bool {
        if let Operation::Upload(upload) = &step.operation {
            // An upload alone has no request left, a first one overwrites nothing.
            return !upload.creates && of(plan, step.manifest).count() > 1;
        }
        // Where they are written they are read right before.
        let writes = matches!(step.operation, Operation::PatchSettings { tags: Some(_), .. });
        last && !writes && !attached(plan, step.manifest).is_empty()
    }

    /// Keeps what was read beside a step.
    pub(super) fn add(&mut self, run: &Run<'_>, step: &Step, tags: Vec<String>) {
        let Operation::Upload(upload) = &step.operation else {
            self.last.insert(step.manifest, tags);
            return;
        };
        let planned = run.live.manifests.get(step.manifest).and_then(|live| live.script.as_ref());
        let mut known = ScriptMarks::parse(&upload.tags).inventory;
        tags::add(&mut known, &ScriptMarks::parse(planned.map_or(&[], |live| &live.tags)).inventory);
        let theirs = missing(&ScriptMarks::parse(&tags).inventory, &known);
        if !theirs.is_empty() {
            self.theirs.insert(step.manifest, theirs);
        }
    }

    /// Adds to the tags what they no longer name, when every write took effect; gives what is to be told.
    pub(super) async fn mend(mut self, run: &Run<'_>, plan: &Plan) -> Vec<Diagnostic> {
        let mut raced = Vec::new();
        for (index, manifest) in run.desired.manifests.iter().enumerate() {
            let mut named = attached(plan, index);
            let is_named = |tags: &Vec<String>| missing(&named, &ScriptMarks::parse(tags).inventory).is_empty();
            let theirs = self.theirs.remove(&index);
            let is_lost = theirs.is_some() || !self.last.get(&index).is_none_or(is_named);
            let address = plan.names.told(index, &Address::script(&manifest.script.name));
            let client = run.client.named(&address.to_string());
            let target = Target::new(run, &client, index, manifest, false);
            let again = attached_again(&target, plan, index).await;
            let is_lost = is_lost && guard::holds(Guard::NamedAtTheEnd);
            if is_lost || !again.is_empty() {
                tags::add(&mut named, &theirs.unwrap_or_default());
                tags::add(&mut named, &again);
                raced.extend(name(&target, &named).await);
            }
        }
        raced
    }
}

/// The tags of now.
pub(super) async fn look(target: &Target<'_>) -> Result<Vec<String>, CallError> {
    let settings = target.read(&scripts::settings(target.account(), target.script())).await?;
    Ok(settings.tags)
}

/// Adds to the tags what they do not name. They are read once more: the first read may have lagged behind a write.
async fn name(target: &Target<'_>, named: &Inventory) -> Option<Diagnostic> {
    let now = match look(target).await {
        Ok(now) => now,
        // A Worker that is gone has nothing in front of it.
        Err(error) => return (!error.is_absent()).then(|| race::tags_lost(target)),
    };
    let mut marks = ScriptMarks::parse(&now);
    if missing(named, &marks.inventory).is_empty() {
        return None;
    }
    if !marks.ids.contains(&target.manifest.identity.id()) {
        return Some(race::tags_lost(target));
    }
    tags::add(&mut marks.inventory, named);
    let settings = ScriptSettings { tags: Some(marks.merged_into(&now)), ..ScriptSettings::default() };
    let request = PatchScriptSettings { account_id: target.account(), script: target.script(), settings: &settings };
    Some(match target.call(&request).await {
        Ok(_) => race::tags_changed(target),
        Err(_) => race::tags_lost(target),
    })
}

/// What a run removed and took off the tags, and what is there once more under another id.
async fn attached_again(target: &Target<'_>, plan: &Plan, manifest: usize) -> Inventory {
    let mut again = Inventory::new();
    for (zone, hashes) in taken_off(plan, manifest) {
        let removed = |step: &Step| match &step.operation {
            Operation::DeleteRoute { zone: its, id } | Operation::DeleteRecord { zone: its, id } => {
                (*its == zone).then(|| (step.address.kind, id.clone()))
            }
            Operation::Call(call) if step.address.kind == Kind::Consumer && zone == marks::QUEUES => {
                match call.path.last() {
                    Some(Segment::Text(id)) if call.method == Method::Delete => Some((step.address.kind, id.clone())),
                    _ => None,
                }
            }
            _ => None,
        };
        let removed: Vec<(Kind, String)> = of(plan, manifest).filter_map(removed).collect();
        let kinds = [Kind::Route, Kind::Record].map(|kind| removed.iter().any(|(removed, _)| *removed == kind));
        let found = gone::find(target, &zone, target.script(), kinds).await.unwrap_or_default();
        // What a list that lags behind still shows has the id of what was removed.
        let is_new = |there: &There| hashes.contains(&there.hash) && !removed.iter().any(|(_, id)| *id == there.id);
        let found: BTreeSet<String> = found.into_iter().filter(is_new).map(|there| there.hash).collect();
        if !found.is_empty() && guard::holds(Guard::AttachedAgain) {
            again.insert(zone, found);
        }
    }
    again
}

/// What the last write of the tags takes off them.
fn taken_off(plan: &Plan, manifest: usize) -> Inventory {
    let writes = of(plan, manifest).filter_map(|step| match &step.operation {
        Operation::PatchSettings { tags, .. } => tags.as_ref(),
        _ => None,
    });
    let marks = |tags: &[String]| ScriptMarks::parse(tags).inventory;
    writes.last().map(|write| missing(&marks(&write.from), &marks(&write.to))).unwrap_or_default()
}

/// What a run puts in front of a Worker.
fn attached(plan: &Plan, manifest: usize) -> Inventory {
    let mut attached = Inventory::new();
    for step in of(plan, manifest) {
        let (zone, hash) = match &step.operation {
            Operation::Call(call) if step.address.kind == Kind::Consumer && call.method != Method::Delete => {
                (&marks::QUEUES.to_owned(), marks::hash(&step.address.key))
            }
            Operation::CreateRoute { zone, pattern } | Operation::UpdateRoute { zone, pattern, .. } => {
                (zone, marks::hash(pattern))
            }
            Operation::CreateRecord(write) | Operation::UpdateRecord { write, .. } => {
                (&write.zone, marks::record_hash(&write.name))
            }
            Operation::Upload(_)
            | Operation::RemoveSecrets { .. }
            | Operation::PatchSettings { .. }
            | Operation::Unbind(_)
            | Operation::SetWorkersDev(_)
            | Operation::Call(_)
            | Operation::Import(_)
            | Operation::DeleteScript { .. }
            | Operation::DeleteRecord { .. }
            | Operation::DeleteRoute { .. } => continue,
        };
        attached.entry(zone.clone()).or_default().insert(hash);
    }
    attached
}

fn of(plan: &Plan, manifest: usize) -> impl Iterator<Item = &Step> {
    plan.steps.iter().filter(move |step| step.manifest == manifest)
}

/// Entries of one inventory that another one lacks.
fn missing(one: &Inventory, other: &Inventory) -> Inventory {
    let mut missing = one.clone();
    missing.retain(|zone, hashes| {
        hashes.retain(|hash| !other.get(zone).is_some_and(|known| known.contains(hash)));
        !hashes.is_empty()
    });
    missing
}

#[cfg(test)]
mod tests {
    use super::{Inventory, missing};

    #[test]
    fn an_entry_is_missing_where_its_zone_does_not_name_it() {
        let inventory = |entries: &[(&str, &str)]| {
            let mut inventory = Inventory::new();
            for (zone, hash) in entries {
                inventory.entry((*zone).to_owned()).or_default().insert((*hash).to_owned());
            }
            inventory
        };
        let named = inventory(&[("z", "here"), ("z", "lost"), ("y", "lost"), ("x", "here")]);
        let tags = inventory(&[("z", "here"), ("x", "here"), ("x", "theirs")]);
        assert_eq!(missing(&named, &tags), inventory(&[("z", "lost"), ("y", "lost")]));
    }
}
