//! `plan`: manifests beside the live account; and all that `apply` needs to carry the plan out.

use super::account::{self, Refreshed};
use super::findings::{all_placed, in_files, located, stop_on_error, told};
use super::inputs::Inputs;
use super::plan_result::PlanResult;
use super::prepared::Prepared;
use super::reading::{read_inputs, unread};
use super::secrets::Secrets;
use super::session::Session;
use super::validate::{read, read_options};
use super::{Credentials, Io, Options, permissions};
use crate::apply::{self, Payload};
use crate::diagnostic::Code;
use crate::error::{Error, Exit};
use crate::kinds;
use crate::manifest::{Read, Source};
use crate::refresh::Known;
use crate::resource::{DesiredState, LiveState};

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
    check_percentage(options)?;
    let (read, diagnostics) = read_inputs(sources, read_options(options, session.credentials.account_id.as_deref()))?;
    let Read { desired, places, .. } = read;
    let work = async {
        let inputs = Inputs::read(session, options, (desired.clone(), places), diagnostics).await?;
        prepared(session, options, inputs).await
    };
    match work.await {
        Ok(prepared) => Ok(prepared),
        Err(error) => {
            let error = permissions::examined(error, session, &desired).await;
            Err(permissions::explained(error, &desired, session.credentials))
        }
    }
}

/// The plan for these inputs. Whatever it turns out to need beside them is read, and then it is made again.
async fn prepared(session: &Session<'_>, options: &Options, inputs: Inputs) -> Result<Prepared, Error> {
    let Inputs { mut desired, places, secrets, mut refreshed, mut bundles, mut sites, mut diagnostics } = inputs;
    let facts = secrets.facts(session.credentials, &desired);
    let planned =
        |desired: &DesiredState, live: &LiveState| kinds::plan(desired, live, &facts, &options.planning(false));
    if options.verify_content {
        bundles.verify(session, &desired, &mut refreshed.live, &mut diagnostics).await;
    } else {
        bundles.recognise(session, &desired, &mut refreshed.live, &mut diagnostics).await;
    }
    diagnostics.extend(all_placed(&places, sites.recognise(session, &mut desired, &refreshed.live).await));
    stop_on_error(&diagnostics)?;
    kinds::add_gone_stores(&desired, &mut refreshed.live, &refreshed.known);
    let mut plan = planned(&desired, &refreshed.live);
    // Nothing is written to what only lists told of.
    let written = plan.steps.iter().map(|step| step.manifest).collect();
    let completed = account::complete(session, &desired, &mut refreshed, written).await;
    let completed = told(completed.map_err(|failures| located(&places, failures)), &mut diagnostics);
    stop_on_error(&diagnostics)?;
    let Refreshed { mut live, known } = refreshed;
    if completed == Some(true) {
        kinds::add_gone_stores(&desired, &mut live, &known);
        plan = planned(&desired, &live);
    }
    // Nobody looks anything up any more: its room is for the bundles.
    drop(known);
    let other_bundles = bundles.fetch_what(&plan, session, &desired, &mut live, &mut diagnostics).await;
    let (read_sites, findings) = sites.fetch_what(&plan, session, &mut desired).await;
    diagnostics.extend(all_placed(&places, findings));
    if other_bundles || read_sites {
        plan = planned(&desired, &live);
    }
    if options.percentage.is_some() {
        let whole = bundles.service_workers(&plan, &desired);
        diagnostics.extend(whole.into_iter().map(kinds::worker::needs_all_requests));
    }
    stop_on_error(&diagnostics)?;
    plan.diagnostics = in_files(&places, plan.diagnostics);
    plan.diagnostics.splice(0..0, diagnostics);
    // Nothing is written before the plan stands: a query of a database is a POST that only reads.
    let reads = session.client.sent().all();
    let code = bundles.into_code(session, &desired, &live, &plan);
    Ok(Prepared { payloads: payloads(&desired, code, &secrets), reads, desired, live, plan })
}

/// Cloudflare tells hundredths of a per cent apart.
fn check_percentage(options: &Options) -> Result<(), Error> {
    let Some(percentage) = options.percentage else { return Ok(()) };
    let hundredths = percentage * 100.0;
    if (0.0..=100.0).contains(&percentage) && (hundredths - hundredths.round()).abs() < 1e-6 {
        return Ok(());
    }
    let message = format!("`{percentage}` is no percentage");
    let help = "give a number from 0 to 100, with two decimals at most";
    Err(Error::new(Code::BadArgument, Exit::Usage, message).with_help(help))
}

fn payloads(desired: &DesiredState, code: Vec<Option<Box<dyn apply::Code>>>, secrets: &Secrets) -> Vec<Payload> {
    let documents = desired.manifests.iter().map(|manifest| secrets.of(manifest.document));
    documents.zip(code).map(|(secrets, code)| Payload { code, secrets }).collect()
}
