//! Custom domains of an account's Workers.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/domains/>

use serde::Deserialize;
use serde_json::{Value, json};

use super::accepted::Listing;
use super::call::Call;
use super::error::Family;
use super::host;
use super::permissions;
use super::read::ReadOf;
use crate::http::Method;
use crate::model::typed;

/// Cloudflare's code for a host that belongs to another Worker.
pub const OF_ANOTHER: i64 = 100_116;
/// Cloudflare's code for a host that has records of its own.
pub const HAS_RECORDS: i64 = 100_117;

/// `GET /accounts/{account}/workers/domains`: all of them.
pub fn list(account_id: &str) -> ReadOf<Listing> {
    let subject = format!("custom domains of account {account_id}");
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path(account_id), subject).or_absent()
}

/// The same for one host.
pub fn named(account_id: &str, hostname: &str) -> ReadOf<Listing> {
    let subject = format!("custom domain `{hostname}`");
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path(account_id), subject)
        .with("hostname", hostname)
        .or_absent()
}

/// `GET /accounts/{account}/workers/domains/{domain}`: whether it is there, whatever a list says.
pub fn read(account_id: &str, id: &str) -> ReadOf<Value> {
    let path = ["accounts", account_id, "workers", "domains", id];
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path, format!("custom domain {id}")).or_absent()
}

/// `PUT /accounts/{account}/workers/domains`: makes it, or has another Worker answer. So nobody may have it meanwhile: look
/// before.
pub fn put(account_id: &str, zone_id: &str, hostname: &str, script: &str) -> Call {
    let body = json!({ "hostname": hostname, "service": script, "zone_id": zone_id });
    Call { body, looks_first: true, ..call(Method::Put, &path(account_id)) }
}

/// `DELETE /accounts/{account}/workers/domains/{domain}`: its record and its certificate go with it.
pub fn delete(account_id: &str, id: &str) -> Call {
    let until_gone = Some(read(account_id, id).into());
    Call { until_gone, ..call(Method::Delete, &["accounts", account_id, "workers", "domains", id]) }
}

fn call(method: Method, path: &[&str]) -> Call {
    Call::new((Family::Workers, permissions::SCRIPTS), method, path)
}

fn path(account_id: &str) -> [&str; 4] {
    ["accounts", account_id, "workers", "domains"]
}

/// A custom domain of a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Domain {
    /// Its id.
    pub id: String,
    /// Host.
    pub hostname: String,
    /// The Worker that answers.
    #[serde(default)]
    pub service: String,
    /// Id of the zone.
    #[serde(default)]
    pub zone_id: String,
}

impl Domain {
    /// Reads an entry of a list; its host in the spelling of a manifest.
    pub fn of(entry: &Value) -> Option<Self> {
        let domain: Self = typed(entry.clone()).ok()?;
        Some(Self { hostname: host::host(&domain.hostname), ..domain })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Domain;

    #[test]
    fn a_custom_domain_is_read_with_its_host_as_a_manifest_spells_it() {
        let entry = json!({ "id": "1", "hostname": "Bücher.example", "service": "shop", "zone_id": "z", "environment": "production" });
        let domain = Domain::of(&entry).expect("a domain");
        assert_eq!((domain.hostname.as_str(), domain.service.as_str()), ("xn--bcher-kva.example", "shop"));
        assert_eq!(Domain::of(&json!({ "hostname": "a.example" })), None);
    }
}
