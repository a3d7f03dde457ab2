//! Classes of Durable Objects: steps and map each make sense by themselves, and a binding to a class of the Worker itself
//! names one that they leave.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::classes::{OF_OBJECTS, lowered, path_of_step};
use crate::kinds::worker::manifest::generations::{script_names, spec_path};
use crate::kinds::worker::manifest::spec::classes::{Export, Exports, Migration};
use crate::kinds::worker::manifest::spec::{BindingEntry, Spec};
use crate::manifest::findings::Findings;
use crate::manifest::keys::snake_case;
use crate::manifest::names::is_identifier;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::schema::Items;
use crate::manifest::text::filled;
use crate::resource::classes::{MigrationStep, Misstep, Moved};

use super::subject::Subject;

/// Checks `migrations`, `exports`, and the bindings to classes of the Worker itself.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(spec) = subject.spec() else { return };
    if let (Some(_), Some(_)) = (&spec.migrations, &spec.exports) {
        let finding =
            Diagnostic::error(Code::Conflicting, "both `migrations` and `exports` say what became of classes");
        findings.add_key(&spec_path().key("exports"), finding.with_help("keep one of them"));
    }
    let steps: Vec<(usize, MigrationStep)> =
        spec.migrations.iter().flat_map(|steps| steps.each()).map(|(index, step)| (index, lowered(step))).collect();
    if let Some(stated) = &spec.migrations {
        tags(stated, findings);
        stated.each().for_each(|(index, step)| names(step, &path_of_step(index), findings));
        missteps(&steps, findings);
    }
    if let Some(stated) = &spec.exports {
        stated.iter().for_each(|(name, entry)| export(stated, name, entry, findings));
    }
    let own = script_names(spec).first().map(|(_, name)| *name);
    for (index, entry) in spec.bindings.iter().flat_map(|list| list.each()) {
        binding(spec, &steps, own, entry, &spec_path().key("bindings").index(index), findings);
    }
}

fn tags(steps: &Items<Migration>, findings: &mut Findings<'_>) {
    let mut known: BTreeMap<&str, Path> = BTreeMap::new();
    for (index, step) in steps.each() {
        let path = path_of_step(index).key("tag");
        let Some(tag) = step.tag.as_deref() else { continue };
        if tag.is_empty() {
            findings.add(&path, refused("the tag of the migration is empty").with_help("call it `v1`, for one"));
        } else if let Some(first) = known.get(tag) {
            let first = findings.value_place(first);
            let finding = refused(format!("two migrations have the tag {}", quote(tag)));
            let help = "each has a tag of its own: by the last one the account knows which of them are done";
            findings.add(&path, finding.with_help(help).and_at(first, "first given here"));
        } else {
            known.insert(tag, path);
        }
    }
}

/// Names of classes are names in JavaScript.
fn names(step: &Migration, path: &Path, findings: &mut Findings<'_>) {
    let lists = [
        ("new_classes", &step.new_classes),
        ("new_sqlite_classes", &step.new_sqlite_classes),
        ("deleted_classes", &step.deleted_classes),
    ];
    for (key, list) in lists {
        for (index, name) in list.iter().flat_map(|list| list.each()) {
            class_name(name, &path.key(key).index(index), findings);
        }
    }
    for (index, renamed) in step.renamed_classes.iter().flat_map(|list| list.each()) {
        let path = path.key("renamed_classes").index(index);
        given(&renamed.from, &path.key("from"), findings);
        given(&renamed.to, &path.key("to"), findings);
    }
    for (index, transferred) in step.transferred_classes.iter().flat_map(|list| list.each()) {
        let path = path.key("transferred_classes").index(index);
        given(&transferred.from, &path.key("from"), findings);
        given(&transferred.to, &path.key("to"), findings);
        if transferred.from_script.as_deref() == Some("") {
            findings.add(&path.key("from_script"), refused("the name of the other Worker is empty"));
        }
    }
}

fn given(name: &Option<String>, path: &Path, findings: &mut Findings<'_>) {
    if let Some(name) = name {
        class_name(name, path, findings);
    }
}

fn class_name(name: &str, path: &Path, findings: &mut Findings<'_>) {
    if !is_identifier(name) {
        findings.add(path, refused(format!("{} is not the name of a class", quote(name))));
    }
}

/// Steps that contradict each other. What was there before the first one is not known here: it may be missing in the list.
fn missteps(steps: &[(usize, MigrationStep)], findings: &mut Findings<'_>) {
    let mut moved = Moved::from([]);
    for (index, step) in steps {
        let before = moved.missteps.len();
        moved = moved.step(step);
        for misstep in moved.missteps.get(before..).unwrap_or_default() {
            if let Misstep::Taken(name) = misstep {
                let message = format!("the class {} is there already when this migration makes it", quote(name));
                let help = "delete or rename the earlier one in a migration before, or leave this one out";
                findings.add(&path_of_step(*index), refused(message).with_help(help));
            }
        }
    }
}

fn export(all: &Exports, name: &str, entry: &Export, findings: &mut Findings<'_>) {
    let path = spec_path().key("exports").key(name);
    if !is_identifier(name) && name != "default" {
        findings.add_key(&path, refused(format!("{} is not the name of an export", quote(name))));
    }
    if entry.export_type.as_deref() != Some(OF_OBJECTS) {
        return;
    }
    let state = filled(&entry.state).unwrap_or("created");
    let due = match state {
        "created" => ("storage", &entry.storage),
        "renamed" => ("renamed_to", &entry.renamed_to),
        "transferred" => ("transferred_to", &entry.transferred_to),
        "expecting-transfer" => ("transfer_from", &entry.transfer_from),
        _ => return,
    };
    if filled(due.1).is_none() {
        let message = format!("`{path}` says nothing of its `{}`", due.0);
        findings.add(&path, Diagnostic::error(Code::MissingKey, message));
    } else if state == "expecting-transfer" && filled(&entry.storage).is_none() {
        let message = format!("`{path}` says nothing of its `storage`");
        findings.add(&path, Diagnostic::error(Code::MissingKey, message));
    }
    let to = filled(&entry.renamed_to).filter(|_| state == "renamed");
    if let Some(to) = to.filter(|to| all.get(*to).is_none_or(|other| !is_live(other))) {
        let message = format!("no entry of `exports` says that {} is there", quote(to));
        findings.add(&path.key("renamed_to"), refused(message).with_help("add it, with its storage"));
    }
}

fn is_live(entry: &Export) -> bool {
    entry.export_type.as_deref() == Some(OF_OBJECTS)
        && matches!(filled(&entry.state), None | Some("created" | "expecting-transfer"))
}

/// A binding to a class, or to a Workflow, of the Worker itself.
fn binding(
    spec: &Spec,
    steps: &[(usize, MigrationStep)],
    own: Option<&str>,
    entry: &BindingEntry,
    path: &Path,
    findings: &mut Findings<'_>,
) {
    let text = |key: &str| entry.0.iter().find(|(name, _)| snake_case(name) == key).map(|(_, value)| value);
    let script = text("script_name").or_else(|| text("value_from"));
    let is_own = script.is_none_or(|script| script.is_null() || (own.is_some() && script.as_str() == own));
    let class = text("class_name").and_then(Value::as_str);
    if (text("type").and_then(Value::as_str), class, is_own) == (Some("workflow"), None, true) {
        let message = format!("`{path}` leads to a Workflow of this Worker and names no `class_name`");
        let help = "name the class of this Worker that it runs, or in `script_name` the Worker whose it is";
        findings.add(&path.key("class_name"), Diagnostic::error(Code::MissingKey, message).with_help(help));
    }
    let (Some("durable_object_namespace"), Some(class), true) = (text("type").and_then(Value::as_str), class, is_own)
    else {
        return;
    };
    if let Some(why) = gone(spec, steps, class) {
        let message = format!("the binding leads to the class {}, which {why}", quote(class));
        findings.add(&path.key("class_name"), refused(message).with_help("name a class that is there"));
    }
}

/// Why a class is not there in the end, as far as the document tells: what it does not name may be there from before.
fn gone(spec: &Spec, steps: &[(usize, MigrationStep)], class: &str) -> Option<&'static str> {
    if let Some(exports) = &spec.exports {
        return match exports.get(class) {
            Some(entry) if is_live(entry) => None,
            Some(_) => Some("`exports` says is gone"),
            None => Some("`exports` does not name"),
        };
    }
    let moved = steps.iter().fold(Moved::from([]), |moved, (_, step)| moved.step(step));
    let named = |step: &MigrationStep| {
        step.deleted_classes.iter().any(|name| name == class)
            || step.renamed_classes.iter().any(|renamed| renamed.from == class)
    };
    let leaves = steps.iter().any(|(_, step)| named(step));
    (leaves && !moved.has(class)).then_some("a migration deletes or renames")
}

fn refused(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::ObjectClass, message)
}
