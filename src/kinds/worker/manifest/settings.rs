//! Settings of a Worker as a manifest says them, and what they come to. `setting/table.rs` has a row for each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::generations::spec_path;
use super::spec::Spec;
use crate::binding::Input;
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::names;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::reference::{self, Text};
use crate::manifest::referring::{Field, STREAMED_TO, TAILED_BY};
use crate::manifest::schema::{Items, TextOrFrom};
use crate::manifest::text_or_from::{self, Fault, Said};
use crate::setting::{DesiredSettings, Setting, Tail, table};

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

/// What is stated; nothing where something can't be read.
pub(super) fn lower(spec: &Spec) -> Option<DesiredSettings> {
    let mut settings = DesiredSettings {
        tags: spec.tags.as_ref().map(|tags| tags.each().map(|(_, tag)| tag.clone()).collect()),
        ..DesiredSettings::default()
    };
    for setting in table::ALL {
        match said(setting, spec)? {
            Stated::Nothing => {}
            Stated::Value(value) => {
                settings.values.insert(setting, value);
            }
            Stated::Tails(tails) => {
                settings.tails.insert(setting, tails);
            }
        }
    }
    Some(settings)
}

enum Stated {
    Nothing,
    Value(Value),
    Tails(Vec<Tail>),
}

/// What the manifest says of a setting. The compiler asks for the arm of a new one.
fn said(setting: Setting, spec: &Spec) -> Option<Stated> {
    let value = match setting {
        Setting::CacheOptions => spec.cache_options.as_ref().map(|stated| json!(stated)),
        Setting::Limits => spec.limits.as_ref().map(|stated| json!(stated)),
        Setting::Logpush => spec.logpush.map(Value::from),
        Setting::Observability => spec.observability.as_ref().map(|stated| match stated {
            Observability::Switch(enabled) => json!({ "enabled": enabled }),
            Observability::Settings(settings) => json!(settings),
        }),
        Setting::Placement => spec.placement.as_ref().map(|stated| json!(stated)),
        Setting::StreamingTailConsumers => return tails(setting, &streamed_to(spec)),
        Setting::TailConsumers => return tails(setting, &tailed_by(spec)),
    };
    Some(value.map_or(Stated::Nothing, Stated::Value))
}

/// An entry that names a Worker: where it stands, the name, and what else it says.
pub(super) type Entry<'a> = (Path, Option<&'a TextOrFrom>, Map<String, Value>);

pub(super) fn tailed_by(spec: &Spec) -> Option<Vec<Entry<'_>>> {
    let entries = spec.tail_consumers.as_ref()?.each().map(|(index, entry)| {
        let given = [("environment", &entry.environment), ("namespace", &entry.namespace)];
        let given = given.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into())));
        (path(Setting::TailConsumers, index), entry.service.as_ref(), given.collect())
    });
    Some(entries.collect())
}

pub(super) fn streamed_to(spec: &Spec) -> Option<Vec<Entry<'_>>> {
    let entries = spec.streaming_tail_consumers.as_ref()?.each();
    let setting = Setting::StreamingTailConsumers;
    Some(entries.map(|(index, entry)| (path(setting, index), entry.service.as_ref(), Map::new())).collect())
}

fn path(setting: Setting, index: usize) -> Path {
    spec_path().key(setting.row().word).index(index)
}

fn tails(setting: Setting, entries: &Option<Vec<Entry<'_>>>) -> Option<Stated> {
    let Some(entries) = entries else { return Some(Stated::Nothing) };
    let tails = entries.iter().map(|(path, service, more)| {
        let named = named(setting, (*service)?, &path.key("service")).ok()??;
        Some(Tail { service: named.into(), more: more.clone() })
    });
    tails.collect::<Option<Vec<_>>>().map(Stated::Tails)
}

/// The Worker that an entry names; nothing where it is empty.
///
/// # Errors
/// A finding for what names no Worker.
pub(super) fn named(setting: Setting, given: &TextOrFrom, path: &Path) -> Result<Option<Input>, Fault> {
    let field: &Field = if setting == Setting::StreamingTailConsumers { &STREAMED_TO } else { &TAILED_BY };
    let (path, text) = match text_or_from::read(given, field, path)? {
        Said::Reference(reference) => return Ok(Some(Input::Reference(reference))),
        Said::Text(_, "") => return Ok(None),
        Said::Text(path, text) => (path, text),
    };
    let named = match reference::read(text) {
        Ok(Text::Field { kind, name, field_path }) => {
            let reference = reference::to(field.name, field.takes, (Some(kind), &name, &field_path), &path);
            reference.map(Input::Reference).map_err(|(_, finding)| finding)
        }
        Ok(Text::Plain) => names::script_name(text).map(Input::Value),
        Ok(Text::Variable(_) | Text::Secret(_)) => {
            let finding = Diagnostic::error(Code::Reference, format!("{} is not replaced here", quote(text)));
            Err(finding.with_help("variables and secrets stand under `env`; name the Worker"))
        }
        Err(finding) => Err(finding),
    };
    named.map(Some).map_err(|finding| (path, finding))
}
