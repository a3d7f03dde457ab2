//! What a run could know of routes that the tags of its Worker do not name: what it knows, it must mend or tell.

use std::collections::BTreeSet;

use cfworker_deploy::model::marks::{self, ScriptMarks};

use crate::account::{Account, Call, Subject};

/// A zone, and the hash of a pattern in it.
pub type Entry = (String, String);

/// What one run attached, read and wrote.
#[derive(Default)]
pub struct Named {
    attached: BTreeSet<Entry>,
    /// Entries that it read before its plan, or wrote.
    known: BTreeSet<Entry>,
    /// What it took off the tags.
    dropped: BTreeSet<Entry>,
    /// What it attached, and the tags did not name when it last read them.
    pub unnamed: BTreeSet<Entry>,
    /// What another run attached, as it read after its plan.
    pub news: BTreeSet<Entry>,
    /// What it took off the tags, and a list showed it afterwards.
    pub again: BTreeSet<Entry>,
}

impl Named {
    /// The run reads something, after its plan or for it.
    pub fn read(&mut self, call: &Call, account: &Account, name: &str, planned: bool) {
        match call.path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [_, _, "workers", "scripts", script, "settings"] if *script == name => {
                let entries = entries(account, name);
                self.again.retain(|entry| !entries.contains(entry));
                self.unnamed = self.attached.difference(&entries).cloned().collect();
                if planned {
                    self.news.extend(entries.difference(&self.known).cloned());
                } else {
                    self.known.extend(entries);
                }
            }
            [_, _, "queues"] => {
                let here = account.consumers.iter().filter(|consumer| consumer.script.as_deref() == Some(name));
                let here = here.filter_map(|consumer| Some(of_queue(account.queue_of(consumer)?)));
                self.again.extend(here.filter(|entry| self.dropped.contains(entry)));
            }
            ["zones", zone, "workers", "routes"] => {
                let here = account.zones.iter().filter(|known| known.id == *zone).flat_map(|zone| &zone.routes);
                let here = here.filter(|route| route.script.as_deref() == Some(name));
                let here = here.map(|route| ((*zone).to_owned(), marks::hash(&route.pattern)));
                self.again.extend(here.filter(|entry| self.dropped.contains(entry)));
            }
            _ => {}
        }
    }

    /// The run wrote something.
    pub fn wrote(&mut self, call: &Call, before: &Account, after: &Account, name: &str) {
        let is = entries(after, name);
        for (old, zone) in before.zones.iter().zip(&after.zones) {
            for route in zone.routes.iter().filter(|route| route.script.as_deref() == Some(name)) {
                let entry = (zone.id.to_owned(), marks::hash(&route.pattern));
                if !old.routes.contains(route) {
                    self.attached.insert(entry);
                }
            }
        }
        let consumers = after.consumers.iter().filter(|consumer| consumer.script.as_deref() == Some(name));
        let new = consumers.filter(|consumer| !before.consumers.contains(consumer));
        self.attached.extend(new.filter_map(|consumer| Some(of_queue(after.queue_of(consumer)?))));
        if call.subject == Subject::Script {
            self.unnamed.clear();
            self.again.clear();
            self.dropped = self.known.difference(&is).cloned().collect();
            self.known.extend(is);
        }
    }
}

fn of_queue(queue: &str) -> Entry {
    (marks::QUEUES.to_owned(), marks::hash(queue))
}

fn entries(account: &Account, script: &str) -> BTreeSet<Entry> {
    let tags = account.scripts.get(script).map(|script| script.tags.as_slice()).unwrap_or_default();
    let inventory = ScriptMarks::parse(tags).inventory;
    inventory.iter().flat_map(|(zone, hashes)| hashes.iter().map(|hash| (zone.clone(), hash.clone()))).collect()
}
