//! `wait`: bounded polling until the Worker answers through its hostnames.

use futures_util::future::{Either, select};

use super::Io;
use crate::apply::Event;
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::http::{Client, Method, Request, TransportError, join_all};
use crate::resource::Wait;
use crate::secret::Secret;

/// How long an edge may take to show a change.
const PATIENCE_MS: f64 = 90_000.0;
/// Between two looks.
const PAUSE_MS: f64 = 2_000.0;
/// One look.
const LOOK_MS: f64 = 10_000.0;
/// Bytes of an answer that are looked at for an error of the edge.
const EXCERPT: usize = 2_000;

/// Where a Worker should answer.
pub(super) struct Target {
    /// Absolute URL, its path included.
    pub url: String,
    /// Header that must hold this version id, when the manifest names one.
    pub proof: Option<(String, String)>,
}

impl Target {
    /// A URL of the outputs, with the path and the proof that the manifest asks for.
    pub(super) fn new(url: &str, wait: Option<&Wait>, version: Option<&String>) -> Self {
        let proof = wait.and_then(|wait| Some((wait.header.as_ref()?.to_ascii_lowercase(), version?.clone())));
        let path = wait.map(|wait| wait.path.trim_start_matches('/')).unwrap_or_default();
        let url = if path.is_empty() { url.to_owned() } else { format!("{}/{path}", origin(url)) };
        Self { url, proof }
    }
}

/// Waits for all targets at once; gives a finding for each that stayed invisible.
///
/// Not longer than the run's own time, which ends at `end`: a shorter `--timeout` counts. The caller's signal ends it at
/// once, a look under way as well.
pub(super) async fn wait(io: &Io, client: &Client, targets: Vec<Target>, end: f64) -> Vec<Diagnostic> {
    let deadline = end.min(io.clock.monotonic_ms() + PATIENCE_MS);
    join_all(targets.iter().map(|target| one(io, client, target, deadline))).await.into_iter().flatten().collect()
}

async fn one(io: &Io, client: &Client, target: &Target, deadline: f64) -> Option<Diagnostic> {
    loop {
        let left = (deadline - io.clock.monotonic_ms()).clamp(0.0, LOOK_MS);
        let why = match look(io, client, target, left).await {
            Ok(()) => return None,
            Err(why) => why,
        };
        let goes_on = !client.is_aborted() && io.clock.monotonic_ms() + PAUSE_MS <= deadline;
        if goes_on {
            (io.events)(Event::Wait { address: target.url.clone(), why: why.clone(), seconds: PAUSE_MS / 1000.0 });
            client.rest(PAUSE_MS).await;
        }
        if !goes_on || client.is_aborted() {
            let message = format!("{} is not visible yet: {why}", target.url);
            let help = "everything was applied; DNS and certificates of a new host can take some minutes";
            return Some(Diagnostic::warning(Code::NotVisible, message).with_help(help));
        }
    }
}

/// One look; says what speaks against it.
async fn look(io: &Io, client: &Client, target: &Target, milliseconds: f64) -> Result<(), String> {
    let mut request = Request::new(Method::Get, target.url.clone());
    request.headers = vec![("user-agent", Secret::new(concat!("cfworker-deploy/", env!("CARGO_PKG_VERSION"))))];
    let asked = async {
        let response = io.transport.send(&request).await?;
        let (status, headers) = (response.status, response.headers);
        Ok((status, headers, response.body.read(EXCERPT).await?))
    };
    let answer = match select(Box::pin(asked), Box::pin(client.rest(milliseconds))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) if client.is_aborted() => return Err("the wait for it was stopped".into()),
        Either::Right(_) => return Err("no answer in time".into()),
    };
    let (status, headers, body) = answer.map_err(|error: TransportError| plain(&error.message, 100))?;
    let text = String::from_utf8_lossy(&body);
    if (520..=530).contains(&status) || text.starts_with("error code: 1") {
        return Err(format!("the edge answers {status}"));
    }
    match &target.proof {
        None => Ok(()),
        Some((name, version)) => match headers.iter().find(|(known, _)| known == name) {
            Some((_, value)) if value == version => Ok(()),
            _ => Err(format!("another version than {version} answers")),
        },
    }
}

/// Scheme and host of a URL.
pub(super) fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |slash| host + slash);
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::Target;
    use crate::resource::Wait;

    #[test]
    fn the_manifest_says_where_to_look() {
        let wait = Wait { path: "/version".into(), header: Some("X-Version".into()) };
        let target = Target::new("https://a.example.com/v1/", Some(&wait), Some(&"v".to_owned()));
        assert_eq!(target.url, "https://a.example.com/version");
        assert_eq!(target.proof, Some(("x-version".into(), "v".into())));
        assert_eq!(Target::new("https://a.example.com/v1/", None, None).url, "https://a.example.com/v1/");
    }
}
