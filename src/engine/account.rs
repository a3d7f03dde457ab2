//! What the account has for the documents of a run: kinds say what is asked, and what the answers come to.

use std::collections::BTreeSet;

use futures_util::future::join;

use super::session::Session;
use crate::http::Meaning;
use crate::kinds::worker::{self, Goal, Unfound, ZoneIds};
use crate::kinds::{self, Failure, Inquiry, failures};
use crate::model::OutputSet;
use crate::refresh::{Failed, Known, gather, rounds};
use crate::resource::{DesiredState, LiveState};

/// The zones of a run, and what was read to find them.
#[derive(Default)]
pub(super) struct FoundZones {
    pub ids: ZoneIds,
    /// Whoever asks the same needs no request.
    pub known: Known,
}

/// What a run read of the account.
pub(super) struct Refreshed {
    pub live: LiveState,
    /// All that was read.
    pub known: Known,
}

/// Finds the zones that neither the manifests nor given outputs say by their ids; without such manifests no request is
/// made.
pub(super) async fn find_zones(
    session: &Session<'_>,
    desired: &DesiredState,
    outputs: &OutputSet,
) -> Result<FoundZones, Vec<Failure>> {
    let answers = gather(&session.api, &session.client, worker::zone_reads(desired, outputs)).await;
    match worker::find_zones(desired, outputs, &answers) {
        Ok(ids) => Ok(FoundZones { ids, known: Known::of(answers) }),
        Err(Unfound { failures, saw_none }) => {
            let unknown = if saw_none { unknown_accounts(session, desired, outputs).await } else { Vec::new() };
            Err(if unknown.is_empty() { failures } else { unknown })
        }
    }
}

async fn unknown_accounts(session: &Session<'_>, desired: &DesiredState, outputs: &OutputSet) -> Vec<Failure> {
    let answers = gather(&session.api, &session.client, worker::account_reads(desired, outputs)).await;
    let failed = answers.into_iter().filter_map(|(read, answer)| Some((read, answer.err()?)));
    let unknown = failed.filter(|(_, error)| error.meaning() == Some(Meaning::UnknownId));
    told(desired, &unknown.collect())
}

fn told(desired: &DesiredState, failed: &Failed) -> Vec<Failure> {
    failures(desired, &failed.iter().map(|(read, error)| (read, error)).collect::<Vec<_>>())
}

/// Reads what the account has for a plan.
pub(super) async fn refresh(
    session: &Session<'_>,
    desired: &DesiredState,
    zones: FoundZones,
    outputs: &OutputSet,
    prunes: bool,
) -> Result<Refreshed, Vec<Failure>> {
    let FoundZones { ids, mut known } = zones;
    let inquiry = Inquiry::new(desired, &ids, outputs, prunes);
    let asked = |known: &Known| inquiry.reads(known);
    rounds(&session.api, &session.client, &mut known, &asked).await.map_err(|failed| told(desired, &failed))?;
    let mut live = inquiry.live(&known);
    if prunes {
        add_users_of_renamed(session, desired, &mut live).await;
    }
    Ok(Refreshed { live, known })
}

/// Reads in full those of these documents that only lists told of; gives whether there were any.
pub(super) async fn complete(
    session: &Session<'_>,
    desired: &DesiredState,
    refreshed: &mut Refreshed,
    which: BTreeSet<usize>,
) -> Result<bool, Vec<Failure>> {
    let Refreshed { live, known } = refreshed;
    let which = kinds::incomplete(live, which);
    if which.is_empty() {
        return Ok(false);
    }
    let asked = |known: &Known| worker::rest(desired, &which, known);
    rounds(&session.api, &session.client, known, &asked).await.map_err(|failed| told(desired, &failed))?;
    worker::complete(desired, &which, known, live);
    Ok(true)
}

/// Reads what is live for a removal, and who uses it.
pub(super) async fn removal(
    session: &Session<'_>,
    desired: &DesiredState,
    outputs: &OutputSet,
) -> Result<LiveState, Vec<Failure>> {
    let FoundZones { ids, mut known } = find_zones(session, desired, outputs).await?;
    let inquiry = Inquiry::of_removal(desired, &ids);
    let asked = |known: &Known| inquiry.reads(known);
    let live = rounds(&session.api, &session.client, &mut known, &asked);
    let (read, users) = join(live, gather(&session.api, &session.client, worker::user_reads(desired))).await;
    read.map_err(|failed| told(desired, &failed))?;
    let mut live = inquiry.live(&known);
    worker::add_users(desired, &Known::of(users), &mut live);
    add_users_of_renamed(session, desired, &mut live).await;
    Ok(live)
}

/// Reads the versions and deployments of all Workers.
pub(super) async fn histories(session: &Session<'_>, desired: &DesiredState) -> Result<Known, Vec<Failure>> {
    let mut known = Known::default();
    let asked = |known: &Known| worker::history_reads(desired, known);
    let read = rounds(&session.api, &session.client, &mut known, &asked).await;
    read.map_err(|failed| told(desired, &failed))?;
    Ok(known)
}

/// The same, with what is in the versions that a goal is about.
pub(super) async fn versions(
    session: &Session<'_>,
    desired: &DesiredState,
    goal: &Goal,
) -> Result<Known, Vec<Failure>> {
    let mut known = Known::default();
    let asked = |known: &Known| worker::redeploy_reads(desired, goal, known);
    let read = rounds(&session.api, &session.client, &mut known, &asked).await;
    read.map_err(|failed| told(desired, &failed))?;
    Ok(known)
}

async fn add_users_of_renamed(session: &Session<'_>, desired: &DesiredState, live: &mut LiveState) {
    let answers = gather(&session.api, &session.client, worker::user_reads_of_renamed(desired, live)).await;
    worker::add_users_of_renamed(desired, &Known::of(answers), live);
}
