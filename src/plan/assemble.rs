//! Sketches of all documents → one plan.

use std::collections::BTreeMap;

use super::claim::Permit;
use super::decide::decide;
use super::names::Names;
use super::sketch::{Owner, Sketch, Sketches, Wish};
use super::split::split;
use super::{Action, Change, Plan, PlanOptions, Watched, circle, order};
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::Address;

/// Plans a run. The order of the documents is the one in which they are told.
pub fn plan(mut documents: Vec<Sketches>, options: &PlanOptions, destroys: bool) -> Plan {
    let names = Names::of(&documents);
    names.tell(&mut documents);
    let unclear = names.unclear(options);
    let options = &names.options(options);
    let mut plan = Plan { offline: options.offline, destroys, ..Plan::default() };
    let splits = split(&mut documents);
    plan.steps = order::steps(&documents, &splits);
    let mut losing: Vec<Address> = Vec::new();
    let circles = circle::findings(&plan.steps, destroys);
    let twice = claimed_twice(&documents);
    for document in documents {
        plan.diagnostics.extend(document.before);
        for sketch in document.resources {
            plan.exposes.extend(sketch.exposes.then(|| sketch.address.clone()));
            plan.expires.extend(sketch.expires.then(|| sketch.address.clone()));
            plan.reverts.extend(sketch.reverts.then(|| sketch.address.clone()));
            if !sketch.loses.is_empty() {
                losing.push(sketch.address.clone());
                plan.loses.extend(sketch.loses.iter().cloned());
            }
            let left_at_first = splits.left_at_first(sketch.address.in_account(&document.planned.account));
            let first_without = left_at_first.into_iter().flatten().cloned().collect();
            let (change, findings) = change(sketch, first_without, options);
            plan.changes.push(change);
            plan.diagnostics.extend(findings);
        }
        plan.diagnostics.extend(document.after);
        let address = document.planned.address.clone();
        let watched = document.watch.map(|watch| Watched { manifest: document.manifest, address, watch });
        plan.watched.extend(watched);
        plan.manifests.push(document.planned);
        plan.kept.extend(document.kept);
        plan.orphans.extend(document.orphans);
        plan.unmanaged.extend(document.unmanaged);
    }
    plan.watched.sort_by_key(|watched| watched.manifest);
    plan.diagnostics.extend(twice);
    plan.diagnostics.extend(circles);
    plan.diagnostics.extend(unclear);
    plan.names = names.where_needed();
    plan.resolve = resolve(&plan.diagnostics);
    let told = [&plan.exposes, &plan.expires, &plan.reverts, &losing];
    let is_told = |address: &Address| told.iter().any(|list| list.contains(address));
    let asks = |change: &&Change| change.action.needs_yes() || is_told(&change.address);
    let asking = plan.changes.iter().filter(asks);
    plan.needs_yes = asking.map(|change| change.address.clone()).collect();
    plan
}

fn change(sketch: Sketch, first_without: Vec<Address>, options: &PlanOptions) -> (Change, Vec<Diagnostic>) {
    let decision = decide(&sketch, options);
    let Sketch { address, owner, fields, needs, mut diagnostics, .. } = sketch;
    diagnostics.extend(decision.conflict);
    let claim = match owner {
        Owner::Claimed(claim) if decision.action == Action::Adopt => Some(claim),
        _ => None,
    };
    let (permit, from, before): (Option<Permit>, _, _) =
        claim.map_or((None, None, None), |claim| (claim.permit, Some(claim.from), claim.before));
    let change = Change {
        kind: address.kind,
        address,
        action: decision.action,
        from,
        permit,
        before,
        reason: decision.reason,
        needs,
        first_without,
        fields,
    };
    (change, diagnostics)
}

/// Two documents of one run that want the same thing would take it from each other for ever.
fn claimed_twice(documents: &[Sketches]) -> Vec<Diagnostic> {
    let mut claims: BTreeMap<(&str, &Address), &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for document in documents {
        let name = document.planned.address.key.as_str();
        for sketch in document.resources.iter().filter(|sketch| sketch.wish == Wish::Keep) {
            if let Some(other) = claims.insert(sketch.address.in_account(&document.planned.account), name) {
                let message = format!("`{other}` and `{name}` both claim `{}`", sketch.address);
                findings.push(
                    Diagnostic::error(Code::ClaimedTwice, message)
                        .with_help("leave it to one of them: each of their runs would take it from the other")
                        .about(sketch.address.clone()),
                );
            }
        }
    }
    findings
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
