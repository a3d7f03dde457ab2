//! `publish`: a bundle into R2 under a versioned key.

use std::collections::BTreeMap;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::failure::failure;
use super::session::Session;
use super::validate::read;
use super::{Credentials, Io, Options, r2_stores};
use crate::archive;
use crate::bundle::Form;
use crate::diagnostic::{Code, Diagnostic};
use crate::error::{Error, Exit};
use crate::kinds::worker::manifest::bundle_path;
use crate::manifest::{Places, Read, Source};
use crate::model::Syntax;
use crate::model::{check_object_key, hex};
use crate::r2::{Object, Put, Written};
use crate::resource::Build;

/// Digits of the SHA-256 that name a version.
const VERSION_DIGITS: usize = 12;

/// Where to publish.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PublishTarget {
    /// Bucket name.
    pub bucket: String,
    /// Object key; one that ends in `/` gets `<version>.js`, of a tar `<version>.tar`.
    pub key: String,
    /// Version in the key; default 12 hex digits of the bundle's SHA-256.
    pub version: Option<String>,
    /// `eu` or `fedramp`.
    pub jurisdiction: Option<String>,
    /// Account, where the credentials name none.
    pub account_id: Option<String>,
    /// Replace an object that is there.
    pub overwrite: bool,
}

/// What was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Published {
    /// Bucket name.
    pub bucket: String,
    /// Object key.
    pub key: String,
    /// 64 lower-case hex digits.
    pub sha256: String,
    /// Size of the object.
    pub bytes: usize,
    /// The same bytes were there already.
    pub existed: bool,
}

/// Where a document's bundle lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BundleTarget {
    /// Index of the document inside its file.
    pub document: usize,
    /// The file.
    pub file: String,
    /// Account id.
    pub account: String,
    /// Script name.
    pub script: String,
    /// Bucket name.
    pub bucket: String,
    /// Object key.
    pub key: String,
    /// `eu` or `fedramp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<String>,
    /// How the code is written, where the manifest states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Syntax>,
    /// How it is built, where the manifest states that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// Path of the scalar that holds the key.
    pub path: String,
    /// Path of the scalar that pins the bytes, where one stands in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
}

/// Writes a bundle to R2; an object that is there with other bytes stays unless `overwrite` says so.
///
/// # Errors
/// A bundle that no Worker could hold, a key that is taken, and requests that failed.
pub async fn publish(
    bytes: Bytes,
    target: &PublishTarget,
    credentials: &Credentials,
    options: &Options,
    io: &Io,
) -> Result<Published, Error> {
    let work = async |session: Session<'_>| put(&session, bytes, target, options).await;
    Session::run(io, credentials, options.timeout_ms, work).await
}

async fn put(
    session: &Session<'_>,
    bytes: Bytes,
    target: &PublishTarget,
    options: &Options,
) -> Result<Published, Error> {
    let credentials = session.credentials;
    let account =
        target.account_id.as_ref().or(options.account_id.as_ref()).or(credentials.account_id.as_ref()).ok_or_else(
            || {
                Error::new(Code::AccountUnknown, Exit::Usage, "no account is named")
                    .with_help("set CLOUDFLARE_ACCOUNT_ID")
            },
        )?;
    let form = Form::of(&bytes);
    form.check(&bytes).map_err(|finding| failure(vec![finding]))?;
    let sha256 = hex(&Sha256::digest(&bytes));
    let object = Object { bucket: target.bucket.clone(), key: key(target, &sha256, form)? };
    let mut keys = BTreeMap::new();
    let place = (target.bucket.as_str(), target.jurisdiction.as_deref());
    let store = r2_stores::store(session, account, place, &mut keys);
    let (store, _) = store.await.map_err(|finding| failure(vec![finding]))?;
    let size = bytes.len();
    let put = Put { content_type: form.content_type(), bytes: &bytes, sha256: &sha256, overwrite: target.overwrite };
    let written = store.put(&session.client, &object, &put).await.map_err(|error| failure(vec![error.diagnostic()]))?;
    let Object { bucket, key } = object;
    Ok(Published { bucket, key, sha256, bytes: size, existed: written == Written::Already })
}

/// Packs the files of a directory into a tar: the same files give the same bytes.
///
/// # Errors
/// A path that leads out of the directory.
pub fn pack(files: &BTreeMap<String, Bytes>) -> Result<Vec<u8>, Error> {
    archive::pack(files).map_err(|reason| Error::new(Code::BadArgument, Exit::Usage, reason))
}

fn key(target: &PublishTarget, sha256: &str, form: Form) -> Result<String, Error> {
    let usage = |message: String| Error::new(Code::ObjectAddress, Exit::Usage, message);
    let key = match (target.key.ends_with('/'), &target.version) {
        (true, Some(version)) => format!("{}{version}{}", target.key, form.extension()),
        (true, None) => {
            format!("{}{}{}", target.key, sha256.get(..VERSION_DIGITS).unwrap_or(sha256), form.extension())
        }
        (false, None) => target.key.clone(),
        (false, Some(_)) => return Err(usage("a version goes only with a key that ends in `/`".into())),
    };
    check_object_key(&key).map_err(|problem| usage(format!("the key `{key}` {problem}")))?;
    Ok(key)
}

/// Path of the pin that stands in a file: one that the call set is nowhere to be rewritten.
fn pin_in_file(places: &Places, document: usize) -> Option<String> {
    let bundle = bundle_path(places, document)?.strip_suffix("path")?;
    let path = format!("{bundle}sha256");
    if let Some((_, _, written)) = places.written_elsewhere(document, &path) {
        return Some(written);
    }
    let file = |path: &str| places.of_value(document, path).map(|place| place.file);
    (file(&path)? == file("kind")?).then_some(path)
}

/// Where each document's bundle lies.
///
/// # Errors
/// Bad manifests.
pub fn bundle_targets(sources: &[Source], options: &Options) -> Result<Vec<BundleTarget>, Error> {
    let Read { desired, diagnostics, places, .. } = read(sources, options, None);
    super::findings::stop_on_error(&diagnostics)?;
    let target = |manifest: &crate::resource::DesiredManifest| {
        let (source, document) = places.source(manifest.document)?;
        let bundle = manifest.script.bundle.as_ref()?;
        let path = bundle_path(&places, manifest.document)?;
        let own = || Some((sources.get(source)?.name.clone(), document, path.to_owned()));
        let (file, document, path) = places.written_elsewhere(manifest.document, path).or_else(own)?;
        Some(BundleTarget {
            document,
            file,
            account: manifest.identity.account.clone(),
            script: manifest.script.name.clone(),
            bucket: bundle.bucket.clone(),
            key: bundle.key.clone(),
            jurisdiction: bundle.jurisdiction.clone(),
            format: manifest.script.format,
            build: manifest.script.bundle.build.clone(),
            path,
            pin: bundle.sha256.as_ref().and_then(|_| pin_in_file(&places, manifest.document)),
        })
    };
    let targets: Vec<_> = desired.manifests.iter().filter_map(target).collect();
    if targets.is_empty() {
        return Err(failure(vec![Diagnostic::error(Code::Empty, "no manifest names a bundle")]));
    }
    Ok(targets)
}
