//! Answers → live state of one manifest.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Known;
use super::reads::{Found, Read};
use crate::cloudflare::dns_records::Record;
use crate::cloudflare::routes::Route;
use crate::cloudflare::scripts::{self, Settings};
use crate::cloudflare::{deployments, host, versions};
use crate::guard::{self, Guard};
use crate::model::marks::{ScriptMarks, VersionMark};
use crate::resource::{
    DesiredManifest, LiveBinding, LiveDeployment, LiveManifest, LiveRecord, LiveRoute, LiveScript, LiveVersion,
    LiveZone, LiveZoneContent, Observability, RenamedScript, SecretEdit, WorkersDev,
};

/// Puts together what was read for one manifest; what was not read is absent.
pub(super) fn manifest(manifest: &DesiredManifest, zone: Option<&String>, known: &Known) -> LiveManifest {
    let account = &manifest.identity.account;
    let script = script(account, &manifest.script.name, known);
    LiveManifest {
        used_by: Vec::new(),
        renamed: renamed(manifest, known),
        zone: zone.map(|zone| live_zone(zone, known)),
        zones: zones(manifest, known),
        bundle: None,
        account_subdomain: match known.get(&Read::AccountSubdomain { account: account.clone() }) {
            Some(Found::AccountSubdomain(name)) => name.clone(),
            _ => None,
        },
        script,
    }
}

fn script(account: &str, name: &str, known: &Known) -> Option<LiveScript> {
    let at = |read: fn(String, String) -> Read| known.get(&read(account.to_owned(), name.to_owned()));
    let listed = match known.get(&Read::Scripts { account: account.to_owned() }) {
        Some(Found::Scripts(scripts)) => scripts.iter().find(|script| script.id == name),
        _ => None,
    };
    let settings = match at(|account, script| Read::Settings { account, script }) {
        Some(Found::Settings(settings)) => Some(settings.as_ref()),
        _ => None,
    };
    if listed.is_none() && settings.is_none() {
        return None;
    }
    let mut script = settings.map(from_settings).unwrap_or_default();
    script.has_assets |= listed.is_some_and(|listed| listed.has_assets == Some(true));
    script.has_no_content = settings.is_none();
    if settings.is_none() {
        script.tags = listed.map(|listed| listed.tags.clone()).unwrap_or_default();
    }
    if let Some(Found::Deployments(list)) = at(|account, script| Read::Deployments { account, script }) {
        script.deployment = list.first().map(deployment);
    }
    if let Some(Found::Versions(list)) = at(|account, script| Read::Versions { account, script }) {
        script.versions = list.iter().map(version).collect();
    }
    if let Some(Found::WorkersDev(switches)) = at(|account, script| Read::WorkersDev { account, script }) {
        let (enabled, previews_enabled) = (switches.enabled, switches.previews_enabled);
        script.workers_dev = Some(WorkersDev { enabled, previews_enabled });
    }
    add_details(&mut script, account, name, known);
    Some(script)
}

fn from_settings(settings: &Settings) -> LiveScript {
    let observability = settings.observability.as_ref();
    let bindings: Vec<LiveBinding> = settings.bindings.iter().map(binding).collect();
    LiveScript {
        tags: settings.tags.clone(),
        has_assets: bindings.iter().any(|binding| binding.type_name == "assets"),
        bindings,
        compatibility_date: settings.compatibility_date.clone(),
        compatibility_flags: settings.compatibility_flags.clone(),
        observability: observability.and_then(|live| {
            Some(Observability { enabled: live.enabled?, head_sampling_rate: live.head_sampling_rate })
        }),
        carried: carried(settings),
        ..LiveScript::default()
    }
}

/// Settings that go out again with an upload so that they survive it.
fn carried(settings: &Settings) -> BTreeMap<String, Value> {
    let mut carried = BTreeMap::new();
    let mut keep = |name: &str, value: Option<Value>| {
        let said =
            value.map(without_nulls).filter(|value| !value.is_null() && *value != json!({}) && *value != json!([]));
        if let Some(value) = said {
            carried.insert(name.to_owned(), value);
        }
    };
    keep("limits", settings.limits.clone());
    keep("cache_options", settings.cache_options.clone());
    keep("logpush", settings.logpush.map(Value::from));
    keep("tail_consumers", Some(Value::from(settings.tail_consumers.clone())));
    keep("placement", settings.placement.clone().map(placement));
    keep("observability", settings.observability.as_ref().map(observability));
    carried
}

/// Reads add what Cloudflare measured; writes take only what was chosen.
fn placement(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "last_analyzed_at" | "status"));
    }
    value
}

fn observability(live: &scripts::LiveObservability) -> Value {
    let mut members = live.rest.clone();
    members.insert("enabled".into(), json!(live.enabled));
    members.insert("head_sampling_rate".into(), json!(live.head_sampling_rate));
    Value::Object(members)
}

/// Unset members come as nulls: absent, for whoever writes.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let said = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(said.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        other => other,
    }
}

fn binding(live: &scripts::LiveBinding) -> LiveBinding {
    let mut members = live.rest.clone();
    if live.binding_type.starts_with("secret") {
        // Cloudflare never shows values; should one come all the same, it stays out of plans.
        members.remove("text");
    }
    LiveBinding { name: live.name.clone(), type_name: live.binding_type.clone(), fields: Value::Object(members) }
}

fn deployment(live: &deployments::Deployment) -> LiveDeployment {
    LiveDeployment {
        id: live.id.clone(),
        created_on: live.created_on.clone().unwrap_or_default(),
        source: live.source.clone().unwrap_or_default(),
        author: live.author_email.clone().unwrap_or_default(),
        versions: live.versions.iter().map(|version| (version.version_id.clone(), version.percentage)).collect(),
    }
}

fn version(live: &versions::Version) -> LiveVersion {
    let annotation = |name: &str| live.annotation(name).unwrap_or_default().to_owned();
    LiveVersion {
        id: live.id.clone(),
        number: live.number.unwrap_or_default(),
        created_on: live.metadata.created_on.clone().unwrap_or_default(),
        author: live.metadata.author_email.clone().unwrap_or_default(),
        source: live.metadata.source.clone().unwrap_or_default(),
        tag: annotation("workers/tag"),
        triggered_by: annotation("workers/triggered_by"),
    }
}

/// Whether we made this version, going by what it carries.
pub(super) fn is_upload_of_ours(version: &LiveVersion) -> bool {
    version.triggered_by != "secret" && VersionMark::parse(&version.tag).is_some()
}

/// What reads by id add: annotations that the list lacked, and what a secret edit left alone.
fn add_details(script: &mut LiveScript, account: &str, name: &str, known: &Known) {
    let detail = |id: &str| {
        let read = Read::Version { account: account.to_owned(), script: name.to_owned(), version: id.to_owned() };
        match known.get(&read) {
            Some(Found::Version(version)) => Some(version.as_ref()),
            _ => None,
        }
    };
    for listed in &mut script.versions {
        if let Some(read) = detail(&listed.id) {
            *listed = version(read);
        }
    }
    let Some([(id, _)]) = script.deployment.as_ref().map(|deployment| deployment.versions.as_slice()) else { return };
    let Some(live) = detail(id) else { return };
    if !script.versions.iter().any(|known| known.id == live.id) {
        script.versions.push(version(live));
    }
    if live.annotation("workers/triggered_by") != Some("secret") {
        return;
    }
    let number = live.number.unwrap_or(u64::MAX);
    let mut before = script.versions.iter().filter(|version| version.number < number);
    // Somebody else's upload in between carries other code, however alike its bindings are.
    let base = before
        .find(|version| {
            is_upload_of_ours(version) || (version.triggered_by != "secret" && guard::holds(Guard::SecretEditBase))
        })
        .filter(|version| is_upload_of_ours(version));
    let edit = base.and_then(|base| {
        let before = detail(&base.id)?;
        Some(SecretEdit { base_tag: base.tag.clone(), only_secrets: same_but_secrets(before, live) })
    });
    script.secret_edit = edit;
}

/// Bindings other than secrets, their values, and compatibility are the same. Code can't differ: a version
/// that Cloudflare marks as made by a secret edit carries the code of the one before it.
fn same_but_secrets(before: &versions::Version, after: &versions::Version) -> bool {
    let open = |version: &versions::Version| {
        let resources = version.resources.clone().unwrap_or_default();
        let mut bindings: Vec<LiveBinding> =
            resources.bindings.iter().filter(|live| !live.binding_type.starts_with("secret")).map(binding).collect();
        bindings.sort_by(|one, other| one.name.cmp(&other.name));
        (bindings, resources.script_runtime)
    };
    open(before) == open(after)
}

/// Other scripts that carry this identity.
fn renamed(manifest: &DesiredManifest, known: &Known) -> Vec<RenamedScript> {
    let Some(Found::Scripts(scripts)) = known.get(&Read::Scripts { account: manifest.identity.account.clone() }) else {
        return Vec::new();
    };
    let id = manifest.identity.id();
    let others = scripts.iter().filter(|script| script.id != manifest.script.name);
    let ours = others.filter(|script| ScriptMarks::parse(&script.tags).ids.contains(&id));
    let ours = ours.map(|listed| RenamedScript {
        name: listed.id.clone(),
        live: script(&manifest.identity.account, &listed.id, known).unwrap_or_default(),
        used_by: Vec::new(),
    });
    ours.collect()
}

fn live_zone(zone: &str, known: &Known) -> LiveZone {
    let read = match known.get(&Read::Zone { zone: zone.to_owned() }) {
        Some(Found::Zone(read)) => Some(read),
        _ => None,
    };
    LiveZone {
        id: zone.to_owned(),
        name: read.map(|read| read.name.clone()),
        status: read.and_then(|read| read.status.clone()),
        account: read.and_then(|read| read.account.as_ref()?.id.clone()),
        paused: read.is_some_and(|read| read.paused == Some(true)),
        partial: read.is_some_and(|read| read.zone_type.as_deref() == Some("partial")),
    }
}

fn zones(manifest: &DesiredManifest, known: &Known) -> BTreeMap<String, LiveZoneContent> {
    let prefix = crate::model::marks::comment_prefix(&manifest.identity);
    let wanted = manifest.routing.as_ref().map(|routing| routing.hostname.clone());
    let mut zones: BTreeMap<String, LiveZoneContent> = BTreeMap::new();
    for (read, found) in known {
        match (read, found) {
            (Read::Records { zone, host, comment }, Found::Records(records))
                if *comment == prefix && *host == wanted =>
            {
                zones.entry(zone.clone()).or_default().records = records.iter().map(record).collect();
            }
            (Read::Routes { zone }, Found::Routes(list)) => {
                let content = zones.entry(zone.clone()).or_default();
                content.routes = list.routes.iter().map(route).collect();
                content.read_at = list.read_at;
            }
            _ => {}
        }
    }
    zones
}

fn record(live: &Record) -> LiveRecord {
    LiveRecord {
        id: live.id.clone(),
        name: live.name.clone(),
        record_type: live.record_type.clone(),
        content: match (live.record_type.as_str(), live.content.as_deref().unwrap_or_default()) {
            ("CNAME", content) => host::host(content),
            (_, content) => content.to_owned(),
        },
        proxied: live.proxied.unwrap_or_default(),
        ttl: live.ttl.unwrap_or(1),
        comment: live.comment.clone().unwrap_or_default(),
        read_only: live.is_read_only(),
    }
}

fn route(live: &Route) -> LiveRoute {
    LiveRoute {
        id: live.id.clone(),
        pattern: live.pattern.clone(),
        script: live.script.clone().filter(|name| !name.is_empty()),
    }
}
