//! The manifests of a call, read until nothing of them stands in its way.

use super::Options;
use super::failure::failure;
use super::findings::{all_placed, stop_on_error};
use super::session::Session;
use super::validate::read_options;
use crate::diagnostic::{Code, Diagnostic};
use crate::error::Error;
use crate::kinds;
use crate::manifest::{Places, Read, ReadOptions, Source};
use crate::resource::DesiredState;

/// For a call that needs all of them.
pub(super) fn read_manifests(
    session: &Session<'_>,
    sources: &[Source],
    options: &Options,
) -> Result<(Read, Vec<Diagnostic>), Error> {
    read_with(sources, &read_options(options, session.credentials.account_id.as_deref()))
}

/// The same, with what the call says beside them.
pub(super) fn read_with(sources: &[Source], options: &ReadOptions) -> Result<(Read, Vec<Diagnostic>), Error> {
    let mut read = kinds::read(sources, options);
    let diagnostics = std::mem::take(&mut read.diagnostics);
    stop_on_error(&diagnostics)?;
    Ok((read, diagnostics))
}

/// The manifests, even where nothing but values of variables is missing: then the rest can be looked at all the same.
pub(super) fn read_inputs(sources: &[Source], options: ReadOptions) -> Result<(Read, Vec<Diagnostic>), Error> {
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

/// Files that documents refer to, and nobody gave.
pub(super) fn unread(desired: &DesiredState, places: &Places) -> Vec<Diagnostic> {
    all_placed(places, kinds::unread(desired))
}
