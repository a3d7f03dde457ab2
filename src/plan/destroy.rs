//! Remove side: route → record → script. Stores are never touched.

use super::labels::Labels;
use super::sketch::Context;
use super::step::{Operation, Step};
use super::{Plan, PlanOptions, Reason, checks, deletion, inventory, manifest, removal, route};
use crate::model::marks::ScriptMarks;
use crate::resource::{DesiredManifest, DesiredState, LiveState};

/// Plans the removal of everything that the manifests' identities own.
pub fn destroy(desired: &DesiredState, live: &LiveState, options: &PlanOptions) -> Plan {
    let labels = Labels::of(desired, live);
    let mut plan = Plan { offline: options.offline, destroys: true, ..Plan::default() };
    for (index, (wanted, state)) in desired.manifests.iter().zip(&live.manifests).enumerate() {
        // Nothing is wanted any more: every route and record of ours is then one to remove.
        let nothing = DesiredManifest { routing: None, routing_disabled: true, ..wanted.clone() };
        add(
            &mut plan,
            &Context { index, desired: &nothing, live: state, secrets: None, options, labels: &labels, destroys: true },
        );
    }
    manifest::conclude(&mut plan);
    plan
}

fn add(plan: &mut Plan, context: &Context<'_>) {
    let marks = context.live.script.as_ref().map(|live| ScriptMarks::parse(&live.tags)).unwrap_or_default();
    let mut earlier: Vec<usize> = Vec::new();
    let removals = removal::find(context, &marks);
    let deletions: Vec<_> =
        deletion::find(context).into_iter().map(|going| (going.unseen(context, &removals), going)).collect();
    for removal in removals {
        plan.changes.push(removal.change(&Reason::Destroyed));
        let after = earlier.clone();
        earlier.push(plan.steps.len());
        plan.steps.push(Step {
            address: removal.address,
            manifest: context.index,
            operation: removal.operation,
            after,
        });
    }
    plan.diagnostics.extend(checks::newer_marks(context));
    plan.unmanaged.extend(route::unmanaged(context, &marks));
    plan.manifests.push(manifest::planned(context));
    for (unseen, going) in deletions {
        let conflicts = going.conflicts(context);
        if !conflicts.is_empty() {
            plan.diagnostics.extend(conflicts);
            continue;
        }
        let change = going.change(&Reason::Destroyed);
        plan.diagnostics.extend(inventory::finding(context, going.name, &unseen));
        let operation = Operation::DeleteScript { name: going.name.to_owned(), unseen };
        let address = change.address.clone();
        plan.steps.push(Step { address, manifest: context.index, operation, after: earlier.clone() });
        plan.changes.push(change);
    }
}
