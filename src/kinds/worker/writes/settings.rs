//! Changes tags or logs, without a new version.
//!
//! The tags of a Worker are one list, written whole, without compare-and-set. Two runs that both change what is in front
//! of a Worker would each forget what the other one attached: so the list is read right before it is written, and what
//! another run put there meanwhile stays. What was to be removed and was not there stays on them too: a list that lagged
//! behind may have shown one that was gone, and not the one that stands there now.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::cloudflare::scripts::{self, ScriptSettings};
use crate::cloudflare::{Call, Heard};
use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::inventory::union;
use crate::kinds::worker::removal::TakenOff;
use crate::kinds::worker::subject::Subject;
use crate::kinds::worker::tag_list::{TagWrite, same};
use crate::kinds::worker::watch::tags_changed;
use crate::model::marks::{Inventory, ScriptMarks};
use crate::resource::{AtHand, Ended, Made, Next, Procedure};
use crate::setting::Setting;

/// What changes.
#[derive(Debug)]
pub(in super::super) struct PatchingSettings {
    pub subject: Subject,
    /// The identity of the marks.
    pub id: String,
    /// The tags as the plan saw them.
    pub planned: Vec<String>,
    pub tags: Option<TagWrite>,
    /// What the new tags no longer name, as far as this run removed it.
    pub taken_off: Vec<TakenOff>,
    /// Settings, by their names.
    pub settings: BTreeMap<String, Value>,
}

impl Procedure for PatchingSettings {
    fn shown(&self) -> Value {
        let logs = Setting::Observability.row().word;
        let mut shown = Map::from_iter([("tags".to_owned(), json!(self.tags)), (logs.to_owned(), Value::Null)]);
        shown.extend(self.settings.clone());
        Value::Object(shown)
    }

    fn next(&self, heard: &Heard, at_hand: AtHand<'_>) -> Next {
        let Some(write) = &self.tags else { return self.written(heard, None, None) };
        let write = &self.naming_the_absent(write, at_hand);
        let read = self.subject.settings();
        let now = match heard.get(&read) {
            None => return Next::Read(vec![read.into()]),
            Some(Ok(settings)) if !self.knows(write, &settings.tags) => settings,
            // A look that fails says nothing.
            Some(Ok(_) | Err(_)) => return self.written(heard, Some(write.to.clone()), None),
        };
        match self.beside(write, &now.tags) {
            Ok(tags) => self.written(heard, Some(tags), Some(tags_changed(&self.subject))),
            Err(finding) => Next::End(Ended::refused(finding)),
        }
    }
}

impl PatchingSettings {
    fn written(&self, heard: &Heard, tags: Option<Vec<String>>, raced: Option<Diagnostic>) -> Next {
        match heard.sent() {
            None => Next::Send(Box::new(self.call(tags))),
            Some(Ok(_)) => Next::End(Ended::Done(Made { raced: raced.into_iter().collect(), ..Made::default() })),
            Some(Err(error)) => Next::End(Ended::from(error)),
        }
    }

    /// The change without the entries whose removal found nothing.
    fn naming_the_absent(&self, write: &TagWrite, at_hand: AtHand<'_>) -> TagWrite {
        let mut absent = Inventory::new();
        for it in self.taken_off.iter().filter(|it| (at_hand.late)(&it.absent).is_some()) {
            absent.entry(it.place.clone()).or_default().extend(it.hashes.iter().cloned());
        }
        if absent.is_empty() {
            return write.clone();
        }
        let mut marks = ScriptMarks::parse(&write.to);
        marks.inventory = union(&marks.inventory, &absent);
        TagWrite { from: write.from.clone(), to: marks.merged_into(&write.to) }
    }

    fn call(&self, tags: Option<Vec<String>>) -> Call {
        let settings = ScriptSettings { tags, settings: self.settings.clone() };
        let call = scripts::patch_settings(&self.subject.account, &self.subject.script, &settings);
        Call { settles_late: self.subject.is_new, ..call }
    }

    /// Whether the list is one of this run's: a read may lag behind its own writes.
    fn knows(&self, write: &TagWrite, now: &[String]) -> bool {
        [&write.from, &write.to, &self.planned].into_iter().any(|list| same(list, now))
    }

    /// What this run wants, with all that came to the list since.
    fn beside(&self, write: &TagWrite, now: &[String]) -> Result<Vec<String>, Diagnostic> {
        let [from, wanted, now_marks] = [&write.from[..], &write.to[..], now].map(ScriptMarks::parse);
        if let Some(other) = now_marks.ids.iter().find(|other| **other != self.id && !from.ids.contains(*other)) {
            let message = format!("`{}` was taken over by the manifest with id {other} meanwhile", self.subject.script);
            let finding = Diagnostic::error(Code::OtherIdentityScript, message);
            return Err(finding.with_help("look at what is live with `cfworker-deploy plan`"));
        }
        let mut marks = wanted;
        add_new(&mut marks.inventory, &from.inventory, &now_marks.inventory);
        marks.names.extend(now_marks.names.difference(&from.names).cloned());
        if now_marks.bundle != from.bundle {
            marks.bundle = now_marks.bundle;
        }
        if now_marks.assets != from.assets {
            marks.assets = now_marks.assets;
        }
        Ok(marks.merged_into(&write.put_over(now)))
    }
}

/// Adds what came since.
fn add_new(inventory: &mut Inventory, from: &Inventory, now: &Inventory) {
    for (zone, hashes) in now {
        let known = from.get(zone).cloned().unwrap_or_default();
        let new: Vec<String> = hashes.difference(&known).cloned().collect();
        if !new.is_empty() {
            inventory.entry(zone.clone()).or_default().extend(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Address, Output};

    #[test]
    fn an_entry_whose_removal_found_nothing_stays() {
        let taken = |host: &str| TakenOff {
            absent: Output { account: "a".into(), of: Address::record(host), name: Made::ABSENT.into() },
            place: "0123456789abcdef0123456789abcdef".into(),
            hashes: vec![crate::model::marks::record_hash(host)],
        };
        let named = |hosts: &[&str]| {
            let hashes = hosts.iter().map(|host| crate::model::marks::record_hash(host)).collect();
            let inventory = Inventory::from([("0123456789abcdef0123456789abcdef".to_owned(), hashes)]);
            ScriptMarks { inventory, ..ScriptMarks::default() }.merged_into(&[])
        };
        let patching = PatchingSettings {
            subject: Subject { account: "a".into(), script: "shop".into(), deployment: None, is_new: false },
            id: "0123456789abcdef".into(),
            planned: Vec::new(),
            tags: None,
            taken_off: vec![taken("gone.example"), taken("came.back.example")],
            settings: BTreeMap::new(),
        };
        let write = TagWrite {
            from: named(&["gone.example", "came.back.example", "stays.example"]),
            to: named(&["stays.example"]),
        };
        let late = |output: &Output| (output.of.key == "came.back.example").then(|| "true".to_owned());
        let address = Address::script("shop");
        let at_hand = AtHand { address: &address, late: &late, signature: "", code: None, secrets: &BTreeMap::new() };
        assert_eq!(patching.naming_the_absent(&write, at_hand).to, named(&["came.back.example", "stays.example"]));
        let nothing = |_: &Output| None;
        assert_eq!(patching.naming_the_absent(&write, AtHand { late: &nothing, ..at_hand }), write);
    }

    fn inventory(entries: &[(&str, &[&str])]) -> Inventory {
        let hashes = |hashes: &[&str]| hashes.iter().map(|hash| (*hash).to_owned()).collect();
        entries.iter().map(|(zone, entries)| ((*zone).to_owned(), hashes(entries))).collect()
    }

    #[test]
    fn what_another_run_attached_stays_and_what_it_removed_does_not_come_back() {
        let mut mine = inventory(&[("z", &["new"])]);
        add_new(
            &mut mine,
            &inventory(&[("z", &["old", "gone"])]),
            &inventory(&[("z", &["old", "theirs"]), ("y", &["y"])]),
        );
        assert_eq!(mine, inventory(&[("z", &["new", "theirs"]), ("y", &["y"])]));
    }
}
