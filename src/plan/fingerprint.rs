//! Stable digest of what a plan changes.

use sha2::{Digest, Sha256};

use super::{Change, Plan};
use crate::model::hex;

/// 16 hex digits of the SHA-256 of the canonical changes, reasons left out, and of whose they are: two plans with the
/// same fingerprint do the same. Names of secrets are part of it and values are not: whoever approves need not have them.
pub fn fingerprint(plan: &Plan) -> String {
    let owners = plan.manifests.iter().map(|manifest| serde_json::json!([manifest.account, manifest.id]));
    let changes: Vec<serde_json::Value> = owners.chain(plan.changes.iter().map(canonical)).collect();
    let mut digits = hex(&Sha256::digest(serde_json::Value::Array(changes).to_string().as_bytes()));
    digits.truncate(16);
    digits
}

/// Object keys come out sorted: `serde_json` keeps them in an ordered map.
fn canonical(change: &Change) -> serde_json::Value {
    let mut canonical = serde_json::json!({
        "address": change.address,
        "kind": change.kind,
        "action": change.action,
        "from": change.from,
        "needs": change.needs,
        "fields": change.fields,
    });
    if let Some(members) = canonical.as_object_mut().filter(|_| !change.first_without.is_empty()) {
        members.insert("firstWithout".into(), serde_json::json!(change.first_without));
    }
    canonical
}
