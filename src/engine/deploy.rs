//! `apply` and `destroy`: plan, check what was allowed, carry out, report.

use std::cell::RefCell;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::failure::failure;
use super::outputs::{OutputsResult, applied, dashboard, of_stores};
use super::plan_result::PlanResult;
use super::prepared::Prepared;
use super::removal::prepare_removal;
use super::result_names::ResultNames;
use super::session::Session;
use super::undo::{Undo, undo};
use super::{Credentials, Io, Options, permissions};
use crate::apply::{Outcome, Run};
use crate::diagnostic::{Code, Diagnostic, WayOut, any_error};
use crate::error::{Error, Exit};
use crate::http::{CallError, CallErrorKind, Client};
use crate::kinds;
use crate::manifest::Source;
use crate::model::{Address, OutputSet, OutputSetTold, Outputs};
use crate::plan::Action;

/// What a run did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplyResult {
    /// The plan that was carried out.
    pub plan: PlanResult,
    /// Outputs of all that is there now, as `--outputs FILE` reads them.
    #[schemars(with = "OutputSetTold")]
    pub outputs: OutputSet,
    /// By script name; by `account/ID/NAME` where several accounts of the run have one.
    pub workers: BTreeMap<String, Outputs>,
    /// Addresses whose change took effect.
    pub done: Vec<Address>,
    /// Findings that did not stop the run.
    pub diagnostics: Vec<Diagnostic>,
    /// 6: applied, not visible within `wait`.
    #[schemars(with = "u8", extend("enum" = [Exit::Done, Exit::NotVisible]))]
    pub exit_code: Exit,
    /// Version that each upload made, by script name likewise.
    pub versions: BTreeMap<String, String>,
    /// Where a version answers that gets no requests yet, by script name likewise.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub previews: BTreeMap<String, String>,
    /// What takes it back, as far as one command can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<Undo>,
    /// Pages of Cloudflare's dashboard.
    pub dashboard: Vec<String>,
}

/// Removes what the manifests' identities own; stores stay.
///
/// # Errors
/// As [`apply`](super::apply).
pub async fn destroy(
    sources: &[Source],
    credentials: &Credentials,
    options: &Options,
    io: &Io,
) -> Result<ApplyResult, Error> {
    let work = async |session: Session<'_>| {
        let mut prepared = prepare_removal(&session, sources, options).await?;
        let findings = std::mem::take(&mut prepared.plan.diagnostics);
        prepared.plan = kinds::destroy(&prepared.desired, &prepared.live, &options.planning(false));
        prepared.plan.diagnostics.splice(0..0, findings);
        if options.dry_run {
            let plan = prepared.result();
            plan.announce(&*session.io.events);
            return Ok(report(&prepared, plan, Outcome::default(), true));
        }
        carry_out(&session, &prepared, options).await
    };
    Session::run(io, credentials, options.timeout_ms, work).await
}

pub(super) async fn carry_out(
    session: &Session<'_>,
    prepared: &Prepared,
    options: &Options,
) -> Result<ApplyResult, Error> {
    let plan = prepared.result();
    plan.announce(&*session.io.events);
    allowed(&plan, options)?;
    let events = |event| session.tell(event);
    let run = Run {
        api: &session.api,
        client: &session.client,
        desired: &prepared.desired,
        payloads: &prepared.payloads,
        events: &events,
        signature: format!(
            "cfworker-deploy run {:08x}",
            (session.client.clock().random() * f64::from(u32::MAX)) as u32
        ),
        made: RefCell::default(),
    };
    let outcome = crate::apply::apply(&run, &prepared.plan).await;
    if outcome.aborted || !outcome.failures.is_empty() {
        let error = partial(&plan, outcome, &session.client);
        return Err(permissions::explained(error, &prepared.desired, session.credentials));
    }
    if !outcome.raced.is_empty() {
        return Err(raced(outcome));
    }
    let destroyed = prepared.plan.destroys;
    Ok(report(prepared, plan, outcome, destroyed))
}

/// Everything that must hold before the first write.
fn allowed(plan: &PlanResult, options: &Options) -> Result<(), Error> {
    let mut findings = plan.plan.diagnostics.clone();
    let unsaid = !plan.plan.needs_yes.is_empty() && !options.allow_deletes;
    // A plan that was approved and carried out leaves nothing to do. One that is refused has no step either.
    let is_done = plan.plan.is_no_op() && !any_error(&findings);
    let moved = options.expect.as_ref().is_some_and(|expected| *expected != plan.fingerprint) && !is_done;
    if moved {
        let message = format!("the plan is {} now, not the approved one", plan.fingerprint);
        findings.push(
            Diagnostic::error(Code::PlanMoved, message).with_help("look at the new plan with `cfworker-deploy plan`"),
        );
    }
    if any_error(&findings) {
        let mut error = failure(findings);
        if !plan.plan.resolve.is_empty() {
            let yes = WayOut { allow_deletes: unsaid, ..WayOut::default() };
            error.resolve = plan.plan.resolve.clone().and(&yes);
        }
        return Err(error);
    }
    if unsaid {
        findings.push(unanswered(plan));
        let mut error = failure(findings);
        error.exit_code = Exit::Failed;
        error.resolve = WayOut { allow_deletes: true, ..WayOut::default() };
        return Err(error);
    }
    Ok(())
}

/// Nobody said yes to what the plan deletes, adopts, takes, opens to everybody, or lets expire.
fn unanswered(plan: &PlanResult) -> Diagnostic {
    let said = [Action::Replace, Action::Delete, Action::Adopt].into_iter().filter_map(|action| {
        let changes = plan.plan.changes.iter().filter(|change| change.action == action);
        let names: Vec<String> = changes.map(|change| format!("`{}`", change.address)).collect();
        (!names.is_empty()).then(|| format!("{} {}", action.verb(), names.join(", ")))
    });
    let listed = |addresses: &[Address]| {
        let names: Vec<String> = addresses.iter().map(|address| format!("`{address}`")).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let opens = listed(&plan.plan.exposes).map(|names| format!("opens {names} to everybody"));
    let expires = listed(&plan.plan.expires).map(|names| format!("lets objects in {names} be deleted by age"));
    let reverts = listed(&plan.plan.reverts).map(|names| format!("puts an earlier version of {names} live"));
    let loses = listed(&plan.plan.loses).map(|names| format!("deletes {names} with all data"));
    let said: Vec<String> = said.chain(opens).chain(expires).chain(reverts).chain(loses).collect();
    let message = format!("the plan {}, and nobody said yes", said.join(" and "));
    Diagnostic::error(Code::NeedsYes, message).with_help("look at the plan, then give the yes")
}

/// The error of a run that stopped on its way.
fn partial(plan: &PlanResult, outcome: Outcome, client: &Client) -> Error {
    let wrote = outcome.wrote;
    let stop = client.stop();
    let gave_up = outcome.aborted && stop != CallErrorKind::Aborted;
    let mut failures = outcome.failures;
    failures.extend(outcome.raced);
    if gave_up {
        // What ended the run comes first; no step says it when all of them were waiting for others.
        let call = CallError { target: String::new(), tries: 0, may_have_arrived: false, kind: stop };
        failures.insert(0, call.diagnostic());
    }
    let mut error = failure(failures);
    error.diagnostics.splice(0..0, plan.plan.diagnostics.iter().cloned());
    let text = |addresses: Vec<Address>| addresses.iter().map(ToString::to_string).collect();
    error.done = text(outcome.done);
    error.not_done = text(outcome.not_done);
    error.unknown = text(outcome.unknown);
    if outcome.aborted && !gave_up {
        error.code = Code::Interrupted;
        error.message = "interrupted".into();
        error.exit_code = Exit::Interrupted;
    } else if wrote {
        error.exit_code = Exit::Partial;
    }
    // Exit code 3 says how to go on: the help of a finding is no more than that finding's.
    if wrote {
        error.help = None;
    }
    error
}

/// All is done, and somebody else did something too.
fn raced(outcome: Outcome) -> Error {
    let mut error = failure(outcome.raced);
    error.done = outcome.done.iter().map(ToString::to_string).collect();
    error
}

pub(super) fn report(prepared: &Prepared, plan: PlanResult, outcome: Outcome, destroyed: bool) -> ApplyResult {
    let manifests = prepared.desired.manifests.iter().zip(&prepared.live.manifests);
    let names = ResultNames::of(&prepared.desired);
    let OutputsResult { mut outputs, workers } = applied(manifests.filter(|_| !destroyed), &names);
    if !destroyed {
        outputs.extend(of_stores(&prepared.desired, &prepared.live, &outcome.outputs));
    }
    let versions = prepared.desired.manifests.iter().filter_map(|manifest| {
        let version = outcome.outputs.get(&kinds::worker::version(manifest))?;
        Some((names.script(manifest), version.clone()))
    });
    ApplyResult {
        outputs,
        workers,
        versions: versions.collect(),
        previews: BTreeMap::new(),
        done: outcome.done,
        diagnostics: plan.plan.diagnostics.clone(),
        exit_code: Exit::Done,
        undo: (!destroyed).then(|| undo(&plan.plan, &prepared.desired)).flatten(),
        dashboard: if destroyed { Vec::new() } else { prepared.desired.manifests.iter().map(dashboard).collect() },
        plan,
    }
}
