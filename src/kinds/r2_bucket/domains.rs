//! The hosts at which everybody may read the objects of a bucket.

use serde_json::Value;

use crate::kinds::store::text;
use crate::resource::LiveStore;

/// The custom domain that the document names, as the bucket has it.
pub(super) fn live_domain<'a>(wanted: &Value, live: &'a LiveStore) -> Option<&'a Value> {
    let name = text(wanted.get("domain")?, "domain")?;
    domains(live).iter().find(|domain| is_named(domain, name))
}

/// Other hosts that lead to it: a document names one, and the one that it named before stays.
pub(super) fn open_besides<'a>(wanted: &Value, live: &'a LiveStore) -> Vec<&'a str> {
    let named = wanted.get("domain").and_then(|domain| text(domain, "domain")).unwrap_or_default();
    let others = domains(live).iter().filter(|domain| is_enabled(Some(domain)) && !is_named(domain, named));
    others.filter_map(|domain| text(domain, "domain")).collect()
}

/// Whether the host leads to the bucket.
pub(super) fn is_enabled(domain: Option<&Value>) -> bool {
    domain.and_then(|domain| domain.get("enabled")?.as_bool()).unwrap_or_default()
}

fn domains(live: &LiveStore) -> &[Value] {
    live.settings.pointer("/custom/domains").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_named(domain: &Value, name: &str) -> bool {
    text(domain, "domain").is_some_and(|known| known.eq_ignore_ascii_case(name))
}
