//! What was looked for by name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cloudflare::{Look, Read};
use crate::refresh::Known;

/// What was looked for by name, beside all that has the name.
#[derive(Debug, Default)]
pub struct Lists(BTreeMap<Read, BTreeMap<String, Vec<Value>>>);

impl Lists {
    /// Goes through each list once, whoever looks for something in it.
    pub(super) fn index(looks: &[Look], known: &Known) -> Self {
        let mut lists = Self::default();
        for look in looks {
            let names = lists.0.entry(look.read()).or_default();
            names.entry(look.name().unwrap_or_default().to_owned()).or_default();
        }
        let mut gone_through: BTreeSet<Read> = BTreeSet::new();
        for look in looks {
            let read = look.read();
            let (Some(reply), Some(names)) = (known.reply(&read), lists.0.get_mut(&read)) else { continue };
            if gone_through.insert(read) {
                for (name, entry) in look.listed(reply, &|name| names.contains_key(name)) {
                    names.entry(name).or_default().push(entry);
                }
            }
        }
        lists
    }

    /// All that has the name; nothing where the account was not looked at.
    pub(super) fn found(&self, look: &Look) -> Option<&[Value]> {
        self.0.get(&look.read())?.get(look.name().unwrap_or_default()).map(Vec::as_slice)
    }
}
