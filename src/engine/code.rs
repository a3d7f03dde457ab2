//! The code of a Worker for its upload: at hand since it was read for the plan, or read again when its turn comes.

use std::cell::Cell;
use std::rc::Rc;

use crate::apply::{Code, Loaded, NotLoaded};
use crate::bundle::{self, Modules, Stated, Window};
use crate::diagnostic::Diagnostic;
use crate::http::{Client, LocalFuture};
use crate::r2::{Object, R2Error, R2ErrorKind, Store};
use crate::resource::{Bundle, BundleFacts, DesiredScript};

/// More than any bundle file holds: code is at most 64 MiB, source maps come beside it.
pub(crate) const MOST_BYTES: usize = 256 * 1024 * 1024;

/// A bundle that the plan uploads.
pub(super) struct BundleCode {
    pub(super) object: Object,
    pub(super) store: Store,
    pub(super) client: Client,
    pub(super) window: Rc<Window>,
    /// What the plan was made with.
    pub(super) facts: BundleFacts,
    /// Bytes of the file.
    pub(super) bytes: usize,
    /// What the manifest states about it.
    pub(super) script: DesiredScript,
    /// Its modules, as long as they are at hand.
    pub(super) modules: Cell<Option<Modules>>,
}

impl BundleCode {
    async fn read_again(&self) -> Result<Modules, NotLoaded> {
        let etag = Some(self.facts.etag.as_str()).filter(|etag| !etag.is_empty());
        let reading = self.store.reopen(&self.client, &self.object, etag).await.map_err(|error| self.failed(&error))?;
        let bytes = reading.read(&self.client, MOST_BYTES).await.map_err(|error| self.failed(&error))?;
        let (modules, _) =
            bundle::read(bytes.into(), stated(&self.script)).map_err(|finding| self.not_loaded(finding))?;
        if modules.sha256 == self.facts.sha256 {
            return Ok(modules);
        }
        Err(self.not_loaded(self.store.failed(&self.object, R2ErrorKind::Changed).diagnostic()))
    }

    fn failed(&self, error: &R2Error) -> NotLoaded {
        self.not_loaded(error.diagnostic())
    }

    fn not_loaded(&self, finding: Diagnostic) -> NotLoaded {
        NotLoaded { finding: Box::new(finding), aborted: self.client.is_aborted() }
    }
}

impl Code for BundleCode {
    fn load(&self, again: bool) -> LocalFuture<'_, Result<Loaded, NotLoaded>> {
        Box::pin(async move {
            let place = self.window.enter(self.bytes).await;
            let modules = match self.modules.take() {
                Some(modules) => modules,
                None => self.read_again().await?,
            };
            // To read it again would cost a round.
            if again && self.window.keeps(self.bytes) {
                self.modules.set(Some(modules.clone()));
            }
            Ok(Loaded { modules, place })
        })
    }
}

/// What a manifest states about its bundle.
pub(super) fn stated(script: &DesiredScript) -> Stated<'_> {
    Stated { main_module: script.main_module.as_deref(), syntax: script.format }
}

/// The object that a manifest names.
pub(super) fn object(bundle: &Bundle) -> Object {
    Object { bucket: bundle.bucket.clone(), key: bundle.key.clone() }
}

/// What a Worker of static assets alone has in place of code.
pub(super) struct NoCode {
    pub(super) window: Rc<Window>,
}

impl Code for NoCode {
    fn load(&self, _again: bool) -> LocalFuture<'_, Result<Loaded, NotLoaded>> {
        Box::pin(async { Ok(Loaded { modules: Modules::none(), place: self.window.enter(0).await }) })
    }
}
