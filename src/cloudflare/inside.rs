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
