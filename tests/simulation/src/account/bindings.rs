//! Bindings of an upload: checked, carried over, dropped.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::{Refused, Script, Store, Subject, Switches, Version};

/// Bindings to stores: type, member, kind of the store, whether the member is its name, and how one that is not there is
/// refused.
const TO_STORES: [(&str, &str, Subject, bool, Refused); 4] = [
    ("kv_namespace", "namespace_id", Subject::Kv, false, (400, 10041, "KV namespace not found.")),
    ("queue", "queue_name", Subject::Queue, true, (400, 11000, "Queue not found.")),
    ("r2_bucket", "bucket_name", Subject::Bucket, true, (400, 10085, "R2 bucket not found.")),
    ("d1", "id", Subject::D1, false, (400, 10181, "D1 database not found.")),
];

/// Types that carry a secret.
const SECRET: &str = "secret_text";

/// What bindings of a Worker may lead to.
pub(super) struct Around<'a> {
    pub stores: &'a [Rc<Store>],
    pub scripts: &'a BTreeMap<String, Script>,
    /// The Worker itself.
    pub name: &'a str,
}

/// The bindings that an upload's version has.
pub(super) fn resolve(
    metadata: &Value,
    before: Option<&Version>,
    strict: bool,
    switches: Switches,
    around: &Around<'_>,
) -> Result<Vec<Value>, Refused> {
    let mut bindings: Vec<Value> = Vec::new();
    for sent in metadata["bindings"].as_array().into_iter().flatten() {
        let name = sent["name"].as_str().ok_or((400, 10052, "Binding without a name."))?;
        if bindings.iter().any(|known| known["name"] == name) {
            return Err((400, 10053, "Binding name already in use."));
        }
        bindings.extend(one(sent, name, before, strict, around)?);
    }
    let kept = kept(metadata, switches)?;
    for old in before.into_iter().flat_map(|before| before.bindings.iter()) {
        let taken = bindings.iter().any(|known| known["name"] == old["name"]);
        if !taken && old["type"].as_str().is_some_and(|kind| kept.iter().any(|known| known == kind)) {
            bindings.push(old.clone());
        }
    }
    Ok(bindings)
}

/// The bindings of a version that settings make of another one: all of them are listed.
pub(super) fn replaced(sent: &Value, newest: &Version, around: &Around<'_>) -> Result<Vec<Value>, Refused> {
    let Some(list) = sent["bindings"].as_array() else { return Ok(newest.bindings.as_ref().clone()) };
    let mut bindings: Vec<Value> = Vec::new();
    for sent in list {
        let name = sent["name"].as_str().ok_or((400, 10052, "Binding without a name."))?;
        if bindings.iter().any(|known| known["name"] == name) {
            return Err((400, 10053, "Binding name already in use."));
        }
        bindings.extend(one(sent, name, Some(newest), true, around)?);
    }
    Ok(bindings)
}

fn one(
    sent: &Value,
    name: &str,
    before: Option<&Version>,
    strict: bool,
    around: &Around<'_>,
) -> Result<Option<Value>, Refused> {
    match sent["type"].as_str().unwrap_or_default() {
        "inherit" => {
            let old = before.and_then(|before| before.bindings.iter().find(|old| old["name"] == name));
            match old {
                Some(old) => Ok(Some(old.clone())),
                None if strict => Err((400, 10057, "Cannot inherit binding: it does not exist.")),
                None => Ok(None),
            }
        }
        "plain_text" | SECRET if sent["text"].is_string() => Ok(Some(sent.clone())),
        "service" => {
            let leads_to = sent["service"].as_str().unwrap_or_default();
            let is_there = leads_to == around.name || around.scripts.contains_key(leads_to);
            is_there.then(|| Some(sent.clone())).ok_or((400, 10144, "Could not resolve service binding."))
        }
        kind => to_store(sent, kind, around.stores),
    }
}

/// A binding to a store that is there.
fn to_store(sent: &Value, kind: &str, stores: &[Rc<Store>]) -> Result<Option<Value>, Refused> {
    let row = TO_STORES.iter().find(|(word, ..)| *word == kind).ok_or((400, 10021, "Binding of an unknown shape."))?;
    store_of(sent, stores).map(|_| Some(sent.clone())).ok_or(row.4)
}

/// The store that a version's binding leads to.
pub fn store_of<'a>(binding: &Value, stores: &'a [Rc<Store>]) -> Option<&'a Store> {
    let (_, member, of, by_name, _) = TO_STORES.iter().find(|(word, ..)| binding["type"] == *word)?;
    let leads_to =
        |store: &Store| store.of == *of && binding[*member] == *(if *by_name { &store.name } else { &store.id });
    stores.iter().map(Rc::as_ref).find(|store| leads_to(store))
}

/// Types that are carried over.
fn kept(metadata: &Value, switches: Switches) -> Result<Vec<String>, Refused> {
    let Some(list) = metadata.get("keep_bindings") else { return Ok(vec![SECRET.to_owned()]) };
    let list = list.as_array().ok_or((400, 10021, "keep_bindings must be a list of binding types"))?;
    if list.is_empty() && switches.empty_keep_keeps {
        return Ok(vec![SECRET.to_owned()]);
    }
    Ok(list.iter().filter_map(|kind| kind.as_str().map(str::to_owned)).collect())
}
