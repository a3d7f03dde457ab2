//! What a bucket has beside its name: who may read it, and rules.

use serde_json::{Value, json};

use super::stores::{Part, Store, object};
use super::{Account, Answer, Call, Refused, ok};
use crate::names;

const UNREADABLE: Refused = (400, 10040, "could not parse request body");
const NO_RULES: Refused = (404, 10059, "The CORS configuration does not exist.");
const NO_DOMAIN: Refused = (404, 10053, "The specified custom domain does not exist.");

pub(super) const PARTS: [Part; 10] = [
    Part { method: "GET", path: &["domains", "managed"], act: |account, at, _| Ok(ok(managed(&account.stores[at]))) },
    Part { method: "PUT", path: &["domains", "managed"], act: switch_managed },
    Part { method: "GET", path: &["domains", "custom"], act: list_domains },
    Part { method: "POST", path: &["domains", "custom"], act: add_domain },
    Part { method: "GET", path: &["domains", "custom", "*"], act: read_domain },
    Part { method: "PUT", path: &["domains", "custom", "*"], act: switch_domain },
    Part { method: "GET", path: &["cors"], act: read_cors },
    Part { method: "PUT", path: &["cors"], act: |account, at, call| put_rules(account, at, call, "cors") },
    Part { method: "GET", path: &["lifecycle"], act: read_lifecycle },
    Part { method: "PUT", path: &["lifecycle"], act: |account, at, call| put_rules(account, at, call, "lifecycle") },
];

/// What a bucket has as long as nobody sets other rules.
pub fn first_lifecycle() -> Value {
    json!([{
        "id": "Default Multipart Abort Rule", "enabled": true, "conditions": {},
        "abortMultipartUploadsTransition": { "condition": { "type": "Age", "maxAge": 604_800 } },
    }])
}

impl Store {
    /// Whether everybody may read it at its r2.dev address.
    pub fn is_public(&self) -> bool {
        self.settings.get("managed").is_some_and(|on| *on == true)
    }

    /// Whether a host leads to it; nothing when none of that name was ever attached.
    pub fn has_domain(&self, host: &str) -> Option<bool> {
        self.settings.get("domains")?.get(host)?.as_bool()
    }

    /// Rules as they were set.
    pub fn rules(&self, which: &str) -> Option<&Value> {
        self.settings.get(which)
    }
}

fn managed(bucket: &Store) -> Value {
    json!({ "bucketId": "b", "domain": format!("pub-{}.r2.dev", bucket.name), "enabled": bucket.is_public() })
}

fn enabled(call: &Call) -> Result<bool, Refused> {
    let body = object(call).ok_or(UNREADABLE)?;
    body["enabled"].as_bool().ok_or(UNREADABLE)
}

fn switch_managed(account: &mut Account, at: usize, call: &Call) -> Answer {
    let on = enabled(call)?;
    account.store_at(at).settings.insert("managed", json!(on));
    Ok(ok(managed(&account.stores[at])))
}

fn list_domains(account: &mut Account, at: usize, _: &Call) -> Answer {
    let domains = account.stores[at].settings.get("domains").cloned().unwrap_or_default();
    let view = |(host, on): (&String, &Value)| json!({ "domain": host, "enabled": on, "minTLS": "1.0", "status": { "ownership": "active", "ssl": "active" } });
    Ok(ok(json!({ "domains": domains.as_object().into_iter().flatten().map(view).collect::<Vec<_>>() })))
}

fn read_domain(account: &mut Account, at: usize, call: &Call) -> Answer {
    let host = call.path.last().ok_or(NO_DOMAIN)?;
    let on = account.stores[at].has_domain(host).ok_or(NO_DOMAIN)?;
    Ok(ok(json!({ "domain": host, "enabled": on })))
}

fn add_domain(account: &mut Account, at: usize, call: &Call) -> Answer {
    let on = enabled(call)?;
    let body = object(call).ok_or(UNREADABLE)?;
    let (host, zone) = body["domain"].as_str().zip(body["zoneId"].as_str()).ok_or(UNREADABLE)?;
    let zone = names::ZONE_IDS.iter().position(|id| *id == zone).ok_or((404, 10050, "Zone is not on your account."))?;
    if !host.ends_with(names::ZONES[zone]) {
        return Err((400, 10051, "Domain is not in that zone."));
    }
    if account.stores.iter().any(|store| store.has_domain(host).is_some()) {
        return Err((409, 10054, "Domain is already in use, or has DNS records."));
    }
    let domains = account.store_at(at).settings.entry("domains").or_insert_with(|| json!({}));
    domains[host] = json!(on);
    Ok(ok(json!({ "domain": host, "enabled": on })))
}

fn switch_domain(account: &mut Account, at: usize, call: &Call) -> Answer {
    let on = enabled(call)?;
    let host = call.path.last().ok_or(NO_DOMAIN)?;
    account.stores[at].has_domain(host).ok_or(NO_DOMAIN)?;
    if let Some(domains) = account.store_at(at).settings.get_mut("domains") {
        domains[host] = json!(on);
    }
    Ok(ok(json!({ "domain": host, "enabled": on })))
}

fn read_cors(account: &mut Account, at: usize, _: &Call) -> Answer {
    Ok(ok(json!({ "rules": account.stores[at].rules("cors").ok_or(NO_RULES)? })))
}

fn read_lifecycle(account: &mut Account, at: usize, _: &Call) -> Answer {
    let rules = account.stores[at].rules("lifecycle").cloned().unwrap_or_else(first_lifecycle);
    Ok(ok(json!({ "rules": rules })))
}

fn put_rules(account: &mut Account, at: usize, call: &Call, which: &'static str) -> Answer {
    let body = object(call).ok_or(UNREADABLE)?;
    let rules = body["rules"].as_array().ok_or(UNREADABLE)?;
    let fits = |rule: &Value| match which {
        "cors" => rule["allowed"]["origins"].is_array() && rule["allowed"]["methods"].is_array(),
        _ => rule["id"].is_string() && rule["enabled"].is_boolean(),
    };
    if !rules.iter().all(fits) {
        return Err(UNREADABLE);
    }
    account.store_at(at).settings.insert(which, body["rules"].clone());
    Ok(ok(json!({})))
}
