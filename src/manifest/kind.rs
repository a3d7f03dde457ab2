//! What a document describes.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value as Schema;

use crate::diagnostic::{Code, Diagnostic};
use crate::resource::DesiredDocument;

use super::findings::{Findings, defect};
use super::nearest::nearest;
use super::options::ReadOptions;
use super::path::Path;
use super::quote::quote;
use super::scalar::Meaning;
use super::schema::Manifest;
use super::tree::Document;

/// A key that is no key of a kind: path of its parent without indexes, the key, the key beside it that was meant, and
/// what to write instead.
pub type Moved = (&'static str, &'static str, Option<&'static str>, &'static str);

/// A kind of document, as far as reading it goes.
pub trait DocumentKind: Sync {
    /// The word under `kind`.
    fn name(&self) -> &'static str;

    /// By what the shape of a document is checked.
    fn shape(&self) -> &'static Schema;

    /// Keys of earlier or neighbouring schemas.
    fn moved(&self) -> &'static [Moved];

    /// What a document of the right shape comes to, with all that is wrong with it told.
    fn read(&self, reading: &mut Reading<'_, '_>) -> Lowered;
}

/// A document whose shape was checked.
pub struct Reading<'a, 'document> {
    /// What is left of it when all that is wrong was taken out.
    pub(crate) value: serde_yaml::Value,
    /// Paths that are missing or unreadable, and were told so.
    pub(crate) broken: BTreeSet<String>,
    /// Index among all documents of the run.
    pub document: usize,
    /// What the run says.
    pub options: &'a ReadOptions,
    /// What is wrong.
    pub(crate) findings: Findings<'document>,
    /// It can't be read whole: nothing comes of it.
    pub(crate) damaged: bool,
}

/// What a document comes to.
#[derive(Default)]
pub struct Lowered {
    /// What it wants, if nothing is wrong with it.
    pub desired: Option<DesiredDocument>,
    /// What it claims for itself, however broken the rest of it is.
    pub claims: Vec<Claimed>,
}

/// Something that no other document of the run may claim.
pub struct Claimed {
    /// What it is, across all kinds.
    pub what: (String, String),
    /// Where it is claimed.
    pub path: Path,
    /// The finding, when another document claims it as well.
    pub finding: Diagnostic,
    /// Not told where the claim with this index was told already.
    pub beside: Option<usize>,
}

impl Claimed {
    /// The DNS record of a host, whatever kind of document has it made. The account makes no difference: a host lies in
    /// one zone.
    pub fn record(host: &str, path: Path, finding: Diagnostic) -> Self {
        Self { what: ("record".into(), host.to_owned()), path, finding, beside: None }
    }
}

impl Reading<'_, '_> {
    /// The document as its type.
    pub fn typed<S: DeserializeOwned>(&mut self) -> Option<Manifest<S>> {
        match serde_yaml::from_value(std::mem::take(&mut self.value)) {
            Ok(manifest) => Some(manifest),
            Err(error) => {
                self.findings.add(&Path::default(), defect(&error.to_string()));
                None
            }
        }
    }

    /// Tells something about the value at a path, unless that was told to be missing or unreadable.
    pub fn tell(&mut self, path: &Path, finding: Diagnostic) {
        if !is_told(&self.broken, path, &finding) {
            self.findings.add(path, finding);
        }
    }

    /// Whether nothing that was told stands in the way of what the document wants.
    pub fn is_sound(&self) -> bool {
        !self.damaged && !self.findings.hold_error()
    }
}

/// Whether what a finding says was told with the shape: the value is broken, or what is said to be missing stands there
/// and is.
pub(crate) fn is_told(broken: &BTreeSet<String>, path: &Path, finding: &Diagnostic) -> bool {
    let start = format!("{path}.");
    let is_inside = || broken.iter().any(|broken| broken.starts_with(&start));
    is_broken(broken, path) || (finding.code == Code::MissingKey && is_inside())
}

/// Whether a value, or something that it lies in, was told to be missing or unreadable.
pub(crate) fn is_broken(broken: &BTreeSet<String>, path: &Path) -> bool {
    let mut parent = Path::default();
    broken.contains(&parent.to_string())
        || path.steps().iter().any(|step| {
            parent = parent.step(step);
            broken.contains(&parent.to_string())
        })
}

/// What `kind` says about a document.
pub(crate) enum Said<'k> {
    /// It can be checked as this kind; a missing or unreadable `kind` is told by the shape check.
    Kind(&'k dyn DocumentKind),
    /// A misspelt kind, told: the rest can be checked as this one.
    Misspelt(&'k dyn DocumentKind),
    /// Something else, told: the rest can't be checked.
    Other,
}

/// The kind of a document; the first one where none can be read, nothing for one that is not known.
pub(crate) fn named_in<'k>(document: &Document, kinds: &[&'k dyn DocumentKind]) -> Option<&'k dyn DocumentKind> {
    match of(document, kinds, &mut Findings::of(document)) {
        Said::Kind(kind) | Said::Misspelt(kind) => Some(kind),
        Said::Other => None,
    }
}

/// Reads `kind` and tells when it is none that we know. Where nothing can be read, the first kind is meant.
pub(crate) fn of<'k>(document: &Document, kinds: &[&'k dyn DocumentKind], findings: &mut Findings<'_>) -> Said<'k> {
    let path = path();
    let named = |name: &str| kinds.iter().find(|kind| kind.name() == name).copied();
    let Some(first) = kinds.first().copied() else { return Said::Other };
    let Some(scalar) = document.node(&path).and_then(|node| node.scalar()) else { return Said::Kind(first) };
    if scalar.meaning() != Meaning::Text {
        return Said::Kind(first);
    }
    if let Some(kind) = named(&scalar.text) {
        return Said::Kind(kind);
    }
    let near = nearest(&scalar.text, kinds.iter().map(|kind| kind.name())).filter(|_| !is_sibling(&scalar.text));
    let finding = Diagnostic::error(Code::UnknownKind, format!("unknown kind {}", quote(&scalar.text)));
    let known = kinds.iter().map(|kind| format!("`{}`", kind.name())).collect::<Vec<_>>().join(", ");
    findings.add(
        &path,
        match near {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding.with_help(format!("this release knows {known}")),
        },
    );
    near.and_then(named).map_or(Said::Other, Said::Misspelt)
}

/// `kind`.
pub(crate) fn path() -> Path {
    Path::default().key("kind")
}

/// Another kind of the original system, which shares the front of its name with ours.
fn is_sibling(text: &str) -> bool {
    super::reference::kind_by_name(text).is_ok()
}
