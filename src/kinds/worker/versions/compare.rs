//! What changes when another version gets the requests, and what of it nobody can take for granted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::choice::mark_of;
use crate::cloudflare::scripts::LiveBinding;
use crate::cloudflare::versions::{ScriptRuntime, Version};
use crate::kinds::worker::script_fields::path_of;
use crate::kinds::worker::writes::SECRET_TYPES;
use crate::model::Field;

/// Two versions, both read by their ids.
pub(super) struct Comparison<'a> {
    /// The one that gets requests.
    pub live: &'a Version,
    /// The one that is to get them.
    pub target: &'a Version,
}

impl Comparison<'_> {
    /// What differs, in the words of the manifest.
    pub(super) fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        let said = |version: &Version| json!(version.annotation("workers/message"));
        Field::push(&mut fields, "version", json!(self.live.number), json!(self.target.number));
        Field::push(&mut fields, "version_id", self.live.id.as_str(), self.target.id.as_str());
        Field::push(&mut fields, "message", said(self.live), said(self.target));
        let [old, new] = [self.live, self.target].map(runtime);
        Field::push(&mut fields, "compatibility_date", json!(old.compatibility_date), json!(new.compatibility_date));
        Field::push(&mut fields, "compatibility_flags", json!(old.compatibility_flags), json!(new.compatibility_flags));
        fields.extend(self.binding_fields());
        fields
    }

    fn binding_fields(&self) -> Vec<Field> {
        let [old, new] = [self.live, self.target].map(bindings);
        let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
        let differs = self.secrets_differ();
        names.into_iter().filter_map(|name| field(old.get(name).copied(), new.get(name).copied(), differs)).collect()
    }

    /// Names of the secrets that come back as they were then, where they may be others than those of now.
    pub(super) fn own_secrets(&self) -> Vec<&str> {
        if !self.secrets_differ() {
            return Vec::new();
        }
        bindings(self.target).into_values().filter(|binding| is_secret(binding)).map(|it| it.name.as_str()).collect()
    }

    /// Whether the two may have other secrets: their values are known to be the same where both carry our mark with one
    /// digest under one key. Cloudflare refuses such a change unless it is forced.
    pub(super) fn secrets_differ(&self) -> bool {
        let secrets = |version| -> Vec<&str> {
            bindings(version).into_values().filter(|binding| is_secret(binding)).map(|it| it.name.as_str()).collect()
        };
        let [old, new] = [self.live, self.target].map(secrets);
        if old.is_empty() && new.is_empty() {
            return false;
        }
        let marks = (mark_of(self.live), mark_of(self.target));
        let are_same = matches!(&marks, (Some(one), Some(other))
            if (&one.key, &one.secrets) == (&other.key, &other.secrets));
        old != new || !are_same
    }

    /// Whether objects of Durable Object classes were moved between the two.
    pub(super) fn migrates(&self) -> bool {
        let [old, new] = [self.live, self.target].map(runtime);
        old.migration_tag != new.migration_tag
    }
}

/// A binding that differs.
fn field(old: Option<&LiveBinding>, new: Option<&LiveBinding>, secrets_differ: bool) -> Option<Field> {
    let path = |binding: &LiveBinding| path_of(&binding.binding_type, &binding.name);
    match (old, new) {
        (_, Some(new)) if is_secret(new) => {
            let was_there = old.is_some_and(is_secret);
            (secrets_differ || !was_there).then(|| Field::secret(path(new), was_there))
        }
        (Some(old), None) if is_secret(old) => Some(Field::secret_removed(path(old))),
        (Some(old), Some(new)) => {
            let (was, is) = if is_secret(old) { (json!("(secret)"), told(new)) } else { (told(old), told(new)) };
            (old != new).then(|| Field::new(path(new), was, is))
        }
        (Some(old), None) => Some(Field::new(path(old), told(old), Value::Null)),
        (None, Some(new)) => Some(Field::new(path(new), Value::Null, told(new))),
        (None, None) => None,
    }
}

/// The value of a binding: its text, its id or its name where that is all of it.
fn told(binding: &LiveBinding) -> Value {
    let mut members = binding.rest.values();
    match (members.next(), members.next()) {
        (Some(only), None) => only.clone(),
        _ => Value::Object(binding.rest.clone()),
    }
}

fn is_secret(binding: &LiveBinding) -> bool {
    SECRET_TYPES.contains(&binding.binding_type.as_str())
}

fn bindings(version: &Version) -> BTreeMap<&str, &LiveBinding> {
    let all = version.resources.iter().flat_map(|resources| &resources.bindings);
    all.map(|binding| (binding.name.as_str(), binding)).collect()
}

fn runtime(version: &Version) -> ScriptRuntime {
    let resources = version.resources.as_ref();
    resources.and_then(|resources| resources.script_runtime.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: u64, more: Value) -> Version {
        let mut version = json!({ "id": format!("v{number}"), "number": number });
        let members = version.as_object_mut().expect("an object");
        members.extend(more.as_object().expect("an object").clone());
        serde_json::from_value(version).expect("a version")
    }

    fn with(bindings: Value, tag: &str) -> Value {
        json!({ "resources": { "bindings": bindings }, "annotations": { "workers/tag": tag } })
    }

    fn mark(secrets: &str) -> String {
        format!("cfwd1:c{}:s{}:k0123", "a".repeat(22), secrets.repeat(22))
    }

    fn paths(live: Value, target: Value) -> Vec<String> {
        let (live, target) = (version(2, live), version(1, target));
        let fields = Comparison { live: &live, target: &target }.fields();
        fields.into_iter().map(|field| field.path).filter(|path| !path.starts_with("version")).collect()
    }

    #[test]
    fn bindings_that_differ_are_told_in_the_words_of_the_manifest() {
        let live = json!([
            { "name": "TEXT", "type": "plain_text", "text": "new" },
            { "name": "SAME", "type": "plain_text", "text": "same" },
            { "name": "ADDED", "type": "queue", "queue_name": "orders" },
        ]);
        let target = json!([
            { "name": "TEXT", "type": "plain_text", "text": "old" },
            { "name": "SAME", "type": "plain_text", "text": "same" },
            { "name": "CACHE", "type": "kv_namespace", "namespace_id": "1a" },
        ]);
        let told = paths(with(live, ""), with(target, ""));
        assert_eq!(told, ["bindings.ADDED (queue)", "kv_bindings.CACHE", "variables.TEXT"]);
    }

    #[test]
    fn secrets_are_the_same_only_where_two_marks_of_ours_prove_it() {
        let secret = || json!([{ "name": "KEY", "type": "secret_text" }]);
        let differ = |live: Value, target: Value| {
            let (live, target) = (version(2, live), version(1, target));
            let comparison = Comparison { live: &live, target: &target };
            assert_eq!(comparison.own_secrets().is_empty(), !comparison.secrets_differ());
            comparison.secrets_differ()
        };
        assert!(!differ(with(secret(), &mark("b")), with(secret(), &mark("b"))));
        assert!(differ(with(secret(), &mark("b")), with(secret(), &mark("c"))));
        assert!(differ(with(secret(), ""), with(secret(), &mark("b"))));
        let mut edited = with(secret(), &mark("b"));
        edited["annotations"]["workers/triggered_by"] = json!("secret");
        assert!(differ(edited, with(secret(), &mark("b"))), "a mark that an edit carried on proves nothing");
        assert!(!differ(with(json!([]), ""), with(json!([]), "")), "neither has any");
    }

    #[test]
    fn a_secret_that_only_one_of_them_has_is_told_by_its_name() {
        let secret = || with(json!([{ "name": "KEY", "type": "secret_text" }]), &mark("b"));
        assert_eq!(paths(with(json!([]), &mark("b")), secret()), ["secrets.KEY"]);
        assert_eq!(paths(secret(), with(json!([]), &mark("b"))), ["secrets.KEY"]);
    }

    #[test]
    fn another_migration_tag_tells_that_objects_were_moved() {
        let tagged = |tag: Value| json!({ "resources": { "script_runtime": { "migration_tag": tag } } });
        let migrates = |live: Value, target: Value| {
            let (live, target) = (version(2, live), version(1, target));
            Comparison { live: &live, target: &target }.migrates()
        };
        assert!(migrates(tagged(json!("v2")), tagged(json!("v1"))));
        assert!(migrates(tagged(json!("v1")), tagged(Value::Null)));
        assert!(!migrates(tagged(json!("v1")), tagged(json!("v1"))));
    }
}
