//! `outputs`: what a deployment gives back.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::removal::prepare_removal;
use super::result_names::{ResultNames, WORKER};
use super::session::Session;
use super::{Credentials, Io, Options};
use crate::error::Error;
use crate::kinds;
use crate::manifest::Source;
use crate::model::marks::ScriptMarks;
use crate::model::{Output, OutputSet, OutputSetTold, Outputs};
use crate::resource::{DesiredManifest, DesiredState, LiveManifest, LiveState};

/// Outputs of what is deployed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OutputsResult {
    /// Outputs of all that is there, as `--outputs FILE` reads them.
    #[schemars(with = "OutputSetTold")]
    pub outputs: OutputSet,
    /// By script name; by `account/ID/NAME` where several accounts of the run have one.
    pub workers: BTreeMap<String, Outputs>,
}

/// Reads the outputs of what is deployed; a Worker that is not there, or is not the manifest's, has none.
///
/// # Errors
/// Bad manifests, and reads that failed.
pub async fn outputs(
    sources: &[Source],
    credentials: &Credentials,
    options: &Options,
    io: &Io,
) -> Result<OutputsResult, Error> {
    let work = async |session: Session<'_>| {
        let prepared = prepare_removal(&session, sources, options).await?;
        let names = ResultNames::of(&prepared.desired);
        let mut result = deployed(&prepared.desired, &prepared.live, &names);
        result.outputs.extend(of_stores(&prepared.desired, &prepared.live, &BTreeMap::new()));
        Ok(result)
    };
    Session::run(io, credentials, options.timeout_ms, work).await
}

/// Outputs of manifests that were just applied: what they say is what is there.
pub(super) fn applied<'a>(
    manifests: impl Iterator<Item = (&'a DesiredManifest, &'a LiveManifest)>,
    names: &ResultNames,
) -> OutputsResult {
    let outputs = manifests.map(|(desired, live)| (desired, outputs_of_applied(desired, live)));
    result(outputs, names)
}

/// The first address that a Worker answers at once its manifest was applied.
pub(super) fn first_url(desired: &DesiredManifest, live: &LiveManifest) -> Option<String> {
    outputs_of_applied(desired, live).urls.into_iter().next()
}

fn outputs_of_applied(desired: &DesiredManifest, live: &LiveManifest) -> Outputs {
    let routes = desired.routing.iter().flat_map(|host| &host.routes);
    let on = desired.script.workers_dev.map_or_else(|| is_public(live), |wanted| wanted.enabled);
    let patterns = routes.map(|route| route.pattern.clone()).collect();
    let domains = desired.domains.iter().flatten().map(|domain| domain.hostname.clone()).collect();
    outputs_of(desired, live, patterns, domains, on)
}

/// Outputs of what the account has for manifests, however much it differs from what they say. A Worker without the
/// manifest's mark is another one.
fn deployed(all: &DesiredState, state: &LiveState, names: &ResultNames) -> OutputsResult {
    let manifests = all.manifests.iter().zip(&state.manifests);
    let outputs = manifests.filter_map(|(desired, live)| {
        let marks = ScriptMarks::parse(&live.script.as_ref()?.tags);
        if !marks.ids.contains(&desired.identity.id()) {
            return None;
        }
        let routes =
            live.zones.iter().flat_map(|(zone, content)| content.routes.iter().map(move |route| (zone, route)));
        let ours = routes.filter(|(zone, route)| {
            route.script.as_ref() == Some(&desired.script.name) && marks.holds(zone, &route.pattern)
        });
        let patterns = ours.map(|(_, route)| route.pattern.clone()).collect();
        let listed = state.domains.get(&desired.identity.account).into_iter().flat_map(|listed| &listed.domains);
        let ours = listed.filter(|(host, domain)| domain.service == desired.script.name && marks.domain(host));
        let domains = ours.map(|(host, _)| host.clone()).collect();
        Some((desired, outputs_of(desired, live, patterns, domains, is_public(live))))
    });
    result(outputs, names)
}

/// Outputs of stores: of those that are there, and what this run made.
pub(super) fn of_stores(desired: &DesiredState, live: &LiveState, made: &BTreeMap<Output, String>) -> OutputSet {
    let names = ResultNames::of(desired);
    let mut outputs = OutputSet::new();
    for (store, live) in desired.stores.iter().zip(&live.stores) {
        let of_store =
            made.iter().filter(|(output, _)| output.of == store.address && output.account == store.identity.account);
        let of_store = of_store.map(|(output, value)| (output.name.clone(), value.clone())).collect();
        let fields = kinds::outputs(store, live.as_ref(), &of_store);
        if !fields.is_empty() {
            outputs.insert(names.document(store.kind, &store.identity), fields);
        }
    }
    outputs
}

fn result<'a>(manifests: impl Iterator<Item = (&'a DesiredManifest, Outputs)>, names: &ResultNames) -> OutputsResult {
    let mut result = OutputsResult { outputs: OutputSet::new(), workers: BTreeMap::new() };
    for (desired, outputs) in manifests {
        let fields = BTreeMap::from([
            ("script_id".into(), json!(outputs.script_id)),
            ("route_urls".into(), json!(outputs.route_urls)),
            ("urls".into(), json!(outputs.urls)),
        ]);
        result.outputs.insert(names.document(WORKER, &desired.identity), fields);
        result.workers.insert(names.script(desired), outputs);
    }
    result
}

fn outputs_of(
    desired: &DesiredManifest,
    live: &LiveManifest,
    mut route_urls: Vec<String>,
    domains: Vec<String>,
    on: bool,
) -> Outputs {
    let name = &desired.script.name;
    route_urls.sort();
    let of_domains = domains.iter().map(|host| format!("https://{host}"));
    let urls: BTreeSet<String> = route_urls.iter().filter_map(|pattern| url(pattern)).chain(of_domains).collect();
    let mut urls: Vec<String> = urls.into_iter().collect();
    if let Some(subdomain) = live.account_subdomain.as_ref().filter(|_| on) {
        urls.push(format!("https://{name}.{subdomain}.workers.dev"));
    }
    Outputs { script_id: name.clone(), route_urls, urls }
}

/// Whether the Worker answers on workers.dev now.
fn is_public(live: &LiveManifest) -> bool {
    live.script.as_ref().and_then(|script| script.workers_dev).is_some_and(|live| live.enabled)
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
