//! `validate`: everything that can be said without looking at an account.

use serde::Serialize;

use super::Options;
use crate::diagnostic::{Diagnostic, any_error};
use crate::manifest::{self, Read, ReadOptions, Source};

/// What validation says.
#[derive(Clone, Debug, Serialize)]
pub struct Validation {
    /// No finding stops a run.
    pub ok: bool,
    /// All findings, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// Documents that could be read.
    pub manifests: Vec<ValidManifest>,
}

/// A document that could be read.
#[derive(Clone, Debug, Serialize)]
pub struct ValidManifest {
    /// Index among all documents of the run.
    pub document: usize,
    /// Its kind.
    pub kind: &'static str,
    /// What the marks will carry.
    pub id: String,
    /// `metadata.org`.
    pub org: String,
    /// `metadata.env`.
    pub env: String,
    /// `metadata.name`.
    pub name: String,
    /// Account id.
    pub account: String,
    /// Script name.
    pub script: String,
    /// Source that it stands in.
    pub file: Option<String>,
}

/// Checks manifests.
pub fn validate(sources: &[Source], options: &Options) -> Validation {
    let Read { desired, diagnostics, places, .. } = read(sources, options, None);
    let manifests = desired.manifests.iter().map(|manifest| ValidManifest {
        document: manifest.document,
        kind: "CloudflareWorker",
        id: manifest.identity.id(),
        org: manifest.identity.org.clone(),
        env: manifest.identity.env.clone(),
        name: manifest.identity.name.clone(),
        account: manifest.identity.account.clone(),
        script: manifest.script.name.clone(),
        file: places.source(manifest.document).and_then(|(source, _)| Some(sources.get(source)?.name.clone())),
    });
    Validation { ok: !any_error(&diagnostics), manifests: manifests.collect(), diagnostics }
}

/// Reads manifests as every call does; `account_id` is the one that the credentials name.
pub(super) fn read(sources: &[Source], options: &Options, account_id: Option<&str>) -> Read {
    manifest::read(sources, &read_options(options, account_id))
}

/// What a call says beside its manifests.
pub(super) fn read_options(options: &Options, account_id: Option<&str>) -> ReadOptions {
    let account_id = options.account_id.as_deref().or(account_id);
    ReadOptions {
        today: options.today.clone(),
        account_id: account_id.map(str::to_owned),
        values: options.values.clone(),
        without_values: false,
        set: options.set.clone(),
        allow_env: options.allow_env.clone(),
    }
}
