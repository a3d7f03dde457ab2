//! `outputs`: what a deployment gives back.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::planning;
use super::session::Session;
use super::{Credentials, Io, Options};
use crate::error::Error;
use crate::manifest::Source;
use crate::model::{OutputSet, Outputs};
use crate::ordered;
use crate::resource::{DesiredManifest, LiveManifest};

/// Outputs of what is deployed.
#[derive(Clone, Debug, Serialize)]
pub struct OutputsResult {
    /// By `Kind/name`, as `--outputs FILE` reads them.
    pub outputs: OutputSet,
    /// By script name.
    pub workers: BTreeMap<String, Outputs>,
}

/// Reads the outputs of what is deployed; a Worker that is not there has none.
///
/// # Errors
/// Bad manifests, and reads that failed.
pub async fn outputs(
    sources: &[Source],
    credentials: &Credentials,
    options: &Options,
    io: &Io,
) -> Result<OutputsResult, Error> {
    let session = Session::open(io, credentials, options.timeout_ms)?;
    let prepared = planning::prepare_removal(&session, sources, options).await?;
    let deployed = prepared.desired.manifests.iter().zip(&prepared.live.manifests);
    Ok(collect(deployed.filter(|(_, live)| live.script.is_some())))
}

/// Outputs of manifests that are deployed.
pub(super) fn collect<'a>(deployed: impl Iterator<Item = (&'a DesiredManifest, &'a LiveManifest)>) -> OutputsResult {
    let mut result = OutputsResult { outputs: OutputSet::new(), workers: BTreeMap::new() };
    for (desired, live) in deployed {
        let outputs = outputs_of(desired, live);
        let fields: BTreeMap<String, Value> = ordered::collect([
            ("script_id".into(), json!(outputs.script_id)),
            ("route_urls".into(), json!(outputs.route_urls)),
            ("urls".into(), json!(outputs.urls)),
        ]);
        result.outputs.insert(format!("CloudflareWorker/{}", desired.identity.name), fields);
        result.workers.insert(desired.script.name.clone(), outputs);
    }
    result
}

/// Outputs of one manifest once it is applied.
fn outputs_of(desired: &DesiredManifest, live: &LiveManifest) -> Outputs {
    let name = &desired.script.name;
    let mut route_urls: Vec<String> =
        desired.routing.iter().flat_map(|routing| &routing.routes).map(|route| route.pattern.clone()).collect();
    ordered::sort(&mut route_urls);
    let mut urls: Vec<String> = ordered::unique(route_urls.iter().filter_map(|pattern| url(pattern)));
    let on = match (desired.script.workers_dev, &live.script) {
        (Some(wanted), _) => wanted.enabled,
        (None, Some(script)) => script.workers_dev.is_some_and(|live| live.enabled),
        (None, None) => false,
    };
    if let Some(subdomain) = live.account_subdomain.as_ref().filter(|_| on) {
        urls.push(format!("https://{name}.{subdomain}.workers.dev"));
    }
    Outputs { script_id: name.clone(), route_urls, urls }
}

/// The address that a pattern answers at; none for a wildcard host.
fn url(pattern: &str) -> Option<String> {
    let rest = pattern.split_once("://").map_or(pattern, |(_, rest)| rest);
    let rest = rest.strip_suffix('*').unwrap_or(rest);
    (!rest.starts_with('*')).then(|| format!("https://{rest}"))
}

/// Page of the Worker in the dashboard.
pub(super) fn dashboard(desired: &DesiredManifest) -> String {
    let (account, name) = (&desired.identity.account, &desired.script.name);
    format!("https://dash.cloudflare.com/{account}/workers/services/view/{name}/production")
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn urls_come_from_patterns_without_wildcard_hosts() {
        assert_eq!(url("api.example.com/*").as_deref(), Some("https://api.example.com/"));
        assert_eq!(url("http://api.example.com/v1/*").as_deref(), Some("https://api.example.com/v1/"));
        assert_eq!(url("*.example.com/*"), None);
    }
}
