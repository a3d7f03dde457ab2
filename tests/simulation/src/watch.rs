//! The account under watch: after every call, whatever happened, the invariants hold.

use std::collections::{BTreeMap, BTreeSet};

use cfworker_deploy::apply::Event;
use serde_json::{Value, json};

use crate::account::{Account, Call, Family, Maker, Origin, Subject};
use crate::case::{Act, Deployer};
use crate::conduct::Conduct;
use crate::documents::ROWS;
use crate::fault::Fate;
use crate::named::Named;
use crate::things::Things;
use crate::truth::Truth;
use crate::world::{Reply, Trace};
use crate::{invariants, names, store_invariants};

/// What is known of one run.
pub struct Facts {
    pub deployer: Deployer,
    /// Only looks.
    pub reads_only: bool,
    /// What it may not touch, as it was when the run began.
    pub protected: Things,
    /// Address → action, as the run told before its first write.
    pub announced: BTreeMap<String, String>,
    /// A plan was told.
    pub planned: bool,
    pub writes: u32,
    /// Deployments that the run read before its plan, or made.
    pub deployments: BTreeSet<String>,
    /// What marks the versions of deployments that the run read of after its plan, and did not make.
    pub others: BTreeSet<String>,
    /// What marks its own versions.
    pub own: BTreeSet<String>,
    /// Writes that changed something.
    pub effects: u32,
    /// When it last wrote the tags of a Worker by themselves, having looked at them right before.
    pub tagged_us: Option<u64>,
    /// A route or record that leads elsewhere in the meantime is nobody's fault: others deploy at the same time.
    pub alone: bool,
    /// It may not see what was made a moment ago.
    pub blind: bool,
    pub conduct: Conduct,
    pub named: Named,
}

/// The account, the runs on it, and what was seen.
pub struct Watch {
    pub account: Account,
    pub facts: Vec<Facts>,
    /// What must not be, and was.
    pub violations: Vec<String>,
    /// The last calls, when asked for.
    pub trace: Trace,
    pub tracing: bool,
    /// Faults that met a request, with the address that it was about.
    pub met: Vec<(usize, Fate, bool, Subject, Option<String>)>,
    /// What somebody does after so many calls.
    pub meanwhile: Option<(u32, Act)>,
    pub calls: u32,
    /// A fault ended the process.
    pub killed: bool,
    /// Lists lag behind: the run that begins next may not see what was made a moment ago.
    pub blind: bool,
    /// Lists that showed something else than what was there.
    pub stale_lists: u32,
}

/// Calls that are shown of a failure.
const SHOWN: usize = 80;

impl Watch {
    pub fn new(account: Account) -> Self {
        Self {
            account,
            facts: Vec::new(),
            violations: Vec::new(),
            trace: Trace::new(),
            tracing: false,
            met: Vec::new(),
            meanwhile: None,
            calls: 0,
            killed: false,
            blind: false,
            stale_lists: 0,
        }
    }

    /// A run begins; gives its number.
    pub fn begin(&mut self, deployer: Deployer, reads_only: bool, alone: bool) -> usize {
        // What settles late has settled when the next run begins.
        self.account.scripts.values_mut().for_each(|script| script.settle());
        self.land(u64::MAX);
        let protected = Truth::of(&self.account, &deployer).protected();
        self.facts.push(Facts {
            deployer,
            reads_only,
            protected,
            announced: BTreeMap::new(),
            planned: false,
            writes: 0,
            deployments: BTreeSet::new(),
            others: BTreeSet::new(),
            own: BTreeSet::new(),
            effects: 0,
            tagged_us: None,
            alone,
            blind: self.blind,
            conduct: Conduct::of(deployer.wanted.members().len()),
            named: Named::default(),
        });
        self.note(format!("-- run {} begins", self.facts.len() - 1));
        self.facts.len() - 1
    }

    /// A request leaves.
    pub fn sent(&mut self, call: &Call, now_us: u64, fate: &Fate) {
        let address = if call.writes() { address(&self.account, call) } else { None };
        if fate.fault.is_some() {
            self.met.push((call.run, *fate, call.writes(), call.subject, address));
        }
        let broken = self.facts[call.run].conduct.sent(call, now_us, fate);
        self.violations.extend(broken.map(|what| format!("conduct: {what}")));
    }

    /// The account handles a request, a list as of so long ago; then everything is looked at.
    pub fn handle(&mut self, call: &Call, now_us: u64, lag_us: u64) -> Reply {
        self.calls += 1;
        self.land(now_us);
        if let Some((at, act)) = self.meanwhile
            && self.calls >= at
        {
            self.meanwhile = None;
            self.note(format!("-- meanwhile: {act:?}"));
            self.account.act(act);
            self.account.note(now_us);
            self.refresh_protected();
        }
        let maker = Maker::Run(self.facts[call.run].deployer.wanted.identity);
        if !call.writes() {
            let reply = self.read(call, maker, now_us, lag_us);
            self.told(call, &reply, now_us);
            let facts = &mut self.facts[call.run];
            let name = names::script(facts.deployer.wanted.script);
            facts.named.read(call, &self.account, name, facts.planned);
            if call.path.last().is_some_and(|last| last == "deployments") {
                let (facts, known) = (&mut self.facts[call.run], deployments(&self.account, call));
                for (id, mark) in known {
                    // An edit of a secret has no mark, and makes nobody a loser.
                    if facts.deployments.insert(id) && facts.planned && !mark.is_empty() {
                        facts.others.insert(mark);
                    }
                }
            }
            return reply;
        }
        let before = self.account.clone();
        let reply = self.account.handle(call, maker, now_us);
        self.account.note(now_us);
        self.told(call, &reply, now_us);
        let facts = &mut self.facts[call.run];
        facts.writes += 1;
        if call.method == "PATCH" && call.subject == Subject::Script {
            facts.tagged_us = Some(now_us);
        }
        if call.subject == Subject::Script && call.writes() {
            let known = deployments(&before, call);
            let made = deployments(&self.account, call).into_iter().filter(|(id, _)| !known.contains_key(id));
            for (id, mark) in made {
                facts.deployments.insert(id);
                facts.own.insert(mark);
            }
        }
        let done = reply.status == 200;
        let changed = done
            && (before.scripts != self.account.scripts
                || before.zones != self.account.zones
                || before.consumers != self.account.consumers
                || before.stores != self.account.stores);
        facts.effects += u32::from(changed);
        if changed {
            facts.named.wrote(call, &before, &self.account, names::script(facts.deployer.wanted.script));
        }
        let address = address(&before, call).or_else(|| address(&self.account, call));
        let broken = invariants::check(&before, &self.account, facts, call, address.as_deref(), changed);
        self.violations.extend(broken);
        self.violations.extend(store_invariants::once(&self.account));
        reply
    }

    /// Files whose time has come are applied to their databases.
    fn land(&mut self, now_us: u64) {
        for landed in self.account.land(now_us) {
            self.facts[landed.run].effects += 1;
            self.note(format!("-- a file of run {} is applied to {}", landed.run, landed.database));
            let at_us = now_us.min(self.account.now_us());
            self.account.note(at_us);
        }
    }

    fn read(&mut self, call: &Call, maker: Maker, now_us: u64, lag_us: u64) -> Reply {
        if lag_us == 0 {
            return self.account.handle(call, maker, now_us);
        }
        let fresh = self.account.clone().handle(call, maker, now_us).body;
        let reply = self.account.handle_late(call, maker, now_us, lag_us);
        self.stale_lists += u32::from(reply.body != fresh);
        reply
    }

    /// What others change meanwhile is not this run's doing.
    fn refresh_protected(&mut self) {
        for facts in &mut self.facts {
            let now = crate::things::now(&self.account, &facts.protected);
            facts.protected = now;
        }
    }

    fn told(&mut self, call: &Call, reply: &Reply, now_us: u64) {
        if self.tracing {
            let shows = call.content_type == "application/json" || call.origin == Origin::Uploads;
            let body = if shows { String::from_utf8_lossy(&call.body) } else { "".into() };
            let seconds = (now_us % 1_000_000_000) as f64 / 1e6;
            self.note(format!("{seconds:>9.3} run {} {} → {} {body}", call.run, call.target(), reply.status));
        }
        let alarms = std::mem::take(&mut self.account.alarms);
        self.violations.extend(alarms.into_iter().map(|alarm| format!("alarm: {alarm}")));
        let quiet = self.facts[call.run].conduct.answered(call, reply);
        self.violations.extend(quiet.map(|what| format!("conduct: {what}")));
    }

    pub fn note(&mut self, line: String) {
        if !self.tracing {
            return;
        }
        if self.trace.len() == SHOWN {
            self.trace.pop_front();
        }
        self.trace.push_back(line);
    }

    /// What a run tells those who watch.
    pub fn event(&mut self, run: usize, event: &Event) {
        let Ok(text) = serde_json::to_string(event) else { return };
        self.must_hide(&text, "an event");
        let facts = &mut self.facts[run];
        match event {
            Event::Change(change) => {
                let word = json!(change.0.action).as_str().unwrap_or_default().to_owned();
                facts.announced.insert(change.0.address.to_string(), word);
            }
            Event::Plan(_) => facts.planned = true,
            Event::Diagnostic(_)
            | Event::Start { .. }
            | Event::Uploaded { .. }
            | Event::Done { .. }
            | Event::Wait { .. }
            | Event::Failed { .. } => {}
        }
    }

    /// Invariant 8: no secret shows.
    pub fn must_hide(&mut self, text: &str, where_: &str) {
        if text.contains("canary-") {
            self.violations.push(format!("8 secrets: one shows in {where_}: {text}"));
        }
    }
}

/// Whose address a write is about, in the words of a plan.
pub fn address(account: &Account, call: &Call) -> Option<String> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let body = || serde_json::from_slice::<Value>(&call.body).ok();
    if call.origin == Origin::Uploads {
        return Some(format!("d1:{}", account.database_of_upload(call)?));
    }
    match path.as_slice() {
        ["accounts", _, "workers", "scripts", name, ..] => Some(format!("script:{name}")),
        ["zones", zone, "dns_records", id] => {
            let zone = account.zones.iter().find(|known| known.id == *zone)?;
            let record = zone.records.iter().find(|record| record.id == *id)?;
            Some(format!("record:{}", record.name))
        }
        ["zones", _, "dns_records"] => Some(format!("record:{}", body()?["name"].as_str()?)),
        ["zones", zone, "workers", "routes", id] => {
            let zone = account.zones.iter().find(|known| known.id == *zone)?;
            let route = zone.routes.iter().find(|route| route.id == *id)?;
            Some(format!("route:{}", route.pattern))
        }
        ["zones", _, "workers", "routes"] => Some(format!("route:{}", body()?["pattern"].as_str()?)),
        ["accounts", _, "queues", queue, "consumers", ..] => {
            let queue = account.stores.iter().find(|store| store.of == Subject::Queue && store.id == *queue)?;
            Some(format!("consumer:{}", queue.name))
        }
        ["accounts", _, rest @ ..] => {
            let (family, rest) = Family::at(rest)?;
            let name = match rest {
                [] => family.named(&body()?)?,
                [id, ..] => account.stores.iter().find(|store| store.of == family.of && store.id == *id)?.name.clone(),
            };
            let row = ROWS.iter().find(|row| row.of == family.of)?;
            Some(format!("{}:{name}", row.word))
        }
        _ => None,
    }
}

/// Deployments of the Worker that a request is about, with the mark of their version: of two versions with the same
/// mark it makes no difference whose is live.
fn deployments(account: &Account, call: &Call) -> BTreeMap<String, String> {
    let script = call.path.get(4).and_then(|name| account.scripts.get(name));
    let mark = |id: &str, script: &crate::account::Script| {
        let version = script.versions.iter().find(|version| version.id == id);
        version.and_then(|version| version.annotations.get("workers/tag")).cloned().unwrap_or_default()
    };
    let mut marked = BTreeMap::new();
    for (script, deployment) in script.iter().flat_map(|script| script.deployments.iter().map(move |one| (script, one)))
    {
        let id = deployment.versions.first().map_or("", |(id, _)| id.as_str());
        marked.insert(deployment.id.clone(), mark(id, script));
    }
    marked
}

/// Names of the secrets of a Worker's newest version.
pub fn secret_names(account: &Account, script: &str) -> BTreeSet<String> {
    let newest = account.scripts.get(script).and_then(|script| script.versions.first());
    let bindings = newest.iter().flat_map(|newest| newest.bindings.iter());
    let secrets = bindings.filter(|binding| binding["type"] == "secret_text");
    secrets.filter_map(|binding| Some(binding["name"].as_str()?.to_owned())).collect()
}

/// Whether a binding is one of those that strangers set.
pub fn is_theirs(name: &str) -> bool {
    matches!(name, names::THEIR_SECRET | names::THEIR_VARIABLE)
}
