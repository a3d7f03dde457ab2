//! Asks the new version of each Worker of a run, whatever share of the requests it has.

use super::deploy::ApplyResult;
use super::outputs::first_url;
use super::prepared::Prepared;
use super::result_names::ResultNames;
use super::session::Session;
use super::wait::origin;
use crate::diagnostic::Code;
use crate::error::{Error, Exit};
use crate::http::{Method, Request, join_all};
use crate::kinds::worker;
use crate::resource::DesiredManifest;
use crate::secret::Secret;

/// Names the version that is to answer.
///
/// <https://developers.cloudflare.com/workers/configuration/versions-and-deployments/version-overrides/>
const OVERRIDES: &str = "cloudflare-workers-version-overrides";
/// How often a version is asked before it has failed: a deployment takes a moment to be everywhere.
const TRIES: u32 = 3;
const PAUSE_MS: f64 = 1_000.0;
/// Bytes of an answer that are read.
const EXCERPT: usize = 2_000;

/// What is asked of a version, and how it has to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guard {
    /// Starts with `/`.
    pub path: String,
    /// Absent: any below 400.
    pub status: Option<u16>,
}

impl Guard {
    /// Reads `PATH[=STATUS]`.
    ///
    /// # Errors
    /// It is neither.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || {
            let help = "write a path and, where it is another than one below 400, its status: `/health=204`";
            Error::new(Code::BadArgument, Exit::Usage, "what guards a rollout can't be read").with_help(help)
        };
        let (path, status) = match text.rsplit_once('=') {
            Some((path, status)) if status.bytes().all(|byte| byte.is_ascii_digit()) => {
                let status = status.parse().ok().filter(|status| (100..=599).contains(status)).ok_or_else(wrong)?;
                (path, Some(status))
            }
            _ => (text, None),
        };
        path.starts_with('/').then(|| Self { path: path.to_owned(), status }).ok_or_else(wrong)
    }

    /// Whether an answer is as it should be.
    pub(super) fn takes(&self, status: u16) -> bool {
        self.status.map_or((100..400).contains(&status), |wanted| wanted == status)
    }
}

/// A version that did not answer as it should.
pub(super) struct Failed {
    pub script: String,
    pub url: String,
    pub why: String,
}

/// Whether each Worker of the run has an address to ask it at.
///
/// # Errors
/// One has none: nothing was written.
pub(super) fn reachable(prepared: &Prepared) -> Result<(), Error> {
    let is_reached = |(manifest, live)| first_url(manifest, live).is_some();
    let mut both = prepared.desired.manifests.iter().zip(&prepared.live.manifests);
    let Some((manifest, _)) = both.find(|both| !is_reached(*both)) else { return Ok(()) };
    let message = format!("nothing reaches `{}`, so it can't be asked", manifest.script.name);
    let help = "name a host under `dns`, set `workers_dev: true`, or apply it without a guard";
    Err(Error::new(Code::GuardFailed, Exit::Failed, message).with_help(help))
}

/// Asks those that this run gave requests to.
pub(super) async fn all(
    session: &Session<'_>,
    prepared: &Prepared,
    result: &ApplyResult,
    guard: &Guard,
) -> Vec<Failed> {
    let names = ResultNames::of(&prepared.desired);
    let both = prepared.desired.manifests.iter().zip(&prepared.live.manifests);
    let asked = both.filter_map(|(manifest, live)| {
        // One that an earlier run began to roll out is asked as well.
        let version = result.versions.get(&names.script(manifest)).map(String::as_str);
        let version = version.or_else(|| worker::newer_of_split(live))?;
        let url = first_url(manifest, live)?;
        Some((manifest, version, format!("{}{}", origin(&url), guard.path)))
    });
    let asking = asked.map(|(manifest, version, url)| one(session, manifest, version, url, guard));
    join_all(asking).await.into_iter().flatten().collect()
}

async fn one(
    session: &Session<'_>,
    manifest: &DesiredManifest,
    version: &str,
    url: String,
    guard: &Guard,
) -> Option<Failed> {
    let mut why = String::new();
    for attempt in 0..TRIES {
        if attempt > 0 {
            session.client.rest(PAUSE_MS).await;
        }
        match ask(session, manifest, version, &url, guard).await {
            Ok(()) => return None,
            Err(reason) => why = reason,
        }
    }
    Some(Failed { script: manifest.script.name.clone(), url, why })
}

async fn ask(
    session: &Session<'_>,
    manifest: &DesiredManifest,
    version: &str,
    url: &str,
    guard: &Guard,
) -> Result<(), String> {
    let mut request = Request::new(Method::Get, url.to_owned());
    let named = format!("{}=\"{version}\"", manifest.script.name);
    request.headers = vec![
        ("user-agent", Secret::new(concat!("cfworker-deploy/", env!("CARGO_PKG_VERSION")))),
        (OVERRIDES, Secret::new(named)),
    ];
    let response = session.io.transport.send(&request).await.map_err(|error| error.message)?;
    let (status, headers) = (response.status, response.headers);
    response.body.read(EXCERPT).await.map_err(|error| error.message)?;
    if !guard.takes(status) {
        return Err(format!("it answers {status}"));
    }
    // Where the manifest names a header that tells the version, the answer has to be that version's own.
    let proof = manifest.wait.as_ref().and_then(|wait| wait.header.as_ref()).map(|name| name.to_ascii_lowercase());
    let told = proof.and_then(|name| headers.into_iter().find(|(known, _)| *known == name));
    match told {
        Some((_, other)) if other != version => Err(format!("another version than {version} answers")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_is_a_path_and_perhaps_a_status() {
        let of = |text: &str| Guard::parse(text).ok().map(|guard| (guard.path, guard.status));
        assert_eq!(of("/health"), Some(("/health".into(), None)));
        assert_eq!(of("/health=204"), Some(("/health".into(), Some(204))));
        assert_eq!(of("/health?a=b"), Some(("/health?a=b".into(), None)));
        assert_eq!(of("/health?a=b=503"), Some(("/health?a=b".into(), Some(503))));
        for wrong in ["", "health", "=200", "/=999", "/=20"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn without_a_status_whatever_is_no_error_will_do() {
        let guard = |text: &str| Guard::parse(text).expect("a guard");
        assert_eq!(
            [199, 204, 302, 399, 400, 500].map(|status| guard("/").takes(status)),
            [true, true, true, true, false, false]
        );
        assert_eq!([200, 404].map(|status| guard("/=404").takes(status)), [false, true]);
    }
}
