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
    /// In a list inside an entry of a list.
    Inside {
        /// The list.
        read: ReadOf<Listing>,
        /// Member of an entry, and what it must hold.
        entry: (&'static str, String),
        /// Member of the entry that holds the list in it.
        list: &'static str,
        /// Members of what is looked for: any of them may hold the name.
        members: &'static [&'static str],
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
            Self::Listed { read, .. } | Self::Inside { read, .. } => read.as_ref().clone(),
            Self::Alone(read) => read.as_ref().clone(),
            Self::Script { read, .. } => read.as_ref().clone(),
            Self::Zone { read, .. } => read.as_ref().clone(),
        }
    }

    /// The name that is looked for in a list; nothing where the path holds it.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Listed { name, .. }
            | Self::Inside { name, .. }
            | Self::Script { name, .. }
            | Self::Zone { name, .. } => Some(name),
            Self::Alone(_) => None,
        }
    }

    /// What an answer lists under names that are wanted, each with its name.
    pub fn listed(&self, reply: &Reply, is_wanted: &dyn Fn(&str) -> bool) -> Vec<(String, Value)> {
        fn all<T>(list: Option<&Vec<T>>, named: impl Fn(&T) -> Option<(String, Value)>) -> Vec<(String, Value)> {
            list.into_iter().flatten().filter_map(named).collect()
        }
        match self {
            Self::Listed { read, member, .. } => {
                let list = read.result(reply);
                all(list.as_deref().map(|list| &list.entries), |entry: &Value| {
                    let name = entry.get(member)?.as_str().filter(|name| is_wanted(name))?;
                    Some((name.to_owned(), entry.clone()))
                })
            }
            Self::Inside { read, entry: (member, entry), list, members, name } => {
                let holders = read.result(reply);
                let holder = holders.iter().flat_map(|all| &all.entries).find(|listed| holds(listed, member, entry));
                let inside = holder.and_then(|holder| holder.get(list)?.as_array()).into_iter().flatten();
                let is_it = |one: &&Value| is_wanted(name) && members.iter().any(|member| holds(one, member, name));
                inside.filter(is_it).map(|one| (name.clone(), one.clone())).collect()
            }
            Self::Alone(read) => {
                read.result(reply).map(|found| (String::new(), (*found).clone())).into_iter().collect()
            }
            Self::Script { read, .. } => all(read.result(reply).as_deref(), |script| {
                is_wanted(&script.id).then(|| (script.id.clone(), json!({ "id": script.id })))
            }),
            Self::Zone { read, .. } => all(read.result(reply).as_deref(), |zone| {
                is_wanted(&zone.name).then(|| (zone.name.clone(), json!({ "id": zone.id })))
            }),
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
                let is_it = |name: &str| self.name().is_none_or(|wanted| wanted == name);
                let found = self.listed(reply, &is_it).into_iter().next();
                found.map_or(Sighting::Absent, |(_, entry)| Sighting::There(entry))
            }
        }
    }
}

fn holds(entry: &Value, member: &str, name: &str) -> bool {
    entry.get(member).and_then(Value::as_str) == Some(name)
}
