//! Whether the Worker's tags still name, at the end of a run, what is in front of it.
//!
//! Tags are written whole, so another run may have overwritten this one's, or this one another's. Where a run has a
//! round to spare the tags are read in it. A run that took what it removed off the tags looks whether it is there again.
//! What is missing is added to the tags and told.

use std::collections::BTreeSet;

use super::race::{tags_changed, tags_lost};
use super::{Subject, WorkerWatch, part};
use crate::cloudflare::Heard;
use crate::cloudflare::scripts::{self, ScriptSettings};
use crate::diagnostic::Diagnostic;
use crate::kinds::worker::attached::{Place, There};
use crate::kinds::worker::inventory::union;
use crate::model::Kind;
use crate::model::marks::{Inventory, ScriptMarks};
use crate::resource::{Next, Seen};

impl WorkerWatch {
    /// Adds to the tags what they no longer name.
    pub(super) fn name_again(&self, seen: &Seen, heard: &Heard) -> Result<Option<Diagnostic>, Next> {
        let theirs = self.theirs(seen);
        let again = self.attached_again(heard)?;
        let is_lost = !theirs.is_empty() || self.is_unnamed(seen);
        if !is_lost && again.is_empty() {
            return Ok(None);
        }
        self.name(&union(&union(&self.attached, &theirs), &again), heard)
    }

    /// What another run attached since the plan, and this run's upload did not name.
    fn theirs(&self, seen: &Seen) -> Inventory {
        let beside_upload = seen.sights.iter().filter(|(moment, _)| moment.part == part::VERSION);
        let tags = beside_upload.rev().find_map(|(_, sight)| self.tags_in(sight));
        tags.map(|marks| missing(&marks.inventory, &self.known)).unwrap_or_default()
    }

    /// Whether the tags beside the last write lack something that this run attached.
    fn is_unnamed(&self, seen: &Seen) -> bool {
        let beside_others = seen.sights.iter().filter(|(moment, _)| moment.part != part::VERSION);
        let tags = beside_others.rev().find_map(|(_, sight)| self.tags_in(sight));
        tags.is_some_and(|marks| !missing(&self.attached, &marks.inventory).is_empty())
    }

    fn tags_in(&self, sight: &Heard) -> Option<ScriptMarks> {
        let settings = sight.get(&self.subject.settings())?.ok()?;
        Some(ScriptMarks::parse(&settings.tags))
    }

    /// Names them. The tags are read once more: the first read may have lagged behind a write.
    fn name(&self, named: &Inventory, heard: &Heard) -> Result<Option<Diagnostic>, Next> {
        match heard.sent() {
            Some(Ok(_)) => return Ok(Some(tags_changed(&self.subject))),
            Some(Err(_)) => return Ok(Some(tags_lost(&self.subject))),
            None => {}
        }
        let read = scripts::settings(&self.subject.account, &self.subject.script);
        let now = match heard.get(&read) {
            None => return Err(Next::Read(vec![read.into()])),
            // A Worker that is gone has nothing in front of it.
            Some(Err(error)) => return Ok((!error.is_absent()).then(|| tags_lost(&self.subject))),
            Some(Ok(settings)) => settings,
        };
        let mut marks = ScriptMarks::parse(&now.tags);
        if missing(named, &marks.inventory).is_empty() {
            return Ok(None);
        }
        if !marks.ids.contains(&self.id) {
            return Ok(Some(tags_lost(&self.subject)));
        }
        marks.inventory = union(&marks.inventory, named);
        let settings = ScriptSettings { tags: Some(marks.merged_into(&now.tags)), ..ScriptSettings::default() };
        Err(Next::Send(Box::new(scripts::patch_settings(&self.subject.account, &self.subject.script, &settings))))
    }

    /// What this run removed and took off the tags, and what is there once more under another id.
    fn attached_again(&self, heard: &Heard) -> Result<Inventory, Next> {
        let mut again = Inventory::new();
        for (zone, hashes) in self.taken_off() {
            let removed: Vec<(Kind, &str)> = self
                .removed
                .iter()
                .filter(|(its, ..)| *its == zone)
                .map(|(_, kind, id)| (*kind, id.as_str()))
                .collect();
            let [routes, records] = [Kind::Route, Kind::Record].map(|kind| removed.iter().any(|(its, _)| *its == kind));
            let Subject { account, script, .. } = &self.subject;
            let look = Place { id: &zone, account, script, prefix: &self.comment_prefix, routes, records };
            let reads = look.unheard(heard);
            if !reads.is_empty() {
                return Err(Next::Read(reads));
            }
            // What a list that lags behind still shows has the id of what was removed.
            let is_new = |there: &There| hashes.contains(&there.hash) && !removed.iter().any(|(_, id)| *id == there.id);
            let found = look.found(heard).unwrap_or_default();
            let found: BTreeSet<String> = found.into_iter().filter(is_new).map(|there| there.hash).collect();
            if !found.is_empty() {
                again.insert(zone, found);
            }
        }
        Ok(again)
    }

    /// What the last write of the tags takes off them.
    fn taken_off(&self) -> Inventory {
        let marks = |tags: &[String]| ScriptMarks::parse(tags).inventory;
        self.tags.as_ref().map(|write| missing(&marks(&write.from), &marks(&write.to))).unwrap_or_default()
    }
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
