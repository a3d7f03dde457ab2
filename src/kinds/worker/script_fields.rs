//! What differs of a Worker, field by field.

use serde_json::{Value, json};

use super::bound;
use super::context::Context;
use super::ownership::ScriptOwner;
use crate::binding::table::KV_NAMESPACE;
use crate::binding::{Binding, plain_text, secret_text};
use crate::model::Field;
use crate::model::marks::ScriptMarks;
use crate::plan::{Owner, Reason};
use crate::resource::{Bundle, DesiredAssets, LiveBinding, LiveScript};

/// Stands for static assets among the names that a manifest sets. No binding can be called so.
pub(super) const ASSETS: &str = "spec.assets";
/// Starts the paths of what a plan shows of them.
const ASSETS_IN_PLAN: &str = "assets";

/// What differs, as far as reads can tell. `decided`: whose it is, as the planner hears it.
pub(super) fn fields(
    context: &Context<'_>,
    (owner, decided): (&ScriptOwner, &Owner),
    live_marks: &ScriptMarks,
    (date, sha256): (&str, &str),
) -> Vec<Field> {
    let desired = &context.desired.script;
    let live = context.live.script.as_ref();
    let mut fields = Vec::new();
    // Tags survive what others upload: they tell the live code only where the live version is ours.
    let old = match owner {
        ScriptOwner::Clean { .. } => live_marks.bundle.as_ref().map(|bundle| json!({ "sha256": bundle.sha256 })),
        _ => live.and_then(LiveScript::live_version).map(|version| json!({ "version": version.number })),
    };
    let sha256 = (!sha256.is_empty()).then_some(sha256);
    let live_sha = old.as_ref().and_then(|old| old.get("sha256")?.as_str());
    match &*desired.bundle {
        Some(Bundle { bucket, key, .. }) if sha256.is_none() || live_sha != sha256 => {
            fields.push(Field::new("bundle", old, json!({ "bucket": bucket, "key": key, "sha256": sha256 })));
        }
        None if live_sha.is_some() => fields.push(Field::new("bundle", old, Value::Null)),
        Some(_) | None => {}
    }
    let differs = context.live.content.iter();
    fields.extend(differs.map(|it| Field::new(format!("modules.{}", it.name), json!(it.live), json!(it.wanted))));
    let live_flags = live.map(|live| live.compatibility_flags.clone());
    let empty = LiveScript::default();
    let live = live.unwrap_or(&empty);
    Field::push(&mut fields, "compatibility_date", json!(live.compatibility_date), date);
    Field::push(&mut fields, "compatibility_flags", json!(live_flags), json!(desired.compatibility_flags));
    fields.extend(assets_fields(desired.assets.as_ref(), live, live_marks));
    for binding in &desired.bindings {
        let old = live.bindings.iter().find(|old| old.name == binding.name());
        fields.extend(binding_fields(binding, old));
    }
    let rewritten = [Reason::SecretsChanged, Reason::SecretsGivenDiffer, Reason::SecretsUnchecked];
    if matches!(decided, Owner::Ours(Some(reason)) if rewritten.contains(reason)) {
        fields.extend(context.given_secrets().map(|name| Field::secret(path_of(secret_text::TYPE, name), true)));
    }
    for old in live.bindings.iter().filter(|old| live_marks.set(&old.name)) {
        if !desired.bindings.iter().any(|binding| binding.name() == old.name) {
            fields.push(removed(old));
        }
    }
    fields
}

/// No answer tells which files are live, only whether there are any.
fn assets_fields(desired: Option<&DesiredAssets>, live: &LiveScript, marks: &ScriptMarks) -> Vec<Field> {
    let old = live.has_assets.then(|| Value::from("all that is live"));
    match desired {
        Some(assets) => {
            let old_of = |name: &str| old.clone().filter(|_| name == "files");
            let members = assets.shown().into_iter();
            members.map(|(name, new)| Field::new(format!("{ASSETS_IN_PLAN}.{name}"), old_of(&name), new)).collect()
        }
        None if live.has_assets && marks.set(ASSETS) => vec![Field::new(ASSETS_IN_PLAN, old, Value::Null)],
        None => Vec::new(),
    }
}

fn binding_fields(binding: &Binding, old: Option<&LiveBinding>) -> Vec<Field> {
    let same_type = old.filter(|old| old.type_name == binding.type_name());
    let path = match binding {
        Binding::Plain(binding) => bound::path(binding),
        Binding::PlainText(_) | Binding::SecretText(_) => path_of(binding.type_name(), binding.name()),
    };
    match binding {
        Binding::SecretText(_) => same_type.is_none().then(|| Field::secret(path, false)).into_iter().collect(),
        Binding::PlainText(binding) => {
            let old = same_type.and_then(|old| old.fields.get("text").cloned()).unwrap_or_default();
            let new = binding.text.known().map(Value::from);
            // Beside an empty account a reference may stay open as well.
            let (later, new) = (new.is_none(), new.unwrap_or_default());
            // A dot or a bracket in the name would be read as a step of the path.
            let is_step = binding.name.contains(['.', '[', ']']);
            let setting = (!is_step).then(|| format!("spec.env.variables.{}", binding.name));
            let differs = later || old != new;
            differs.then(|| Field { setting, later, ..Field::new(path, old, new) }).into_iter().collect()
        }
        Binding::Plain(binding) => bound::fields(&path, binding, same_type, old),
    }
}

/// A binding that goes away, with what it leads to: no answer of the Worker comes from there any more.
pub(super) fn removed(old: &LiveBinding) -> Field {
    let path = path_of(&old.type_name, &old.name);
    if old.type_name == secret_text::TYPE {
        return Field::secret_removed(path);
    }
    let text = old.fields.get("text").and_then(Value::as_str);
    let told = text.or_else(|| bound::resource(old)).unwrap_or(&old.type_name);
    Field::new(path, told, Value::Null)
}

/// Where a binding stands, in the words of the manifest.
pub(super) fn path_of(type_name: &str, name: &str) -> String {
    match type_name {
        plain_text::TYPE => format!("variables.{name}"),
        secret_text::TYPE => format!("secrets.{name}"),
        KV_NAMESPACE => format!("kv_bindings.{name}"),
        other => format!("bindings.{name} ({other})"),
    }
}
