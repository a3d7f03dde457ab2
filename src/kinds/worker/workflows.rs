//! Workflows of the Worker itself: each runs one of its classes, under a name of the account.
//!
//! The name is what makes a Workflow the one that is meant; the account says whose it is. Its instances are data: none goes
//! unasked.

use serde_json::{Value, json};

use super::context::Context;
use crate::binding::Binding;
use crate::binding::table::WORKFLOW;
use crate::cloudflare::{Call, workflows};
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::{Address, Field};
use crate::plan::{Action, Claim, Owner, Permit, Phase, Reason, Sketch, Write, decide};
use crate::resource::{LiveWorkflow, Operation};

/// Those of other Workers of the run that bindings of this one name: they are there before it is uploaded.
pub(super) fn of_others(context: &Context<'_>) -> Vec<Address> {
    let script = &context.desired.script;
    let bindings = script.bindings.iter().filter_map(Binding::plain).filter(|it| it.type_name == WORKFLOW);
    let others = bindings.filter(|binding| !script.is_own(binding));
    let of_run = others.filter(|it| it.text("script_name").is_some_and(|name| is_of_run(context, name)));
    of_run.filter_map(|binding| Some(Address::workflow(binding.text("workflow_name")?))).collect()
}

fn is_of_run(context: &Context<'_>, script: &str) -> bool {
    context.labels.has_worker(context.account(), script)
}

fn address(context: &Context<'_>, name: &str) -> Address {
    Address::workflow(name).of_account(context.account())
}

/// Those that bindings of the manifest name. `creates`: the Worker is made in this run.
pub(super) fn plan(context: &Context<'_>, creates: bool) -> Vec<Sketch> {
    let own = context.desired.script.own_workflows();
    own.iter().map(|(name, class)| one(context, name, class, creates)).collect()
}

fn one(context: &Context<'_>, name: &str, class: &str, creates: bool) -> Sketch {
    let script = context.desired.script.name.as_str();
    let mut sketch = Sketch::wanted(address(context, name), vec![Address::script(script)]);
    let live = context.live.workflows.get(name);
    let old = |of: fn(&LiveWorkflow) -> &String| json!(live.map(of));
    Field::push(&mut sketch.fields, "script_name", old(|live| &live.script), script);
    Field::push(&mut sketch.fields, "class_name", old(|live| &live.class), class);
    sketch.owner = match live {
        None => Owner::Absent,
        Some(live) if live.script != script => other(context, name, &live.script),
        Some(_) if sketch.fields.is_empty() => Owner::Found,
        Some(_) => Owner::Ours(Some(Reason::Differs)),
    };
    if decide(&sketch, context.options).action != Action::NoOp {
        let call = workflows::put(context.account(), name, script, class);
        let call = Call { settles_late: creates, ..call };
        sketch.write(Phase::Make, Operation::call("workflow", call));
    }
    sketch
}

/// It runs a class of another Worker: of ours under an earlier name, or of somebody else.
fn other(context: &Context<'_>, name: &str, script: &str) -> Owner {
    if context.live.renamed.iter().any(|renamed| renamed.name == script) {
        return Owner::Released(Reason::RenamedFrom(script.to_owned()));
    }
    Owner::Claimed(Claim {
        code: Code::TakenWorkflow,
        permit: Some(Permit::Take),
        reason: Reason::OtherWorker,
        from: script.to_owned(),
        message: format!("the Workflow `{name}` runs a class of another Worker: `{script}`"),
        keep: "name another Workflow: its name is the only one of its account".into(),
        loses: Some(format!("its instances no longer run the code of `{script}`")),
        before: None,
        equal: false,
        allowed: false,
    })
}

/// Those of a Worker that goes: with their instances, which must be named. What Cloudflare does with instances whose code is
/// gone is not known, so that leaving a Workflow behind would promise too much.
pub(super) fn gone(context: &Context<'_>) -> (Vec<Sketch>, Vec<Diagnostic>) {
    let script = context.desired.script.name.as_str();
    let whole = Address::script(script).of_account(context.account());
    let (mut sketches, mut held) = (Vec::new(), Vec::new());
    for (name, _) in context.desired.script.own_workflows() {
        let Some(live) = context.live.workflows.get(&name).filter(|live| live.script == script) else { continue };
        let address = address(context, &name);
        if !context.options.deletes_data(&address) && !context.options.deletes_data(&whole) {
            let message = format!("the Workflow `{name}` of `{script}` would go with all its instances");
            let help = "keep the Worker, or give the Workflow a class of another one";
            let mut finding = Diagnostic::error(Code::WorkflowDataLost, message).with_help(help);
            finding.resolve = WayOut::deleting_data(&address);
            finding.loses = Some(format!("all instances of `{name}`, those under way as well"));
            held.push(finding.about(address));
            continue;
        }
        let operation = Operation::call("workflow", workflows::delete(context.account(), &name));
        let field = Field::new("class_name", live.class.as_str(), Value::Null);
        let write = Write { phase: Phase::Remove, operation };
        let sketch = Sketch::removed(address, Reason::Destroyed, vec![field], write);
        sketches.push(Sketch { holds_data: true, ..sketch });
    }
    (sketches, held)
}
