//! What all kinds of stores have in common: the name is the identity. A store that is not there is created; one that is
//! there is found by its name; nothing replaces one, and only `--delete-data` deletes one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cloudflare::{Look, ReadOf};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Address, Field};
use crate::plan::{Left, Owner, Phase, PlanOptions, PlannedManifest, Reason, Sketch, Sketches, Write};
use crate::refresh::Known;
use crate::resource::{DesiredManifest, DesiredState, DesiredStore, LiveManifest, LiveState, LiveStore, Operation};

use super::found::found;
use super::list::store_of;
use super::store::{Store, text};

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

/// Whether no list shows a store any more that a Worker was bound to, by its id or name. `like`: another one of its kind.
pub(super) fn is_gone(like: &DesiredStore, resource: &str, known: &Known) -> bool {
    let Some(kind) = store_of(like.kind) else { return false };
    let Look::Listed { read, member, .. } = kind.look_for(like) else { return false };
    let is_it = |entry: &Value| {
        text(entry, member) == Some(resource) || kind.live(entry).is_some_and(|live| live.id == resource)
    };
    known.get(&read).is_some_and(|list| !list.entries.iter().any(is_it))
}

/// Outputs of a store that is there.
pub(super) fn outputs(store: &DesiredStore, live: &LiveStore) -> BTreeMap<String, Value> {
    store_of(store.kind).map(|kind| kind.outputs(store, live)).unwrap_or_default()
}

/// Outputs of a store that the run made, by what its creation said: the same as those that later runs read.
pub(super) fn outputs_of_made(store: &DesiredStore, made: &BTreeMap<String, String>) -> BTreeMap<String, Value> {
    let id = store_of(store.kind).and_then(|kind| made.get(kind.id_output()));
    let live = id.map(|id| LiveStore { id: id.clone(), ..LiveStore::default() });
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
    let going = going(desired, live);
    each(desired, live, |index, kind, wanted, live| gone(index, kind, wanted, live, options, &going))
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
    let open = live.map(|live| kind.still_open(wanted, live)).unwrap_or_default();
    let left = |path| Left { address: sketch.address.clone(), path: Some(path), reason: Reason::StillOpen };
    sketches.kept.extend(open.into_iter().map(left));
    sketches.resources.push(sketch);
    sketches
}

/// The Workers that go in a run, by account.
fn going<'a>(desired: &'a DesiredState, live: &'a LiveState) -> BTreeSet<(&'a str, &'a str)> {
    let both = desired.manifests.iter().zip(&live.manifests);
    let of_one = |(wanted, live): (&'a DesiredManifest, &'a LiveManifest)| {
        let own = [wanted.script.name.as_str()];
        let names = own.into_iter().chain(live.renamed.iter().map(|renamed| renamed.name.as_str()));
        names.map(|name| (wanted.identity.account.as_str(), name)).collect::<Vec<_>>()
    };
    both.flat_map(of_one).collect()
}

fn gone(
    index: usize,
    kind: &dyn Store,
    wanted: &DesiredStore,
    live: Option<&LiveStore>,
    options: &PlanOptions,
    going: &BTreeSet<(&str, &str)>,
) -> Sketches {
    let mut sketches = Sketches::new(index, planned(wanted));
    let Some(live) = live else { return sketches };
    let address = address(wanted);
    if options.deletes_data(&address) {
        let operation = Operation::call("whole", kind.delete(wanted, live));
        let write = Write { phase: Phase::Remove, operation };
        let field = Field::new("id", live.id.as_str(), Value::Null);
        let mut sketch = Sketch::removed(address, Reason::Destroyed, vec![field], write);
        sketch.diagnostics.extend(used(kind, wanted, live, going));
        sketches.resources.push(Sketch { holds_data: true, ..sketch });
    } else {
        sketches.kept.push(Left { address, path: None, reason: Reason::HoldsData });
    }
    sketches
}

/// What is said of who uses a store that goes with its data.
fn used(
    kind: &dyn Store,
    wanted: &DesiredStore,
    live: &LiveStore,
    going: &BTreeSet<(&str, &str)>,
) -> Option<Diagnostic> {
    let (noun, name) = (kind.noun(), &wanted.address.key);
    let Some(used_by) = &live.used_by else {
        let message = format!("no list of the account shows which Workers are bound to the {noun} `{name}`");
        let help = "those of other runs fail where they use it once it is gone: look at their bindings before";
        return Some(Diagnostic::note(Code::StoreUsed, message).with_help(help).about(address(wanted)));
    };
    let account = wanted.identity.account.as_str();
    let others = used_by.iter().filter(|user| !going.contains(&(account, user.as_str())));
    let others: Vec<String> = others.map(|user| format!("`{user}`")).collect();
    if others.is_empty() {
        return None;
    }
    let message = format!("the {noun} `{name}` is still used by {}", others.join(", "));
    let help = "deploy what uses it without it first, or destroy it in the same run";
    Some(Diagnostic::error(Code::StoreUsed, message).with_help(help).about(address(wanted)))
}
