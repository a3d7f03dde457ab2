//! `validate`: everything that can be said without looking at an account.

use schemars::JsonSchema;
use serde::Serialize;

use super::Options;
use crate::diagnostic::{Diagnostic, any_error};
use crate::kinds;
use crate::manifest::{Read, ReadOptions, Source};
use crate::model::Identity;
use crate::resource::AssetsPlace;

/// What validation says.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Validation {
    /// No finding is an error.
    pub ok: bool,
    /// All findings, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// Documents that could be read.
    pub manifests: Vec<ValidManifest>,
}

/// A document that was read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ManifestInfo")]
pub struct ValidManifest {
    /// Index among all documents of the run.
    pub document: usize,
    /// Its kind.
    #[schemars(extend("enum" = kinds::names()))]
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
    /// Script name of a Worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Directory that `spec.migrations` names, as it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migrations: Option<String>,
    /// Directory that `spec.assets` names, as it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assets: Option<String>,
    /// Source that it stands in.
    pub file: String,
}

/// Checks manifests.
pub fn validate(sources: &[Source], options: &Options) -> Validation {
    let Read { desired, diagnostics, places, .. } = read(sources, options, None);
    let file = |document| Some(sources.get(places.source(document)?.0)?.name.clone());
    let valid = |document: usize, kind: &'static str, identity: &Identity, script: Option<&str>| ValidManifest {
        document,
        kind,
        id: identity.id(),
        org: identity.org.clone(),
        env: identity.env.clone(),
        name: identity.name.clone(),
        account: identity.account.clone(),
        script: script.map(str::to_owned),
        migrations: None,
        assets: None,
        file: file(document).unwrap_or_default(),
    };
    let workers = desired.manifests.iter().map(|manifest| ValidManifest {
        assets: manifest.script.assets.as_ref().and_then(|assets| match &assets.place {
            AssetsPlace::Directory(directory) => Some(directory.clone()),
            AssetsPlace::InR2 { .. } => None,
        }),
        ..valid(manifest.document, "CloudflareWorker", &manifest.identity, Some(&manifest.script.name))
    });
    let stores = desired.stores.iter().map(|store| ValidManifest {
        migrations: kinds::directory(store).map(str::to_owned),
        ..valid(store.document, store.kind, &store.identity, None)
    });
    let mut manifests: Vec<ValidManifest> = workers.chain(stores).collect();
    manifests.sort_by_key(|manifest| manifest.document);
    Validation { ok: !any_error(&diagnostics), manifests, diagnostics }
}

/// Reads manifests as every call does; `account_id` is the one that the credentials name.
pub(super) fn read(sources: &[Source], options: &Options, account_id: Option<&str>) -> Read {
    kinds::read(sources, &read_options(options, account_id))
}

/// What a call says beside its manifests.
pub(super) fn read_options(options: &Options, account_id: Option<&str>) -> ReadOptions {
    let account_id = options.account_id.as_deref().or(account_id);
    ReadOptions {
        files: options.migrations.clone(),
        assets: options.assets.clone(),
        today: options.today.clone(),
        account_id: account_id.map(str::to_owned),
        values: options.values.clone(),
        without_values: false,
        set: options.set.clone(),
        allow_env: options.allow_env.clone(),
        environment: options.environment.clone(),
        overlays: options.overlays.clone(),
        guesses: false,
    }
}
