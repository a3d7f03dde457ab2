//! All changes of a run: parts planned one by one, then put in order.

use std::collections::BTreeMap;

use super::labels::Labels;
use super::order::{Order, attaches};
use super::removal::{self, Removal};
use super::sketch::Context;
use super::tags::Tags;
use super::{
    Action, Change, Left, Plan, PlanOptions, PlannedManifest, Reason, SecretFacts, checks, deletion, inventory, record,
    route, script,
};
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::guard::{self, Guard};
use crate::model::Address;
use crate::model::marks::ScriptMarks;
use crate::resource::{DesiredManifest, DesiredRecord, DesiredState, LiveState};

/// Plans a run. `secrets` has one entry a manifest: the digest of the values at hand.
pub fn plan(desired: &DesiredState, live: &LiveState, secrets: &[Option<SecretFacts>], options: &PlanOptions) -> Plan {
    let labels = Labels::of(desired, live);
    let mut plan = Plan { offline: options.offline, ..Plan::default() };
    for index in order(desired) {
        let (Some(manifest), Some(state)) = (desired.manifests.get(index), live.manifests.get(index)) else { continue };
        let secrets = secrets.get(index).and_then(Option::as_ref);
        add(
            &mut plan,
            &Context { index, desired: manifest, live: state, secrets, options, labels: &labels, destroys: false },
        );
    }
    let claimed = claimed_twice(desired);
    plan.diagnostics.extend(claimed);
    conclude(&mut plan);
    plan
}

/// What follows from all changes and findings together.
pub(super) fn conclude(plan: &mut Plan) {
    plan.resolve = resolve(&plan.diagnostics);
    let asking = plan.changes.iter().filter(|change| change.action.needs_yes());
    plan.needs_yes = asking.map(|change| change.address.clone()).collect();
}

/// Two manifests of one run that want the same host or pattern would take it from each other for ever.
fn claimed_twice(desired: &DesiredState) -> Vec<Diagnostic> {
    let mut claims: BTreeMap<Address, String> = BTreeMap::new();
    let mut findings = Vec::new();
    for manifest in &desired.manifests {
        let Some(routing) = &manifest.routing else { continue };
        let record = matches!(routing.record, DesiredRecord::Managed(_)).then(|| Address::record(&routing.hostname));
        let routes = routing.routes.iter().map(|route| Address::route(&route.pattern));
        for address in record.into_iter().chain(routes) {
            if let Some(other) = claims.insert(address.clone(), manifest.script.name.clone()) {
                let message = format!("`{other}` and `{}` both claim {address}", manifest.script.name);
                findings.push(
                    Diagnostic::error(Code::ClaimedTwice, message)
                        .with_help("give one of them another hostname or pattern")
                        .about(address),
                );
            }
        }
    }
    findings
}

/// The order of the files makes no difference.
fn order(desired: &DesiredState) -> Vec<usize> {
    let mut order: Vec<(usize, &DesiredManifest)> = desired.manifests.iter().enumerate().collect();
    order.sort_by(|(_, one), (_, other)| (&one.identity, &one.script.name).cmp(&(&other.identity, &other.script.name)));
    order.into_iter().map(|(index, _)| index).collect()
}

/// Who the manifest is, for the head of a plan.
pub(super) fn planned(context: &Context<'_>) -> PlannedManifest {
    let DesiredManifest { identity, script, .. } = context.desired;
    PlannedManifest {
        id: identity.id(),
        label: identity.label(),
        account: identity.account.clone(),
        script: script.name.clone(),
        zone: context.live.zone.as_ref().and_then(|zone| zone.name.clone()),
        bundle: format!("r2://{}/{}", script.bundle.bucket, script.bundle.key),
    }
}

fn add(plan: &mut Plan, context: &Context<'_>) {
    let mut script = script::plan(context);
    let record = record::plan(context);
    let routes = route::plan(context, &script.live_marks);
    let mut changes: Vec<Change> = record.iter().filter_map(|record| record.change.clone()).collect();
    changes.extend(routes.iter().map(|route| route.change.clone()));
    let removals: Vec<Removal> =
        removal::find(context, &script.live_marks).into_iter().map(|removal| qualified(removal, &changes)).collect();
    // A block that is gone altogether may be an oversight: only `--prune` reads it as a wish.
    let stated = context.desired.routing.is_some() || context.desired.routing_disabled;
    let removes = stated || context.options.prune || !guard::holds(Guard::PruneGate);
    let tags = Tags::new(context, &script, &removals, removes);
    let deletions: Vec<_> =
        deletion::find(context).into_iter().map(|going| (going.unseen(context, &removals), going)).collect();
    let (gone, orphaned) = if removes { (removals, Vec::new()) } else { (Vec::new(), removals) };

    let write =
        record.as_ref().and_then(|record| Some((record.change.as_ref()?.address.clone(), record.operation.clone()?)));
    let mut order = Order::new(plan, context.index, script.change.address.clone(), &tags.live);
    order.worker(&mut script, &tags, attaches(write.as_ref().map(|(_, operation)| operation), &routes));
    order.attach(write, &routes);
    order.detach(&gone);
    order.finish(&tags, context.live.script.is_some());
    order.delete_scripts(deletions.iter().map(|(unseen, going)| (going.name, unseen.clone())));

    let reason = if context.desired.routing_disabled { Reason::RoutingOff } else { Reason::LeftManifest };
    changes.extend(gone.iter().map(|removal| removal.change(&reason)));
    plan.orphans.extend(orphaned.into_iter().map(|removal| left(removal.address, Reason::KeptWithoutPrune)));
    let name = &context.desired.script.name;
    changes.extend(deletions.iter().map(|(_, going)| going.change(&Reason::RenamedTo(name.clone()))));
    if !context.deletes_renamed() {
        let kept = |earlier: &str| left(Address::script(earlier), Reason::EarlierNameKept(name.clone()));
        plan.orphans.extend(context.live.renamed.iter().map(|renamed| kept(&renamed.name)));
    }
    finish_script(&mut script.change, &tags, &script.live_marks, context.live.script.is_some());

    plan.manifests.push(planned(context));
    plan.changes.push(script.change);
    plan.changes.extend(changes);
    plan.kept.extend(script.kept);
    plan.unmanaged.extend(route::unmanaged(context, &script.live_marks));
    plan.diagnostics.extend(tags.finding(context));
    plan.diagnostics.extend(inventory::finding(context, &context.desired.script.name, &tags.unseen));
    plan.diagnostics
        .extend(deletions.iter().filter_map(|(unseen, going)| inventory::finding(context, going.name, unseen)));
    plan.diagnostics.extend(script.diagnostics);
    plan.diagnostics.extend(record.into_iter().flat_map(|record| record.diagnostics));
    plan.diagnostics.extend(routes.into_iter().flat_map(|route| route.diagnostics));
    plan.diagnostics.extend(deletions.iter().flat_map(|(_, going)| going.conflicts(context)));
    plan.diagnostics.extend(checks::check(context));
}

/// An address that a planned change already has is told apart by its zone.
fn qualified(mut removal: Removal, changes: &[Change]) -> Removal {
    if changes.iter().any(|change| change.address == removal.address) {
        removal.address.key = format!("zone/{}/{}", removal.zone, removal.address.key);
    }
    removal
}

/// The marks are part of the Worker: a change of them alone is a change of the Worker's tags.
fn finish_script(change: &mut Change, tags: &Tags, live: &ScriptMarks, exists: bool) {
    let inventory = tags.field(live);
    if change.action == Action::NoOp && exists && tags.change() {
        change.action = Action::Update;
        change.reason = if inventory.is_some() { Reason::InventoryChanged } else { Reason::MarksOutdated };
    }
    change.fields.extend(inventory);
}

fn left(address: Address, reason: Reason) -> Left {
    Left { address, path: None, reason }
}

/// Options that would solve all conflicts; none when one can't be solved so.
fn resolve(diagnostics: &[Diagnostic]) -> WayOut {
    let mut errors = diagnostics.iter().filter(|finding| finding.is_error()).peekable();
    let all = errors.clone().all(|finding| !finding.resolve.is_empty());
    if !all || errors.peek().is_none() {
        return WayOut::default();
    }
    errors.fold(WayOut::default(), |all, finding| all.and(&finding.resolve))
}
