//! What differs of a binding that a row of the table describes, and the Worker that one leads to.

use serde_json::Value;

use crate::binding::table::{self, KV_NAMESPACE};
use crate::binding::{MemberValue, PlainBinding};
use crate::kinds::worker::manifest::Worker;
use crate::manifest::DocumentKind as _;
use crate::model::{Address, Field};
use crate::resource::LiveBinding;

/// Where the binding stands, in the words of the manifest.
pub(super) fn path(binding: &PlainBinding) -> String {
    match binding.type_name.as_str() {
        KV_NAMESPACE => format!("kv_bindings.{}", binding.name),
        _ => format!("bindings.{}", binding.name),
    }
}

/// Member by member where the account has a binding of the type; the type as well where it has none, or another.
pub(super) fn fields(
    path: &str,
    binding: &PlainBinding,
    same_type: Option<&LiveBinding>,
    live: Option<&LiveBinding>,
) -> Vec<Field> {
    let mut fields = Vec::new();
    if same_type.is_none() && binding.type_name != KV_NAMESPACE {
        let old = live.map(|live| live.type_name.as_str());
        fields.push(Field::new(path, old, binding.type_name.as_str()));
    }
    for (name, value) in &binding.members {
        let old = same_type.map(|live| shown(binding, name, live)).unwrap_or_default();
        let path = match binding.type_name.as_str() {
            KV_NAMESPACE => path.to_owned(),
            _ => format!("{path}.{}", name_in_manifest(binding, name)),
        };
        fields.extend(field(path, old, value));
    }
    // What the account has for the type and the manifest does not give goes with the upload.
    let left = binding.row().into_iter().flat_map(|row| row.members);
    for member in left.filter(|member| !binding.members.contains_key(member.sent)) {
        let old = same_type.map(|live| shown(binding, member.sent, live)).unwrap_or_default();
        if !old.is_null() && old.as_str() != member.default.or(Some("")) {
            fields.push(Field::new(format!("{path}.{}", member.name), old, Value::Null));
        }
    }
    fields
}

fn field(path: String, old: Value, value: &MemberValue) -> Option<Field> {
    // Beside an empty account a reference may stay open as well.
    let (later, new) = (value.known().is_none(), value.known().unwrap_or_default());
    (later || old != new).then(|| Field { later, ..Field::new(path, old, new) })
}

fn name_in_manifest<'a>(binding: &PlainBinding, sent: &'a str) -> &'a str {
    binding.row().and_then(|row| row.member(sent)).map_or(sent, |member| member.name)
}

/// A member as the account shows it, under either of its names.
fn shown(binding: &PlainBinding, sent: &str, live: &LiveBinding) -> Value {
    let member = binding.row().and_then(|row| row.member(sent));
    let names: Vec<&str> = member.map_or_else(|| vec![sent], |member| member.names().collect());
    names.iter().find_map(|name| live.fields.get(*name).cloned()).unwrap_or_default()
}

/// The Worker that a live binding leads to.
pub(super) fn leads_to(live: &LiveBinding) -> Option<Address> {
    let refers = table::row(&live.type_name)?.referring()?.refers?;
    resource(live).filter(|_| refers.kind == Worker.name()).map(Address::script)
}

/// Id or name of the resource that a live binding leads to.
pub(super) fn resource(live: &LiveBinding) -> Option<&str> {
    let member = table::row(&live.type_name)?.referring()?;
    member.names().find_map(|name| live.fields.get(name)?.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::binding::Input;

    fn live(type_name: &str, fields: Value) -> LiveBinding {
        LiveBinding { name: "X".into(), type_name: type_name.into(), fields }
    }

    fn of(type_name: &str, member: &str, value: &str) -> PlainBinding {
        PlainBinding::referring("X".into(), type_name, member, Input::Value(value.into()))
    }

    fn paths(binding: &PlainBinding, live: &LiveBinding) -> Vec<String> {
        let same = (live.type_name == binding.type_name).then_some(live);
        fields(&path(binding), binding, same, Some(live)).into_iter().map(|field| field.path).collect()
    }

    #[test]
    fn a_member_is_found_under_either_of_its_names() {
        let database = of("d1", "id", "abc");
        assert!(paths(&database, &live("d1", json!({ "database_id": "abc" }))).is_empty());
        assert!(paths(&database, &live("d1", json!({ "id": "abc" }))).is_empty());
        assert_eq!(paths(&database, &live("d1", json!({ "id": "def" }))), ["bindings.X.database_id"]);
    }

    #[test]
    fn a_member_that_only_the_account_has_goes() {
        let bucket = of("r2_bucket", "bucket_name", "media");
        let there = live("r2_bucket", json!({ "bucket_name": "media", "jurisdiction": "eu" }));
        assert_eq!(paths(&bucket, &there), ["bindings.X.jurisdiction"]);
    }

    #[test]
    fn a_binding_leads_to_the_worker_that_it_names() {
        let lead = |type_name, fields| leads_to(&live(type_name, fields));
        let class = json!({ "class_name": "Room", "script_name": "rooms", "namespace_id": "0f" });
        assert_eq!(lead("service", json!({ "service": "api" })), Some(Address::script("api")));
        assert_eq!(lead("durable_object_namespace", class), Some(Address::script("rooms")));
        assert_eq!(lead("durable_object_namespace", json!({ "class_name": "Own" })), None);
        assert_eq!(lead("queue", json!({ "queue_name": "jobs" })), None);
        assert_eq!(lead("time_machine", json!({ "service": "api" })), None);
    }

    #[test]
    fn another_type_is_told_as_a_difference() {
        let queue = of("queue", "queue_name", "jobs");
        let there = live("service", json!({ "service": "jobs" }));
        assert_eq!(paths(&queue, &there), ["bindings.X", "bindings.X.queue_name"]);
    }
}
