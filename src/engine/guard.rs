//! `guard`: Workers go live in steps, each step is asked, and what answers wrongly goes back by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::deploy::{ApplyResult, carry_out};
use super::planning::prepare;
use super::prepared::Prepared;
use super::probe::{self, Guard};
use super::redeploy;
use super::result_names::ResultNames;
use super::session::Session;
use crate::diagnostic::{Code, Diagnostic};
use crate::error::{Error, Exit};
use crate::kinds::worker;
use crate::manifest::Source;
use crate::model::{Address, Kind};

/// Shares of a hundred that a new version gets, one after the other.
const STEPS: [f64; 3] = [10.0, 50.0, 100.0];

/// What became of a version that failed.
const WENT_BACK: &str =
    "its earlier version gets all requests again; routes, records and settings stay as they were applied";
const STAYS: &str =
    "going back failed too, and it keeps its share: `cfworker-deploy rollback` puts the earlier version live";

/// Goes through the steps. A Worker without an earlier version goes live whole, at the first of them.
pub(super) async fn apply(
    session: &Session<'_>,
    sources: &[Source],
    options: &Options,
    guard: &Guard,
) -> Result<ApplyResult, Error> {
    let mut told = None;
    let mut moved = BTreeSet::new();
    let result = go(session, sources, options, guard, (&mut told, &mut moved)).await;
    result.map_err(|error| match &told {
        Some(before) if !before.done.is_empty() => unfinished(error, before, &moved),
        _ => error,
    })
}

/// The steps; what was reached is left in `told` and `moved` where one of them fails.
async fn go(
    session: &Session<'_>,
    sources: &[Source],
    options: &Options,
    guard: &Guard,
    (told, moved): (&mut Option<ApplyResult>, &mut BTreeSet<(String, String)>),
) -> Result<ApplyResult, Error> {
    let mut options = Options { guarded: true, ..options.clone() };
    for step in STEPS {
        options.percentage = Some(step);
        let prepared = prepare(session, sources, &options).await?;
        // A run that ended on its way goes on from where it is.
        if worker::is_beyond(&prepared.live, step) {
            continue;
        }
        probe::reachable(&prepared)?;
        let result = carry_out(session, &prepared, &options).await?;
        moved.extend(moved_by(&prepared, &result));
        // What was approved is the first step: the others follow from it.
        options.expect = None;
        let failed = probe::all(session, &prepared, &result, guard).await;
        let so_far = merged(told.take(), result);
        let all = told.insert(so_far);
        if !failed.is_empty() {
            let back = go_back(session, sources, &options, moved).await;
            let help = if back.is_ok() { WENT_BACK } else { STAYS };
            all.diagnostics.extend(failed.into_iter().map(|failed| finding(&failed, step).with_help(help)));
            let mut all = all.clone();
            all.exit_code = Exit::NotVisible;
            all.diagnostics.extend(back?);
            return Ok(all);
        }
    }
    match told.clone() {
        Some(result) => Ok(result),
        // Everything was beyond the last step: there is nothing to do but to say so.
        None => carry_out(session, &prepare(session, sources, &options).await?, &options).await,
    }
}

/// A failure between the steps: the new version has the share that it reached, whatever the failure says of itself.
fn unfinished(mut error: Error, before: &ApplyResult, moved: &BTreeSet<(String, String)>) -> Error {
    // The addresses of a result have the short form where that is unique.
    let is = |address: &Address, (_, name): &(String, String)| address.kind == Kind::Script && address.key == *name;
    let (moving, done): (Vec<_>, Vec<_>) =
        before.done.iter().partition(|address| moved.iter().any(|it| is(address, it)));
    error.done.splice(0..0, done.into_iter().map(ToString::to_string));
    let open = |address: &&Address| !error.unknown.contains(&address.to_string());
    let open: Vec<String> = moving.into_iter().filter(open).map(ToString::to_string).collect();
    error.done.retain(|address| !open.contains(address));
    error.not_done.retain(|address| !open.contains(address));
    error.not_done.extend(open);
    error.diagnostics.splice(0..0, before.diagnostics.iter().cloned());
    error.sent = true;
    if error.exit_code != Exit::Interrupted {
        error.exit_code = Exit::Partial;
    }
    error
}

/// Workers, by account and name, whose requests this step gave to a version.
fn moved_by(prepared: &Prepared, result: &ApplyResult) -> Vec<(String, String)> {
    let names = ResultNames::of(&prepared.desired);
    let both = prepared.desired.manifests.iter().zip(&prepared.live.manifests);
    let moved = both.filter(|(manifest, live)| {
        result.versions.contains_key(&names.script(manifest)) || worker::newer_of_split(live).is_some()
    });
    moved.map(|(manifest, _)| (manifest.identity.account.clone(), manifest.script.name.clone())).collect()
}

/// What several steps come to: the plan of the first, and what is there after the last.
fn merged(before: Option<ApplyResult>, now: ApplyResult) -> ApplyResult {
    let Some(before) = before else { return now };
    let mut done = before.done;
    done.extend(
        now.done.into_iter().filter(|address| !before.plan.plan.changes.iter().any(|it| it.address == *address)),
    );
    let versions: BTreeMap<_, _> = before.versions.into_iter().chain(now.versions).collect();
    ApplyResult { plan: before.plan, done, versions, diagnostics: before.diagnostics, undo: before.undo, ..now }
}

/// The Workers of this run get their earlier versions back; gives what is to be said of those that have none.
async fn go_back(
    session: &Session<'_>,
    sources: &[Source],
    options: &Options,
    moved: &BTreeSet<(String, String)>,
) -> Result<Vec<Diagnostic>, Error> {
    let options = Options { allow_deletes: true, percentage: None, ..options.clone() };
    let (prepared, without) = redeploy::prepare_back(session, sources, &options, moved).await?;
    if !prepared.plan.is_no_op() {
        carry_out(session, &prepared, &options).await?;
    }
    let stays = |name: String| {
        let message = format!("`{name}` has no earlier version to go back to, and stays as it is");
        Diagnostic::warning(Code::GuardFailed, message)
            .with_help("deploy what works, or remove it with `cfworker-deploy destroy`")
            .about(Address::script(&name))
    };
    Ok(without.into_iter().map(stays).collect())
}

fn finding(failed: &probe::Failed, step: f64) -> Diagnostic {
    let probe::Failed { script, url, why } = failed;
    let message = format!("the new version of `{script}` failed at {step} % of the requests: {url}: {why}");
    Diagnostic::warning(Code::GuardFailed, message).about(Address::script(script))
}
