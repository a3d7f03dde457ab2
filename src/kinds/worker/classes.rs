//! The Worker's own classes of Durable Objects, whose objects keep data: what a plan shows of them, and what may be lost.

use serde_json::Value;

use super::context::Context;
use crate::binding::table::DURABLE_OBJECT;
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::{Address, Field};
use crate::plan::{Left, Reason};
use crate::resource::classes::{ClassState, LiveClass, Origin};
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

/// Workers of the run that take classes which this one has: code without a class is refused while the class is there.
pub(super) fn heirs<'a>(context: &'a Context<'_>) -> impl Iterator<Item = Address> + 'a {
    let (account, own) = (context.account(), context.desired.script.name.as_str());
    let has = |class: &str| live(context).is_none_or(|classes| classes.iter().any(|it| it.name == class));
    let heirs = context.labels.heirs(account, own).filter(move |(class, heir)| *heir != own && has(class));
    heirs.map(move |(_, heir)| Address::script(heir).of_account(account))
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
