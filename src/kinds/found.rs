//! What was looked for by name.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cloudflare::Look;
use crate::refresh::Known;

/// Places in a list by the names of its entries.
struct Names(BTreeMap<String, Vec<usize>>);

impl Names {
    fn of(names: Vec<(String, usize)>) -> Self {
        let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (name, place) in names {
            places.entry(name).or_default().push(place);
        }
        Self(places)
    }
}

/// All that has the name; nothing where the account was not looked at. Each list is gone through once a run, whoever looks
/// for something in it.
pub(super) fn found(look: &Look, known: &Known) -> Option<Vec<Value>> {
    let read = look.read();
    let names = known.index(&read, look.member(), |reply| Names::of(look.names(reply)))?;
    let reply = known.reply(&read)?;
    let places = names.0.get(look.name().unwrap_or_default());
    Some(places.into_iter().flatten().filter_map(|place| look.entry(reply, *place)).collect())
}
