//! `apply`: plan, check what was allowed, carry out, and wait where that is asked for.

use super::deploy::{ApplyResult, carry_out};
use super::guard;
use super::planning::prepare;
use super::prepared::Prepared;
use super::previews;
use super::probe::Guard;
use super::result_names::ResultNames;
use super::session::Session;
use super::wait::{Target, wait};
use super::{Credentials, Io, Options};
use crate::diagnostic::Code;
use crate::error::{Error, Exit};
use crate::manifest::Source;

/// Makes the account what the manifests say.
///
/// # Errors
/// Bad manifests, conflicts, missing permissions: before any write. After a write: exit code 3 with what is
/// done, not done and unknown; running it again converges.
pub async fn apply(
    sources: &[Source],
    credentials: &Credentials,
    options: &Options,
    io: &Io,
) -> Result<ApplyResult, Error> {
    let guard = options.guard.as_deref().map(Guard::parse).transpose()?;
    if guard.is_some() && (options.percentage.is_some() || options.wait) {
        let message = "a guarded run goes in steps of its own, and asks the Workers at each";
        let help = "leave out `percentage` and `wait`, or `guard`";
        return Err(Error::new(Code::BadArgument, Exit::Usage, message).with_help(help));
    }
    let work = async |session: Session<'_>| {
        if let Some(guard) = &guard {
            return guard::apply(&session, sources, options, guard).await;
        }
        let prepared = prepare(&session, sources, options).await?;
        let mut result = carry_out(&session, &prepared, options).await?;
        if options.percentage == Some(0.0) {
            let (urls, findings) = previews::of(&session, &prepared, &result.versions).await;
            result.previews = urls;
            result.diagnostics.extend(findings);
        }
        if options.wait {
            wait_for(&session, &prepared, &mut result).await;
        }
        Ok(result)
    };
    Session::run(io, credentials, options.timeout_ms, work).await
}

/// Waits until the Workers answer through their hostnames; what stays invisible is exit code 6.
async fn wait_for(session: &Session<'_>, prepared: &Prepared, result: &mut ApplyResult) {
    let mut targets = Vec::new();
    let names = ResultNames::of(&prepared.desired);
    for manifest in &prepared.desired.manifests {
        let name = names.script(manifest);
        let version = result.versions.get(&name);
        let urls = result.workers.get(&name).map(|outputs| outputs.urls.as_slice()).unwrap_or_default();
        targets.extend(urls.iter().map(|url| Target::new(url, manifest.wait.as_ref(), version)));
    }
    let findings = wait(&session.io, &session.client, targets, session.deadline).await;
    if !findings.is_empty() {
        result.exit_code = Exit::NotVisible;
        result.diagnostics.extend(findings);
    }
}
