//! What a Worker's document says under `spec`.
//!
//! Every field is optional in Rust, so that a document with mistakes can still be read as far as it goes;
//! what the schema requires is told by the shape check.

pub mod classes;
pub mod settings;

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use self::classes::{Exports, Migration};
use self::settings::{CacheOptions, Limits, Observability, Placement, StreamingTailConsumer, TailConsumer};
use crate::binding::table;
use crate::manifest::schema::{Items, SecretValue, TextOrFrom, ValueFrom, Word};

/// What the Worker should be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Account id, 32 hexadecimal digits. Absent: the account of the run.
    #[schemars(extend("pattern" = "^[0-9a-fA-F]{32}$"))]
    pub account_id: Option<String>,
    /// Script name: lower-case letters, digits, `-` and `_`, at most 63.
    #[schemars(extend("pattern" = "^[a-z0-9_][a-z0-9_-]{0,62}$"))]
    pub worker_name: Option<String>,
    /// Script name and bundle in one block; the same as `worker_name` and `script_bundle`.
    pub script: Option<Script>,
    /// Where the code lies in R2.
    pub script_bundle: Option<Bundle>,
    /// How the code is built: `apply --build` runs the command, publishes what it made, and names it in `script_bundle`.
    pub build: Option<Build>,
    /// Name of the entry module of a bundle of one module, by default `index.js`; of a tar, where more than one may be meant.
    pub main_module: Option<String>,
    /// Day whose runtime behaviour the Worker gets, `YYYY-MM-DD`. Absent: the live one stays.
    pub compatibility_date: Option<String>,
    /// Exactly these flags. Default: `nodejs_compat`.
    pub compatibility_flags: Option<Items<String>>,
    /// Accepted for compatibility; has no effect.
    pub usage_model: Option<UsageModel>,
    /// Variables and secrets.
    pub env: Option<Env>,
    /// KV namespaces, each under a name in JavaScript.
    pub kv_bindings: Option<Items<KvBinding>>,
    /// Whatever else the Worker is bound to: databases, buckets, queues, other Workers and more.
    pub bindings: Option<Items<BindingEntry>>,
    /// Static assets: files that are served at their paths, before the Worker is asked. Without a bundle the Worker is these
    /// files alone. Absent: those that another tool has put into the live Worker stay.
    pub assets: Option<Assets>,
    /// What became of the Worker's own classes of Durable Objects, step by step. Absent: they stay as they are.
    pub migrations: Option<Items<Migration>>,
    /// The same as a map: each name that the code exports, or exported, with what it is now; in place of `migrations`.
    pub exports: Option<Exports>,
    /// Queues whose messages the Worker gets, in its `queue` handler. An empty list: none.
    pub queue_consumers: Option<Items<QueueConsumer>>,
    /// Hosts that belong to the Worker whole: Cloudflare keeps a record and a certificate for each. An empty list: none. Absent:
    /// left as it is.
    pub custom_domains: Option<Items<WorkerDomain>>,
    /// When Cloudflare calls the Worker by itself, in its `scheduled` handler: cron expressions in UTC. An empty list: never.
    /// Absent: left as it is.
    pub schedules: Option<Items<Schedule>>,
    /// The host that the Worker answers on: DNS record and routes.
    pub dns: Option<Dns>,
    /// Whether the Worker answers on workers.dev. Absent: left as it is.
    pub workers_dev: Option<WorkersDev>,
    /// Workers Logs and traces. Absent: on when the Worker is created, left as they are later.
    pub observability: Option<Observability>,
    /// Where the Worker runs. Absent: left as it is, near the client if nobody has set it.
    pub placement: Option<Placement>,
    /// The most that one request may use. Absent: left as it is.
    pub limits: Option<Limits>,
    /// Whether traces go to the Logpush jobs of the account. Absent: left as it is.
    pub logpush: Option<bool>,
    /// Whether answers of the Worker are cached in front of it. Absent: left as it is.
    pub cache_options: Option<CacheOptions>,
    /// Workers that get the traces of this one, in their `tail` handler. Those that others have added stay.
    pub tail_consumers: Option<Items<TailConsumer>>,
    /// Workers that get the traces of this one while it still handles a request, in their `tailStream` handler.
    pub streaming_tail_consumers: Option<Items<StreamingTailConsumer>>,
    /// Tags of the Worker, by which people find it. Those that others have added stay.
    pub tags: Option<Items<String>>,
    /// Proof for `--wait` that the new version answers.
    pub wait: Option<Wait>,
}

/// Script name and bundle.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Script name: lower-case letters, digits, `-` and `_`, at most 63.
    #[schemars(extend("pattern" = "^[a-z0-9_][a-z0-9_-]{0,62}$"))]
    pub name: Option<String>,
    /// Where the code lies in R2.
    pub bundle: Option<Bundle>,
    /// How the code of a single file is written: `es-module` (`export default`) or `service-worker`
    /// (`addEventListener`). Default: `es-module`. A multipart file says it itself.
    #[schemars(extend("enum" = [Some("es-module"), Some("service-worker"), None::<&str>]))]
    pub format: Option<String>,
}

/// How the code is built.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Command that builds it, for the shell; it runs where the manifest lies, without anybody's tokens and keys.
    #[schemars(required)]
    pub command: Option<String>,
    /// File or directory that it makes, from where the manifest lies.
    #[schemars(required)]
    pub output: Option<String>,
}

/// An object in R2 that holds the code.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Bucket name.
    #[schemars(required)]
    pub bucket: Option<String>,
    /// Object key, taken verbatim.
    #[schemars(required)]
    pub path: Option<String>,
    /// SHA-256 of the object, 64 hexadecimal digits; another content stops the run.
    #[schemars(extend("pattern" = "^[0-9a-fA-F]{64}$"))]
    pub sha256: Option<String>,
    /// Jurisdiction of the bucket.
    #[schemars(extend("enum" = [Some("eu"), Some("fedramp"), None::<&str>]))]
    pub jurisdiction: Option<String>,
}

/// Variables and secrets.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Env {
    /// Name to text, or to an output of another resource; readable by everyone who can read the Worker.
    /// `$variables-group/GROUP/KEY` comes from `--values`.
    pub variables: Option<BTreeMap<String, TextOrFrom>>,
    /// Name to `${NAME}` or `$secrets-group/GROUP/KEY`; never readable once set.
    pub secrets: Option<BTreeMap<String, SecretValue>>,
}

/// A KV namespace under a name in JavaScript.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KvBinding {
    /// Name in JavaScript; with `kind`, the name of the namespace resource.
    pub name: Option<String>,
    /// Name in JavaScript, where `name` is the resource.
    pub binding: Option<String>,
    /// Namespace id, 32 hexadecimal digits.
    pub namespace_id: Option<String>,
    /// Namespace id, or `$cloudflare-kv-namespace/NAME/status.outputs.namespace_id`.
    pub field_path: Option<String>,
    /// Where the namespace id comes from.
    pub value_from: Option<ValueFrom>,
    /// Kind of the resource that `name` names.
    pub kind: Option<Word>,
    /// Environment of the resource; has no effect here.
    pub env: Option<String>,
}

/// Anything that a Worker can be bound to, under a name in JavaScript.
///
/// What an entry must say beside name and type depends on its type: `binding/table.rs` has a row for each.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct BindingEntry(pub serde_json::Map<String, serde_json::Value>);

impl JsonSchema for BindingEntry {
    fn schema_name() -> Cow<'static, str> {
        "Binding".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let types: Vec<&str> = table::ROWS.iter().map(|row| row.word).collect();
        let known = format!("Cloudflare's word for the type. Known: `{}`.", types.join("`, `"));
        json_schema!({
            "description": "A resource under a name in JavaScript; what else it says depends on its type.",
            "type": "object",
            "required": ["name", "type"],
            "properties": {
                "name": { "description": "Name in JavaScript.", "type": "string" },
                "type": { "description": known, "type": "string" },
            },
            "additionalProperties": true,
            "readWhole": true,
        })
    }
}

/// A queue whose messages the Worker gets, and how. What is not given is Cloudflare's default.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueConsumer {
    /// The queue: its name, its id of 32 hexadecimal digits, or where its name comes from.
    #[schemars(required)]
    pub queue: Option<TextOrFrom>,
    /// Most messages that the Worker gets at a time. Default: 10.
    #[schemars(range(min = 1, max = 100))]
    pub max_batch_size: Option<i64>,
    /// Seconds that messages wait for others to come with. Default: 5.
    #[schemars(range(min = 0, max = 60))]
    pub max_batch_timeout: Option<i64>,
    /// How often a message is tried again that the Worker failed to handle. Default: 3.
    #[schemars(range(min = 0, max = 100))]
    pub max_retries: Option<i64>,
    /// Queue where messages go that failed too often, named as `queue` is. Default: they are lost.
    pub dead_letter_queue: Option<TextOrFrom>,
    /// Most batches that the Worker gets at the same time. Default: as many as Cloudflare sees fit.
    #[schemars(range(min = 1, max = 250))]
    pub max_concurrency: Option<i64>,
    /// Seconds before a message is tried again. Default: 0.
    #[schemars(range(min = 0, max = 43_200))]
    pub retry_delay: Option<i64>,
}

/// A host that belongs to the Worker whole.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum WorkerDomain {
    /// Its zone is found from the host.
    Host(String),
    /// With its zone.
    InZone(DomainInZone),
}

/// A host, and the zone that it lies in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainInZone {
    /// Host, such as `api.example.com`.
    #[schemars(required)]
    pub hostname: Option<String>,
    /// Zone id, 32 hexadecimal digits, or the zone that has it. Absent: found from the host.
    pub zone_id: Option<TextOrFrom>,
}

/// A cron expression in UTC: minute, hour, day of the month, month, weekday (1 is Sunday).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Schedule {
    /// As it is.
    Cron(String),
    /// As other tools write one in a time zone: refused, with the expression in UTC where there is one.
    Zoned(ZonedSchedule),
}

/// A cron expression with a time zone, which Cloudflare does not have.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZonedSchedule {
    /// The cron expression.
    #[schemars(required)]
    pub cron: Option<String>,
    /// Refused: schedules are in UTC.
    pub timezone: Option<String>,
}

/// The hosts that the Worker answers on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dns {
    /// Whether record and routes should exist. Default: false.
    pub enabled: Option<bool>,
    /// Zone id, 32 hexadecimal digits, of all hosts, or the zone that has it. Absent: found from each host.
    pub zone_id: Option<TextOrFrom>,
    /// Zone by name, such as `example.com`.
    pub zone: Option<String>,
    /// Host of the Worker, such as `api.example.com`.
    pub hostname: Option<String>,
    /// Several hosts, each with a record of its own; they may lie in different zones.
    pub hostnames: Option<Items<String>>,
    /// Route pattern. Default: `HOST/*` for each host.
    pub route_pattern: Option<String>,
    /// Several route patterns.
    pub route_patterns: Option<Items<String>>,
    /// The DNS record of each host: `existing`, or a type and a content. Default: `A 100.0.0.1`, proxied.
    pub record: Option<Record>,
}

/// `existing`, or a type and a content.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Record {
    /// A record that is there already and proxied; it is never changed.
    Word(RecordWord),
    /// A record of ours.
    Content(RecordContent),
}

/// How to treat a record that is there already.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordWord {
    /// It must be there and proxied; it is never changed.
    Existing,
}

/// Type and content of a DNS record.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordContent {
    /// Record type.
    #[serde(rename = "type")]
    #[schemars(required, extend("enum" = ["A", "AAAA", "CNAME"]))]
    pub record_type: Option<String>,
    /// Address, or host for `CNAME`.
    #[schemars(required)]
    pub content: Option<String>,
}

/// Static assets: files that are served at their paths.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assets {
    /// Directory that holds the files, from where the manifest lies; its files `_headers` and `_redirects` say how they are
    /// served. Who calls the library gives the files as the option `assets`.
    pub directory: Option<String>,
    /// In place of `directory`: the bucket in R2 that holds the files.
    pub bucket: Option<String>,
    /// With `bucket`: each object whose key starts with it is a file. It ends in `/`.
    pub prefix: Option<String>,
    /// With `bucket`, in place of `prefix`: key of a tar that holds the files.
    pub path: Option<String>,
    /// Jurisdiction of the bucket.
    #[schemars(extend("enum" = [Some("eu"), Some("fedramp"), None::<&str>]))]
    pub jurisdiction: Option<String>,
    /// Name in JavaScript under which the Worker reads them. Absent: it does not.
    pub binding: Option<String>,
    /// Which address a page has. Default: `auto-trailing-slash`.
    #[schemars(extend("enum" = [Some("auto-trailing-slash"), Some("force-trailing-slash"), Some("drop-trailing-slash"), Some("none"), None::<&str>]))]
    pub html_handling: Option<String>,
    /// What answers where no file is. Default: `none`, which asks the Worker.
    #[schemars(extend("enum" = [Some("none"), Some("404-page"), Some("single-page-application"), None::<&str>]))]
    pub not_found_handling: Option<String>,
    /// Where the Worker is asked before the files are looked at: everywhere, or where a rule such as `/api/*` says so, and
    /// not where one such as `!/api/docs/*` does. Default: `false`.
    pub run_worker_first: Option<RunWorkerFirst>,
}

/// Everywhere or nowhere, or by rules.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RunWorkerFirst {
    /// Everywhere or nowhere.
    Always(bool),
    /// By rules.
    Rules(Items<String>),
}

/// On or off, or each address by itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum WorkersDev {
    /// Both addresses.
    Switch(bool),
    /// Each by itself.
    Settings(WorkersDevSettings),
}

/// The Worker's workers.dev addresses.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkersDevSettings {
    /// Whether `NAME.SUBDOMAIN.workers.dev` answers.
    #[schemars(required)]
    pub enabled: Option<bool>,
    /// Whether preview addresses of versions answer. Default: as `enabled`.
    pub previews_enabled: Option<bool>,
}

/// How to prove that the new version answers.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// Path to request. Default: `/`.
    pub path: Option<String>,
    /// Response header that holds the version id.
    pub header: Option<String>,
}

/// Billing model of earlier years.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum UsageModel {
    /// By name.
    Name(
        #[schemars(with = "String", extend("enum" = ["BUNDLED", "UNBOUND", "STANDARD", "bundled", "unbound", "standard"]))]
         UsageModelName,
    ),
    /// By number: 0 bundled, 1 unbound.
    Number(#[schemars(range(min = 0, max = 1))] i64),
}

/// Name of a billing model.
#[derive(Clone, Copy, Debug, Deserialize)]
pub enum UsageModelName {
    /// Number 0.
    #[serde(rename = "BUNDLED", alias = "bundled")]
    Bundled,
    /// Number 1.
    #[serde(rename = "UNBOUND", alias = "unbound")]
    Unbound,
    /// The only one left.
    #[serde(rename = "STANDARD", alias = "standard")]
    Standard,
}
