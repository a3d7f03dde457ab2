//! Answers → one Worker as the account has it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::classes;
use super::scripts::Scripts;
use crate::cloudflare::scripts::{self, Settings};
use crate::cloudflare::{deployments, schedules, subdomain, versions};
use crate::model::marks::{ScriptMarks, VersionMark};
use crate::refresh::Known;
use crate::resource::script::CONTAINERS;
use crate::resource::{LiveBinding, LiveDeployment, LiveSchedules, LiveScript, LiveVersion, SecretEdit, WorkersDev};
use crate::setting::{Setting, table, without_nulls};

/// Puts together what was read of a Worker; what was not read is absent.
pub(super) fn live(account: &str, name: &str, scripts: &Scripts, known: &Known) -> Option<LiveScript> {
    let listed = scripts.named(name);
    let settings = known.get(&scripts::settings(account, name));
    if listed.is_none() && settings.is_none() {
        return None;
    }
    let mut script = match settings.as_deref() {
        Some(settings) => from_settings(settings),
        None => listed.map(from_list).unwrap_or_default(),
    };
    script.has_assets |= listed.is_some_and(|listed| listed.has_assets == Some(true));
    script.migration_tag = listed.and_then(|listed| listed.migration_tag.clone());
    script.classes = classes::of(account, name, known);
    script.is_from_lists = !known.has(&scripts::settings(account, name).into());
    script.has_no_content = settings.is_none() && !script.is_from_lists;
    if let Some(list) = known.get(&deployments::list(account, name)) {
        script.deployment = list.deployments.first().map(deployment);
        let earlier = list.deployments.iter().skip(1).flat_map(|deployment| &deployment.versions);
        script.deployed = earlier.map(|share| share.version_id.clone()).collect();
    }
    if let Some(list) = known.get(&versions::list(account, name)) {
        script.versions = list.items.iter().map(version).collect();
    }
    if let Some(switches) = known.get(&subdomain::of_script(account, name)) {
        let (enabled, previews_enabled) = (switches.enabled, switches.previews_enabled);
        script.workers_dev = Some(WorkersDev { enabled, previews_enabled });
    }
    script.handlers = listed.and_then(|listed| listed.handlers.clone());
    if let Some(list) = known.get(&schedules::list(account, name)) {
        script.schedules = Some(LiveSchedules { crons: list.crons.clone(), read_at: list.read_at });
    }
    add_details(&mut script, account, name, known);
    Some(script)
}

/// What the list of an account tells of a Worker.
fn from_list(listed: &scripts::Script) -> LiveScript {
    LiveScript {
        tags: listed.tags.clone(),
        compatibility_date: listed.compatibility_date.clone(),
        observability: logs(&listed.shown),
        carried: carried(&listed.shown),
        ..LiveScript::default()
    }
}

/// Whether lists prove what the Worker is: its tags name nobody else, and an upload of ours gets all requests.
pub(super) fn is_plainly_ours(script: &LiveScript, id: &str) -> bool {
    ScriptMarks::parse(&script.tags).ids.iter().eq([id]) && script.live_version().is_some_and(is_upload_of_ours)
}

/// What is not switched on or off says nothing.
fn logs(shown: &scripts::Shown) -> Option<Value> {
    let value = without_nulls(&Setting::Observability.row(), shown.observability.as_ref()?)?;
    value.get("enabled").is_some_and(Value::is_boolean).then_some(value)
}

fn from_settings(settings: &Settings) -> LiveScript {
    let bindings: Vec<LiveBinding> = settings.bindings.iter().map(binding).collect();
    LiveScript {
        tags: settings.tags.clone(),
        has_assets: bindings.iter().any(|binding| binding.type_name == "assets"),
        bindings,
        compatibility_date: settings.compatibility_date.clone(),
        compatibility_flags: settings.compatibility_flags.clone(),
        observability: logs(&settings.shown),
        carried: carried(&settings.shown),
        ..LiveScript::default()
    }
}

/// Settings that go out again with an upload so that they survive it.
fn carried(shown: &scripts::Shown) -> BTreeMap<String, Value> {
    let settings =
        table::rows().filter_map(|row| Some((row.word, without_nulls(&row, shown_of(row.setting, shown)?)?)));
    // No manifest states these.
    let others =
        shown.containers.as_ref().filter(|containers| containers.as_array().is_some_and(|list| !list.is_empty()));
    let others = others.map(|containers| (CONTAINERS, containers.clone()));
    settings.chain(others).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What an answer shows of a setting. The compiler asks for the arm of a new one.
fn shown_of(setting: Setting, shown: &scripts::Shown) -> Option<&Value> {
    match setting {
        Setting::CacheOptions => shown.cache_options.as_ref(),
        Setting::Limits => shown.limits.as_ref(),
        Setting::Logpush => shown.logpush.as_ref(),
        Setting::Observability => shown.observability.as_ref(),
        Setting::Placement => shown.placement.as_ref(),
        Setting::StreamingTailConsumers => shown.streaming_tail_consumers.as_ref(),
        Setting::TailConsumers => shown.tail_consumers.as_ref(),
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
