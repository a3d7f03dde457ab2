//! All changes of a run: parts planned one by one, then put in order.

use super::sketch::Context;
use super::step::{Operation, Step};
use super::{
    Action, Change, Left, Plan, PlanOptions, PlannedManifest, SecretFacts, checks, record, removal, route, script,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::marks::{self, ScriptMarks};
use crate::model::{Address, Field};
use crate::resource::{DesiredManifest, DesiredState, LiveState};

/// Tags that a Worker holds.
const TAGS_OF_A_WORKER: usize = 10;

/// Plans a run. `secrets` has one entry a manifest: the digest of the values at hand.
pub fn plan(desired: &DesiredState, live: &LiveState, secrets: &[Option<SecretFacts>], options: &PlanOptions) -> Plan {
    let mut plan = Plan { offline: options.offline, ..Plan::default() };
    for index in order(desired) {
        let (Some(manifest), Some(state)) = (desired.manifests.get(index), live.manifests.get(index)) else { continue };
        let secrets = secrets.get(index).and_then(Option::as_ref);
        add(&mut plan, &Context { index, desired: manifest, live: state, secrets, options });
    }
    plan.resolve = resolve(&plan.diagnostics);
    plan
}

/// The order of the files makes no difference.
fn order(desired: &DesiredState) -> Vec<usize> {
    let mut order: Vec<usize> = (0..desired.manifests.len()).collect();
    order.sort_by_key(|index| {
        desired.manifests.get(*index).map(|manifest| (manifest.identity.clone(), manifest.script.name.clone()))
    });
    order
}

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
    let removals = removal::find(context, &script.live_marks);
    let stated = context.desired.routing.is_some() || context.desired.routing_disabled;
    let removes = stated || context.options.prune;

    let live_tags = context.live.script.as_ref().map(|live| live.tags.as_slice()).unwrap_or_default();
    if script.upload.is_none() {
        // No upload: what was uploaded last stays the truth.
        script.marks.bundle = script.live_marks.bundle.clone();
        script.marks.names = script.live_marks.names.clone();
    }
    let target = ScriptMarks { inventory: target_inventory(context, &removals, removes), ..script.marks.clone() };
    let during = ScriptMarks { inventory: union(&script.live_marks, &target), ..target.clone() };
    let (during_tags, target_tags) = (during.merged_into(live_tags), target.merged_into(live_tags));
    if during_tags.len() > TAGS_OF_A_WORKER {
        let message = format!(
            "`{}` would need {} tags and holds {TAGS_OF_A_WORKER}",
            context.desired.script.name,
            during_tags.len()
        );
        plan.diagnostics.push(
            Diagnostic::error(Code::TooManyTags, message).with_help("remove tags from the Worker that nobody needs"),
        );
    }

    let attaches = record.iter().any(|record| record.operation.is_some())
        || routes.iter().any(|route| route.change.action != Action::NoOp);
    let mut steps = Steps::new(plan, context.index);
    let address = script.change.address.clone();
    let mut written = sorted(live_tags.to_vec());
    let first = match script.upload.take() {
        Some(mut upload) => {
            upload.tags.clone_from(&during_tags);
            written = sorted(during_tags);
            Some(steps.push(&address, Operation::Upload(Box::new(upload)), &[]))
        }
        None => {
            let tags = (attaches && sorted(during_tags.clone()) != written).then_some(during_tags);
            if let Some(tags) = &tags {
                written = sorted(tags.clone());
            }
            let observability = script.observability.take();
            (tags.is_some() || observability.is_some())
                .then(|| steps.push(&address, Operation::PatchSettings { tags, observability }, &[]))
        }
    };
    let mut all: Vec<usize> = first.into_iter().collect();
    if let Some(workers_dev) = script.workers_dev {
        all.push(steps.push(&address, Operation::SetWorkersDev(workers_dev), &all.clone()));
    }
    let mut before_routes: Vec<usize> = first.into_iter().collect();
    if let Some(operation) = record.as_ref().and_then(|record| record.operation.clone()) {
        let step = steps.push(&record_address(&record), operation, &before_routes);
        before_routes.push(step);
        all.push(step);
    }
    for route in &routes {
        if let Some(operation) = &route.operation {
            all.push(steps.push(&route.change.address, operation.clone(), &before_routes));
        }
    }
    let mut changes: Vec<Change> = Vec::new();
    changes.extend(record.iter().filter_map(|record| record.change.clone()));
    changes.extend(routes.iter().map(|route| route.change.clone()));
    let reason = if context.desired.routing_disabled { "routing is switched off" } else { "no longer in the manifest" };
    // Old routes go when all new ones stand, old records when no route needs them.
    let (mut before_records, before_removals) = (all.clone(), all.clone());
    for removal in removals {
        let removal = qualified(removal, &changes);
        if !removes {
            steps.plan.orphans.push(Left {
                address: removal.address,
                path: None,
                reason: "no longer in the manifest, kept without `--prune`".into(),
            });
            continue;
        }
        let is_route = removal.hash.is_some();
        let after = if is_route { before_removals.clone() } else { before_records.clone() };
        let step = steps.push(&removal.address, removal.operation.clone(), &after);
        if is_route {
            before_records.push(step);
        }
        all.push(step);
        steps.plan.needs_deletes.push(removal.address.clone());
        changes.push(removal.change(reason));
    }
    let exists_after = context.live.script.is_some() || first.is_some();
    if exists_after && sorted(target_tags.clone()) != written {
        steps.push(&address, Operation::PatchSettings { tags: Some(target_tags), observability: None }, &all);
    }
    inventory_field(&mut script.change, &script.live_marks, &target);
    let needed = context.options.prune.then(|| renamed(context)).unwrap_or_default();
    for (removal, change) in needed {
        let last: Vec<usize> = (0..steps.plan.steps.len()).collect();
        steps.push(&change.address, removal, &last);
        changes.push(change);
    }

    plan.manifests.push(planned(context));
    plan.changes.push(script.change);
    plan.changes.extend(changes);
    plan.kept.extend(script.kept);
    plan.unmanaged.extend(route::unmanaged(context, &target));
    if !context.options.prune {
        plan.orphans.extend(renamed(context).into_iter().map(|(_, change)| Left {
            address: change.address,
            path: None,
            reason: change.reason,
        }));
    }
    plan.diagnostics.extend(script.diagnostics);
    plan.diagnostics.extend(record.into_iter().flat_map(|record| record.diagnostics));
    plan.diagnostics.extend(routes.into_iter().flat_map(|route| route.diagnostics));
    plan.diagnostics.extend(checks::check(context));
}

/// Appends steps of one manifest to the plan.
struct Steps<'a> {
    plan: &'a mut Plan,
    manifest: usize,
}

impl<'a> Steps<'a> {
    fn new(plan: &'a mut Plan, manifest: usize) -> Self {
        Self { plan, manifest }
    }

    fn push(&mut self, address: &Address, operation: Operation, after: &[usize]) -> usize {
        self.plan.steps.push(Step {
            address: address.clone(),
            manifest: self.manifest,
            operation,
            after: after.to_vec(),
        });
        self.plan.steps.len() - 1
    }
}

fn record_address(record: &Option<record::RecordPlan>) -> Address {
    match record.as_ref().and_then(|record| record.change.as_ref()) {
        Some(change) => change.address.clone(),
        None => Address::record(""),
    }
}

/// Zone and patterns after the run: what the manifest wants, and orphans that stay ours.
fn target_inventory(
    context: &Context<'_>,
    removals: &[removal::Removal],
    removes: bool,
) -> std::collections::BTreeMap<String, std::collections::BTreeSet<String>> {
    let mut inventory = std::collections::BTreeMap::new();
    if let Some((routing, zone)) = context.routing() {
        let hashes = routing.routes.iter().map(|route| marks::hash(&route.pattern)).collect();
        inventory.insert(zone.to_owned(), hashes);
    }
    for removal in removals.iter().filter(|_| !removes) {
        if let Some(hash) = &removal.hash {
            inventory.entry(removal.zone.clone()).or_insert_with(std::collections::BTreeSet::new).insert(hash.clone());
        }
    }
    inventory
}

fn union(
    live: &ScriptMarks,
    target: &ScriptMarks,
) -> std::collections::BTreeMap<String, std::collections::BTreeSet<String>> {
    let mut inventory = live.inventory.clone();
    for (zone, hashes) in &target.inventory {
        inventory.entry(zone.clone()).or_default().extend(hashes.iter().cloned());
    }
    inventory
}

/// Tags are a set: their order on the Worker makes no difference.
fn sorted(mut tags: Vec<String>) -> Vec<String> {
    tags.sort();
    tags
}

/// An address that a planned change already has is told apart by its zone.
fn qualified(mut removal: removal::Removal, changes: &[Change]) -> removal::Removal {
    if changes.iter().any(|change| change.address == removal.address) {
        removal.address.key = format!("zone/{}/{}", removal.zone, removal.address.key);
    }
    removal
}

/// The inventory is part of the Worker: a change of it alone is a change of the Worker's tags.
fn inventory_field(change: &mut Change, live: &ScriptMarks, target: &ScriptMarks) {
    let lines = |marks: &ScriptMarks| -> Vec<String> {
        marks
            .inventory
            .iter()
            .flat_map(|(zone, hashes)| hashes.iter().map(move |hash| format!("{zone}/{hash}")))
            .collect()
    };
    let (old, new) = (lines(live), lines(target));
    if old == new {
        return;
    }
    change.fields.push(Field::new("inventory", old, new));
    if change.action == Action::NoOp {
        change.action = Action::Update;
        change.reason = "routes to keep track of changed".into();
    }
}

/// Workers that carry this identity under another name: the manifest renamed its Worker.
fn renamed(context: &Context<'_>) -> Vec<(Operation, Change)> {
    let one = |name: &String| {
        let change = Change {
            address: Address::script(name),
            kind: crate::model::Kind::Script,
            action: Action::Delete,
            from: None,
            reason: format!("renamed to `{}`, kept without `--prune`", context.desired.script.name),
            needs: Vec::new(),
            fields: Vec::new(),
        };
        (Operation::DeleteScript { name: name.clone() }, change)
    };
    context.live.renamed.iter().map(one).collect()
}

/// Flags that would solve all conflicts, in the order of the findings.
fn resolve(diagnostics: &[Diagnostic]) -> Vec<String> {
    let flag = |diagnostic: &Diagnostic| {
        let flag = match diagnostic.code {
            Code::ForeignScript | Code::ForeignRecord | Code::ForeignRoute => "--adopt",
            Code::OtherIdentityScript | Code::ChangedOutside | Code::OtherIdentityRecord | Code::TakenRoute => "--take",
            _ => return None,
        };
        Some(format!("{flag} {}", diagnostic.path.as_ref()?))
    };
    diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).filter_map(flag).collect()
}
