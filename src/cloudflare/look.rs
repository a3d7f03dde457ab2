//! Searches for what has a name, in a list or by a path that holds it.

use serde_json::{Value, json};

use super::accepted::Listing;
use super::heard::Heard;
use super::read::{Read, ReadOf, Reply};
use super::scripts::Script;
use super::search::{Search, Sighting};
use super::zones::Zone;

/// How something is looked for whose name is all that makes it the one that is meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// In a list.
    Listed {
        /// The list.
        read: ReadOf<Listing>,
        /// Member that holds the name.
        member: &'static str,
        /// The name.
        name: String,
    },
    /// By a path that holds the name.
    Alone(ReadOf<Value>),
    /// A Worker, in the list of all of them.
    Script {
        /// The list.
        read: ReadOf<Vec<Script>>,
        /// The name.
        name: String,
    },
    /// A zone.
    Zone {
        /// The zones of that name.
        read: ReadOf<Vec<Zone>>,
        /// The name.
        name: String,
    },
}

impl Look {
    /// What is read.
    pub fn read(&self) -> Read {
        match self {
            Self::Listed { read, .. } => read.as_ref().clone(),
            Self::Alone(read) => read.as_ref().clone(),
            Self::Script { read, .. } => read.as_ref().clone(),
            Self::Zone { read, .. } => read.as_ref().clone(),
        }
    }

    /// The name that is looked for in a list; nothing where the path holds it.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Listed { name, .. } | Self::Script { name, .. } | Self::Zone { name, .. } => Some(name),
            Self::Alone(_) => None,
        }
    }

    /// The member that holds the name.
    pub fn member(&self) -> &'static str {
        match self {
            Self::Listed { member, .. } => member,
            Self::Alone(_) => "",
            Self::Script { .. } => "id",
            Self::Zone { .. } => "name",
        }
    }

    /// The names in an answer, each with its place; the same for all looks that have the read and the member in common.
    pub fn names(&self, reply: &Reply) -> Vec<(String, usize)> {
        let in_places = |names: &mut dyn Iterator<Item = Option<String>>| -> Vec<(String, usize)> {
            names.enumerate().filter_map(|(place, name)| Some((name?, place))).collect()
        };
        match self {
            Self::Listed { read, member, .. } => {
                let list = read.result(reply).unwrap_or_default();
                in_places(&mut list.entries.iter().map(|entry| Some(entry.get(member)?.as_str()?.to_owned())))
            }
            Self::Alone(read) => in_places(&mut read.result(reply).iter().map(|_| Some(String::new()))),
            Self::Script { read, .. } => {
                let list = read.result(reply).unwrap_or_default();
                in_places(&mut list.iter().map(|script| Some(script.id.clone())))
            }
            Self::Zone { read, .. } => {
                let list = read.result(reply).unwrap_or_default();
                in_places(&mut list.iter().map(|zone| Some(zone.name.clone())))
            }
        }
    }

    /// What stands at a place of an answer.
    pub fn entry(&self, reply: &Reply, place: usize) -> Option<Value> {
        match self {
            Self::Listed { read, .. } => read.result(reply)?.entries.get(place).cloned(),
            Self::Alone(read) => Some((*read.result(reply)?).clone()),
            Self::Script { read, .. } => Some(json!({ "id": read.result(reply)?.get(place)?.id })),
            Self::Zone { read, .. } => Some(json!({ "id": read.result(reply)?.get(place)?.id })),
        }
    }
}

impl Search for Look {
    fn next(&self, heard: &Heard) -> Sighting {
        let read = self.read();
        match heard.reply(&read) {
            None => Sighting::Ask(read),
            Some(Err(error)) if error.is_absent() => Sighting::Absent,
            Some(Err(_)) => Sighting::Unclear,
            Some(Ok(reply)) => {
                let mut named = self.names(reply).into_iter();
                let place = named.find(|(name, _)| self.name().is_none_or(|wanted| wanted == name));
                let found = place.and_then(|(_, place)| self.entry(reply, place));
                found.map_or(Sighting::Absent, Sighting::There)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::cloudflare::d1;

    #[test]
    fn each_name_of_a_list_leads_to_the_places_of_its_entries() {
        let look = Look::Listed { read: d1::list("acc"), member: "name", name: "shop".into() };
        let entries =
            vec![json!({ "name": "a", "uuid": "1" }), json!({ "uuid": "2" }), json!({ "name": "shop", "uuid": "3" })];
        let reply = Reply::Found(Rc::new(Listing { entries: entries.clone(), read_at: None }));
        assert_eq!(look.names(&reply), [("a".to_owned(), 0), ("shop".to_owned(), 2)]);
        assert_eq!((look.entry(&reply, 2), look.entry(&reply, 3)), (entries.last().cloned(), None));
        assert_eq!((look.names(&Reply::Absent), look.entry(&Reply::Absent, 0)), (Vec::new(), None));
    }
}
