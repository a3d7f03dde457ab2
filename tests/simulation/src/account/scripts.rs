//! Scripts: uploads, settings, secrets, removal.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

use super::{Account, Answer, Call, Deployment, Maker, NO_SCRIPT, Refused, Script, Version, bindings, form, ok, views};

/// Tags of a Worker.
const MOST_TAGS: usize = 10;

impl Account {
    pub(super) fn of_script(&mut self, call: &Call, name: &str, rest: &[&str], maker: Maker) -> Answer {
        match (call.method, rest) {
            ("PUT", []) => self.put_script(call, name, maker),
            ("DELETE", []) => self.delete_script(call, name),
            ("PUT", ["routes"]) => {
                self.alarm("the call that replaces all routes of a Worker");
                Err((403, 10000, "Authentication error"))
            }
            ("GET", ["settings"]) => {
                views::settings(self.script(name)?).map(ok).ok_or((404, 10222, "This Worker has no content."))
            }
            ("GET", ["deployments"]) => {
                let list: Vec<Value> = self.script(name)?.deployments.iter().map(views::deployment).collect();
                Ok(ok(json!({ "deployments": list })))
            }
            ("GET", ["versions"]) => {
                let view = |version: &Version| views::version(version, false);
                let items: Vec<Value> = self.script(name)?.versions.iter().take(100).map(view).collect();
                Ok(ok(json!({ "items": items })))
            }
            ("GET", ["versions", id]) => {
                let version = self.script(name)?.versions.iter().find(|version| version.id == *id);
                let version = version.ok_or((404, 100_146, "Version not found."))?;
                Ok(ok(views::version(version, true)))
            }
            ("GET", ["subdomain"]) => {
                let (enabled, previews_enabled) = self.script(name)?.workers_dev;
                Ok(ok(json!({ "enabled": enabled, "previews_enabled": previews_enabled })))
            }
            ("POST", ["subdomain"]) => self.set_workers_dev(call, name),
            ("PATCH", ["settings"]) => self.patch_version(call, name, maker),
            ("PATCH", ["script-settings"]) => self.patch_settings(call, name, maker),
            ("PATCH", ["secrets-bulk"]) => self.patch_secrets(call, name, maker),
            _ => Err(self.unknown(call)),
        }
    }

    fn script(&mut self, name: &str) -> Result<&mut Script, Refused> {
        self.scripts.get_mut(name).ok_or(NO_SCRIPT)
    }

    fn put_script(&mut self, call: &Call, name: &str, maker: Maker) -> Answer {
        let parts = form::parts(call)?;
        let (metadata, modules) = read_form(&parts)?;
        let entry = metadata["main_module"].as_str().or(metadata["body_part"].as_str()).unwrap_or_default();
        if !modules.contains_key(entry) {
            return Err((400, 10021, "No such module"));
        }
        let strict = call.query_value("bindings_inherit") == Some("strict");
        let switches = self.switches;
        let known = self.scripts.get(name);
        let before = known.and_then(|script| script.versions.first());
        let around = bindings::Around { stores: &self.stores, scripts: &self.scripts, name };
        let bindings = bindings::resolve(&metadata, before, strict, switches, &around)?;
        let tags = tags(&metadata)?;
        self.check_tails(&metadata)?;
        let annotations = annotations(&metadata)?;
        let number = before.map_or(1, |before| before.number + 1);
        let version = Version {
            id: self.uuid(),
            number,
            bindings: Rc::new(bindings),
            date: metadata["compatibility_date"].as_str().map(str::to_owned),
            flags: texts(&metadata["compatibility_flags"]),
            annotations,
            modules: Rc::new(modules),
            limits: metadata["limits"].clone(),
            placement: metadata["placement"].clone(),
            source: "api",
            maker,
        };
        let late = switches.late;
        let modified = if number > 1 { "2026-11-25T00:00:01.000000Z" } else { views::CREATED };
        let script = self.scripts.entry(name.to_owned()).or_insert_with(|| Script::new(maker, late));
        if let Some(tags) = tags {
            script.tags = tags;
        }
        script.observability = metadata["observability"].clone();
        script.logpush = metadata["logpush"].as_bool().unwrap_or_default();
        script.tail_consumers = metadata["tail_consumers"].clone();
        script.maker = maker;
        let id = version.id.clone();
        self.deploy_whole(name, version);
        let tags = self.scripts.get(name).map(views::tags);
        Ok(ok(json!({
            "id": name, "etag": "0".repeat(64), "tags": tags, "startup_time_ms": 1, "deployment_id": id.replace('-', ""),
            "created_on": views::CREATED, "modified_on": modified,
        })))
    }

    /// A new version, live at once.
    pub fn deploy_whole(&mut self, name: &str, version: Version) {
        let deployment =
            Deployment { id: self.uuid(), versions: vec![(version.id.clone(), 100)], source: version.source };
        if let Some(script) = self.scripts.get_mut(name) {
            script.versions.insert(0, version);
            script.deployments.insert(0, deployment);
        }
    }

    fn delete_script(&mut self, call: &Call, name: &str) -> Answer {
        if call.query_value("force") == Some("true") {
            self.alarm("a forced deletion of a Worker");
        }
        self.script(name)?;
        if views::referrers(name, &self.scripts).next().is_some() {
            return Err((409, 10142, "This Worker is bound as a service by another Worker."));
        }
        if self.consumers.iter().any(|consumer| consumer.script.as_deref() == Some(name)) {
            return Err((409, 10064, "script still in use as a consumer for a queue"));
        }
        self.scripts.remove(name);
        // With the Worker go the routes that lead to it.
        for zone in &mut self.zones {
            zone.routes.retain(|route| route.script.as_deref() != Some(name));
        }
        Ok(ok(Value::Null))
    }

    fn set_workers_dev(&mut self, call: &Call, name: &str) -> Answer {
        let body = json_body(call, "application/json")?;
        let (Some(enabled), Some(previews)) = (body["enabled"].as_bool(), body["previews_enabled"].as_bool()) else {
            self.alarm("a switch of workers.dev is left to a guess");
            return Err((400, 10026, "could not parse request body"));
        };
        let script = self.script(name)?;
        if script.is_late(0) {
            return Err(NO_SCRIPT);
        }
        script.workers_dev = (enabled, previews);
        Ok(ok(body))
    }

    fn patch_settings(&mut self, call: &Call, name: &str, maker: Maker) -> Answer {
        let body = json_body(call, "application/json")?;
        let tags = tags(&body)?;
        self.check_tails(&body)?;
        let script = self.script(name)?;
        for (member, value) in body.as_object().into_iter().flatten() {
            match member.as_str() {
                "tags" => {
                    script.tags = tags.clone().unwrap_or_default();
                    script.maker = maker;
                }
                "observability" => script.observability = value.clone(),
                "logpush" => script.logpush = value.as_bool().unwrap_or_default(),
                "tail_consumers" => script.tail_consumers = value.clone(),
                _ => return Err((400, 10026, "could not parse request body")),
            }
        }
        Ok(ok(json!({ "tags": views::tags(script) })))
    }

    /// Those that get the traces are there.
    fn check_tails(&self, sent: &Value) -> Result<(), Refused> {
        let named = sent["tail_consumers"].as_array().into_iter().flatten().map(|entry| &entry["service"]);
        let known = |service: &Value| service.as_str().is_some_and(|service| self.scripts.contains_key(service));
        if named.into_iter().all(known) { Ok(()) } else { Err((400, 10144, "Tail consumer not found.")) }
    }

    /// Makes a version from the newest one, and deploys it.
    fn patch_version(&mut self, call: &Call, name: &str, maker: Maker) -> Answer {
        let parts = form::parts(call)?;
        let [part] = parts.as_slice() else { return Err((400, 10026, "could not parse request body: one part")) };
        let sent: Option<Value> = serde_json::from_slice(part.bytes).ok().filter(|_| part.name == "settings");
        let sent = sent.filter(Value::is_object).ok_or((400, 10026, "could not parse request body: no settings"))?;
        let known = |member: &String| matches!(member.as_str(), "bindings" | "annotations");
        if !sent.as_object().into_iter().flat_map(|members| members.keys()).all(known) {
            self.alarm(format!("settings of a version that nobody may send: {sent}"));
        }
        let newest = self.script(name)?.versions.first().cloned();
        let newest = newest.ok_or((404, 10222, "This Worker has no content."))?;
        let around = bindings::Around { stores: &self.stores, scripts: &self.scripts, name };
        let bindings = bindings::replaced(&sent, &newest, &around)?;
        let annotations = annotations(&sent)?;
        let (id, number) = (self.uuid(), newest.number + 1);
        let version = Version { id, number, bindings: Rc::new(bindings), annotations, source: "api", maker, ..newest };
        self.deploy_whole(name, version);
        Ok(ok(views::settings(self.script(name)?).unwrap_or_default()))
    }

    fn patch_secrets(&mut self, call: &Call, name: &str, maker: Maker) -> Answer {
        let body = json_body(call, "application/merge-patch+json")?;
        let edits = body["secrets"].as_object().ok_or((400, 10026, "could not parse request body"))?.clone();
        let script = self.script(name)?;
        let newest = script.versions.first().ok_or((404, 10222, "This Worker has no versions."))?;
        let live = script.deployments.first().map(|deployment| deployment.versions.as_slice());
        if !matches!(live, Some([(id, _)]) if *id == newest.id) {
            return Err((400, 10215, "Secret edit failed. The latest version is not the deployed one."));
        }
        let mut bindings = newest.bindings.as_ref().clone();
        for (secret, value) in &edits {
            let known = bindings.iter().any(|old| old["name"] == *secret && old["type"] == "secret_text");
            if value.is_null() && !known {
                return Err((404, 10056, "Binding not found. Please check the name and try again."));
            }
            bindings.retain(|old| old["name"] != *secret);
            if !value.is_null() {
                bindings.push(value.clone());
            }
        }
        self.edit_secrets(name, bindings, maker);
        Ok(ok(json!({})))
    }

    /// A version that a secret edit makes: live, without annotations of ours.
    pub fn edit_secrets(&mut self, name: &str, bindings: Vec<Value>, maker: Maker) {
        let Some(newest) = self.scripts.get(name).and_then(|script| script.versions.first()).cloned() else { return };
        let id = self.uuid();
        let annotations = BTreeMap::from([("workers/triggered_by".to_owned(), "secret".to_owned())]);
        let version = Version {
            id,
            number: newest.number + 1,
            bindings: Rc::new(bindings),
            annotations,
            source: if matches!(maker, Maker::Run(_)) { "api" } else { "dash" },
            maker,
            ..newest
        };
        self.deploy_whole(name, version);
    }
}

impl Script {
    pub fn new(maker: Maker, late: u8) -> Self {
        Self {
            tags: Vec::new(),
            versions: Vec::new(),
            deployments: Vec::new(),
            workers_dev: (false, false),
            observability: Value::Null,
            logpush: false,
            tail_consumers: Value::Null,
            maker,
            late: [late; 2],
        }
    }

    /// Whether one more call must still find it missing.
    pub(super) fn is_late(&mut self, about: usize) -> bool {
        let late = self.late[about] > 0;
        self.late[about] = self.late[about].saturating_sub(1);
        late
    }

    /// It has been there for long enough.
    pub fn settle(&mut self) {
        self.late = [0; 2];
    }

    /// The version that gets all requests.
    pub fn live(&self) -> Option<&Version> {
        let [(id, _)] = self.deployments.first()?.versions.as_slice() else { return None };
        self.versions.iter().find(|version| version.id == *id)
    }
}

type Modules = BTreeMap<String, Vec<u8>>;

fn read_form(parts: &[form::Part<'_>]) -> Result<(Value, Modules), Refused> {
    let mut metadata = None;
    let mut modules = Modules::new();
    for part in parts {
        if part.name == "metadata" {
            let parsed: Option<Value> = serde_json::from_slice(part.bytes).ok();
            metadata = Some(parsed.filter(Value::is_object).ok_or((400, 10026, "could not parse request body"))?);
        } else if part.content_type == "application/javascript+module" {
            modules.insert(part.filename.clone().unwrap_or_else(|| part.name.clone()), part.bytes.to_vec());
        } else {
            return Err((400, 10021, "unknown type of module"));
        }
    }
    Ok((metadata.ok_or((400, 10026, "could not parse request body: no metadata"))?, modules))
}

fn tags(body: &Value) -> Result<Option<Vec<String>>, Refused> {
    let Some(list) = body.get("tags") else { return Ok(None) };
    let tags = texts(list);
    if tags.len() > MOST_TAGS {
        return Err((403, 0, "You have exceeded the limit of 10 tags per Worker."));
    }
    if tags.iter().any(|tag| tag.len() > 1_024 || tag.contains([',', '&'])) {
        return Err((400, 0, "Tag is too large"));
    }
    Ok(Some(tags))
}

fn annotations(metadata: &Value) -> Result<BTreeMap<String, String>, Refused> {
    let mut annotations = BTreeMap::from([("workers/triggered_by".to_owned(), "upload".to_owned())]);
    for (name, value) in metadata["annotations"].as_object().into_iter().flatten() {
        let text = value.as_str().unwrap_or_default();
        match name.as_str() {
            "workers/tag" if text.len() > 100 => return Err((400, 10021, "workers/tag is too long")),
            "workers/tag" | "workers/message" => annotations.insert(name.clone(), text.to_owned()),
            _ => return Err((400, 10021, "unknown annotation")),
        };
    }
    Ok(annotations)
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

fn json_body(call: &Call, content_type: &str) -> Result<Value, Refused> {
    let parsed: Option<Value> = serde_json::from_slice(&call.body).ok();
    let right = call.content_type == content_type;
    parsed.filter(|value| right && value.is_object()).ok_or((400, 10026, "could not parse request body"))
}
