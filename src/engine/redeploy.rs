//! `rollback` and `promote`: versions that are there get all requests. No bundle and no value is needed for it.

use std::collections::BTreeSet;

use super::deploy::{ApplyResult, carry_out, report};
use super::failure::failure;
use super::findings::located;
use super::prepared::Prepared;
use super::reading::read_with;
use super::secrets::Secrets;
use super::session::Session;
use super::validate::read_options;
use super::{Credentials, Io, Options, account, permissions};
use crate::apply::Outcome;
use crate::diagnostic::Code;
use crate::error::{Error, Exit};
use crate::kinds::{self, worker::Goal};
use crate::manifest::{Read, ReadOptions, Source};
use crate::refresh::{Known, gather};
use crate::resource::{DesiredManifest, DesiredState, LiveState};

/// Puts an earlier version of each Worker live again: the one that `to` names, or that was live before.
///
/// # Errors
/// As [`apply`](super::apply).
pub async fn rollback(
    sources: &[Source],
    credentials: &Credentials,
    options: &Options,
    io: &Io,
) -> Result<ApplyResult, Error> {
    redeploy(sources, credentials, options, io, &Goal::Back(options.to.clone())).await
}

/// Gives all requests to the newest version of each Worker that we uploaded.
///
/// # Errors
/// As [`apply`](super::apply).
pub async fn promote(
    sources: &[Source],
    credentials: &Credentials,
    options: &Options,
    io: &Io,
) -> Result<ApplyResult, Error> {
    redeploy(sources, credentials, options, io, &Goal::On).await
}

async fn redeploy(
    sources: &[Source],
    credentials: &Credentials,
    options: &Options,
    io: &Io,
    goal: &Goal,
) -> Result<ApplyResult, Error> {
    let work = async |session: Session<'_>| {
        let prepared = prepare(&session, sources, options, goal).await?;
        if !options.dry_run {
            return carry_out(&session, &prepared, options).await;
        }
        let plan = prepared.result();
        plan.announce(&*session.io.events);
        Ok(report(&prepared, plan, Outcome::default(), true))
    };
    Session::run(io, credentials, options.timeout_ms, work).await
}

/// Reads versions and deployments, and what the versions are bound to.
async fn prepare(session: &Session<'_>, sources: &[Source], options: &Options, goal: &Goal) -> Result<Prepared, Error> {
    let without_values =
        ReadOptions { without_values: true, ..read_options(options, session.credentials.account_id.as_deref()) };
    let (Read { desired, places, .. }, diagnostics) = read_with(sources, &without_values)?;
    check(&desired, goal)?;
    // Nothing is done with values of secrets here, but whoever wrote a message may know them.
    Secrets::read(session, options, &desired, &places, &mut Vec::new());
    let known = match account::versions(session, &desired, goal).await {
        Ok(known) => known,
        Err(failures) => {
            let error = permissions::examined(failure(located(&places, failures)), session, &desired).await;
            return Err(permissions::explained(error, &desired, session.credentials));
        }
    };
    // A look that fails says nothing: it may need a permission that nothing else of this needs.
    let bound = kinds::worker::bound_reads(&desired, goal, &known);
    let bound = Known::of(gather(&session.api, &session.client, bound).await);
    let mut plan = kinds::redeploy(&desired, goal, &known, &bound, &options.planning(false));
    plan.diagnostics.splice(0..0, diagnostics);
    let reads = session.client.sent().all();
    Ok(Prepared { payloads: Vec::new(), reads, desired, live: LiveState::default(), plan })
}

/// The plan by which those of these Workers that have an earlier version go back to it, and the names of the others.
pub(super) async fn prepare_back(
    session: &Session<'_>,
    sources: &[Source],
    options: &Options,
    workers: &BTreeSet<(String, String)>,
) -> Result<(Prepared, Vec<String>), Error> {
    let without_values =
        ReadOptions { without_values: true, ..read_options(options, session.credentials.account_id.as_deref()) };
    let (Read { mut desired, .. }, _) = read_with(sources, &without_values)?;
    desired.manifests.retain(|it| workers.contains(&(it.identity.account.clone(), it.script.name.clone())));
    let goal = Goal::Back(None);
    let known = account::versions(session, &desired, &goal).await;
    let known = known.map_err(|failures| failure(failures.into_iter().map(|failed| failed.finding).collect()))?;
    let can = |it: &DesiredManifest| kinds::worker::can_go_back(it, &goal, &known);
    let without = desired.manifests.iter().filter(|it| !can(it)).map(|it| it.script.name.clone()).collect();
    desired.manifests.retain(can);
    let plan = kinds::redeploy(&desired, &goal, &known, &Known::default(), &options.planning(false));
    let reads = session.client.sent().all();
    Ok((Prepared { payloads: Vec::new(), reads, desired, live: LiveState::default(), plan }, without))
}

/// A version is one of one Worker.
fn check(desired: &DesiredState, goal: &Goal) -> Result<(), Error> {
    let count = desired.manifests.len();
    let (message, help) = match goal {
        _ if count == 0 => ("these manifests describe no Worker".to_owned(), "name the manifest of a Worker"),
        Goal::Back(Some(_)) if count > 1 => {
            (format!("a version is one of one Worker, and these manifests describe {count}"), "name one manifest")
        }
        Goal::Back(_) | Goal::On => return Ok(()),
    };
    Err(Error::new(Code::BadArgument, Exit::Usage, message).with_help(help))
}
