//! `plan`: manifests beside the live account; and all that `apply` needs to carry the plan out.

use futures_util::future::{join, join3};
use schemars::JsonSchema;
use serde::Serialize;

use super::account;
use super::bundles;
use super::failure::failure;
use super::files;
use super::secrets::Secrets;
use super::session::Session;
use super::validate::{read, read_options};
use super::{Credentials, Io, Options, permissions};
use crate::apply::{self, Event, Payload, PlanOverview, PlannedChange};
use crate::diagnostic::{Code, Diagnostic, any_error, plain};
use crate::error::{Error, Exit};
use crate::kinds::{self, Failure};
use crate::manifest::{Places, Read, ReadOptions, Source};
use crate::model::Address;
use crate::plan::{self, Plan, Summary};
use crate::refresh::Known;
use crate::resource::{DesiredState, LiveState};

/// Version of the format of plans.
const FORMAT: &str = "1.0";

/// What `apply` would do.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Plan")]
pub struct PlanResult {
    /// Version of this format.
    #[schemars(extend("const" = FORMAT))]
    pub format: &'static str,
    /// Stable over equal changes, values of secrets left out; for `expect`.
    pub fingerprint: String,
    /// The plan.
    #[serde(flatten)]
    pub plan: Plan,
    /// In numbers.
    pub summary: Summary,
    /// What its findings make of `apply`: 0, 65, 5, 4 or 1.
    #[serde(rename = "exitCode")]
    pub exit_code: Exit,
}

/// What planning made, with what applying needs.
pub(super) struct Prepared {
    pub desired: DesiredState,
    pub live: LiveState,
    pub plan: Plan,
    pub payloads: Vec<Payload>,
    pub reads: u32,
}

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
        let result = result(prepared);
        announce(&*io.events, &result);
        result
    };
    let Some(credentials) = credentials else { return Ok(told(&offline(sources, options)?, io)) };
    let work = async |session: Session<'_>| Ok(told(&prepare(&session, sources, options).await?, &session.io));
    Session::run(io, credentials, options.timeout_ms, work).await
}

/// The plan as callers see it.
pub(super) fn result(prepared: &Prepared) -> PlanResult {
    let plan = prepared.plan.clone();
    let summary = Summary::of(&plan, prepared.reads);
    PlanResult { format: FORMAT, fingerprint: plan::fingerprint(&plan), exit_code: plan.exit_code(), plan, summary }
}

/// Tells a plan to those who watch.
pub(super) fn announce(events: &dyn Fn(Event), result: &PlanResult) {
    for finding in &result.plan.diagnostics {
        events(Event::Diagnostic(Box::new(finding.clone())));
    }
    for change in &result.plan.changes {
        events(Event::Change(Box::new(PlannedChange(change.clone()))));
    }
    let Plan { manifests, kept, orphans, unmanaged, exposes, expires, destroys, .. } = &result.plan;
    events(Event::Plan(Box::new(PlanOverview {
        summary: result.summary.clone(),
        fingerprint: result.fingerprint.clone(),
        manifests: manifests.clone(),
        kept: kept.clone(),
        orphans: orphans.clone(),
        unmanaged: unmanaged.clone(),
        exposes: exposes.clone(),
        expires: expires.clone(),
        exit_code: result.exit_code,
        destroys: *destroys,
    })));
}

/// Against an empty account.
fn offline(sources: &[Source], options: &Options) -> Result<Prepared, Error> {
    let Read { mut desired, places, mut diagnostics, .. } = read(sources, options, None);
    diagnostics.extend(unread(&desired, &places));
    stop_on_error(&diagnostics)?;
    let live = LiveState {
        manifests: desired.manifests.iter().map(bundles::offline).collect(),
        stores: desired.stores.iter().map(|_| None).collect(),
        ..LiveState::default()
    };
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

/// The manifests, even where nothing but values of variables is missing: then the rest can be looked at all the same.
fn read_inputs(sources: &[Source], options: ReadOptions) -> Result<(Read, Vec<Diagnostic>), Error> {
    let mut read = kinds::read(sources, &options);
    let diagnostics = std::mem::take(&mut read.diagnostics);
    let errors = || diagnostics.iter().filter(|finding| finding.is_error());
    if errors().next().is_none() {
        return Ok((read, diagnostics));
    }
    if !errors().all(|finding| finding.code == Code::MissingVariable) {
        return Err(failure(diagnostics));
    }
    Ok((kinds::read(sources, &ReadOptions { without_values: true, ..options }), diagnostics))
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
    let (zones, keys) = join(zones, bundles::keys(session, &desired)).await;
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
    let reads = session.client.sent().reads;
    let code = bundles.into_code(session, &desired, &live, &plan);
    Ok(Prepared { payloads: payloads(&desired, code, &secrets), reads, desired, live, plan })
}

/// A result, or nothing after its findings were told.
fn told<T>(result: Result<T, Vec<Diagnostic>>, diagnostics: &mut Vec<Diagnostic>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(findings) => {
            diagnostics.extend(findings);
            None
        }
    }
}

pub(super) fn read_manifests(
    session: &Session<'_>,
    sources: &[Source],
    options: &Options,
) -> Result<(Read, Vec<Diagnostic>), Error> {
    read_with(sources, &read_options(options, session.credentials.account_id.as_deref()))
}

fn read_with(sources: &[Source], options: &ReadOptions) -> Result<(Read, Vec<Diagnostic>), Error> {
    let mut read = kinds::read(sources, options);
    let diagnostics = std::mem::take(&mut read.diagnostics);
    stop_on_error(&diagnostics)?;
    Ok((read, diagnostics))
}

/// Ends the run when a finding asks for it; nothing was written.
pub(super) fn stop_on_error(diagnostics: &[Diagnostic]) -> Result<(), Error> {
    if any_error(diagnostics) { Err(failure(diagnostics.to_vec())) } else { Ok(()) }
}

fn payloads(desired: &DesiredState, code: Vec<Option<Box<dyn apply::Code>>>, secrets: &Secrets) -> Vec<Payload> {
    let documents = desired.manifests.iter().map(|manifest| secrets.of(manifest.document));
    documents.zip(code).map(|(secrets, code)| Payload { code, secrets }).collect()
}

/// Files that documents refer to, and nobody gave.
fn unread(desired: &DesiredState, places: &Places) -> Vec<Diagnostic> {
    kinds::unread(desired).into_iter().map(|(document, finding)| placed(places, document, finding)).collect()
}

/// Adds the place of a finding's path.
fn placed(places: &Places, document: usize, finding: Diagnostic) -> Diagnostic {
    let place = finding.path().and_then(|path| places.at(document, path));
    finding.at(place)
}

/// Findings of reads, at the values that they are about, where those stand in a file.
pub(super) fn located(places: &Places, failures: Vec<Failure>) -> Vec<Diagnostic> {
    let located = failures.into_iter().map(|Failure { document, mut finding, .. }| {
        let place = document.zip(finding.path()).and_then(|(document, path)| places.of_value(document, path));
        finding.about = finding.about.filter(|_| place.is_some());
        finding.at(place)
    });
    located.collect()
}

/// Findings of the planner that are about a field have a place, in the document that they are about.
fn in_files(places: &Places, findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let in_file = |finding: Diagnostic| match finding.document {
        Some(document) => placed(places, document, finding),
        None => finding,
    };
    findings.into_iter().map(in_file).collect()
}

/// Addresses that name no store of the run, or more than one: data must neither be thought deleted, nor be deleted unasked.
fn unknown_stores(desired: &DesiredState, options: &Options) -> Vec<Diagnostic> {
    let known: Vec<Address> = desired.stores.iter().map(kinds::address_of_store).collect();
    let finding = |typed: &String| {
        let named: Vec<&Address> = known.iter().filter(|address| address.is_named(typed)).collect();
        match named.as_slice() {
            [] => Some(no_such_store(typed, &known)),
            [_] => None,
            several => Some(plan::unclear_address(typed, several.iter().copied())),
        }
    };
    options.delete_data.iter().filter_map(finding).collect()
}

fn no_such_store(typed: &str, known: &[Address]) -> Diagnostic {
    let message = format!("`{}` names no store of these manifests", plain(typed, 200));
    let is_one = |address: &Address| known.iter().filter(|other| other.short() == address.short()).count() == 1;
    let told = known.iter().map(|address| if is_one(address) { address.short() } else { address.clone() });
    let told: Vec<String> = told.map(|address| address.to_string()).collect();
    let help = match told.as_slice() {
        [] => "they describe no store: leave it out".to_owned(),
        told => format!("their stores: {}", told.join(", ")),
    };
    Diagnostic::error(Code::NoSuchStore, message).with_help(help)
}

/// Live state alone: neither bundles nor secrets nor values of variables are needed to look or to remove.
pub(super) async fn prepare_removal(
    session: &Session<'_>,
    sources: &[Source],
    options: &Options,
) -> Result<Prepared, Error> {
    let without_values =
        ReadOptions { without_values: true, ..read_options(options, session.credentials.account_id.as_deref()) };
    let (read, diagnostics) = read_with(sources, &without_values)?;
    let Read { desired, places, .. } = read;
    stop_on_error(&unknown_stores(&desired, options))?;
    // Nothing is done with values of secrets here, but whoever answers may know them.
    Secrets::read(session, options, &desired, &places, &mut Vec::new());
    match account::removal(session, &desired, &options.outputs).await {
        Ok(live) => {
            let plan = Plan { diagnostics, ..Plan::default() };
            let reads = session.client.sent().reads;
            Ok(Prepared { payloads: Vec::new(), reads, desired, live, plan })
        }
        Err(failures) => {
            let error = permissions::examined(failure(located(&places, failures)), session, &desired).await;
            Err(permissions::explained(error, &desired, session.credentials))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_deleted_only_where_an_address_names_one_store() {
        let document = |account: &str| {
            let (version, kind) = ("cloudflare.project-planton.org/v1", "CloudflareKvNamespace");
            let spec = format!("{{ account_id: {}, namespace_name: shop }}", account.repeat(32));
            format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{ name: shop }}\nspec: {spec}\n---\n")
        };
        let said = |accounts: &[&str], address: &str| -> Vec<String> {
            let text = accounts.iter().map(|account| document(account)).collect();
            let source = Source { name: "a.yaml".into(), text };
            let desired = kinds::read(&[source], &ReadOptions::default()).desired;
            let options = Options { delete_data: vec![address.into()], ..Options::default() };
            unknown_stores(&desired, &options).into_iter().map(|finding| finding.message).collect()
        };
        assert_eq!(said(&["a"], "kv:shop"), Vec::<String>::new());
        assert_eq!(said(&["a"], "kv:other"), ["`kv:other` names no store of these manifests"]);
        let unclear = "`kv:shop` stands for several resources of this run, in different accounts";
        assert_eq!(said(&["a", "b"], "kv:shop"), [unclear]);
        for accounts in [&["a"][..], &["a", "b"]] {
            assert_eq!(said(accounts, &format!("kv:account/{}/shop", "a".repeat(32))), Vec::<String>::new());
        }
    }
}
