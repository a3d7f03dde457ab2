//! The routes.

use std::rc::Rc;

use super::checks::host_of;
use super::context::Context;
use super::writes::SearchRoute;
use crate::cloudflare::{Call, routes};
use crate::diagnostic::Code;
use crate::model::marks::{self, Inventory, ScriptMarks};
use crate::model::{Address, Field};
use crate::plan::{Action, Claim, Left, Owner, Permit, Phase, Reason, Sketch, decide};
use crate::resource::{DesiredRecord, LiveRoute, Operation, Routing};

/// What has to happen to the routes.
#[derive(Debug, Default)]
pub(super) struct RoutePlan {
    pub sketches: Vec<Sketch>,
    /// Those that are written, as an inventory has them.
    pub attached: Inventory,
}

/// The routes that the manifest wants. `is_new`: the Worker that they lead to is created in this run.
pub(super) fn plan(context: &Context<'_>, marks: &ScriptMarks, is_new: bool) -> RoutePlan {
    let mut plan = RoutePlan::default();
    for (host, zone) in context.hosts() {
        for route in &host.routes {
            let sketch = one(context, marks, host, &zone.id, &route.pattern, is_new);
            if !sketch.writes.is_empty() {
                plan.attached.entry(zone.id.clone()).or_default().insert(marks::hash(&route.pattern));
            }
            plan.sketches.push(sketch);
        }
    }
    plan
}

fn one(context: &Context<'_>, marks: &ScriptMarks, host: &Routing, zone: &str, pattern: &str, is_new: bool) -> Sketch {
    let script = &context.desired.script.name;
    let mut sketch = Sketch::wanted(Address::route(pattern).of_zone(zone), needs(context, host, pattern));
    let Some(live) = context.zone(zone).routes.iter().find(|route| route.matches(pattern)) else {
        sketch.owner = Owner::Absent;
        sketch.fields = vec![Field::new("script", serde_json::Value::Null, script.as_str())];
        let (zone_id, pattern) = (zone.to_owned(), pattern.to_owned());
        let look = SearchRoute { zone: zone_id, pattern, script: script.clone() };
        let call = routes::create(zone, &look.pattern, script);
        let call = Call { look: Some(Rc::new(look)), settles_late: is_new, ..call };
        sketch.write(Phase::Make, Operation::call("route", call));
        return sketch;
    };
    Field::push(&mut sketch.fields, "script", live.script.as_deref(), script.as_str());
    sketch.owner = owner(context, marks, zone, live, pattern);
    if decide(&sketch, context.options).action != Action::NoOp && !sketch.fields.is_empty() {
        let call = Call { settles_late: is_new, ..routes::put(zone, &live.id, pattern, script) };
        sketch.write(Phase::Make, Operation::call("route", call));
    }
    sketch
}

/// Requests must not reach a route before the record that brings them: that of its own host, and those of others that
/// its pattern takes as well.
fn needs(context: &Context<'_>, own: &Routing, pattern: &str) -> Vec<Address> {
    let script = Address::script(&context.desired.script.name);
    let brings = |host: &&Routing| host.hostname == own.hostname || takes(pattern, &host.hostname);
    let managed = |host: &&Routing| matches!(host.record, DesiredRecord::Managed(_));
    let hosts = context.desired.routing.iter().filter(brings).filter(managed);
    hosts.map(|host| Address::record(&host.hostname)).chain([script]).collect()
}

/// Whether some request to a host matches a pattern.
fn takes(pattern: &str, hostname: &str) -> bool {
    let host = host_of(pattern);
    host.strip_prefix('*').map_or(host == hostname, |suffix| hostname.ends_with(suffix))
}

/// A route carries no mark: it is ours when it leads to our Worker and stands in the inventory.
fn owner(context: &Context<'_>, marks: &ScriptMarks, zone: &str, live: &LiveRoute, pattern: &str) -> Owner {
    let script = context.desired.script.name.as_str();
    let held = marks.holds(zone, &live.pattern) || marks.holds(zone, pattern);
    let (reason, message) = match live.script.as_deref() {
        Some(owner) if owner == script && held => return Owner::Ours(None),
        Some(owner) if owner == script => (
            Reason::NotMarked,
            format!("the route `{}` leads to `{script}`, and nothing shows that it is ours", live.pattern),
        ),
        Some(owner) if context.live.renamed.iter().any(|renamed| renamed.holds(owner, zone, &live.pattern)) => {
            return Owner::Released(Reason::RenamedFrom(owner.to_owned()));
        }
        Some(owner) => {
            (Reason::OtherWorker, format!("the route `{}` leads to another Worker: `{owner}`", live.pattern))
        }
        None => (Reason::NoWorker, format!("the route `{}` switches Workers off for its pattern", live.pattern)),
    };
    Owner::Claimed(claim(live, reason, message))
}

/// A route of somebody else's, or one that may be.
fn claim(live: &LiveRoute, reason: Reason, message: String) -> Claim {
    let (code, permit, keep, loses) = match &live.script {
        _ if reason == Reason::NotMarked => {
            (Code::ForeignRoute, Permit::Adopt, "leave the pattern out: the route stays as it is", None)
        }
        Some(owner) => {
            let loses = format!("requests for it no longer reach `{owner}`");
            (Code::TakenRoute, Permit::Take, "choose another pattern", Some(loses))
        }
        None => {
            let loses = "requests for it pass a Worker then".to_owned();
            (Code::TakenRoute, Permit::Take, "choose another pattern", Some(loses))
        }
    };
    Claim {
        code,
        permit: Some(permit),
        reason,
        from: live.script.clone().unwrap_or_else(|| "no Worker".into()),
        message,
        keep: keep.into(),
        loses,
        before: Some(serde_json::json!({ "pattern": live.pattern, "script": live.script })),
        equal: true,
        allowed: false,
    }
}

/// Routes that lead to our Worker and that we did not make: named, never touched.
pub(super) fn unmanaged(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Left> {
    let foreign = foreign_to(context, &context.desired.script.name, marks).into_iter();
    let given_up = |address: &Address| context.destroys && context.options.takes(address);
    let left = |address| Left { address, path: None, reason: Reason::LeadsHere };
    foreign.filter(|address| !given_up(address)).map(left).collect()
}

/// Routes that lead to a Worker of ours without standing in its inventory, or in the manifest.
pub(super) fn foreign_to(context: &Context<'_>, script: &str, marks: &ScriptMarks) -> Vec<Address> {
    let wanted = || context.desired.routing.iter().flat_map(|host| &host.routes);
    let wants = |pattern: &str| wanted().any(|route| route.pattern == pattern);
    let mut foreign = Vec::new();
    for (zone, content) in &context.live.zones {
        let here = content.routes.iter().filter(|route| route.script.as_deref() == Some(script));
        let patterns = here.map(|route| route.pattern.as_str());
        let patterns = patterns.filter(|pattern| !marks.holds(zone, pattern) && !wants(pattern));
        foreign.extend(patterns.map(|pattern| Address::route(pattern).of_zone(zone)));
    }
    foreign
}
