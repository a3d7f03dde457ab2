//! Remove side: route → record → script. Stores are never touched.

use super::ownership::{ScriptOwner, script_owner};
use super::sketch::Context;
use super::step::{Operation, Step};
use super::{Action, Change, Plan, PlanOptions, manifest, removal, route};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::marks::ScriptMarks;
use crate::model::{Address, Kind};
use crate::resource::{DesiredManifest, DesiredState, LiveState};

/// Plans the removal of everything that the manifests' identities own.
pub fn destroy(desired: &DesiredState, live: &LiveState, options: &PlanOptions) -> Plan {
    let mut plan = Plan { offline: options.offline, ..Plan::default() };
    for (index, (wanted, state)) in desired.manifests.iter().zip(&live.manifests).enumerate() {
        // Nothing is wanted any more: every route and record of ours is then one to remove.
        let nothing = DesiredManifest { routing: None, routing_disabled: true, ..wanted.clone() };
        add(&mut plan, &Context { index, desired: &nothing, live: state, secrets: None, options });
    }
    plan.diagnostics.extend(still_used(desired, live));
    plan.resolve = manifest::resolve(&plan.diagnostics);
    plan
}

/// Workers that others refer to: Cloudflare would refuse to delete them once their routes and records are gone.
fn still_used(desired: &DesiredState, live: &LiveState) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (manifest, state) in desired.manifests.iter().zip(&live.manifests) {
        let earlier = state.renamed.iter().map(|renamed| (&renamed.name, &renamed.used_by));
        let workers = std::iter::once((&manifest.script.name, &state.used_by)).chain(earlier);
        for (name, users) in workers.filter(|(_, users)| !users.is_empty()) {
            let message = format!("`{name}` is still used: {}", users.join(", "));
            let finding =
                Diagnostic::error(Code::ServiceReferences, message).with_help("remove what refers to it first");
            findings.push(finding.on(Address::script(name).to_string()));
        }
    }
    findings
}

fn add(plan: &mut Plan, context: &Context<'_>) {
    let name = &context.desired.script.name;
    let marks = context.live.script.as_ref().map(|live| ScriptMarks::parse(&live.tags)).unwrap_or_default();
    let mut earlier: Vec<usize> = Vec::new();
    for removal in removal::find(context, &marks) {
        plan.changes.push(removal.change("destroyed"));
        plan.needs_deletes.push(removal.address.clone());
        let after = earlier.clone();
        earlier.push(plan.steps.len());
        plan.steps.push(Step {
            address: removal.address,
            manifest: context.index,
            operation: removal.operation,
            after,
        });
    }
    plan.unmanaged.extend(route::unmanaged(context, &marks));
    plan.manifests.push(manifest::planned(context));
    delete_script(plan, context, name, earlier);
}

fn delete_script(plan: &mut Plan, context: &Context<'_>, name: &str, after: Vec<usize>) {
    let address = Address::script(name);
    let conflict = match script_owner(&context.desired.identity, context.live.script.as_ref()) {
        ScriptOwner::Absent => None,
        ScriptOwner::Clean { .. } => None,
        ScriptOwner::Outside(who) if !context.options.takes(&address) => {
            Some((Code::ChangedOutside, format!("the live Worker `{name}` was changed outside: {who}"), "--take"))
        }
        ScriptOwner::Foreign(who) if !context.options.adopts(&address, false) => {
            Some((Code::ForeignScript, format!("the Worker `{name}` is not ours: {who}"), "--adopt"))
        }
        ScriptOwner::Other(who) if !context.options.takes(&address) => {
            Some((Code::OtherIdentityScript, format!("the Worker `{name}` belongs to {who}"), "--take"))
        }
        ScriptOwner::Outside(_) | ScriptOwner::Foreign(_) | ScriptOwner::Other(_) => None,
    };
    if let Some((code, message, flag)) = conflict {
        plan.diagnostics.push(context.conflict(code, message, flag, &address));
        return;
    }
    let exists = context.live.script.is_some();
    let names = exists.then_some(name).into_iter();
    let names = names.chain(context.live.renamed.iter().map(|renamed| renamed.name.as_str()));
    for name in names {
        let address = Address::script(name);
        plan.changes.push(Change {
            address: address.clone(),
            kind: Kind::Script,
            action: Action::Delete,
            from: None,
            reason: "destroyed".into(),
            needs: Vec::new(),
            fields: Vec::new(),
        });
        plan.needs_deletes.push(address.clone());
        let operation = Operation::DeleteScript { name: name.to_owned() };
        plan.steps.push(Step { address, manifest: context.index, operation, after: after.clone() });
    }
}
