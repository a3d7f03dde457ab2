//! A bundle: the bytes that lie in R2, read as the modules of a Worker.
//!
//! Either one script file, or the multipart file that `wrangler deploy --dry-run --outfile FILE` writes, or a tar of
//! modules. Which of them it is, its first bytes tell, whatever it is called. Whether a script is an ES module is stated,
//! never read out of its source.

use std::fmt;

use bytes::Bytes;

use crate::model::Syntax;

mod entry;
mod form;
mod kind;
mod metadata;
mod module_name;
mod multipart;
mod read;
mod refusal;
mod tarball;
mod window;

pub use form::Form;
pub use metadata::{AskedBinding, Asks, CodeBinding};
pub use module_name::check_module_name;
pub use read::read;
pub use window::{Place, Window};

/// What a manifest states about its bundle.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stated<'a> {
    /// Name of the entry of a single-file bundle, `index.js` if absent; of a tar's entry, if more than one may be meant.
    pub main_module: Option<&'a str>,
    /// How the entry talks to the runtime; a single file is an ES module if absent, a multipart file says it itself.
    pub syntax: Option<Syntax>,
}

/// The code of a Worker, ready to upload.
#[derive(Clone, Debug, PartialEq)]
pub struct Modules {
    /// How the entry talks to the runtime.
    pub syntax: Syntax,
    /// Name of the entry among the modules.
    pub main: String,
    /// All modules, the entry among them, in the bundle's order.
    pub modules: Vec<Module>,
    /// Bindings that stand for modules.
    pub bindings: Vec<CodeBinding>,
    /// What the Worker that the bundle was made for has beside its code.
    pub asks: Asks,
    /// SHA-256 of what is deployed, 64 lower-case hex digits: of the bundle's bytes; of a tar's modules, whatever else a tar
    /// tells of them.
    pub sha256: String,
    /// SHA-256 of the bundle's bytes, which a manifest may pin.
    pub file_sha256: String,
    /// Bytes of all modules, source maps left out: what Cloudflare's limit counts.
    pub size: usize,
}

impl Modules {
    /// No code at all: what a Worker of static assets alone has.
    pub fn none() -> Self {
        Self {
            syntax: Syntax::EsModule,
            main: String::new(),
            modules: Vec::new(),
            bindings: Vec::new(),
            asks: Asks::default(),
            sha256: String::new(),
            file_sha256: String::new(),
            size: 0,
        }
    }
}

/// The files of a form by name, as imports say them: of an upload, or of an answer that shows one.
///
/// # Errors
/// What is wrong with it.
pub fn parts(form: &Bytes) -> Result<Vec<(String, Bytes)>, String> {
    let each = |part: multipart::Part<'_>| (part.filename.unwrap_or(part.name), form.slice_ref(part.bytes));
    Ok(multipart::parts(form)?.into_iter().map(each).collect())
}

/// One module.
#[derive(Clone, PartialEq, Eq)]
pub struct Module {
    /// Relative path, as other modules import it.
    pub name: String,
    /// Decides what kind of module it is.
    pub content_type: String,
    /// Its content: a view of the bundle's bytes, which all modules share.
    pub bytes: Bytes,
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
    /// WebAssembly.
    pub const WASM: &str = "application/wasm";
    /// Text.
    pub const TEXT: &str = "text/plain";
    /// Bytes.
    pub const DATA: &str = "application/octet-stream";
    /// Python module.
    pub const PYTHON: &str = "text/x-python";
    /// A package that a Python Worker needs; its name says all.
    pub const PYTHON_REQUIREMENT: &str = "text/x-python-requirement";
    /// Source map.
    pub const SOURCE_MAP: &str = "application/source-map";
}
