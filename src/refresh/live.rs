//! Answers → live state of one manifest.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::index::{Accounts, Zones, leads_to};
use super::known::Known;
use crate::cloudflare::dns_records::Record;
use crate::cloudflare::routes::Route;
use crate::cloudflare::scripts::{self, Settings};
use crate::cloudflare::{deployments, host, subdomain, versions, zones};
use crate::model::marks::{self, ScriptMarks, VersionMark};
use crate::resource::{
    DesiredManifest, LiveBinding, LiveDeployment, LiveManifest, LiveRecord, LiveRoute, LiveScript, LiveVersion,
    LiveZone, LiveZoneContent, Observability, RenamedScript, SecretEdit, WorkersDev,
};

/// The Workers of one manifest: that of its name, and those under an earlier one.
pub(super) struct Workers {
    pub script: Option<LiveScript>,
    pub renamed: Vec<RenamedScript>,
    /// Lists tell too little of the Worker: its settings have to be read.
    pub needs_settings: bool,
}

impl Workers {
    /// Puts together what was read; what was not read is absent.
    pub(super) fn of(manifest: &DesiredManifest, accounts: &Accounts, known: &Known) -> Self {
        let (account, name) = (manifest.identity.account.as_str(), manifest.script.name.as_str());
        let script = script(account, name, accounts, known);
        let id = manifest.identity.id();
        let others = accounts.of_identity(account, &id).filter(|listed| listed.id != name);
        let renamed = others.map(|listed| RenamedScript {
            name: listed.id.clone(),
            live: self::script(account, &listed.id, accounts, known).unwrap_or_default(),
            used_by: Vec::new(),
        });
        let is_told = script.as_ref().is_some_and(|script| !script.is_from_lists || is_plainly_ours(script, &id));
        Self { needs_settings: !is_told, script, renamed: renamed.collect() }
    }

    /// Adds what reads of single versions told.
    pub(super) fn add_details(&mut self, manifest: &DesiredManifest, known: &Known) {
        let account = manifest.identity.account.as_str();
        if let Some(script) = &mut self.script {
            add_details(script, account, &manifest.script.name, known);
        }
        for renamed in &mut self.renamed {
            add_details(&mut renamed.live, account, &renamed.name, known);
        }
    }

    /// Zones in which they may have routes or records, going by their inventories.
    pub(super) fn inventory_zones(&self) -> BTreeSet<String> {
        self.places().filter(|place| place != marks::QUEUES).collect()
    }

    /// Whether they get the messages of queues, going by their inventories.
    pub(super) fn consume(&self) -> bool {
        self.places().any(|place| place == marks::QUEUES)
    }

    fn places(&self) -> impl Iterator<Item = String> {
        let own = self.script.iter().map(|script| &script.tags);
        let tags = own.chain(self.renamed.iter().map(|renamed| &renamed.live.tags));
        tags.flat_map(|tags| ScriptMarks::parse(tags).inventory.into_keys())
    }
}

/// Puts together what was read for one manifest; what was not read is absent.
pub(super) fn manifest(
    manifest: &DesiredManifest,
    of_hosts: &[String],
    workers: Workers,
    known: &Known,
    zones: &Zones,
) -> LiveManifest {
    let subdomain = known.get(&subdomain::of_account(&manifest.identity.account));
    LiveManifest {
        used_by: Vec::new(),
        zones_of_hosts: of_hosts.iter().map(|zone| live_zone(zone, known)).collect(),
        zones: contents(manifest, of_hosts, &workers, zones),
        bundle: None,
        account_subdomain: subdomain.and_then(|read| read.subdomain.clone()),
        script: workers.script,
        renamed: workers.renamed,
    }
}

fn script(account: &str, name: &str, accounts: &Accounts, known: &Known) -> Option<LiveScript> {
    let listed = accounts.named(account, name);
    let settings = known.get(&scripts::settings(account, name));
    if listed.is_none() && settings.is_none() {
        return None;
    }
    let mut script = match settings.as_deref() {
        Some(settings) => from_settings(settings),
        None => listed.map(from_list).unwrap_or_default(),
    };
    script.has_assets |= listed.is_some_and(|listed| listed.has_assets == Some(true));
    script.is_from_lists = !known.has(&scripts::settings(account, name).into());
    script.has_no_content = settings.is_none() && !script.is_from_lists;
    if let Some(list) = known.get(&deployments::list(account, name)) {
        script.deployment = list.deployments.first().map(deployment);
    }
    if let Some(list) = known.get(&versions::list(account, name)) {
        script.versions = list.items.iter().map(version).collect();
    }
    if let Some(switches) = known.get(&subdomain::of_script(account, name)) {
        let (enabled, previews_enabled) = (switches.enabled, switches.previews_enabled);
        script.workers_dev = Some(WorkersDev { enabled, previews_enabled });
    }
    Some(script)
}

/// What the list of an account tells of a Worker.
fn from_list(listed: &scripts::Script) -> LiveScript {
    LiveScript {
        tags: listed.tags.clone(),
        compatibility_date: listed.compatibility_date.clone(),
        observability: logs(listed.observability.as_ref()),
        ..LiveScript::default()
    }
}

/// Whether lists prove what the Worker is: its tags name nobody else, and an upload of ours gets all requests.
fn is_plainly_ours(script: &LiveScript, id: &str) -> bool {
    ScriptMarks::parse(&script.tags).ids.iter().eq([id]) && script.live_version().is_some_and(is_upload_of_ours)
}

fn logs(live: Option<&scripts::LiveObservability>) -> Option<Observability> {
    let live = live?;
    Some(Observability { enabled: live.enabled?, head_sampling_rate: live.head_sampling_rate })
}

fn from_settings(settings: &Settings) -> LiveScript {
    let bindings: Vec<LiveBinding> = settings.bindings.iter().map(binding).collect();
    LiveScript {
        tags: settings.tags.clone(),
        has_assets: bindings.iter().any(|binding| binding.type_name == "assets"),
        bindings,
        compatibility_date: settings.compatibility_date.clone(),
        compatibility_flags: settings.compatibility_flags.clone(),
        observability: logs(settings.observability.as_ref()),
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
    let detail = |id: &str| known.get(&versions::read(account, name, id));
    for listed in &mut script.versions {
        if let Some(read) = detail(&listed.id) {
            *listed = version(&read);
        }
    }
    let Some([(id, _)]) = script.deployment.as_ref().map(|deployment| deployment.versions.as_slice()) else { return };
    let Some(live) = detail(id) else { return };
    if !script.versions.iter().any(|known| known.id == live.id) {
        script.versions.push(version(&live));
    }
    if live.annotation("workers/triggered_by") != Some("secret") {
        return;
    }
    let number = live.number.unwrap_or(u64::MAX);
    let mut before = script.versions.iter().filter(|version| version.number < number);
    // Somebody else's upload in between carries other code, however alike its bindings are.
    let base = before
        .find(|version| is_upload_of_ours(version) || version.triggered_by != "secret")
        .filter(|version| is_upload_of_ours(version));
    let edit = base.and_then(|base| {
        let before = detail(&base.id)?;
        Some(SecretEdit { base_tag: base.tag.clone(), only_secrets: same_but_secrets(&before, &live) })
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

fn live_zone(zone: &str, known: &Known) -> LiveZone {
    let read = known.get(&zones::read(zone));
    let read = read.as_deref();
    LiveZone {
        id: zone.to_owned(),
        name: read.map(|read| read.name.clone()),
        status: read.and_then(|read| read.status.clone()),
        account: read.and_then(|read| read.account.as_ref()?.id.clone()),
        paused: read.is_some_and(|read| read.paused == Some(true)),
        partial: read.is_some_and(|read| read.zone_type.as_deref() == Some("partial")),
    }
}

/// What concerns the manifest in the zones of its hosts, in those of its inventories, and wherever routes lead to its Workers.
fn contents(
    manifest: &DesiredManifest,
    of_hosts: &[String],
    workers: &Workers,
    zones: &Zones,
) -> BTreeMap<String, LiveZoneContent> {
    let account = &manifest.identity.account;
    let id = manifest.identity.id();
    let scripts = || [&manifest.script.name].into_iter().chain(workers.renamed.iter().map(|renamed| &renamed.name));
    let mut concerned = workers.inventory_zones();
    concerned.extend(of_hosts.iter().cloned());
    let with_records = concerned.clone();
    concerned.extend(scripts().flat_map(|script| zones.leading_to(account, script)).cloned());
    let mut contents = BTreeMap::new();
    for zone in concerned {
        let hosts = manifest.routing.iter().map(|host| host.hostname.as_str());
        let patterns = manifest.routing.iter().flat_map(|host| &host.routes).map(|route| route.pattern.as_str());
        let routes = zones.routes(&zone, patterns, scripts().map(String::as_str));
        let records = zones.records(&zone, hosts, &id).filter(|_| with_records.contains(&zone));
        if routes.is_some() || records.is_some() {
            let (routes, read_at) = routes.unwrap_or_default();
            contents.insert(zone, LiveZoneContent { records: records.unwrap_or_default(), routes, read_at });
        }
    }
    contents
}

pub(super) fn record(live: &Record) -> LiveRecord {
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

pub(super) fn route(live: &Route) -> LiveRoute {
    LiveRoute { id: live.id.clone(), pattern: live.pattern.clone(), script: leads_to(live).map(str::to_owned) }
}
