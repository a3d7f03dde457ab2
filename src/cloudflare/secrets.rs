//! Secrets of a script: names can be read, values can't.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/secrets/>

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::error::Family;
use super::permissions;
use super::read::ReadOf;
use crate::http::Method;

/// `GET …/secrets`: of the newest version.
pub fn list(account_id: &str, script: &str) -> ReadOf<Vec<SecretName>> {
    let path = ["accounts", account_id, "workers", "scripts", script, "secrets"];
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path, format!("secrets of `{script}`")).or_absent()
}

/// `PATCH …/secrets-bulk`: removes secrets in one new version, which goes live at once; others stay.
///
/// Refused with 10215 while the newest version is not the live one.
pub fn remove<'a>(account_id: &str, script: &str, names: impl Iterator<Item = &'a String>) -> Call {
    let path = ["accounts", account_id, "workers", "scripts", script, "secrets-bulk"];
    let secrets: Map<String, Value> = names.map(|name| (name.clone(), Value::Null)).collect();
    Call {
        body: json!({ "secrets": secrets }),
        body_type: Some("application/merge-patch+json"),
        ..Call::new((Family::Workers, permissions::SCRIPTS), Method::Patch, &path)
    }
}

/// A secret as it can be read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SecretName {
    /// Name in JavaScript.
    pub name: String,
}
