//! How something is looked for that stands in a list inside an entry of a list.

use serde_json::Value;

use super::accepted::Listing;
use super::heard::Heard;
use super::read::ReadOf;
use super::search::{Search, Sighting};

/// What is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    /// The list.
    pub read: ReadOf<Listing>,
    /// Member of an entry, and what it must hold.
    pub entry: (&'static str, String),
    /// Member of the entry that holds the list in it.
    pub list: &'static str,
    /// Members of what is looked for: any of them may hold the name.
    pub members: &'static [&'static str],
    /// The name.
    pub name: String,
}

impl Inside {
    fn found(&self, list: &Listing) -> Option<Value> {
        let (member, entry) = &self.entry;
        let holder = list.entries.iter().find(|listed| holds(listed, member, entry))?;
        let mut inside = holder.get(self.list)?.as_array()?.iter();
        inside.find(|one| self.members.iter().any(|member| holds(one, member, &self.name))).cloned()
    }
}

impl Search for Inside {
    fn next(&self, heard: &Heard) -> Sighting {
        match heard.get(&self.read) {
            None if heard.reply(self.read.as_ref()).is_some() => Sighting::Absent,
            None => Sighting::Ask(self.read.as_ref().clone()),
            Some(Err(error)) if error.is_absent() => Sighting::Absent,
            Some(Err(_)) => Sighting::Unclear,
            Some(Ok(list)) => self.found(&list).map_or(Sighting::Absent, Sighting::There),
        }
    }
}

fn holds(entry: &Value, member: &str, name: &str) -> bool {
    entry.get(member).and_then(Value::as_str) == Some(name)
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use serde_json::json;

    use super::*;
    use crate::cloudflare::{Read, Reply, Turn, queues};

    fn sighting(entries: Value) -> Sighting {
        let look = queues::consumption("acc", "jobs", "worker");
        let entries = entries.as_array().cloned().unwrap_or_default();
        let reply = Reply::Found(Rc::new(Listing { entries, read_at: None }));
        let mut heard = Heard::default();
        assert!(matches!(look.next(&heard), Sighting::Ask(read) if read == Read::from(queues::list("acc"))));
        heard.add(Turn::Replies(vec![(queues::list("acc").into(), Ok(reply))]));
        look.next(&heard)
    }

    #[test]
    fn something_inside_an_entry_is_found_by_any_of_its_names_and_in_that_entry_alone() {
        for member in ["script_name", "script", "service"] {
            let consumer = json!({ "consumer_id": "1", member: "worker" });
            let other = json!({ "consumer_id": "2", member: "other" });
            let queue = |name: &str| json!([{ "queue_name": name, "consumers": [other, consumer] }]);
            assert!(matches!(sighting(queue("jobs")), Sighting::There(found) if found == consumer), "{member}");
            assert!(matches!(sighting(queue("others")), Sighting::Absent), "{member}");
        }
        assert!(matches!(sighting(json!([{ "queue_name": "jobs" }])), Sighting::Absent));
    }
}
