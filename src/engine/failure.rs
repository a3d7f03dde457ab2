//! Findings → the error of a run.

use crate::diagnostic::{Code, Diagnostic};
use crate::error::{Error, Exit};

/// The error of a run that wrote nothing: exit code 65 before 5 before 4 before 1, its message the first
/// finding of that kind.
pub(super) fn failure(mut diagnostics: Vec<Diagnostic>) -> Error {
    once(&mut diagnostics);
    const ORDER: [Exit; 4] = [Exit::BadManifest, Exit::Conflict, Exit::Permission, Exit::Failed];
    let errors = || diagnostics.iter().filter(|finding| finding.is_error());
    let rank = |finding: &&Diagnostic| ORDER.iter().position(|exit| *exit == Exit::of_finding(finding));
    let count = errors().count();
    let Some(worst) = errors().min_by_key(rank) else {
        return Error::new(Code::Internal, Exit::Failed, "a run failed without a reason");
    };
    let exit = if worst.code == Code::Interrupted { Exit::Interrupted } else { Exit::of_finding(worst) };
    let message = if count > 1 { format!("{} (and {} more)", worst.message, count - 1) } else { worst.message.clone() };
    let mut error = Error::new(worst.code, exit, message);
    error.help.clone_from(&worst.help);
    error.diagnostics = diagnostics;
    error
}

/// What ends all requests under way at once, whomever they ask, is one thing to tell: the run stops, the runtime sends
/// nothing more, or no connection is trusted, as behind a proxy that opens TLS.
fn once(diagnostics: &mut Vec<Diagnostic>) {
    let mut told = Vec::new();
    diagnostics.retain(|finding| {
        let is_of_all = matches!(
            finding.code,
            Code::Interrupted | Code::GaveUp | Code::HostLimit | Code::FetchBroken | Code::CertificateRefused
        );
        let again = is_of_all && told.contains(&finding.code);
        told.push(finding.code);
        !again
    });
}
