//! Values that references lead to: what a document of the run gives, and what the account has.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::binding::{Input, Reference};
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::kinds::findable::Findable;
use crate::kinds::found::found;
use crate::kinds::list::store_of;
use crate::kinds::stores;
use crate::model::Output;
use crate::refresh::Known;
use crate::resource::{DesiredStore, LiveStore};

/// What a document says of a store is known before it is made, its id only afterwards.
pub(super) fn of_run(
    reference: &Reference,
    store: &DesiredStore,
    live: Option<&LiveStore>,
) -> Result<Input, Diagnostic> {
    let Reference { kind: kind_name, output, .. } = reference;
    let Some(kind) = store_of(store.kind) else { return Err(open_at(reference, "nothing describes it".into())) };
    let text = |outputs: BTreeMap<String, Value>| outputs.get(output)?.as_str().map(str::to_owned);
    let known = text(kind.known_outputs(store)).or_else(|| text(stores::outputs(store, live?)));
    match known {
        Some(value) => Ok(Input::Value(value)),
        None if output == kind.id_output() => Ok(Input::Late(Output {
            account: store.identity.account.clone(),
            of: store.address.clone(),
            name: output.clone(),
        })),
        None => Err(open_at(reference, format!("its document gives it no `{output}`"))
            .with_help(format!("refer to another output, or let the document of kind `{kind_name}` state it"))),
    }
}

/// A reference that stays open.
pub(super) fn open_at(reference: &Reference, problem: String) -> Diagnostic {
    let message = format!("the reference to `{}` can't be resolved: {problem}", reference.name);
    Diagnostic::error(Code::ReferenceUnresolved, message).on(reference.path.clone())
}

/// What the account has under the name.
pub(super) fn of_account(reference: &Reference, account: &str, known: &Known) -> Result<String, Diagnostic> {
    let Reference { kind: kind_name, name, output, .. } = reference;
    let open = |problem: String| open_at(reference, problem);
    let Some(kind) = Findable::of(kind_name) else {
        return Err(open(format!("no outputs of `{kind_name}/{name}` hold `{output}`"))
            .with_help("give them as a file of outputs")
            .by(CallOption::Outputs));
    };
    let Some(found) = found(&kind.look(account, name, output), known) else {
        return Err(open("the account was not looked at".into())
            .with_help("give credentials, or a file of outputs")
            .by(CallOption::Outputs));
    };
    let noun = kind.noun();
    match found.as_slice() {
        [one] => kind.output(account, name, output, one).ok_or_else(|| {
            open(format!("the {noun} has no output `{output}`"))
                .with_help("give them as a file of outputs")
                .by(CallOption::Outputs)
        }),
        [] => Err(open(format!("the account has no {noun} with that name")).with_help(kind.help(kind_name))),
        [_, _, ..] => Err(open(format!("several {noun}s have that name")).with_help("use the id instead")),
    }
}
