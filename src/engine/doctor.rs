//! `doctor`: can these credentials deploy these manifests, as far as reads can tell?

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::account::{FoundZones, find_zones};
use super::failure::failure;
use super::permissions;
use super::reading::read_manifests;
use super::secrets::{self, Secrets};
use super::session::Session;
use super::{Credentials, Io, Options, r2_stores};
use crate::cloudflare::tokens;
use crate::cloudflare::zones::Zone;
use crate::cloudflare::{Family, Read, Reply};
use crate::diagnostic::{CallOption, Code, Diagnostic, Next, plain};
use crate::error::{Error, Exit};
use crate::http::{Answer, CallError, Verdict, http_date};
use crate::kinds::{self, Inquiry, worker::KEY_RECIPE};
use crate::manifest::{self, Source};
use crate::model::OutputSet;
use crate::r2::{Object, Source as S3Source};
use crate::refresh::{Known, gather};
use crate::resource::{DesiredManifest, DesiredState};

/// R2 refuses signatures that are off by fifteen minutes; a minute is worth telling.
const SKEW_MS: f64 = 60_000.0;

/// Name of the check of S3 keys.
const KEYS: &str = "S3 keys of R2";

/// What `doctor` found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Checkup {
    /// Nothing failed.
    pub ok: bool,
    /// One entry a check, in the order in which they matter.
    pub checks: Vec<Check>,
    /// Permission groups that were refused, by Cloudflare's names.
    pub missing: Vec<String>,
    /// Permission groups that the manifest needs and that no read can prove.
    pub unproven: Vec<&'static str>,
    /// The dashboard's form for a token that has all of them.
    pub link: String,
    /// Of the command line: 0; 4 when credentials or permissions are what is wrong, else 1.
    #[serde(rename = "exitCode")]
    pub exit_code: Exit,
}

/// One check of `doctor`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// It is as it should be.
    pub ok: bool,
    /// What was seen.
    pub detail: String,
    /// Code of what is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The command that does what `help` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
    /// Options of the call by which `help` is followed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<CallOption>,
    /// Permission group that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
}

/// Checks token, clock, account, zones, permissions, S3 keys and bundles; only reads.
///
/// # Errors
/// Bad manifests and unusable credentials; what the account says is in the result.
pub async fn doctor(
    sources: &[Source],
    credentials: &Credentials,
    options: &Options,
    io: &Io,
) -> Result<Checkup, Error> {
    let work = async |session: Session<'_>| check_up(&session, sources, options).await;
    Session::run(io, credentials, options.timeout_ms, work).await
}

async fn check_up(session: &Session<'_>, sources: &[Source], options: &Options) -> Result<Checkup, Error> {
    let credentials = session.credentials;
    let (manifest::Read { desired, places, .. }, _) = read_manifests(session, sources, options)?;
    // Nothing is done with values of secrets here, but whoever answers may know them.
    Secrets::read(session, options, &desired, &places, &mut Vec::new());
    let mut checks = token(session, &desired).await;
    checks.extend(fingerprint_key(credentials, &desired));
    checks.extend(clock(session).await);
    // A token that is refused is refused everywhere.
    if !checks.iter().any(|check| check.code == Some(Code::CredentialsRefused)) {
        checks.extend(account_and_zones(session, &desired, &options.outputs).await);
        for manifest in &desired.manifests {
            checks.extend(bundle(session, manifest).await);
        }
    }
    if session.client.is_aborted() {
        // Checks that were stopped say nothing about the account.
        let stopped =
            CallError { target: "doctor".into(), tries: 0, may_have_arrived: false, kind: session.client.stop() };
        return Err(failure(vec![stopped.diagnostic()]));
    }
    let needs = permissions::needed(&desired, credentials);
    let is_zone_hidden = |check: &Check| check.code == Some(Code::ZoneNotFound) && check.permission.is_some();
    let certain = checks.iter().filter(|check| !is_zone_hidden(check));
    let missing: BTreeSet<String> = certain.filter_map(|check| check.permission.clone()).collect();
    let is_zone_hidden = checks.iter().any(is_zone_hidden);
    Ok(Checkup {
        ok: checks.iter().all(|check| check.ok),
        exit_code: exit_code(&checks),
        unproven: permissions::unproven(&needs, &missing, is_zone_hidden).collect(),
        missing: missing.into_iter().collect(),
        link: permissions::link(&needs),
        checks,
    })
}

fn exit_code(checks: &[Check]) -> Exit {
    let failed = || checks.iter().filter(|check| !check.ok);
    let is_permission =
        |check: &Check| check.permission.is_some() || check.code.is_some_and(|code| Exit::of(code) == Exit::Permission);
    if failed().any(is_permission) {
        return Exit::Permission;
    }
    if failed().next().is_some() { Exit::Failed } else { Exit::Done }
}

fn good(name: impl Into<String>, detail: impl Into<String>) -> Check {
    Check {
        name: name.into(),
        ok: true,
        detail: detail.into(),
        code: None,
        help: None,
        next: None,
        options: Vec::new(),
        permission: None,
    }
}

fn bad(name: impl Into<String>, finding: Diagnostic) -> Check {
    let Diagnostic { code, message, help, next, options, permission, .. } = finding;
    Check { name: name.into(), ok: false, detail: message, code: Some(code), help, next, options, permission }
}

/// Whether the token is valid, or the global key.
async fn token(session: &Session<'_>, desired: &DesiredState) -> Vec<Check> {
    if session.api.token().is_none() {
        return vec![match tokens::try_key(&session.api, &session.client).await {
            Ok(()) => good("credentials", "a global API key: it may do everything, an API token is safer"),
            Err(error) => bad("credentials", error.diagnostic()),
        }];
    }
    let accounts: BTreeSet<&String> = desired.manifests.iter().map(|manifest| &manifest.identity.account).collect();
    let mut checks = Vec::new();
    for account in accounts {
        checks.push(match tokens::verify(&session.api, &session.client, account).await {
            Ok(status) if status.is_active() => {
                let expiry = status.expires_on.map(|date| format!(", expires on {date}")).unwrap_or_default();
                good("token", format!("active{expiry}"))
            }
            Ok(status) => {
                let message = format!("the token is {}", plain(&status.status, 40));
                let finding = Diagnostic::error(Code::CredentialsRefused, message).with_help("create a new token");
                bad("token", finding)
            }
            Err(error) => bad("token", error.diagnostic()),
        });
    }
    checks
}

/// By which key the next run sees whether secrets changed.
fn fingerprint_key(credentials: &Credentials, desired: &DesiredState) -> Option<Check> {
    const NAME: &str = "comparison of secrets";
    if !secrets::any_wanted(desired) {
        return None;
    }
    if credentials.fingerprint_key.is_some() {
        return Some(good(NAME, "by a key that stays when the token changes"));
    }
    let message = "by a key made from the API token: once that changes, secrets are written once more";
    let help = format!("set CFWORKER_FINGERPRINT_KEY to random characters that stay: {KEY_RECIPE}");
    let finding = Diagnostic::note(Code::FingerprintKeyOfToken, message).with_help(help);
    Some(Check { ok: true, ..bad(NAME, finding) })
}

/// This machine's clock beside the server's.
async fn clock(session: &Session<'_>) -> Option<Check> {
    let request = Read::from(tokens::of_user()).request(&session.api);
    let any = |_: &Answer| Verdict::Accepted;
    let answer = session.client.exchange(&request, &any).await.ok()?;
    let skew = http_date(answer.header("date")?)? - session.client.clock().wall_ms();
    let seconds = (skew / 1000.0).round();
    Some(if skew.abs() < SKEW_MS {
        good("clock", "agrees with Cloudflare's")
    } else {
        let finding = Diagnostic::error(Code::ClockSkew, format!("off by {seconds} s"))
            .with_help("set the clock; requests to R2 are signed with the server's time meanwhile");
        bad("clock", finding)
    })
}

/// Every read that a plan makes, each by itself.
async fn account_and_zones(session: &Session<'_>, desired: &DesiredState, outputs: &OutputSet) -> Vec<Check> {
    let mut checks = Vec::new();
    let zones = match find_zones(session, desired, outputs).await {
        Ok(zones) => zones,
        Err(failures) => {
            checks.extend(failures.into_iter().map(|failure| bad(failure.subject, failure.finding)));
            FoundZones::default()
        }
    };
    let inquiry = Inquiry::new(desired, &zones.ids, outputs, false).in_full();
    let answers = gather(&session.api, &session.client, inquiry.reads(&Known::default())).await;
    let mut failed = Vec::new();
    for (read, answer) in &answers {
        checks.push(match answer {
            Ok(Reply::Found(result)) => match result.downcast_ref() {
                Some(zone) => good(read.subject(), zone_told(zone)),
                None => good(read.subject(), "readable"),
            },
            // Its routes and records are not there either, which says more.
            Ok(Reply::Absent) if read.family() == Family::Zones => continue,
            Ok(Reply::Absent) => good(read.subject(), "readable, nothing there yet"),
            Ok(Reply::Hidden) => good(read.subject(), "not readable by its id: names are checked by Cloudflare"),
            Err(error) => {
                failed.push((read, error));
                continue;
            }
        });
    }
    for failure in kinds::failures(desired, &failed) {
        // An account that is unknown was told already where zones were looked for.
        if !checks.iter().any(|told| !told.ok && told.name == failure.subject) {
            checks.push(bad(failure.subject, failure.finding));
        }
    }
    checks
}

/// A zone that requests may not pass: told, and no reason to stop.
fn zone_told(zone: &Zone) -> String {
    let mut told = format!("{} is {}", zone.name, zone.status.as_deref().unwrap_or_default());
    if zone.paused == Some(true) {
        told.push_str(", and paused: its records answer without Cloudflare, so no request reaches a Worker");
    }
    if zone.zone_type.as_deref() == Some("partial") {
        told.push_str(", and partial: its names are served elsewhere, and have to lead to Cloudflare there");
    }
    told
}

/// Which S3 keys are used, and whether the bundle is there; its bytes are not read.
async fn bundle(session: &Session<'_>, manifest: &DesiredManifest) -> Vec<Check> {
    let Some(bundle) = &*manifest.script.bundle else { return Vec::new() };
    let name = format!("bundle r2://{}/{}", bundle.bucket, bundle.key);
    let place = (bundle.bucket.as_str(), bundle.jurisdiction.as_deref());
    let store = r2_stores::store(session, &manifest.identity.account, place, &mut BTreeMap::new()).await;
    let (store, told) = match store {
        Ok(store) => store,
        Err(finding) => return vec![bad(KEYS, finding)],
    };
    let keys = match (told.into_iter().next(), store.source()) {
        (Some(finding), _) => Check { ok: true, ..bad(KEYS, finding) },
        (None, S3Source::Given) => good(KEYS, "as given"),
        (None, S3Source::Derived) => good(KEYS, "derived from the API token"),
    };
    let object = Object { bucket: bundle.bucket.clone(), key: bundle.key.clone() };
    let there = match store.open(&session.client, &object).await {
        Ok(reading) => {
            let size = reading.head.size.map(|size| format!(", {size} bytes")).unwrap_or_default();
            reading.cancel();
            good(name, format!("there{size}"))
        }
        Err(error) => bad(name, error.diagnostic()),
    };
    vec![keys, there]
}
