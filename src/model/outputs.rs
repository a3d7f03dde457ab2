//! What a deployment gives back.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Outputs of one Worker, by the names of the original system plus `urls`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "WorkerOutputs")]
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

/// What an output is. Like the two below it stands for JSON in the types for JavaScript: outputs are read from files.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(description = "What an output is.")]
pub enum OutputValue {
    /// Most are text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// Nothing.
    Nothing(()),
    /// Several of them.
    List(Vec<Self>),
}

/// Outputs of one resource by their names, such as `script_id`, `route_urls`, `urls`.
#[derive(JsonSchema)]
#[schemars(rename = "Outputs")]
pub struct OutputsTold(pub BTreeMap<String, OutputValue>);

/// Outputs of a run by `Kind/name`. Where several documents of the run have one kind and name, what tells them apart
/// stands before it: `Kind/account/ID/name` in several accounts, `Kind/org/env/name` in one, or
/// `Kind/account/ID/org/env/name`. They are read back so.
#[derive(JsonSchema)]
#[schemars(rename = "OutputSet")]
pub struct OutputSetTold(pub BTreeMap<String, OutputsTold>);
