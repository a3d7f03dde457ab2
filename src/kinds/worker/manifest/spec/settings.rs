//! Settings of a Worker as a manifest says them. `setting/table.rs` has a row for each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::schema::{Items, TextOrFrom};

/// On or off, or what is kept of the requests.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Observability {
    /// All requests or none.
    Switch(bool),
    /// By what is said of each.
    Settings(ObservabilitySettings),
}

/// Workers Logs and traces. What is not given is left as it is.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservabilitySettings {
    /// On or off.
    #[schemars(required)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Share of requests that are logged, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_sampling_rate: Option<f64>,
    /// Whether addresses are logged without their query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redact_query_string: Option<bool>,
    /// What is kept of logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs: Option<Logs>,
    /// What is kept of traces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traces: Option<Traces>,
    /// Issues that Cloudflare makes of errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issues: Option<Issues>,
}

/// What is kept of logs.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Logs {
    /// On or off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Share of requests whose logs are kept, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_sampling_rate: Option<f64>,
    /// Whether each request is logged by itself, also where the Worker logs nothing. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invocation_logs: Option<bool>,
    /// Whether they are kept in the dashboard. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persist: Option<bool>,
    /// Names of destinations of the account that get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destinations: Option<Items<String>>,
}

/// What is kept of traces.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// On or off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Share of requests whose traces are kept, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_sampling_rate: Option<f64>,
    /// Whether they are kept in the dashboard. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persist: Option<bool>,
    /// Names of destinations of the account that get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destinations: Option<Items<String>>,
    /// Whose traces are gone on with: `authenticated` callers', or whatever comes along (`accept`).
    #[schemars(extend("enum" = [Some("authenticated"), Some("accept"), None::<&str>]))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub propagation_policy: Option<String>,
}

/// Issues that Cloudflare makes of errors.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issues {
    /// On or off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// Where a Worker runs: where Cloudflare sees fit (`mode: smart`), or near something that it uses.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// `smart`: where Cloudflare sees fit. `targeted`: near what is named beside it, as without it. `off`: near the client.
    #[schemars(extend("enum" = [Some("smart"), Some("targeted"), Some("off"), None::<&str>]))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Near a region of a cloud, such as `aws:us-east-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Near a host that answers over HTTP, such as `api.example.com`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Near a host and port, such as `db.example.com:5432`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Near one of these, as a list of one: `{region}`, `{hostname}` or `{host}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Items<Target>>,
}

/// What a Worker runs near to.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// A region of a cloud, such as `aws:us-east-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// A host that answers over HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// A host and port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// The most that one request may use. An empty mapping: what Cloudflare gives to all.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Milliseconds of CPU time; the free plan takes none.
    #[schemars(range(min = 1, max = 300_000))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<i64>,
    /// Requests that it makes itself.
    #[schemars(range(min = 1, max = 10_000_000))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subrequests: Option<i64>,
}

/// Whether answers of a Worker are cached in front of it.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CacheOptions {
    /// On or off.
    #[schemars(required)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Whether an answer that an earlier version gave may be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cross_version_cache: Option<bool>,
}

/// A Worker that gets the traces of another one.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TailConsumer {
    /// The Worker: its name, or where its name comes from. One of the same run is deployed first.
    #[schemars(required)]
    pub service: Option<TextOrFrom>,
    /// Environment of the Worker. Default: `production`.
    pub environment: Option<String>,
    /// Dispatch namespace that holds the Worker.
    pub namespace: Option<String>,
}

/// A Worker that gets the traces of another one while that still handles a request.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamingTailConsumer {
    /// The Worker, as in `tail_consumers`.
    #[schemars(required)]
    pub service: Option<TextOrFrom>,
}
