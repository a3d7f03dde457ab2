//! A wish as a manifest, and with all that a call needs beside it.

use std::collections::BTreeMap;

use cfworker_deploy::engine::{Credentials, Options, R2Credentials};
use cfworker_deploy::manifest::Source;
use cfworker_deploy::model::Identity;
use cfworker_deploy::secret::Secret;
use serde_json::{Map, Value, json};

use crate::case::{Allow, Bind, Described, Dns, Routing, Wanted, Wish, ZoneBy};
use crate::documents::{self, ROWS, Row};
use crate::members::Member;
use crate::{files, names};

impl Wanted {
    pub fn identity(&self) -> Identity {
        identity(names::IDENTITIES[usize::from(self.identity)])
    }

    /// The manifests of a run: the Worker, and each store that is described; in another order in the next run.
    pub fn sources(&self, run: usize) -> Vec<Source> {
        let stores = self.described().map(|(index, row, described)| Source {
            name: format!("{}.yaml", row.word),
            text: row.document(described, index).to_string(),
        });
        let peers = self.members().into_iter().skip(1).map(|member| self.source_of(&member));
        let mut sources: Vec<Source> = [self.source()].into_iter().chain(peers).chain(stores).collect();
        let count = sources.len();
        sources.rotate_left(run % count);
        sources
    }

    /// The stores that are described, with their kinds.
    pub fn described(&self) -> impl Iterator<Item = (usize, &'static Row, &Described)> {
        let rows = ROWS.iter().zip(&self.stores).enumerate();
        rows.filter_map(|(index, (row, described))| Some((index, row, described.as_ref()?)))
    }

    /// The store that a binding of a kind leads to, by its place in `names::STORES`.
    pub fn bound(&self, index: usize) -> Option<u8> {
        (self.binds[index] != Bind::Without).then(|| self.stores[index].map_or(0, |described| described.name))
    }

    fn source(&self) -> Source {
        let mut metadata = metadata(&self.members()[0]);
        if self.overwrite {
            metadata["annotations"] = json!({ "drift": "overwrite" });
        }
        Source { name: "worker.yaml".into(), text: worker(metadata, self.spec()).to_string() }
    }

    /// The document of another Worker of the run.
    fn source_of(&self, member: &Member) -> Source {
        let own = self.consumptions().filter(|consumption| consumption.worker == member.name);
        let consumers: Vec<Value> = own.map(|consumption| consumption.entry(self)).collect();
        let spec = json!({
            "account_id": names::ACCOUNT,
            "worker_name": member.name,
            "script_bundle": { "bucket": names::BUCKET, "path": format!("{}.js", member.code) },
            "bindings": self.services(member),
            "queue_consumers": consumers,
        });
        Source { name: format!("{}.yaml", member.name), text: worker(metadata(member), spec).to_string() }
    }

    /// How a Worker is bound to others of the run.
    fn services(&self, member: &Member) -> Vec<Value> {
        let members = self.members();
        let called = members.iter().filter(|other| member.calls.contains(&other.name));
        let binding = |other: &Member| {
            let mut binding = json!({ "name": other.binding_name(), "type": "service" });
            if member.refers {
                binding["value_from"] = json!({ "kind": "CloudflareWorker", "name": other.label() });
            } else {
                binding["service"] = json!(other.name);
            }
            binding
        };
        called.map(binding).collect()
    }

    fn spec(&self) -> Value {
        let mut spec = json!({
            "account_id": names::ACCOUNT,
            "worker_name": names::script(self.script),
            "script_bundle": { "bucket": names::BUCKET, "path": format!("{}.js", self.code) },
            "env": { "variables": self.all_variables(), "secrets": self.secret_references() },
        });
        let mut bindings: Vec<Value> =
            ROWS.iter().enumerate().filter_map(|(index, row)| self.binding(index, row)).collect();
        bindings.extend(self.services(&self.members()[0]));
        if !bindings.is_empty() {
            spec["bindings"] = json!(bindings);
        }
        if self.consumes.is_some() {
            let own = self.consumptions().filter(|consumption| consumption.peer.is_none());
            spec["queue_consumers"] = own.map(|consumption| consumption.entry(self)).collect();
        }
        match &self.dns {
            Dns::Absent => {}
            Dns::Off => spec["dns"] = json!({ "enabled": false }),
            Dns::On(routing) => spec["dns"] = dns(routing),
        }
        if let Some(on) = self.workers_dev {
            spec["workers_dev"] = json!(on);
        }
        if let Some(on) = self.observability {
            spec["observability"] = json!(on);
        }
        if let Some(on) = self.logpush {
            spec["logpush"] = json!(on);
        }
        if let Some(on) = self.tails {
            spec["tail_consumers"] = if on { json!([{ "service": names::KEEPER }]) } else { json!([]) };
        }
        if let Some(date) = self.date {
            spec["compatibility_date"] = json!(format!("2025-10-{:02}", date + 1));
        }
        spec
    }

    fn binding(&self, index: usize, row: &Row) -> Option<Value> {
        let name = self.bound(index)?;
        if self.binds[index] != Bind::Plain {
            return Some(row.binding(&self.referred(index), self.binds[index]));
        }
        let known = if row.is_bound_by_name() { names::STORES[usize::from(name)] } else { names::STORE_IDS[index] };
        Some(row.binding(known, Bind::Plain))
    }

    /// How a reference calls the store of a kind: by its document's name, if it has one.
    fn referred(&self, index: usize) -> String {
        let label = self.stores[index].as_ref().map(|described| ROWS[index].label(described));
        label.unwrap_or_else(|| names::STORES[0].to_owned())
    }

    /// Plain variables, and the one that refers to a store.
    fn all_variables(&self) -> Map<String, Value> {
        let plain = self.variables().into_iter().map(|(name, value)| (name, json!(value)));
        let told = self.tells.map(|tells| {
            let row = usize::from(tells.row);
            (names::TOLD.to_owned(), ROWS[row].variable(&self.referred(row), tells.by_text))
        });
        plain.chain(told).collect()
    }

    /// Plain variables by name.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let set = self.variables.iter().enumerate();
        set.filter_map(|(index, value)| Some((format!("V{index}"), format!("value {}", (*value)?)))).collect()
    }

    /// Values of secrets by binding name.
    pub fn secret_values(&self) -> BTreeMap<String, String> {
        let set = self.secrets.iter().enumerate();
        set.filter_map(|(index, value)| Some((format!("S{index}"), names::secret((*value)?)))).collect()
    }

    fn secret_references(&self) -> Map<String, Value> {
        self.secret_values().into_keys().map(|name| (name.clone(), json!(format!("${{{name}}}")))).collect()
    }

    pub fn credentials(&self) -> Credentials {
        let secrets = self.secret_values().into_iter().map(|(name, value)| (name, Secret::new(value)));
        Credentials {
            api_token: Some(Secret::new(names::TOKEN)),
            r2: Some(R2Credentials {
                access_key_id: Some("r2-id".into()),
                secret_access_key: Some(Secret::new(names::R2_KEY)),
                ..R2Credentials::default()
            }),
            secrets: secrets.collect(),
            ..Credentials::default()
        }
    }

    /// Names as the flags take them: script, record, routes, consumers.
    fn addresses(&self, of: [bool; 4]) -> Vec<String> {
        let mut addresses = Vec::new();
        if of[0] {
            // Also one of ours under another name, which goes.
            let scripts = [0, 1].map(names::script).into_iter().chain(names::PEERS);
            addresses.extend(scripts.map(|script| format!("script:{script}")));
        }
        if of[1] {
            addresses.extend(self.hosts().into_iter().map(|host| format!("record:{}", names::host(host))));
        }
        if of[2] {
            // Also of others, which go with a Worker.
            let patterns = (0..3).flat_map(|host| names::patterns(host, 0b111));
            let patterns = patterns.chain((0..3).map(|host| format!("{}/theirs/*", names::host(host))));
            addresses.extend(patterns.map(|pattern| format!("route:{pattern}")));
        }
        if of[3] {
            addresses.extend(names::STORES.map(|queue| format!("consumer:{queue}")));
        }
        addresses
    }

    /// Stores that `--delete-data` names.
    fn deleted(&self, allow: &Allow) -> Vec<String> {
        let named = self.described().filter(|(index, ..)| allow.data[*index]);
        named.map(|(_, row, described)| row.address(described.name)).collect()
    }

    fn migrations(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let row = &ROWS[documents::D1];
        let described = self.stores[documents::D1].as_ref();
        let with_files = described.and_then(|described| Some((described, described.files?)));
        // Those in R2 are read from there.
        let with_files = with_files.filter(|(described, files)| !described.in_r2 || *files == 0);
        let files = with_files.map(|(described, count)| {
            let texts =
                (0..usize::from(count)).map(|index| (files::FILES[index].to_owned(), files::file(index, described)));
            (format!("{}/{}", row.kind, row.label(described)), texts.collect())
        });
        files.into_iter().collect()
    }

    pub fn options(&self, allow: &Allow) -> Options {
        let mut adopt = self.addresses(allow.adopt);
        if allow.adopt_equal {
            adopt.push("*".into());
        }
        Options {
            adopt,
            take: self.addresses(allow.take),
            prune: allow.prune,
            allow_deletes: allow.deletes,
            delete_data: self.deleted(allow),
            migrations: self.migrations(),
            expect: allow.expects_other.then(|| "0123456789abcdef".to_owned()),
            ..Options::default()
        }
    }
}

impl Routing {
    /// All hosts, the first one first.
    pub fn hosts(&self) -> Vec<u8> {
        let more = (0..3).filter(|host| *host != self.host && self.more >> host & 1 == 1);
        std::iter::once(self.host).chain(more).collect()
    }

    /// Patterns as they are written, with their zones.
    pub fn names(&self) -> Vec<(usize, String)> {
        let of =
            |host: u8| names::patterns(host, self.patterns).into_iter().map(move |name| (names::zone_of(host), name));
        self.hosts().into_iter().flat_map(of).collect()
    }

    /// Type and content of the record.
    pub fn content(&self) -> (&'static str, &'static str) {
        match self.record {
            Wish::Usual | Wish::Existing => ("A", "100.0.0.1"),
            Wish::Ipv6 => ("AAAA", "100::"),
        }
    }
}

fn dns(routing: &Routing) -> Value {
    let patterns: Vec<String> = routing.names().into_iter().map(|(_, pattern)| pattern).collect();
    let mut dns = json!({ "enabled": true, "route_patterns": patterns });
    let hosts: Vec<&str> = routing.hosts().into_iter().map(names::host).collect();
    match hosts.as_slice() {
        [host] => dns["hostname"] = json!(host),
        hosts => dns["hostnames"] = json!(hosts),
    }
    let zone = names::zone_of(routing.host);
    let is_one_zone = routing.hosts().into_iter().all(|host| names::zone_of(host) == zone);
    match routing.zone {
        _ if !is_one_zone => {}
        ZoneBy::Id => dns["zone_id"] = json!(names::ZONE_IDS[zone]),
        ZoneBy::Name => dns["zone"] = json!(names::ZONES[zone]),
        ZoneBy::Host => {}
        ZoneBy::ByReference => {
            dns["zone_id"] = json!({ "value_from": { "kind": "CloudflareDnsZone", "name": names::ZONES[zone] } });
        }
        ZoneBy::ByText => dns["zone_id"] = json!(documents::zone_text(zone)),
    }
    match routing.record {
        Wish::Usual => {}
        Wish::Ipv6 => dns["record"] = json!({ "type": "AAAA", "content": "100::" }),
        Wish::Existing => dns["record"] = json!("existing"),
    }
    dns
}

fn worker(metadata: Value, spec: Value) -> Value {
    json!({
        "apiVersion": "cloudflare.project-planton.org/v1",
        "kind": "CloudflareWorker",
        "metadata": metadata,
        "spec": spec,
    })
}

fn metadata(member: &Member) -> Value {
    json!({ "name": member.label(), "org": "acme", "env": "test" })
}

pub fn identity(name: &str) -> Identity {
    Identity { account: names::ACCOUNT.into(), org: "acme".into(), env: "test".into(), name: name.into() }
}
