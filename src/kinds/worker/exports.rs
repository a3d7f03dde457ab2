//! The map `exports`, beside the classes that are there: what it makes, renames and deletes.

use serde_json::Value;

use super::classes::{ClassChange, address, gone, live, shown, taken};
use super::context::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Address, Field};
use crate::resource::classes::{ClassState, Origin};

/// What becomes of the classes.
pub(super) fn plan(context: &Context<'_>) -> ClassChange {
    let mut change = ClassChange::default();
    let script = &context.desired.script;
    let entries: Vec<(&String, &Value)> =
        script.classes.exports.iter().flatten().filter(|(_, it)| is_class(it)).collect();
    for (name, entry) in &entries {
        one(context, &entries, (name, entry), &mut change);
    }
    let unnamed =
        live(context).unwrap_or_default().iter().filter(|it| !entries.iter().any(|(name, _)| **name == it.name));
    change.diagnostics.extend(unnamed.map(|class| {
        let message = format!("`exports` says nothing of the class `{}`, which `{}` has", class.name, script.name);
        let help = "name it, with its storage; or say what becomes of it: `state: renamed`, `transferred` or `deleted`";
        Diagnostic::error(Code::ClassMissing, message).with_help(help).about(Address::script(&script.name))
    }));
    change
}

fn is_class(entry: &Value) -> bool {
    entry.get("type").and_then(Value::as_str) == Some("durable-object")
}

fn one(context: &Context<'_>, all: &[(&String, &Value)], (name, entry): (&str, &Value), change: &mut ClassChange) {
    let text = |member: &str| entry.get(member).and_then(Value::as_str).unwrap_or_default();
    let known = live(context);
    // Where nobody looked, it may be there.
    let is_there = known.is_none_or(|classes| classes.iter().any(|class| class.name == name));
    match text("state") {
        "deleted" if is_there => {
            change.fields.push(gone(name, known));
            change.deleted.push(address(context, &context.desired.script.name, name));
        }
        "renamed" if is_there && known.is_some() => {
            let class = ClassState { name: text("renamed_to").to_owned(), origin: Origin::Live(name.to_owned()) };
            change.fields.extend(shown(&class));
        }
        "transferred" if is_there && known.is_some() => {
            let to = format!("{name} of {}", text("transferred_to"));
            change.fields.push(Field::new(format!("classes.{name}"), name, to));
        }
        "expecting-transfer" if !is_there => {
            let from = text("transfer_from");
            let class =
                ClassState { name: name.to_owned(), origin: Origin::Transferred(from.to_owned(), name.to_owned()) };
            change.fields.extend(shown(&class));
            change.diagnostics.extend(taken(context, from, name));
        }
        "" | "created" if !is_there && !all.iter().any(|(other, it)| is_renamed_to(context, other, it, name)) => {
            let class = ClassState { name: name.to_owned(), origin: Origin::Made(text("storage") == "sqlite") };
            change.fields.extend(shown(&class));
        }
        _ => {}
    }
}

/// Whether a class that is there gets this name.
fn is_renamed_to(context: &Context<'_>, other: &str, entry: &Value, name: &str) -> bool {
    let is_there = live(context).unwrap_or_default().iter().any(|class| class.name == other);
    is_there && entry.get("renamed_to").and_then(Value::as_str) == Some(name)
}
