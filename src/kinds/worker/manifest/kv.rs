//! Entries of `kv_bindings`: the forms that upstream used, and ours.

use crate::binding::table::KV_NAMESPACE as TYPE;
use crate::binding::{Input, PlainBinding, Reference};
use crate::diagnostic::{Code, Diagnostic};

use super::spec::KvBinding;
use crate::manifest::names::{hexadecimal, is_identifier};
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::reference::{self, Part, Text};
use crate::manifest::referring::KV_BINDING;
use crate::manifest::schema::ValueFrom;
use crate::manifest::text::filled;
use crate::manifest::text_or_from::{self, Fault};

/// Reads an entry.
///
/// # Errors
/// A finding for an entry that names no namespace, or no JavaScript name.
pub(super) fn read(entry: &KvBinding, path: &Path) -> Result<PlainBinding, Fault> {
    let name = filled(&entry.name);
    let binding = filled(&entry.binding);
    if let Some(namespace_id) = given_namespace(entry, path)? {
        let javascript = match (binding, name) {
            (Some(binding), Some(name)) if binding != name => return Err(two_names(binding, name, path)),
            (one, other) => one.or(other).ok_or_else(|| nameless(path))?,
        };
        return check_name(entry, javascript, path).map(|name| bound(name, namespace_id));
    }
    by_resource(entry, name, binding, path)
}

fn bound(name: String, namespace_id: Input) -> PlainBinding {
    PlainBinding::referring(name, TYPE, "namespace_id", namespace_id)
}

/// Where the entry's name in JavaScript stands.
pub(super) fn name_path(entry: &KvBinding, path: &Path) -> Path {
    path.key(if filled(&entry.binding).is_some() { "binding" } else { "name" })
}

/// The namespace where the entry names it by itself; nothing where `name` is the resource.
fn given_namespace(entry: &KvBinding, path: &Path) -> Result<Option<Input>, Fault> {
    let field_path = filled(&entry.field_path).filter(|text| !text.starts_with("status."));
    let by_field = field_path.map(|text| (path.key("field_path"), text));
    let by_id = filled(&entry.namespace_id).map(|text| (path.key("namespace_id"), text));
    match (by_id, by_field, &entry.value_from) {
        (None, None, None) => Ok(None),
        (None, None, Some(from)) => referred(from, &path.key("value_from")).map(Input::Reference).map(Some),
        (Some((path, text)), None, None) | (None, Some((path, text)), None) => {
            id_or_reference(text, &path).map(Some).map_err(|finding| (path, finding))
        }
        (Some((second, _)), Some(_), _) | (Some((second, _)), _, Some(_)) | (None, Some((second, _)), Some(_)) => {
            let finding = Diagnostic::error(Code::Conflicting, "the binding names its namespace twice");
            Err((second, finding.with_help("keep one of `namespace_id`, `field_path` and `value_from`")))
        }
    }
}

fn id_or_reference(text: &str, path: &Path) -> Result<Input, Diagnostic> {
    if let Some(id) = hexadecimal(text, 32) {
        return Ok(Input::Value(id));
    }
    match reference::read(text)? {
        Text::Field { kind, name, field_path } => {
            to(Some(kind), &name, &field_path, path).map(Input::Reference).map_err(|(_, finding)| finding)
        }
        Text::Plain | Text::Variable(_) | Text::Secret(_) => {
            let finding = Diagnostic::error(
                Code::KvBinding,
                format!("{} is neither a namespace id nor a reference", quote(text)),
            );
            Err(finding
                .with_help("32 hexadecimal digits, or `$cloudflare-kv-namespace/NAME/status.outputs.namespace_id`"))
        }
    }
}

fn to(kind: Option<&str>, name: &str, field_path: &str, path: &Path) -> Result<Reference, (Part, Diagnostic)> {
    reference::to(KV_BINDING.name, KV_BINDING.takes, (kind, name, field_path), path)
}

fn referred(from: &ValueFrom, path: &Path) -> Result<Reference, Fault> {
    if filled(&from.name).is_none() {
        return Err(nameless(path));
    }
    text_or_from::referred(from, &KV_BINDING, path)
}

/// `{kind, name, field_path: status.…}`: `name` is the resource.
fn by_resource(
    entry: &KvBinding,
    name: Option<&str>,
    binding: Option<&str>,
    path: &Path,
) -> Result<PlainBinding, Fault> {
    if entry.kind.is_none() && filled(&entry.field_path).is_none() {
        let finding = Diagnostic::error(Code::KvBinding, "the binding names no namespace");
        return Err((path.clone(), finding.with_help("add `namespace_id`, or a reference in `field_path`")));
    }
    let Some(resource) = name else { return Err(nameless(path)) };
    let kind = match &entry.kind {
        None => None,
        Some(word) => Some(text_or_from::kind(word).map_err(|finding| (path.key("kind"), finding))?),
    };
    let reference = to(kind, resource, filled(&entry.field_path).unwrap_or_default(), path)
        .map_err(|(part, finding)| (path.key(part.key()), finding))?;
    if binding.is_none() && !is_identifier(resource) {
        let finding = Diagnostic::error(
            Code::KvBinding,
            format!("{} is the resource and can't be the name in JavaScript", quote(resource)),
        );
        return Err((path.key("name"), finding.with_help("add `binding: NAME`, as JavaScript reads it: `env.NAME`")));
    }
    let name = check_name(entry, binding.unwrap_or(resource), path)?;
    Ok(bound(name, Input::Reference(reference)))
}

fn check_name(entry: &KvBinding, name: &str, path: &Path) -> Result<String, Fault> {
    if is_identifier(name) {
        return Ok(name.to_owned());
    }
    Err((name_path(entry, path), unusable_name(name)))
}

/// The name of a binding must be one that JavaScript reads.
pub(super) fn unusable_name(name: &str) -> Diagnostic {
    let finding = Diagnostic::error(Code::BindingName, format!("{} can't be read in JavaScript", quote(name)));
    finding.with_help("letters, digits, `_` and `$`, not starting with a digit")
}

fn two_names(binding: &str, name: &str, path: &Path) -> Fault {
    let message = format!("{} and {} both name the binding", quote(binding), quote(name));
    (path.key("binding"), Diagnostic::error(Code::Conflicting, message).with_help("keep `name`"))
}

fn nameless(path: &Path) -> Fault {
    (path.key("name"), Diagnostic::error(Code::MissingKey, format!("`{}` is missing", path.key("name"))))
}
