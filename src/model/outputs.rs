//! What a deployment gives back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Outputs of one Worker, by the names of the original system plus `urls`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs {
    /// The script name.
    pub script_id: String,
    /// Route patterns, sorted.
    pub route_urls: Vec<String>,
    /// Addresses to open, sorted; workers.dev last.
    pub urls: Vec<String>,
}

/// Outputs of a run as `outputs --json` prints and `--outputs FILE` reads them:
/// `{"CloudflareKvNamespace/my-cache": {"namespace_id": "…"}}`.
pub type OutputSet = BTreeMap<String, BTreeMap<String, serde_json::Value>>;
