//! What an upload does to the Worker's own classes of Durable Objects, whose objects keep data.
//!
//! Which of the manifest's migrations are due follows from the tag that the account remembers, as wrangler has it: all where
//! there is none, those after it where the manifest has it. Where the manifest does not have it, nobody can tell what is
//! done already, and a class could be made or deleted twice: wrangler sends all with a warning, we send nothing.

use serde_json::{Value, json};

use super::context::Context;
use crate::binding::table::DURABLE_OBJECT;
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::{Address, Field};
use crate::plan::{Left, Reason};
use crate::resource::classes::{ClassState, LiveClass, MigrationStep, Misstep, Moved, Origin};
use crate::resource::{LiveBinding, LiveScript};

/// Starts the paths of what a plan shows of them.
const IN_PLAN: &str = "classes";

/// What becomes of the classes.
#[derive(Debug, Default)]
pub(super) struct ClassChange {
    /// `migrations` of the upload.
    pub migrations: Option<Value>,
    /// What a plan shows.
    pub fields: Vec<Field>,
    /// What is to be said.
    pub diagnostics: Vec<Diagnostic>,
    /// Classes that go with all that their objects store.
    pub deleted: Vec<Address>,
}

/// The address of a class: it is one of a Worker.
pub(super) fn address(context: &Context<'_>, script: &str, class: &str) -> Address {
    Address::class(script, class).of_account(context.account())
}

/// Migrations that are due, or the classes as `exports` has them.
pub(super) fn plan(context: &Context<'_>) -> ClassChange {
    let stated = &context.desired.script.classes;
    let mut change = match (&stated.migrations, &stated.exports) {
        (Some(steps), _) => migrated(context, steps),
        (None, Some(_)) => super::exports::plan(context),
        (None, None) => ClassChange::default(),
    };
    change.diagnostics.extend(unbound(context, &change));
    let lost: Vec<Diagnostic> = change.deleted.iter().filter_map(|class| refused(context, class)).collect();
    change.diagnostics.extend(lost);
    change
}

/// Classes that the manifest says nothing of stay as they are.
pub(super) fn kept(context: &Context<'_>, script: &Address) -> Option<Left> {
    let stated = &context.desired.script.classes;
    let live = context.live.script.as_ref()?;
    let is_silent = stated.migrations.is_none() && stated.exports.is_none();
    let tag = live.migration_tag.as_ref().filter(|_| is_silent)?;
    let path = Some(format!("migrations ({tag})"));
    Some(Left { address: script.clone(), path, reason: Reason::NotInManifest })
}

/// The classes that are there, by name; nothing where nobody looked.
pub(super) fn live<'a>(context: &Context<'a>) -> Option<&'a [LiveClass]> {
    match &context.live.script {
        None => Some(&[]),
        Some(live) => live.classes.as_deref(),
    }
}

/// The finding about a class that goes, unless somebody said that it may.
pub(super) fn refused(context: &Context<'_>, class: &Address) -> Option<Diagnostic> {
    let script = Address::script(class.owner()).of_account(context.account());
    if context.options.deletes_data(class) || context.options.deletes_data(&script) {
        return None;
    }
    let (script, name) = (class.owner(), class.class_name());
    let message = format!("the class `{name}` of `{script}` would go with all that its objects store");
    let help = "keep the class, or give it another name by `renamed_classes`: its objects then keep what they store";
    let mut finding = Diagnostic::error(Code::ClassDataLost, message).with_help(help);
    finding.resolve = WayOut::deleting_data(class);
    finding.loses = Some(format!("all that the objects of `{name}` store"));
    Some(finding.about(class.clone()))
}

/// Classes of a Worker that goes: those that the account lists, or those that it is bound to where nobody looked.
pub(super) fn of_deleted(script: &LiveScript) -> Vec<String> {
    let is_own = |binding: &&LiveBinding| {
        let other = binding.fields.get("script_name").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
        binding.type_name == DURABLE_OBJECT && !other
    };
    let named = |binding: &LiveBinding| Some(binding.fields.get("class_name")?.as_str()?.to_owned());
    match &script.classes {
        Some(classes) => classes.iter().map(|class| class.name.clone()).collect(),
        None => script.bindings.iter().filter(is_own).filter_map(named).collect(),
    }
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

/// How a class is shown that comes to be, or gets another name.
pub(super) fn shown(class: &ClassState) -> Option<Field> {
    let path = format!("{IN_PLAN}.{}", class.name);
    match &class.origin {
        Origin::Live(name) if *name == class.name => None,
        Origin::Live(name) => Some(Field::new(path, name.as_str(), class.name.as_str())),
        Origin::Made(sqlite) => Some(Field::new(path, Value::Null, storage(*sqlite))),
        Origin::Transferred(script, name) => Some(Field::new(path, format!("{name} of {script}"), class.name.as_str())),
    }
}

/// How a class is shown that goes.
pub(super) fn gone(name: &str, known: Option<&[LiveClass]>) -> Field {
    let class = known.unwrap_or_default().iter().find(|class| class.name == name);
    let old = class.and_then(|class| class.sqlite).map_or("with all its objects", storage);
    Field::new(format!("{IN_PLAN}.{name}"), old, Value::Null)
}

fn storage(sqlite: bool) -> &'static str {
    if sqlite { "sqlite" } else { "legacy-kv" }
}

/// Data of another Worker comes over: that one must be of the run, or be named.
pub(super) fn taken(context: &Context<'_>, from: &str, class: &str) -> Option<Diagnostic> {
    let address = Address::script(from).of_account(context.account());
    if context.labels.has_worker(context.account(), from) || context.options.takes(&address) {
        return None;
    }
    let message = format!("the class `{class}` comes from `{from}`, which is no Worker of these manifests");
    let help = "deploy both Workers in one run, or leave the class where it is";
    let mut finding = Diagnostic::error(Code::TakenClass, message).with_help(help);
    finding.resolve = WayOut::taking(&address);
    finding.loses = Some(format!("`{from}` no longer has the objects of `{class}`"));
    Some(finding.about(address))
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
