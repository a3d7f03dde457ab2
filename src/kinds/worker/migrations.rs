//! What an upload does to the Worker's own classes of Durable Objects: the migrations that are due, or the map `exports`.
//!
//! Which of the manifest's migrations are due follows from the tag that the account remembers, as wrangler has it: all where
//! there is none, those after it where the manifest has it. Where the manifest does not have it, nobody can tell what is
//! done already, and a class could be made or deleted twice: wrangler sends all with a warning, we send nothing.

use serde_json::json;

use super::classes::{ClassChange, address, gone, live, refused, shown, taken};
use super::context::Context;
use super::exports;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Address, Field};
use crate::resource::classes::{MigrationStep, Misstep, Moved};

/// Migrations that are due, or the classes as `exports` has them.
pub(super) fn plan(context: &Context<'_>) -> ClassChange {
    let stated = &context.desired.script.classes;
    let mut change = match (&stated.migrations, &stated.exports) {
        (Some(steps), _) => migrated(context, steps),
        (None, Some(_)) => exports::plan(context),
        (None, None) => ClassChange::default(),
    };
    change.diagnostics.extend(unbound(context, &change));
    let lost: Vec<Diagnostic> = change.deleted.iter().filter_map(|class| refused(context, class)).collect();
    change.diagnostics.extend(lost);
    change
}

fn migrated(context: &Context<'_>, steps: &[MigrationStep]) -> ClassChange {
    let tag = context.live.script.as_ref().and_then(|live| live.migration_tag.as_deref());
    let due = match tag.map(|tag| steps.iter().position(|step| step.tag == tag)) {
        None => steps,
        Some(Some(done)) => steps.get(done + 1..).unwrap_or_default(),
        Some(None) => {
            let finding = unknown_tag(context, tag.unwrap_or_default());
            return ClassChange { diagnostics: vec![finding], ..ClassChange::default() };
        }
    };
    let Some(last) = due.last() else { return ClassChange::default() };
    let known = live(context);
    let before = known.unwrap_or_default().iter().map(|class| class.name.clone());
    let moved = due.iter().fold(Moved::from(before), Moved::step);
    let mut sent = json!({ "new_tag": last.tag, "steps": due });
    if let (Some(tag), Some(members)) = (tag, sent.as_object_mut()) {
        members.insert("old_tag".into(), tag.into());
    }
    let mut change = ClassChange { migrations: Some(sent), ..ClassChange::default() };
    Field::push(&mut change.fields, "migration_tag", json!(tag), last.tag.as_str());
    change.fields.extend(moved.classes.iter().filter_map(shown));
    let script = context.desired.script.name.as_str();
    let mut deleted = moved.deleted.clone();
    for misstep in &moved.missteps {
        match misstep {
            // Nobody looked what is there: then it may be.
            Misstep::Missing(name) if known.is_none() => deleted.push((*name).to_owned()),
            misstep => change.diagnostics.push(impossible(script, misstep)),
        }
    }
    for name in deleted {
        change.fields.push(gone(&name, known));
        change.deleted.push(address(context, script, &name));
    }
    let other = due.iter().flat_map(|step| &step.transferred_classes);
    change.diagnostics.extend(other.filter_map(|it| taken(context, &it.from_script, &it.from)));
    change
}

fn unknown_tag(context: &Context<'_>, tag: &str) -> Diagnostic {
    let script = &context.desired.script.name;
    let message = format!("`{script}` was migrated to the tag `{tag}`, which is none of the manifest's `migrations`");
    let help = "nobody can tell which of them are done: write the migrations that led there, the last one with that tag, before any new one";
    Diagnostic::error(Code::MigrationTagUnknown, message).with_help(help).about(Address::script(script))
}

fn impossible(script: &str, misstep: &Misstep<'_>) -> Diagnostic {
    let message = match misstep {
        Misstep::Taken(name) => {
            format!("a migration that is due makes the class `{name}`, which `{script}` has already")
        }
        Misstep::Missing(name) => {
            format!("a migration that is due names the class `{name}`, which `{script}` does not have")
        }
    };
    let help = "compare `migrations` with the classes that the Worker has: a migration that was carried out is not written anew";
    Diagnostic::error(Code::MigrationTagUnknown, message).with_help(help).about(Address::script(script))
}

/// Bindings to classes of the Worker itself that nothing makes.
fn unbound(context: &Context<'_>, change: &ClassChange) -> Vec<Diagnostic> {
    let Some(known) = live(context) else { return Vec::new() };
    let script = &context.desired.script;
    if script.classes.exports.is_some() || !change.diagnostics.is_empty() {
        return Vec::new();
    }
    let tag = context.live.script.as_ref().and_then(|live| live.migration_tag.as_deref());
    let steps = script.classes.migrations.as_deref().unwrap_or_default();
    let done = steps.iter().position(|step| Some(step.tag.as_str()) == tag).map_or(0, |done| done + 1);
    let before = known.iter().map(|class| class.name.clone());
    let moved = steps.iter().skip(done).fold(Moved::from(before), Moved::step);
    let missing = script.own_classes().filter(|(_, class)| !moved.has(class));
    let told = missing.map(|(binding, class)| {
        let message =
            format!("the binding `{binding}` leads to the class `{class}`, which `{}` does not have", script.name);
        let help = format!("make it by a migration: `migrations: [{{tag: v1, new_sqlite_classes: [{class}]}}]`");
        Diagnostic::error(Code::ClassMissing, message).with_help(help).about(Address::script(&script.name))
    });
    told.collect()
}
