//! The changes of the routes.

use super::claim::{Claim, Permit};
use super::sketch::Context;
use super::step::Operation;
use super::{Action, Change, Left, Reason};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, Guard};
use crate::model::marks::ScriptMarks;
use crate::model::{Address, Field};
use crate::resource::{DesiredRecord, LiveRoute};

/// What has to happen to one route.
#[derive(Debug)]
pub(super) struct RoutePlan {
    pub change: Change,
    pub operation: Option<Operation>,
    pub diagnostics: Vec<Diagnostic>,
}

pub(super) fn plan(context: &Context<'_>, marks: &ScriptMarks) -> Vec<RoutePlan> {
    let Some((routing, zone)) = context.routing() else { return Vec::new() };
    routing.routes.iter().map(|route| one(context, marks, zone, &route.pattern)).collect()
}

fn one(context: &Context<'_>, marks: &ScriptMarks, zone: &str, pattern: &str) -> RoutePlan {
    let script = &context.desired.script.name;
    let mut plan = RoutePlan {
        change: Change::unchanged(Address::route(pattern), needs(context)),
        operation: None,
        diagnostics: Vec::new(),
    };
    let Some(live) = context.zone(zone).routes.iter().find(|route| route.matches(pattern)) else {
        plan.change.action = Action::Create;
        plan.change.reason = Reason::NotFound;
        plan.change.fields = vec![Field::new("script", serde_json::Value::Null, script.as_str())];
        plan.operation = Some(Operation::CreateRoute { zone: zone.to_owned(), pattern: pattern.to_owned() });
        return plan;
    };
    Field::push(&mut plan.change.fields, "script", live.script.as_deref(), script.as_str());
    settle_owner(context, marks, zone, live, &mut plan);
    if plan.change.action != Action::NoOp && !plan.change.fields.is_empty() {
        let (zone, id, pattern) = (zone.to_owned(), live.id.clone(), pattern.to_owned());
        plan.operation = Some(Operation::UpdateRoute { zone, id, pattern });
    }
    plan
}

/// Requests must not reach a route before the record that brings them.
fn needs(context: &Context<'_>) -> Vec<Address> {
    let script = Address::script(&context.desired.script.name);
    match &context.desired.routing {
        Some(routing) if matches!(routing.record, DesiredRecord::Managed(_)) => {
            vec![Address::record(&routing.hostname), script]
        }
        _ => vec![script],
    }
}

/// A route carries no mark: it is ours when it leads to our Worker and stands in the inventory.
fn settle_owner(context: &Context<'_>, marks: &ScriptMarks, zone: &str, live: &LiveRoute, plan: &mut RoutePlan) {
    let address = plan.change.address.clone();
    let script = context.desired.script.name.as_str();
    let held = marks.holds(zone, &live.pattern) || marks.holds(zone, &address.key);
    let held = held || !guard::holds(Guard::RouteInventory);
    let (reason, message) = match live.script.as_deref() {
        Some(owner) if owner == script && held => return,
        Some(owner) if owner == script => (
            Reason::NotMarked,
            format!("the route `{}` leads to `{script}`, and nothing shows that it is ours", live.pattern),
        ),
        Some(owner) if context.live.renamed.iter().any(|renamed| renamed.holds(owner, zone, &live.pattern)) => {
            plan.change.action = Action::Update;
            plan.change.reason = Reason::RenamedFrom(owner.to_owned());
            return;
        }
        Some(owner) => {
            (Reason::OtherWorker, format!("the route `{}` leads to another Worker: `{owner}`", live.pattern))
        }
        None => (Reason::NoWorker, format!("the route `{}` switches Workers off for its pattern", live.pattern)),
    };
    let claim = claim(live, reason, message);
    let allowed = match claim.permit {
        Permit::Adopt => context.options.adopts(&address, true),
        Permit::Take => context.options.takes(&address),
    };
    plan.diagnostics.extend(claim.settle(&mut plan.change, allowed));
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
        permit,
        reason,
        from: live.script.clone().unwrap_or_else(|| "no Worker".into()),
        message,
        keep: keep.into(),
        loses,
        before: Some(serde_json::json!({ "pattern": live.pattern, "script": live.script })),
    }
}

/// Routes that lead to our Worker and that we did not make: named, never touched.
pub(super) fn unmanaged(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Left> {
    let foreign = foreign_to(context, &context.desired.script.name, marks).into_iter();
    let given_up = |pattern: &&str| context.destroys && context.options.takes(&Address::route(pattern));
    let left = foreign.filter(|pattern| !given_up(pattern)).map(|pattern| Left {
        address: Address::route(pattern),
        path: None,
        reason: Reason::LeadsHere,
    });
    left.collect()
}

/// Patterns of routes that lead to a Worker of ours without standing in its inventory, or in the manifest.
pub(super) fn foreign_to<'a>(context: &Context<'a>, script: &str, marks: &ScriptMarks) -> Vec<&'a str> {
    let wanted = context.desired.routing.as_ref();
    let wants =
        |pattern: &str| wanted.is_some_and(|routing| routing.routes.iter().any(|route| route.pattern == pattern));
    let mut foreign = Vec::new();
    for (zone, content) in &context.live.zones {
        let here = content.routes.iter().filter(|route| route.script.as_deref() == Some(script));
        let patterns = here.map(|route| route.pattern.as_str());
        foreign.extend(patterns.filter(|pattern| !marks.holds(zone, pattern) && !wants(pattern)));
    }
    foreign
}
