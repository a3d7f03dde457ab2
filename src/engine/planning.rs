//! `plan`: manifests beside the live account; and all that `apply` needs to carry the plan out.

use futures_util::future::{join, join3};

use super::failure::failure;
use super::findings::{in_files, located, placed, stop_on_error, told};
use super::plan_result::PlanResult;
use super::prepared::Prepared;
use super::reading::{read_inputs, unread};
use super::secrets::Secrets;
use super::session::Session;
use super::validate::{read, read_options};
use super::{Credentials, Io, Options, account, bundles, files, permissions, r2_stores};
use crate::apply::{self, Payload};
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::kinds;
use crate::manifest::{Places, Read, Source};
use crate::refresh::Known;
use crate::resource::DesiredState;

/// Plans manifests; without credentials against an empty account.
///
/// # Errors
/// Bad manifests, and reads that failed. Conflicts are findings of the plan.
pub async fn plan(
    sources: &[Source],
    credentials: Option<&Credentials>,
    options: &Options,
    io: &Io,
) -> Result<PlanResult, Error> {
    let told = |prepared: &Prepared, io: &Io| {
        let result = prepared.result();
        result.announce(&*io.events);
        result
    };
    let Some(credentials) = credentials else { return Ok(told(&offline(sources, options)?, io)) };
    let work = async |session: Session<'_>| Ok(told(&prepare(&session, sources, options).await?, &session.io));
    Session::run(io, credentials, options.timeout_ms, work).await
}

/// Against an empty account.
fn offline(sources: &[Source], options: &Options) -> Result<Prepared, Error> {
    let Read { mut desired, places, mut diagnostics, .. } = read(sources, options, None);
    diagnostics.extend(unread(&desired, &places));
    stop_on_error(&diagnostics)?;
    let live = kinds::in_empty_account(&desired);
    // What only the account could tell stays open: nothing is sent.
    drop(kinds::resolve(&mut desired, &live, &options.outputs, &Known::default()));
    let mut plan = kinds::plan(&desired, &live, &[], &options.planning(true));
    plan.diagnostics = in_files(&places, plan.diagnostics);
    plan.diagnostics.splice(0..0, diagnostics);
    Ok(Prepared { payloads: Vec::new(), reads: 0, desired, live, plan })
}

/// Reads manifests, secrets, the account and the bundles, and plans. All inputs are looked at before the run gives up:
/// what is missing is told at once.
pub(super) async fn prepare(session: &Session<'_>, sources: &[Source], options: &Options) -> Result<Prepared, Error> {
    let (read, diagnostics) = read_inputs(sources, read_options(options, session.credentials.account_id.as_deref()))?;
    let Read { desired, places, .. } = read;
    match prepared(session, options, (desired.clone(), places), diagnostics).await {
        Ok(prepared) => Ok(prepared),
        Err(error) => {
            let error = permissions::examined(error, session, &desired).await;
            Err(permissions::explained(error, &desired, session.credentials))
        }
    }
}

async fn prepared(
    session: &Session<'_>,
    options: &Options,
    (mut desired, places): (DesiredState, Places),
    mut diagnostics: Vec<Diagnostic>,
) -> Result<Prepared, Error> {
    diagnostics.extend(unread(&desired, &places));
    let secrets = Secrets::read(session, options, &desired, &places, &mut diagnostics);

    let zones = account::find_zones(session, &desired, &options.outputs);
    let (zones, keys) = join(zones, r2_stores::keys(session, &desired)).await;
    let zones = told(zones.map_err(|failures| located(&places, failures)), &mut diagnostics);
    let keys = told(keys, &mut diagnostics);
    let (Some(zones), Some(keys)) = (zones, keys) else { return Err(failure(diagnostics)) };
    let live = account::refresh(session, &desired, zones, &options.outputs, options.prune);
    let opened = bundles::open(session, &desired, &keys);
    let (live, opened, texts) = join3(live, opened, files::read(session, &desired, &keys)).await;
    let live = told(live.map_err(|failures| located(&places, failures)), &mut diagnostics);
    let opened = told(opened, &mut diagnostics);
    let in_place = |findings: Vec<(usize, Diagnostic)>| -> Vec<Diagnostic> {
        findings.into_iter().map(|(document, finding)| placed(&places, document, finding)).collect()
    };
    match texts {
        Ok(texts) => diagnostics.extend(in_place(kinds::give_files(&mut desired, texts))),
        Err(findings) => diagnostics.extend(in_place(findings)),
    }
    diagnostics.extend(keys.findings.iter().cloned());
    let Some(mut refreshed) = live else { return Err(failure(diagnostics)) };

    // Which secrets are kept, the lists do not tell.
    let incomplete = secrets.incomplete(&desired);
    let completed = account::complete(session, &desired, &mut refreshed, incomplete).await;
    told(completed.map_err(|failures| located(&places, failures)), &mut diagnostics);
    diagnostics.extend(secrets.check(&desired, &refreshed.live));
    let open = kinds::resolve(&mut desired, &refreshed.live, &options.outputs, &refreshed.known);
    diagnostics.extend(open.into_iter().map(|(document, finding)| placed(&places, document, finding)));
    stop_on_error(&diagnostics)?;
    let Some(mut bundles) = opened else { return Err(failure(diagnostics)) };
    let facts = secrets.facts(session.credentials, &desired);
    bundles.recognise(session, &desired, &mut refreshed.live, &mut diagnostics).await;
    stop_on_error(&diagnostics)?;
    let mut plan = kinds::plan(&desired, &refreshed.live, &facts, &options.planning(false));
    // Nothing is written to what only lists told of.
    let written = plan.steps.iter().map(|step| step.manifest).collect();
    let completed = account::complete(session, &desired, &mut refreshed, written).await;
    let completed = told(completed.map_err(|failures| located(&places, failures)), &mut diagnostics);
    stop_on_error(&diagnostics)?;
    let account::Refreshed { mut live, .. } = refreshed;
    if completed == Some(true) {
        plan = kinds::plan(&desired, &live, &facts, &options.planning(false));
    }
    if bundles.fetch_what(&plan, session, &desired, &mut live, &mut diagnostics).await {
        plan = kinds::plan(&desired, &live, &facts, &options.planning(false));
    }
    stop_on_error(&diagnostics)?;
    plan.diagnostics = in_files(&places, plan.diagnostics);
    plan.diagnostics.splice(0..0, diagnostics);
    // Nothing is written before the plan stands: a query of a database is a POST that only reads.
    let reads = session.client.sent().all();
    let code = bundles.into_code(session, &desired, &live, &plan);
    Ok(Prepared { payloads: payloads(&desired, code, &secrets), reads, desired, live, plan })
}

fn payloads(desired: &DesiredState, code: Vec<Option<Box<dyn apply::Code>>>, secrets: &Secrets) -> Vec<Payload> {
    let documents = desired.manifests.iter().map(|manifest| secrets.of(manifest.document));
    documents.zip(code).map(|(secrets, code)| Payload { code, secrets }).collect()
}
