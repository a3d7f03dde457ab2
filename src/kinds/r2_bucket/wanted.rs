//! What a document wants of a bucket, in the words of Cloudflare's API, which are compared and sent.

use serde_json::{Map, Value, json};

use super::spec::{CorsRule, CustomDomain, LifecycleRule, Spec};
use crate::binding::Input;
use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::store::Stated;
use crate::manifest::schema::{Items, Word};
use crate::manifest::{Claimed, Path, host_name, quote};
use crate::resource::StoreInput;

/// Locations by their numbers in the original system.
pub(super) const LOCATIONS: [&str; 7] = ["auto", "WNAM", "ENAM", "WEUR", "EEUR", "APAC", "OC"];
pub(super) const SECONDS_A_DAY: i64 = 86_400;

/// Where the zone of the custom domain stands in what is wanted.
pub(super) const ZONE_ID: &str = "/domain/zoneId";

/// The settings that the document states; what it does not state is no member. `zone`: that of the custom domain.
pub(super) fn wanted(spec: &Spec, zone: Option<Input>) -> Stated {
    let mut wanted = Map::new();
    let mut state = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            wanted.insert(name.to_owned(), value);
        }
    };
    state("location", spec.location.as_ref().and_then(location).filter(|word| *word != "auto").map(Value::from));
    state("jurisdiction", spec.jurisdiction.clone().map(Value::from));
    state("managed", spec.public_access.map(Value::from));
    state("domain", spec.custom_domain.as_ref().and_then(|custom| domain(custom, zone.as_ref())));
    state("cors", spec.cors.as_ref().map(|rules| each(rules, cors)));
    state("lifecycle", spec.lifecycle.as_ref().map(|rules| each(rules, lifecycle)));
    let inputs = zone.filter(|zone| !matches!(zone, Input::Value(_)));
    let inputs = inputs.map(|zone| StoreInput { at: ZONE_ID, given: zone.into() });
    let claims = spec.custom_domain.as_ref().and_then(claim).into_iter().collect();
    Stated { wanted: Value::Object(wanted), inputs: inputs.into_iter().collect(), claims }
}

/// A host leads to one thing: a bucket makes its DNS record as a Worker does.
fn claim(custom: &CustomDomain) -> Option<Claimed> {
    let host = host(custom).filter(|_| custom.enabled == Some(true))?;
    let message = format!("two documents claim the DNS record of {}", quote(&host));
    let finding = Diagnostic::error(Code::ClaimedTwice, message).with_help("give one of them another host");
    let path = Path::default().key("spec").key("custom_domain").key("domain");
    Some(Claimed::record(&host, path, finding))
}

/// The host as Cloudflare holds it.
fn host(custom: &CustomDomain) -> Option<String> {
    host_name(custom.domain.as_deref().filter(|domain| !domain.is_empty())?).ok()
}

/// The word of a location, however it is spelt.
pub(super) fn location(word: &Word) -> Option<&'static str> {
    match word {
        Word::Name(name) if name == "CLOUDFLARE_R2_LOCATION_UNSPECIFIED" => Some("auto"),
        Word::Name(name) => LOCATIONS.into_iter().find(|known| known.eq_ignore_ascii_case(name)),
        Word::Number(number) => LOCATIONS.get(usize::try_from(*number).ok()?).copied(),
    }
}

fn domain(custom: &CustomDomain, zone: Option<&Input>) -> Option<Value> {
    let domain = host(custom)?;
    let enabled = custom.enabled.unwrap_or_default();
    let id = match zone {
        Some(Input::Value(id)) => Some(id),
        Some(Input::Reference(_) | Input::Late(_)) | None => None,
    };
    Some(json!({ "domain": domain, "zoneId": id, "enabled": enabled }))
}

fn each<T>(rules: &Items<T>, rule: impl Fn(&T) -> Value) -> Value {
    Value::Array(rules.each().map(|(_, one)| rule(one)).collect())
}

/// A rule as Cloudflare wants it.
pub(super) fn cors(rule: &CorsRule) -> Value {
    let list = |items: &Option<Items<String>>| -> Option<Value> {
        items.as_ref().map(|items| Value::Array(items.each().map(|(_, text)| text.as_str().into()).collect()))
    };
    let allowed =
        json!({ "origins": list(&rule.origins), "methods": list(&rule.methods), "headers": list(&rule.headers) });
    plain(&json!({
        "allowed": allowed, "exposeHeaders": list(&rule.expose_headers), "maxAgeSeconds": rule.max_age_seconds,
    }))
}

/// Likewise.
pub(super) fn lifecycle(rule: &LifecycleRule) -> Value {
    let age = |days: Option<i64>| days.map(|days| json!({ "type": "Age", "maxAge": days * SECONDS_A_DAY }));
    let after = |days: Option<i64>| age(days).map(|condition| json!({ "condition": condition }));
    let rarely = age(rule.infrequent_access_after_days)
        .map(|condition| json!([{ "condition": condition, "storageClass": "InfrequentAccess" }]));
    plain(&json!({
        "enabled": true,
        "conditions": { "prefix": rule.prefix.clone().unwrap_or_default() },
        "deleteObjectsTransition": after(rule.delete_after_days),
        "abortMultipartUploadsTransition": after(rule.abort_uploads_after_days),
        "storageClassTransitions": rarely,
    }))
}

/// A rule as it is compared: its name, and members that say nothing, make no difference.
pub(super) fn plain(rule: &Value) -> Value {
    match rule {
        Value::Object(members) => {
            let said = members.iter().filter(|(name, _)| *name != "id").map(|(name, value)| (name, plain(value)));
            let says =
                |value: &Value| !value.is_null() && *value != json!([]) && *value != json!({}) && *value != json!("");
            Value::Object(said.filter(|(_, value)| says(value)).map(|(name, value)| (name.clone(), value)).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{location, plain};
    use crate::manifest::schema::Word;

    #[test]
    fn both_generations_name_locations() {
        let name = |text: &str| location(&Word::Name(text.into()));
        assert_eq!((name("WEUR"), name("auto"), name("weur")), (Some("WEUR"), Some("auto"), Some("WEUR")));
        assert_eq!((location(&Word::Number(6)), location(&Word::Number(7))), (Some("OC"), None));
        assert_eq!((name("CLOUDFLARE_R2_LOCATION_UNSPECIFIED"), name("mars")), (Some("auto"), None));
    }

    #[test]
    fn rules_are_equal_whatever_their_names() {
        let live = json!({ "id": "1", "allowed": { "origins": ["*"], "methods": ["GET"], "headers": [] }, "maxAgeSeconds": null });
        assert_eq!(plain(&live), json!({ "allowed": { "origins": ["*"], "methods": ["GET"] } }));
    }
}
