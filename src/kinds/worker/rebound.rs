//! Bindings that leave a store for one which the run makes: nothing moves what is in it.

use super::bound;
use super::context::Context;
use crate::binding::{Binding, PlainBinding};
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::model::Address;

/// A store whose name was changed in its document is another one: whoever wrote that may think that it keeps its data.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    context.desired.script.bindings.iter().filter_map(Binding::plain).filter_map(|one| leaving(context, one)).collect()
}

fn leaving(context: &Context<'_>, binding: &PlainBinding) -> Option<Diagnostic> {
    let new = context.new_stores.of_binding(context.account(), binding)?;
    let live = &context.live.script.as_ref()?.bindings;
    let same = live.iter().find(|live| live.name == binding.name && live.type_name == binding.type_name)?;
    // One of the same name was deleted outside, and is made anew.
    let before = bound::resource(same).filter(|before| *before != new.key)?;
    let name = &context.desired.script.name;
    let path = bound::path(binding);
    let message = format!("`{path}` of `{name}` leaves `{}` for `{new}`, which is new and empty", plain(before, 200));
    let help = "nothing is moved, and nothing deletes the old one: keep its name, or copy before what the Worker needs";
    Some(Diagnostic::warning(Code::LeavesStore, message).with_help(help).about(Address::script(name)))
}
