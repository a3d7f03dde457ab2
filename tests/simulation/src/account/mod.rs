//! The account in memory: what Cloudflare holds, and who truly made it.
//!
//! Strict: what the real API refuses is refused with the same code; what nobody may ask for is an alarm.

mod bindings;
mod buckets;
mod call;
mod consumers;
mod database;
mod form;
mod objects;
mod quota;
mod scripts;
pub mod stores;
mod views;
mod zones;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

pub use bindings::store_of as bound_store;
pub use buckets::first_lifecycle;
pub use call::{Call, Origin, Subject};
pub use consumers::Consumer;
pub use database::Database;
pub use stores::{Family, Store};
pub use views::referrers;

use self::database::Imports;
use self::quota::{QUOTA, Quota};
use crate::names;
use crate::world::Reply;

/// Who truly made a thing: what the marks must tell, known without reading them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Maker {
    /// A run of this identity.
    Run(u8),
    /// The original system.
    Original,
    /// Somebody else, by hand or with another tool.
    Stranger,
}

/// Readings of the real API that nobody could confirm: both must do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Switches {
    /// `keep_bindings: []` counts as absent, so that secrets stay; else it drops them.
    pub empty_keep_keeps: bool,
    /// Writes of routes answer with the id alone.
    pub bare_routes: bool,
    /// So many calls about a new Worker answer as if it were not there.
    pub late: u8,
    /// Requests left until the quota is renewed; 0: all of them.
    pub quota_left: u16,
    /// Files take a while until they are applied to a database.
    pub slow_imports: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub id: String,
    pub kind: &'static str,
    pub name: String,
    pub content: String,
    pub proxied: bool,
    pub ttl: u32,
    pub comment: String,
    pub read_only: bool,
    pub maker: Maker,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    pub id: String,
    pub pattern: String,
    pub script: Option<String>,
    pub maker: Maker,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    pub id: &'static str,
    pub name: &'static str,
    pub records: Vec<Record>,
    pub routes: Vec<Route>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub id: String,
    pub number: u64,
    /// With the values of secrets.
    pub bindings: Rc<Vec<Value>>,
    pub date: Option<String>,
    pub flags: Vec<String>,
    pub annotations: BTreeMap<String, String>,
    /// Module name → content.
    pub modules: Rc<BTreeMap<String, Vec<u8>>>,
    pub limits: Value,
    pub placement: Value,
    pub source: &'static str,
    pub maker: Maker,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    pub id: String,
    pub versions: Vec<(String, u32)>,
    pub source: &'static str,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    pub tags: Vec<String>,
    /// Newest first.
    pub versions: Vec<Version>,
    /// The first one is live.
    pub deployments: Vec<Deployment>,
    pub workers_dev: (bool, bool),
    pub observability: Value,
    pub logpush: bool,
    pub tail_consumers: Value,
    pub maker: Maker,
    /// Calls that still find it missing, by what they are about: subdomain, route.
    late: [u8; 2],
}

#[derive(Clone, Debug)]
pub struct Account {
    pub zones: Vec<Zone>,
    pub scripts: BTreeMap<String, Script>,
    pub stores: Vec<Rc<Store>>,
    pub consumers: Vec<Consumer>,
    pub switches: Switches,
    /// What must never be asked for, and was.
    pub alarms: Vec<String>,
    next: u64,
    quota: Quota,
    imports: Imports,
    now_us: u64,
    /// What lists showed, and since when: they may show what is past.
    history: Vec<(u64, Listed)>,
}

/// What lists show.
#[derive(Clone, Debug, PartialEq)]
struct Listed {
    zones: Vec<Zone>,
    stores: Vec<Rc<Store>>,
    consumers: Vec<Consumer>,
}

/// A refusal: status, code, message.
pub type Refused = (u16, i64, &'static str);
type Answer = Result<Value, Refused>;

const NO_SCRIPT: Refused = (404, 10007, "This Worker does not exist on your account.");

impl Account {
    pub fn new(switches: Switches) -> Self {
        let zone = |index: usize| Zone {
            id: names::ZONE_IDS[index],
            name: names::ZONES[index],
            records: Vec::new(),
            routes: Vec::new(),
        };
        let used = if switches.quota_left == 0 { 0 } else { QUOTA - u64::from(switches.quota_left) };
        Self {
            zones: vec![zone(0), zone(1)],
            scripts: BTreeMap::new(),
            stores: Vec::new(),
            consumers: Vec::new(),
            switches,
            alarms: Vec::new(),
            next: 1,
            quota: Quota { used, ..Quota::default() },
            imports: Imports::default(),
            now_us: 0,
            history: Vec::new(),
        }
    }

    /// What zones and stores are from now on.
    pub fn note(&mut self, now_us: u64) {
        let is_new = self.history.last().is_none_or(|(_, listed)| {
            listed.zones != self.zones || listed.stores != self.stores || listed.consumers != self.consumers
        });
        if is_new {
            let (zones, stores, consumers) = (self.zones.clone(), self.stores.clone(), self.consumers.clone());
            self.history.push((now_us, Listed { zones, stores, consumers }));
        }
    }

    /// When it was last asked.
    pub fn now_us(&self) -> u64 {
        self.now_us
    }

    /// Handles one request for a list as it would have been at an earlier time, whatever was written since.
    pub fn handle_late(&mut self, call: &Call, maker: Maker, now_us: u64, lag_us: u64) -> Reply {
        let past = self.history.iter().rev().find(|(since, ..)| since + lag_us <= now_us).or(self.history.first());
        let Some((_, mut past)) = past.cloned() else { return self.handle(call, maker, now_us) };
        self.swap(&mut past);
        let reply = self.handle(call, maker, now_us);
        self.swap(&mut past);
        reply
    }

    fn swap(&mut self, listed: &mut Listed) {
        std::mem::swap(&mut self.zones, &mut listed.zones);
        std::mem::swap(&mut self.stores, &mut listed.stores);
        std::mem::swap(&mut self.consumers, &mut listed.consumers);
    }

    /// Handles one request by `maker`.
    pub fn handle(&mut self, call: &Call, maker: Maker, now_us: u64) -> Reply {
        self.now_us = now_us;
        match call.origin {
            Origin::Api => {}
            Origin::Bundles => return self.object(call),
            Origin::Uploads => {
                let (status, body) = self.upload(call);
                return Reply { status, headers: Vec::new(), body };
            }
        }
        let (mut headers, blocked) = self.count(now_us);
        let date = UNIX_EPOCH + Duration::from_micros(now_us);
        headers.push(("date".to_owned(), httpdate::fmt_http_date(date)));
        let answer = match (blocked, call.is_authorised()) {
            (true, _) => Err((429, 971, "Please wait and consider throttling your request speed")),
            (false, false) => Err((400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")),
            (false, true) => self.answer(call, maker),
        };
        let (status, body) = match answer {
            Ok(body) => (200, body),
            Err((status, code, message)) => {
                (status, json!({ "success": false, "errors": [{ "code": code, "message": message }], "result": null }))
            }
        };
        Reply { status, headers, body: body.to_string().into_bytes() }
    }

    fn answer(&mut self, call: &Call, maker: Maker) -> Answer {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["user", "tokens", "verify"] if call.method == "GET" => {
                Ok(ok(json!({ "id": "f".repeat(32), "status": "active" })))
            }
            ["accounts", account, rest @ ..] if *account == names::ACCOUNT => self.of_account(call, rest, maker),
            ["zones"] if call.method == "GET" => self.list_zones(call),
            ["zones", zone, rest @ ..] => {
                let known = self.zones.iter().position(|known| known.id == *zone);
                let at = known.ok_or((403, 9109, "Invalid zone identifier"))?;
                self.of_zone(call, at, rest, maker)
            }
            _ => Err(self.unknown(call)),
        }
    }

    fn of_account(&mut self, call: &Call, rest: &[&str], maker: Maker) -> Answer {
        match (call.method, rest) {
            ("GET", ["tokens", "verify"]) => Err((401, 1000, "Invalid API Token")),
            ("GET", ["workers", "subdomain"]) => Ok(ok(json!({ "subdomain": "acme" }))),
            ("GET", ["workers", "scripts"]) => Ok(ok(Value::from_iter(self.scripts.iter().map(views::listed)))),
            ("GET", ["workers", "workers", name]) => views::worker(name, self).map(ok).ok_or(NO_SCRIPT),
            (_, ["workers", "scripts", name, rest @ ..]) => self.of_script(call, name, rest, maker),
            (_, ["queues", queue, "consumers", rest @ ..]) => self.of_consumers(call, queue, rest, maker),
            _ => match Family::at(rest) {
                Some((family, rest)) => self.of_family(call, family, rest, maker),
                None => Err(self.unknown(call)),
            },
        }
    }

    /// Nobody may ask for what this account does not know: either the engine or the account is wrong.
    fn unknown(&mut self, call: &Call) -> Refused {
        self.alarm(format!("unknown endpoint: {}", call.target()));
        (404, 7003, "Could not route to the requested endpoint")
    }

    pub fn alarm(&mut self, message: impl Into<String>) {
        self.alarms.push(message.into());
    }

    /// 32 hex digits.
    pub fn id(&mut self) -> String {
        self.next += 1;
        format!("{:032x}", u128::from(self.next) << 64 | 0x5eed)
    }

    pub fn uuid(&mut self) -> String {
        self.next += 1;
        format!("{:08x}-0000-4000-8000-00000000a11c", self.next)
    }
}

fn ok(result: Value) -> Value {
    json!({ "success": true, "errors": [], "messages": [], "result": result })
}

/// One page of a list, as `page` and `per_page` ask for.
fn page(call: &Call, items: Vec<Value>) -> Value {
    let number = |name: &str| call.query_value(name).and_then(|text| text.parse::<usize>().ok());
    let (page, per_page) = (number("page").unwrap_or(1).max(1), number("per_page").unwrap_or(20));
    let total = items.len();
    let items: Vec<Value> = items.into_iter().skip((page - 1) * per_page).take(per_page).collect();
    let info = json!({ "page": page, "per_page": per_page, "count": items.len(), "total_count": total });
    json!({ "success": true, "errors": [], "messages": [], "result": items, "result_info": info })
}
