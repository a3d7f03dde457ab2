//! A bundle: the bytes that lie in R2, read as the modules of a Worker.
//!
//! Either one script file (ES module or service-worker syntax), or the multipart file that
//! `wrangler deploy --dry-run --outfile FILE` writes.

use std::fmt;
use std::rc::Rc;

mod module_name;
mod multipart;
mod read;
mod source;

pub use module_name::check_module_name;
pub use read::read;

/// How the entry talks to the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `export default { fetch() {} }`.
    EsModule,
    /// `addEventListener("fetch", …)`.
    ServiceWorker,
}

/// The code of a Worker, ready to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    /// How the entry talks to the runtime.
    pub syntax: Syntax,
    /// Name of the entry among the modules.
    pub main: String,
    /// All modules, the entry among them, in the bundle's order.
    pub modules: Vec<Module>,
    /// SHA-256 of the bundle's bytes, 64 lower-case hex digits.
    pub sha256: String,
    /// Bytes of all modules, source maps left out: what Cloudflare's limit counts.
    pub size: usize,
}

/// One module.
#[derive(Clone, PartialEq, Eq)]
pub struct Module {
    /// Relative path, as other modules import it.
    pub name: String,
    /// Decides what kind of module it is.
    pub content_type: String,
    /// Its content.
    pub bytes: Rc<[u8]>,
}

impl fmt::Debug for Module {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({}, {} bytes)", self.name, self.content_type, self.bytes.len())
    }
}

/// Content types that Cloudflare knows.
pub mod content_type {
    /// ES module.
    pub const ES_MODULE: &str = "application/javascript+module";
    /// CommonJS module, or a script in service-worker syntax.
    pub const SCRIPT: &str = "application/javascript";
    /// Source map.
    pub const SOURCE_MAP: &str = "application/source-map";
}
