//! Bundles of a run: opened together with the reads, read only where their bytes are needed.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::bundle_asks;
use super::code::{BundleCode, MOST_BYTES, NoCode, object, stated};
use super::content::{self, OfBundle};
use super::r2_stores::Stores;
use super::session::Session;
use crate::apply;
use crate::bundle::{self, Modules, Window};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::join_window;
use crate::model::Syntax;
use crate::model::marks::ScriptMarks;
use crate::plan::Plan;
use crate::r2::{ObjectHead, R2Error, Reading, Store};
use crate::resource::{Bundle, BundleFacts, DesiredManifest, DesiredState, LiveManifest, LiveState};

/// Answers of R2 that wait unread while the account is read. Each keeps a connection, and a Worker may have six at once.
/// <https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections>
const MOST_UNREAD: usize = 4;

/// The bundles of a run, by index of the manifest.
pub(super) struct Bundles {
    /// None where a Worker has no code.
    entries: Vec<Option<Entry>>,
    window: Rc<Window>,
    /// Modules of the bundles, where the live ones are compared with them.
    listed: Option<BTreeMap<usize, OfBundle>>,
}

struct Entry {
    bundle: Bundle,
    store: Store,
    head: ObjectHead,
    /// Opened, its bytes not read yet.
    reading: Option<Reading>,
    /// Read, and kept for the upload.
    modules: Option<Modules>,
    /// How its code is written, once it was read.
    syntax: Option<Syntax>,
}

/// Starts to read all bundles; their heads come first. Only some wait unread.
pub(super) async fn open(
    session: &Session<'_>,
    desired: &DesiredState,
    stores: &Stores,
) -> Result<Bundles, Vec<Diagnostic>> {
    let opening =
        desired.manifests.iter().zip(&stores.of_bundles).enumerate().map(|(index, (manifest, store))| async move {
            let (Some(bundle), Some(store)) = (&*manifest.script.bundle, store) else { return Ok(None) };
            let (bundle, store) = (bundle.clone(), store.clone());
            let reading = store.open(&session.client, &object(&bundle)).await?;
            let head = reading.head.clone();
            if index < MOST_UNREAD {
                return Ok(Some(Entry { bundle, store, reading: Some(reading), head, modules: None, syntax: None }));
            }
            reading.cancel();
            Ok(Some(Entry { bundle, store, reading: None, head, modules: None, syntax: None }))
        });
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for answer in join_window(opening).await {
        match answer {
            Ok(entry) => entries.push(entry),
            Err(error) => errors.push(R2Error::diagnostic(&error)),
        }
    }
    if errors.is_empty() { Ok(Bundles { entries, window: Rc::default(), listed: None }) } else { Err(errors) }
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
            let Some(entry) = entry else { continue };
            match recorded(entry, manifest, state) {
                Some(facts) => state.bundle = Some(facts),
                None => drop(unknown.insert(index)),
            }
        }
        self.read(unknown, session, desired, live, diagnostics).await;
    }

    /// Compares all of what is live with the bundles, whatever is known of them.
    pub(super) async fn verify(
        &mut self,
        session: &Session<'_>,
        desired: &DesiredState,
        live: &mut LiveState,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        self.listed = Some(BTreeMap::new());
        let all = self.entries.iter().enumerate().filter_map(|(index, entry)| entry.as_ref().map(|_| index)).collect();
        self.read(all, session, desired, live, diagnostics).await;
        let listed = self.listed.take().unwrap_or_default();
        diagnostics.extend(content::compare(session, desired, live, &listed).await);
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
            let Some(entry) = entry else { continue };
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
        let lists = self.listed.is_some();
        let mut reading = Vec::new();
        for (index, entry) in self.entries.iter_mut().enumerate().filter(|(index, _)| indexes.contains(index)) {
            let (Some(manifest), Some(entry)) = (desired.manifests.get(index), entry) else { continue };
            let (window, at_hand) = (&self.window, &at_hand);
            reading.push(async move {
                let _place = window.enter(entry.bytes()).await;
                let answer = one(session, manifest, entry).await;
                let answer = answer.map(|(facts, modules, findings)| {
                    let listed = lists.then(|| OfBundle::of(&modules));
                    entry.syntax = Some(modules.syntax);
                    entry.modules = at_hand.keep(entry.bytes(), modules);
                    (facts, findings, listed)
                });
                (index, answer)
            });
        }
        for (index, answer) in join_window(reading).await {
            match (answer, live.manifests.get_mut(index)) {
                (Ok((facts, findings, listed)), Some(state)) => {
                    state.bundle = Some(facts);
                    self.listed.iter_mut().zip(listed).for_each(|(all, listed)| drop(all.insert(index, listed)));
                    diagnostics.extend(findings);
                }
                (Err(finding), _) => diagnostics.push(*finding),
                (Ok(_), None) => {}
            }
        }
    }

    /// Names of the Workers that the plan uploads and whose code is of service-worker syntax.
    pub(super) fn service_workers<'a>(&self, plan: &Plan, desired: &'a DesiredState) -> Vec<&'a str> {
        let uploads = uploads(plan);
        let both = self.entries.iter().zip(&desired.manifests).enumerate();
        let are = both.filter(|(index, (entry, _))| {
            uploads.contains(index) && entry.as_ref().is_some_and(|it| it.syntax == Some(Syntax::ServiceWorker))
        });
        are.map(|(_, (_, manifest))| manifest.script.name.as_str()).collect()
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
            let Some(entry) = entry else {
                let code = NoCode { window: self.window.clone() };
                return uploads.contains(&index).then(|| Box::new(code) as Box<dyn apply::Code>);
            };
            let facts = state.bundle.clone().filter(|_| uploads.contains(&index))?;
            let code = BundleCode {
                object: object(&entry.bundle),
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
    fn of(entries: &[Option<Entry>]) -> Self {
        let entries = || entries.iter().flatten();
        let bytes = entries().filter(|entry| entry.modules.is_some()).map(Entry::bytes).sum();
        Self { is_only_one: entries().count() == 1, bytes: Cell::new(bytes) }
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
pub(super) fn uploads(plan: &Plan) -> BTreeSet<usize> {
    let uploads = plan.steps.iter().filter(|step| step.operation.takes_code());
    uploads.map(|step| step.manifest).collect()
}

/// What our tag says of the bundle, where its ETag is still the same and no pin speaks against it. Of a tar it tells the
/// digest of the modules, which no pin is compared with: that one is read.
fn recorded(entry: &Entry, manifest: &DesiredManifest, live: &LiveManifest) -> Option<BundleFacts> {
    let etag = entry.head.etag.as_ref()?;
    let mark = ScriptMarks::parse(&live.script.as_ref()?.tags).bundle.filter(|mark| mark.etag == *etag)?;
    let pinned = manifest.script.bundle.as_ref().and_then(|bundle| bundle.sha256.as_ref());
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
        None => entry.store.reopen(&session.client, &object(&entry.bundle), etag.as_deref()).await.map_err(told)?,
    };
    let bytes = reading.read(&session.client, MOST_BYTES).await.map_err(told)?;
    let (modules, mut findings) = bundle::read(bytes.into(), stated(script))?;
    findings.extend(bundle_asks::findings(&modules, script));
    if let Some(pin) = entry.bundle.sha256.as_ref().filter(|pin| **pin != modules.file_sha256) {
        return Err(Box::new(mismatch(&entry.bundle, &modules.file_sha256, pin)));
    }
    let (etag, sha256) = (etag.unwrap_or_default(), modules.sha256.clone());
    Ok((BundleFacts { etag, sha256, size: Some(modules.size as u64) }, modules, findings))
}

fn mismatch(bundle: &Bundle, found: &str, pin: &str) -> Diagnostic {
    let message = format!("{bundle} has the sha256 {found}, not the pinned {pin}");
    Diagnostic::error(Code::BundleMismatch, message)
        .with_help("somebody replaced the object, or the pin is of another build: publish again and pin that")
}
