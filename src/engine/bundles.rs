//! Bundles of a run: opened together with the reads, read only where their bytes are needed.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::bundle_asks;
use super::code::{BundleCode, MOST_BYTES, object, stated};
use super::session::Session;
use crate::apply;
use crate::bundle::{self, Modules, Window};
use crate::cloudflare::tokens;
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::http::join_window;
use crate::kinds::{self, FilesInR2};
use crate::model::marks::ScriptMarks;
use crate::plan::Plan;
use crate::r2::{self, Credentials as S3Keys, Given, ObjectHead, R2Error, Reading, S3Endpoint, Store};
use crate::resource::{
    Bundle, BundleFacts, DesiredManifest, DesiredScript, DesiredState, LiveManifest, LiveState, LiveZone, ZoneRef,
};

/// Answers of R2 that wait unread while the account is read. Each keeps a connection, and a Worker may have six at once.
/// <https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections>
const MOST_UNREAD: usize = 4;

/// R2 for each manifest, and what there is to say about the keys.
pub(super) struct Stores {
    stores: Vec<Store>,
    /// For each document that names files by a prefix: its index among the stores, where they lie, whom to ask.
    pub of_files: Vec<(usize, FilesInR2, Store)>,
    pub findings: Vec<Diagnostic>,
}

/// The bundles of a run, by index of the manifest.
pub(super) struct Bundles {
    entries: Vec<Entry>,
    window: Rc<Window>,
}

struct Entry {
    store: Store,
    head: ObjectHead,
    /// Opened, its bytes not read yet.
    reading: Option<Reading>,
    /// Read, and kept for the upload.
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
    findings.dedup();
    errors.dedup();
    if errors.is_empty() { Ok(Stores { stores, of_files, findings }) } else { Err(errors) }
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

/// Starts to read all bundles; their heads come first. Only some wait unread.
pub(super) async fn open(
    session: &Session<'_>,
    desired: &DesiredState,
    stores: &Stores,
) -> Result<Bundles, Vec<Diagnostic>> {
    let opening =
        desired.manifests.iter().zip(&stores.stores).enumerate().map(|(index, (manifest, store))| async move {
            let reading = store.open(&session.client, &object(&manifest.script)).await?;
            let head = reading.head.clone();
            if index < MOST_UNREAD {
                return Ok(Entry { store: store.clone(), reading: Some(reading), head, modules: None });
            }
            reading.cancel();
            Ok(Entry { store: store.clone(), reading: None, head, modules: None })
        });
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for answer in join_window(opening).await {
        match answer {
            Ok(entry) => entries.push(entry),
            Err(error) => errors.push(R2Error::diagnostic(&error)),
        }
    }
    if errors.is_empty() { Ok(Bundles { entries, window: Rc::default() }) } else { Err(errors) }
}

impl Bundles {
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

    /// Reads the bundles that the plan uploads and whose bytes were not seen so far, and lets go of the others. Tells
    /// whether anything turned out different from what the plan was made with.
    pub(super) async fn fetch_what(
        &mut self,
        plan: &Plan,
        session: &Session<'_>,
        desired: &DesiredState,
        live: &mut LiveState,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let uploads = uploads(plan);
        let before: Vec<_> = live.manifests.iter().map(|state| state.bundle.clone()).collect();
        let mut needed = BTreeSet::new();
        for (index, (entry, facts)) in self.entries.iter_mut().zip(&before).enumerate() {
            if uploads.contains(&index) {
                // A mark says what was uploaded once, never that it is what lies there.
                needed.extend(facts.as_ref().is_none_or(|facts| facts.size.is_none()).then_some(index));
                continue;
            }
            entry.modules = None;
            if let Some(reading) = entry.reading.take() {
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
        let at_hand = AtHand::of(&self.entries);
        let mut reading = Vec::new();
        for (index, entry) in self.entries.iter_mut().enumerate().filter(|(index, _)| indexes.contains(index)) {
            let Some(manifest) = desired.manifests.get(index) else { continue };
            let (window, at_hand) = (&self.window, &at_hand);
            reading.push(async move {
                let _place = window.enter(entry.bytes()).await;
                let answer = one(session, manifest, entry).await;
                let answer = answer.map(|(facts, modules, findings)| {
                    entry.modules = at_hand.keep(entry.bytes(), modules);
                    (facts, findings)
                });
                (index, answer)
            });
        }
        for (index, answer) in join_window(reading).await {
            match (answer, live.manifests.get_mut(index)) {
                (Ok((facts, findings)), Some(state)) => {
                    state.bundle = Some(facts);
                    diagnostics.extend(findings);
                }
                (Err(finding), _) => diagnostics.push(*finding),
                (Ok(_), None) => {}
            }
        }
    }

    /// The code of each manifest that the plan uploads.
    pub(super) fn into_code(
        self,
        session: &Session<'_>,
        desired: &DesiredState,
        live: &LiveState,
        plan: &Plan,
    ) -> Vec<Option<Box<dyn apply::Code>>> {
        let uploads = uploads(plan);
        let entries = self.entries.into_iter().zip(desired.manifests.iter().zip(&live.manifests)).enumerate();
        let code = entries.map(|(index, (entry, (manifest, state)))| {
            let facts = state.bundle.clone().filter(|_| uploads.contains(&index))?;
            let code = BundleCode {
                object: object(&manifest.script),
                bytes: entry.bytes(),
                store: entry.store,
                client: session.client.clone(),
                window: self.window.clone(),
                facts,
                script: manifest.script.clone(),
                modules: Cell::new(entry.modules),
            };
            Some(Box::new(code) as Box<dyn apply::Code>)
        });
        code.collect()
    }
}

impl Entry {
    /// Of the file; more than any where that is not told.
    fn bytes(&self) -> usize {
        self.head.size.and_then(|size| usize::try_from(size).ok()).unwrap_or(MOST_BYTES)
    }
}

/// Modules that stay until their upload: small ones while they fit, and the only one of a run, whatever its size. Others
/// are read again when their turn comes.
struct AtHand {
    is_only_one: bool,
    bytes: Cell<usize>,
}

impl AtHand {
    fn of(entries: &[Entry]) -> Self {
        let bytes = entries.iter().filter(|entry| entry.modules.is_some()).map(Entry::bytes).sum();
        Self { is_only_one: entries.len() == 1, bytes: Cell::new(bytes) }
    }

    fn keep(&self, bytes: usize, modules: Modules) -> Option<Modules> {
        let together = self.bytes.get().saturating_add(bytes);
        if !self.is_only_one && together > Window::BYTES {
            return None;
        }
        self.bytes.set(together);
        Some(modules)
    }
}

/// The manifests whose code a plan uploads.
fn uploads(plan: &Plan) -> BTreeSet<usize> {
    let uploads = plan.steps.iter().filter(|step| step.operation.takes_code());
    uploads.map(|step| step.manifest).collect()
}

/// What our tag says of the bundle, where its ETag is still the same and no pin speaks against it.
fn recorded(entry: &Entry, manifest: &DesiredManifest, live: &LiveManifest) -> Option<BundleFacts> {
    let etag = entry.head.etag.as_ref()?;
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
    entry: &mut Entry,
) -> Result<(BundleFacts, Modules, Vec<Diagnostic>), Box<Diagnostic>> {
    let told = |error: R2Error| Box::new(error.diagnostic());
    let script = &manifest.script;
    let etag = entry.head.etag.clone();
    let reading = match entry.reading.take() {
        Some(reading) => reading,
        None => entry.store.reopen(&session.client, &object(script), etag.as_deref()).await.map_err(told)?,
    };
    let bytes = reading.read(&session.client, MOST_BYTES).await.map_err(told)?;
    let (modules, mut findings) = bundle::read(bytes.into(), stated(script))?;
    findings.extend(bundle_asks::findings(&modules, script));
    if let Some(pin) = script.bundle.sha256.as_ref().filter(|pin| **pin != modules.sha256) {
        return Err(Box::new(mismatch(script, &modules.sha256, pin)));
    }
    let (etag, sha256) = (etag.unwrap_or_default(), modules.sha256.clone());
    Ok((BundleFacts { etag, sha256, size: Some(modules.size as u64) }, modules, findings))
}

fn mismatch(script: &DesiredScript, found: &str, pin: &str) -> Diagnostic {
    let Bundle { bucket, key, .. } = &script.bundle;
    let message = format!("r2://{bucket}/{key} has the sha256 {found}, not the pinned {pin}");
    Diagnostic::error(Code::BundleMismatch, message)
        .with_help("somebody replaced the object, or the pin is of another build: publish again and pin that")
}

/// A manifest beside an empty account: its zones are there, nothing in them.
pub(super) fn offline(manifest: &DesiredManifest) -> LiveManifest {
    let zones = manifest.routing.iter().map(|host| LiveZone {
        id: match &host.zone {
            ZoneRef::Id(id) => id.clone(),
            ZoneRef::Referred(_) | ZoneRef::Name(_) | ZoneRef::OfHostname => String::new(),
        },
        ..LiveZone::default()
    });
    LiveManifest { zones_of_hosts: zones.collect(), ..LiveManifest::default() }
}
