//! The cron schedules of the Worker: one resource, in which those of ours stand beside those of others.
//!
//! A schedule carries no mark: it is ours when it stands in the Worker's inventory.

use std::collections::BTreeSet;

use serde_json::json;

use super::context::Context;
use super::removal::Removal;
use super::script::subject;
use super::script_plan::ScriptPlan;
use super::subject::Subject;
use super::writes::PuttingSchedules;
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::marks::{self, Inventory, ScriptMarks};
use crate::model::{Address, Field};
use crate::plan::{Action, Claim, Left, Owner, Permit, Phase, Reason, Sketch, decide};
use crate::resource::{LiveSchedules, LiveScript, Operation};

/// The handler that schedules call.
const HANDLER: &str = "scheduled";

/// The schedules of a Worker as they are, those of ours and those of others.
pub(super) fn live(context: &Context<'_>, script: &str) -> Vec<String> {
    let own = context.live.script.as_ref().filter(|_| script == context.desired.script.name);
    let renamed = context.live.renamed.iter().find(|renamed| renamed.name == script).map(|renamed| &renamed.live);
    let crons = own.or(renamed).and_then(|live: &LiveScript| live.schedules.as_ref());
    crons.into_iter().flat_map(|live| &live.crons).map(|cron| LiveSchedules::canonical(cron)).collect()
}

fn address(context: &Context<'_>, script: &str) -> Address {
    Address::schedules(script).of_account(context.account())
}

/// The schedules that the manifest wants; nothing where it wants none.
pub(super) fn plan(context: &Context<'_>, script: &ScriptPlan) -> Option<Sketch> {
    let wanted = context.desired.schedules.as_ref().filter(|wanted| !wanted.is_empty())?;
    let name = context.desired.script.name.as_str();
    let live = live(context, name);
    let ours = |cron: &&String| script.live_marks.schedules(cron);
    let leaving: Vec<String> = live.iter().filter(ours).filter(|cron| !wanted.contains(cron)).cloned().collect();
    let mut target: Vec<String> = live.iter().filter(|cron| !leaving.contains(cron)).cloned().collect();
    target.extend(wanted.iter().filter(|cron| !live.contains(cron)).cloned());

    let mut sketch = Sketch::wanted(address(context, name), vec![Address::script(name)]);
    let old = (!live.is_empty()).then(|| live.clone());
    Field::push(&mut sketch.fields, "crons", old, target);
    let not_ours: Vec<&String> = wanted.iter().filter(|cron| live.contains(cron) && !ours(cron)).collect();
    sketch.owner = match (not_ours.as_slice(), live.iter().any(|cron| ours(&cron))) {
        ([], false) => Owner::Absent,
        ([], true) if sketch.fields.is_empty() => Owner::Ours(None),
        ([], true) => Owner::Ours(Some(Reason::Differs)),
        (not_ours, _) => Owner::Claimed(claim(name, not_ours, &live, sketch.fields.is_empty())),
    };
    if decide(&sketch, context.options).action != Action::NoOp && !sketch.fields.is_empty() {
        let putting = PuttingSchedules { subject: script.subject.clone(), wanted: wanted.clone(), leaving };
        sketch.write(Phase::Make, Operation::procedure("schedules", putting));
    }
    sketch.diagnostics.extend(unhandled(context, script));
    Some(sketch)
}

/// Schedules that the manifest wants, that are there, and that nothing shows to be ours.
fn claim(script: &str, not_ours: &[&String], live: &[String], equal: bool) -> Claim {
    let names: Vec<String> = not_ours.iter().map(|cron| format!("`{cron}`")).collect();
    Claim {
        code: Code::ForeignSchedules,
        permit: Some(Permit::Adopt),
        reason: Reason::NotMarked,
        from: "whoever made them".into(),
        message: format!("`{script}` is called by {}, and nothing shows that we made it so", names.join(", ")),
        keep: "leave them out: they stay as they are".into(),
        loses: None,
        before: Some(json!({ "schedules": live })),
        equal,
        allowed: false,
    }
}

/// The code that stays live handles no schedules. What an upload brings is not known before.
fn unhandled(context: &Context<'_>, script: &ScriptPlan) -> Option<Diagnostic> {
    let handlers = context.live.script.as_ref()?.handlers.as_ref()?;
    let is_known = script.upload.is_none() && !handlers.iter().any(|handler| handler == HANDLER);
    is_known.then(|| {
        let message = format!("the live code of `{}` has no `{HANDLER}` handler", context.desired.script.name);
        Diagnostic::warning(Code::NotScheduled, message)
            .with_help("export one: `async scheduled(controller, env, context) {}`")
            .on("spec.schedules")
            .in_document(context.desired.document)
    })
}

/// Those that the run writes, as an inventory has them.
pub(super) fn attached(context: &Context<'_>, sketch: Option<&Sketch>) -> Inventory {
    let is_written = sketch.is_some_and(|sketch| !sketch.writes.is_empty());
    let crons = context.desired.schedules.iter().flatten().filter(|_| is_written);
    let hashes: BTreeSet<String> = crons.map(|cron| marks::hash(cron)).collect();
    if hashes.is_empty() { Inventory::new() } else { Inventory::from([(marks::SCHEDULES.to_owned(), hashes)]) }
}

/// Schedules in the Worker's inventory that nobody wants, and those of a Worker which the manifest renamed.
pub(super) fn removals(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Removal> {
    let name = &context.desired.script.name;
    // Beside others that are wanted they leave with the same write.
    let wants_some = context.desired.schedules.as_ref().is_some_and(|wanted| !wanted.is_empty());
    let own = (!wants_some).then(|| removal(context, name, marks, context.destroys)).flatten();
    let of_renamed = context.live.renamed.iter().filter_map(|renamed| {
        let marks = ScriptMarks::parse(&renamed.live.tags);
        removal(context, &renamed.name, &marks, context.deletes_renamed())
    });
    own.into_iter().chain(of_renamed).collect()
}

/// `goes`: the Worker is deleted, and with it go schedules of others that the caller gave up.
fn removal(context: &Context<'_>, script: &str, marks: &ScriptMarks, goes: bool) -> Option<Removal> {
    let live = live(context, script);
    let address = address(context, script);
    let gives_up = goes && context.options.takes(&address);
    let (leaving, stays): (Vec<String>, Vec<String>) =
        live.iter().cloned().partition(|cron| gives_up || marks.schedules(cron));
    if leaving.is_empty() {
        return None;
    }
    let stays = (!stays.is_empty()).then_some(stays);
    let subject = Subject { script: script.to_owned(), ..subject(context, false) };
    let hashes = leaving.iter().map(|cron| marks::hash(cron)).collect();
    let putting = PuttingSchedules { subject, wanted: Vec::new(), leaving };
    Some(Removal {
        address,
        zone: marks::SCHEDULES.to_owned(),
        id: script.to_owned(),
        operation: Operation::procedure("schedules", putting),
        hashes,
        script: Some(script.to_owned()),
        field: Field::new("crons", live, stays),
        loses: None,
    })
}

/// Schedules that others gave our Worker: named, never touched.
pub(super) fn unmanaged(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Left> {
    let script = &context.desired.script.name;
    let address = address(context, script);
    if context.destroys && context.options.takes(&address) {
        return Vec::new();
    }
    let left = |cron| Left { address: address.clone(), path: Some(cron), reason: Reason::CallsHere };
    foreign_to(context, script, marks).into_iter().map(left).collect()
}

/// Schedules of a Worker of ours that stand neither in its inventory nor in the manifest.
fn foreign_to(context: &Context<'_>, script: &str, marks: &ScriptMarks) -> Vec<String> {
    let wants = |cron: &String| context.desired.schedules.iter().flatten().any(|wanted| wanted == cron);
    live(context, script).into_iter().filter(|cron| !marks.schedules(cron) && !wants(cron)).collect()
}

/// What keeps a Worker from being deleted: schedules of others would go with it.
pub(super) fn held(context: &Context<'_>, script: &str, marks: &ScriptMarks) -> Option<Diagnostic> {
    let address = address(context, script);
    let foreign = foreign_to(context, script, marks);
    if foreign.is_empty() || context.options.takes(&address) {
        return None;
    }
    let names: Vec<String> = foreign.iter().map(|cron| format!("`{cron}`")).collect();
    let message =
        format!("`{script}` is called by {} and would take that along: somebody else made it so", names.join(", "));
    let help = "take these schedules away where they were made";
    let mut finding = Diagnostic::error(Code::ForeignSchedules, message).with_help(help);
    finding.resolve = WayOut::taking(&address);
    finding.loses = Some("these schedules".into());
    Some(finding.about(address))
}
