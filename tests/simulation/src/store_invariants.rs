//! What holds of stores after every single call: none goes that was not named, none is replaced, nothing changes that no
//! document states, and each file of migrations takes effect once.

use std::rc::Rc;

use crate::account::{Account, Call, Maker, Store, Subject, bound_store};
use crate::case::Verb;
use crate::documents::{D1, ROWS, Row};
use crate::files::FILES;
use crate::truth::Truth;
use crate::watch::Facts;
use crate::{goal, names};

/// What one write broke.
pub fn check(before: &Account, after: &Account, facts: &Facts, call: &Call) -> Vec<String> {
    let mut broken = Vec::new();
    for was in before.stores.iter().filter(|was| !after.stores.iter().any(|is| Rc::ptr_eq(was, is))) {
        match after.stores.iter().find(|is| is.of == was.of && is.id == was.id) {
            Some(is) => changed(was, is, facts, &mut broken),
            None => gone(was, after, facts, &mut broken),
        }
    }
    for is in after.stores.iter().filter(|is| before.store(is.of, &is.name).is_none()) {
        if described(is, facts).is_none() || facts.deployer.verb != Verb::Apply {
            broken.push(format!("10 stores: {} is made, and nobody described it", is.name));
        }
    }
    let is_ours = call.path.last().is_some_and(|name| name == names::script(facts.deployer.wanted.script));
    if facts.alone && call.subject == Subject::Script && call.method == "PUT" && is_ours {
        bound(after, facts, &mut broken);
    }
    broken
}

/// Each file takes effect once, and is remembered when it does.
pub fn once(account: &Account) -> Vec<String> {
    let databases = account.stores.iter().filter(|store| store.of == Subject::D1);
    let broken = databases.flat_map(|store| {
        let database = &store.database;
        FILES.iter().filter_map(move |file| {
            let times = database.times(file);
            let wrong = times > 1 || (times == 1) != database.remembers(file);
            wrong.then(|| format!("11 migrations: {file} took effect {times} times, {:?}", database.ledger))
        })
    });
    broken.collect()
}

fn described(store: &Store, facts: &Facts) -> Option<(usize, &'static Row)> {
    let mut described = facts.deployer.wanted.described();
    let found = described
        .find(|(_, row, described)| row.of == store.of && names::STORES[usize::from(described.name)] == store.name);
    found.map(|(index, row, _)| (index, row))
}

fn changed(was: &Store, is: &Store, facts: &Facts, broken: &mut Vec<String>) {
    if was == is {
        return;
    }
    let Some((index, row)) = described(was, facts) else {
        return broken.push(format!("10 stores: {} is changed, and nobody described it", was.name));
    };
    let states = facts.deployer.wanted.stores[index].map(|described| described.settings).unwrap_or_default();
    for (setting, _) in row.settings.iter().zip(states).filter(|(_, value)| value.is_none()) {
        if (0..3).any(|value| setting.is(was, value) != setting.is(is, value)) {
            broken.push(format!("10 stores: a setting of {} is changed that nobody stated: {is:?}", was.name));
        }
    }
    if was.settings.get("location") != is.settings.get("location") {
        broken.push(format!("10 stores: {} is moved", was.name));
    }
    let (were, are) =
        (was.database.ledger.as_deref().unwrap_or_default(), is.database.ledger.as_deref().unwrap_or_default());
    if !are.starts_with(were) {
        broken.push(format!("11 migrations: {were:?} became {are:?}"));
    }
}

fn gone(was: &Rc<Store>, after: &Account, facts: &Facts, broken: &mut Vec<String>) {
    let deployer = &facts.deployer;
    let named = described(was, facts).is_some_and(|(index, _)| deployer.allow.data[index]);
    if !named || deployer.verb != Verb::Destroy || !deployer.allow.deletes {
        broken.push(format!("10 stores: {} is deleted, and nobody named it", was.name));
    }
    let us = Maker::Run(deployer.wanted.identity);
    let uses = |binding: &serde_json::Value| bound_store(binding, std::slice::from_ref(was)).is_some();
    let mut scripts = after.scripts.iter().filter(|(_, script)| script.maker == us);
    let user =
        scripts.find(|(_, script)| script.versions.first().is_some_and(|version| version.bindings.iter().any(uses)));
    if let (Some((name, _)), true) = (user, facts.alone) {
        broken.push(format!("2 order: {} goes before {name}, which is bound to it", was.name));
    }
}

/// A Worker that goes live is bound to the right stores, and its database is as its files want it.
fn bound(after: &Account, facts: &Facts, broken: &mut Vec<String>) {
    let wanted = &facts.deployer.wanted;
    let Some(script) = after.scripts.get(names::script(wanted.script)) else { return };
    if wanted.tells.is_some() && !goal::tells_truly(after, &facts.deployer) {
        broken.push("12 bindings: the variable that refers to a store holds something else".into());
    }
    let bindings = script.versions.first().map(|version| version.bindings.as_slice()).unwrap_or_default();
    for (index, row) in ROWS.iter().enumerate() {
        let Some(name) = wanted.bound(index).map(|name| names::STORES[usize::from(name)]) else { continue };
        let binding = bindings.iter().find(|binding| binding["name"] == row.binding_name());
        let leads_to = binding.and_then(|binding| bound_store(binding, &after.stores));
        if leads_to.is_none_or(|store| store.name != name) {
            broken.push(format!("12 bindings: {} should lead to {name}: {binding:?}", row.binding_name()));
        }
        let truth = Truth::of(after, &facts.deployer);
        let database = truth.stores().find(|store| index == D1 && store.index == D1);
        if let Some(open) = database.and_then(|store| store.pending().next()) {
            broken.push(format!("2 order: the Worker goes live before {}", FILES[open]));
        }
    }
}
