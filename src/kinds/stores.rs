//! What all kinds of stores have in common: the name is the identity. A store that is not there is created; one that is
//! there is found by its name; nothing replaces one, and only `--delete-data` deletes one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cloudflare::{Look, ReadOf};
use crate::model::{Address, Field};
use crate::plan::{Left, Owner, Phase, PlanOptions, PlannedManifest, Reason, Sketch, Sketches, Write};
use crate::refresh::Known;
use crate::resource::{DesiredState, DesiredStore, LiveState, LiveStore, Operation};

use super::found::found;
use super::list::store_of;
use super::store::Store;

/// How a store is looked for.
pub(super) fn look(store: &DesiredStore) -> Option<Look> {
    Some(store_of(store.kind)?.look_for(store))
}

/// What else is read for a store.
pub(super) fn details(store: &DesiredStore, found: Option<&LiveStore>) -> Vec<(&'static str, ReadOf<Value>)> {
    store_of(store.kind).map(|kind| kind.details(store, found)).unwrap_or_default()
}

/// The store with all that was read of it.
pub(super) fn live(store: &DesiredStore, known: &Known) -> Option<LiveStore> {
    let mut live = store_of(store.kind)?.live(found(&look(store)?, known)?.first()?)?;
    // What one answer tells may be asked for by what another one told.
    loop {
        let before = live.clone();
        for (name, read) in details(store, Some(&live)) {
            if let (Some(answer), Some(settings)) = (known.get(&read), live.settings.as_object_mut()) {
                settings.insert(name.to_owned(), (*answer).clone());
            }
        }
        if live == before {
            return Some(live);
        }
    }
}

/// Outputs of a store that is there.
pub(super) fn outputs(store: &DesiredStore, live: &LiveStore) -> BTreeMap<String, Value> {
    store_of(store.kind).map(|kind| kind.outputs(store, live)).unwrap_or_default()
}

/// Outputs of a store that the run made, by what its creation said: the same as those that later runs read.
pub(super) fn outputs_of_made(store: &DesiredStore, made: &BTreeMap<String, String>) -> BTreeMap<String, Value> {
    let id = store_of(store.kind).and_then(|kind| made.get(kind.id_output()));
    let live = id.map(|id| LiveStore { id: id.clone(), settings: Value::Null });
    let mut fields = live.map(|live| outputs(store, &live)).unwrap_or_default();
    fields.extend(made.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
    fields
}

/// What the stores of a run say.
pub(super) fn all(desired: &DesiredState, live: &LiveState) -> Vec<Sketches> {
    each(desired, live, sketches)
}

/// The same when everything goes: stores stay, unless they are named.
pub(super) fn all_gone(desired: &DesiredState, live: &LiveState, options: &PlanOptions) -> Vec<Sketches> {
    each(desired, live, |index, kind, wanted, live| gone(index, kind, wanted, live, options))
}

fn each(
    desired: &DesiredState,
    live: &LiveState,
    sketch: impl Fn(usize, &dyn Store, &DesiredStore, Option<&LiveStore>) -> Sketches,
) -> Vec<Sketches> {
    let first = desired.manifests.len();
    let mut stores: Vec<_> = desired.stores.iter().enumerate().collect();
    // The order of the files makes no difference.
    stores.sort_by(|(_, one), (_, other)| (&one.address, &one.identity).cmp(&(&other.address, &other.identity)));
    let one = |(index, wanted): (usize, &DesiredStore)| {
        let live = live.stores.get(index).and_then(Option::as_ref);
        store_of(wanted.kind).map(|kind| sketch(first + index, kind, wanted, live))
    };
    stores.into_iter().filter_map(one).collect()
}

/// With the account that it is in.
pub(super) fn address(wanted: &DesiredStore) -> Address {
    wanted.address.clone().of_account(&wanted.identity.account)
}

fn planned(wanted: &DesiredStore) -> PlannedManifest {
    PlannedManifest {
        id: wanted.identity.id(),
        label: wanted.identity.label(),
        account: wanted.identity.account.clone(),
        address: wanted.address.clone(),
        script: None,
        zone: None,
        bundle: None,
    }
}

fn sketches(index: usize, kind: &dyn Store, wanted: &DesiredStore, live: Option<&LiveStore>) -> Sketches {
    let needs: BTreeSet<Address> = wanted.inputs.iter().filter_map(|input| input.given.of.clone()).collect();
    let mut sketch = Sketch::wanted(address(wanted), needs.into_iter().collect());
    match live {
        None => {
            sketch.owner = Owner::Absent;
            sketch.fields = kind.created(wanted);
            sketch.write(Phase::Make, Operation::call("whole", kind.create(wanted)));
            // What needs the store waits for it alone, not for its settings.
            for call in kind.change(wanted, &LiveStore::default(), &sketch.fields) {
                sketch.write(Phase::Beside, Operation::call("settings", call));
            }
        }
        Some(live) => {
            sketch.fields = kind.differs(wanted, live);
            let differs = (!sketch.fields.is_empty()).then_some(Reason::Differs);
            sketch.owner = differs.map_or(Owner::Found, |reason| Owner::Ours(Some(reason)));
            for call in kind.change(wanted, live, &sketch.fields) {
                sketch.write(Phase::Make, Operation::call("settings", call));
            }
            sketch.diagnostics = kind.findings(wanted, live);
        }
    }
    for operation in kind.fill(wanted, live) {
        sketch.write(Phase::Fill, operation);
    }
    sketch.exposes = kind.exposes(&sketch.fields);
    // In a new store there is nothing yet.
    sketch.expires = live.is_some() && kind.expires(&sketch.fields);
    let mut sketches = Sketches::new(index, planned(wanted));
    let unnamed = live.map(|live| kind.unnamed(wanted, live)).unwrap_or_default();
    let left = |path| Left { address: sketch.address.clone(), path: Some(path), reason: Reason::NotInManifest };
    sketches.kept.extend(unnamed.into_iter().map(left));
    sketches.resources.push(sketch);
    sketches
}

fn gone(
    index: usize,
    kind: &dyn Store,
    wanted: &DesiredStore,
    live: Option<&LiveStore>,
    options: &PlanOptions,
) -> Sketches {
    let mut sketches = Sketches::new(index, planned(wanted));
    let Some(live) = live else { return sketches };
    let address = address(wanted);
    if options.deletes_data(&address) {
        let operation = Operation::call("whole", kind.delete(wanted, live));
        let write = Write { phase: Phase::Remove, operation };
        let field = Field::new("id", live.id.as_str(), Value::Null);
        let sketch = Sketch::removed(address, Reason::Destroyed, vec![field], write);
        sketches.resources.push(Sketch { holds_data: true, ..sketch });
    } else {
        sketches.kept.push(Left { address, path: None, reason: Reason::HoldsData });
    }
    sketches
}
