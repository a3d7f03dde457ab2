//! What reads show of the account: never the value of a secret, never who truly made a thing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Account, Deployment, Record, Route, Script, Version, Zone};
use crate::members::called_by;
use crate::names;

/// When everything was made.
pub(super) const CREATED: &str = "2026-11-25T00:00:00.000000Z";

pub(super) fn zone(zone: &Zone) -> Value {
    json!({
        "id": zone.id, "name": zone.name, "status": "active", "paused": false, "type": "full",
        "account": { "id": names::ACCOUNT, "name": "acme" },
    })
}

pub(super) fn record(record: &Record) -> Value {
    let comment = (!record.comment.is_empty()).then_some(&record.comment);
    json!({
        "id": record.id, "type": record.kind, "name": record.name, "content": record.content, "ttl": record.ttl,
        "proxied": record.proxied, "proxiable": record.kind != "TXT", "comment": comment, "tags": [],
        "meta": if record.read_only { json!({ "read_only": true }) } else { json!({}) },
    })
}

pub(super) fn route(route: &Route) -> Value {
    match &route.script {
        Some(script) => json!({ "id": route.id, "pattern": route.pattern, "script": script }),
        None => json!({ "id": route.id, "pattern": route.pattern }),
    }
}

pub(super) fn listed((name, script): (&String, &Script)) -> Value {
    json!({ "id": name, "tags": tags(script), "etag": "0".repeat(64), "has_assets": false, "usage_model": "standard",
            "logpush": script.logpush, "observability": script.observability, "tail_consumers": script.tail_consumers })
}

/// The newer API's view: who refers to a Worker.
pub(super) fn worker(name: &str, account: &Account) -> Option<Value> {
    let scripts = &account.scripts;
    scripts.get(name)?;
    let consumed = account.consumers.iter().filter(|consumer| consumer.script.as_deref() == Some(name));
    let queues: Vec<Value> = consumed
        .filter_map(|consumer| Some(json!({ "queue_id": consumer.queue, "queue_name": account.queue_of(consumer)? })))
        .collect();
    let workers: Vec<Value> = referrers(name, scripts).map(|other| json!({ "id": other, "name": other })).collect();
    Some(json!({
        "id": name, "name": name,
        "references": { "workers": workers, "durable_objects": [], "queues": queues, "domains": [] },
    }))
}

/// Other Workers that are bound to one.
pub fn referrers<'a>(name: &'a str, scripts: &'a BTreeMap<String, Script>) -> impl Iterator<Item = &'a String> {
    let binds = move |script: &Script| {
        script.versions.first().is_some_and(|version| called_by(version).any(|called| called == name))
    };
    scripts.iter().filter(move |(other, script)| *other != name && binds(script)).map(|(other, _)| other)
}

pub(super) fn tags(script: &Script) -> Value {
    if script.tags.is_empty() { Value::Null } else { json!(script.tags) }
}

/// Of the newest version, and of the script.
pub(super) fn settings(script: &Script) -> Option<Value> {
    let newest = script.versions.first()?;
    Some(json!({
        "annotations": newest.annotations,
        "bindings": bindings(newest),
        "compatibility_date": newest.date,
        "compatibility_flags": newest.flags,
        "usage_model": "standard",
        "limits": newest.limits,
        "placement": newest.placement,
        "tags": tags(script),
        "logpush": script.logpush,
        "observability": script.observability,
        "tail_consumers": script.tail_consumers,
        "cache_options": null,
    }))
}

fn bindings(version: &Version) -> Vec<Value> {
    version.bindings.iter().map(shown).collect()
}

fn shown(binding: &Value) -> Value {
    let mut shown = binding.clone();
    if binding["type"] == "secret_text"
        && let Some(members) = shown.as_object_mut()
    {
        members.remove("text");
    }
    shown
}

pub(super) fn version(version: &Version, whole: bool) -> Value {
    let mut view = json!({
        "id": version.id, "number": version.number,
        "metadata": {
            "created_on": CREATED, "source": version.source, "author_email": "them@acme.example",
        },
    });
    if !version.annotations.is_empty() {
        view["annotations"] = json!(version.annotations);
    }
    if whole {
        view["resources"] = json!({
            "bindings": bindings(version),
            "script": { "etag": "0".repeat(64) },
            "script_runtime": { "compatibility_date": version.date, "compatibility_flags": version.flags },
        });
    }
    view
}

pub(super) fn deployment(deployment: &Deployment) -> Value {
    let share = |(id, percentage): &(String, u32)| json!({ "version_id": id, "percentage": percentage });
    json!({
        "id": deployment.id, "created_on": CREATED, "source": deployment.source,
        "strategy": "percentage", "author_email": "them@acme.example",
        "versions": deployment.versions.iter().map(share).collect::<Vec<_>>(),
        "annotations": { "workers/triggered_by": "upload" },
    })
}
