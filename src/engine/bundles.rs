//! Bundles of a run: opened together with the reads, read only where their bytes are needed.

use std::collections::{BTreeMap, BTreeSet};

use super::bundle_asks;
use super::session::Session;
use crate::bundle::{self, Modules, Stated};
use crate::cloudflare::tokens;
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::http::join_window;
use crate::model::marks::ScriptMarks;
use crate::plan::Plan;
use crate::r2::{self, Credentials as S3Keys, Given, Object, Reading, S3Endpoint, Store};
use crate::resource::Operation;
use crate::resource::{BundleFacts, DesiredManifest, DesiredState, LiveManifest, LiveState, LiveZone, ZoneRef};

/// More than any bundle file holds: code is at most 64 MiB, source maps come beside it.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// R2 for each manifest, and what there is to say about the keys.
pub(super) struct Stores {
    stores: Vec<Store>,
    pub findings: Vec<Diagnostic>,
}

/// The bundles of a run, by index of the manifest.
pub(super) struct Bundles<'a> {
    entries: Vec<Entry<'a>>,
}

#[derive(Default)]
struct Entry<'a> {
    /// Opened, its bytes not read yet.
    reading: Option<Reading<'a>>,
    modules: Option<Modules>,
}

/// Finds out which S3 keys to use. Keys that are derived from the API token need its id: one request an account.
pub(super) async fn keys(session: &Session<'_>, desired: &DesiredState) -> Result<Stores, Vec<Diagnostic>> {
    let (mut stores, mut findings, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    let mut derived: BTreeMap<String, S3Keys> = BTreeMap::new();
    for manifest in &desired.manifests {
        let bundle = &manifest.script.bundle;
        let place = (bundle.bucket.as_str(), bundle.jurisdiction.as_deref());
        match store(session, &manifest.identity.account, place, &mut derived).await {
            Ok((store, told)) => {
                stores.push(store);
                findings.extend(told);
            }
            Err(finding) => errors.push(finding),
        }
    }
    findings.dedup();
    errors.dedup();
    if errors.is_empty() { Ok(Stores { stores, findings }) } else { Err(errors) }
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

/// Starts to read all bundles; their heads come first.
pub(super) async fn open<'a>(
    session: &Session<'_>,
    desired: &DesiredState,
    stores: &'a Stores,
) -> Result<Bundles<'a>, Vec<Diagnostic>> {
    let opening = desired.manifests.iter().zip(&stores.stores).map(|(manifest, store)| async move {
        let bundle = &manifest.script.bundle;
        let object = Object { bucket: bundle.bucket.clone(), key: bundle.key.clone() };
        store.open(&session.client, &object).await
    });
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for answer in join_window(opening).await {
        match answer {
            Ok(reading) => entries.push(Entry { reading: Some(reading), modules: None }),
            Err(error) => errors.push(error.diagnostic()),
        }
    }
    if errors.is_empty() { Ok(Bundles { entries }) } else { Err(errors) }
}

impl Bundles<'_> {
    /// Fills in what is known of each bundle: by its ETag where that is the one of the last upload, else by its bytes.
    pub(super) async fn recognise(
        &mut self,
        session: &Session<'_>,
        desired: &DesiredState,
        live: &mut LiveState,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let mut unknown = BTreeSet::new();
        for (index, (entry, (manifest, state))) in
            self.entries.iter().zip(desired.manifests.iter().zip(&mut live.manifests)).enumerate()
        {
            match recorded(entry, manifest, state) {
                Some(facts) => state.bundle = Some(facts),
                None => drop(unknown.insert(index)),
            }
        }
        self.read(unknown, session, desired, live, diagnostics).await;
    }

    /// Reads the bundles that the plan uploads and whose bytes were not needed so far; the others are cancelled.
    /// Tells whether anything turned out different from what the plan was made with.
    pub(super) async fn fetch_what(
        &mut self,
        plan: &Plan,
        session: &Session<'_>,
        desired: &DesiredState,
        live: &mut LiveState,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let uploads = plan.steps.iter().filter(|step| matches!(step.operation, Operation::Upload(_)));
        let uploads: BTreeSet<usize> = uploads.map(|step| step.manifest).collect();
        let before: Vec<_> = live.manifests.iter().map(|state| state.bundle.clone()).collect();
        let mut needed = BTreeSet::new();
        for (index, entry) in self.entries.iter_mut().enumerate() {
            if entry.modules.is_none() && uploads.contains(&index) {
                needed.insert(index);
            } else if let Some(reading) = entry.reading.take() {
                reading.cancel();
            }
        }
        self.read(needed, session, desired, live, diagnostics).await;
        let sha = |facts: &Option<BundleFacts>| facts.as_ref().map(|facts| facts.sha256.clone());
        live.manifests.iter().zip(&before).any(|(state, before)| sha(&state.bundle) != sha(before))
    }

    async fn read(
        &mut self,
        indexes: BTreeSet<usize>,
        session: &Session<'_>,
        desired: &DesiredState,
        live: &mut LiveState,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let mut reading = Vec::new();
        for (index, entry) in self.entries.iter_mut().enumerate().filter(|(index, _)| indexes.contains(index)) {
            if let (Some(opened), Some(manifest)) = (entry.reading.take(), desired.manifests.get(index)) {
                reading.push(async move { (index, one(session, manifest, opened).await) });
            }
        }
        for (index, answer) in join_window(reading).await {
            let (Some(entry), Some(state)) = (self.entries.get_mut(index), live.manifests.get_mut(index)) else {
                continue;
            };
            match answer {
                Ok((etag, modules, findings)) => {
                    let size = Some(modules.size as u64);
                    state.bundle = Some(BundleFacts { etag, sha256: modules.sha256.clone(), size });
                    entry.modules = Some(modules);
                    diagnostics.extend(findings);
                }
                Err(finding) => diagnostics.push(*finding),
            }
        }
    }

    /// The code of each manifest, as far as it was read.
    pub(super) fn into_modules(self) -> impl Iterator<Item = Option<Modules>> {
        self.entries.into_iter().map(|entry| entry.modules)
    }
}

/// What our tag says of the bundle, where its ETag is still the same and no pin speaks against it.
fn recorded(entry: &Entry<'_>, manifest: &DesiredManifest, live: &LiveManifest) -> Option<BundleFacts> {
    let etag = entry.reading.as_ref()?.head.etag.as_ref()?;
    let mark = ScriptMarks::parse(&live.script.as_ref()?.tags).bundle.filter(|mark| mark.etag == *etag)?;
    let pinned = manifest.script.bundle.sha256.as_ref();
    pinned.is_none_or(|pin| *pin == mark.sha256).then_some(BundleFacts {
        etag: mark.etag,
        sha256: mark.sha256,
        size: None,
    })
}

/// Reads one bundle and checks it against its pin.
async fn one(
    session: &Session<'_>,
    manifest: &DesiredManifest,
    reading: Reading<'_>,
) -> Result<(String, Modules, Vec<Diagnostic>), Box<Diagnostic>> {
    let etag = reading.head.etag.clone().unwrap_or_default();
    let bytes = reading.read(&session.client, MOST_BYTES).await.map_err(|error| Box::new(error.diagnostic()))?;
    let script = &manifest.script;
    let stated = Stated { main_module: script.main_module.as_deref(), syntax: script.format };
    let (modules, mut findings) = bundle::read(bytes.into(), stated)?;
    findings.extend(bundle_asks::findings(&modules, script));
    let bundle = &manifest.script.bundle;
    match &bundle.sha256 {
        Some(pin) if *pin != modules.sha256 => {
            let message = format!(
                "r2://{}/{} has the sha256 {}, not the pinned {pin}",
                bundle.bucket, bundle.key, modules.sha256
            );
            let finding = Diagnostic::error(Code::BundleMismatch, message);
            Err(Box::new(
                finding.with_help(
                    "somebody replaced the object, or the pin is of another build: publish again and pin that",
                ),
            ))
        }
        _ => Ok((etag, modules, findings)),
    }
}

/// A manifest beside an empty account: a zone is there, nothing in it.
pub(super) fn offline(manifest: &DesiredManifest) -> LiveManifest {
    let zone = manifest.routing.as_ref().map(|routing| LiveZone {
        id: match &routing.zone {
            ZoneRef::Id(id) => id.clone(),
            ZoneRef::Name(_) | ZoneRef::OfHostname => String::new(),
        },
        ..LiveZone::default()
    });
    LiveManifest { zone, ..LiveManifest::default() }
}
