//! Two accounts with three zones in which a whole fleet is deployed as its manifests say: each URL has its answer.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cfworker_deploy::cloudflare::dns_records::{self, RecordFilter};
use cfworker_deploy::cloudflare::{Api, Auth, Read, deployments, routes, scripts, subdomain, versions, zones};
use cfworker_deploy::http::{Body, Clock, LocalFuture, Request, Response, Transport, TransportError};
use cfworker_deploy::kinds;
use cfworker_deploy::kinds::worker::secret_facts;
use cfworker_deploy::manifest::{ReadOptions, Source};
use cfworker_deploy::model::hex;
use cfworker_deploy::model::marks::{self, BundleMark, ScriptMarks, VersionMark};
use cfworker_deploy::resource::{DesiredManifest, DesiredState, code_digest};
use cfworker_deploy::secret::Secret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::wire::VirtualClock;

pub const TOKEN: &str = "canary-token-of-a-fleet";
/// Of the secret that each Worker has.
pub const VALUE: &str = "canary-value-of-a-fleet";
pub const BASE_URL: &str = "https://api.example/client/v4";
pub const S3_URL: &str = "https://s3.example";
const ACCOUNTS: [&str; 2] = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"];
/// The first account has two of them.
const ZONES: [(&str, &str, usize); 3] = [
    ("1111111111111111111111111111111a", "one.example", 0),
    ("2222222222222222222222222222222a", "two.example", 0),
    ("3333333333333333333333333333333a", "three.example", 1),
];
const LATENCY_MS: f64 = 100.0;
const CODE: &[u8] = b"export default {}";
const DATE: &str = "2026-01-01";

/// So many documents, a few files of them.
pub fn sources(documents: usize) -> Vec<Source> {
    let texts: Vec<String> = (0..documents).map(document).collect();
    let files = texts.chunks(250).enumerate();
    files.map(|(number, texts)| Source { name: format!("{number}.yaml"), text: texts.join("---\n") }).collect()
}

fn document(number: usize) -> String {
    let (zone, domain, account) = ZONES[number % ZONES.len()];
    let account = ACCOUNTS[account];
    format!(
        "apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: {{ name: worker-{number:04}, org: acme, env: test }}
spec:
  account_id: {account}
  worker_name: worker-{number:04}
  compatibility_date: \"{DATE}\"
  script_bundle: {{ bucket: bundles, path: app.js }}
  env: {{ variables: {{ NUMBER: \"{number}\" }}, secrets: {{ KEY: \"${{FLEET_KEY}}\" }} }}
  dns: {{ enabled: true, zone_id: {zone}, hostname: w{number}.{domain} }}
"
    )
}

/// What the manifests want.
pub fn desired(sources: &[Source]) -> DesiredState {
    let read = kinds::read(sources, &ReadOptions::default());
    assert!(read.diagnostics.iter().all(|finding| !finding.is_error()), "{:?}", read.diagnostics);
    read.desired
}

pub fn api() -> Api {
    Api::new(BASE_URL, Auth::Token(Secret::new(TOKEN))).expect("an API")
}

/// The accounts, as whoever asks sees them.
pub struct Fleet {
    answers: BTreeMap<String, Answer>,
    /// By it, every answer takes a tenth of a second.
    clock: Rc<VirtualClock>,
    under_way: Cell<usize>,
    /// So many requests were under way at once.
    pub most_under_way: Cell<usize>,
}

struct Answer {
    status: u16,
    bytes: Vec<u8>,
    asked: Cell<u32>,
}

/// How much of a fleet is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    Nothing,
    All,
    /// All of it, and somebody else has deployed the first Worker since and put it on workers.dev.
    FirstChangedOutside,
}

impl Fleet {
    /// The accounts of what is wanted.
    pub fn new(desired: &DesiredState, live: Live, clock: &Rc<VirtualClock>) -> Rc<Self> {
        let mut fleet = Self {
            answers: BTreeMap::new(),
            clock: clock.clone(),
            under_way: Cell::default(),
            most_under_way: Cell::default(),
        };
        let there = if live == Live::Nothing { &[] } else { desired.manifests.as_slice() };
        for account in ACCOUNTS {
            let of_account = there.iter().filter(|manifest| manifest.identity.account == account);
            let listed: Vec<Value> =
                of_account.map(|manifest| json!({ "id": manifest.script.name, "tags": tags(manifest) })).collect();
            fleet.answer(scripts::list(account), &json!(listed));
            fleet.answer(subdomain::of_account(account), &json!({ "subdomain": "acme" }));
        }
        for (id, name, account) in ZONES {
            let zone = json!({ "id": id, "name": name, "status": "active", "account": { "id": ACCOUNTS[account] } });
            fleet.answer(zones::read(id), &zone);
            let listed: Vec<Value> =
                there.iter().filter(|manifest| zone_of(manifest) == id).flat_map(routes_of).collect();
            fleet.answer(routes::list(id), &json!(listed));
            let records: Vec<Value> = there.iter().filter(|manifest| zone_of(manifest) == id).map(record_of).collect();
            fleet.answer(dns_records::list(id, RecordFilter::All), &json!(records));
        }
        for manifest in &desired.manifests {
            fleet.add_worker(manifest, live);
        }
        let bundle = format!("{S3_URL}/bundles/app.js");
        fleet.answers.insert(bundle, Answer { status: 200, bytes: CODE.to_vec(), asked: Cell::default() });
        Rc::new(fleet)
    }

    fn add_worker(&mut self, manifest: &DesiredManifest, live: Live) {
        let (account, name) = (manifest.identity.account.as_str(), manifest.script.name.as_str());
        let number = manifest.document;
        // Where few hosts of a zone are asked for, each has a list of its own.
        let prefix = marks::comment_prefix(&manifest.identity);
        let filter = RecordFilter::NameOrComment { name: host_of(manifest), prefix: &prefix };
        let records: Vec<Value> = (live != Live::Nothing).then(|| record_of(manifest)).into_iter().collect();
        self.answer(dns_records::list(zone_of(manifest), filter), &json!(records));
        if live == Live::Nothing {
            let of_script: [Read; 4] = [
                scripts::settings(account, name).into(),
                versions::list(account, name).into(),
                deployments::list(account, name).into(),
                subdomain::of_script(account, name).into(),
            ];
            return of_script.into_iter().for_each(|read| self.not_there(read));
        }
        self.answer(
            scripts::settings(account, name),
            &json!({
                "tags": tags(manifest),
                "compatibility_date": DATE,
                "compatibility_flags": manifest.script.compatibility_flags,
                "bindings": [
                    { "name": "NUMBER", "type": "plain_text", "text": number.to_string() },
                    { "name": "KEY", "type": "secret_text" },
                ],
            }),
        );
        let is_changed = live == Live::FirstChangedOutside && number == 0;
        let mark = if is_changed { "theirs".to_owned() } else { mark(manifest) };
        let id = |version: u32| format!("{number:08x}-0000-4000-8000-{version:012x}");
        let all: Vec<Value> = (1..=20)
            .map(|version| {
                let annotations = json!({ "workers/tag": mark, "workers/triggered_by": "upload" });
                json!({ "id": id(version), "number": version, "metadata": { "source": "api" }, "annotations": annotations })
            })
            .collect();
        self.answer(versions::list(account, name), &json!({ "items": all }));
        let live = json!([{ "version_id": id(20), "percentage": 100 }]);
        self.answer(deployments::list(account, name), &json!({ "deployments": [{ "id": id(99), "versions": live }] }));
        self.answer(subdomain::of_script(account, name), &json!({ "enabled": is_changed, "previews_enabled": false }));
    }

    fn answer(&mut self, read: impl Into<Read>, result: &Value) {
        self.add(&read.into(), 200, &json!({ "success": true, "errors": [], "messages": [], "result": result }));
    }

    fn not_there(&mut self, read: impl Into<Read>) {
        let error = json!({ "code": 10007, "message": "This Worker does not exist on your account." });
        self.add(&read.into(), 404, &json!({ "success": false, "errors": [error], "messages": [], "result": null }));
    }

    fn add(&mut self, read: &Read, status: u16, body: &Value) {
        let answer = Answer { status, bytes: body.to_string().into_bytes(), asked: Cell::default() };
        self.answers.insert(read.request(&api()).url, answer);
    }

    /// URL → how often it was asked for, for each that is there.
    pub fn asked(&self) -> impl Iterator<Item = (&str, u32)> {
        self.answers.iter().map(|(url, answer)| (url.as_str(), answer.asked.get()))
    }
}

impl Transport for Fleet {
    fn send<'a>(&'a self, request: &'a Request) -> LocalFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            assert_eq!(request.method.as_str(), "GET", "a write: {}", request.url);
            let signed = request.url.starts_with(S3_URL);
            let url = request.url.split('?').next().filter(|_| signed).unwrap_or(&request.url);
            let answer = self.answers.get(url).unwrap_or_else(|| panic!("nobody expects {url}"));
            answer.asked.set(answer.asked.get() + 1);
            self.under_way.set(self.under_way.get() + 1);
            self.most_under_way.set(self.most_under_way.get().max(self.under_way.get()));
            self.clock.sleep(LATENCY_MS).await;
            self.under_way.set(self.under_way.get() - 1);
            let headers = vec![("etag".to_owned(), "\"e\"".to_owned())];
            Ok(Response { status: answer.status, headers, body: Box::new(Bytes(answer.bytes.clone())) })
        })
    }
}

struct Bytes(Vec<u8>);

impl Body for Bytes {
    fn read(self: Box<Self>, _limit: usize) -> LocalFuture<'static, Result<Vec<u8>, TransportError>> {
        Box::pin(async move { Ok(self.0) })
    }

    fn cancel(self: Box<Self>) {}
}

fn zone_of(manifest: &DesiredManifest) -> &'static str {
    ZONES.iter().find(|(_, name, _)| host_of(manifest).ends_with(name)).expect("a zone").0
}

fn host_of(manifest: &DesiredManifest) -> &str {
    &manifest.routing.first().expect("routing").hostname
}

fn routes_of(manifest: &DesiredManifest) -> Vec<Value> {
    let routes = &manifest.routing.first().expect("routing").routes;
    let route = |(place, pattern): (usize, &String)| {
        let id = format!("{:024x}{place:08x}", manifest.document);
        json!({ "id": id, "pattern": pattern, "script": manifest.script.name })
    };
    routes.iter().map(|route| &route.pattern).enumerate().map(route).collect()
}

fn record_of(manifest: &DesiredManifest) -> Value {
    json!({
        "id": format!("{:032x}", manifest.document), "type": "A", "name": host_of(manifest), "content": "100.0.0.1",
        "ttl": 1, "proxied": true, "comment": marks::comment(&manifest.identity),
    })
}

fn sha256() -> String {
    hex(&Sha256::digest(CODE))
}

fn tags(manifest: &DesiredManifest) -> Vec<String> {
    let mut marks = ScriptMarks::default();
    marks.ids.insert(manifest.identity.id());
    let routing = manifest.routing.first().expect("routing");
    let routes = routing.routes.iter().map(|route| marks::hash(&route.pattern));
    let hashes = routes.chain([marks::record_hash(&routing.hostname)]).collect();
    marks.inventory.insert(zone_of(manifest).to_owned(), hashes);
    marks.bundle = BundleMark::of("e", &sha256());
    marks.names.extend(["NUMBER", "KEY"].map(marks::hash));
    marks.tags()
}

fn mark(manifest: &DesiredManifest) -> String {
    let values = BTreeMap::from([("KEY".to_owned(), Secret::new(VALUE))]);
    let facts = secret_facts(&manifest.identity, &Secret::new(TOKEN), &values);
    let code = code_digest(&sha256(), &manifest.script, DATE);
    VersionMark { code, secrets: facts.digest, key: facts.key }.to_string()
}
