//! R2 of the accounts of a run: which keys it is asked with, and where.

use std::collections::BTreeMap;

use super::session::Session;
use crate::cloudflare::tokens;
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::kinds::{self, FilesInR2};
use crate::r2::{self, Credentials as S3Keys, Given, S3Endpoint, Store};
use crate::resource::{AssetsPlace, DesiredManifest, DesiredState};

/// R2 for each manifest, and what there is to say about the keys.
pub(super) struct Stores {
    /// By index of the manifest; none where it has no code.
    pub of_bundles: Vec<Option<Store>>,
    /// For each Worker whose static assets lie in R2: its index among the manifests, and whom to ask.
    pub of_sites: Vec<(usize, Store)>,
    /// For each document that names files by a prefix: its index among the stores, where they lie, whom to ask.
    pub of_files: Vec<(usize, FilesInR2, Store)>,
    pub findings: Vec<Diagnostic>,
}

/// Finds out which S3 keys to use. Keys that are derived from the API token need its id: one request an account.
pub(super) async fn keys(session: &Session<'_>, desired: &DesiredState) -> Result<Stores, Vec<Diagnostic>> {
    let (mut stores, mut findings, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    let mut derived: BTreeMap<String, S3Keys> = BTreeMap::new();
    for manifest in &desired.manifests {
        let Some(bundle) = &*manifest.script.bundle else {
            stores.push(None);
            continue;
        };
        let place = (bundle.bucket.as_str(), bundle.jurisdiction.as_deref());
        match store(session, &manifest.identity.account, place, &mut derived).await {
            Ok((store, told)) => {
                stores.push(Some(store));
                findings.extend(told);
            }
            Err(finding) => errors.push(finding),
        }
    }
    let mut of_files = Vec::new();
    for (index, account, files) in kinds::files_in_r2(desired) {
        let place = (files.bucket.as_str(), files.jurisdiction.as_deref());
        match store(session, account, place, &mut derived).await {
            Ok((store, told)) => {
                of_files.push((index, files, store));
                findings.extend(told);
            }
            Err(finding) => errors.push(finding),
        }
    }
    let mut of_sites = Vec::new();
    for (index, manifest) in desired.manifests.iter().enumerate() {
        let Some((bucket, jurisdiction)) = bucket_of_site(manifest) else { continue };
        match store(session, &manifest.identity.account, (bucket, jurisdiction), &mut derived).await {
            Ok((store, told)) => {
                of_sites.push((index, store));
                findings.extend(told);
            }
            Err(finding) => errors.push(finding),
        }
    }
    findings.dedup();
    errors.dedup();
    if errors.is_empty() { Ok(Stores { of_bundles: stores, of_sites, of_files, findings }) } else { Err(errors) }
}

/// The bucket that a Worker's static assets lie in, and its jurisdiction.
fn bucket_of_site(manifest: &DesiredManifest) -> Option<(&str, Option<&str>)> {
    // Files that whoever calls gave are not looked for.
    let assets = manifest.script.assets.as_ref().filter(|assets| assets.files.is_none())?;
    match &assets.place {
        AssetsPlace::Directory(_) => None,
        AssetsPlace::InR2 { bucket, jurisdiction, .. } => Some((bucket, jurisdiction.as_deref())),
    }
}

/// R2 of one account, for a bucket in a jurisdiction; with what there is to say about endpoint and keys.
pub(super) async fn store(
    session: &Session<'_>,
    account: &str,
    (bucket, jurisdiction): (&str, Option<&str>),
    derived: &mut BTreeMap<String, S3Keys>,
) -> Result<(Store, Vec<Diagnostic>), Diagnostic> {
    let r2 = session.credentials.r2.as_ref();
    let given_endpoint = r2.and_then(|r2| r2.endpoint.as_deref());
    let endpoint = S3Endpoint::choose(given_endpoint, account, jurisdiction)?.of_bucket(bucket)?;
    if session.api.is_local() && endpoint.is_cloudflare() {
        let message = format!("the API is on this machine, and R2 would be asked at `{}`", endpoint.host());
        return Err(Diagnostic::error(Code::R2ElsewhereThanApi, message)
            .with_help("set R2_ENDPOINT to the S3 address of Local Cloudflare, or use all that it wrote down")
            .by(CallOption::Local));
    }
    let told = given_endpoint.and_then(|_| endpoint.beside(jurisdiction));
    let keys = match r2 {
        Some(r2) => {
            S3Keys::pair(r2.access_key_id.as_deref(), r2.secret_access_key.as_ref(), r2.session_token.as_ref())?
        }
        None => None,
    };
    let (keys, finding) = match r2::given(keys, &endpoint) {
        Given::Use(keys) => (keys, None),
        Given::Derive(finding) => (derive(session, account, derived).await?, finding),
    };
    Ok((Store::new(endpoint, keys), told.into_iter().chain(finding).collect()))
}

async fn derive(
    session: &Session<'_>,
    account: &str,
    derived: &mut BTreeMap<String, S3Keys>,
) -> Result<S3Keys, Diagnostic> {
    if let Some(keys) = derived.get(account) {
        return Ok(keys.clone());
    }
    let token = session.api.token().ok_or_else(|| {
        Diagnostic::error(Code::CredentialsUnusable, "S3 keys can't be derived from a global API key")
            .with_help("set R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY, or use an API token")
    })?;
    let status = tokens::verify(&session.api, &session.client, account).await.map_err(|error| error.diagnostic())?;
    let keys = S3Keys::of_token(&status.id, token);
    derived.insert(account.to_owned(), keys.clone());
    Ok(keys)
}
