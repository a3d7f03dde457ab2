//! Findings of a run: where they stand in its files, and when they end it.

use super::failure::failure;
use crate::diagnostic::{Diagnostic, any_error};
use crate::error::Error;
use crate::kinds::Failure;
use crate::manifest::Places;

/// Ends the run when a finding asks for it; nothing was written.
pub(super) fn stop_on_error(diagnostics: &[Diagnostic]) -> Result<(), Error> {
    if any_error(diagnostics) { Err(failure(diagnostics.to_vec())) } else { Ok(()) }
}

/// A result, or nothing after its findings were told.
pub(super) fn told<T>(result: Result<T, Vec<Diagnostic>>, diagnostics: &mut Vec<Diagnostic>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(findings) => {
            diagnostics.extend(findings);
            None
        }
    }
}

/// Adds the place of a finding's path.
fn placed(places: &Places, document: usize, finding: Diagnostic) -> Diagnostic {
    let place = finding.path().and_then(|path| places.at(document, path));
    finding.at(place)
}

/// The same for findings of several documents.
pub(super) fn all_placed(places: &Places, findings: Vec<(usize, Diagnostic)>) -> Vec<Diagnostic> {
    findings.into_iter().map(|(document, finding)| placed(places, document, finding)).collect()
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
pub(super) fn in_files(places: &Places, findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let in_file = |finding: Diagnostic| match finding.document {
        Some(document) => placed(places, document, finding),
        None => finding,
    };
    findings.into_iter().map(in_file).collect()
}
