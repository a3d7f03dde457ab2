//! Other people's work on the account, done to its state directly.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

use crate::account::{Account, Consumer, Deployment, Family, Maker, Record, Route, Script, Subject, Version};
use crate::case::{Act, Lead, Other};
use crate::documents::ROWS;
use crate::files::FILES;
use crate::names;

impl Account {
    /// An account with things of other people in it, also close to ours.
    pub fn furnish(&mut self) {
        self.make_script("theirs");
        self.make_script(names::KEEPER);
        self.add_record(0, "A", "theirs.example.com", "192.0.2.1", "by hand");
        self.add_record(0, "TXT", "shop.example.com", "v=theirs", "");
        self.add_route(0, "theirs.example.com/*", Some("theirs"));
        self.add_route(0, "shop.example.com/theirs/*", Some("theirs"));
        self.add_route(1, "theirs.example.org/*", Some("theirs"));
        for (index, row) in ROWS.iter().enumerate() {
            self.make_store(row.of, names::STORES[0]);
            self.make_store(row.of, "theirs");
            if let Some(store) = self.store_mut(row.of, names::STORES[0]) {
                store.id = names::STORE_IDS[index].into();
            }
        }
    }

    /// Does what somebody else does; what has no object does nothing.
    pub fn act(&mut self, act: Act) {
        match act {
            Act::MakeScript(script) if !self.scripts.contains_key(names::script(script)) => {
                self.make_script(names::script(script));
            }
            Act::MakeScript(_) => {}
            Act::DeleteScript(script) => {
                self.scripts.remove(names::script(script));
                self.zones.iter_mut().for_each(|zone| {
                    zone.routes.retain(|route| route.script.as_deref() != Some(names::script(script)));
                });
                self.forget_consumers();
            }
            Act::Deploy(script) => self.save(names::script(script), true),
            Act::Save(script) => self.save(names::script(script), false),
            Act::RollBack(script) => self.redeploy(names::script(script), &[100]),
            Act::Split(script) => self.redeploy(names::script(script), &[90, 10]),
            Act::EditSecret(script) => self.edit(names::script(script), "S0", Some("edited by hand")),
            Act::AddSecret(script) => self.edit(names::script(script), names::THEIR_SECRET, Some("theirs")),
            Act::DropSecret(script) => self.edit(names::script(script), "S0", None),
            Act::Call(script) => self.call(names::script(script)),
            Act::EraseTags(script) => self.erase_tags(names::script(script)),
            Act::AddTag(script) => self.on_script(script, |script| script.tags.push("team-blue".into())),
            Act::FlipWorkersDev(script) => self.on_script(script, |script| {
                let on = !script.workers_dev.0;
                script.workers_dev = (on, on);
            }),
            Act::FlipObservability(script) => self.on_script(script, |script| {
                let on = script.observability["enabled"] == true;
                script.observability = json!({ "enabled": !on, "head_sampling_rate": null });
            }),
            Act::FlipLogpush(script) => self.on_script(script, |script| script.logpush = !script.logpush),
            Act::DropTails(script) => self.on_script(script, |script| script.tail_consumers = Value::Null),
            Act::MakeRecord(host, other) => self.make_record(host, other),
            Act::DeleteRecords(host) => self.zones[names::zone_of(host)]
                .records
                .retain(|record| record.name != names::host(host) || record.kind == "TXT" || record.read_only),
            Act::Unproxy(host) => self.on_records(host, |record| {
                record.proxied = false;
                record.ttl = 300;
            }),
            Act::ChangeContent(host) => self.on_records(host, |record| {
                record.kind = "A";
                record.content = "192.0.2.77".into();
            }),
            Act::EraseComment(host) => self.on_records(host, |record| {
                record.comment.clear();
                record.maker = Maker::Stranger;
            }),
            Act::MakeRoute(host, pattern, lead) => {
                for pattern in names::patterns(host, 1 << pattern) {
                    let zone = names::zone_of(host);
                    if !self.zones[zone].routes.iter().any(|route| route.pattern == pattern) && self.leads(lead) {
                        self.add_route(zone, &pattern, target(lead));
                    }
                }
            }
            Act::PointRoutes(host, lead) if self.leads(lead) => {
                for route in &mut self.zones[names::zone_of(host)].routes {
                    if names::host_of(&route.pattern) == names::host(host) && route.script.as_deref() != target(lead) {
                        route.script = target(lead).map(str::to_owned);
                        route.maker = Maker::Stranger;
                    }
                }
            }
            Act::PointRoutes(..) => {}
            Act::DeleteRoutes(host) => self.zones[names::zone_of(host)].routes.retain(|route| {
                names::host_of(&route.pattern) != names::host(host) || route.pattern.contains("/theirs/")
            }),
            Act::MakeStore(kind, name) => self.make_store(ROWS[usize::from(kind)].of, names::STORES[usize::from(name)]),
            Act::DeleteStore(kind, name) => {
                let (of, name) = (ROWS[usize::from(kind)].of, names::STORES[usize::from(name)]);
                self.stores.retain(|store| store.of != of || store.name != name);
                self.forget_consumers();
            }
            Act::SetStore(kind, name, setting, value) => {
                let row = &ROWS[usize::from(kind)];
                let setting = row.settings.get(usize::from(setting));
                let store = self.store_mut(row.of, names::STORES[usize::from(name)]);
                if let (Some(setting), Some(store)) = (setting, store) {
                    setting.make(store, value);
                }
            }
            Act::Consume(queue, lead) => self.consume(queue, lead),
            Act::Unconsume(queue) => self.on_consumers(queue, |consumer| consumer.queue.clear()),
            Act::SetConsumer(queue) => self.on_consumers(queue, |consumer| consumer.settings["max_retries"] = json!(7)),
            Act::Fill(name) => {
                if let Some(bucket) = self.store_mut(Subject::Bucket, names::STORES[usize::from(name)]) {
                    bucket.is_full = true;
                }
            }
            Act::Migrate(name) => {
                if let Some(store) = self.store_mut(Subject::D1, names::STORES[usize::from(name)]) {
                    let applied = store.database.ledger.clone().unwrap_or_default();
                    if let Some(next) = FILES.iter().find(|file| !applied.iter().any(|known| known == *file)) {
                        store.database.by_wrangler(next);
                    }
                }
            }
        }
    }

    /// A route may not lead to a script that does not exist.
    fn leads(&self, lead: Lead) -> bool {
        target(lead).is_none_or(|script| self.scripts.contains_key(script))
    }

    fn on_script(&mut self, script: u8, change: impl FnOnce(&mut Script)) {
        if let Some(script) = self.scripts.get_mut(names::script(script)) {
            change(script);
        }
    }

    fn on_records(&mut self, host: u8, change: impl Fn(&mut Record)) {
        let records = &mut self.zones[names::zone_of(host)].records;
        records
            .iter_mut()
            .filter(|record| record.name == names::host(host) && record.kind != "TXT" && !record.read_only)
            .for_each(change);
    }

    fn make_script(&mut self, name: &str) {
        let version = Version {
            id: self.uuid(),
            number: 1,
            bindings: Rc::new(vec![
                json!({ "type": "secret_text", "name": names::THEIR_SECRET, "text": "theirs" }),
                json!({ "type": "secret_text", "name": "S0", "text": "theirs, of a name that manifests use" }),
                json!({ "type": "plain_text", "name": names::THEIR_VARIABLE, "text": "theirs" }),
            ]),
            date: Some("2024-09-23".into()),
            flags: Vec::new(),
            annotations: BTreeMap::from([("workers/triggered_by".to_owned(), "upload".to_owned())]),
            modules: Rc::new(BTreeMap::from([("worker.js".to_owned(), b"export default {}".to_vec())])),
            limits: json!({ "cpu_ms": 50 }),
            placement: json!({ "mode": "smart" }),
            source: "wrangler",
            maker: Maker::Stranger,
        };
        let mut script = Script::new(Maker::Stranger, 0);
        script.tags = vec!["cf:service=theirs".into()];
        script.observability = json!({ "enabled": false, "head_sampling_rate": null });
        script.logpush = true;
        script.tail_consumers = json!([{ "service": "theirs" }]);
        self.scripts.insert(name.to_owned(), script);
        self.deploy_whole(name, version);
    }

    fn make_store(&mut self, of: Subject, name: &str) {
        if let Some(family) = Family::of(of).filter(|_| self.store(of, name).is_none()) {
            self.add_store(family, name, Maker::Stranger);
        }
    }

    /// A version with other code, as the dashboard makes it: without annotations of ours.
    fn save(&mut self, name: &str, live: bool) {
        let Some(newest) = self.scripts.get(name).and_then(|script| script.versions.first()).cloned() else { return };
        let version = Version {
            id: self.uuid(),
            number: newest.number + 1,
            modules: Rc::new(BTreeMap::from([("worker.js".to_owned(), b"export default { /* theirs */ }".to_vec())])),
            annotations: BTreeMap::from([("workers/triggered_by".to_owned(), "version_upload".to_owned())]),
            source: "dash",
            maker: Maker::Stranger,
            ..newest
        };
        if live {
            self.deploy_whole(name, version);
        } else if let Some(script) = self.scripts.get_mut(name) {
            script.versions.insert(0, version);
        }
    }

    /// Deploys the version before the live one, alone or beside the newest one.
    fn redeploy(&mut self, name: &str, shares: &[u32]) {
        let id = self.uuid();
        let Some(script) = self.scripts.get_mut(name) else { return };
        let live = script.live().map_or(0, |live| live.number);
        let Some(older) = script.versions.iter().find(|version| version.number < live) else { return };
        let newest = script.versions.first().map_or_else(String::new, |newest| newest.id.clone());
        let versions = [older.id.clone(), newest].into_iter().zip(shares.iter().copied()).collect();
        script.deployments.insert(0, Deployment { id, versions, source: "dash" });
    }

    /// The secrets of the newest version, if that is the live one; others refuse it.
    fn edit(&mut self, name: &str, secret: &str, value: Option<&str>) {
        let Some(script) = self.scripts.get(name) else { return };
        let (Some(newest), Some(live)) = (script.versions.first(), script.live()) else { return };
        let known = newest.bindings.iter().any(|binding| binding["name"] == secret);
        if newest.id != live.id || (value.is_none() && !known) {
            return;
        }
        let mut bindings: Vec<Value> =
            newest.bindings.iter().filter(|binding| binding["name"] != secret).cloned().collect();
        bindings.extend(value.map(|text| json!({ "type": "secret_text", "name": secret, "text": text })));
        self.edit_secrets(name, bindings, Maker::Stranger);
    }

    /// `theirs` is bound to a Worker.
    fn call(&mut self, name: &str) {
        let (is_there, id) = (self.scripts.contains_key(name) && name != "theirs", self.uuid());
        let newest = self.scripts.get("theirs").and_then(|script| script.versions.first()).cloned();
        let Some(newest) = newest.filter(|_| is_there) else { return };
        let others = newest.bindings.iter().filter(|binding| binding["name"] != "OURS");
        let ours = json!({ "type": "service", "name": "OURS", "service": name });
        let bindings = Rc::new(others.cloned().chain([ours]).collect());
        self.deploy_whole("theirs", Version { id, number: newest.number + 1, bindings, ..newest });
    }

    /// A queue's messages go elsewhere; with a Worker of its own a consumer becomes another one.
    fn consume(&mut self, queue: u8, lead: Lead) {
        let there = self.store(Subject::Queue, names::STORES[usize::from(queue)]).map(|queue| queue.id.clone());
        let Some(queue) = there.filter(|_| self.leads(lead)) else { return };
        let script = target(lead).map(str::to_owned);
        if self.consumers.iter().any(|known| known.queue == queue && known.script == script) {
            return;
        }
        self.consumers.retain(|known| known.queue != queue);
        let id = self.id();
        self.consumers.push(Consumer { id, queue, script, ..Consumer::of_nobody(Maker::Stranger) });
    }

    fn on_consumers(&mut self, queue: u8, change: impl Fn(&mut Consumer)) {
        let there = self.store(Subject::Queue, names::STORES[usize::from(queue)]).map(|queue| queue.id.clone());
        let Some(queue) = there else { return };
        self.consumers.iter_mut().filter(|consumer| consumer.queue == queue).for_each(change);
        self.forget_consumers();
    }

    /// Without tags nothing says any longer what is ours.
    fn erase_tags(&mut self, name: &str) {
        let Some(script) = self.scripts.get_mut(name) else { return };
        script.tags.clear();
        script.maker = Maker::Stranger;
        for route in self.zones.iter_mut().flat_map(|zone| &mut zone.routes) {
            if route.script.as_deref() == Some(name) {
                route.maker = Maker::Stranger;
            }
        }
        let consumers = self.consumers.iter_mut().filter(|consumer| consumer.script.as_deref() == Some(name));
        consumers.for_each(|consumer| consumer.maker = Maker::Stranger);
    }

    fn make_record(&mut self, host: u8, other: Other) {
        let (zone, name) = (names::zone_of(host), names::host(host));
        let addresses = |record: &Record| record.name == name && matches!(record.kind, "A" | "AAAA" | "CNAME");
        let here: Vec<&Record> = self.zones[zone].records.iter().filter(|record| addresses(record)).collect();
        let cname = here.iter().any(|record| record.kind == "CNAME");
        let (kind, content) = match other {
            Other::Different | Other::Unproxied => ("A", "192.0.2.9"),
            Other::Equal | Other::Original => ("A", "100.0.0.1"),
            Other::Cname => ("CNAME", "elsewhere.example.net"),
            Other::ReadOnly => ("AAAA", "100::"),
            Other::Text => ("TXT", "theirs too"),
        };
        let same = |record: &&Record| record.kind == kind && record.content == content;
        let stands = cname || here.iter().any(same) || (kind == "CNAME" && !here.is_empty());
        if kind != "TXT" && (stands || here.len() > 1) {
            return;
        }
        let comment = match other {
            Other::Original => "Managed by Planton Cloud - Routes to Cloudflare Worker",
            _ => "",
        };
        self.add_record(zone, kind, name, content, comment);
        if let Some(record) = self.zones[zone].records.last_mut() {
            record.proxied = !matches!(other, Other::Unproxied | Other::Text);
            record.read_only = other == Other::ReadOnly;
            if other == Other::Original {
                record.maker = Maker::Original;
            }
        }
    }

    fn add_record(&mut self, zone: usize, kind: &'static str, name: &str, content: &str, comment: &str) {
        let record = Record {
            id: self.id(),
            kind,
            name: name.into(),
            content: content.into(),
            proxied: kind != "TXT",
            ttl: 1,
            comment: comment.into(),
            read_only: false,
            maker: Maker::Stranger,
        };
        self.zones[zone].records.push(record);
    }

    fn add_route(&mut self, zone: usize, pattern: &str, script: Option<&str>) {
        let route =
            Route { id: self.id(), pattern: pattern.into(), script: script.map(str::to_owned), maker: Maker::Stranger };
        self.zones[zone].routes.push(route);
    }
}

fn target(lead: Lead) -> Option<&'static str> {
    match lead {
        Lead::Theirs => Some("theirs"),
        Lead::Worker(script) => Some(names::script(script)),
        Lead::Nowhere => None,
    }
}
