//! Bindings that leave a store for one which the run makes: nothing moves what is in it.

use super::bound;
use super::context::Context;
use super::new_stores::NewStores;
use crate::binding::{Binding, PlainBinding};
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::model::Address;
use crate::resource::{DesiredManifest, DesiredState, DesiredStore, LiveManifest, LiveState};

/// A store whose name was changed in its document is another one: whoever wrote that may think that it keeps its data.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let leaving = leaving(context.desired, context.live, context.new_stores);
    // What was deleted outside can't be kept, nor anything of it be copied.
    let still_there = leaving.filter(|leaving| !context.live.gone_stores.contains(leaving.before));
    still_there.map(|leaving| finding(&context.desired.script.name, &leaving)).collect()
}

/// A binding that leaves a store.
pub(super) struct Leaving<'a> {
    binding: &'a PlainBinding,
    /// Id or name of the store that the live Worker is bound to.
    pub before: &'a str,
    /// The one that the run makes.
    pub new: &'a Address,
}

/// The bindings of a Worker that leave a store for a new one.
pub(super) fn leaving<'a>(
    desired: &'a DesiredManifest,
    live: &'a LiveManifest,
    new_stores: &NewStores<'_>,
) -> impl Iterator<Item = Leaving<'a>> {
    desired.script.bindings.iter().filter_map(Binding::plain).filter_map(move |binding| {
        let new = new_stores.of_binding(&desired.identity.account, binding)?;
        let live = &live.script.as_ref()?.bindings;
        let same = live.iter().find(|live| live.name == binding.name && live.type_name == binding.type_name)?;
        // One of the same name was deleted outside, and is made anew.
        let before = bound::resource(same).filter(|before| *before != new.key)?;
        Some(Leaving { binding, before, new })
    })
}

fn finding(name: &str, Leaving { binding, before, new }: &Leaving<'_>) -> Diagnostic {
    let path = bound::path(binding);
    let message = format!("`{path}` of `{name}` leaves `{}` for `{new}`, which is new and empty", plain(before, 200));
    let help = "nothing is moved, and nothing deletes the old one: keep its name, or copy before what the Worker needs";
    Diagnostic::warning(Code::LeavesStore, message).with_help(help).about(Address::script(name))
}

/// Notes which of the stores that Workers leave are gone. `is_gone` hears of one of the same kind and account, and of the
/// id or name of the one that is left.
pub fn add_gone_stores(desired: &DesiredState, live: &mut LiveState, is_gone: impl Fn(&DesiredStore, &str) -> bool) {
    let new_stores = NewStores::of(desired, live);
    for (manifest, live) in desired.manifests.iter().zip(&mut live.manifests) {
        let of_kind = |new: &Address| {
            let same =
                |store: &&DesiredStore| store.address == *new && store.identity.account == manifest.identity.account;
            desired.stores.iter().find(same)
        };
        let gone = leaving(manifest, live, &new_stores)
            .filter(|leaving| of_kind(leaving.new).is_some_and(|store| is_gone(store, leaving.before)));
        live.gone_stores = gone.map(|leaving| leaving.before.to_owned()).collect();
    }
}
