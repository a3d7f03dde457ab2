//! Whole calls of the engine against a scripted account.

use std::cell::RefCell;
use std::rc::Rc;

use cfworker_deploy::apply::Event;
use cfworker_deploy::engine::{
    self, ApplyResult, Checkup, Credentials, Io, Options, OutputsResult, PlanResult, R2Credentials,
};
use cfworker_deploy::error::Error;
use cfworker_deploy::http::Signal;
use cfworker_deploy::manifest::Source;
use cfworker_deploy::secret::Secret;

use super::{AbortAt, Reply, Script, Seen, VirtualClock, ok, refused};

pub const MANIFEST: &str = "apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: shop, org: acme, env: test }
spec:
  account_id: 0123456789abcdef0123456789abcdef
  worker_name: shop
  script_bundle: { bucket: bundles, path: shop.js }
  dns:
    enabled: true
    zone_id: 1111111111111111111111111111111a
    hostname: shop.example.com
";
pub const ZONE: &str = "{\"id\":\"1111111111111111111111111111111a\",\"name\":\"example.com\",\"status\":\"active\",\
    \"account\":{\"id\":\"0123456789abcdef0123456789abcdef\"}}";

/// An account with a zone and a bundle, and nothing else in it.
pub fn empty(seen: &Seen) -> Reply {
    let path = seen.url.split('?').next().unwrap_or_default();
    match seen.method {
        "GET" if path.ends_with(".js") => {
            Reply::Answer(200, vec![("etag", "\"e\"".into())], b"export default {}".into())
        }
        "GET" if path.ends_with("/workers/scripts") || path.ends_with("/routes") => ok("[]"),
        "GET" if path.ends_with("/dns_records") => ok("[]"),
        "GET" if path.contains("/zones/") => ok(ZONE),
        "GET" if path.ends_with("/user/tokens/verify") => ok("{\"id\":\"t\",\"status\":\"active\"}"),
        "GET" => refused(404, 10007, "This Worker does not exist on your account."),
        _ => ok("{\"id\":\"shop\",\"type\":\"A\",\"name\":\"shop.example.com\",\"pattern\":\"shop.example.com/*\"}"),
    }
}

/// One call with all that it is given.
pub struct Call {
    pub manifest: String,
    pub credentials: Credentials,
    pub options: Options,
    pub abort_after: Option<f64>,
    pub clock: Rc<VirtualClock>,
    pub script: Rc<Script>,
    /// What those who watch were told.
    pub told: Rc<RefCell<Vec<Event>>>,
}

pub fn call(rule: impl Fn(&Seen) -> Reply + 'static) -> Call {
    let clock = VirtualClock::new();
    let script = Script::new(&clock, Vec::new(), rule);
    let credentials = Credentials {
        api_token: Some(Secret::new("canary-token")),
        base_url: Some("https://api.example/client/v4".into()),
        r2: Some(R2Credentials {
            access_key_id: Some("id".into()),
            secret_access_key: Some(Secret::new("canary-key")),
            session_token: None,
            endpoint: Some("https://s3.example".into()),
        }),
        ..Credentials::default()
    };
    Call {
        manifest: MANIFEST.into(),
        credentials,
        options: Options { allow_deletes: true, ..Options::default() },
        abort_after: None,
        clock,
        script,
        told: Rc::default(),
    }
}

impl Call {
    pub fn timeout(mut self, milliseconds: f64) -> Self {
        self.options.timeout_ms = Some(milliseconds);
        self
    }

    pub fn given(&self) -> (Vec<Source>, Io) {
        let signal = self.abort_after.map(|after| {
            let due = VirtualClock::START + after;
            Rc::new(AbortAt { clock: self.clock.clone(), due }) as Rc<dyn Signal>
        });
        let (transport, clock) = (self.script.clone(), self.clock.clone());
        let told = self.told.clone();
        let events = Rc::new(move |event| told.borrow_mut().push(event));
        let io = Io { transport, clock, signal, events };
        (vec![Source { name: "worker.yaml".into(), text: self.manifest.clone() }], io)
    }

    pub fn plan(&self) -> Result<PlanResult, Error> {
        let (sources, io) = self.given();
        self.clock.run(engine::plan(&sources, Some(&self.credentials), &self.options, &io))
    }

    pub fn apply(&self) -> Result<ApplyResult, Error> {
        let (sources, io) = self.given();
        self.clock.run(engine::apply(&sources, &self.credentials, &self.options, &io))
    }

    pub fn destroy(&self) -> Result<ApplyResult, Error> {
        let (sources, io) = self.given();
        self.clock.run(engine::destroy(&sources, &self.credentials, &self.options, &io))
    }

    pub fn doctor(&self) -> Checkup {
        let (sources, io) = self.given();
        self.clock.run(engine::doctor(&sources, &self.credentials, &self.options, &io)).expect("a check-up")
    }

    pub fn failed_checks(&self) -> Vec<String> {
        let checks = self.doctor().checks.into_iter();
        checks.filter(|check| !check.ok).map(|check| check.name).collect()
    }

    pub fn outputs(&self) -> Result<OutputsResult, Error> {
        let (sources, io) = self.given();
        self.clock.run(engine::outputs(&sources, &self.credentials, &self.options, &io))
    }

    pub fn failed_plan(&self) -> Error {
        self.plan().expect_err("a failure")
    }
}
