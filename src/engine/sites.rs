//! Static assets that lie in R2: looked at together with the account, read only where they differ from what was sent
//! last, or have to go up.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::bundles::uploads;
use super::r2_stores::Stores;
use super::session::Session;
use crate::archive;
use crate::assets::IGNORE;
use crate::bundle::Window;
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::http::join_window;
use crate::model::marks::{self, ScriptMarks};
use crate::plan::Plan;
use crate::r2::{Depth, ListedObject, Object, R2Error, R2ErrorKind, Store};
use crate::resource::{AssetsPlace, DesiredAssets, DesiredState, KnownAssets, LiveState};

/// The field that names the place.
const ASSETS: &str = "spec.assets";
/// Files of a site stay in memory until they are sent.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// Where other tools keep the code of a site: it would be there for everybody to read.
const CODE: &str = "/_worker.js";

type Files = BTreeMap<String, Bytes>;

/// The sites of a run that lie in R2.
pub(super) struct Sites {
    entries: Vec<Site>,
    window: Rc<Window>,
}

struct Site {
    /// Of its manifest.
    index: usize,
    store: Store,
    place: Object,
    found: Found,
    is_read: bool,
}

/// What lies there, without its bytes.
enum Found {
    Tar { etag: Option<String>, size: usize },
    Objects(Vec<ListedObject>),
}

/// Looks at all of them: a tar's head, a prefix's list.
pub(super) async fn open(
    session: &Session<'_>,
    desired: &DesiredState,
    stores: &Stores,
) -> Result<Sites, Vec<(usize, Diagnostic)>> {
    let looking = stores.of_sites.iter().filter_map(|(index, store)| {
        let manifest = desired.manifests.get(*index)?;
        let place = &manifest.script.assets.as_ref()?.place;
        Some(async move {
            let found = look(session, store, place).await;
            found
                .map(|(place, found)| Site { index: *index, store: store.clone(), place, found, is_read: false })
                .map_err(|finding| (manifest.document, finding.on(ASSETS)))
        })
    });
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for answer in join_window(looking).await {
        match answer {
            Ok(site) => entries.push(site),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(Sites { entries, window: Rc::default() }) } else { Err(errors) }
}

async fn look(session: &Session<'_>, store: &Store, place: &AssetsPlace) -> Result<(Object, Found), Diagnostic> {
    let told = |error: R2Error| error.diagnostic();
    let AssetsPlace::InR2 { bucket, key, .. } = place else {
        return Err(Diagnostic::error(Code::Internal, "a directory is not looked for in R2"));
    };
    let object = Object { bucket: bucket.clone(), key: key.clone() };
    if place.is_prefix() {
        let listed = store.list(&session.client, &object, Depth::All).await.map_err(told)?;
        // What stands for a folder in a dashboard is no file.
        let listed: Vec<ListedObject> = listed.into_iter().filter(|object| !object.key.ends_with('/')).collect();
        if listed.is_empty() {
            return Err(refused(format!("no object lies under `{}`", plain(&place.to_string(), 300))));
        }
        fits(listed.iter().map(|object| object.size).sum(), place)?;
        return Ok((object, Found::Objects(listed)));
    }
    match store.head(&session.client, &object).await.map_err(told)? {
        Some(head) => {
            let size = head.size.unwrap_or_default();
            fits(size, place)?;
            let size = usize::try_from(size).unwrap_or(MOST_BYTES);
            Ok((object, Found::Tar { etag: head.etag, size }))
        }
        None => {
            let message = format!("`{}` is not there", plain(&place.to_string(), 300));
            Err(refused(message).with_help("publish it: `cfworker-deploy publish DIR r2://BUCKET/KEY`"))
        }
    }
}

fn fits(bytes: u64, place: &AssetsPlace) -> Result<(), Diagnostic> {
    if bytes <= MOST_BYTES as u64 {
        return Ok(());
    }
    let message = format!("the static assets in `{}` have {bytes} bytes", plain(&place.to_string(), 300));
    Err(refused(message)
        .with_help(format!("at most {MOST_BYTES} go through one run: serve large files from R2 itself")))
}

fn refused(message: String) -> Diagnostic {
    Diagnostic::error(Code::Assets, message)
}

impl Sites {
    /// Fills in what is known of each: by our mark where the place still holds what was sent last, else by its bytes.
    pub(super) async fn recognise(
        &mut self,
        session: &Session<'_>,
        desired: &mut DesiredState,
        live: &LiveState,
    ) -> Vec<(usize, Diagnostic)> {
        let mut unknown = BTreeSet::new();
        for site in &self.entries {
            let script = live.manifests.get(site.index).and_then(|live| live.script.as_ref());
            let mark = script.and_then(|script| ScriptMarks::parse(&script.tags).assets);
            let source = site.found.source();
            match mark.filter(|mark| source.as_ref() == Some(&mark.source)) {
                Some(mark) => {
                    if let Some(assets) = assets_of(desired, site.index) {
                        assets.known = Some(KnownAssets { source, digest: mark.digest });
                    }
                }
                None => drop(unknown.insert(site.index)),
            }
        }
        self.read(unknown, session, desired).await
    }

    /// Reads those that the plan uploads and that were not read so far; whether there were any.
    pub(super) async fn fetch_what(
        &mut self,
        plan: &Plan,
        session: &Session<'_>,
        desired: &mut DesiredState,
    ) -> (bool, Vec<(usize, Diagnostic)>) {
        let uploads = uploads(plan);
        let unread = self.entries.iter().filter(|site| !site.is_read).map(|site| site.index);
        let needed: BTreeSet<usize> = unread.filter(|index| uploads.contains(index)).collect();
        let reads = !needed.is_empty();
        (reads, self.read(needed, session, desired).await)
    }

    async fn read(
        &mut self,
        indexes: BTreeSet<usize>,
        session: &Session<'_>,
        desired: &mut DesiredState,
    ) -> Vec<(usize, Diagnostic)> {
        let window = &self.window;
        let due = self.entries.iter_mut().filter(|site| indexes.contains(&site.index));
        let reading = due.map(|site| async move {
            site.is_read = true;
            (site.index, site.found.source(), files(session, site, window).await)
        });
        let mut findings = Vec::new();
        for (index, source, answer) in join_window(reading).await {
            let document = desired.manifests.get(index).map_or(0, |manifest| manifest.document);
            let Some(assets) = assets_of(desired, index) else { continue };
            let told = match answer {
                Ok(files) => give(assets, source, &files),
                Err(finding) => vec![*finding],
            };
            findings.extend(told.into_iter().map(|finding| (document, finding.on(ASSETS))));
        }
        findings
    }
}

fn assets_of(desired: &mut DesiredState, index: usize) -> Option<&mut DesiredAssets> {
    desired.manifests.get_mut(index)?.script.assets.as_mut()
}

/// What is wrong with files that nobody on this side has picked.
fn give(assets: &mut DesiredAssets, source: Option<String>, files: &Files) -> Vec<Diagnostic> {
    let place = plain(&assets.place.to_string(), 300);
    let publish = "publish the directory by `cfworker-deploy publish`, from where such files were taken out";
    for (path, what) in [(IGNORE, "says which files are none of the site"), (CODE, "looks like code of the Worker")] {
        if files.keys().any(|name| name == path || name.starts_with(&format!("{path}/"))) {
            let name = path.trim_start_matches('/');
            return vec![refused(format!("`{name}` in `{place}` {what}")).with_help(publish)];
        }
    }
    if let Err(name) = assets.give(source, files) {
        return vec![refused(format!("`{name}` in `{place}` is no text in UTF-8"))];
    }
    let refusals = assets.files.iter().flat_map(|files| files.refused());
    refusals.map(refused).collect()
}

impl Found {
    /// What stands for the content without its bytes: the same source is the same content.
    fn source(&self) -> Option<String> {
        let told = match self {
            Self::Tar { etag, .. } => json!(etag.as_ref()?),
            Self::Objects(objects) => {
                let each = |object: &ListedObject| Some(json!([object.key, object.etag.as_ref()?, object.size]));
                json!(objects.iter().map(each).collect::<Option<Vec<_>>>()?)
            }
        };
        Some(marks::short_digest(&Sha256::digest(told.to_string().as_bytes())))
    }
}

/// All files of a site by path, which starts with `/`.
async fn files(session: &Session<'_>, site: &Site, window: &Rc<Window>) -> Result<Files, Box<Diagnostic>> {
    match &site.found {
        Found::Tar { etag, size } => {
            let _place = window.enter(*size).await;
            let bytes = read(session, &site.store, &site.place, etag.as_deref()).await?;
            let files = if archive::is_archive(&bytes) {
                archive::files(&bytes.into(), MOST_BYTES)
            } else {
                Err("it is no tar".into())
            };
            let files = files.map_err(|reason| {
                let Object { bucket, key } = &site.place;
                refused(format!("`r2://{bucket}/{}` can't be read: {reason}", plain(key, 300)))
            })?;
            Ok(files.into_iter().map(|(path, content)| (format!("/{path}"), content)).collect())
        }
        Found::Objects(objects) => {
            let each = objects.iter().map(|listed| async move {
                let _place = window.enter(usize::try_from(listed.size).unwrap_or(usize::MAX)).await;
                let object = Object { bucket: site.place.bucket.clone(), key: listed.key.clone() };
                let bytes = read(session, &site.store, &object, listed.etag.as_deref()).await?;
                let path = listed.key.strip_prefix(&site.place.key).unwrap_or(&listed.key);
                Ok((format!("/{path}"), Bytes::from(bytes)))
            });
            join_window(each).await.into_iter().collect()
        }
    }
}

/// What was listed is what is read, or nothing is.
async fn read(
    session: &Session<'_>,
    store: &Store,
    object: &Object,
    etag: Option<&str>,
) -> Result<Vec<u8>, Box<Diagnostic>> {
    let told = |error: R2Error| {
        let changed = error.kind == R2ErrorKind::Changed;
        let finding = error.diagnostic();
        Box::new(if changed { finding.with_help("run the same command again") } else { finding })
    };
    let reading = store.reopen(&session.client, object, etag).await.map_err(told)?;
    reading.read(&session.client, MOST_BYTES).await.map_err(told)
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    fn listed(key: &str, etag: Option<&str>, size: u64) -> ListedObject {
        ListedObject { key: key.into(), size, etag: etag.map(str::to_owned) }
    }

    #[test]
    fn the_source_follows_keys_etags_and_sizes_and_is_unknown_without_an_etag() {
        let of = |objects: &[ListedObject]| Found::Objects(objects.to_vec()).source();
        let base = of(&[listed("s/a", Some("1"), 1), listed("s/b", Some("2"), 2)]);
        assert_eq!(base.as_ref().map(String::len), Some(22));
        for other in [
            vec![listed("s/a", Some("1"), 1)],
            vec![listed("s/a", Some("1"), 1), listed("s/c", Some("2"), 2)],
            vec![listed("s/a", Some("9"), 1), listed("s/b", Some("2"), 2)],
            vec![listed("s/a", Some("1"), 1), listed("s/b", Some("2"), 3)],
        ] {
            assert_ne!(of(&other), base);
        }
        assert_eq!(of(&[listed("s/a", Some("1"), 1), listed("s/b", None, 2)]), None);
        assert_eq!(Found::Tar { etag: None, size: 1 }.source(), None);
    }

    #[test]
    fn files_that_are_none_of_a_site_are_refused_by_name() {
        let place = AssetsPlace::InR2 { bucket: "sites".into(), jurisdiction: None, key: "docs/".into() };
        let mut assets = DesiredAssets { place, files: None, known: None, config: Map::new() };
        let mut told = |path: &str, content: &'static [u8]| {
            let files = Files::from([("/index.html".into(), Bytes::new()), (path.into(), Bytes::from_static(content))]);
            give(&mut assets, None, &files).into_iter().map(|finding| finding.message).collect::<Vec<_>>().concat()
        };
        assert!(told("/.assetsignore", b"").starts_with("`.assetsignore` in `r2://sites/docs/`"));
        assert!(told("/_worker.js/index.js", b"").contains("looks like code"));
        assert!(told("/_headers", b"\xff").contains("no text in UTF-8"));
        assert_eq!(told("/a/_worker.js", b""), "");
        assert!(assets.files.is_some() && assets.known.is_some());
    }
}
