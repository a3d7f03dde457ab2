//! `CloudflareWorker`: a script, the DNS records of its hosts, and the routes that lead to it.

mod attached;
mod bound;
mod checks;
mod classes;
mod consumer;
mod context;
mod deletion;
mod digest;
mod domain;
mod domains;
mod exports;
mod inventory;
mod live;
pub mod manifest;
mod migrations;
mod new_stores;
mod ownership;
mod queues;
mod rebound;
mod record;
mod releases;
mod removal;
mod removals;
mod rollout;
mod route;
mod schedules;
mod script;
mod script_fields;
mod script_plan;
mod secrets;
mod settings;
mod subject;
mod tag_list;
mod tags;
mod versions;
mod watch;
mod workflows;
mod writes;

pub use digest::{SecretFacts, secret_facts};
pub(super) use live::{Looking, in_empty_account};
pub use live::{
    Unfound, ZoneIds, account_reads, add_users, add_users_of_renamed, complete, find_zones, rest, user_reads,
    user_reads_of_renamed, zone_reads,
};
pub use rebound::add_gone_stores;
pub use rollout::{is_beyond, needs_all_requests, newer_of_split};
pub use secrets::KEY_RECIPE;
pub(super) use versions::redeploy;
pub use versions::{
    Goal, HistoryDeployment, HistoryVersion, WorkerHistory, bound_reads, can_go_back, history, history_reads,
    redeploy_reads,
};

use std::rc::Rc;

use super::labels::Labels;
use crate::diagnostic::any_error;
use crate::model::marks::{self, Inventory, ScriptMarks};
use crate::model::{Address, Kind, Output};
use crate::plan::{Action, Left, PlanOptions, PlannedManifest, Reason, Sketch, Sketches, decide};
use crate::resource::{DesiredManifest, DesiredState, LiveManifest, LiveState};

use context::Context;
use domains::Domains;
use new_stores::NewStores;
use queues::Queues;
use releases::Releases;
use removal::Removal;
use script_plan::ScriptPlan;
use subject::version_of;
use tags::Tags;
use watch::WorkerWatch;

/// The output of an upload that tells its version.
pub fn version(manifest: &DesiredManifest) -> Output {
    version_of(&manifest.identity.account, &manifest.script.name)
}

/// What the Workers of a run say, in an order that no order of files changes.
pub(super) fn all(
    desired: &DesiredState,
    live: &LiveState,
    secrets: &[Option<SecretFacts>],
    options: &PlanOptions,
    labels: &Labels,
) -> Vec<Sketches> {
    let queues = &Queues::of(desired, live, false);
    let domains = &Domains::of(desired, live, false);
    let new_stores = &NewStores::of(desired, live);
    let releases = &Releases::of(desired, live);
    let state = live;
    let sketch = |(index, desired, live): (usize, &DesiredManifest, &LiveManifest)| {
        let secrets = secrets.get(index).and_then(Option::as_ref);
        let queues_read_at = queues_read_at(state, desired);
        let domains_read_at = domains_read_at(state, desired);
        let destroys = false;
        wanted(&Context {
            index,
            desired,
            live,
            secrets,
            options,
            labels,
            queues,
            domains,
            domains_read_at,
            new_stores,
            releases,
            queues_read_at,
            destroys,
        })
    };
    ordered(desired, live).into_iter().map(sketch).collect()
}

/// The same when everything goes.
pub(super) fn all_gone(
    desired: &DesiredState,
    live: &LiveState,
    options: &PlanOptions,
    labels: &Labels,
) -> Vec<Sketches> {
    let queues = &Queues::of(desired, live, true);
    let domains = &Domains::of(desired, live, true);
    let state = live;
    let sketch = |(index, wanted, live): (usize, &DesiredManifest, &LiveManifest)| {
        // Nothing is wanted any more: every route, record and consumer of ours is then one to remove.
        let desired = &DesiredManifest {
            routing: Vec::new(),
            routing_disabled: true,
            consumers: Some(Vec::new()),
            domains: Some(Vec::new()),
            schedules: Some(Vec::new()),
            ..wanted.clone()
        };
        let queues_read_at = queues_read_at(state, desired);
        let domains_read_at = domains_read_at(state, desired);
        destroyed(&Context {
            index,
            desired,
            live,
            secrets: None,
            options,
            labels,
            queues,
            domains,
            domains_read_at,
            new_stores: &NewStores::default(),
            releases: &Releases::default(),
            queues_read_at,
            destroys: true,
        })
    };
    ordered(desired, live).into_iter().map(sketch).collect()
}

fn queues_read_at(live: &LiveState, desired: &DesiredManifest) -> Option<u64> {
    live.queues.get(&desired.identity.account)?.read_at
}

fn domains_read_at(live: &LiveState, desired: &DesiredManifest) -> Option<u64> {
    live.domains.get(&desired.identity.account)?.read_at
}

fn ordered<'a>(desired: &'a DesiredState, live: &'a LiveState) -> Vec<(usize, &'a DesiredManifest, &'a LiveManifest)> {
    let both = desired.manifests.iter().zip(&live.manifests).enumerate();
    let mut both: Vec<_> = both.map(|(index, (desired, live))| (index, desired, live)).collect();
    both.sort_by(|(_, one, _), (_, other, _)| {
        (&one.identity, &one.script.name).cmp(&(&other.identity, &other.script.name))
    });
    both
}

/// Who the manifest is, for the head of a plan.
fn planned(context: &Context<'_>) -> PlannedManifest {
    let DesiredManifest { identity, script, .. } = context.desired;
    PlannedManifest {
        id: identity.id(),
        label: identity.label(),
        account: identity.account.clone(),
        address: Address::script(&script.name),
        script: Some(script.name.clone()),
        zone: zones(context.live),
        bundle: script.bundle.as_ref().map(ToString::to_string),
    }
}

/// Names of the zones, each once, in the order of the hosts.
fn zones(live: &LiveManifest) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for name in live.zones_of_hosts.iter().filter_map(|zone| zone.name.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// Worker → records → routes, the queues whose messages it gets, its schedules; then what left the manifest; the marks cover old and
/// new in between.
fn wanted(context: &Context<'_>) -> Sketches {
    let mut script = script::plan(context);
    let records = record::plan(context);
    let is_new = script.subject.is_new;
    let routes = route::plan(context, &script.live_marks, is_new);
    let domains = domain::plan(context, &script.live_marks, is_new);
    let consumers = consumer::plan(context, &script.live_marks, is_new);
    let schedules = schedules::plan(context, &script);
    let workflows = workflows::plan(context, is_new);
    let attached = records.sketches.iter().chain(&routes.sketches).chain(&domains).chain(&consumers).chain(&schedules);
    let attached: Vec<&Sketch> = attached.collect();
    let removals = removals::find(context, &script.live_marks);
    let tags = Tags::new(context, &script, &removals, |removal| stays(context, removal));
    let deletions: Vec<_> =
        deletion::find(context).into_iter().map(|going| (going.unseen(context, &removals), going)).collect();
    let attaches = attached.iter().any(|it| decide(it, context.options).action != Action::NoOp);
    let exists = context.live.script.is_some();
    let (orphaned, gone): (Vec<Removal>, Vec<Removal>) = removals.into_iter().partition(|it| stays(context, it));
    let writes = exists || script.upload.is_some() || attaches || !gone.is_empty();
    script.finish(context, &tags, &gone, (attaches, writes));
    script.sketch.gives_up = removals::given_up(context, &context.desired.script.name, &script.live_marks);
    let mut watch = watching(context, &script, &gone);
    watch.attached = inventory::union(&records.attached, &routes.attached);
    watch.attached = inventory::union(&watch.attached, &domain::attached(&domains));
    watch.attached = inventory::union(&watch.attached, &consumer::attached(&consumers));
    watch.attached = inventory::union(&watch.attached, &schedules::attached(context, schedules.as_ref()));

    let mut sketches = Sketches::new(context.index, planned(context));
    sketches.before.extend(tags.finding(context));
    sketches.before.extend(inventory::findings(context, &context.desired.script.name, &tags.unseen));
    sketches.before.extend(deletions.iter().flat_map(|(unseen, it)| inventory::findings(context, it.name, unseen)));
    sketches.kept = script.kept;
    sketches.unmanaged = unmanaged(context, &script.live_marks);
    sketches.orphans = orphans(context, orphaned);
    sketches.after = records.diagnostics;
    let renamed_to = Reason::RenamedTo(context.desired.script.name.clone());
    sketches.resources.push(script.sketch);
    sketches.resources.extend(records.sketches);
    sketches.resources.extend(routes.sketches);
    sketches.resources.extend(domains);
    sketches.resources.extend(consumers);
    sketches.resources.extend(schedules);
    sketches.resources.extend(workflows);
    sketches.resources.extend(gone.into_iter().map(|removal| {
        let reason = reason_to_remove(context, &removal);
        removal.sketch(&reason)
    }));
    sketches.resources.extend(deletions.into_iter().map(|(unseen, it)| it.sketch(context, &renamed_to, unseen)));
    watch.writes_several = sketches.resources.iter().map(|sketch| sketch.writes.len()).sum::<usize>() > 1;
    sketches.watch = Some(Rc::new(watch));
    let document = context.desired.document;
    sketches.after.extend(checks::check(context).into_iter().map(|finding| finding.in_document(document)));
    sketches
}

/// What is looked at beside the writes; what is attached is told later.
fn watching(context: &Context<'_>, script: &ScriptPlan, gone: &[Removal]) -> WorkerWatch {
    let removed = |it: &Removal| (it.zone.clone(), it.address.kind, it.id.clone());
    WorkerWatch {
        subject: script.subject.clone(),
        is_there: context.live.script.is_some(),
        id: context.desired.identity.id(),
        comment_prefix: marks::comment_prefix(&context.desired.identity),
        writes_several: false,
        removes_secrets: script.removes_secrets,
        known: script.known.clone(),
        attached: Inventory::new(),
        tags: script.tags.clone(),
        removed: gone.iter().map(removed).collect(),
    }
}

/// Whether something of ours that is no longer wanted stays. A block that is gone altogether may be an oversight: only
/// `--prune` reads it as a wish.
fn stays(context: &Context<'_>, removal: &Removal) -> bool {
    let desired = context.desired;
    let is_stated = match removal.address.kind {
        Kind::Consumer => desired.consumers.is_some(),
        Kind::Domain => desired.domains.is_some(),
        Kind::Schedules => desired.schedules.is_some(),
        _ => !desired.routing.is_empty() || desired.routing_disabled,
    };
    !is_stated && !context.options.prune
}

fn reason_to_remove(context: &Context<'_>, removal: &Removal) -> Reason {
    let is_routing = matches!(removal.address.kind, Kind::Record | Kind::Route);
    let is_off = context.desired.routing_disabled && is_routing;
    if is_off { Reason::RoutingOff } else { Reason::LeftManifest }
}

/// What others made and leads to the Worker.
fn unmanaged(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Left> {
    let mut unmanaged = route::unmanaged(context, marks);
    unmanaged.extend(domain::unmanaged(context, marks));
    unmanaged.extend(consumer::unmanaged(context, marks));
    unmanaged.extend(schedules::unmanaged(context, marks));
    unmanaged
}

/// Schedules → consumers → routes → records → Worker. A Worker that may not be deleted is told, and nothing else.
fn destroyed(context: &Context<'_>) -> Sketches {
    let marks = context.live.script.as_ref().map(|live| ScriptMarks::parse(&live.tags)).unwrap_or_default();
    let removals = removals::find(context, &marks);
    let deletions: Vec<_> =
        deletion::find(context).into_iter().map(|going| (going.unseen(context, &removals), going)).collect();
    let mut sketches = Sketches::new(context.index, planned(context));
    sketches.unmanaged = unmanaged(context, &marks);
    sketches.resources.extend(removals.into_iter().map(|removal| removal.sketch(&Reason::Destroyed)));
    let (workflows, held) = workflows::gone(context);
    sketches.resources.extend(workflows);
    sketches.before.extend(held);
    sketches.before.extend(checks::newer_marks(context));
    for (unseen, going) in deletions {
        let findings = inventory::findings(context, going.name, &unseen);
        let mut sketch = going.sketch(context, &Reason::Destroyed, unseen);
        let conflict = decide(&sketch, context.options).conflict;
        if conflict.is_none() && !any_error(&sketch.diagnostics) {
            sketches.before.extend(findings);
            sketches.resources.push(sketch);
        } else {
            sketches.before.extend(conflict);
            sketches.before.append(&mut sketch.diagnostics);
        }
    }
    sketches
}

fn orphans(context: &Context<'_>, orphaned: Vec<Removal>) -> Vec<Left> {
    let left = |address, reason| Left { address, path: None, reason };
    let mut orphans: Vec<Left> =
        orphaned.into_iter().map(|removal| left(removal.address, Reason::KeptWithoutPrune)).collect();
    if !context.deletes_renamed() {
        let name = &context.desired.script.name;
        let kept = |earlier: &str| left(Address::script(earlier), Reason::EarlierNameKept(name.clone()));
        orphans.extend(context.live.renamed.iter().map(|renamed| kept(&renamed.name)));
    }
    orphans
}
